/* /proc/iomem and /proc/ioports: form, order, what is always there, who sees addresses. */

#include "test.h"

static char text[1 << 15];

/* "  START-LAST : NAME" */
struct range {
    int indent;
    unsigned long start, last;
    char name[64];
};

static bool parse(const char *line, int width, struct range *range)
{
    char *at;

    range->indent = (int)strspn(line, " ");
    range->start = strtoul(line + range->indent, &at, 16);
    if (at - line - range->indent < width || *at != '-')
        return false;
    range->last = strtoul(at + 1, &at, 16);
    if (strncmp(at, " : ", 3) != 0)
        return false;
    snprintf(range->name, sizeof(range->name), "%s", at + 3);
    return range->indent % 2 == 0;
}

static unsigned long total(const char *path, int width, const char *const *wanted)
{
    int lines = 0, good = 0, ordered = 0, inside = 0, nr_found = 0;
    struct range range, outer[8] = {{0}};
    unsigned long sum = 0, seen = 0;

    must(file_text(path, text, sizeof(text)));
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
        if (!parse(line, width, &range))
            continue;
        int depth = range.indent / 2;
        good++;
        seen |= range.last;
        ordered += range.start <= range.last && range.start >= outer[depth].start;
        inside += depth == 0 ||
                  (range.start >= outer[depth - 1].start && range.last <= outer[depth - 1].last);
        outer[depth] = range;
        for (int i = depth + 1; i < 8; i++)
            outer[i].start = 0;
        if (strcmp(range.name, "System RAM") == 0)
            sum += range.last - range.start + 1;
        for (const char *const *name = wanted; *name != NULL; name++)
            nr_found += strncmp(range.name, *name, strlen(*name)) == 0;
    }
    say("%s: %s, %s, %s, %s, %s", path, lines > 3 ? "lines" : "too few",
        good == lines ? "all good" : "not all good", ordered == good ? "in order" : "not in order",
        inside == good ? "each inside" : "not inside", seen ? "addresses" : "no addresses");
    yes("  what every machine has", nr_found >= 2);
    return sum;
}

static const char *const memory[] = {"System RAM", "Kernel code", "Kernel data", NULL};
static const char *const ports[] = {"pic1", "pic2", "serial", NULL};

static void user(void)
{
    become_user();
    total("/proc/iomem", 8, memory);
    total("/proc/ioports", 4, ports);
}

int main(void)
{
    unsigned long ram = total("/proc/iomem", 8, memory);

    yes("memory is what there is",
        ram / 1024 >= (unsigned long)meminfo_kilobytes("MemTotal") && ram <= 520ul << 20);
    total("/proc/ioports", 4, ports);
    in_child("user", user);
    call("write", open("/proc/iomem", O_WRONLY) >= 0 ? 0 : -1);
    return 0;
}

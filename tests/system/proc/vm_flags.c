/* The VmFlags of smaps: every word of areas of each kind. */
#include "../test.h"

static char text[1 << 16];

/* The words of the area that begins at @start or is called @name, but for soft-dirty. */
static void show(const char *label, const void *start, const char *name)
{
    char head[32], *line;

    file_text("/proc/self/smaps", text, sizeof(text));
    snprintf(head, sizeof(head), "%lx-", (unsigned long)start);
    line = strstr(text, name ? name : head);
    line = line ? strstr(line, "\nVmFlags: ") : NULL;
    if (!line) {
        say("%s: none", label);
        return;
    }
    line += 10;
    line[strcspn(line, "\n")] = '\0';
    if (strstr(line, " sd"))
        memmove(strstr(line, " sd"), strstr(line, " sd") + 3, strlen(strstr(line, " sd") + 3) + 1);
    say("%s: %s", label, line);
}

static void advised(const char *label, int advice)
{
    char *area = map_in_hole(PAGE);

    call(label, madvise(area, PAGE, advice));
    show("  then", area, NULL);
}

int main(void)
{
    int fd = file_make("file", PAGE);
    char *area;

    show("[vvar]", NULL, "[vvar]");
    show("[stack]", NULL, "[stack]");
    show("anonymous", map_in_hole(PAGE), NULL);
    show("not accessible", map_prot(PAGE, PROT_NONE), NULL);
    show("shared", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
         NULL);
    show("file", mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), NULL);
    show("file, shared", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), NULL);
    fd = must(open("file", O_RDONLY));
    show("read-only file, shared", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0), NULL);
    show("MAP_NORESERVE",
         mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
              0),
         NULL);
    show("MAP_GROWSDOWN",
         mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1,
              0),
         NULL);
    area = map_in_hole(PAGE);
    call("mlock", mlock(area, PAGE));
    show("  then", area, NULL);
    advised("MADV_SEQUENTIAL", MADV_SEQUENTIAL);
    advised("MADV_RANDOM", MADV_RANDOM);
    advised("MADV_DONTFORK", MADV_DONTFORK);
    advised("MADV_WIPEONFORK", MADV_WIPEONFORK);
    advised("MADV_DONTDUMP", MADV_DONTDUMP);
    return 0;
}

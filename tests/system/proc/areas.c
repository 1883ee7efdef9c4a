/*
 * /proc/PID/areas: resident pages by kind, faults and copies of each area. Linux has no such file:
 * a line says yes where the numbers are right, or where there is none.
 */

#include "test.h"

static char text[16384];

struct numbers {
    unsigned long private, file, shmem, faults, copies;
};

/* The numbers of the area that begins at @start; false: none. */
static bool numbers_of(const void *start, struct numbers *numbers)
{
    char range[32];
    char *line;

    snprintf(range, sizeof(range), "%08lx-", (unsigned long)start);
    line = strstr(text, range);
    return line != NULL &&
           sscanf(line, "%*s %*s %lu %lu %lu %lu %lu", &numbers->private, &numbers->file,
                  &numbers->shmem, &numbers->faults, &numbers->copies) == 5;
}

static void expect(const char *label, const void *start, struct numbers want)
{
    struct numbers found;
    bool exists = file_text("/proc/self/areas", text, sizeof(text)) >= 0;

    if (exists && !numbers_of(start, &found)) {
        say("%s: no such area\n%s", label, text);
        return;
    }
    yes(label, !exists || memcmp(&found, &want, sizeof(want)) == 0);
    if (exists && memcmp(&found, &want, sizeof(want)) != 0)
        say("%lu %lu %lu %lu %lu", found.private, found.file, found.shmem, found.faults,
            found.copies);
}

static void touch(char *at, int nr)
{
    for (int i = 0; i < nr; i++)
        at[(unsigned long)i * PAGE] = 1;
}

static char *area;

static void child(void)
{
    expect("a forked area begins at 0", area, (struct numbers){4, 0, 0, 0, 0});
    touch(area, 3);
    expect("copies after fork", area, (struct numbers){4, 0, 0, 3, 3});
}

int main(void)
{
    int fd = file_make("data", 4 * PAGE);
    char *file = (char *)must(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    char *shared = (char *)must(
        mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

    must(madvise(file, 4 * PAGE, MADV_RANDOM));
    area = map_in_hole(8 * PAGE);
    expect("untouched", area, (struct numbers){0, 0, 0, 0, 0});
    touch(area, 4);
    expect("touched", area, (struct numbers){4, 0, 0, 4, 0});
    in_child("child", child);

    must(mprotect(area + 2 * PAGE, 6 * PAGE, PROT_READ));
    expect("split: the lower part", area, (struct numbers){2, 0, 0, 0, 0});
    expect("split: the upper part", area + 2 * PAGE, (struct numbers){2, 0, 0, 4, 0});
    must(mprotect(area + 2 * PAGE, 6 * PAGE, PROT_READ | PROT_WRITE));
    expect("merged again", area, (struct numbers){4, 0, 0, 4, 0});
    must(munmap(area, PAGE));
    expect("the beginning is gone", area + PAGE, (struct numbers){3, 0, 0, 4, 0});

    touch(file, 1);
    expect("a private file page written", file, (struct numbers){1, 0, 0, 1, 1});
    touch(shared, 2);
    expect("shared memory", shared, (struct numbers){0, 0, 2, 2, 0});
    close(fd);
    return 0;
}

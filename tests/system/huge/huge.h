/* huge.h: what the tests of transparent huge pages have in common. */

#include "test.h"

#include <sys/prctl.h>

#define HUGE         (2UL << 20)
#define SETTINGS     "/sys/kernel/mm/transparent_hugepage/"
#define COLLAPSE     25
#define THP_DISABLE  41
#define THP_DISABLED 42

/* What writing @text to a setting answers: the length, or -1. */
static inline long put_setting(const char *name, const char *text)
{
    char path[128];
    int fd;
    long done;

    snprintf(path, sizeof(path), SETTINGS "%s", name);
    fd = open(path, O_WRONLY);
    if (fd < 0)
        return -1;
    done = write(fd, text, strlen(text));
    int error = errno;
    close(fd);
    errno = error;
    return done;
}

static inline void say_setting(const char *name)
{
    char path[128], text[256] = "";

    snprintf(path, sizeof(path), SETTINGS "%s", name);
    if (file_text(path, text, sizeof(text)) < 0)
        say("%s: %s", name, errno_name(errno));
    else
        say("%s: %s", name, text);
}

/* Memory of @nr aligned huge pages, untouched, with 2 MiB of address space on either side. */
static inline char *map_aligned(size_t nr)
{
    char *at = map((nr + 3) * HUGE);
    char *start = (char *)(((unsigned long)at + 2 * HUGE - 1) & -HUGE);

    munmap(at, (size_t)(start - at));
    munmap(start + nr * HUGE, (size_t)(at + (nr + 3) * HUGE - (start + nr * HUGE)));
    return start;
}

/* The same, each page written to: byte 0 of page i is i % 251. */
static inline char *map_written(size_t nr)
{
    char *at = map_aligned(nr);

    for (size_t i = 0; i < nr * HUGE / PAGE; i++)
        at[i * PAGE] = (char)(i % 251);
    return at;
}

/* How many pages still hold what map_written put there. */
static inline int count_kept(const char *at, size_t nr_pages)
{
    int kept = 0;

    for (size_t i = 0; i < nr_pages; i++)
        kept += at[i * PAGE] == (char)(i % 251);
    return kept;
}

static inline void say_area(const char *label, const char *at)
{
    say("%s: Rss %ld, AnonHugePages %ld", label, smaps_kilobytes(at, "Rss"),
        smaps_kilobytes(at, "AnonHugePages"));
}

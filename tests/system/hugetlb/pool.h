/* The pool of huge pages, as the tests of this folder see and set it. */

#include "test.h"

#define HUGE        (2UL << 20)
#define RW          (PROT_READ | PROT_WRITE)
#define PRIVATE     (MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB)
#define SHARED      (MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB)
#define NR          "/proc/sys/vm/nr_hugepages"
#define NR_MORE     "/proc/sys/vm/nr_overcommit_hugepages"
#define LARGE_MEMFD 4
#define MADV_DROP   4

static inline long write_number(const char *path, long number)
{
    char text[24];
    int fd = open(path, O_WRONLY);
    long result;

    if (fd < 0)
        return -1;
    snprintf(text, sizeof(text), "%ld", number);
    result = write(fd, text, strlen(text)) < 0 ? -1 : 0;
    close(fd);
    return result;
}

static inline long read_number(const char *path)
{
    char text[64];

    return file_text(path, text, sizeof(text)) < 0 ? -1 : strtol(text, NULL, 10);
}

static inline long pool_line(const char *key)
{
    static char text[8192];
    char *at;

    must(file_text("/proc/meminfo", text, sizeof(text)));
    at = strstr(text, key);
    return at == NULL ? -1 : strtol(at + strlen(key), NULL, 10);
}

/* One line with all counts. */
static inline void pool(const char *label)
{
    say("%s: total %ld, free %ld, reserved %ld, surplus %ld", label, pool_line("HugePages_Total:"),
        pool_line("HugePages_Free:"), pool_line("HugePages_Rsvd:"), pool_line("HugePages_Surp:"));
}

/* Set the pool to @nr, and allow @more surplus ones. */
static inline void pool_set(long nr, long more)
{
    must(write_number(NR, nr));
    must(write_number(NR_MORE, more));
    if (read_number(NR) != nr) {
        say("there are only %ld huge pages", read_number(NR));
        exit(1);
    }
}

static inline char *huge(size_t len, int flags)
{
    char *at = mmap(NULL, len, RW, flags, -1, 0);

    if (at == MAP_FAILED) {
        say("mmap of %zu huge pages: %s", len / HUGE, errno_name(errno));
        exit(1);
    }
    return at;
}

/* mmap with only its errno told. */
static inline void *try_map(const char *label, void *at, size_t len, int prot, int flags, int fd,
                            off_t offset)
{
    void *got = mmap(at, len, prot, flags, fd, offset);

    say("%s: %s", label, got == MAP_FAILED ? errno_name(errno) : "ok");
    return got;
}

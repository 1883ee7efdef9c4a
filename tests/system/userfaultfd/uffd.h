/* uffd.h: what the tests of userfaultfd have in common. */

#ifndef TESTS_SYSTEM_USERFAULTFD_UFFD_H
#define TESTS_SYSTEM_USERFAULTFD_UFFD_H

#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include "test.h"

/* What both systems have. */
#define FEATURES                                                                                   \
    (UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_SIGBUS | UFFD_FEATURE_THREAD_ID |               \
     UFFD_FEATURE_EXACT_ADDRESS)
#define REQUESTS                                                                                   \
    ((__u64)1 << _UFFDIO_WRITEPROTECT | (__u64)1 << _UFFDIO_WAKE | (__u64)1 << _UFFDIO_COPY |      \
     (__u64)1 << _UFFDIO_ZEROPAGE)

static inline int uffd_new(int flags)
{
    return (int)syscall(SYS_userfaultfd, flags);
}

static inline int uffd_handshake(int fd, __u64 features)
{
    struct uffdio_api api = {.api = UFFD_API, .features = features};

    return ioctl(fd, UFFDIO_API, &api);
}

/* A descriptor that is ready, or the end of the test. */
static inline int uffd_open(int flags, __u64 features)
{
    int fd = (int)must(uffd_new(flags));

    must(uffd_handshake(fd, features));
    return fd;
}

static inline int uffd_register(int fd, const void *start, size_t len, __u64 mode)
{
    struct uffdio_register request = {.range = {(__u64)start, len}, .mode = mode};

    return ioctl(fd, UFFDIO_REGISTER, &request);
}

static inline int uffd_missing(int fd, const void *start, size_t len)
{
    return uffd_register(fd, start, len, UFFDIO_REGISTER_MODE_MISSING);
}

static inline int uffd_unregister(int fd, const void *start, size_t len)
{
    struct uffdio_range range = {(__u64)start, len};

    return ioctl(fd, UFFDIO_UNREGISTER, &range);
}

static inline int uffd_wake(int fd, const void *start, size_t len)
{
    struct uffdio_range range = {(__u64)start, len};

    return ioctl(fd, UFFDIO_WAKE, &range);
}

static inline int uffd_copy(int fd, void *to, const void *from, size_t len, __u64 mode)
{
    struct uffdio_copy request = {.dst = (__u64)to, .src = (__u64)from, .len = len, .mode = mode};

    return ioctl(fd, UFFDIO_COPY, &request);
}

static inline int uffd_zero(int fd, void *start, size_t len, __u64 mode)
{
    struct uffdio_zeropage request = {.range = {(__u64)start, len}, .mode = mode};

    return ioctl(fd, UFFDIO_ZEROPAGE, &request);
}

static inline int uffd_protect(int fd, const void *start, size_t len, __u64 mode)
{
    struct uffdio_writeprotect request = {.range = {(__u64)start, len}, .mode = mode};

    return ioctl(fd, UFFDIO_WRITEPROTECT, &request);
}

/* The next message; waits for it, be the descriptor O_NONBLOCK or not. */
static inline struct uffd_msg uffd_next(int fd)
{
    struct uffd_msg message = {0};
    struct pollfd wanted = {.fd = fd, .events = POLLIN};

    if (fcntl(fd, F_GETFL) & O_NONBLOCK)
        must(poll(&wanted, 1, -1));
    must(read(fd, &message, sizeof(message)));
    return message;
}

/* A thread that touches one byte. */
struct toucher {
    pthread_t thread;
    volatile char *place;
    bool write;
    char value; /* read, or to be written */
};

static inline void *uffd_touch(void *argument)
{
    struct toucher *toucher = argument;

    if (toucher->write)
        *toucher->place = toucher->value;
    else
        toucher->value = *toucher->place;
    return NULL;
}

static inline void uffd_start(struct toucher *toucher, void *place, bool write, char value)
{
    toucher->place = place;
    toucher->write = write;
    toucher->value = value;
    must(-pthread_create(&toucher->thread, NULL, uffd_touch, toucher));
}

static inline char uffd_join(struct toucher *toucher)
{
    must(-pthread_join(toucher->thread, NULL));
    return toucher->value;
}

/* Has the area at @place @word among its VmFlags? */
static inline bool uffd_has_flag(const void *place, const char *word)
{
    FILE *file = fopen("/proc/self/smaps", "r");
    bool inside = false, found = false;
    char line[512];

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        unsigned long start, end;

        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            inside = start <= (unsigned long)place && (unsigned long)place < end;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, word) != NULL;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* How many areas of /proc/self/maps begin in [start, start + len). */
static inline int uffd_areas(const void *place, size_t len)
{
    FILE *file = fopen("/proc/self/maps", "r");
    char line[512];
    int nr = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        unsigned long start = strtoul(line, NULL, 16);

        nr += start >= (unsigned long)place && start < (unsigned long)place + len;
    }
    if (file != NULL)
        fclose(file);
    return nr;
}

#endif

/* process_madvise. */

#include "table.h"

#include <sys/uio.h>

#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static long raw_process_madvise(int pidfd, const struct iovec *parts, size_t nr, int advice,
                                unsigned flags)
{
    return syscall(SYS_process_madvise, pidfd, parts, nr, advice, flags);
}

static int self(void)
{
    return (int)syscall(SYS_pidfd_open, getpid(), 0);
}

static void try_advice(const struct cell *cell)
{
    struct iovec part = {map(4 * PAGE), 4 * PAGE};

    memset(part.iov_base, 7, 4 * PAGE);
    value(raw_process_madvise(self(), &part, 1, (int)cell->value, 0));
    reads(part.iov_base);
}

__attribute__((constructor)) static void add_advice_cells(void)
{
    for (int advice = 0; advice <= 26; advice++)
        cell_add((struct cell){"process_madvise", text("advice %d", advice), "oneself", try_advice,
                               advice, NULL});
}

static const int allowed[] = {3, 20, 21, 25};

/* A child that holds the same four pages, stopped; => its pid */
static pid_t sleeper(void)
{
    pid_t pid = (pid_t)must(fork());

    if (pid == 0) {
        for (;;)
            pause();
    }
    return pid;
}

static void try_child(const struct cell *cell)
{
    struct iovec part = {map(4 * PAGE), 4 * PAGE};
    pid_t pid;

    memset(part.iov_base, 7, 4 * PAGE);
    pid = sleeper();
    value(raw_process_madvise((int)must(syscall(SYS_pidfd_open, pid, 0)), &part, 1,
                              (int)cell->value, 0));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void try_foreign(const struct cell *cell)
{
    struct iovec part = {map(4 * PAGE), 4 * PAGE};
    pid_t pid = sleeper();
    int pidfd = (int)must(syscall(SYS_pidfd_open, pid, 0));

    become_user();
    value(raw_process_madvise(pidfd, &part, 1, (int)cell->value, 0));
}

static void try_ended(const struct cell *cell)
{
    struct iovec part = {map(4 * PAGE), 4 * PAGE};
    pid_t pid = sleeper();
    int pidfd = (int)must(syscall(SYS_pidfd_open, pid, 0));

    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    value(raw_process_madvise(pidfd, &part, 1, (int)cell->value, 0));
}

__attribute__((constructor)) static void add_process_cells(void)
{
    for (size_t i = 0; i < COUNT_OF(allowed); i++) {
        const char *name = text("advice %d", allowed[i]);
        cell_add((struct cell){"process_madvise", name, "a child", try_child, allowed[i], NULL});
        cell_add((struct cell){"process_madvise", name, "another user's process", try_foreign,
                               allowed[i], NULL});
        cell_add((struct cell){"process_madvise", name, "a process that ended", try_ended,
                               allowed[i], NULL});
    }
}

CELL("process_madvise", "pidfd", "not open")
{
    struct iovec part = {map(PAGE), PAGE};
    value(raw_process_madvise(77, &part, 1, 20, 0));
}

CELL("process_madvise", "pidfd", "a file")
{
    struct iovec part = {map(PAGE), PAGE};
    value(raw_process_madvise(file("f", 1), &part, 1, 20, 0));
}

CELL("process_madvise", "flags", "1")
{
    struct iovec part = {map(PAGE), PAGE};
    value(raw_process_madvise(self(), &part, 1, 20, 1));
}

CELL("process_madvise", "nr of parts", "0")
{
    value(raw_process_madvise(self(), NULL, 0, 20, 0));
}

CELL("process_madvise", "nr of parts", "1025")
{
    static struct iovec parts[1025];
    value(raw_process_madvise(self(), parts, 1025, 20, 0));
}

CELL("process_madvise", "parts", "nothing mapped")
{
    value(raw_process_madvise(self(), (void *)(map_in_hole(PAGE) - PAGE), 1, 20, 0));
}

CELL("process_madvise", "parts", "the second is not mapped")
{
    char *at = map_in_hole(PAGE);
    struct iovec parts[] = {{at, PAGE}, {at + PAGE, PAGE}};
    value(raw_process_madvise(self(), parts, 2, 20, 0));
}

CELL("process_madvise", "parts", "the first is not mapped")
{
    char *at = map_in_hole(PAGE);
    struct iovec parts[] = {{at + PAGE, PAGE}, {at, PAGE}};
    value(raw_process_madvise(self(), parts, 2, 20, 0));
}

CELL("process_madvise", "parts", "not a multiple of the page size")
{
    struct iovec part = {map(PAGE) + 1, PAGE};
    value(raw_process_madvise(self(), &part, 1, 20, 0));
}

CELL("process_madvise", "parts", "one of length 0")
{
    struct iovec part = {map(PAGE), 0};
    value(raw_process_madvise(self(), &part, 1, 20, 0));
}

/* futex: wait, wake, requeue, bitset, timeouts and what is refused. */

#include "test.h"

enum {
    WAIT,
    WAKE,
    FD,
    REQUEUE,
    CMP_REQUEUE,
    WAKE_OP,
    LOCK_PI,
    UNLOCK_PI,
    TRYLOCK_PI,
    WAIT_BITSET,
    WAKE_BITSET
};
enum { PRIVATE = 128, CLOCK = 256 };

static int *words;

static long futex(int *word, int op, int value, void *timeout, int *second, int third)
{
    return syscall(SYS_futex, word, op, value, timeout, second, third);
}

int main(void)
{
    struct timespec little = {0, 20000000}, negative = {-1, 0}, bad = {0, 1000000000}, when, start;
    words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    call("wake nobody", futex(words, WAKE, 1, NULL, NULL, 0));
    call("value differs", futex(words, WAIT, 1, NULL, NULL, 0));
    clock_gettime(CLOCK_MONOTONIC, &start);
    call("timeout", futex(words, WAIT, 0, &little, NULL, 0));
    yes("it waited", elapsed(&start) >= 19);
    call("timeout, private", futex(words, WAIT | PRIVATE, 0, &little, NULL, 0));
    call("negative time", futex(words, WAIT, 0, &negative, NULL, 0));
    call("bad time", futex(words, WAIT, 0, &bad, NULL, 0));
    call("bad time pointer", futex(words, WAIT, 0, (void *)8, NULL, 0));
    call("unaligned", futex((int *)((char *)words + 1), WAIT, 0, NULL, NULL, 0));
    call("unaligned wake", futex((int *)((char *)words + 1), WAKE, 0, NULL, NULL, 0));
    call("null", futex(NULL, WAIT, 0, NULL, NULL, 0));
    call("kernel address", futex((int *)0xffff888000000000, WAIT, 0, NULL, NULL, 0));
    call("not mapped, private wake", futex((int *)0x10000, WAKE | PRIVATE, 1, NULL, NULL, 0));
    call("not mapped, shared wake", futex((int *)0x10000, WAKE, 1, NULL, NULL, 0));
    call("unknown operation", futex(words, 77, 0, NULL, NULL, 0));
    call("FUTEX_FD", futex(words, FD, 0, NULL, NULL, 0));
    call("bitset 0", futex(words, WAIT_BITSET, 0, NULL, NULL, 0));
    clock_gettime(CLOCK_MONOTONIC, &when);
    call("bitset with a time that has passed", futex(words, WAIT_BITSET, 0, &when, NULL, -1));
    clock_gettime(CLOCK_REALTIME, &when);
    call("the same on the real-time clock", futex(words, WAIT_BITSET | CLOCK, 0, &when, NULL, -1));
    call("CLOCK with WAKE", futex(words, WAKE | CLOCK, 0, NULL, NULL, 0));
    call("cmp_requeue differs", futex(words, CMP_REQUEUE, 1, (void *)1, words + 1, 5));
    call("requeue negative", futex(words, REQUEUE, -1, (void *)1, words + 1, 0));
    char *read_only = map_prot(PAGE, PROT_READ);
    call("read-only private wait", futex((int *)read_only, WAIT | PRIVATE, 0, &little, NULL, 0));
    return 0;
}

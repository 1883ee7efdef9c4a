/* membarrier: two threads that each write one word and read the other's, the one with no barrier
   but the compiler's, the other with membarrier: never do both read the old values. seconds: 40 */

#include <pthread.h>
#include <sched.h>

#include "test.h"

static volatile int x, y, seen_by_light, seen_by_heavy, turn, done, stop;

static void *light(void *unused)
{
    int last = 0;
    while (!stop) {
        int now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
        if (now == last) {
            sched_yield();
            continue;
        }
        last = now;
        x = 1;
        __asm__ volatile("" ::: "memory");
        seen_by_light = y;
        __atomic_store_n(&done, now, __ATOMIC_RELEASE);
    }
    return unused;
}

static int rounds(int command, int count)
{
    int both = 0;
    for (int i = 0; i < count; i++) {
        x = y = 0;
        __atomic_store_n(&turn, turn + 1, __ATOMIC_SEQ_CST);
        y = 1;
        if (syscall(SYS_membarrier, command, 0, 0))
            return -1;
        seen_by_heavy = x;
        while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) != turn)
            sched_yield();
        both += !seen_by_heavy && !seen_by_light;
    }
    return both;
}

int main(void)
{
    pthread_t thread;

    must(syscall(SYS_membarrier, 1 << 4, 0, 0));
    must(syscall(SYS_membarrier, 1 << 6, 0, 0));
    must(syscall(SYS_membarrier, 4, 0, 0));
    must(pthread_create(&thread, NULL, light, NULL));
    say("private: %d", rounds(1 << 3, 500));
    say("sync core: %d", rounds(1 << 5, 500));
    say("global expedited: %d", rounds(2, 500));
    say("global: %d", rounds(1, 20));
    stop = 1;
    pthread_join(thread, NULL);
    return 0;
}

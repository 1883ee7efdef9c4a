/*
 * The owner of a robust priority-inheriting lock dies while one thread waits for it in the kernel
 * and another tries to have it: one of the two gets it, never both. A long list of other robust
 * locks after it gives the other one time.
 */
#include <pthread.h>

#include "test.h"

enum { LOCK_PI = 6, UNLOCK_PI, TRYLOCK_PI, PRIVATE = 128 };

#define OTHERS 1500
#define ROUNDS 60

struct entry {
    struct entry *next;
    unsigned word;
};

static struct {
    struct entry *first;
    long offset;
    struct entry *pending;
} list;

static struct entry lock, others[OTHERS];
static volatile int owned, waiting, ended;
static int holders, twice;

static long futex(int op)
{
    return syscall(SYS_futex, &lock.word, op | PRIVATE, 0, NULL, NULL, 0);
}

static void hold(void)
{
    if (__atomic_fetch_add(&holders, 1, __ATOMIC_SEQ_CST) != 0)
        __atomic_fetch_add(&twice, 1, __ATOMIC_SEQ_CST);
    nap(3);
    __atomic_fetch_sub(&holders, 1, __ATOMIC_SEQ_CST);
    futex(UNLOCK_PI);
}

static void *die_with_it(void *unused)
{
    lock.next = &others[0];
    for (int i = 0; i < OTHERS; i++)
        others[i].next = i + 1 < OTHERS ? &others[i + 1] : (struct entry *)&list;
    list.first = (struct entry *)((uintptr_t)&lock | 1); /* 1: with priority inheritance */
    list.offset = offsetof(struct entry, word);
    lock.word = (unsigned)syscall(SYS_gettid);
    must(syscall(SYS_set_robust_list, &list, sizeof(list)));
    owned = 1;
    while (!(__atomic_load_n(&lock.word, __ATOMIC_SEQ_CST) & 0x80000000u))
        nap(1);
    return unused;
}

static void *wait_for_it(void *unused)
{
    while (!owned)
        ;
    waiting = 1;
    if (futex(LOCK_PI) == 0)
        hold();
    ended = 1;
    return unused;
}

static void *try_it(void *unused)
{
    while (!waiting)
        ;
    while (!ended) {
        if (futex(TRYLOCK_PI) == 0) {
            hold();
            break;
        }
    }
    return unused;
}

int main(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_t threads[3];

        owned = waiting = ended = 0;
        memset(&lock, 0, sizeof(lock));
        must(-pthread_create(&threads[0], NULL, die_with_it, NULL));
        must(-pthread_create(&threads[1], NULL, wait_for_it, NULL));
        must(-pthread_create(&threads[2], NULL, try_it, NULL));
        for (int k = 0; k < 3; k++)
            must(-pthread_join(threads[k], NULL));
    }
    say("two owners at a time: %d", twice);
    return 0;
}

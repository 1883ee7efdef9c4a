/* futex: FUTEX_WAKE_OP with every operation and comparison; counts; FUTEX_CMP_REQUEUE's answers. */

#include "test.h"

#include <pthread.h>

static int *words;
static int waiting;

static long futex(int *word, int op, long value, long value2, int *second, unsigned third)
{
    return syscall(SYS_futex, word, op, value, value2, second, third);
}

static void *waiter(void *word)
{
    __atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    futex(word, 0, 0, 0, NULL, 0);
    return NULL;
}

static void op(unsigned operation, unsigned compare, int before, int argument, int against)
{
    unsigned encoded = operation << 28 | compare << 24 | ((unsigned)argument & 0xfff) << 12 |
                       ((unsigned)against & 0xfff);
    words[1] = before;
    errno = 0;
    long result = futex(words, 5, 1, 1, words + 1, encoded);
    say("op %u cmp %u, %d by %d against %d: %ld %s, now %d", operation, compare, before, argument,
        against, result, errno_name(errno), words[1]);
}

/* Would the second word's waiter be woken? */
static void compare(unsigned comparison, int before, int against)
{
    pthread_t thread;

    words[1] = 0;
    waiting = 0;
    pthread_create(&thread, NULL, waiter, words + 1);
    while (waiting == 0)
        nap(1);
    nap(10);
    words[1] = before;
    long result =
        futex(words, 5, 1, 1, words + 1, 1u << 28 | comparison << 24 | ((unsigned)against & 0xfff));
    say("comparison %u of %d with %d wakes %ld", comparison, before, against, result);
    futex(words + 1, 1, 1, 0, NULL, 0);
    pthread_join(thread, NULL);
}

static void requeue(void)
{
    pthread_t threads[6];

    waiting = 0;
    words[0] = words[1] = 0;
    for (int i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, waiter, words);
    while (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) != 6)
        nap(1);
    nap(50);
    call("cmp_requeue, wrong value", futex(words, 4, 1, 1, words + 1, 1));
    call("cmp_requeue 1 and 2", futex(words, 4, 1, 2, words + 1, 0));
    call("requeue 0 and 1", futex(words, 3, 0, 1, words + 1, 0));
    call("requeue onto itself", futex(words, 3, 1, 1, words, 0));
    call("cmp_requeue: negative wake", futex(words, 4, -1, 1, words + 1, 0));
    call("cmp_requeue: negative move", futex(words, 4, 1, -1, words + 1, 0));
    call("wake -1", futex(words, 1, -1, 0, NULL, 0));
    call("wake 0", futex(words, 1, 0, 0, NULL, 0));
    call("the second word", futex(words + 1, 1, INT_MAX, 0, NULL, 0));
    call("the first word", futex(words, 1, INT_MAX, 0, NULL, 0));
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < 5; i++) {
        op(i, 0, 5, 3, 5);
        op(i | 8, 0, 5, 3, 5);
    }
    op(0, 0, 5, -1, 5);
    op(1, 0, 5, -1, 5);
    op(8, 0, 5, 31, 5);
    op(8, 0, 5, 32, 5);
    op(8, 0, 5, -1, 5);
    op(5, 0, 5, 3, 5);
    op(6, 0, 5, 3, 5);
    op(7, 0, 5, 3, 5);
    op(15, 0, 5, 3, 5);
    op(0, 6, 5, 3, 5);
    op(0, 15, 5, 3, 5);
    for (unsigned i = 0; i < 6; i++) {
        compare(i, -1, -1);
        compare(i, 4, 5);
        compare(i, 5, 4);
    }
    char *read_only = map_prot(PAGE, PROT_READ);
    call("read-only second word", futex(words, 5, 1, 1, (int *)read_only, 0));
    call("null second word", futex(words, 5, 1, 1, NULL, 0));
    call("unaligned second word", futex(words, 5, 1, 1, (int *)((char *)words + 6), 0));
    requeue();
    return 0;
}

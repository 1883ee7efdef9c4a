/*
 * futex, priority inheritance: who owns the word, FUTEX_WAITERS, handing over, timeouts, circles,
 * wrong values of the word, owners that died, requeueing from a condition to a PI lock.
 */

#include "test.h"

#include <pthread.h>

enum {
    WAIT = 0,
    WAKE = 1,
    REQUEUE = 3,
    LOCK_PI = 6,
    UNLOCK_PI,
    TRYLOCK_PI,
    WAIT_BITSET,
    WAIT_REQUEUE_PI = 11,
    CMP_REQUEUE_PI,
    LOCK_PI2
};
enum { PRIVATE = 128, CLOCK = 256 };
#define WAITERS 0x80000000u
#define DIED    0x40000000u

static unsigned *words;
static long results[8];

static long futex(unsigned *word, int op, long value, void *timeout, unsigned *second, int third)
{
    return syscall(SYS_futex, word, op, value, timeout, second, third);
}

static unsigned self(void)
{
    return (unsigned)syscall(SYS_gettid);
}

static void say_word(const char *label, unsigned word, unsigned owner)
{
    say("%s: %s%s%s", label,
        (word & 0x3fffffff) == 0       ? "free"
        : (word & 0x3fffffff) == owner ? "mine"
                                       : "another's",
        word & WAITERS ? ", waiters" : "", word & DIED ? ", died" : "");
}

static void word_is(const char *label, unsigned owner)
{
    say_word(label, __atomic_load_n(words, __ATOMIC_SEQ_CST), owner);
}

/* What another thread found when it had the lock; whoever joins it says so. */
static struct {
    unsigned word, owner;
} found;

static void find_word(void)
{
    found.word = __atomic_load_n(words, __ATOMIC_SEQ_CST);
    found.owner = self();
}

static void wait_for(unsigned *word, unsigned bits)
{
    while ((__atomic_load_n(word, __ATOMIC_SEQ_CST) & bits) != bits)
        nap(1);
}

static void alone(void)
{
    struct timespec past = {1, 0}, bad = {0, -1};

    call("lock free", futex(words, LOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
    call("lock my own", futex(words, LOCK_PI, 0, NULL, NULL, 0));
    call("try my own", futex(words, TRYLOCK_PI, 0, NULL, NULL, 0));
    call("unlock", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
    call("unlock free", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    call("try free", futex(words, TRYLOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
    call("unlock, private", futex(words, UNLOCK_PI | PRIVATE, 0, NULL, NULL, 0));
    *words = 0x3ffffff0;
    call("owner is nobody", futex(words, LOCK_PI, 0, NULL, NULL, 0));
    call("try: owner is nobody", futex(words, TRYLOCK_PI, 0, NULL, NULL, 0));
    *words = (unsigned)getppid();
    call("unlock another's", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    call("owner waits for nothing", futex(words, LOCK_PI, 0, &past, NULL, 0));
    *words = DIED;
    call("lock after a death", futex(words, LOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
    *words = DIED | self();
    call("unlock after a death", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
    *words = WAITERS;
    call("lock with WAITERS alone", futex(words, LOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
    *words = WAITERS | self();
    call("unlock with WAITERS and none", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
    *words = 0;
    call("bad time", futex(words, LOCK_PI, 0, &bad, NULL, 0));
    call("bad time pointer", futex(words, LOCK_PI, 0, (void *)8, NULL, 0));
    call("unaligned", futex((unsigned *)((char *)words + 2), LOCK_PI, 0, NULL, NULL, 0));
    call("null", futex(NULL, LOCK_PI, 0, NULL, NULL, 0));
    call("unlock null", futex(NULL, UNLOCK_PI, 0, NULL, NULL, 0));
    call("unlock unaligned", futex((unsigned *)((char *)words + 2), UNLOCK_PI, 0, NULL, NULL, 0));
    call("LOCK_PI with CLOCK", futex(words, LOCK_PI | CLOCK, 0, NULL, NULL, 0));
    *words = 0;
    call("UNLOCK_PI with CLOCK", futex(words, UNLOCK_PI | CLOCK, 0, NULL, NULL, 0));
    call("LOCK_PI2", futex(words, LOCK_PI2, 0, NULL, NULL, 0));
    call("LOCK_PI2 of my own", futex(words, LOCK_PI2, 0, NULL, NULL, 0));
    call("unlock", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    call("LOCK_PI2 with CLOCK", futex(words, LOCK_PI2 | CLOCK, 0, NULL, NULL, 0));
    *words = 0;
    char *read_only = map_prot(PAGE, PROT_READ);
    call("read-only memory", futex((unsigned *)read_only, LOCK_PI, 0, NULL, NULL, 0));
    call("unlock read-only memory", futex((unsigned *)read_only, UNLOCK_PI, 0, NULL, NULL, 0));
}

static void *locker(void *number)
{
    long i = (long)number;
    results[i] = futex(words, LOCK_PI, 0, NULL, NULL, 0) == 0 ? 0 : errno;
    find_word();
    results[i + 4] = futex(words, UNLOCK_PI, 0, NULL, NULL, 0) == 0 ? 0 : errno;
    return NULL;
}

static void *timed(void *op)
{
    struct timespec when;
    clock_gettime((long)op == LOCK_PI ? CLOCK_REALTIME : CLOCK_MONOTONIC, &when);
    when.tv_nsec += 20000000;
    if (when.tv_nsec >= 1000000000) {
        when.tv_sec++;
        when.tv_nsec -= 1000000000;
    }
    results[0] = futex(words, (int)(long)op, 0, &when, NULL, 0) == 0 ? 0 : errno;
    return NULL;
}

static void *try_it(void *unused)
{
    call("try another's", futex(words, TRYLOCK_PI, 0, NULL, NULL, 0));
    call("unlock another's", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    call("plain wake of a PI word", futex(words, WAKE, 1, NULL, NULL, 0));
    return unused;
}

static void handed_over(void)
{
    pthread_t thread;

    *words = 0;
    must(futex(words, LOCK_PI, 0, NULL, NULL, 0));
    pthread_create(&thread, NULL, locker, (void *)0);
    wait_for(words, WAITERS);
    word_is("a thread waits", self());
    pthread_t other;
    pthread_create(&other, NULL, try_it, NULL);
    pthread_join(other, NULL);
    call("unlock", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    pthread_join(thread, NULL);
    say_word("a thread got it", found.word, found.owner);
    say("its lock: %s, its unlock: %s", errno_name((int)results[0]), errno_name((int)results[4]));
    word_is("then", self());
    must(futex(words, LOCK_PI, 0, NULL, NULL, 0));
    pthread_create(&thread, NULL, timed, (void *)LOCK_PI);
    pthread_join(thread, NULL);
    say("LOCK_PI with a time: %s", errno_name((int)results[0]));
    word_is("then", self());
    pthread_create(&thread, NULL, timed, (void *)LOCK_PI2);
    pthread_join(thread, NULL);
    say("LOCK_PI2 with a time: %s", errno_name((int)results[0]));
    call("unlock", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
}

/* Two threads, each holds one word and wants the other's. */
static void *wants_first(void *unused)
{
    must(futex(words + 1, LOCK_PI, 0, NULL, NULL, 0));
    words[8] = 1;
    results[0] = futex(words, LOCK_PI, 0, NULL, NULL, 0) == 0 ? 0 : errno;
    futex(words, UNLOCK_PI, 0, NULL, NULL, 0);
    futex(words + 1, UNLOCK_PI, 0, NULL, NULL, 0);
    return unused;
}

static void circle(void)
{
    pthread_t thread;

    words[0] = words[1] = words[8] = 0;
    must(futex(words, LOCK_PI, 0, NULL, NULL, 0));
    pthread_create(&thread, NULL, wants_first, NULL);
    wait_for(words, WAITERS);
    nap(20);
    call("a circle of two", futex(words + 1, LOCK_PI, 0, NULL, NULL, 0));
    call("unlock", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    pthread_join(thread, NULL);
    say("the other: %s", errno_name((int)results[0]));
}

static void *dies_holding(void *unused)
{
    must(futex(words, LOCK_PI, 0, NULL, NULL, 0));
    words[8] = 1;
    wait_for(words, WAITERS);
    nap(20);
    return unused;
}

static void owner_exits(void)
{
    pthread_t thread;

    words[0] = words[8] = 0;
    pthread_create(&thread, NULL, dies_holding, NULL);
    wait_for(words + 8, 1);
    call("the owner exits while we wait", futex(words, LOCK_PI, 0, NULL, NULL, 0));
    word_is("then", self());
    pthread_join(thread, NULL);
    futex(words, UNLOCK_PI, 0, NULL, NULL, 0);
}

static void *requeued(void *unused)
{
    words[8] = self();
    results[0] = futex(words + 1, WAIT_REQUEUE_PI, 7, NULL, words, 0) == 0 ? 0 : errno;
    find_word();
    results[1] = futex(words, UNLOCK_PI, 0, NULL, NULL, 0) == 0 ? 0 : errno;
    return unused;
}

/* Until the thread whose number is in words[8] sleeps. */
static void wait_for_sleeper(void)
{
    char path[64], text[512] = "";

    while (strstr(text, ") S ") == NULL) {
        nap(1);
        snprintf(path, sizeof(path), "/proc/self/task/%u/stat",
                 __atomic_load_n(words + 8, __ATOMIC_SEQ_CST));
        file_text(path, text, sizeof(text));
    }
}

static void requeue(void)
{
    struct timespec past = {1, 0};
    pthread_t thread;

    words[0] = words[8] = 0;
    words[1] = 7;
    call("value differs", futex(words + 1, WAIT_REQUEUE_PI, 8, NULL, words, 0));
    call("to itself", futex(words + 1, WAIT_REQUEUE_PI, 7, NULL, words + 1, 0));
    call("time is over", futex(words + 1, WAIT_REQUEUE_PI, 7, &past, words, 0));
    call("bitset 0", futex(words + 1, CMP_REQUEUE_PI, 1, 0, words, 8));
    call("wake 0", futex(words + 1, CMP_REQUEUE_PI, 0, 0, words, 7));
    call("wake 2", futex(words + 1, CMP_REQUEUE_PI, 2, 0, words, 7));
    call("onto itself", futex(words + 1, CMP_REQUEUE_PI, 1, 0, words + 1, 7));
    call("nobody waits", futex(words + 1, CMP_REQUEUE_PI, 1, 0, words, 7));
    call("move a negative number", futex(words + 1, CMP_REQUEUE_PI, 1, (void *)-1, words, 7));

    must(futex(words, LOCK_PI, 0, NULL, NULL, 0));
    pthread_create(&thread, NULL, requeued, NULL);
    wait_for_sleeper();
    call("plain wake of who waits to be moved", futex(words + 1, WAKE, 1, NULL, NULL, 0));
    call("plain requeue of it", futex(words + 1, REQUEUE, 1, (void *)1, words + 4, 0));
    call("moved to another word", futex(words + 1, CMP_REQUEUE_PI, 1, 0, words + 4, 7));
    call("moved", futex(words + 1, CMP_REQUEUE_PI, 1, 0, words, 7));
    word_is("then", self());
    call("unlock", futex(words, UNLOCK_PI, 0, NULL, NULL, 0));
    pthread_join(thread, NULL);
    say_word("after the requeue", found.word, found.owner);
    say("its wait: %s, its unlock: %s", errno_name((int)results[0]), errno_name((int)results[1]));
    words[0] = words[8] = 0;
    pthread_create(&thread, NULL, requeued, NULL);
    wait_for_sleeper();
    call("moved to a free lock", futex(words + 1, CMP_REQUEUE_PI, 1, 0, words, 7));
    pthread_join(thread, NULL);
    say_word("after the requeue", found.word, found.owner);
    say("its wait: %s, its unlock: %s", errno_name((int)results[0]), errno_name((int)results[1]));
}

int main(void)
{
    words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    alone();
    handed_over();
    circle();
    owner_exits();
    requeue();
    return 0;
}

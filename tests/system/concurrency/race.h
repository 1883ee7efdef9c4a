/*
 * race.h: for tests in which threads and processes work on the same memory at once.
 *
 * A racer is a function that is called again and again until the time is over: 2 seconds, or what
 * the file /tests/seconds says (tests/concurrency/run puts it there). What a call answers is not
 * looked at, since another racer may have taken the memory away; what is read must be a value that
 * somebody may have written there: memory of others, or old memory, never. Accesses that fault give
 * nothing. While it goes on the audit is read, where there is one.
 */

#ifndef TESTS_SYSTEM_CONCURRENCY_RACE_H
#define TESTS_SYSTEM_CONCURRENCY_RACE_H

#include "test.h"

#include <pthread.h>
#include <setjmp.h>

typedef uint64_t race_word;

static __thread sigjmp_buf race_return;
static __thread volatile bool race_armed;

static struct timespec race_started;
static long race_milliseconds;

/* Seen by all processes of the test. */
static struct race_result {
    long wrong;
    race_word first_wrong;
} * race_result;

static void race_fault(int number)
{
    if (!race_armed) {
        say("a %s that no access expected", signal_name(number));
        _exit(97);
    }
    siglongjmp(race_return, 1);
}

/* race_begin: before anything else. */
static inline void race_begin(void)
{
    struct sigaction action = {.sa_handler = race_fault, .sa_flags = SA_NODEFER};
    char words[32] = "";

    race_result = (struct race_result *)must(
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    race_milliseconds =
        file_text("/tests/seconds", words, sizeof(words)) > 0 ? atol(words) * 1000 : 2000;
    clock_gettime(CLOCK_MONOTONIC, &race_started);
}

static inline bool race_over(void)
{
    return elapsed(&race_started) > race_milliseconds;
}

/* race_random: the next number of a sequence that @state, not 0, stands for. */
static inline race_word race_random(race_word *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* race_read, race_write: => false where the access faults */
static inline bool race_read(const void *at, race_word *value)
{
    bool good = false;

    if (sigsetjmp(race_return, 0) == 0) {
        race_armed = true;
        *value = *(const volatile race_word *)at;
        good = true;
    }
    race_armed = false;
    return good;
}

static inline bool race_write(void *at, race_word value)
{
    bool good = false;

    if (sigsetjmp(race_return, 0) == 0) {
        race_armed = true;
        *(volatile race_word *)at = value;
        good = true;
    }
    race_armed = false;
    return good;
}

static inline void race_wrong(race_word value)
{
    if (__atomic_fetch_add(&race_result->wrong, 1, __ATOMIC_RELAXED) == 0)
        race_result->first_wrong = value;
}

struct racer {
    void (*body)(race_word *random);
    pthread_t thread;
    race_word seed;
};

/* Nobody begins before all stacks are mapped: one could come to lie where another unmaps. */
static pthread_barrier_t race_line;

static inline void *race_thread(void *argument)
{
    struct racer *racer = argument;

    pthread_barrier_wait(&race_line);
    while (!race_over())
        racer->body(&racer->seed);
    return NULL;
}

/* race_start, race_join: each of @nr racers as a thread of this process. */
static inline void race_start(struct racer *racers, size_t nr)
{
    must(pthread_barrier_init(&race_line, NULL, (unsigned)nr));
    for (size_t i = 0; i < nr; i++) {
        racers[i].seed = (i + 1) * 0x9e3779b97f4a7c15;
        if (pthread_create(&racers[i].thread, NULL, race_thread, &racers[i]) != 0)
            _exit(96);
    }
}

static inline void race_join(struct racer *racers, size_t nr)
{
    for (size_t i = 0; i < nr; i++)
        pthread_join(racers[i].thread, NULL);
}

/* race_process: @body in a process of its own until the time is over. => pid */
static inline pid_t race_process(void (*body)(race_word *random), race_word seed)
{
    pid_t pid = (pid_t)must(fork());

    if (pid != 0)
        return pid;
    while (!race_over())
        body(&seed);
    _exit(0);
}

/* race_audit: read the audit once, then wait a little. */
static inline void race_audit(void)
{
    char words[256];

    if (file_text("/proc/quire/audit", words, sizeof(words)) > 0 && strcmp(words, "ok\n") != 0) {
        say("audit: %s", words);
        _exit(95);
    }
    nap(50);
}

/* race_end: what was found. */
static inline void race_end(void)
{
    say("wrong values: %ld", race_result->wrong);
    if (race_result->wrong != 0)
        say("the first: %lx", (unsigned long)race_result->first_wrong);
}

#endif

/* Threads that write, unmap, protect and drop pages while the process forks; every child checks
 * what it inherited, writes to all of it, and checks again. No value may be lost, torn or seen by
 * the others. seconds: 120 */

#include "test.h"

#include <pthread.h>

#define WRITERS 3
#define PAGES   1200UL /* more than two leaf tables */
#define ROUNDS  10

static char *memory;
static volatile bool stop;
static unsigned long wrong;

static unsigned long *word(unsigned long page)
{
    return (unsigned long *)(memory + page * PAGE);
}

/* Own pages count up, in order: each is one round ahead of the next or equal to it. */
static void *writer(void *argument)
{
    unsigned long self = (unsigned long)argument;

    for (unsigned long round = 1; !stop; round++) {
        for (unsigned long page = self; page < PAGES; page += WRITERS) {
            if (*word(page) != round - 1)
                __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
            *word(page) = round;
        }
    }
    return NULL;
}

/* Areas come and go between the forks, in and next to the tables the writers use. */
static void *mapper(void *argument)
{
    char *room = argument;

    for (unsigned i = 1; !stop; i++) {
        char *at = room + i % 64 * PAGE;

        must((long)mmap(at, 4 * PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        at[0] = 1;
        at[3 * PAGE] = 4;
        must(mprotect(at + PAGE, PAGE, PROT_READ));
        must(madvise(at, 2 * PAGE, MADV_DONTNEED));
        if (at[0] != 0 || at[3 * PAGE] != 4)
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
        must(munmap(at, 4 * PAGE));
    }
    return NULL;
}

/* A snapshot: along a writer's pages the rounds fall by one at most once. */
static int check_child(void)
{
    for (unsigned long self = 0; self < WRITERS; self++) {
        unsigned long steps = 0;

        for (unsigned long page = self + WRITERS; page < PAGES; page += WRITERS) {
            unsigned long before = *word(page - WRITERS), here = *word(page);

            if (before != here && before != here + 1)
                return 1;
            steps += before != here;
        }
        if (steps > 1)
            return 2;
    }
    for (unsigned long page = 0; page < PAGES; page++)
        *word(page) = ~page;
    for (unsigned long page = 0; page < PAGES; page++) {
        if (*word(page) != ~page)
            return 3;
    }
    return 0;
}

int main(void)
{
    pthread_t threads[WRITERS + 1];
    int results[4] = {0};

    memory = (char *)must((long)mmap(NULL, (PAGES + 68) * PAGE, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (unsigned long i = 0; i < WRITERS; i++)
        must(-pthread_create(&threads[i], NULL, writer, (void *)i));
    must(-pthread_create(&threads[WRITERS], NULL, mapper, memory + PAGES * PAGE));
    for (int round = 0; round < ROUNDS; round++) {
        int status;
        pid_t child = (pid_t)must(fork());

        if (child == 0)
            _exit(check_child());
        must(waitpid(child, &status, 0));
        results[WIFEXITED(status) ? WEXITSTATUS(status) & 3 : 3]++;
    }
    stop = true;
    for (int i = 0; i <= WRITERS; i++)
        pthread_join(threads[i], NULL);
    say("children that found all well: %d, torn: %d, out of order: %d, lost writes: %d", results[0],
        results[1], results[2], results[3]);
    say("wrong in the parent: %lu", wrong);
    return 0;
}

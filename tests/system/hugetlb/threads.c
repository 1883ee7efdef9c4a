/* Threads that touch one huge page at the same time, when there is no other: none of them fails. */

#include "pool.h"

#include <pthread.h>

#define THREADS 4
#define ROUNDS  20

static char *area;
static pthread_barrier_t start;

static void *touch(void *argument)
{
    pthread_barrier_wait(&start);
    area[(long)argument * PAGE] = 1;
    return NULL;
}

static void together(const char *label, int flags)
{
    pthread_t threads[THREADS];
    long sum = 0;

    for (int round = 0; round < ROUNDS; round++) {
        area = huge(HUGE, flags);
        pthread_barrier_init(&start, NULL, THREADS);
        for (long i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, touch, (void *)i);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        for (int i = 0; i < THREADS; i++)
            sum += area[i * PAGE];
        must(munmap(area, HUGE));
    }
    say("%s: %ld of %d", label, sum, THREADS * ROUNDS);
}

int main(void)
{
    pool_set(1, 0);
    together("private", PRIVATE);
    together("private, not promised", PRIVATE | MAP_NORESERVE);
    together("shared", SHARED);
    together("shared, not promised", SHARED | MAP_NORESERVE);
    pool("after all");
    pool_set(0, 0);
    return 0;
}

/* pthreads: creation, join, mutexes, condition variables, thread-local data, many threads at once.
 */

#include "test.h"

#include <pthread.h>
#include <semaphore.h>

enum { threads = 16, rounds = 2000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t items;
static long counter, sum;
static int next;
static __thread int mine;

static void *work(void *argument)
{
    mine = (int)(long)argument;
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < rounds; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_lock(&lock);
    while (next != mine)
        pthread_cond_wait(&turn, &lock);
    next++;
    sum = sum * 3 + mine;
    pthread_cond_broadcast(&turn);
    pthread_mutex_unlock(&lock);
    sem_post(&items);
    return (void *)(long)(mine * 10);
}

int main(void)
{
    pthread_t ids[threads];
    long total = 0;
    pthread_barrier_init(&barrier, NULL, threads);
    sem_init(&items, 0, 0);
    for (long i = 0; i < threads; i++)
        must(pthread_create(&ids[i], NULL, work, (void *)i) ? -1 : 0);
    for (int i = 0; i < threads; i++)
        sem_wait(&items);
    for (int i = 0; i < threads; i++) {
        void *result;
        pthread_join(ids[i], &result);
        total += (long)result;
    }
    say("counter %ld, sum %ld, joined %ld, main's own %d", counter, sum, total, mine);
    return 0;
}

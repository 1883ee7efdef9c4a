/* Process-shared pthread mutexes, robust ones included: the owner dies, the next gets EOWNERDEAD.
 */

#include "test.h"

#include <pthread.h>

struct shared {
    pthread_mutex_t plain, robust;
    pthread_cond_t cond;
    int counter, turn;
};

int main(void)
{
    struct shared *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    pthread_condattr_t condition;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&s->plain, &attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&s->robust, &attributes);
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&s->cond, &condition);
    for (int i = 0; i < 4; i++) {
        if (fork() == 0) {
            for (int j = 0; j < 500; j++) {
                pthread_mutex_lock(&s->plain);
                s->counter++;
                pthread_mutex_unlock(&s->plain);
            }
            pthread_mutex_lock(&s->plain);
            while (s->turn != i)
                pthread_cond_wait(&s->cond, &s->plain);
            s->turn++;
            pthread_cond_broadcast(&s->cond);
            pthread_mutex_unlock(&s->plain);
            _exit(0);
        }
    }
    for (int i = 0; i < 4; i++)
        must(wait(NULL));
    say("counter %d turn %d", s->counter, s->turn);
    if (fork() == 0) {
        pthread_mutex_lock(&s->robust);
        _exit(0);
    }
    must(wait(NULL));
    say("lock of a dead owner: %s", errno_name(pthread_mutex_lock(&s->robust)));
    say("consistent: %d", pthread_mutex_consistent(&s->robust));
    say("unlock: %d", pthread_mutex_unlock(&s->robust));
    say("lock: %d", pthread_mutex_lock(&s->robust));
    return 0;
}

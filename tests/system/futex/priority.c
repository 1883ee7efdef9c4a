/*
 * Priorities of those who wait: the owner of a PI mutex runs at the priority of the most urgent,
 * through a chain of mutexes, and gives it back; FUTEX_WAKE and FUTEX_REQUEUE prefer the urgent.
 */

#include "test.h"

#include <pthread.h>
#include <sched.h>

static pthread_mutex_t first, second;
static int tids[4], step[4], order[8], woken;
static int words[2];

/* Field 18 of stat: 20 + nice, or -1 - priority for a real-time one. */
static int priority_of(int tid)
{
    char path[64], text[512];
    int priority = 0;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
    if (file_text(path, text, sizeof(text)) > 0)
        sscanf(strrchr(text, ')') + 2,
               "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %d", &priority);
    return priority;
}

static void asleep(int who)
{
    char path[64], text[512];
    while (__atomic_load_n(&tids[who], __ATOMIC_SEQ_CST) == 0)
        nap(1);
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tids[who]);
    do {
        nap(1);
        file_text(path, text, sizeof(text));
    } while (strstr(text, ") S ") == NULL);
}

static void show(const char *label)
{
    say("%s: low %d, middle %d, high %d", label, priority_of(tids[0]), priority_of(tids[1]),
        priority_of(tids[2]));
}

static void wait_step(int who, int value)
{
    while (__atomic_load_n(&step[who], __ATOMIC_SEQ_CST) < value)
        nap(1);
}

static void urgent(int priority)
{
    struct sched_param parameter = {.sched_priority = priority};
    must(syscall(SYS_sched_setscheduler, 0, priority > 0 ? SCHED_FIFO : SCHED_OTHER, &parameter));
}

static void *low(void *unused)
{
    pthread_mutex_lock(&first);
    tids[0] = (int)syscall(SYS_gettid);
    wait_step(0, 1);
    pthread_mutex_unlock(&first);
    wait_step(0, 2);
    return unused;
}

static void *middle(void *unused)
{
    urgent(10);
    pthread_mutex_lock(&second);
    tids[1] = (int)syscall(SYS_gettid);
    pthread_mutex_lock(&first);
    step[3] = 1;
    wait_step(1, 1);
    pthread_mutex_unlock(&first);
    pthread_mutex_unlock(&second);
    wait_step(1, 2);
    return unused;
}

static void *high(void *unused)
{
    urgent(30);
    tids[2] = (int)syscall(SYS_gettid);
    pthread_mutex_lock(&second);
    pthread_mutex_unlock(&second);
    step[3] = 2;
    wait_step(2, 1);
    return unused;
}

static void chain(void)
{
    pthread_mutexattr_t attributes;
    pthread_t threads[3];

    pthread_mutexattr_init(&attributes);
    must(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
    pthread_mutex_init(&first, &attributes);
    pthread_mutex_init(&second, &attributes);
    pthread_create(&threads[0], NULL, low, NULL);
    while (__atomic_load_n(&tids[0], __ATOMIC_SEQ_CST) == 0)
        nap(1);
    show("one owner");
    pthread_create(&threads[1], NULL, middle, NULL);
    asleep(1);
    show("middle waits");
    pthread_create(&threads[2], NULL, high, NULL);
    asleep(2);
    show("high waits for middle");
    step[0] = 1;
    wait_step(3, 1);
    asleep(2);
    show("low has unlocked");
    step[1] = 1;
    wait_step(3, 2);
    show("middle has unlocked");
    step[0] = step[1] = step[2] = 2;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}

static void *waits(void *priority)
{
    urgent((int)(long)priority);
    __atomic_store_n(&tids[3], (int)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
    syscall(SYS_futex, words, 0, 0, NULL, NULL, 0);
    order[__atomic_fetch_add(&woken, 1, __ATOMIC_SEQ_CST)] = (int)(long)priority;
    return NULL;
}

static void wake_in_order(const char *label, bool requeue)
{
    static const int priorities[] = {0, 5, 0, 20, 5, 10};
    pthread_t threads[6];
    char text[100] = "";

    woken = 0;
    for (int i = 0; i < 6; i++) {
        tids[3] = 0;
        pthread_create(&threads[i], NULL, waits, (void *)(long)priorities[i]);
        asleep(3);
    }
    if (requeue)
        call("moved", syscall(SYS_futex, words, 3, 0, 6, words + 1, 0));
    for (int i = 0; i < 6; i++) {
        must(syscall(SYS_futex, words + requeue, 1, 1, NULL, NULL, 0));
        while (__atomic_load_n(&woken, __ATOMIC_SEQ_CST) != i + 1)
            nap(1);
        sprintf(text + strlen(text), " %d", order[i]);
    }
    say("%s:%s", label, text);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    chain();
    wake_in_order("woken", false);
    wake_in_order("moved, then woken", true);
    return 0;
}

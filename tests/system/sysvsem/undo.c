/* SEM_UNDO: at exit, after exec, shared by threads, limits, forgotten by SETVAL and SETALL. */

#include "../test.h"
#include <pthread.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/sem.h>

static int id;

static void values(const char *label)
{
    unsigned short now[2];

    must(semctl(id, 0, GETALL, now));
    say("%s: %d %d", label, now[0], now[1]);
}

static void add(int number, int by)
{
    struct sembuf one = {(unsigned short)number, (short)by, SEM_UNDO};

    must(semop(id, &one, 1));
}

static void ups(void)
{
    add(0, 3);
    add(1, -2);
    values("child");
}

static void many(void)
{
    struct sembuf both[] = {{0, 1, SEM_UNDO}, {1, 1, 0}};

    for (int i = 0; i < 5; i++)
        must(semop(id, both, 2));
    values("child");
}

static void below_zero(void)
{
    struct sembuf plain = {0, -4, 0};

    add(0, 4);
    must(semop(id, &plain, 1));
}

static void set_outright(void)
{
    add(0, 2);
    add(1, 2);
    must(semctl(id, 0, SETVAL, 5));
    values("child");
}

static void set_all(void)
{
    unsigned short now[2] = {7, 7};

    add(0, 2);
    add(1, 2);
    must(semctl(id, 0, SETALL, now));
    add(1, 1);
    values("child");
}

static void too_much(void)
{
    struct sembuf one = {0, 32767, SEM_UNDO}, down = {0, -32767, 0}, two = {0, 2, SEM_UNDO};

    must(semctl(id, 0, SETVAL, 0));
    call("32767 with undo", semop(id, &one, 1));
    call("down without", semop(id, &down, 1));
    call("two more with undo", semop(id, &two, 1));
    two.sem_op = 1;
    call("one more with undo", semop(id, &two, 1));
    values("child");
}

static void forks(void)
{
    add(0, 2);
    pid_t child = (pid_t)must(fork());
    if (child == 0) {
        add(0, 1);
        values("grandchild");
        _exit(0);
    }
    must(waitpid(child, NULL, 0));
    values("grandchild has exited");
}

static void execs(void)
{
    add(0, 4);
    execl("/proc/self/exe", "undo", "after", (char *)NULL);
}

static void *thread_adds(void *argument)
{
    add(0, 5);
    return argument;
}

static void threads(void)
{
    pthread_t thread;

    must(-pthread_create(&thread, NULL, thread_adds, NULL));
    must(-pthread_join(thread, NULL));
    values("the thread has ended");
}

static void unshares(void)
{
    add(0, 6);
    call("unshare", unshare(CLONE_SYSVSEM));
    values("unshared");
    add(0, 1);
}

static void removed(void)
{
    int old = id;
    struct sembuf one = {0, 1, SEM_UNDO};

    id = (int)must(semget(IPC_PRIVATE, 1, 0600));
    must(semop(id, &one, 1));
    must(semctl(id, 0, IPC_RMID));
    call("in a removed set", semop(id, &one, 1));
    id = (int)must(semget(IPC_PRIVATE, 1, 0600));
    must(semop(id, &one, 1));
    must(semctl(id, 0, IPC_RMID));
    id = old;
    add(0, 1);
}

static void waiter_is_served(void)
{
    pid_t child = (pid_t)must(fork());
    struct sembuf wait_zero = {0, 0, 0};

    if (child == 0)
        _exit(semop(id, &wait_zero, 1) == 0 ? 0 : errno);
    while (semctl(id, 0, GETZCNT) == 0)
        nap(5);
    pid_t other = (pid_t)must(fork());
    if (other == 0) {
        struct sembuf down = {0, -1, SEM_UNDO};
        must(semop(id, &down, 1));
        _exit(0);
    }
    int status;
    must(waitpid(other, NULL, 0));
    must(semctl(id, 0, GETZCNT) == 1 ? 0 : -1);
    other = (pid_t)must(fork());
    if (other == 0) {
        struct sembuf up = {0, 3, SEM_UNDO}, plain = {0, -1, 0};
        must(semop(id, &up, 1));
        must(semop(id, &plain, 1));
        must(semop(id, &plain, 1));
        _exit(0);
    }
    must(waitpid(other, NULL, 0));
    must(waitpid(child, &status, 0));
    status_report("waiter", status);
    yes("the exiting one is the last", semctl(id, 0, GETPID) == child);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return 0;
    id = (int)must(semget(IPC_PRIVATE, 2, 0600));
    must(semctl(id, 0, SETVAL, 10));
    must(semctl(id, 1, SETVAL, 10));
    in_child("ups and downs", ups);
    values("undone");
    in_child("many", many);
    values("undone");
    in_child("forks", forks);
    values("undone");
    in_child("execs", execs);
    values("undone");
    in_child("threads", threads);
    values("undone");
    in_child("unshares", unshares);
    values("undone");
    in_child("removed", removed);
    values("undone");
    in_child("set outright", set_outright);
    values("forgotten");
    in_child("set all", set_all);
    values("partly forgotten");
    must(semctl(id, 0, SETVAL, 0));
    in_child("below zero", below_zero);
    values("not below zero");
    in_child("too much", too_much);
    values("undone");
    must(semctl(id, 0, SETVAL, 2));
    waiter_is_served();
    values("served");
    must(semctl(id, 0, IPC_RMID));
    return 0;
}

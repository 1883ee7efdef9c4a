/* semop: atomic operations, waiting, waking, time, removal, signals. */

#include "../test.h"
#include <sys/ipc.h>
#include <sys/sem.h>

static int id;

static void values(const char *label)
{
    unsigned short now[4];

    must(semctl(id, 0, GETALL, now));
    say("%s: %d %d %d %d", label, now[0], now[1], now[2], now[3]);
}

/* Start a child that does these operations, and wait until it sleeps or has ended. */
static pid_t start(struct sembuf *operations, size_t nr, bool zero, int number)
{
    int before = semctl(id, number, zero ? GETZCNT : GETNCNT);
    pid_t child = (pid_t)must(fork());

    if (child == 0)
        _exit(semop(id, operations, nr) == 0 ? 0 : errno);
    while (semctl(id, number, zero ? GETZCNT : GETNCNT) == before)
        nap(5);
    return child;
}

static void ended(const char *label, pid_t child)
{
    int status;

    must(waitpid(child, &status, 0));
    if (WIFEXITED(status))
        say("%s: %s", label, WEXITSTATUS(status) ? errno_name(WEXITSTATUS(status)) : "done");
    else
        status_report(label, status);
}

static void on_signal(int signal)
{
    (void)signal;
}

static void refused(void)
{
    struct sembuf many[501] = {{0, 0, IPC_NOWAIT}};
    struct sembuf one = {0, 1, 0};
    struct timespec bad = {0, 1000000000}, negative = {-1, 0}, none = {0, 0};

    call("no operations", semop(id, &one, 0));
    call("501 operations", semop(id, many, 501));
    call("500 operations", semop(id, many, 500));
    call("-1 operations", semop(id, many, -1));
    call("operations from nowhere", semop(id, (void *)8, 1));
    call("501 from nowhere", semop(id, (void *)8, 501));
    call("identifier -1", semop(-1, &one, 1));
    call("identifier -1, from nowhere", semop(-1, (void *)8, 1));
    call("no such set", semop(id + 54321, &one, 1));
    one.sem_num = 4;
    call("number 4", semop(id, &one, 1));
    one.sem_num = 65535;
    call("number 65535", semop(id, &one, 1));
    one.sem_num = 0;
    call("bad time", semtimedop(id, &one, 1, &bad));
    call("bad time, no operations", semtimedop(id, &one, 0, &bad));
    call("bad time, from nowhere", semtimedop(id, (void *)8, 1, &bad));
    call("negative time", semtimedop(id, &one, 1, &negative));
    call("time from nowhere", semtimedop(id, (void *)8, 501, (void *)8));
    call("no time, possible", semtimedop(id, &one, 1, &none));
    one.sem_op = -2;
    call("no time, not possible", semtimedop(id, &one, 1, &none));
    one.sem_op = 32767;
    call("too large a value", semop(id, &one, 1));
    one.sem_op = -1;
    call("down", semop(id, &one, 1));
}

int main(void)
{
    struct semid_ds status;
    struct timespec began, some = {0, 50000000};
    pid_t child, second;

    id = (int)must(semget(IPC_PRIVATE, 4, 0600));
    refused();

    struct sembuf both[] = {{0, 2, 0}, {1, 3, 0}};
    call("two ups", semop(id, both, 2));
    values("values");
    must(semctl(id, 0, IPC_STAT, &status));
    yes("operated now", labs(status.sem_otime - time(NULL)) < 10);
    struct sembuf partly[] = {{0, -1, 0}, {1, -4, IPC_NOWAIT}};
    call("one of two not possible", semop(id, partly, 2));
    values("nothing changed");
    struct sembuf same[] = {{0, -2, 0}, {0, 0, IPC_NOWAIT}, {0, 5, 0}};
    call("three on one", semop(id, same, 3));
    values("values");
    struct sembuf range[] = {{0, 5, 0}, {2, 32767, 0}, {2, 1, 0}};
    call("the third out of range", semop(id, range, 3));
    values("nothing changed");
    struct sembuf zero_now = {0, 0, IPC_NOWAIT}, zero_free = {3, 0, IPC_NOWAIT};
    call("zero, not now", semop(id, &zero_now, 1));
    call("zero", semop(id, &zero_free, 1));

    struct sembuf down_two = {2, -2, 0}, up_two = {2, 1, 0};
    child = start(&down_two, 1, false, 2);
    call("GETNCNT", semctl(id, 2, GETNCNT));
    call("GETZCNT", semctl(id, 2, GETZCNT));
    call("up", semop(id, &up_two, 1));
    call("still waits", semctl(id, 2, GETNCNT));
    call("up", semop(id, &up_two, 1));
    ended("child", child);
    yes("the child did it", semctl(id, 2, GETPID) == child);
    values("values");

    struct sembuf wait_zero = {0, 0, 0}, to_zero = {0, -5, 0};
    child = start(&wait_zero, 1, true, 0);
    call("GETZCNT", semctl(id, 0, GETZCNT));
    call("down to zero", semop(id, &to_zero, 1));
    ended("child", child);

    struct sembuf give = {3, 1, 0}, take[] = {{3, -1, 0}, {2, 1, 0}}, chain = {2, -1, 0};
    child = start(&chain, 1, false, 2);
    second = start(take, 2, false, 3);
    call("one up for a chain of two", semop(id, &give, 1));
    ended("first", child);
    ended("second", second);
    values("values");

    struct sembuf large = {3, -3, 0}, small = {3, -1, 0}, up_one = {3, 1, 0};
    child = start(&large, 1, false, 3);
    second = start(&small, 1, false, 3);
    call("waiters", semctl(id, 3, GETNCNT));
    call("up by one", semop(id, &up_one, 1));
    ended("the one that needs one", second);
    call("waiters", semctl(id, 3, GETNCNT));
    call("SETVAL 3", semctl(id, 3, SETVAL, 3));
    ended("the one that needs three", child);

    clock_gettime(CLOCK_MONOTONIC, &began);
    call("50 ms", semtimedop(id, &small, 1, &some));
    yes("passed", elapsed(&began) >= 49);
    call("waiters", semctl(id, 3, GETNCNT));

    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    ualarm(30000, 30000);
    call("a signal with SA_RESTART", semop(id, &small, 1));
    ualarm(0, 0);
    call("waiters", semctl(id, 3, GETNCNT));
    child = start(&small, 1, false, 3);
    kill(child, SIGKILL);
    ended("killed", child);
    call("waiters", semctl(id, 3, GETNCNT));

    struct sembuf up_zero = {0, 1, 0};
    must(semop(id, &up_zero, 1));
    child = start(&small, 1, false, 3);
    second = start(&wait_zero, 1, true, 0);
    call("IPC_RMID", semctl(id, 0, IPC_RMID));
    ended("waited to go down", child);
    ended("waited for zero", second);
    call("gone", semop(id, &up_one, 1));
    return 0;
}

/* Processes take turns with a semaphore; nothing is lost, whatever is killed.
 * seconds: 60 */

#include "../test.h"
#include <sched.h>
#include <sys/ipc.h>
#include <sys/sem.h>

#define WORKERS 6
#define TURNS   300

static int id;

static void change(int by)
{
    struct sembuf one = {0, (short)by, SEM_UNDO};

    while (semop(id, &one, 1) != 0)
        must(errno == EINTR ? 0 : -1);
}

int main(void)
{
    volatile long *shared =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t children[WORKERS], victim;
    int status, good = 0;

    id = (int)must(semget(IPC_PRIVATE, 1, 0600));
    must(semctl(id, 0, SETVAL, 1));
    for (int i = 0; i < WORKERS; i++) {
        children[i] = (pid_t)must(fork());
        if (children[i] == 0) {
            for (int turn = 0; turn < TURNS; turn++) {
                change(-1);
                long now = shared[0];
                if (turn % 16 == 0)
                    sched_yield();
                shared[0] = now + 1;
                change(1);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 10; i++) {
        victim = (pid_t)must(fork());
        if (victim == 0) {
            change(-1);
            for (;;)
                pause();
        }
        nap(10);
        kill(victim, SIGKILL);
        must(waitpid(victim, NULL, 0));
    }
    for (int i = 0; i < WORKERS; i++) {
        must(waitpid(children[i], &status, 0));
        good += status == 0;
    }
    say("workers that ended well: %d", good);
    say("turns: %ld", shared[0]);
    call("value", semctl(id, 0, GETVAL));
    call("waiters", semctl(id, 0, GETNCNT));
    must(semctl(id, 0, IPC_RMID));
    return 0;
}

/* Two session leaders open a free terminal at once: it becomes the terminal of one of them. */
#include "terminal.h"

#include <sched.h>

static int *here;

/* Until both have come so far. */
static void meet(int *count)
{
    __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(count, __ATOMIC_SEQ_CST) < 2)
        sched_yield();
}

static int take_terminal(void)
{
    must(setsid());
    meet(&here[0]);
    must(open(slave_name, O_RDWR));
    meet(&here[1]);
    return open("/dev/tty", O_RDWR) >= 0;
}

int main(void)
{
    struct timespec begin;
    int both = 0, nobody = 0;

    here = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (elapsed(&begin) < 3000) {
        int status, owners = 0;

        terminal_open();
        here[0] = here[1] = 0;
        for (int i = 0; i < 2; i++) {
            if (must(fork()) == 0)
                _exit(take_terminal());
        }
        for (int i = 0; i < 2; i++) {
            must(wait(&status));
            owners += WEXITSTATUS(status);
        }
        both += owners == 2;
        nobody += owners == 0;
        terminal_close();
    }
    say("terminals of both: %d, of nobody: %d", both, nobody);
    return 0;
}

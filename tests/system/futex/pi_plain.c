/* Priority-inheritance operations on a word with plain waiters: EINVAL. */

#include "test.h"

#include <linux/futex.h>

static unsigned *word;

static long pi(int operation)
{
    return syscall(SYS_futex, word, operation, 0, NULL, NULL, 0);
}

static void all(const char *label, unsigned value)
{
    say("%s", label);
    *word = value;
    call("LOCK_PI", pi(FUTEX_LOCK_PI));
    *word = value;
    call("TRYLOCK_PI", pi(FUTEX_TRYLOCK_PI));
    *word = value;
    call("LOCK_PI2", pi(13));
    *word = value;
    call("UNLOCK_PI", pi(FUTEX_UNLOCK_PI));
    yes("unchanged", *word == value);
}

int main(void)
{
    int status;

    word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = must(fork());
    if (child == 0) {
        syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
        _exit(5);
    }
    wait_until_asleep(child);
    all("free", 0);
    all("own", (unsigned)getpid());
    all("the waiter's", (unsigned)child);
    all("nobody's", 99999999 & FUTEX_TID_MASK);
    *word = 0;
    call("wake", syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0));
    must(waitpid(child, &status, 0));
    status_report("waiter", status);
    call("LOCK_PI", pi(FUTEX_LOCK_PI));
    call("UNLOCK_PI", pi(FUTEX_UNLOCK_PI));
    return 0;
}

/* What sigaction gives back of sa_flags, also of bits it does not know. */

#include "test.h"

struct kernel_action {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

int main(void)
{
    static const unsigned long flags[] = {0,          SA_NOCLDSTOP, SA_NOCLDWAIT, SA_SIGINFO,
                                          SA_ONSTACK, SA_RESTART,   SA_NODEFER,   SA_RESETHAND,
                                          0x04000000, 0x400,        0x800,        0x100,
                                          0x8,        0x10,         0x1000000,    0x2000000};
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        struct kernel_action action = {(void (*)(int))0x1234, flags[i], NULL, -1UL}, old;
        long result = syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8);
        syscall(SYS_rt_sigaction, SIGUSR1, NULL, &old, 8);
        say("%#lx: %ld, read back %#lx, mask %lx", flags[i], result, old.flags, old.mask);
    }
    return 0;
}

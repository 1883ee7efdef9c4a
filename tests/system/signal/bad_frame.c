/* A signal that cannot be delivered for want of a stack kills; a forged sigreturn cannot gain
 * anything. */

#include "test.h"

#include <ucontext.h>

static void handler(int number)
{
    (void)number;
}

static void no_stack(void)
{
    signal(SIGUSR1, handler);
    __asm__ volatile("mov $8, %%rsp; syscall; ud2"
                     :
                     : "a"(SYS_tkill), "D"(getpid()), "S"(SIGUSR1)
                     : "rcx", "r11", "memory");
}

static void stray_return(void)
{
    __asm__ volatile("mov $8, %%rsp; syscall; ud2"
                     :
                     : "a"(SYS_rt_sigreturn)
                     : "rcx", "r11", "memory");
}

static void change(int number, siginfo_t *info, void *context)
{
    ucontext_t *user = context;
    (void)info;
    if (number == SIGUSR1)
        user->uc_mcontext.gregs[REG_CSGSFS] = 0x10;
    else if (number == SIGUSR2)
        user->uc_mcontext.gregs[REG_RIP] = (long)0x8000000000000000;
    else if (number == SIGHUP)
        user->uc_mcontext.gregs[REG_EFL] |= 0x3000 | 0x20000;
    else
        user->uc_mcontext.fpregs = (void *)8;
}

static int signal_to_raise;

static void forge(void)
{
    struct sigaction action = {.sa_sigaction = change, .sa_flags = SA_SIGINFO};
    sigaction(signal_to_raise, &action, NULL);
    raise(signal_to_raise);
    unsigned long flags;
    __asm__ volatile("pushf; pop %0" : "=r"(flags));
    say("  returned, IOPL %lu", (flags >> 12) & 3);
}

int main(void)
{
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGTERM};
    in_child("no stack", no_stack);
    in_child("stray sigreturn", stray_return);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        signal_to_raise = numbers[i];
        in_child(i == 0   ? "kernel code segment"
                 : i == 1 ? "non-canonical rip"
                 : i == 2 ? "IOPL 3"
                          : "bad fpregs",
                 forge);
    }
    return 0;
}

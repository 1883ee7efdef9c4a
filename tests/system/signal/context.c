/* ucontext: the registers in it are those at the signal, and changes take effect on return. */

#include "test.h"

#include <ucontext.h>

static volatile unsigned long seen_r12, seen_trap, seen_error, seen_cr2;
static char *target;

static void change_register(int number, siginfo_t *info, void *context)
{
    ucontext_t *user = context;
    (void)number;
    (void)info;
    seen_r12 = (unsigned long)user->uc_mcontext.gregs[REG_R12];
    user->uc_mcontext.gregs[REG_R13] = 0x777;
    sigaddset(&user->uc_sigmask, SIGHUP);
}

static void skip_fault(int number, siginfo_t *info, void *context)
{
    ucontext_t *user = context;
    (void)number;
    seen_trap = (unsigned long)user->uc_mcontext.gregs[REG_TRAPNO];
    seen_error = (unsigned long)user->uc_mcontext.gregs[REG_ERR];
    seen_cr2 = (unsigned long)user->uc_mcontext.gregs[REG_CR2];
    (void)info;
    user->uc_mcontext.gregs[REG_RIP] += 3;
}

static void write_at_rax(char *where)
{
    target = where;
    /* movb $1, (%rax) is three bytes. */
    __asm__ volatile("movb $1, (%%rax)" : : "a"(where) : "memory");
    say("trap %lu error %lu address %s", seen_trap, seen_error,
        seen_cr2 == (unsigned long)where ? "right" : "WRONG");
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = change_register, .sa_flags = SA_SIGINFO};
    unsigned long r13 = 1;
    sigset_t mask;

    sigaction(SIGUSR1, &action, NULL);
    __asm__ volatile("mov $0x1212, %%r12; mov $0x1313, %%r13; syscall; mov %%r13, %0"
                     : "=r"(r13)
                     : "a"(SYS_tkill), "D"(getpid()), "S"(SIGUSR1)
                     : "rcx", "r11", "r12", "r13", "memory");
    say("r12 %#lx r13 %#lx", seen_r12, r13);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    yes("mask changed by the handler", sigismember(&mask, SIGHUP));
    action.sa_sigaction = skip_fault;
    sigaction(SIGSEGV, &action, NULL);
    write_at_rax((char *)0x123);
    char *page = map_prot(PAGE, PROT_READ);
    write_at_rax(page + 5);
    yes("nothing was written", page[5] == 0);
    write_at_rax((char *)0xffffffff81000000);
    return 0;
}

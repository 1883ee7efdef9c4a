/* Stack overflow is SIGSEGV on the alternate stack, with the address; without one it kills. */

#include "test.h"

#include <setjmp.h>
#include <sys/resource.h>

static char alternate[65536];
static sigjmp_buf back;
static char *volatile where;

static void handler(int number, siginfo_t *info, void *context)
{
    char local;
    (void)context;
    say("%s %s", signal_name(number), signal_code_name(number, info->si_code));
    yes("on the alternate stack", &local >= alternate && &local < alternate + sizeof(alternate));
    where = info->si_addr;
    siglongjmp(back, 1);
}

static int endless(int level)
{
    volatile char frame[4000];
    frame[0] = (char)level;
    return endless(level + 1) + frame[0];
}

static void overflow(void)
{
    endless(0);
}

int main(void)
{
    struct rlimit limit = {256 << 10, RLIM_INFINITY};
    stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    char local;

    must(setrlimit(RLIMIT_STACK, &limit));
    must(sigaltstack(&stack, NULL));
    sigaction(SIGSEGV, &action, NULL);
    for (int i = 0; i < 2; i++) {
        if (sigsetjmp(back, 1) == 0)
            endless(0);
        yes("address is below the stack", where < &local && where > &local - (8 << 20));
    }
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, NULL);
    in_child("no alternate stack", overflow);
    return 0;
}

/* CPU exceptions of user code become signals: divide, breakpoint, illegal and privileged
 * instructions. */

#include "test.h"

#include <setjmp.h>

static sigjmp_buf back;
static char *volatile begin;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    char *at = info->si_addr;
    say("%s %s, address %s", signal_name(number), signal_code_name(number, info->si_code),
        at == NULL    ? "null"
        : at == begin ? "the instruction"
                      : "other");
    siglongjmp(back, 1);
}

#define TRY(label, instruction)                                                                    \
    do {                                                                                           \
        say(label);                                                                                \
        if (sigsetjmp(back, 1) == 0) {                                                             \
            __asm__ volatile("lea 1f(%%rip), %%rax; mov %%rax, %0; 1: " instruction                \
                             : "=m"(begin)                                                         \
                             : "c"(0)                                                              \
                             : "rax", "rdx", "memory");                                            \
            say("no signal");                                                                      \
        }                                                                                          \
    } while (0)

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    for (int number = 1; number < 32; number++)
        sigaction(number, &action, NULL);
    TRY("divide by zero", "div %%cl");
    TRY("ud2", "ud2");
    TRY("int3", "int3");
    TRY("hlt", "hlt");
    TRY("cli", "cli");
    TRY("in", "in $0x60, %%al");
    TRY("out", "out %%al, $0x80");
    TRY("mov to cr3", "mov %%rax, %%cr3");
    TRY("rdmsr", "rdmsr");
    TRY("int 0x21", "int $0x21");
    TRY("int 0xe", "int $0xe");
    TRY("lgdt", "lgdt (%%rsp)");
    TRY("swapgs", "swapgs");
    return 0;
}

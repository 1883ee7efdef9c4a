/* sigaltstack: sizes, flags, in use, SS_AUTODISARM, and return to the old stack. */

#include "test.h"

static char space[32768];
static stack_t during;
static long change_result, change_error;

static void handler(int number)
{
    stack_t other = {.ss_sp = space, .ss_size = sizeof(space)};
    char local;
    (void)number;
    yes("  on it", &local >= space && &local < space + sizeof(space));
    sigaltstack(NULL, &during);
    change_result = sigaltstack(&other, NULL);
    change_error = errno;
}

static void show(const char *label)
{
    stack_t now;
    sigaltstack(NULL, &now);
    say("%s: flags %#x size %zu %s", label, (unsigned)now.ss_flags, now.ss_size,
        now.ss_sp == space  ? "ours"
        : now.ss_sp == NULL ? "null"
                            : "other");
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    stack_t stack = {.ss_sp = space, .ss_size = 1000};

    show("at start");
    call("too small", sigaltstack(&stack, NULL));
    stack.ss_size = sizeof(space);
    stack.ss_flags = 0x40;
    call("unknown flag", sigaltstack(&stack, NULL));
    stack.ss_flags = SS_ONSTACK;
    call("SS_ONSTACK", sigaltstack(&stack, NULL));
    stack.ss_flags = 0;
    call("good", sigaltstack(&stack, NULL));
    show("set");
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    say("during: flags %#x; change: %ld %s", (unsigned)during.ss_flags, change_result,
        errno_name((int)change_error));
    show("after");
    stack.ss_flags = (int)(1U << 31);
    call("autodisarm", sigaltstack(&stack, NULL));
    show("set");
    raise(SIGUSR1);
    say("during: flags %#x; change: %ld", (unsigned)during.ss_flags, change_result);
    show("after");
    stack.ss_flags = SS_DISABLE;
    call("disable", sigaltstack(&stack, NULL));
    show("disabled");
    call("bad pointer", syscall(SYS_sigaltstack, 8, NULL));
    call("bad old pointer", syscall(SYS_sigaltstack, NULL, 8));
    return 0;
}

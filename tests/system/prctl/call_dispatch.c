/* prctl(PR_SET_SYSCALL_USER_DISPATCH): which calls the program gets itself, and how. */

#include "test.h"

#include <sys/prctl.h>
#include <sys/ucontext.h>

#define OPTION 59

extern char call_start[], call_end[];
long raw(long number, long argument);
__asm__("call_start:\n"
        "raw:\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    syscall\n"
        "call_end:\n"
        "    ret\n");

static volatile char selector;
static siginfo_t seen;
static volatile long number, count;

static void handler(int signal, siginfo_t *info, void *context)
{
    ucontext_t *user = context;

    selector = 0;
    (void)signal;
    seen = *info;
    number = user->uc_mcontext.gregs[REG_RAX];
    user->uc_mcontext.gregs[REG_RAX] = 4711;
    count++;
}

static long dispatch(long mode, unsigned long start, unsigned long len, volatile char *byte)
{
    return syscall(SYS_prctl, OPTION, mode, start, len, byte);
}

static void taken(void)
{
    selector = 1;
    long result = raw(SYS_getppid, 5);

    selector = 0;
    say("result %ld, calls %ld, number %d, code %d, signo %d, errno %d, arch %x, call %d", result,
        count, number == SYS_getppid, seen.si_code, seen.si_signo, seen.si_errno, seen.si_arch,
        seen.si_syscall == SYS_getppid);
    yes("address after the call", (char *)seen.si_call_addr == call_end);
}

static void bad_selector(void)
{
    selector = 7;
    raw(SYS_getppid, 0);
    say("goes on");
}

static void selector_gone(void)
{
    char *page = map(PAGE);

    dispatch(1, 0, 0, page);
    munmap(page, PAGE);
    raw(SYS_getppid, 0);
}

static void in_range(void)
{
    long start = (long)call_start, len = call_end + 1 - call_start;

    call("own code", dispatch(1, (unsigned long)start, (unsigned long)len, &selector));
    selector = 1;
    long result = raw(SYS_getppid, 0);
    selector = 0;
    yes("the kernel's", result != 4711 && result > 0);
}

static void no_selector(void)
{
    dispatch(1, 0, 0, NULL);
    getppid();
    raw(SYS_exit_group, 3);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

    must(sigaction(SIGSYS, &action, NULL));
    call("off, range", dispatch(0, 1, 0, NULL));
    call("off, selector", dispatch(0, 0, 0, &selector));
    call("mode 2", dispatch(2, 0, 0, NULL));
    call("wraps", dispatch(1, 4096, -4096UL, &selector));
    call("empty range", dispatch(1, 4096, 0, &selector));
    call("selector of the kernel", dispatch(1, 0, 0, (char *)0xffff800000000000));
    call("on", dispatch(1, 0, 0, &selector));
    taken();
    taken();
    yes("selected by the byte", raw(SYS_getppid, 0) > 0);
    in_child("a child begins without", in_range);
    call("on", dispatch(1, 0, 0, &selector));
    signal(SIGSYS, SIG_DFL);
    dispatch(0, 0, 0, NULL);
    pid_t child = fork();
    int status;
    if (child == 0) {
        dispatch(1, 0, 0, &selector);
        bad_selector();
        _exit(0);
    }
    must(waitpid(child, &status, 0));
    status_report("neither 0 nor 1", status);
    in_child("no selector there", selector_gone);
    in_child("always", no_selector);
    call("off", dispatch(0, 0, 0, NULL));
    return 0;
}

/* Signal frames of which a part is gone when rt_sigreturn reads it, or that cannot be written. */

#include "test.h"

#include <setjmp.h>
#include <ucontext.h>

#define FRAME_SIZE (sizeof(long) + 304 + sizeof(siginfo_t)) /* return address, context, siginfo */
#define CONTEXT_AT sizeof(long)

static sigjmp_buf back;
static char *pages; /* two; the frame's copy lies across their border */
static size_t before;
static volatile int lost_code, lost_signal;
static volatile bool usr2_blocked;

/* Of SIGSEGV, on its own stack. */
static void lost(int number, siginfo_t *info, void *context)
{
    ucontext_t *user = context;

    lost_signal = number;
    lost_code = info->si_code;
    usr2_blocked = sigismember(&user->uc_sigmask, SIGUSR2);
    siglongjmp(back, 1);
}

/* Copies its frame so that @before bytes stand in the first page, which goes, and returns by it. */
static void return_by_copy(int number, siginfo_t *info, void *context)
{
    char *copy = pages + PAGE - before;

    (void)number;
    (void)info;
    memcpy(copy, (char *)context - CONTEXT_AT, FRAME_SIZE);
    sigaddset(&((ucontext_t *)(copy + CONTEXT_AT))->uc_sigmask, SIGUSR2);
    munmap(pages, PAGE);
    __asm__ volatile("mov %1, %%rsp; syscall; ud2"
                     :
                     : "a"(SYS_rt_sigreturn), "r"(copy + CONTEXT_AT)
                     : "rcx", "r11", "memory");
}

static void on_own_stack(int number, void (*function)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = function, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    must(sigaction(number, &action, NULL));
}

static void own_stack(size_t size)
{
    stack_t stack = {.ss_sp = map(size), .ss_size = size};

    must(sigaltstack(&stack, NULL));
}

/* => "returned", or what was raised instead, and whether the frame's mask counts */
static void return_with_hole(size_t bytes)
{
    sigset_t none, now;
    char *hole = map_in_hole(2 * PAGE);

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    pages = hole;
    before = bytes;
    lost_signal = lost_code = 0;
    usr2_blocked = false;
    if (sigsetjmp(back, 1) == 0) {
        raise(SIGUSR1);
        sigprocmask(SIG_SETMASK, NULL, &now);
        usr2_blocked = sigismember(&now, SIGUSR2);
    }
    munmap(hole + PAGE, PAGE);
}

static void report(size_t bytes)
{
    const char *code = lost_signal == 0 ? "" : lost_code == SI_KERNEL ? " SI_KERNEL" : " other";

    say("%zu bytes gone: %s%s%s", bytes, lost_signal == 0 ? "returned" : signal_name(lost_signal),
        code, usr2_blocked ? ", mask of the frame" : "");
}

/* Each number of lost bytes; a line where the outcome changes. */
static void returns(void)
{
    int last = -2;

    on_own_stack(SIGSEGV, lost);
    on_own_stack(SIGUSR1, return_by_copy);
    own_stack(16 * PAGE);
    for (size_t bytes = 8; bytes < FRAME_SIZE; bytes += 8) {
        int outcome;

        return_with_hole(bytes);
        outcome = lost_signal * 2 + usr2_blocked;
        if (outcome != last)
            report(bytes);
        last = outcome;
    }
}

/* The end of the frame is gone. */
static void return_by_start(int number, siginfo_t *info, void *context)
{
    char *copy = pages + PAGE - before;

    (void)number;
    (void)info;
    memcpy(copy, (char *)context - CONTEXT_AT, FRAME_SIZE);
    sigaddset(&((ucontext_t *)(copy + CONTEXT_AT))->uc_sigmask, SIGUSR2);
    mprotect(pages + PAGE, PAGE, PROT_NONE);
    __asm__ volatile("mov %1, %%rsp; syscall; ud2"
                     :
                     : "a"(SYS_rt_sigreturn), "r"(copy + CONTEXT_AT)
                     : "rcx", "r11", "memory");
}

static void returns_without_end(void)
{
    int last = -2;

    on_own_stack(SIGSEGV, lost);
    on_own_stack(SIGUSR1, return_by_start);
    own_stack(16 * PAGE);
    for (size_t bytes = 16; bytes <= FRAME_SIZE; bytes += 8) {
        int outcome;

        return_with_hole(bytes);
        outcome = lost_signal * 2 + usr2_blocked;
        if (outcome != last)
            report(FRAME_SIZE - bytes);
        last = outcome;
    }
}

static volatile bool has_run;

static void never(int number)
{
    (void)number;
    has_run = true;
}

/* A signal to itself with the stack pointer at @top. */
static void raise_at(char *top)
{
    __asm__ volatile("mov %%rsp, %%rbx; mov %3, %%rsp; syscall; mov %%rbx, %%rsp"
                     :
                     : "a"(SYS_tkill), "D"(getpid()), "S"(SIGUSR1), "r"(top)
                     : "rcx", "r11", "rbx", "memory");
}

static int stack_prot;
static bool stack_gone;

static void raise_without_stack(void)
{
    char *stack = map_in_hole(2 * PAGE);

    signal(SIGUSR1, never);
    if (stack_gone)
        munmap(stack, PAGE);
    else
        must(mprotect(stack, PAGE, stack_prot));
    raise_at(stack + PAGE + 256);
    yes("  the handler has run", has_run);
}

static void caught(int number, siginfo_t *info, void *context)
{
    ucontext_t *user = context;

    (void)number;
    say("  SIGSEGV %s, SIGUSR1 blocked %d, SIGUSR2 blocked %d",
        info->si_code == SI_KERNEL ? "SI_KERNEL" : "other", sigismember(&user->uc_sigmask, SIGUSR1),
        sigismember(&user->uc_sigmask, SIGUSR2));
}

static void raise_with_catcher(void)
{
    struct sigaction action = {.sa_handler = never};

    on_own_stack(SIGSEGV, caught);
    own_stack(16 * PAGE);
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, NULL);
    raise_at(map_in_hole(PAGE) + 256);
    yes("  the handler has run", has_run);
}

/* SIGSEGV's own frame cannot be written: it kills, caught or not. */
static void segv_without_stack(void)
{
    signal(SIGSEGV, never);
    signal(SIGUSR1, never);
    raise_at(map_in_hole(PAGE) + 256);
}

static void ignored_segv(void)
{
    signal(SIGSEGV, SIG_IGN);
    signal(SIGUSR1, never);
    raise_at(map_in_hole(PAGE) + 256);
}

static void own_stack_gone(void)
{
    stack_t stack = {.ss_sp = map(16 * PAGE), .ss_size = 16 * PAGE};
    struct sigaction action = {.sa_handler = never, .sa_flags = SA_ONSTACK};

    must(sigaltstack(&stack, NULL));
    must(munmap(stack.ss_sp, 16 * PAGE));
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
}

int main(void)
{
    in_child("first bytes gone", returns);
    in_child("last bytes gone", returns_without_end);
    stack_prot = PROT_READ | PROT_WRITE;
    in_child("stack of two pages", raise_without_stack);
    stack_prot = PROT_READ;
    in_child("read-only page below", raise_without_stack);
    stack_prot = PROT_NONE;
    in_child("no-access page below", raise_without_stack);
    stack_gone = true;
    in_child("unmapped page below", raise_without_stack);
    in_child("SIGSEGV is caught on its own stack", raise_with_catcher);
    in_child("SIGSEGV is caught on the same stack", segv_without_stack);
    in_child("SIGSEGV is ignored", ignored_segv);
    in_child("own stack unmapped", own_stack_gone);
    return 0;
}

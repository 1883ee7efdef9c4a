/* What a filter can answer, and what becomes of the call and of the task. */
#include "words.h"

static void report(const char *label, int status)
{
    if (WIFSIGNALED(status))
        say("%s: killed by %d", label, WTERMSIG(status));
    else
        say("%s: exit %d", label, WEXITSTATUS(status));
}

static void in_filtered_child(const char *label, unsigned answer)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        FILTER(filter, LOAD(nr), ON(SYS_getppid, answer), ANSWER(SECCOMP_RET_ALLOW));
        give_up_privileges();
        must(install(0, &filter));
        call(label, syscall(SYS_getppid) > 0 ? 1 : syscall(SYS_getppid));
        _exit(0);
    }
    must(waitpid(child, &status, 0));
    report(label, status);
}

static void on_violation(int signal, siginfo_t *info, void *context)
{
    ucontext_t *user = context;

    say("SIGSYS: code %d errno %d call %d arch %x, at its own pc %d, result register %lld",
        info->si_code, info->si_errno, info->si_syscall, info->si_arch,
        (long)info->si_call_addr == (long)user->uc_mcontext.gregs[REG_RIP],
        (long long)user->uc_mcontext.gregs[REG_RAX]);
    user->uc_mcontext.gregs[REG_RAX] = 77;
    (void)signal;
}

static void trap(void)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct sigaction action = {.sa_sigaction = on_violation, .sa_flags = SA_SIGINFO};
        FILTER(filter, LOAD(nr), ON(SYS_getppid, SECCOMP_RET_TRAP | 5), ANSWER(SECCOMP_RET_ALLOW));
        sigaction(SIGSYS, &action, NULL);
        give_up_privileges();
        must(install(0, &filter));
        say("trap: %ld", syscall(SYS_getppid));
        _exit(0);
    }
    must(waitpid(child, &status, 0));
    report("trap", status);
}

/* Of several answers the lowest action counts, of equal ones the newest filter's. */
static void several(void)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        FILTER(first, LOAD(nr), ON(SYS_getppid, SECCOMP_RET_ERRNO | 5), ANSWER(SECCOMP_RET_ALLOW));
        FILTER(second, LOAD(nr), ON(SYS_getppid, SECCOMP_RET_ERRNO | 6),
               ON(SYS_getuid, SECCOMP_RET_ERRNO | 7), ANSWER(SECCOMP_RET_ALLOW));
        FILTER(third, LOAD(nr), ON(SYS_getuid, SECCOMP_RET_LOG), ANSWER(SECCOMP_RET_ALLOW));
        give_up_privileges();
        must(install(0, &first));
        must(install(0, &second));
        must(install(0, &third));
        call("getppid under two", syscall(SYS_getppid));
        call("getuid", syscall(SYS_getuid));
        child = fork();
        if (child == 0) {
            call("in a child", syscall(SYS_getppid));
            _exit(0);
        }
        waitpid(child, NULL, 0);
        call("mode", prctl(PR_GET_SECCOMP));
        call("strict now", prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
        _exit(0);
    }
    must(waitpid(child, &status, 0));
    report("several", status);
}

/* The arguments, the architecture and the place are there to be looked at. */
static void arguments(void)
{
    pid_t child = fork();

    if (child == 0) {
        FILTER(filter, LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_lseek, 0, 6),
               LOAD(args[1]), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x9abcdef0, 0, 3),
               LOAD(args[1]) /* low word once more */,
               BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + 4),
               BPF_STMT(BPF_RET | BPF_A, 0), ANSWER(SECCOMP_RET_ERRNO | 1),
               ANSWER(SECCOMP_RET_ALLOW));
        give_up_privileges();
        must(install(0, &filter));
        call(
            "lseek with the high word of an answer",
            syscall(SYS_lseek, 1, (unsigned long)(SECCOMP_RET_ERRNO | 33) << 32 | 0x9abcdef0ul, 0));
        call("lseek elsewhere", syscall(SYS_lseek, 1, 17, 0));
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

static void by_name(const char *label, unsigned action)
{
    call(label, syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
}

int main(void)
{
    in_filtered_child("allow", SECCOMP_RET_ALLOW);
    in_filtered_child("errno 13", SECCOMP_RET_ERRNO | 13);
    in_filtered_child("errno 0", SECCOMP_RET_ERRNO);
    in_filtered_child("errno beyond the largest", SECCOMP_RET_ERRNO | 0xffff);
    in_filtered_child("trace without a tracer", SECCOMP_RET_TRACE);
    in_filtered_child("log", SECCOMP_RET_LOG);
    in_filtered_child("trap without a handler", SECCOMP_RET_TRAP);
    in_filtered_child("kill the thread", SECCOMP_RET_KILL_THREAD);
    in_filtered_child("kill the process", SECCOMP_RET_KILL_PROCESS);
    in_filtered_child("an unknown action", 0x12340000);
    trap();
    several();
    arguments();
    by_name("kill process", SECCOMP_RET_KILL_PROCESS);
    by_name("log", SECCOMP_RET_LOG);
    by_name("allow", SECCOMP_RET_ALLOW);
    by_name("with data", SECCOMP_RET_ALLOW | 1);
    by_name("nonsense", 0x12340000);
    return 0;
}

/* A program cannot flood the kernel's log by a filter that wants each of its calls noted. */
#include "test.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/klog.h>
#include <sys/prctl.h>

#define NR_CALLS 300
#define READ_ALL 3
#define BUFFER   (2 << 20)

static char text[BUFFER];

static long count_lines(void)
{
    long lines = 0, len = must(klogctl(READ_ALL, text, BUFFER));

    for (long i = 0; i < len; i++)
        lines += text[i] == '\n';
    return lines;
}

static void note_calls(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET, SECCOMP_RET_LOG),
        BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {COUNT_OF(filter), filter};

    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
    for (int i = 0; i < NR_CALLS; i++)
        syscall(SYS_getppid);
}

int main(void)
{
    long before = count_lines();

    in_child("a noted program", note_calls);
    yes("fewer lines than calls", count_lines() - before < NR_CALLS / 3);
    return 0;
}

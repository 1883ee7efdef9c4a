/* prctl: what options keep, show and give to a child. */

#include "test.h"

#include <sys/prctl.h>

static void tell(const char *label, int option)
{
    int value = -1;

    call(label, prctl(option, &value, 0, 0, 0));
    say("%d", value);
}

static void after_fork(void)
{
    tell("PDEATHSIG", PR_GET_PDEATHSIG);
    tell("subreaper", PR_GET_CHILD_SUBREAPER);
    call("timer slack", prctl(PR_GET_TIMERSLACK));
    call("MCE policy", prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    call("keepcaps", prctl(PR_GET_KEEPCAPS));
    call("dumpable", prctl(PR_GET_DUMPABLE));
    call("flusher", prctl(58, 0, 0, 0, 0));
    call("THP disabled", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    call("slack default", prctl(PR_SET_TIMERSLACK, 0));
    call("timer slack", prctl(PR_GET_TIMERSLACK));
}

static void rdtsc_child(void)
{
    unsigned low, high;

    call("TSC off", prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
    tell("TSC", PR_GET_TSC);
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
}

static void rdtsc_on(void)
{
    unsigned low, high;

    call("TSC off", prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
    call("TSC on", prctl(PR_SET_TSC, PR_TSC_ENABLE));
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    tell("TSC", PR_GET_TSC);
}

int main(void)
{
    char name[16];
    void *address = NULL;

    call("slack 1234", prctl(PR_SET_TIMERSLACK, 1234));
    call("slack", prctl(PR_GET_TIMERSLACK));
    call("slack -5", prctl(PR_SET_TIMERSLACK, -5L));
    call("slack", prctl(PR_GET_TIMERSLACK));
    call("slack 99", prctl(PR_SET_TIMERSLACK, 99));
    call("PDEATHSIG", prctl(PR_SET_PDEATHSIG, SIGUSR1));
    tell("PDEATHSIG", PR_GET_PDEATHSIG);
    call("PDEATHSIG 64", prctl(PR_SET_PDEATHSIG, 64));
    call("PDEATHSIG 65", prctl(PR_SET_PDEATHSIG, 65));
    call("subreaper 7", prctl(PR_SET_CHILD_SUBREAPER, 7));
    tell("subreaper", PR_GET_CHILD_SUBREAPER);
    call("MCE early", prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0));
    call("MCE get", prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    call("MCE late", prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_LATE, 0, 0));
    call("MCE get", prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    call("keepcaps", prctl(PR_SET_KEEPCAPS, 1));
    call("keepcaps", prctl(PR_GET_KEEPCAPS));
    call("securebits", prctl(PR_GET_SECUREBITS));
    call("securebits 0", prctl(PR_SET_SECUREBITS, 0));
    call("securebits 0x100", prctl(PR_SET_SECUREBITS, 0x100));
    call("keepcaps", prctl(PR_GET_KEEPCAPS));
    call("keepcaps", prctl(PR_SET_KEEPCAPS, 1));
    call("dumpable 0", prctl(PR_SET_DUMPABLE, 0));
    call("flusher", prctl(57, 1, 0, 0, 0));
    call("flusher", prctl(58, 0, 0, 0, 0));
    call("THP", prctl(PR_SET_THP_DISABLE, 9, 0, 0, 0));
    call("THP", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    in_child("forked", after_fork);
    call("name \"\"", prctl(PR_SET_NAME, ""));
    memset(name, 'x', sizeof(name));
    call("get name", prctl(PR_GET_NAME, name));
    say("%zu %d", strlen(name), name[15]);
    call("get name bad", prctl(PR_GET_NAME, 8));
    call("tid address", prctl(PR_GET_TID_ADDRESS, &address));
    yes("set", address != NULL);
    tell("TSC", PR_GET_TSC);
    in_child("rdtsc", rdtsc_child);
    in_child("rdtsc again", rdtsc_on);
    call("speculation", prctl(PR_GET_SPECULATION_CTRL, 99, 0, 0, 0));
    call("speculation", prctl(PR_GET_SPECULATION_CTRL, 0, 1, 0, 0));
    call("speculation", prctl(PR_SET_SPECULATION_CTRL, 99, 0, 0, 0));
    call("speculation", prctl(PR_SET_SPECULATION_CTRL, 0, 0, 1, 0));
    return 0;
}

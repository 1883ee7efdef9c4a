/* thread.c: see thread.h. */

#define _GNU_SOURCE
#include "thread.h"

#include <linux/futex.h>
#include <sched.h>

#include "access.h"

enum {
    stack_bytes = 1 << 16,
    thread_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
};
enum state { state_idle, state_busy, state_done };

static char stacks[nr_stacks - 1][stack_bytes] __attribute__((aligned(64)));
static bool is_running; /* in this process */
static int state;       /* enum state; a futex */
static struct job {
    long (*function)(const long *);
    const long *arguments;
    long result;
} job, passing_job;
static int passing; /* cleared by the kernel when that thread is gone; a futex */

int thread_stack(void)
{
    char here;
    unsigned long offset = (unsigned long)&here - (unsigned long)stacks;

    return offset < sizeof(stacks) ? 1 + (int)(offset / stack_bytes) : 0;
}

/* futex: without errno, which all threads share. */
static void futex(int *word, int operation, int value)
{
    register const void *timeout __asm__("r10") = NULL;
    long result = SYS_futex;

    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(word), "S"(operation), "d"(value), "r"(timeout)
                     : "rcx", "r11", "memory");
}

static void word_wait(int *word, int wanted)
{
    int seen;

    while ((seen = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != wanted)
        futex(word, FUTEX_WAIT, seen);
}

static void state_set(int value)
{
    __atomic_store_n(&state, value, __ATOMIC_RELEASE);
    futex(&state, FUTEX_WAKE, INT_MAX);
}

static int second(void *unused)
{
    (void)unused;
    rights_keep();
    for (;;) {
        word_wait(&state, state_busy);
        job.result = job.function(job.arguments);
        state_set(state_done);
    }
    return 0;
}

void thread_start(long (*function)(const long *), const long *arguments)
{
    job.function = function;
    job.arguments = arguments;
    state_set(state_busy);
    if (is_running)
        return;
    is_running = true;
    char *stack = stacks[thread_stack() == 1 ? 1 : 0];
    must(clone(second, stack + stack_bytes, thread_flags, NULL));
}

long thread_meet(void)
{
    word_wait(&state, state_done);
    __atomic_store_n(&state, state_idle, __ATOMIC_RELEASE);
    return job.result;
}

static int pass(void *unused)
{
    (void)unused;
    rights_keep();
    passing_job.function(passing_job.arguments);
    return 0;
}

void thread_pass(long (*function)(const long *), const long *arguments)
{
    passing_job.function = function;
    passing_job.arguments = arguments;
    passing = 1;
    must(clone(pass, stacks[2] + stack_bytes, thread_flags | CLONE_CHILD_CLEARTID, NULL, NULL, NULL,
               &passing));
}

void thread_passed(void)
{
    word_wait(&passing, 0);
}

void thread_forked(void)
{
    is_running = false;
    state = state_idle;
}

/* replay.c: see replay.h. */

#include "replay.h"

#include "access.h"
#include "observe.h"
#include "thread.h"
#include "trace.h"

unsigned char vector[max_window_pages + 16];
static void (*all_steps)(void);
static int positions[nr_stacks]; /* the step that each thread has come to */
static int first_stack;          /* that of this process's first thread */
static int forked_slot;

static int *position(void)
{
    return &positions[thread_stack()];
}

static long run_second(const long *unused)
{
    (void)unused;
    *position() = -1;
    all_steps();
    return 0;
}

void replay_begin(void (*steps)(void))
{
    control_make();
    scene_make(true);
    control->pid[0] = 0;
    access_init();
    all_steps = steps;
    *position() = -1;
    thread_start(run_second, NULL);
}

_Noreturn void replay_end(void)
{
    while (waitpid(-1, NULL, 0) > 0)
        ;
    _exit(0);
}

/* Of a process that has left, control->pid is the step after its last. */
static bool is_there(int process)
{
    return (control->alive & 1u << process) &&
           (control->pid[process] == 0 || *position() < control->pid[process]);
}

bool replay_turn(int process, bool second)
{
    int step = ++*position();

    while (__atomic_load_n(&control->step, __ATOMIC_ACQUIRE) < step)
        syscall(SYS_sched_yield);
    return control->step == step && me == (is_there(process) ? process : 0) &&
           second == (thread_stack() != first_stack);
}

void replay_result(const char *text, long value)
{
    int error = errno;

    if (forked_slot && me == forked_slot) { /* the child of fork_into: its parent reports */
        forked_slot = 0;
        return;
    }
    rights_keep();
    say("#%d process %d: %s", *position(), me, text);
    errno = error;
    trace_result(value);
    observe(true, true);
    __atomic_store_n(&control->step, *position() + 1, __ATOMIC_RELEASE);
}

static void touch_one(char *byte, char how, int value)
{
    char text[64];
    long seen = 0;

    if (how == 'r' || how == 'b')
        seen = read_byte(byte);
    if (how == 'x')
        seen = run_byte(byte);
    if (seen >= 0 && (how == 'w' || how == 'b'))
        seen = write_byte(byte, value);
    say("  %p %c: %s", (void *)byte, how, seen < 0 ? fault_text(byte, text) : "ok");
}

long touch(char *start, const char *how, int value)
{
    for (; *how; how++, start += PAGE) {
        if (*how != '-')
            touch_one(start + value % 7 * 600 + 5, *how, value);
    }
    return 0;
}

long break_move(long distance)
{
    static long base;

    if (base == 0)
        base = syscall(SYS_brk, 0);
    return syscall(SYS_brk, base + distance) - base;
}

long fork_into(int slot)
{
    if (is_there(slot))
        return 0;
    control->pid[slot] = 0;
    control->alive |= 1u << slot;
    long pid = syscall(SYS_fork);
    if (pid != 0)
        return pid < 0 ? -1 : slot;
    me = forked_slot = slot;
    first_stack = thread_stack();
    thread_forked();
    thread_start(run_second, NULL);
    return 0;
}

long leave(void)
{
    if (me == 0)
        return 0;
    control->pid[me] = *position() + 1;
    __atomic_store_n(&control->step, *position() + 1, __ATOMIC_RELEASE);
    _exit(0);
}

int segment(void)
{
    if (control->segment < 0)
        control->segment = shmget(IPC_PRIVATE, 5 * PAGE + 900, IPC_CREAT | 0600);
    return control->segment;
}

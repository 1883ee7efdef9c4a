/* Hardware watchpoints and breakpoints: the debug registers of struct user, as debuggers set them.
 */
#include "words.h"

#include <pthread.h>

#define DEBUG(number) offsetof(struct user, u_debugreg[number])
/* A field of the control register: what slot @slot stops for (0 execution, 1 writes, 3 all), of
 * @len bytes. */
#define SLOT(slot, kind, len)                                                                      \
    (1UL << (2 * (slot)) | ((unsigned long)(kind) | ((len) == 8 ? 2UL : (len)-1UL) << 2)           \
                               << (16 + 4 * (slot)))
#define WRITES    1
#define ALL       3
#define EXECUTION 0

static volatile struct {
    uint64_t before, watched, after;
} words __attribute__((aligned(64)));

static __attribute__((noinline)) void step_here(void)
{
    __asm__ volatile("" : : : "memory");
}

static unsigned long peek(pid_t child, int number)
{
    return (unsigned long)must(ptrace(PTRACE_PEEKUSER, child, DEBUG(number), 0));
}

static long poke(pid_t child, int number, unsigned long value)
{
    return ptrace(PTRACE_POKEUSER, child, DEBUG(number), value);
}

static void set(pid_t child, int number, unsigned long value)
{
    must(poke(child, number, value));
}

/* Go on to the next stop and say why it came. */
static int next_stop(const char *label, pid_t child)
{
    siginfo_t info;
    struct user_regs_struct registers;
    int status;

    must(go_on(PTRACE_CONT, child, 0));
    status = wait_for_stop(label, child);
    if (!WIFSTOPPED(status))
        return status;
    must(ptrace(PTRACE_GETSIGINFO, child, 0, &info));
    must(ptrace(PTRACE_GETREGS, child, 0, &registers));
    say("  signal %d, code %d, address is where it is: %d, status %lx", info.si_signo, info.si_code,
        (unsigned long)info.si_addr == registers.rip, peek(child, 6));
    return status;
}

static int write_words(void)
{
    words.before = 1;
    words.watched = 2;
    words.after = words.watched;
    ((volatile char *)&words.watched)[7] = 3;
    step_here();
    return (int)words.after;
}

static void writes(void)
{
    pid_t child = traced_child(write_words);

    for (int i = 0; i < 8; i++)
        say("register %d: %lx", i, peek(child, i));
    set(child, 0, (unsigned long)&words.watched);
    set(child, 7, SLOT(0, WRITES, 8));
    say("control %lx", peek(child, 7));
    next_stop("written", child);
    set(child, 6, 0);
    say("status %lx", peek(child, 6));
    next_stop("a byte of it", child);
    next_stop("end", child);
}

static void reads_and_writes(void)
{
    pid_t child = traced_child(write_words);

    set(child, 2, (unsigned long)&words.watched);
    set(child, 7, SLOT(2, ALL, 4));
    next_stop("written", child);
    next_stop("read", child);
    next_stop("end", child);
}

static void executed(void)
{
    pid_t child = traced_child(write_words);
    struct user_regs_struct registers;

    set(child, 3, (unsigned long)step_here);
    set(child, 1, (unsigned long)&words.after);
    set(child, 7, SLOT(3, EXECUTION, 1) | SLOT(1, WRITES, 8));
    next_stop("written", child);
    next_stop("executed", child);
    must(ptrace(PTRACE_GETREGS, child, 0, &registers));
    yes("before the instruction", registers.rip == (unsigned long)step_here);
    say("resume flag %d", (int)(registers.eflags >> 16 & 1));
    next_stop("end", child);
}

static void disabled(void)
{
    pid_t child = traced_child(write_words);

    set(child, 0, (unsigned long)&words.watched);
    set(child, 7, SLOT(0, WRITES, 8));
    set(child, 7, 0);
    say("address is kept: %d, control %lx", peek(child, 0) == (unsigned long)&words.watched,
        peek(child, 7));
    next_stop("end", child);
}

static void stepped(void)
{
    pid_t child = traced_child(write_words);

    say("before: status %lx", peek(child, 6));
    must(go_on(PTRACE_SINGLESTEP, child, 0));
    wait_for_stop("step", child);
    say("after: status %lx", peek(child, 6));
    must(kill(child, SIGKILL));
    wait_for_stop("end", child);
}

/* What is refused, and what is left then. */
static void refusals(void)
{
    pid_t child = traced_child(write_words);
    unsigned long words_at = (unsigned long)&words;

    call("register 4", poke(child, 4, 0));
    call("register 5", poke(child, 5, 1));
    call("not aligned to a word", ptrace(PTRACE_POKEUSER, child, DEBUG(0) + 4, 0));
    call("an odd address", poke(child, 0, words_at + 1));
    call("8 bytes there", poke(child, 7, SLOT(0, WRITES, 8)));
    say("control %lx", peek(child, 7));
    call("2 bytes there", poke(child, 7, SLOT(0, WRITES, 2)));
    call("1 byte there", poke(child, 7, SLOT(0, WRITES, 1)));
    call("2 bytes at an even address", poke(child, 0, words_at + 2));
    call("so many", poke(child, 7, SLOT(0, WRITES, 2)));
    call("an odd address for them", poke(child, 0, words_at + 3));
    yes("the address is as before", peek(child, 0) == words_at + 2);
    call("ports", poke(child, 7, SLOT(0, 2, 1)));
    call("8 bytes of execution", poke(child, 7, SLOT(0, EXECUTION, 8)));
    say("control %lx", peek(child, 7));
    call("a slot without an address", poke(child, 7, SLOT(1, WRITES, 8)));
    say("address %lx", peek(child, 1));
    call("bits that mean nothing", poke(child, 7, 0xfc00));
    say("control %lx", peek(child, 7));
    call("nothing is enabled, ports", poke(child, 7, 0x20000));
    call("in a slot never used", poke(child, 7, 0x20000000));
    call("at the end of user memory", poke(child, 0, 0x7ffffffff000 - 2));
    call("beyond", poke(child, 0, 0x7ffffffff000));
    call("the kernel's", poke(child, 2, 0xffffffff81000000));
    call("not canonical", poke(child, 2, 0x8000000000000000));
    say("address %lx", peek(child, 2));
    must(kill(child, SIGKILL));
    wait_for_stop("end", child);
}

/* What the control register says of a slot that was never used does not count when the slot is. */
static void fields_of_unused_slots(void)
{
    pid_t child = traced_child(write_words);
    unsigned long words_at = (unsigned long)&words;

    call("ports in slots 1 and 3", poke(child, 7, 0x20200000));
    call("the address of slot 3", poke(child, 3, words_at + 1));
    say("control %lx", peek(child, 7));
    call("another address", poke(child, 3, words_at + 3));
    call("the same control", poke(child, 7, 0x20200000));
    say("control %lx", peek(child, 7));
    call("only slot 1", poke(child, 7, 0x00200000));
    call("execution in slot 3", poke(child, 3, words_at + 5));
    call("8 bytes in slot 2", poke(child, 7, 0x09000000));
    call("the address of slot 2", poke(child, 2, words_at + 1));
    call("slot 2 for all of that", poke(child, 7, 0x09000000));
    call("slot 2 for 2 bytes", poke(child, 7, 0x05000000));
    call("slot 2 for a byte", poke(child, 7, 0x01000000));
    call("another address", poke(child, 2, words_at + 2));
    call("slot 2 for 2 bytes", poke(child, 7, 0x05000000));
    call("an odd address", poke(child, 2, words_at + 3));
    call("control 0", poke(child, 7, 0));
    call("an odd address", poke(child, 2, words_at + 3));
    must(kill(child, SIGKILL));
    wait_for_stop("end", child);
}

/* A system call that writes there. */
static int read_into(void)
{
    int pipe_ends[2];

    must(pipe(pipe_ends));
    must(write(pipe_ends[1], "12345678", 8));
    must(read(pipe_ends[0], (void *)&words.watched, 8));
    step_here();
    return (int)(words.watched & 0x7f);
}

static void by_the_kernel(void)
{
    pid_t child = traced_child(read_into);

    set(child, 0, (unsigned long)&words.watched);
    set(child, 3, (unsigned long)step_here);
    set(child, 7, SLOT(0, WRITES, 8) | SLOT(3, EXECUTION, 1));
    next_stop("the next stop", child);
    next_stop("end", child);
}

static void *write_in_thread(void *argument)
{
    words.watched = 4;
    return argument;
}

static int others_write(void)
{
    pthread_t thread;
    pid_t child = fork();

    if (child == 0) {
        words.watched = 1;
        _exit(9);
    }
    int status;
    must(waitpid(child, &status, 0));
    must(pthread_create(&thread, NULL, write_in_thread, NULL));
    must(pthread_join(thread, NULL));
    return WEXITSTATUS(status);
}

static void inherited(void)
{
    pid_t child = traced_child(others_write);

    set(child, 0, (unsigned long)&words.watched);
    set(child, 7, SLOT(0, WRITES, 8));
    next_stop("neither the child nor the thread has them", child);
    next_stop("end", child);
}

static int exec_self(void)
{
    words.watched = 1;
    execl("/proc/self/exe", "watchpoints", "write", NULL);
    return 1;
}

static void executes(void)
{
    pid_t child = traced_child(exec_self);

    set(child, 0, (unsigned long)&words.watched);
    set(child, 7, SLOT(0, WRITES, 8));
    next_stop("written", child);
    next_stop("execve", child);
    say("address %lx, control %lx", peek(child, 0), peek(child, 7));
    next_stop("end", child);
}

/* They stay when the tracer goes; the signal kills then. */
static void left(void)
{
    pid_t child = traced_child(write_words);

    set(child, 0, (unsigned long)&words.watched);
    set(child, 7, SLOT(0, WRITES, 8));
    must(ptrace(PTRACE_DETACH, child, 0, 0));
    wait_for_stop("detached", child);
}

static int write_often(void)
{
    words.watched = 5;
    for (int i = 0; i < 1000; i++) {
        words.before++;
        sched_yield();
        if (i == 500)
            words.watched++;
    }
    return (int)words.watched;
}

/* Two that take turns, with watchpoints at different places, and one without. */
static void switched(void)
{
    pid_t first = traced_child(write_often), second = traced_child(write_often);
    pid_t third = traced_child(write_often);

    set(first, 0, (unsigned long)&words.watched);
    set(first, 7, SLOT(0, WRITES, 8));
    set(second, 1, (unsigned long)&words.after);
    set(second, 7, SLOT(1, WRITES, 8));
    must(go_on(PTRACE_CONT, second, 0));
    must(go_on(PTRACE_CONT, third, 0));
    next_stop("first", first);
    next_stop("first", first);
    next_stop("first", first);
    wait_for_stop("second", second);
    wait_for_stop("third", third);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "write") == 0) {
        words.watched = 1;
        return 6;
    }
    writes();
    reads_and_writes();
    executed();
    disabled();
    stepped();
    refusals();
    fields_of_unused_slots();
    by_the_kernel();
    inherited();
    executes();
    left();
    switched();
    return 0;
}

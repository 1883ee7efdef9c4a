/* userfaultfd: accesses of the kernel, signals, and everything else that brings pages in. */

#include "uffd.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static char *area; /* 8 pages, registered */
static int fd;
static char source[PAGE] __attribute__((aligned(4096)));

static void begin(int flags, __u64 features)
{
    fd = uffd_open(flags | O_NONBLOCK, features);
    area = map_in_hole(8 * PAGE);
    must(uffd_missing(fd, area, 8 * PAGE));
}

static void end(void)
{
    close(fd);
    munmap(area, 8 * PAGE);
}

/* A thread that makes one call. */
struct caller {
    pthread_t thread;
    long (*function)(void);
    long result;
    int error;
};

static void *run_call(void *argument)
{
    struct caller *caller = argument;

    errno = 0;
    caller->result = caller->function();
    caller->error = errno;
    return NULL;
}

static void start(struct caller *caller, long (*function)(void))
{
    caller->function = function;
    must(-pthread_create(&caller->thread, NULL, run_call, caller));
}

static void finish(const char *label, struct caller *caller)
{
    must(-pthread_join(caller->thread, NULL));
    say("%s: %ld%s%s", label, caller->result, caller->error ? " " : "",
        caller->error ? errno_name(caller->error) : "");
}

static long read_file(void)
{
    int zero = open("/dev/zero", O_RDONLY);
    long result = read(zero, area + PAGE - 8, 16);

    close(zero);
    return result;
}

static long write_pipe(void)
{
    int ends[2];
    long result;

    if (pipe(ends) != 0)
        return -1;
    result = write(ends[1], area + 2 * PAGE, 16);
    close(ends[0]);
    close(ends[1]);
    return result;
}

static long lock_some(void)
{
    return mlock(area + 4 * PAGE, 2 * PAGE);
}

static long populate_some(void)
{
    return madvise(area + 6 * PAGE, PAGE, MADV_POPULATE_WRITE);
}

static long copy_from_self(void)
{
    char there[16];
    struct iovec local = {there, 16}, remote = {area + 7 * PAGE, 16};

    return process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
}

static void answer(int nr)
{
    while (nr-- > 0) {
        struct uffd_msg message = uffd_next(fd);
        unsigned long page = message.arg.pagefault.address & -PAGE;

        say("asked for %ld, flags %llx", ((long)page - (long)area) / (long)PAGE,
            message.arg.pagefault.flags);
        must(uffd_copy(fd, (void *)page, source, PAGE, 0));
    }
}

static void ask_by_calls(void)
{
    struct caller caller;

    begin(0, 0);
    start(&caller, read_file);
    answer(2);
    finish("read", &caller);
    start(&caller, write_pipe);
    answer(1);
    finish("write", &caller);
    start(&caller, lock_some);
    answer(2);
    finish("mlock", &caller);
    start(&caller, populate_some);
    answer(1);
    finish("populate", &caller);
    start(&caller, copy_from_self);
    answer(1);
    finish("process_vm_readv", &caller);
    end();
}

/* The kernel does not ask, user mode does. */
static void only_user_mode(void)
{
    struct toucher reader;
    char there[16];
    struct iovec local = {there, 16}, remote = {area, 16};
    int memory = (int)must(open("/proc/self/mem", O_RDWR));

    begin(UFFD_USER_MODE_ONLY, 0);
    call("read", read_file());
    call("write", write_pipe());
    call("mlock", mlock(area + 4 * PAGE, 2 * PAGE));
    call("populate", madvise(area + 6 * PAGE, PAGE, MADV_POPULATE_WRITE));
    remote.iov_base = area;
    call("process_vm_readv", process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
    call("/proc/self/mem", pread(memory, there, 16, (off_t)area));
    uffd_start(&reader, area + 3 * PAGE, false, 0);
    uffd_next(fd);
    must(uffd_copy(fd, area + 3 * PAGE, source, PAGE, 0));
    say("read %c", uffd_join(&reader));
    end();
    close(memory);
}

/* A debugger's access never waits. */
static void debugger(void)
{
    int memory = (int)must(open("/proc/self/mem", O_RDWR));
    char there[16];

    begin(0, 0);
    call("/proc/self/mem", pread(memory, there, 16, (off_t)area));
    call("write to it", pwrite(memory, there, 16, (off_t)area));
    call("nobody was asked", read(fd, there, 16) < 0 ? 0 : 1);
    end();
    close(memory);
}

static void raise_sigbus(void)
{
    begin(0, UFFD_FEATURE_SIGBUS);
    probe_read("read", area);
    probe_write("write", area + 5);
    call("read(2)", read_file());
    call("mlock", mlock(area + 4 * PAGE, 2 * PAGE));
    call("copy", uffd_copy(fd, area, source, PAGE, 0));
    probe_read("read", area);
    probe_read("read the next", area + PAGE);
    end();
}

static volatile sig_atomic_t handled;

static void handle(int number)
{
    (void)number;
    handled = 1;
}

/* A signal interrupts the wait of a program; the access is made again, and asks again. */
static void interrupt(void)
{
    struct sigaction action = {.sa_handler = handle};
    struct toucher reader;
    struct uffd_msg message;

    begin(0, 0);
    must(sigaction(SIGUSR1, &action, NULL));
    uffd_start(&reader, area, false, 0);
    message = uffd_next(fd);
    must(-pthread_kill(reader.thread, SIGUSR1));
    message = uffd_next(fd);
    yes("handled", handled);
    say("asks again, event %x", message.event);
    must(uffd_copy(fd, area, source, PAGE, 0));
    say("read %c", uffd_join(&reader));
    end();
}

/* A process that waits can be killed, in user mode and in the kernel. */
static void kill_waiting(bool in_kernel)
{
    int status;
    pid_t child;

    fd = -1;
    child = fork();
    if (child == 0) {
        struct toucher reader;
        struct caller caller;

        begin(0, 0);
        if (in_kernel)
            start(&caller, read_file);
        else
            uffd_start(&reader, area, false, 0);
        uffd_next(fd);
        kill(getpid(), SIGKILL);
        _exit(0);
    }
    waitpid(child, &status, 0);
    say("%s: signal %d", in_kernel ? "in the kernel" : "in user mode", WTERMSIG(status));
}

/* What the kernel writes for a task that exits it writes without asking: no signal could end the
 * wait. */
static void *exit_thread(void *argument)
{
    (void)argument;
    syscall(SYS_set_tid_address, area + PAGE);
    syscall(SYS_exit, 0);
    return NULL;
}

static int nr_threads(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    int nr = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        sscanf(line, "Threads: %d", &nr);
    if (file != NULL)
        fclose(file);
    return nr;
}

static void exit_there(void)
{
    pthread_t thread;
    int status;

    if (fork() == 0) {
        begin(0, 0);
        must(-pthread_create(&thread, NULL, exit_thread, NULL));
        while (nr_threads() > 1)
            sched_yield();
        say("the thread is gone");
        call("robust list", syscall(SYS_set_robust_list, area, 24));
        _exit(3);
    }
    wait(&status);
    say("exit status %d", WEXITSTATUS(status));
}

/* A child's memory, given by its parent, who got the descriptor with the child's areas. */
static void serve_child(void)
{
    int ends[2], status;
    struct toucher reader;
    pid_t child;

    must(pipe(ends));
    begin(0, 0);
    child = fork();
    if (child == 0) {
        say("the child reads %d", *(volatile char *)area);
        say("and fills its parent's: %d", uffd_copy(fd, area, source, PAGE, 0));
        _exit(0);
    }
    waitpid(child, &status, 0);
    say("the parent reads %c", *(volatile char *)area);
    uffd_start(&reader, area + PAGE, false, 0);
    uffd_next(fd);
    must(munmap(area, 8 * PAGE));
    must((long)mmap(area, 8 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    call("woken after munmap", uffd_wake(fd, area + PAGE, PAGE));
    say("read %d", uffd_join(&reader));
    end();
}

/* An address space that is gone. */
static void outlive(void)
{
    int ends[2];
    char byte;

    must(pipe(ends));
    must(prctl(PR_SET_CHILD_SUBREAPER, 1));
    if (fork() == 0) {
        pid_t self = getpid();

        begin(0, 0);
        if (fork() == 0) {
            close(ends[1]);
            must(read(ends[0], &byte, 1) + 1);
            while (getppid() == self)
                sched_yield();
            while (uffd_copy(fd, area, source, PAGE, 0) == 0 || errno != ESRCH)
                sched_yield();
            call("copy", uffd_copy(fd, area, source, PAGE, 0));
            call("zero", uffd_zero(fd, area, PAGE, 0));
            call("register", uffd_missing(fd, area, PAGE));
            call("unregister", uffd_unregister(fd, area, PAGE));
            call("wake", uffd_wake(fd, area, PAGE));
            _exit(0);
        }
        _exit(0);
    }
    close(ends[1]);
    while (wait(NULL) > 0)
        ;
    close(ends[0]);
}

int main(void)
{
    memset(source, 's', sizeof(source));
    ask_by_calls();
    only_user_mode();
    debugger();
    raise_sigbus();
    interrupt();
    kill_waiting(false);
    kill_waiting(true);
    exit_there();
    serve_child();
    outlive();
    return 0;
}

/* io_pgetevents: its errors in their order, and signals that come under its mask. */

#include "test.h"

#include <linux/aio_abi.h>
#include <sys/time.h>

struct mask {
    const sigset_t *set;
    size_t size;
};

static aio_context_t context;
static struct io_event events[4];
static struct timespec now = {0, 0}, bad_time = {-1, -1}, soon = {0, 1000000};
static volatile int handled;

static long get(aio_context_t of, long least, long most, struct timespec *timeout, void *mask)
{
    return syscall(SYS_io_pgetevents, of, least, most, events, timeout, mask);
}

static void handler(int number)
{
    (void)number;
    handled++;
}

static void submit(void)
{
    static char text[8];
    static int file = -1;
    struct iocb request = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_buf = (uint64_t)text};
    struct iocb *list = &request;

    if (file < 0)
        file = file_make("file", 100);
    request.aio_fildes = (uint32_t)file;
    request.aio_nbytes = sizeof(text);
    must(syscall(SYS_io_submit, context, 1L, &list));
}

/* A time before now is none: it waits for ever. */
static void negative_time(void)
{
    struct itimerval timer = {.it_value = {0, 20000}, .it_interval = {0, 20000}};
    struct itimerval none = {0};
    struct sigaction action = {.sa_handler = handler};

    must(sigaction(SIGALRM, &action, NULL));
    must(setitimer(ITIMER_REAL, &timer, NULL));
    call("negative time", get(context, 1, 1, &bad_time, NULL));
    call("io_getevents", syscall(SYS_io_getevents, context, 1, 1, events, &bad_time));
    must(setitimer(ITIMER_REAL, &none, NULL));
    handled = 0;
}

static void arguments(void)
{
    sigset_t none;
    struct mask good = {&none, 8}, short_one = {&none, 4}, long_one = {&none, 16};
    struct mask absent = {NULL, 77}, bad = {(void *)8, 8}, bad_and_long = {(void *)8, 9};

    sigemptyset(&none);
    call("nothing there", get(context, 0, 4, &now, &good));
    call("no mask", get(context, 0, 4, &now, NULL));
    call("no mask within", get(context, 0, 4, &now, &absent));
    call("size 4", get(context, 0, 4, &now, &short_one));
    call("size 16", get(context, 0, 4, &now, &long_one));
    call("bad set", get(context, 0, 4, &now, &bad));
    call("bad set and size", get(context, 0, 4, &now, &bad_and_long));
    call("bad mask", get(context, 0, 4, &now, (void *)8));
    call("bad mask and time", get(context, 0, 4, (void *)8, &short_one));
    call("bad context", get(4096, 0, 4, &now, &good));
    call("bad context and size", get(4096, 0, 4, &now, &short_one));
    call("2 of 1", get(context, 2, 1, &now, &good));
    call("-1", get(context, -1, 1, &now, &good));
    call("in time", get(context, 1, 1, &soon, &good));
    submit();
    submit();
    call("one of two", get(context, 1, 1, NULL, &good));
    say("result %lld", (long long)events[0].res);
    call("the other", get(context, 1, 4, NULL, &absent));
}

static bool is_blocked(int number)
{
    sigset_t blocked;

    must(sigprocmask(SIG_SETMASK, NULL, &blocked));
    return sigismember(&blocked, number);
}

#define report(label, result) (call(label, result), masks())
static void masks(void)
{
    say("  handled %d, SIGUSR1 blocked %d, SIGUSR2 blocked %d", handled, is_blocked(SIGUSR1),
        is_blocked(SIGUSR2));
    handled = 0;
}

/* SIGUSR1 is blocked and pending; the mask lets it through, or blocks SIGUSR2 as well. */
static void pending(void)
{
    sigset_t blocked, none, both;
    struct mask open = {&none, 8}, closed = {&both, 8};

    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    both = blocked;
    sigaddset(&both, SIGUSR2);
    must(sigprocmask(SIG_SETMASK, &blocked, NULL));
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    report("pending, blocked", get(context, 1, 4, &soon, &closed));
    report("pending, no mask", get(context, 1, 4, &soon, NULL));
    report("pending, let through", get(context, 1, 4, NULL, &open));
    raise(SIGUSR1);
    report("pending, no wait", get(context, 0, 4, &now, &open));
    raise(SIGUSR1);
    submit();
    report("pending, with an event", get(context, 1, 4, NULL, &open));
    raise(SIGUSR1);
    report("pending, arguments wrong", get(context, 2, 1, NULL, &open));
    report("  later", get(context, 0, 4, &now, &open));
    raise(SIGUSR1);
    report("pending, context wrong", get(4096, 1, 1, NULL, &open));
    report("  later", get(context, 0, 4, &now, &open));
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    report("ignored", get(context, 1, 4, &soon, &open));
}

/* A signal from outside while it waits, with and without SA_RESTART. */
static void while_waiting(int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigset_t none;
    struct mask open = {&none, 8};
    pid_t waiter = getpid();

    sigemptyset(&none);
    must(sigaction(SIGUSR1, &action, NULL));
    pid_t child = (pid_t)must(fork());
    if (child == 0) {
        wait_until_asleep(waiter);
        kill(waiter, SIGUSR1);
        _exit(0);
    }
    report("signal while waiting", get(context, 1, 4, NULL, &open));
    must(waitpid(child, NULL, 0));
}

int main(void)
{
    must(syscall(SYS_io_setup, 4, &context));
    arguments();
    negative_time();
    pending();
    while_waiting(0);
    while_waiting(SA_RESTART);
    return 0;
}

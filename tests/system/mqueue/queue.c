/* POSIX message queues: names, flags, attributes, priorities, limits, waiting, telling.
 * seconds: 60 */

#include "../test.h"
#include <mqueue.h>
#include <poll.h>
#include <sys/resource.h>

static long open_raw(const char *name, int flags, int mode, void *attributes)
{
    return syscall(SYS_mq_open, name, flags, mode, attributes);
}

static void attributes_of(const char *label, mqd_t queue)
{
    struct mq_attr now;

    if (mq_getattr(queue, &now) != 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: flags %lo, at most %ld of %ld, has %ld", label, now.mq_flags, now.mq_maxmsg,
            now.mq_msgsize, now.mq_curmsgs);
}

static void take(const char *label, mqd_t queue, size_t len)
{
    char text[9000] = "";
    unsigned priority = 99;
    ssize_t got = mq_receive(queue, text, len, &priority);

    if (got < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %zd, priority %u, %s", label, got, priority, text);
}

static void names(void)
{
    static char name[300];
    struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 10};

    call("none", open_raw("quire", O_RDWR, 0, NULL));
    call("empty name", open_raw("", O_RDWR | O_CREAT, 0600, NULL));
    call("name with a slash", open_raw("a/b", O_RDWR | O_CREAT, 0600, NULL));
    call("dot", open_raw(".", O_RDWR | O_CREAT, 0600, NULL));
    call("name from nowhere", open_raw((void *)8, O_RDWR | O_CREAT, 0600, NULL));
    call("attributes from nowhere", open_raw("quire", O_RDWR | O_CREAT, 0600, (void *)8));
    memset(name, 'n', 256);
    call("name of 256", open_raw(name, O_RDWR | O_CREAT, 0600, NULL));
    name[255] = 0;
    call_ok("name of 255", open_raw(name, O_RDWR | O_CREAT, 0600, NULL));
    call("unlink it", syscall(SYS_mq_unlink, name));
    call("unlink again", syscall(SYS_mq_unlink, name));
    call("unlink empty", syscall(SYS_mq_unlink, ""));
    attributes.mq_maxmsg = 0;
    call("no messages", open_raw("quire", O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_maxmsg = 65537;
    call("65537 messages", open_raw("quire", O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_maxmsg = 2;
    attributes.mq_msgsize = -1;
    call("size -1", open_raw("quire", O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_msgsize = (16 << 20) + 1;
    call("size above 16 MiB", open_raw("quire", O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_msgsize = 16 << 20;
    call("more than RLIMIT_MSGQUEUE", open_raw("quire", O_RDWR | O_CREAT, 0600, &attributes));
    call("not made", open_raw("quire", O_RDWR, 0, NULL));
}

static void as_user(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = 8192};
    struct rlimit limit;

    become_user();
    call("read others' 0644", open_raw("quire", O_RDONLY, 0, NULL) >= 0);
    call("write others' 0644", open_raw("quire", O_WRONLY, 0, NULL));
    call("unlink others'", syscall(SYS_mq_unlink, "quire"));
    attributes.mq_maxmsg = 11;
    call("11 messages", open_raw("mine", O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_maxmsg = 10;
    attributes.mq_msgsize = 8193;
    call("8193 bytes", open_raw("mine", O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_msgsize = 100;
    limit.rlim_cur = limit.rlim_max = 10 * 100 + 10 * 48 + 10 * 48 - 1;
    must(setrlimit(RLIMIT_MSGQUEUE, &limit));
    call("a byte too many", open_raw("mine", O_RDWR | O_CREAT, 0600, &attributes));
    attributes.mq_msgsize = 99;
    call_ok("ten bytes fewer", open_raw("mine", O_RDWR | O_CREAT, 0600, &attributes));
    call("one more", open_raw("other", O_RDWR | O_CREAT, 0600, &attributes));
    call("unlinked, still open", syscall(SYS_mq_unlink, "mine"));
    call("one more", open_raw("other", O_RDWR | O_CREAT, 0600, &attributes));
}

static volatile sig_atomic_t told, told_code, told_value, told_pid;

static void on_signal(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    told++;
    told_code = info->si_code;
    told_value = info->si_value.sival_int;
    told_pid = info->si_pid;
}

static void telling(mqd_t queue)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77};
    char text[200];
    int status;

    sigaction(SIGUSR1, &action, NULL);
    call("notify", mq_notify(queue, &event));
    call("notify again", mq_notify(queue, &event));
    pid_t child = (pid_t)must(fork());
    if (child == 0) {
        call("child: notify", mq_notify(queue, &event));
        call("child: withdraw", mq_notify(queue, NULL));
        _exit(mq_send(queue, "told", 4, 1));
    }
    must(waitpid(child, &status, 0));
    say("told %d times, code %d, value %d, by the child: %d", told, told_code, told_value,
        told_pid == child);
    must(mq_send(queue, "second", 6, 1));
    say("told %d times", told);
    call("notify, not empty", mq_notify(queue, &event));
    must(mq_send(queue, "third", 5, 1));
    say("told %d times", told);
    while (mq_receive(queue, text, sizeof(text), NULL) >= 0)
        continue;
    must(mq_send(queue, "fourth", 6, 1));
    say("told %d times", told);
    must(mq_receive(queue, text, sizeof(text), NULL));
    call("notify", mq_notify(queue, &event));
    call("withdraw", mq_notify(queue, NULL));
    must(mq_send(queue, "fifth", 5, 1));
    say("told %d times", told);
    must(mq_receive(queue, text, sizeof(text), NULL));
    event.sigev_signo = 65;
    call("signal 65", mq_notify(queue, &event));
    event.sigev_notify = 9;
    call("unknown way", mq_notify(queue, &event));
    event.sigev_notify = SIGEV_NONE;
    call("no way", mq_notify(queue, &event));
    must(mq_send(queue, "sixth", 5, 1));
    must(mq_receive(queue, text, sizeof(text), NULL));
    call("no way", mq_notify(queue, &event));
    call("withdraw", mq_notify(queue, NULL));
    call("notify of a pipe", syscall(SYS_mq_notify, 1, NULL));
    call("notify of nothing", syscall(SYS_mq_notify, 77, NULL));
}

static void waiting(mqd_t queue)
{
    struct timespec past = {1, 0}, bad = {0, 1000000000}, soon;
    struct timespec began;
    char text[200];
    int status;

    call("receive, in the past", mq_timedreceive(queue, text, sizeof(text), NULL, &past));
    call("receive, bad time", mq_timedreceive(queue, text, sizeof(text), NULL, &bad));
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 50000000;
    if (soon.tv_nsec >= 1000000000) {
        soon.tv_sec++;
        soon.tv_nsec -= 1000000000;
    }
    clock_gettime(CLOCK_MONOTONIC, &began);
    call("receive, 50 ms", mq_timedreceive(queue, text, sizeof(text), NULL, &soon));
    yes("passed", elapsed(&began) >= 45);
    pid_t child = (pid_t)must(fork());
    if (child == 0)
        _exit(mq_receive(queue, text, sizeof(text), NULL) == 5 ? 0 : errno);
    wait_until_asleep(child);
    must(mq_send(queue, "hello", 5, 3));
    must(waitpid(child, &status, 0));
    status_report("receiver", status);
    must(mq_send(queue, "1", 1, 3));
    must(mq_send(queue, "2", 1, 3));
    call("send, full, in the past", mq_timedsend(queue, "x", 1, 0, &past));
    child = (pid_t)must(fork());
    if (child == 0)
        _exit(mq_send(queue, "urgent", 6, 9) == 0 ? 0 : errno);
    wait_until_asleep(child);
    take("the first", queue, 100);
    must(waitpid(child, &status, 0));
    status_report("sender", status);
    take("the urgent one", queue, 100);
    take("the last", queue, 100);
    sigaction(SIGALRM, &(struct sigaction){.sa_sigaction = on_signal}, NULL);
    ualarm(30000, 30000);
    call("receive, a signal", mq_receive(queue, text, sizeof(text), NULL));
}

int main(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 20, .mq_flags = O_NONBLOCK};
    struct mq_attr old;
    struct pollfd poller;
    struct stat st;
    char text[200];
    mqd_t queue, reader, writer;

    umask(022);
    names();
    queue =
        (mqd_t)must(open_raw("quire", O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0666, &attributes));
    attributes_of("new", queue);
    must(fstat(queue, &st));
    say("mode %o, size %ld, cloexec %d", st.st_mode, (long)st.st_size, fcntl(queue, F_GETFD));
    call("exclusive", open_raw("quire", O_RDWR | O_CREAT | O_EXCL, 0600, NULL));
    reader = (mqd_t)must(open_raw("quire", O_RDONLY | O_NONBLOCK, 0, NULL));
    writer = (mqd_t)must(open_raw("quire", O_WRONLY | O_CREAT | O_NONBLOCK, 0, NULL));
    in_child("an ordinary user", as_user);

    poller = (struct pollfd){.fd = queue, .events = POLLIN | POLLOUT};
    must(poll(&poller, 1, 0));
    say("poll, empty: %x", poller.revents);
    call("receive, empty", mq_receive(queue, text, 20, NULL));
    call("send a low one", mq_send(writer, "low", 3, 1));
    call("send a high one", mq_send(writer, "high", 4, 32767));
    call("send another low one", mq_send(queue, "low again", 9, 1));
    call("send nothing", mq_send(queue, "", 0, 0));
    call("send, full", mq_send(queue, "x", 1, 0));
    must(poll(&poller, 1, 0));
    say("poll, full: %x", poller.revents);
    attributes_of("full", queue);
    must(lseek(queue, 0, SEEK_SET));
    memset(text, 0, sizeof(text));
    call("read", read(queue, text, sizeof(text)));
    say("%s", strtok(text, "\n"));
    call("write", write(queue, "x", 1));
    call("priority 32768", mq_send(queue, "x", 1, 32768));
    call("too long", mq_send(queue, "123456789012345678901", 21, 1));
    call("from nowhere", mq_send(queue, (void *)8, 5, 1));
    call("send to the reader", mq_send(reader, "x", 1, 1));
    call("receive from the writer", mq_receive(writer, text, 20, NULL));
    call("too small a place", mq_receive(reader, text, 19, NULL));
    take("first", reader, 20);
    take("second", reader, 20);
    take("third", queue, 20);
    take("fourth", queue, 20);
    take("empty", queue, 20);
    must(mq_send(queue, "lost", 4, 1));
    call("receive to nowhere", mq_receive(queue, (void *)8, 20, NULL));
    attributes_of("lost", queue);
    call("of a pipe", mq_send(1, "x", 1, 1));
    call("of nothing", mq_send(77, "x", 1, 1));
    attributes.mq_flags = 1;
    call("set flags 1", mq_setattr(queue, &attributes, NULL));
    attributes.mq_flags = 0;
    attributes.mq_maxmsg = 99;
    call("set flags 0", mq_setattr(queue, &attributes, &old));
    say("old: flags %lo, at most %ld", old.mq_flags, old.mq_maxmsg);
    attributes_of("now", queue);
    attributes_of("the reader", reader);
    call("attributes from nowhere", syscall(SYS_mq_getsetattr, queue, (void *)8, NULL));
    call("attributes to nowhere", syscall(SYS_mq_getsetattr, queue, NULL, (void *)8));
    attributes_of("a pipe", 1);
    attributes.mq_flags = O_NONBLOCK;
    must(mq_setattr(queue, &attributes, NULL));
    telling(queue);
    call("unlink", syscall(SYS_mq_unlink, "quire"));
    call("gone", open_raw("quire", O_RDWR, 0, NULL));
    call("still works", mq_send(queue, "x", 1, 1));
    close(queue);
    close(reader);
    close(writer);
    attributes.mq_maxmsg = 2;
    attributes.mq_msgsize = 100;
    queue = (mqd_t)must(open_raw("again", O_RDWR | O_CREAT, 0600, &attributes));
    waiting(queue);
    call("unlink", syscall(SYS_mq_unlink, "again"));
    return 0;
}

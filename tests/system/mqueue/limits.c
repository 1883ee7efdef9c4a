/* Message queues: attributes, limits, settings, notification, as root and as a user. */

#include "test.h"

#include <mqueue.h>
#include <sys/resource.h>

static long attempt(const char *label, const char *name, int flags, long messages, long size)
{
    struct mq_attr attributes = {.mq_maxmsg = messages, .mq_msgsize = size};
    long fd =
        syscall(SYS_mq_open, name, flags, 0600, messages == 0 && size == 0 ? NULL : &attributes);

    call_ok(label, fd);
    if (fd >= 0) {
        struct mq_attr now;

        must(syscall(SYS_mq_getsetattr, fd, NULL, &now));
        say("  %ld messages of %ld, flags %lx", now.mq_maxmsg, now.mq_msgsize, now.mq_flags);
        close((int)fd);
        syscall(SYS_mq_unlink, name);
    }
    return fd;
}

static void setting(const char *name)
{
    char path[80], text[32] = "";

    snprintf(path, sizeof(path), "/proc/sys/fs/mqueue/%s", name);
    if (file_text(path, text, sizeof(text)) < 0)
        strcpy(text, "none\n");
    say("%s %.*s", name, (int)strcspn(text, "\n"), text);
}

static void set(const char *name, const char *value)
{
    char path[80];
    int fd;

    snprintf(path, sizeof(path), "/proc/sys/fs/mqueue/%s", name);
    fd = open(path, O_WRONLY);
    if (fd < 0) {
        say("%s: %s", name, errno_name(errno));
        return;
    }
    say("%s = %s: %s", name, value, write(fd, value, strlen(value)) < 0 ? errno_name(errno) : "ok");
    close(fd);
    setting(name);
}

static void sizes(void)
{
    int create = O_CREAT | O_RDWR;

    attempt("default", "q", create, 0, 0);
    attempt("1 of 1", "q", create, 1, 1);
    attempt("10 of 8192", "q", create, 10, 8192);
    attempt("11", "q", create, 11, 8);
    attempt("8193", "q", create, 1, 8193);
    attempt("0", "q", create, 0, 8);
    attempt("-1", "q", create, -1, 8);
    attempt("size -1", "q", create, 1, -1);
    attempt("65536", "q", create, 65536, 1);
    attempt("65537", "q", create, 65537, 1);
    attempt("16 MiB", "q", create, 1, 16 << 20);
    attempt("more", "q", create, 1, (16 << 20) + 1);
    attempt("more than the limit", "q", create, 1000, 1000);
    attempt("long max", "q", create, LONG_MAX, LONG_MAX);
}

static void limited(void)
{
    struct rlimit old, limit = {5000, 5000};

    must(getrlimit(RLIMIT_MSGQUEUE, &old));
    say("limit %ld", (long)old.rlim_cur);
    must(setrlimit(RLIMIT_MSGQUEUE, &limit));
    attempt("10 of 399", "q", O_CREAT | O_RDWR, 10, 399);
    attempt("10 of 404", "q", O_CREAT | O_RDWR, 10, 404);
    attempt("10 of 405", "q", O_CREAT | O_RDWR, 10, 405);
    limit.rlim_cur = 0;
    must(setrlimit(RLIMIT_MSGQUEUE, &limit));
    attempt("1 of 1", "q", O_CREAT | O_RDWR, 1, 1);
}

static void settings(void)
{
    static const char *const names[] = {"msg_default", "msg_max", "msgsize_default", "msgsize_max",
                                        "queues_max"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        setting(names[i]);
    set("msg_max", "0");
    set("msg_max", "65537");
    set("msg_max", "20");
    set("msgsize_max", "127");
    set("msgsize_max", "128");
    set("msgsize_max", "16777217");
    set("msgsize_max", "9000");
    set("msg_default", "0");
    set("msg_default", "15");
    set("msgsize_default", "8500");
    set("queues_max", "1");
    set("queues_max", "-1");
    attempt("default", "q", O_CREAT | O_RDWR, 0, 0);
    attempt("20 of 9000", "q", O_CREAT | O_RDWR, 20, 9000);
    set("msg_default", "50");
    set("msgsize_default", "20000");
    attempt("default above max", "q", O_CREAT | O_RDWR, 0, 0);
}

static void crowded(void)
{
    become_user();
    attempt("20 of 128", "p", O_CREAT | O_RDWR, 20, 128);
    attempt("21 of 128", "p", O_CREAT | O_RDWR, 21, 128);
    int fd = (int)call_ok("first", syscall(SYS_mq_open, "a", O_CREAT | O_RDWR, 0600, NULL));
    call_ok("second", syscall(SYS_mq_open, "b", O_CREAT | O_RDWR, 0600, NULL));
    close(fd);
    call("unlink", syscall(SYS_mq_unlink, "a"));
    call_ok("third", syscall(SYS_mq_open, "b", O_CREAT | O_RDWR, 0600, NULL));
    call("unlink", syscall(SYS_mq_unlink, "b"));
    set("msg_max", "30");
}

static void notification(void)
{
    int fd = (int)must(syscall(SYS_mq_open, "n", O_CREAT | O_RDWR | O_NONBLOCK, 0600, NULL));
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};

    call("off", syscall(SYS_mq_notify, fd, NULL));
    call("signal", syscall(SYS_mq_notify, fd, &event));
    call("twice", syscall(SYS_mq_notify, fd, &event));
    call("off", syscall(SYS_mq_notify, fd, NULL));
    event.sigev_signo = 65;
    call("signal 65", syscall(SYS_mq_notify, fd, &event));
    event.sigev_signo = 0;
    call("signal 0", syscall(SYS_mq_notify, fd, &event));
    call("off", syscall(SYS_mq_notify, fd, NULL));
    event.sigev_notify = 99;
    call("kind 99", syscall(SYS_mq_notify, fd, &event));
    event.sigev_notify = SIGEV_THREAD_ID;
    call("kind 4", syscall(SYS_mq_notify, fd, &event));
    event.sigev_notify = SIGEV_NONE;
    call("none", syscall(SYS_mq_notify, fd, &event));
    call("busy", syscall(SYS_mq_notify, fd, &event));
    call("bad event", syscall(SYS_mq_notify, fd, 8));
    call("bad descriptor", syscall(SYS_mq_notify, 99, NULL));
    call("no queue", syscall(SYS_mq_notify, 0, NULL));
    event.sigev_notify = 99;
    call("kind before descriptor", syscall(SYS_mq_notify, 99, &event));
    call("priority 32768", syscall(SYS_mq_timedsend, fd, "x", 1, 32768, NULL));
    call("priority 32767", syscall(SYS_mq_timedsend, fd, "x", 1, 32767, NULL));
    call("too long", syscall(SYS_mq_timedsend, fd, "x", 1L << 20, 0, NULL));
    call("bad time", syscall(SYS_mq_timedsend, fd, "x", 1, 0, &(struct timespec){0, -1}));
    call("negative time", syscall(SYS_mq_timedsend, fd, "x", 1, 0, &(struct timespec){-1, 0}));
    call("bad text", syscall(SYS_mq_timedsend, fd, 8, 1, 0, NULL));
    call("short buffer", syscall(SYS_mq_timedreceive, fd, &event, 8, NULL, NULL));
    call("getsetattr flags",
         syscall(SYS_mq_getsetattr, fd, &(struct mq_attr){.mq_flags = 1}, NULL));
    call("unlink", syscall(SYS_mq_unlink, "n"));
    call("unlink again", syscall(SYS_mq_unlink, "n"));
    call("name /n", syscall(SYS_mq_unlink, "/n"));
    call("name empty", syscall(SYS_mq_unlink, ""));
    call("open flags 3", syscall(SYS_mq_open, "n", O_CREAT | 3, 0600, NULL));
}

static void as_user(void)
{
    become_user();
    sizes();
    limited();
}

int main(void)
{
    sizes();
    in_child("user", as_user);
    in_child("limit", limited);
    settings();
    in_child("crowded", crowded);
    notification();
    return 0;
}

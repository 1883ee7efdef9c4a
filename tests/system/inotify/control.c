/* inotify: errnos, masks, IN_ONESHOT and its like, overflow, limits, reading and polling. */

#include "test.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

static int instance;

static void show(const char *label)
{
    char buffer[4096] __attribute__((aligned(8)));
    ssize_t len = read(instance, buffer, sizeof(buffer));
    if (len < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    say("%s:", label);
    for (char *at = buffer; at < buffer + len;) {
        struct inotify_event *event = (struct inotify_event *)at;
        say("  %d %x %s", event->wd, event->mask, event->len != 0 ? event->name : "");
        at += sizeof(*event) + event->len;
    }
}

static void touch(const char *path)
{
    close((int)must(open(path, O_CREAT | O_WRONLY, 0644)));
}

static void errors(void)
{
    int file = file_make("file", 1);
    call("unknown flag", inotify_init1(1));
    call_ok("inotify_init", close(inotify_init()));
    call("no such descriptor", inotify_add_watch(999, "d", IN_OPEN));
    call("no instance", inotify_add_watch(file, "d", IN_OPEN));
    call("no event", inotify_add_watch(instance, "d", 0));
    call("no event, no descriptor", inotify_add_watch(999, "d", 0));
    call("unknown event", inotify_add_watch(instance, "d", 0x1000));
    call("add and create",
         inotify_add_watch(instance, "d", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE));
    call("add and create, no instance",
         inotify_add_watch(file, "d", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE));
    call("no such file", inotify_add_watch(instance, "none", IN_OPEN));
    call("empty name", inotify_add_watch(instance, "", IN_OPEN));
    call("bad name", inotify_add_watch(instance, (char *)8, IN_OPEN));
    call("only a directory", inotify_add_watch(instance, "file", IN_OPEN | IN_ONLYDIR));
    call("remove: no descriptor", inotify_rm_watch(999, 1));
    call("remove: no instance", inotify_rm_watch(file, 1));
    call("remove: no watch", inotify_rm_watch(instance, 1));
    call("write", write(instance, "x", 1));
    call("seek", lseek(instance, 0, SEEK_SET));
    call("other ioctl", ioctl(instance, FIOQSIZE, NULL));
    yes("flags", (fcntl(instance, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_NONBLOCK);
    close(file);
}

static void watches(void)
{
    call("first", inotify_add_watch(instance, "d", IN_CREATE));
    call("again", inotify_add_watch(instance, "d/.", IN_DELETE));
    touch("d/a");
    show("replaced mask");
    call("added", inotify_add_watch(instance, "d", IN_CREATE | IN_MASK_ADD));
    touch("d/b");
    must(unlink("d/b"));
    show("added mask");
    call("create", inotify_add_watch(instance, "d", IN_CREATE | IN_MASK_CREATE));
    must(symlink("d", "to_d"));
    call("link itself", inotify_add_watch(instance, "to_d", IN_ATTRIB | IN_DONT_FOLLOW));
    call("through the link", inotify_add_watch(instance, "to_d", IN_ATTRIB));
    call("remove", inotify_rm_watch(instance, 2));
    call("remove again", inotify_rm_watch(instance, 2));
    show("ignored");
    call("numbers are not used again", inotify_add_watch(instance, "file", IN_OPEN | IN_ONESHOT));
    touch("file");
    touch("file");
    show("one shot");
    call("watch", inotify_add_watch(instance, "d", IN_ALL_EVENTS | IN_EXCL_UNLINK));
    int fd = must(open("d/a", O_RDWR));
    must(unlink("d/a"));
    must(write(fd, "x", 1));
    close(fd);
    show("without what is unlinked");
    fd = must(open("d", O_PATH));
    close(fd);
    show("only a place");
    call("remove", inotify_rm_watch(instance, 1));
    show("removed");
}

static void reading(void)
{
    char small[15], one[32];
    int count = -1;
    struct pollfd poll_it = {.fd = instance, .events = POLLIN | POLLOUT};

    call("watch", inotify_add_watch(instance, "d", IN_CREATE | IN_DELETE));
    call("poll, empty", poll(&poll_it, 1, 0));
    call("FIONREAD, empty", ioctl(instance, FIONREAD, &count));
    say("%d", count);
    call("small buffer, empty", read(instance, small, sizeof(small)));
    touch("d/sixteen_letters_");
    touch("d/x");
    call("poll", poll(&poll_it, 1, 0));
    say("%x", (unsigned)poll_it.revents);
    call("FIONREAD", ioctl(instance, FIONREAD, &count));
    say("%d", count);
    call("FIONREAD, bad pointer", ioctl(instance, FIONREAD, 8));
    call("small buffer", read(instance, small, sizeof(small)));
    call("header only", read(instance, one, 16));
    call("too small for the name", read(instance, one, 32));
    call("bad pointer", read(instance, (void *)8, 1000));
    call("the next is there", read(instance, one, 32));
    call("empty", read(instance, one, 32));
    touch("d/y");
    pid_t child = fork();
    if (child == 0) {
        wait_until_asleep(getppid());
        touch("d/late");
        _exit(0);
    }
    show("before waiting");
    must(fcntl(instance, F_SETFL, 0));
    show("waited");
    must(fcntl(instance, F_SETFL, O_NONBLOCK));
    must(waitpid(child, NULL, 0));
}

static void number_put(const char *path, int number)
{
    char text[20];
    sprintf(text, "%d\n", number);
    int fd = must(open(path, O_WRONLY));
    must(write(fd, text, strlen(text)));
    close(fd);
}

static void limited_user(void)
{
    int fds[3];

    number_put("/proc/sys/fs/inotify/max_user_instances", 2);
    number_put("/proc/sys/fs/inotify/max_user_watches", 1);
    become_user();
    for (int i = 0; i < 3; i++)
        call_ok("instance", fds[i] = inotify_init());
    call("first watch", inotify_add_watch(fds[0], "/", IN_OPEN));
    call("same", inotify_add_watch(fds[0], "/", IN_OPEN));
    call("second", inotify_add_watch(fds[0], "/proc", IN_OPEN));
    call("other instance", inotify_add_watch(fds[1], "/", IN_OPEN));
    call("not to be read", inotify_add_watch(fds[1], "secret", IN_OPEN));
    close(fds[0]);
    call("room again", inotify_add_watch(fds[1], "/", IN_OPEN));
}

static void limits(void)
{
    char text[40], name[20];
    file_text("/proc/sys/fs/inotify/max_queued_events", text, sizeof(text));
    say("max_queued_events %d", atoi(text));
    file_text("/proc/sys/fs/inotify/max_user_instances", text, sizeof(text));
    say("max_user_instances %d", atoi(text));
    number_put("/proc/sys/fs/inotify/max_queued_events", 3);
    int old = instance;
    instance = must(inotify_init1(IN_NONBLOCK));
    must(inotify_add_watch(instance, "d", IN_CREATE));
    for (int i = 0; i < 6; i++) {
        sprintf(name, "d/over%d", i);
        touch(name);
    }
    show("overflow");
    touch("d/after");
    show("after");
    number_put("/proc/sys/fs/inotify/max_queued_events", 16384);
    in_child("limits of a user", limited_user);
    number_put("/proc/sys/fs/inotify/max_user_instances", 128);
    number_put("/proc/sys/fs/inotify/max_user_watches", 8192);
    close(instance);
    instance = old;
    show("the other heard of it");
}

static void unmounting(void)
{
    must(mkdir("m", 0755));
    must(mount("none", "m", "tmpfs", 0, NULL));
    touch("m/inside");
    int fresh = must(inotify_init1(IN_NONBLOCK));
    int old = instance;
    instance = fresh;
    call("mount", inotify_add_watch(instance, "m", IN_ALL_EVENTS));
    call("a file there", inotify_add_watch(instance, "m/inside", IN_OPEN));
    call("umount", umount("m"));
    char buffer[400] __attribute__((aligned(8)));
    ssize_t len = read(instance, buffer, sizeof(buffer));
    unsigned seen = 0;
    for (char *at = buffer; at < buffer + len; at += sizeof(struct inotify_event))
        seen += ((struct inotify_event *)at)->mask;
    say("%zd bytes: %x", len, seen);
    call("gone", inotify_rm_watch(instance, 1));
    close(instance);
    instance = old;
}

int main(void)
{
    must(mkdir("d", 0755));
    file_put("secret", "", 0600);
    instance = must(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    yes("close on exec", fcntl(instance, F_GETFD) == FD_CLOEXEC);
    errors();
    watches();
    reading();
    limits();
    unmounting();
    return 0;
}

/* inotify: each event, on a directory and on a file; names, cookies, the order of events. */

#include "test.h"

#include <sys/inotify.h>
#include <sys/ioctl.h>

static int instance;
static unsigned first_cookie;

static const struct {
    unsigned bit;
    const char *name;
} names[] = {
    {IN_ACCESS, "ACCESS"},
    {IN_MODIFY, "MODIFY"},
    {IN_ATTRIB, "ATTRIB"},
    {IN_CLOSE_WRITE, "CLOSE_WRITE"},
    {IN_CLOSE_NOWRITE, "CLOSE_NOWRITE"},
    {IN_OPEN, "OPEN"},
    {IN_MOVED_FROM, "MOVED_FROM"},
    {IN_MOVED_TO, "MOVED_TO"},
    {IN_CREATE, "CREATE"},
    {IN_DELETE, "DELETE"},
    {IN_DELETE_SELF, "DELETE_SELF"},
    {IN_MOVE_SELF, "MOVE_SELF"},
    {IN_UNMOUNT, "UNMOUNT"},
    {IN_Q_OVERFLOW, "Q_OVERFLOW"},
    {IN_IGNORED, "IGNORED"},
    {IN_ISDIR, "ISDIR"},
};

static void show_event(const struct inotify_event *event)
{
    char text[400];
    int len = sprintf(text, "  %d", event->wd);

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (event->mask & names[i].bit)
            len += sprintf(text + len, " %s", names[i].name);
    if (event->cookie != 0) {
        if (first_cookie == 0)
            first_cookie = event->cookie;
        len += sprintf(text + len, " cookie+%u", event->cookie - first_cookie);
    }
    if (event->len != 0)
        sprintf(text + len, " \"%s\" (%u)", event->name, event->len);
    say("%s", text);
}

static void show(const char *label)
{
    static char buffer[8192] __attribute__((aligned(8)));
    int waiting = -1;
    must(ioctl(instance, 0x541b, &waiting));
    ssize_t len = read(instance, buffer, sizeof(buffer));
    if (len < 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    say("%s: %d bytes%s", label, (int)len, len == waiting ? "" : ", not what FIONREAD said");
    for (char *at = buffer; at < buffer + len;) {
        struct inotify_event *event = (struct inotify_event *)at;
        show_event(event);
        at += sizeof(*event) + event->len;
    }
}

static void files(void)
{
    int fd = must(open("d/file", O_CREAT | O_RDWR, 0644));
    show("create");
    must(write(fd, "abc", 3));
    must(write(fd, "abc", 3));
    show("two writes are one event");
    char bytes[6];
    must(pread(fd, bytes, 6, 0));
    must(pread(fd, bytes, 6, 6));
    must(ftruncate(fd, 2));
    must(ftruncate(fd, 2));
    show("read, end of file, truncate");
    must(fallocate(fd, 0, 0, 100));
    must(fchmod(fd, 0600));
    must(fchown(fd, 0, 0));
    show("allocate, mode, owner");
    struct timespec access_only[2] = {{.tv_sec = 1}, {.tv_nsec = UTIME_OMIT}};
    struct timespec modify_only[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};
    must(futimens(fd, NULL));
    must(futimens(fd, access_only));
    must(futimens(fd, modify_only));
    show("times: both, access, modify");
    close(fd);
    show("close");
    fd = must(open("d/file", O_RDONLY));
    close(fd);
    fd = must(open("d/file", O_WRONLY | O_TRUNC));
    close(fd);
    show("read-only, truncating");
    fd = must(open("d/file", O_RDONLY));
    close(dup(fd));
    show("duplicate closed");
    close(fd);
    show("last closed");
    call("open for writing what is a directory", open("d", O_WRONLY));
    call("open what is not there", open("d/none", O_RDONLY));
    show("failures");
}

static void names_of_files(void)
{
    must(link("d/file", "d/second"));
    show("link");
    must(symlink("file", "d/symbolic"));
    must(mkdir("d/sub", 0755));
    must(mkfifo("d/fifo", 0644));
    show("symlink, mkdir, mkfifo");
    must(rename("d/second", "d/third"));
    show("rename");
    must(rename("d/third", "outside"));
    must(rename("outside", "d/back"));
    show("out and in");
    must(rename("d/symbolic", "d/back"));
    show("onto another");
    must(syscall(SYS_renameat2, AT_FDCWD, "d/back", AT_FDCWD, "d/fifo", 2));
    show("exchange");
    must(rename("d/sub", "d/sub2"));
    must(rmdir("d/sub2"));
    show("directory moved and removed");
    must(unlink("d/fifo"));
    must(unlink("d/back"));
    show("unlink");
}

static void directory_itself(void)
{
    int fd = must(open("d", O_RDONLY | O_DIRECTORY));
    char entries[1000];
    while (must(syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0)
        ;
    close(fd);
    show("directory read");
    must(chmod("d", 0700));
    must(rename("d", "e"));
    must(rename("e", "d"));
    show("directory itself");
}

static void file_itself(void)
{
    int wd = must(inotify_add_watch(instance, "d/file", IN_ALL_EVENTS));
    yes("another number", wd == 2);
    int fd = must(open("d/file", O_RDWR));
    must(write(fd, "x", 1));
    show("both watch");
    must(rename("d/file", "d/other"));
    show("moved");
    must(link("d/other", "d/twice"));
    must(unlink("d/other"));
    show("one name less");
    must(unlink("d/twice"));
    show("unlinked while open");
    must(write(fd, "x", 1));
    close(fd);
    show("closed at last");
    file_put("d/file", "", 0644);
    must(inotify_add_watch(instance, "d/file", IN_ALL_EVENTS));
    show("a new one");
    must(unlink("d/file"));
    show("unlinked while closed");
    file_put("d/a", "", 0644);
    file_put("d/b", "", 0644);
    must(inotify_add_watch(instance, "d/b", IN_ALL_EVENTS));
    show("two files");
    must(rename("d/a", "d/b"));
    show("replaced");
}

static void ends(void)
{
    must(unlink("d/b"));
    show("emptied");
    must(rmdir("d"));
    show("directory removed");
}

int main(void)
{
    must(mkdir("d", 0755));
    instance = must(inotify_init1(IN_NONBLOCK));
    show("nothing");
    call("watch", inotify_add_watch(instance, "d", IN_ALL_EVENTS));
    files();
    names_of_files();
    directory_itself();
    file_itself();
    ends();
    return 0;
}

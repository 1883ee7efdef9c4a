/* The mqueue filesystem: queues by mq_open and by the names of a mount are the same. */

#include "test.h"

#include <dirent.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/vfs.h>

static void list(void)
{
    struct dirent **names;
    int nr = scandir("q", &names, NULL, alphasort);

    for (int i = 0; i < nr; i++)
        if (names[i]->d_name[0] != '.')
            say("  %s type %d", names[i]->d_name, names[i]->d_type);
}

static void look(const char *path)
{
    struct stat status;

    if (call(path, stat(path, &status)) == 0)
        say("  mode %o links %d size %ld uid %d", status.st_mode, (int)status.st_nlink,
            (long)status.st_size, (int)status.st_uid);
}

static void show(const char *path)
{
    char text[128] = "";

    call(path, file_text(path, text, sizeof(text)));
    char *pid = strstr(text, "NOTIFY_PID:");
    bool own = pid != NULL && atoi(pid + 11) == getpid();
    say("  %.*s%s", pid ? (int)(pid - text) : 0, text, own ? "own" : "other or none");
}

static void is_known(void)
{
    char text[4096];

    file_text("/proc/filesystems", text, sizeof(text));
    yes("nodev mqueue", strstr(text, "nodev\tmqueue\n") != NULL);
    file_text("/proc/mounts", text, sizeof(text));
    char *line = strstr(text, " mqueue rw");
    say("%.*s", line ? (int)strcspn(line, "\n") : 0, line ? line : "");
}

static void as_user(void)
{
    become_user();
    call("unlink another's", mq_unlink("/a"));
    call("unlink by name", unlink("q/a"));
    call("open 0600", mq_open("/a", O_RDWR));
    call("open by name", open("q/a", O_RDONLY));
    call_ok("create", creat("q/mine", 0600));
    look("q/mine");
    call("unlink", unlink("q/mine"));
}

int main(void)
{
    struct mq_attr attributes = {.mq_maxmsg = 5, .mq_msgsize = 100};
    struct statfs statfs_answer;
    char text[128];

    must(mkdir("q", 0755));
    call("bad option", syscall(SYS_mount, "none", "q", "mqueue", 0, "mode=700"));
    call("mount", syscall(SYS_mount, "none", "q", "mqueue", 0, NULL));
    call("statfs", statfs("q", &statfs_answer));
    say("type %lx block %ld names %ld", (long)statfs_answer.f_type, (long)statfs_answer.f_bsize,
        (long)statfs_answer.f_namelen);
    is_known();
    look("q");
    mqd_t a = must(mq_open("/a", O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attributes));
    list();
    look("q");
    look("q/a");
    show("q/a");
    call("send", mq_send(a, "hello", 5, 3));
    call("send", mq_send(a, "world!", 6, 4));
    show("q/a");
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    call("notify", mq_notify(a, &event));
    show("q/a");
    call("notify off", mq_notify(a, NULL));
    show("q/a");

    umask(027);
    int b = (int)must(open("q/b", O_CREAT | O_RDWR, 0666));
    list();
    look("q/b");
    call("attributes", mq_getattr(b, &attributes));
    say("%ld of %ld", attributes.mq_maxmsg, attributes.mq_msgsize);
    call("send through it", mq_send(b, "x", 1, 0));
    struct pollfd polled[2] = {{b, POLLIN | POLLOUT, 0}, {a, POLLIN | POLLOUT, 0}};
    call("poll", poll(polled, 2, 0));
    say("%x %x", polled[0].revents, polled[1].revents);
    call("write", write(b, "x", 1));
    call("read", read(b, text, 20));
    call("seek", lseek(b, 0, SEEK_SET));
    call("read again", read(b, text, 200));
    call("by mq_open", mq_open("/b", O_RDWR | O_CREAT | O_EXCL, 0600, NULL));
    mqd_t b2 = must(mq_open("/b", O_RDONLY));
    call("receive", mq_receive(b2, (char[8192]){0}, 8192, NULL));
    call("unlink", unlink("q/b"));
    call("gone", mq_open("/b", O_RDWR));
    call("goes on", mq_send(b, "y", 1, 0));
    list();

    call("mkdir", mkdir("q/d", 0755));
    call("symlink", symlink("a", "q/s"));
    call("link", link("q/a", "q/l"));
    call("rename", rename("q/a", "q/c"));
    call("fifo", mkfifo("q/f", 0600));
    call("mknod", mknod("q/n", S_IFREG | 0600, 0));
    call("unlink mq", mq_unlink("/n"));
    call("chmod", chmod("q/a", 0640));
    look("q/a");
    call("chmod 0600", chmod("q/a", 0600));
    in_child("user", as_user);
    call("umount", syscall(SYS_umount2, "q", 0));
    call("mounted again", syscall(SYS_mount, "none", "q", "mqueue", 0, NULL));
    list();
    call("mq_unlink", mq_unlink("/a"));
    list();
    call("busy", syscall(SYS_umount2, "q", 0));
    return 0;
}

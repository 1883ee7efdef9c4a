/* The requests of ioctl that every file answers: sizes, freezing, extents, sharing. */

#include "test.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

static void sizes(const char *label, int fd)
{
    long long size = -1;
    int block = -1, err;

    err = ioctl(fd, FIOQSIZE, &size) < 0 ? errno : 0;
    say("%s: FIOQSIZE %s %lld", label, errno_name(err), err ? 0 : size);
    err = ioctl(fd, FIGETBSZ, &block) < 0 ? errno : 0;
    say("%s: FIGETBSZ %s %d", label, errno_name(err), block);
}

static void refused(const char *label, int fd)
{
    struct fiemap map = {0};
    char text[80];

    snprintf(text, sizeof(text), "%s: freeze", label);
    call(text, ioctl(fd, FIFREEZE, 0));
    snprintf(text, sizeof(text), "%s: thaw", label);
    call(text, ioctl(fd, FITHAW, 0));
    snprintf(text, sizeof(text), "%s: extents", label);
    call(text, ioctl(fd, FS_IOC_FIEMAP, &map));
}

static void sharing(int from, int to)
{
    struct file_clone_range range = {.src_fd = from, .src_length = 4096};
    int other = (int)must(open("/proc/self/status", O_RDONLY));
    int folder = (int)must(open(".", O_RDONLY));
    int added = (int)must(open("to", O_RDWR | O_APPEND));
    int path = (int)must(open("from", O_PATH));
    int reads = (int)must(open("to", O_RDONLY));
    int pipes[2];

    must(pipe(pipes));
    call("clone", ioctl(to, FICLONE, from));
    call("of nothing", ioctl(to, FICLONE, 1000));
    call("of -1", ioctl(to, FICLONE, -1));
    call("of a path", ioctl(to, FICLONE, path));
    call("of another file system", ioctl(to, FICLONE, other));
    call("of a folder", ioctl(to, FICLONE, folder));
    call("to a folder", ioctl(folder, FICLONE, from));
    call("of a pipe", ioctl(to, FICLONE, pipes[0]));
    call("of a pipe to its other end", ioctl(pipes[1], FICLONE, pipes[0]));
    call("to what is only read", ioctl(reads, FICLONE, from));
    call("to what is only added to", ioctl(added, FICLONE, from));
    call("to a path", ioctl(path, FICLONE, from));
    call("a part", ioctl(to, FICLONERANGE, &range));
    range.src_fd = -1;
    call("a part of nothing", ioctl(to, FICLONERANGE, &range));
    call("a part, at a bad address", ioctl(to, FICLONERANGE, (void *)8));
}

static void as_user(void)
{
    int fd = (int)must(open("from", O_RDONLY));

    become_user();
    refused("a user", fd);
    sizes("a user", fd);
    _exit(0);
}

int main(void)
{
    static char bytes[10000];
    int from = (int)must(open("from", O_RDWR | O_CREAT, 0666));
    int to = (int)must(open("to", O_RDWR | O_CREAT, 0666));
    int pipes[2];

    must(write(from, bytes, sizeof(bytes)));
    must(pipe(pipes));
    sizes("a file", from);
    sizes("a file of /proc", (int)must(open("/proc/self/status", O_RDONLY)));
    sizes("a pipe", pipes[0]);
    sizes("a device", (int)must(open("/dev/null", O_RDWR)));
    call("FIOQSIZE at a bad address", ioctl(from, FIOQSIZE, (void *)8));
    call("FIGETBSZ at a bad address", ioctl(from, FIGETBSZ, (void *)8));
    call("FIOQSIZE of a path", ioctl((int)must(open("from", O_PATH)), FIOQSIZE, bytes));
    refused("a file", from);
    refused("a pipe", pipes[0]);
    sharing(from, to);
    in_child("as a user", as_user);
    return 0;
}

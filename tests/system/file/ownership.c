/* chmod, chown, umask as root: bits kept and cleared. */

#include "test.h"

static void show(const char *label, const char *path)
{
    struct stat info;
    lstat(path, &info);
    say("%s: %o %u:%u", label, info.st_mode, info.st_uid, info.st_gid);
}

int main(void)
{
    say("umask %o", umask(0137));
    close((int)must(open("file", O_CREAT | O_RDWR, 07777)));
    show("created", "file");
    must(mkdir("dir", 07777));
    show("mkdir", "dir");
    say("umask %o", umask(07022));
    say("umask %o", umask(022));
    call("chmod", chmod("file", 07777));
    show("chmod", "file");
    call("chmod more bits", chmod("file", 0170644));
    show("chmod", "file");
    must(chmod("file", 06755));
    call("chown", chown("file", 10, 20));
    show("chown clears", "file");
    must(chmod("file", 02644));
    call("chown", chown("file", 11, -1));
    show("without group execute", "file");
    call("chown nothing", chown("file", -1, -1));
    must(symlink("file", "link"));
    call("lchown", lchown("link", 30, 40));
    show("link", "link");
    show("file", "file");
    call("fchownat empty path", fchownat((int)must(open("file", O_PATH)), "", 1, 2, AT_EMPTY_PATH));
    show("file", "file");
    call("fchmodat of a link", syscall(SYS_fchmodat, AT_FDCWD, "link", 0600));
    show("file", "file");
    must(chmod("file", 06777));
    int fd = (int)must(open("file", O_RDWR));
    must(write(fd, "x", 1));
    show("root's write keeps the bits", "file");
    return 0;
}

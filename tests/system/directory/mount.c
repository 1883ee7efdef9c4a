/* mount and umount: tmpfs, bind, busy, read-only, stacking, /proc/mounts, errnos. */

#include "test.h"

#include <sys/mount.h>
#include <sys/statfs.h>

static int listed(const char *what)
{
    static char text[16384];
    file_text("/proc/mounts", text, sizeof(text));
    return strstr(text, what) != NULL;
}

int main(void)
{
    struct statfs info;
    char text[32];
    must(mkdir("a", 0755));
    must(mkdir("b", 0755));
    file_put("a/below", "below", 0644);
    call("unknown type", mount("none", "a", "nosuchfs", 0, NULL));
    call("absent", mount("none", "absent", "tmpfs", 0, NULL));
    call("file", mount("none", "a/below", "tmpfs", 0, NULL));
    call("tmpfs", mount("some name", "a", "tmpfs", 0, NULL));
    yes("listed", listed("some\\040name /area/a tmpfs rw"));
    call("covered", access("a/below", F_OK));
    file_put("a/on top", "top", 0644);
    call("statfs", statfs("a", &info));
    say("type %lx block %ld namelen %ld", (long)info.f_type, (long)info.f_bsize,
        (long)info.f_namelen);
    call("rmdir", rmdir("a"));
    call("rename", rename("a", "c"));
    int fd = (int)must(open("a/on top", O_RDONLY));
    call("umount busy", umount("a"));
    close(fd);
    call("bind", mount("a", "b", NULL, MS_BIND, NULL));
    file_text("b/on top", text, sizeof(text));
    say("through the bind: %s", text);
    call("umount", umount("a"));
    call("below is back", access("a/below", F_OK));
    call("bind keeps it", access("b/on top", F_OK));
    call("umount bind", umount("b"));
    call("umount again", umount("b"));
    call("umount absent", umount("absent"));
    call("read-only", mount("none", "a", "tmpfs", MS_RDONLY, NULL));
    call("create", open("a/x", O_CREAT | O_RDWR, 0644));
    call("mkdir", mkdir("a/x", 0755));
    call("remount", mount(NULL, "a", NULL, MS_REMOUNT, NULL));
    call("mkdir", mkdir("a/x", 0755));
    call("stack another", mount("none", "a", "tmpfs", 0, NULL));
    call("hidden", access("a/x", F_OK));
    call("umount", umount("a"));
    call("seen", access("a/x", F_OK));
    fd = (int)must(open("a", O_RDONLY));
    call("lazy umount of a busy one", umount2("a", MNT_DETACH));
    yes("not listed", !listed("/area/a "));
    call("still there through the descriptor", faccessat(fd, "x", F_OK, 0));
    call("size option", mount("none", "a", "tmpfs", 0, "size=64k,mode=700"));
    statfs("a", &info);
    say("blocks %ld", (long)info.f_blocks);
    fd = (int)must(open("a/big", O_CREAT | O_RDWR, 0644));
    static char block[65536 + 4096];
    call("fill", write(fd, block, sizeof(block)));
    call("more", write(fd, block, 1));
    close(fd);
    call("umount", umount("a"));
    call("bad option", mount("none", "a", "tmpfs", 0, "nosuch=1"));
    become_user();
    call("as a user", mount("none", "a", "tmpfs", 0, NULL));
    return 0;
}

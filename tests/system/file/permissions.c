/* Permissions as an ordinary user: read, write, execute, search, sticky, chmod, chown, access. */

#include "test.h"

static void body(void)
{
    become_user();
    umask(0);
    call_ok("read 0644 of root", open("r", O_RDONLY));
    call_ok("write 0644 of root", open("r", O_WRONLY));
    call_ok("read 0600 of root", open("secret", O_RDONLY));
    call_ok("below 0700 directory", open("closed/file", O_RDONLY));
    call_ok("list 0711 directory", open("search", O_RDONLY | O_DIRECTORY));
    call_ok("through 0711 directory", open("search/file", O_RDONLY));
    call_ok("list 0744 directory", open("list", O_RDONLY | O_DIRECTORY));
    call_ok("through 0744 directory", open("list/file", O_RDONLY));
    call_ok("create in 0755", open("list/new", O_CREAT | O_RDWR, 0666));
    call("unlink in 0755", unlink("search/file"));
    call("mkdir in 0755", mkdir("search/x", 0755));
    call_ok("own file though group denies", open("mine", O_RDONLY));
    call("chmod of root's", chmod("r", 0777));
    call("chmod own", chmod("mine", 0640));
    call("chown own to root", chown("mine", 0, -1));
    call("chown own to self", chown("mine", 1000, 1000));
    call("chown own group to strange", chown("mine", -1, 5));
    call("access read", access("secret", R_OK));
    call("access exists", access("secret", F_OK));
    call("access write", access("mine", W_OK));
    call("access execute", access("mine", X_OK));
    call("access mode 8", access("mine", 8));
    call("sticky: unlink another's", unlink("sticky/theirs"));
    call("sticky: rename another's", rename("sticky/theirs", "sticky/x"));
    call("sticky: own", unlink("sticky/mine"));
    call("truncate root's", truncate("r", 0));
    call("utimes of root's", utimensat(AT_FDCWD, "r", NULL, 0));
    call("mknod device", mknod("open/dev", S_IFCHR | 0666, 0x103));
    call("mknod fifo", mknod("open/fifo", S_IFIFO | 0666, 0));
    call("chroot", chroot("."));
    call("link of another's", link("r", "open/hard"));
    call("chmod setgid of foreign group", chmod("foreign", 02755));
    struct stat info;
    stat("foreign", &info);
    say("mode %o", info.st_mode);
}

int main(void)
{
    file_put("r", "r", 0644);
    file_put("secret", "s", 0600);
    must(mkdir("closed", 0755));
    file_put("closed/file", "", 0644);
    must(chmod("closed", 0700));
    must(mkdir("search", 0755));
    file_put("search/file", "", 0644);
    must(chmod("search", 0711));
    must(mkdir("list", 0755));
    file_put("list/file", "", 0644);
    must(chmod("list", 0744));
    file_put("mine", "", 0604);
    must(chown("mine", 1000, 1000));
    file_put("foreign", "", 0604);
    must(chown("foreign", 1000, 5));
    must(mkdir("open", 0777));
    must(chmod("open", 0777));
    must(mkdir("sticky", 0777));
    must(chmod("sticky", 01777));
    file_put("sticky/theirs", "", 0666);
    file_put("sticky/mine", "", 0666);
    must(chown("sticky/mine", 1000, 1000));
    in_child("user", body);
    call("root reads everything", access("secret", R_OK | W_OK));
    call("root executes nothing without an x", access("secret", X_OK));
    return 0;
}

/* link, unlink, symlink, readlink: counts, errnos, open files that have no name. */

#include "test.h"

static void count(const char *path)
{
    struct stat info;
    if (lstat(path, &info) < 0)
        say("  %s: %s", path, errno_name(errno));
    else
        say("  %s: links %lu", path, (unsigned long)info.st_nlink);
}

int main(void)
{
    char text[64], small[3], long_target[5000];
    struct stat info;

    file_put("a", "content", 0644);
    must(mkdir("dir", 0755));
    call("link", link("a", "b"));
    count("a");
    call("link again", link("a", "b"));
    call("link to absent", link("absent", "c"));
    call("link a directory", link("dir", "dir2"));
    call("link into nothing", link("a", "absent/c"));
    call("unlink", unlink("a"));
    count("b");
    file_text("b", text, sizeof(text));
    say("text %s", text);
    call("unlink a directory", unlink("dir"));
    call("unlink absent", unlink("a"));
    call("unlink with a slash", unlink("b/"));
    call("unlinkat with flag 1", unlinkat(AT_FDCWD, "b", 1));
    call("unlinkat AT_REMOVEDIR file", unlinkat(AT_FDCWD, "b", AT_REMOVEDIR));
    int fd = (int)must(open("b", O_RDWR));
    call("unlink open file", unlink("b"));
    fstat(fd, &info);
    say("links %lu", (unsigned long)info.st_nlink);
    call("still readable", pread(fd, text, 7, 0));
    call("linkat of it, empty path", linkat(fd, "", AT_FDCWD, "again", AT_EMPTY_PATH));
    call("symlink", symlink("target text", "sym"));
    call("symlink exists", symlink("x", "sym"));
    call("symlink empty", symlink("", "sym2"));
    memset(long_target, 't', sizeof(long_target));
    long_target[4096] = '\0';
    call("symlink of 4096", symlink(long_target, "sym3"));
    long_target[4095] = '\0';
    call("symlink of 4095", symlink(long_target, "sym3"));
    call("readlink", readlink("sym", text, sizeof(text)));
    call("readlink cut", readlink("sym", small, sizeof(small)));
    call("readlink size 0", syscall(SYS_readlink, "sym", text, 0));
    call("readlink of a file", readlink("dir", text, sizeof(text)));
    lstat("sym", &info);
    say("mode %o size %ld", info.st_mode, (long)info.st_size);
    call("link to a symlink", link("sym", "sym4"));
    lstat("sym4", &info);
    say("mode %o", info.st_mode);
    call("linkat follow dangling", linkat(AT_FDCWD, "sym", AT_FDCWD, "sym5", AT_SYMLINK_FOLLOW));
    call("unlink symlink", unlink("sym"));
    char name[8], target[8] = "dir";
    for (int i = 0; i < 45; i++) {
        snprintf(name, sizeof(name), "s%d", i);
        must(symlink(target, name));
        strcpy(target, name);
    }
    call("40 symlinks", access("s39", F_OK));
    call("41 symlinks", access("s40", F_OK));
    return 0;
}

/* open: O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW, O_PATH, O_TMPFILE, errnos. */

#include "test.h"

static void attempt(const char *label, const char *path, int flags)
{
    call_ok(label, open(path, flags, 0644));
}

int main(void)
{
    char long_name[300], text[64];
    struct stat info;

    file_put("file", "0123456789", 0644);
    must(mkdir("dir", 0755));
    must(symlink("file", "link"));
    must(symlink("dir", "dirlink"));
    must(symlink("nowhere", "dangling"));
    must(symlink("loop2", "loop1"));
    must(symlink("loop1", "loop2"));
    memset(long_name, 'n', sizeof(long_name));
    long_name[256] = '\0';
    attempt("absent", "absent", O_RDONLY);
    attempt("directory for writing", "dir", O_WRONLY);
    attempt("directory for reading", "dir", O_RDONLY);
    attempt("directory with O_CREAT", "dir", O_RDONLY | O_CREAT);
    attempt("O_EXCL existing", "file", O_RDWR | O_CREAT | O_EXCL);
    attempt("O_EXCL dangling", "dangling", O_RDWR | O_CREAT | O_EXCL);
    attempt("O_EXCL link", "link", O_RDWR | O_CREAT | O_EXCL);
    attempt("O_DIRECTORY file", "file", O_RDONLY | O_DIRECTORY);
    attempt("O_DIRECTORY dirlink", "dirlink", O_RDONLY | O_DIRECTORY);
    attempt("O_DIRECTORY and O_CREAT absent", "absent1", O_RDONLY | O_DIRECTORY | O_CREAT);
    attempt("O_NOFOLLOW link", "link", O_RDONLY | O_NOFOLLOW);
    attempt("O_NOFOLLOW dirlink with slash", "dirlink/", O_RDONLY | O_NOFOLLOW);
    attempt("O_NOFOLLOW|O_PATH link", "link", O_PATH | O_NOFOLLOW);
    attempt("O_CREAT through dangling", "dangling", O_RDWR | O_CREAT);
    call("made its target", access("nowhere", F_OK));
    attempt("loop", "loop1", O_RDONLY);
    attempt("slash after a file", "file/", O_RDONLY);
    attempt("O_CREAT with a slash", "new/", O_RDWR | O_CREAT);
    attempt("below a file", "file/x", O_RDONLY);
    attempt("below nothing", "absent2/x", O_RDWR | O_CREAT);
    attempt("empty path", "", O_RDONLY);
    attempt("name of 256", long_name, O_RDWR | O_CREAT);
    long_name[255] = '\0';
    attempt("name of 255", long_name, O_RDWR | O_CREAT);
    attempt("dots", "./dir/../dir/./../file", O_RDONLY);
    attempt("many slashes", "//area///file", O_RDONLY);
    call("access mode 3", open("file", 3) >= 0 ? 0 : -1);
    int fd = (int)must(open("file", O_RDWR | O_TRUNC));
    fstat(fd, &info);
    say("O_TRUNC: size %ld", (long)info.st_size);
    fd = (int)must(open("log", O_WRONLY | O_CREAT | O_APPEND, 0600));
    must(write(fd, "aaa", 3));
    must(lseek(fd, 0, SEEK_SET));
    must(write(fd, "bbb", 3));
    must(pwrite(fd, "ccc", 3, 0));
    file_text("log", text, sizeof(text));
    say("O_APPEND: %s", text);
    fd = (int)must(open("file", O_PATH));
    call("O_PATH read", read(fd, text, 1));
    call("O_PATH write", write(fd, text, 1));
    call("O_PATH fstat", fstat(fd, &info));
    call("O_PATH fchmod", fchmod(fd, 0600));
    call("O_PATH ioctl", fcntl(fd, F_GETFL) & O_PATH ? 1 : 0);
    fd = (int)call_ok("O_TMPFILE", open(".", O_TMPFILE | O_RDWR, 0600));
    fstat(fd, &info);
    say("O_TMPFILE: links %lu mode %o", (unsigned long)info.st_nlink, info.st_mode);
    attempt("O_TMPFILE read-only", ".", O_TMPFILE | O_RDONLY);
    attempt("O_TMPFILE on a file", "file", O_TMPFILE | O_RDWR);
    snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
    call("give it a name", linkat(AT_FDCWD, text, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    call("null path", syscall(SYS_open, NULL, O_RDONLY));
    call("openat bad directory", openat(999, "x", O_RDONLY));
    call("openat file as directory", openat(fd, "x", O_RDONLY));
    return 0;
}

/* execveat: descriptors, empty paths, links, scripts through descriptors that close. */

#include "test.h"

static int program = -1, script = -1, directory = -1;

static long at(int fd, const char *path, int flags)
{
    char *arguments[] = {"program", "again", NULL}, *environment[] = {NULL};

    return syscall(SYS_execveat, fd, path, arguments, environment, flags);
}

static void try(const char *label, int fd, const char *path, int flags)
{
    int status;

    if (must(fork()) == 0) {
        at(fd, path, flags);
        say("%s: %s", label, errno_name(errno));
        _exit(7);
    }
    must(wait(&status));
    status_report(label, status);
}

static void make(void)
{
    char text[4096];
    ssize_t len;
    int from = must(open("/proc/self/exe", O_RDONLY));
    int to = must(open("copy", O_WRONLY | O_CREAT | O_EXCL, 0755));

    while ((len = read(from, text, sizeof(text))) > 0)
        must(write(to, text, (size_t)len));
    close(from);
    close(to);
    file_put("script", "#!copy\n", 0755);
    file_put("plain", "text\n", 0644);
    must(symlink("copy", "link"));
    must(symlink("script", "scriptlink"));
    must(mkdir("sub", 0755));
    must(symlink("../script", "sub/up"));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        char name[32] = "";
        file_text("/proc/self/comm", name, sizeof(name));
        bool by_fd = strncmp(argv[1], "/dev/fd/", 8) == 0;
        say("run: argc %d, 0 %s, 1 %s, %s", argc, argv[0], by_fd ? "/dev/fd/N" : argv[1],
            name[0] >= '0' && name[0] <= '9' ? "a number\n" : name);
        return 3;
    }
    make();
    directory = must(open(".", O_PATH | O_DIRECTORY));
    program = must(open("copy", O_RDONLY));
    script = must(open("script", O_RDONLY));
    try("relative", directory, "copy", 0);
    try("here", AT_FDCWD, "copy", 0);
    try("absolute, bad descriptor", -1, "/proc/self/exe", 0);
    try("empty", program, "", AT_EMPTY_PATH);
    try("empty without flag", program, "", 0);
    try("empty, here", AT_FDCWD, "", AT_EMPTY_PATH);
    try("O_PATH", must(open("copy", O_PATH)), "", AT_EMPTY_PATH);
    try("cloexec", must(open("copy", O_RDONLY | O_CLOEXEC)), "", AT_EMPTY_PATH);
    try("directory", directory, "", AT_EMPTY_PATH);
    try("bad", 99, "", AT_EMPTY_PATH);
    try("bad relative", 99, "copy", 0);
    try("file as directory", program, "copy", 0);
    try("script by descriptor", script, "", AT_EMPTY_PATH);
    try("script, cloexec", must(open("script", O_RDONLY | O_CLOEXEC)), "", AT_EMPTY_PATH);
    try("script relative", directory, "script", 0);
    try("script relative, cloexec", must(open(".", O_PATH | O_CLOEXEC)), "script", 0);
    try("script here", AT_FDCWD, "script", 0);
    try("link", directory, "link", 0);
    try("link nofollow", directory, "link", AT_SYMLINK_NOFOLLOW);
    try("file nofollow", directory, "copy", AT_SYMLINK_NOFOLLOW);
    try("script link nofollow", directory, "scriptlink", AT_SYMLINK_NOFOLLOW);
    try("script link in directory", directory, "sub/up", 0);
    try("O_PATH link", must(open("link", O_PATH | O_NOFOLLOW)), "", AT_EMPTY_PATH);
    try("O_PATH link nofollow", must(open("link", O_PATH | O_NOFOLLOW)), "",
        AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
    try("flag 1", directory, "copy", 1);
    try("flag 0x200", directory, "copy", 0x200);
    try("flag 0x800", directory, "copy", 0x800);
    try("flag and bad path", directory, (char *)8, 1);
    try("bad path", directory, (char *)8, 0);
    try("plain", directory, "plain", 0);
    try("none", directory, "none", 0);
    return 0;
}

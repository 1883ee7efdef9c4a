/* openat2: the structure's size, each flag, each way to resolve. */

#include "test.h"

struct how {
    uint64_t flags, mode, resolve, more[4];
};

#define NO_XDEV       1
#define NO_MAGICLINKS 2
#define NO_SYMLINKS   4
#define BENEATH       8
#define IN_ROOT       16
#define CACHED        32

static long open2(int at, const char *path, const struct how *how, size_t size)
{
    long fd = syscall(SYS_openat2, at, path, how, size);

    if (fd >= 0) {
        int saved = fcntl((int)fd, F_GETFL);

        close((int)fd);
        return saved;
    }
    return fd;
}

static void sizes(void)
{
    struct how how = {.flags = O_RDONLY};
    char *page = map_in_hole(PAGE);
    size_t values[] = {0, 8, 16, 23, 24, 25, 31, 32, 40, 56};
    char label[40];

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        snprintf(label, sizeof(label), "size %zu", values[i]);
        call(label, open2(AT_FDCWD, "file", &how, values[i]));
    }
    how.more[0] = 1;
    call("tail of 24", open2(AT_FDCWD, "file", &how, 24));
    call("tail of 25", open2(AT_FDCWD, "file", &how, 25));
    call("tail of 32", open2(AT_FDCWD, "file", &how, 32));
    how.more[0] = 0;
    how.more[3] = 1ULL << 63;
    call("last byte", open2(AT_FDCWD, "file", &how, 56));
    call("page", open2(AT_FDCWD, "file", (void *)page, PAGE));
    call("page and 1", open2(AT_FDCWD, "file", (void *)page, PAGE + 1));
    call("bad", open2(AT_FDCWD, "file", (void *)8, 24));
    call("crosses", open2(AT_FDCWD, "file", (void *)(page + PAGE - 16), 24));
    call("short and bad", open2(AT_FDCWD, "file", (void *)8, 8));
}

static void flags(void)
{
    static const struct {
        const char *name;
        uint64_t flags, mode, resolve;
    } cases[] = {
        {"read", O_RDONLY, 0, 0},
        {"mode without creat", O_RDONLY, 0644, 0},
        {"access mode 3", 3, 0, 0},
        {"creat", O_CREAT | O_RDWR, 0644, 0},
        {"creat mode 7777", O_CREAT | O_RDWR, 07777, 0},
        {"creat mode 10000", O_CREAT | O_RDWR, 010000, 0},
        {"creat mode 1<<32", O_CREAT | O_RDWR, 1ULL << 32, 0},
        {"creat excl", O_CREAT | O_EXCL, 0644, 0},
        {"creat directory", O_CREAT | O_DIRECTORY, 0644, 0},
        {"tmpfile", O_TMPFILE | O_RDWR, 0644, 0},
        {"tmpfile read only", O_TMPFILE | O_RDONLY, 0644, 0},
        {"tmpfile bit alone", 020000000 | O_RDWR, 0644, 0},
        {"unknown low", 04 << 0, 0, 0},
        {"unknown 1<<30", 1ULL << 30, 0, 0},
        {"unknown 1<<32", 1ULL << 32, 0, 0},
        {"unknown 1<<63", 1ULL << 63, 0, 0},
        {"largefile", 0100000, 0, 0},
        {"path", O_PATH, 0, 0},
        {"path cloexec", O_PATH | O_CLOEXEC, 0, 0},
        {"path nofollow directory", O_PATH | O_NOFOLLOW | O_DIRECTORY, 0, 0},
        {"path rdwr", O_PATH | O_RDWR, 0, 0},
        {"path nonblock", O_PATH | O_NONBLOCK, 0, 0},
        {"path creat", O_PATH | O_CREAT, 0, 0},
        {"path mode", O_PATH, 0644, 0},
        {"direct", O_DIRECT, 0, 0},
        {"noatime", O_NOATIME, 0, 0},
        {"sync", O_SYNC, 0, 0},
        {"dsync", O_DSYNC, 0, 0},
        {"async", O_ASYNC, 0, 0},
        {"append", O_APPEND | O_WRONLY, 0, 0},
        {"resolve 64", O_RDONLY, 0, 64},
        {"resolve 1<<40", O_RDONLY, 0, 1ULL << 40},
        {"beneath and in root", O_RDONLY, 0, BENEATH | IN_ROOT},
        {"cached", O_RDONLY, 0, CACHED},
        {"cached creat", O_CREAT, 0644, CACHED},
        {"cached trunc", O_TRUNC | O_RDWR, 0, CACHED},
        {"cached tmpfile", O_TMPFILE | O_RDWR, 0600, CACHED},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct how how = {cases[i].flags, cases[i].mode, cases[i].resolve, {0}};
        const char *path = (how.flags & 020000000) ? "." : "file";

        call(cases[i].name, open2(AT_FDCWD, path, &how, 24));
    }
}

static void resolves(int at)
{
    static const char *const paths[] = {
        "file",
        "sub/inner",
        "sub/../file",
        "../file",
        "/file",
        "link",
        "absolute",
        "up",
        "sub/up/file",
        ".",
        "..",
        "sub/..",
        "sub/../..",
        "/",
        "/proc/self/exe",
        "proc",
        "proc/version",
        "proc/self/exe",
        "proc/self/status",
        "proc/self/fd/0",
        "proc/self/root/file",
        "none",
        "",
    };
    static const uint64_t ways[] = {0,       NO_XDEV, NO_MAGICLINKS,     NO_SYMLINKS,
                                    BENEATH, IN_ROOT, NO_XDEV | IN_ROOT, NO_SYMLINKS | BENEATH};
    char line[256];

    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        int len = snprintf(line, sizeof(line), "\"%s\":", paths[i]);

        for (size_t j = 0; j < COUNT_OF(ways); j++) {
            struct how how = {O_RDONLY, 0, ways[j], {0}};
            long value = open2(at, paths[i], &how, 24);

            len += snprintf(line + len, sizeof(line) - (size_t)len, " %s",
                            value < 0 ? errno_name(errno) : "ok");
        }
        say("%s", line);
    }
}

int main(void)
{
    must(mkdir("mount", 0755));
    must(syscall(SYS_mount, "none", "mount", "tmpfs", 0, NULL));
    must(chdir("mount"));
    must(mkdir("top", 0755));
    must(mkdir("top/sub", 0755));
    must(mkdir("top/proc", 0755));
    must(syscall(SYS_mount, "none", "top/proc", "proc", 0, NULL));
    file_put("file", "hello", 0644);
    file_put("top/file", "hello", 0644);
    file_put("top/sub/inner", "hello", 0644);
    must(symlink("file", "top/link"));
    must(symlink("/file", "top/absolute"));
    must(symlink("..", "top/sub/up"));
    must(symlink("../file", "top/up"));
    sizes();
    flags();
    resolves(must(open("top", O_PATH | O_DIRECTORY)));
    call("bad descriptor", open2(99, "file", &(struct how){0}, 24));
    call("bad, beneath, absolute", open2(99, "/file", &(struct how){.resolve = BENEATH}, 24));
    call("bad, in root", open2(99, "/file", &(struct how){.resolve = IN_ROOT}, 24));
    return 0;
}

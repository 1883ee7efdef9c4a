/* statx: flags, masks, AT_EMPTY_PATH, the fields of each kind of file. */

#include "test.h"

#include <sys/sysmacros.h>

struct statx_answer {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, pad;
    uint64_t ino, size, blocks, attributes_mask;
    struct {
        int64_t sec;
        uint32_t nsec;
        int32_t pad;
    } atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t mount, dio[13];
};

#define ALL 0xfff

static struct statx_answer answer;

static long ask(int fd, const char *path, int flags, unsigned mask)
{
    memset(&answer, 0xaa, sizeof(answer));
    return syscall(SYS_statx, fd, path, flags, mask, &answer);
}

static void show(const char *label, int fd, const char *path, int flags, unsigned mask)
{
    if (call(label, ask(fd, path, flags, mask)) != 0)
        return;
    say("  mask %x mode %o links %u size %llu attributes %llx of %llx", answer.mask, answer.mode,
        S_ISDIR(answer.mode) ? 0 : answer.nlink,
        S_ISREG(answer.mode) ? (unsigned long long)answer.size : 0,
        (unsigned long long)answer.attributes, (unsigned long long)answer.attributes_mask);
    say("  device %u:%u born %s mount %s spare %llx", answer.rdev_major, answer.rdev_minor,
        answer.btime.sec ? "yes" : "no", answer.mount ? "yes" : "no",
        (unsigned long long)answer.dio[12]);
}

static void kinds(void)
{
    int fd = must(open("file", O_RDWR)), path = must(open("link", O_PATH | O_NOFOLLOW));
    int ends[2];

    must(pipe(ends));
    show("file", AT_FDCWD, "file", 0, ALL);
    show("link", AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, ALL);
    show("followed", AT_FDCWD, "link", 0, ALL);
    show("directory", AT_FDCWD, ".", 0, ALL);
    show("null", AT_FDCWD, "/dev/null", 0, ALL);
    show("descriptor", fd, "", AT_EMPTY_PATH, ALL);
    show("O_PATH", path, "", AT_EMPTY_PATH, ALL);
    show("pipe", ends[0], "", AT_EMPTY_PATH, ALL);
    show("here", AT_FDCWD, "", AT_EMPTY_PATH, ALL);
    show("proc", AT_FDCWD, "/proc/self/status", 0, ALL);
    show("mount root", AT_FDCWD, "/proc", 0, ALL);
    show("automount", AT_FDCWD, "file", AT_NO_AUTOMOUNT, ALL);
}

static void masks(void)
{
    static const unsigned values[] = {0,     1,      2,      4,       0x200,      0x800,
                                      0x7ff, 0x1000, 0x2000, 0x10000, 0x40000000, 0x80000000};
    char label[32];

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        snprintf(label, sizeof(label), "mask %x", values[i]);
        if (call(label, ask(AT_FDCWD, "file", 0, values[i])) == 0)
            say("  %x", answer.mask);
    }
}

static void flags(void)
{
    static const int values[] = {0x1,    0x100,  0x200,  0x400,   0x800,  0x1000,
                                 0x2000, 0x4000, 0x6000, 0x10000, 0x8000, 0x40000000};
    char label[32];

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        snprintf(label, sizeof(label), "flags %x", values[i]);
        call(label, ask(AT_FDCWD, "file", values[i], ALL));
    }
}

static void refusals(void)
{
    int fd = must(open("file", O_RDONLY));

    call("empty", ask(AT_FDCWD, "", 0, ALL));
    call("bad descriptor", ask(-1, "", AT_EMPTY_PATH, ALL));
    call("descriptor 99", ask(99, "file", 0, ALL));
    call("absolute", ask(99, "/", 0, ALL));
    call("not a directory", ask(fd, "x", 0, ALL));
    call("none", ask(AT_FDCWD, "none", 0, ALL));
    call("NULL path", ask(fd, NULL, AT_EMPTY_PATH, ALL));
    call("bad path", ask(fd, (char *)8, 0, ALL));
    call("bad path and flags", ask(fd, (char *)8, 1, ALL));
    call("bad buffer", syscall(SYS_statx, fd, "", AT_EMPTY_PATH, ALL, 8));
    call("bad buffer, none", syscall(SYS_statx, AT_FDCWD, "none", 0, ALL, 8));
    call("reserved and none", ask(AT_FDCWD, "none", 0, 0x80000000));
}

int main(void)
{
    file_put("file", "hello", 0640);
    must(symlink("file", "link"));
    yes("size", sizeof(answer) == 256);
    kinds();
    masks();
    flags();
    refusals();
    return 0;
}

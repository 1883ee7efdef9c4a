/* fallocate on tmpfs and memfd: every mode, sizes, blocks, holes. */

#include "test.h"
#include <sys/resource.h>

#ifndef FALLOC_FL_COLLAPSE_RANGE
#define FALLOC_FL_COLLAPSE_RANGE 0x08
#define FALLOC_FL_ZERO_RANGE     0x10
#define FALLOC_FL_INSERT_RANGE   0x20
#define FALLOC_FL_UNSHARE_RANGE  0x40
#endif

static void shape(const char *label, int fd)
{
    struct stat st;
    char text[200] = "";
    off_t at = 0;

    must(fstat(fd, &st));
    while (at < st.st_size && strlen(text) < 150) {
        off_t data = lseek(fd, at, SEEK_DATA);
        off_t hole;

        if (data < 0)
            break;
        hole = lseek(fd, data, SEEK_HOLE);
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " [%ld,%ld)", (long)data,
                 (long)hole);
        at = hole;
    }
    say("%s: size %ld, blocks %ld, data%s", label, (long)st.st_size, (long)st.st_blocks, text);
}

static void modes(int fd)
{
    static const struct {
        const char *name;
        int mode;
    } list[] = {
        {"keep size", FALLOC_FL_KEEP_SIZE},
        {"punch without keep size", FALLOC_FL_PUNCH_HOLE},
        {"collapse", FALLOC_FL_COLLAPSE_RANGE},
        {"zero", FALLOC_FL_ZERO_RANGE},
        {"zero, keep size", FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE},
        {"insert", FALLOC_FL_INSERT_RANGE},
        {"unshare", FALLOC_FL_UNSHARE_RANGE},
        {"unshare, keep size", FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE},
        {"no hide stale", 4},
        {"no hide stale, punch", 4 | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE},
        {"punch and zero", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE},
        {"collapse and keep size", FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_KEEP_SIZE},
        {"insert and keep size", FALLOC_FL_INSERT_RANGE | FALLOC_FL_KEEP_SIZE},
        {"unknown 0x80", 0x80},
        {"unknown 0x80 and keep size", 0x81},
        {"-1", -1}};

    for (size_t i = 0; i < COUNT_OF(list); i++)
        call(list[i].name, fallocate(fd, list[i].mode, 0, PAGE));
    call("offset -1", fallocate(fd, 0, -1, PAGE));
    call("len 0", fallocate(fd, 0, 0, 0));
    call("len -1", fallocate(fd, 0, 0, -1));
    call("unknown mode, len 0", fallocate(fd, 0x80, 0, 0));
    call("past the largest size", fallocate(fd, 0, 0x7fffffffffffffff, 1));
    call("past the largest size, hole",
         fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0x7fffffffffffffff, 1));
    shape("after", fd);
}

static void one(const char *label, int fd)
{
    char text[3 * 4096];
    int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

    say("--- %s", label);
    call("allocate 10 at 5000", fallocate(fd, 0, 5000, 10));
    shape("after", fd);
    call("allocate past the end, keep size",
         fallocate(fd, FALLOC_FL_KEEP_SIZE, 8 * PAGE, 2 * PAGE));
    shape("after", fd);
    call("truncate to the size it has", ftruncate(fd, 5010));
    shape("after", fd);
    call("truncate to more", ftruncate(fd, 16 * PAGE));
    shape("after", fd);
    memset(text, 'x', sizeof(text));
    call("write", pwrite(fd, text, 3 * PAGE, 2 * PAGE));
    shape("after", fd);
    call("punch a page and parts", fallocate(fd, mode, 2 * PAGE + 100, 2 * PAGE));
    shape("after", fd);
    must(pread(fd, text, 3 * PAGE, 2 * PAGE));
    yes("parts zeroed, the rest stays", text[99] == 'x' && text[100] == 0 && text[PAGE] == 0 &&
                                            text[2 * PAGE + 99] == 0 &&
                                            text[2 * PAGE + 100] == 'x');
    call("punch within a page", fallocate(fd, mode, 4 * PAGE + 200, 10));
    must(pread(fd, text, PAGE, 4 * PAGE));
    yes("ten bytes", text[199] == 'x' && text[200] == 0 && text[209] == 0 && text[210] == 'x');
    call("punch past the end", fallocate(fd, mode, 64 * PAGE, PAGE));
    call("punch across the end", fallocate(fd, mode, 15 * PAGE, 100 * PAGE));
    shape("after", fd);

    char *p = (char *)must(mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    char *q = (char *)must(mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    memset(p, 's', 4 * PAGE);
    q[PAGE] = 'q';
    call("punch what is mapped", fallocate(fd, mode, PAGE, PAGE));
    yes("shared is zero", p[PAGE] == 0 && p[PAGE - 1] == 's' && p[2 * PAGE] == 's');
    yes("a private copy stays", q[PAGE] == 'q' && q[PAGE + 1] == 's');
    shape("touched again", fd);
    call("allocate what is mapped", fallocate(fd, 0, 0, 4 * PAGE));
    yes("contents stay", p[0] == 's' && p[3 * PAGE] == 's');
    munmap(p, 16 * PAGE);
    munmap(q, 16 * PAGE);
    modes(fd);
}

static void limited(void)
{
    struct rlimit limit = {4 * PAGE, 4 * PAGE};
    int fd = file_make("limited", PAGE);

    signal(SIGXFSZ, SIG_IGN);
    must(setrlimit(RLIMIT_FSIZE, &limit));
    call("up to the limit", fallocate(fd, 0, 0, 4 * PAGE));
    call("past the limit", fallocate(fd, 0, 0, 4 * PAGE + 1));
    call("past the limit, keep size", fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 8 * PAGE));
    signal(SIGXFSZ, SIG_DFL);
    call("past the limit, the signal", fallocate(fd, 0, 0, 4 * PAGE + 1));
}

int main(void)
{
    int ends[2], fd;

    one("tmpfs", (int)must(open("file", O_RDWR | O_CREAT, 0600)));
    one("memfd", (int)must(syscall(SYS_memfd_create, "x", 0)));
    in_child("limited", limited);
    fd = (int)must(open("file", O_RDONLY));
    call("open for reading", fallocate(fd, 0, 0, 1));
    call("open for reading, unknown mode", fallocate(fd, 0x80, 0, 1));
    call("open for reading, len 0", fallocate(fd, 0, 0, 0));
    fd = (int)must(open("file", O_WRONLY | O_APPEND));
    call("append only", fallocate(fd, 0, 0, 1));
    call("bad descriptor", fallocate(-1, 0, 0, 1));
    fd = (int)must(open(".", O_RDONLY));
    call("a directory", fallocate(fd, 0, 0, 1));
    must(pipe(ends));
    call("a pipe", fallocate(ends[1], 0, 0, 1));
    call("a pipe's reading end", fallocate(ends[0], 0, 0, 1));
    fd = (int)must(open("/dev/null", O_RDWR));
    call("a device", fallocate(fd, 0, 0, 1));
    return 0;
}

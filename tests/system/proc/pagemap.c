/* /proc/PID/pagemap: one word per page; what it says of each kind of page, and what reads it takes.
 */
#include "../test.h"

#include <sys/prctl.h>

static int pagemap;

static uint64_t word_of(const void *address)
{
    uint64_t word = 0;

    if (pread(pagemap, &word, 8, (off_t)((uintptr_t)address / PAGE * 8)) != 8)
        say("short read");
    return word;
}

static void describe(const char *label, const void *address)
{
    uint64_t word = word_of(address);

    say("%s:%s%s%s%s%s%s", label, word >> 63 & 1 ? " present" : "", word >> 62 & 1 ? " swap" : "",
        word >> 61 & 1 ? " file" : "", word >> 56 & 1 ? " exclusive" : "",
        word >> 55 & 1 ? " dirty" : "", word & ((1ul << 55) - 1) ? " frame" : "");
}

static void describe_pages(void)
{
    char *anonymous = map(4 * PAGE), *none = map(2 * PAGE);
    char *shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int fd = file_make("file", 2 * PAGE);
    char *file = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    anonymous[0] = 1;
    (void)*(volatile char *)(anonymous + PAGE);
    describe("written", anonymous);
    describe("read", anonymous + PAGE);
    describe("untouched", anonymous + 2 * PAGE);
    none[0] = 1;
    mprotect(none, PAGE, PROT_NONE);
    describe("written, then no access", none);
    shared[0] = 1;
    describe("shared written", shared);
    describe("shared untouched", shared + PAGE);
    (void)*(volatile char *)file;
    file[PAGE] = 1;
    describe("file read", file);
    describe("file, private copy", file + PAGE);
    munmap(anonymous + 3 * PAGE, PAGE);
    describe("hole", anonymous + 3 * PAGE);
    describe("page 0", NULL);
    madvise(anonymous, PAGE, MADV_DONTNEED);
    describe("given back", anonymous);
}

static char *forked;

static void child(void)
{
    close(pagemap);
    pagemap = must(open("/proc/self/pagemap", O_RDONLY));
    describe("in the child, page of both", forked);
    describe("in the child, file", forked + PAGE);
    forked[0] = 2;
    describe("in the child, copied", forked);
}

static void describe_forked(void)
{
    forked = map(64 * PAGE);
    memset(forked, 1, 64 * PAGE);
    describe("before fork", forked);
    in_child("fork", child);
    describe("after the child", forked);
}

static void reads(void)
{
    static uint64_t words[1024];
    char *area = map(8 * PAGE);
    off_t at = (off_t)((uintptr_t)area / PAGE * 8), last = 0x7fffffffeL * 8;

    memset(area, 1, 8 * PAGE);
    call("eight words", pread(pagemap, words, 64, at));
    yes("all present", words[0] >> 63 && words[7] >> 63);
    call("length not of words", pread(pagemap, words, 63, at));
    call("length 4", pread(pagemap, words, 4, at));
    call("offset not of words", pread(pagemap, words, 8, at + 4));
    call("nothing", pread(pagemap, words, 0, at));
    call("nothing, at an odd place", pread(pagemap, words, 0, at + 1));
    call("the last page", pread(pagemap, words, 8, last));
    call("across the end", pread(pagemap, words, 64, last));
    call("at the end", pread(pagemap, words, 8, last + 8));
    call("past the end", pread(pagemap, words, 8, last + 800));
    call("far past the end", pread(pagemap, words, 8, 1L << 60));
    call("bad buffer", pread(pagemap, (void *)8, 8, at));
    call("8192 bytes", pread(pagemap, words, 8192, at));
    call("seek to the end", lseek(pagemap, 0, SEEK_END));
    call("seek", lseek(pagemap, 24, SEEK_SET));
    call("seek on", lseek(pagemap, 8, SEEK_CUR));
    call("read", read(pagemap, words, 16));
    call("where", lseek(pagemap, 0, SEEK_CUR));
    call("write", write(pagemap, words, 8));
    call("map", (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, pagemap, 0) == -1 ? -1 : 0);
}

static void as_user(void)
{
    char *area = map(PAGE);

    area[0] = 1;
    pagemap = must(open("/proc/self/pagemap", O_RDONLY));
    become_user();
    describe("opened by root", area);
    call_ok("of the first process", open("/proc/1/pagemap", O_RDONLY));
    call_ok("clear_refs of the first process", open("/proc/1/clear_refs", O_WRONLY));
    call_ok("of one's own, which may not be dumped", open("/proc/self/pagemap", O_RDONLY));
    must(prctl(PR_SET_DUMPABLE, 1));
    pagemap = open("/proc/self/pagemap", O_RDONLY);
    yes("of one's own", pagemap >= 0);
    describe("opened by a user", area);
}

int main(void)
{
    struct stat status;
    pid_t self = getpid();
    char path[64];

    pagemap = must(open("/proc/self/pagemap", O_RDONLY));
    fstat(pagemap, &status);
    say("mode %o size %ld", status.st_mode, (long)status.st_size);
    call_ok("open to write", open("/proc/self/pagemap", O_WRONLY));
    describe_pages();
    describe_forked();
    reads();
    snprintf(path, sizeof(path), "/proc/%d/task/%d/pagemap", self, self);
    call("of a task", access(path, F_OK));
    in_child("as a user", as_user);
    return 0;
}

/* A program sees no byte of another's memory: whatever is new reads as zeroes. seconds: 60 */

#include "test.h"

#define MIB  (1UL << 20)
#define SIZE (64 * MIB)

/* Leave other bytes in as much memory as there is. */
static void soil(void)
{
    pid_t child = must(fork());
    int status;

    if (child == 0) {
        char *block = map(3 * SIZE);

        memset(block, 0xa5, 3 * SIZE);
        _exit(0);
    }
    waitpid(child, &status, 0);
}

static bool is_zero(const char *at, size_t len)
{
    const unsigned long *word = (const unsigned long *)at;

    for (size_t i = 0; i < len / sizeof(*word); i++)
        if (word[i] != 0)
            return false;
    return true;
}

static void fresh(const char *label, int flags)
{
    char *block;

    soil();
    block = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < SIZE; i += 2 * PAGE)
        block[i] = 0; /* a page of one's own */
    yes(label, is_zero(block, SIZE));
    munmap(block, SIZE);
}

static void files(void)
{
    static char text[PAGE];
    int fd = must(memfd_create("zeroes", 0));
    char *block;

    soil();
    must(ftruncate(fd, SIZE));
    must(pwrite(fd, "x", 1, SIZE / 2));
    block = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    yes("a file in memory", is_zero(block, SIZE / 2));
    yes("after one byte", is_zero(block + SIZE / 2 + 8, SIZE / 2 - 8));
    must(pread(fd, text, PAGE, 5 * PAGE));
    yes("read", is_zero(text, PAGE));
    block[200] = 1;
    must(ftruncate(fd, 100));
    must(ftruncate(fd, PAGE));
    yes("cut and grown", block[200] == 0);
    close(fd);
    munmap(block, SIZE);
}

static int set_end(char *end)
{
    return syscall(SYS_brk, end) == (long)end ? 0 : -1;
}

static void heap(void)
{
    char *start = sbrk(0);
    char *aligned = (char *)(((unsigned long)start + PAGE - 1) & ~(PAGE - 1));

    soil();
    must(set_end(aligned + 8 * MIB));
    for (size_t i = 0; i < 8 * MIB; i += PAGE)
        aligned[i + 8] = 0;
    yes("the heap", is_zero(aligned, 8 * MIB));
    memset(aligned, 1, 8 * MIB);
    must(set_end(start));
    must(set_end(aligned + 8 * MIB));
    yes("the heap, given back and taken again", is_zero(aligned, 8 * MIB));
}

static void dropped(void)
{
    char *block = map(SIZE);

    memset(block, 7, SIZE);
    must(madvise(block, SIZE, MADV_DONTNEED));
    yes("after MADV_DONTNEED", is_zero(block, SIZE));
    memset(block, 7, SIZE / 2);
    block = mremap(block, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
    yes("what mremap adds", is_zero(block + SIZE, SIZE));
    munmap(block, 2 * SIZE);
}

int main(void)
{
    fresh("private memory", MAP_PRIVATE);
    fresh("populated", MAP_PRIVATE | MAP_POPULATE);
    fresh("shared memory", MAP_SHARED);
    files();
    heap();
    dropped();
    return 0;
}

/* Shared huge pages: promises of the object, fork, truncation, holes, private views of a file. */

#include "pool.h"

#include <linux/falloc.h>

static int fd;
static char *area;

static int create(void)
{
    return (int)must(syscall(SYS_memfd_create, "huge", LARGE_MEMFD));
}

static long sizes(void)
{
    struct stat st;

    must(fstat(fd, &st));
    say("size %ld, blocks %ld, block size %ld", (long)(st.st_size / HUGE),
        (long)(st.st_blocks * 512 / HUGE), (long)st.st_blksize);
    return st.st_size;
}

static void child_writes(void)
{
    area[0] = 7;
    area[HUGE] = 8;
    _exit(0);
}

static void anonymous(void)
{
    area = huge(2 * HUGE, SHARED);
    pool("promised");
    in_child("child writes", child_writes);
    yes("seen", area[0] == 7 && area[HUGE] == 8);
    pool("used");
    call("MADV_DONTNEED", madvise(area, HUGE, MADV_DONTNEED));
    pool("dropped");
    yes("still there", area[0] == 7);
    call("MADV_REMOVE", madvise(area, HUGE, MADV_REMOVE));
    pool("removed");
    yes("zero", area[0] == 0);
    pool("read");
    must(munmap(area, 2 * HUGE));
    pool("unmapped");
}

static void of_a_file(void)
{
    char *again;

    fd = create();
    sizes();
    area = (char *)must(mmap(NULL, 2 * HUGE, RW, MAP_SHARED, fd, 0));
    pool("mapped");
    sizes();
    area[0] = 1;
    sizes();
    again = (char *)must(mmap(NULL, 3 * HUGE, RW, MAP_SHARED, fd, HUGE));
    pool("mapped again, further");
    sizes();
    must(munmap(area, 2 * HUGE));
    must(munmap(again, 3 * HUGE));
    pool("unmapped");
    area = (char *)must(mmap(NULL, HUGE, PROT_READ, MAP_SHARED, fd, 6 * HUGE));
    sizes();
    probe_read("beyond the end", area);
    pool("beyond the end");
    must(munmap(area, HUGE));
    call("truncate to 2", ftruncate(fd, 2 * HUGE));
    pool("truncated");
    call("truncate to an odd size", ftruncate(fd, HUGE + PAGE));
    call("truncate to 0", ftruncate(fd, 0));
    pool("empty");
    call("grow to 2", ftruncate(fd, 2 * HUGE));
    pool("grown");
    area = (char *)must(mmap(NULL, 2 * HUGE, RW, MAP_SHARED | MAP_NORESERVE, fd, 0));
    pool("mapped, not promised");
    area[0] = 1;
    pool("touched");
    close(fd);
    pool("closed");
    must(munmap(area, 2 * HUGE));
    pool("gone");
}

static void truncated(void)
{
    char *copy;

    fd = create();
    must(ftruncate(fd, 2 * HUGE));
    area = (char *)must(mmap(NULL, 2 * HUGE, RW, MAP_SHARED, fd, 0));
    copy = (char *)must(mmap(NULL, 2 * HUGE, RW, MAP_PRIVATE, fd, 0));
    pool("shared and private");
    area[0] = 1;
    area[HUGE] = 2;
    yes("the private one sees it", copy[0] == 1 && copy[HUGE] == 2);
    pool("seen");
    copy[HUGE] = 3;
    pool("copied");
    yes("apart", area[HUGE] == 2 && copy[HUGE] == 3);
    call("truncate to 1", ftruncate(fd, HUGE));
    pool("truncated");
    probe_read("shared, beyond", area + HUGE);
    probe_read("private, beyond", copy + HUGE);
    probe_read("shared", area);
    call("grow", ftruncate(fd, 2 * HUGE));
    yes("zero", area[HUGE] == 0);
    pool("shared again");
    yes("private zero", copy[HUGE] == 0);
    pool("private again");
    must(munmap(area, 2 * HUGE));
    must(munmap(copy, 2 * HUGE));
    close(fd);
    pool("gone");
}

static void holes(void)
{
    fd = create();
    call("fallocate 2", fallocate(fd, 0, 0, 2 * HUGE));
    sizes();
    pool("allocated");
    call("fallocate, keeping the size", fallocate(fd, FALLOC_FL_KEEP_SIZE, 2 * HUGE, PAGE));
    sizes();
    pool("allocated further");
    call("more than there is", fallocate(fd, 0, 0, 9 * HUGE));
    sizes();
    area = (char *)must(mmap(NULL, 2 * HUGE, RW, MAP_SHARED, fd, 0));
    memset(area, 1, 2 * HUGE);
    call("a hole in the middle",
         fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE));
    say("bytes %d %d %d", area[PAGE - 1], area[PAGE], area[2 * PAGE]);
    call("a hole over the border",
         fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, HUGE - PAGE, 2 * PAGE));
    say("bytes %d %d %d %d", area[HUGE - PAGE - 1], area[HUGE - PAGE], area[HUGE],
        area[HUGE + PAGE]);
    sizes();
    call("a whole one", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, HUGE));
    sizes();
    pool("a whole one");
    yes("zero", area[0] == 0);
    call("a hole without keeping", fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, HUGE));
    call("collapse", fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, HUGE));
    call("zero range", fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, HUGE));
    call("zero length", fallocate(fd, 0, 0, 0));
    must(munmap(area, 2 * HUGE));
    close(fd);
    pool("gone");
}

int main(void)
{
    pool_set(6, 0);
    anonymous();
    of_a_file();
    truncated();
    holes();
    pool_set(0, 0);
    pool("at the end");
    return 0;
}

/*
 * memory.c: mapping, faulting, protecting, moving, giving back.
 */

#include "bench.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_PAGES      4096 /* in the region that faults are counted in: 16 MiB */
#define MOVED         (64 * MIB)
#define PRIVATE_PAGES (MAP_PRIVATE | MAP_ANONYMOUS)

static volatile char sink;
static int file, ends[2];
static char *places[2];
static char *heap_end;

/* ---- Mapping and unmapping ---- */

static void map_unmap(long count)
{
    for (long i = 0; i < count; i++)
        munmap(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, PRIVATE_PAGES, -1, 0), PAGE);
}

static void map_touch_unmap(long count)
{
    for (long i = 0; i < count; i++) {
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, PRIVATE_PAGES, -1, 0);
        *page = 1;
        munmap(page, PAGE);
    }
}

static void map_unmap_64m(long count)
{
    for (long i = 0; i < count; i++)
        munmap(mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, PRIVATE_PAGES, -1, 0), 64 * MIB);
}

static void map_populated(long count)
{
    map_memory((size_t)count * PAGE, MAP_POPULATE);
}

static void map_touched(void)
{
    map_memory(NR_PAGES * PAGE, 0);
    touch_memory();
}

static void unmap_touched(long count)
{
    (void)count;
    unmap_memory();
}

/* ---- Faults ---- */

static void map_region(void)
{
    map_memory(NR_PAGES * PAGE, 0);
}

/* The region, where huge pages fit into it. */
static void map_aligned(void)
{
    char *start = map_memory(NR_PAGES * PAGE + HUGE_PAGE, 0);
    char *aligned = (char *)(((unsigned long)start + HUGE_PAGE - 1) & -HUGE_PAGE);

    if (aligned > start)
        munmap(start, (size_t)(aligned - start));
    munmap(aligned + NR_PAGES * PAGE, (size_t)(start + HUGE_PAGE - aligned));
    memory = aligned;
    memory_len = NR_PAGES * PAGE;
    madvise(memory, memory_len, MADV_HUGEPAGE);
}

static void map_shared(void)
{
    memory_len = NR_PAGES * PAGE;
    memory = mmap(NULL, memory_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void make_file(void)
{
    static char block[65536];

    file = (int)must(open("/tmp/bench", O_RDWR | O_CREAT, 0600), "open");
    for (size_t done = 0; done < NR_PAGES * PAGE; done += sizeof(block))
        must(write(file, block, sizeof(block)), "write");
}

static void map_file(void)
{
    memory_len = NR_PAGES * PAGE;
    memory = mmap(NULL, memory_len, PROT_READ, MAP_SHARED, file, 0);
}

static void map_file_privately(void)
{
    memory_len = NR_PAGES * PAGE;
    memory = mmap(NULL, memory_len, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
}

static void remove_file(void)
{
    close(file);
    unlink("/tmp/bench");
}

static void write_pages(long count)
{
    for (long i = 0; i < count; i++)
        memory[(size_t)i * PAGE] = 1;
}

static void read_pages(long count)
{
    for (long i = 0; i < count; i++)
        sink = memory[(size_t)i * PAGE];
}

/* The region in this process and in a child that does nothing until it is told to end. */
static void share_by_fork(void)
{
    char byte;

    map_touched();
    must(pipe(ends), "pipe");
    if (must(fork(), "fork") == 0) {
        close(ends[1]);
        read(ends[0], &byte, 1);
        _exit(0);
    }
    close(ends[0]);
}

static void end_sharing(void)
{
    close(ends[1]);
    reap();
    unmap_memory();
}

/* ---- Changing what is mapped ---- */

static void protect_middle(long count)
{
    for (long i = 0; i < count; i++)
        mprotect(memory + NR_PAGES / 2 * PAGE, PAGE, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ);
}

static void discard(long count)
{
    madvise(memory, (size_t)count * PAGE, MADV_DONTNEED);
}

static void find_heap(void)
{
    heap_end = (char *)call(SYS_brk, 0, 0, 0, 0);
}

static void grow_shrink_heap(long count)
{
    for (long i = 0; i < count; i++) {
        call(SYS_brk, (long)(heap_end + PAGE), 0, 0, 0);
        *heap_end = 1;
        call(SYS_brk, (long)heap_end, 0, 0, 0);
    }
}

/* Two places for 64 MiB, aligned alike; the first one is filled. */
static void make_places(void)
{
    char *start =
        mmap(NULL, 2 * MOVED + HUGE_PAGE, PROT_NONE, PRIVATE_PAGES | MAP_NORESERVE, -1, 0);

    must((long)start, "mmap");
    places[0] = (char *)(((unsigned long)start + HUGE_PAGE - 1) & -HUGE_PAGE);
    places[1] = places[0] + MOVED;
    memory = mmap(places[0], MOVED, PROT_READ | PROT_WRITE, PRIVATE_PAGES | MAP_FIXED, -1, 0);
    memory_len = MOVED;
    touch_memory();
}

static void move(long count)
{
    for (long i = 0; i < count; i++)
        mremap(places[i % 2], MOVED, MOVED, MREMAP_MAYMOVE | MREMAP_FIXED, places[1 - i % 2]);
}

/* ---- Memory with a name ---- */

static void system_v_cycle(long count)
{
    for (long i = 0; i < count; i++) {
        int id = shmget(IPC_PRIVATE, PAGE, 0600);
        char *page = shmat(id, NULL, 0);
        *page = 1;
        shmdt(page);
        shmctl(id, IPC_RMID, NULL);
    }
}

static void posix_shm_cycle(long count)
{
    for (long i = 0; i < count; i++) {
        int shared = shm_open("/bench", O_RDWR | O_CREAT, 0600);
        ftruncate(shared, PAGE);
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
        *page = 1;
        munmap(page, PAGE);
        close(shared);
        shm_unlink("/bench");
    }
}

static const struct metric metrics[] = {
    {"mmap-munmap-4k", .count = 1000, .body = map_unmap},
    {"mmap-touch-munmap-4k", .count = 1000, .body = map_touch_unmap},
    {"mmap-munmap-64m", .count = 500, .body = map_unmap_64m},
    {"mmap-populate", .count = NR_PAGES, .body = map_populated, .after = unmap_memory},
    {"munmap-touched", .count = NR_PAGES, .before = map_touched, .body = unmap_touched},
    {"fault-anonymous", .count = NR_PAGES, .before = map_region, .body = write_pages,
     .after = unmap_memory},
    {"fault-zero-page", .count = NR_PAGES, .before = map_region, .body = read_pages,
     .after = unmap_memory},
    {"fault-huge", NR_PAGES, .huge = true, .before = map_aligned, .body = write_pages,
     .after = unmap_memory},
    {"fault-shared", .count = NR_PAGES, .before = map_shared, .body = write_pages,
     .after = unmap_memory},
    {"fault-cow", .count = NR_PAGES, .before = share_by_fork, .body = write_pages,
     .after = end_sharing},
    {"fault-file", NR_PAGES, .setup = make_file, .before = map_file, .body = read_pages,
     .after = unmap_memory, .teardown = remove_file},
    {"fault-file-copy", NR_PAGES, .setup = make_file, .before = map_file_privately,
     .body = write_pages, .after = unmap_memory, .teardown = remove_file},
    {"mprotect-middle", .count = 1000, .setup = map_touched, .body = protect_middle},
    {"madvise-dontneed", .count = NR_PAGES, .before = map_touched, .body = discard,
     .after = unmap_memory},
    {"brk-cycle", .count = 500, .setup = find_heap, .body = grow_shrink_heap},
    {"mremap-move-64m", .count = 50, .setup = make_places, .body = move},
    {"system-v-shm-cycle", .count = 300, .body = system_v_cycle},
    {"posix-shm-cycle", .count = 300, .body = posix_shm_cycle},
};

GROUP(memory_group, "memory", metrics);

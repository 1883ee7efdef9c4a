/* mremap by multiples of 2 MiB of small pages, which may move as whole page tables: what is in
 * them, what is left behind, after fork, of a file shared with another mapping, and with holes. */

#include "test.h"

#define MIB  (1UL << 20)
#define SPAN (2 * MIB)

/* 6 MiB at a multiple of 2 MiB in a place of 32 MiB where nothing else is. */
static char *place;

static char *aligned_place(void)
{
    char *start = mmap(NULL, 32 * MIB + SPAN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    must((long)start);
    start = (char *)(((unsigned long)start + SPAN - 1) & -SPAN);
    return start;
}

static char *fill(char *at, size_t len, char tag)
{
    at = mmap(at, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    must((long)at);
    must(madvise(at, len, MADV_NOHUGEPAGE));
    for (size_t i = 0; i < len; i += PAGE) {
        at[i] = tag;
        at[i + 1] = (char)(i / PAGE);
    }
    return at;
}

static size_t wrong(const char *at, size_t len, char tag)
{
    size_t nr = 0;

    for (size_t i = 0; i < len; i += PAGE)
        nr += at[i] != tag || at[i + 1] != (char)(i / PAGE);
    return nr;
}

static char *move(char *from, size_t len, char *to)
{
    char *moved = mremap(from, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to);

    yes("moved", moved == to);
    return moved;
}

static void whole(void)
{
    char *to = place + 16 * MIB;

    fill(place, 3 * SPAN, 'a');
    move(place, 3 * SPAN, to);
    say("wrong after the move: %zu", wrong(to, 3 * SPAN, 'a'));
    call("the old place", madvise(place, 3 * SPAN, MADV_NORMAL));
    fill(place, SPAN, 'b');
    say("a new area there: %zu wrong, the moved one: %zu", wrong(place, SPAN, 'b'),
        wrong(to, 3 * SPAN, 'a'));
    move(to + SPAN, SPAN, to + 4 * SPAN); /* out of the middle */
    say("the middle: %zu", (size_t)(to[4 * SPAN] != 'a'));
    move(to, SPAN - 8 * PAGE, to + 6 * SPAN); /* not all of a table */
    say("not all of a table: %zu, what stayed: %zu", wrong(to + 6 * SPAN, SPAN - 8 * PAGE, 'a'),
        (size_t)(to[SPAN - PAGE] != 'a'));
    must(munmap(place, 32 * MIB));
}

static void after_fork(void)
{
    char *to = place + 16 * MIB;
    int status;

    fill(place, 2 * SPAN, 'c');
    fflush(stdout);
    pid_t child = (pid_t)must(fork());
    if (child == 0) {
        mremap(place, 2 * SPAN, 2 * SPAN, MREMAP_MAYMOVE | MREMAP_FIXED, to);
        size_t nr = wrong(to, 2 * SPAN, 'c');
        to[0] = 'd';
        to[SPAN] = 'd';
        _exit(nr == 0 && to[SPAN + PAGE] == 'c' ? 0 : 1);
    }
    must(waitpid(child, &status, 0));
    say("child: %d", status);
    say("wrong in the parent: %zu", wrong(place, 2 * SPAN, 'c'));
    move(place, 2 * SPAN, to);
    say("moved by the parent: %zu", wrong(to, 2 * SPAN, 'c'));
    must(munmap(place, 32 * MIB));
}

static void of_a_file(void)
{
    char *to = place + 16 * MIB;
    int fd = (int)must(memfd_create("file", 0));

    must(ftruncate(fd, 2 * SPAN));
    char *first = mmap(place, 2 * SPAN, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    char *second = mmap(NULL, 2 * SPAN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (size_t i = 0; i < 2 * SPAN; i += PAGE)
        first[i] = 'e';
    move(first, 2 * SPAN, to);
    to[3 * PAGE] = 'f';
    yes("seen through the other mapping", second[3 * PAGE] == 'f' && second[SPAN] == 'e');
    must(ftruncate(fd, PAGE));
    must(ftruncate(fd, 2 * SPAN));
    yes("emptied by the truncation", to[3 * PAGE] == 0 && to[SPAN] == 0 && to[0] == 'e');
    must(munmap(second, 2 * SPAN));
    must(munmap(place, 32 * MIB));
    close(fd);
}

static void with_holes(void)
{
    char *to = place + 16 * MIB;

    fill(place, 4 * SPAN, 'g');
    must(madvise(place + SPAN, SPAN, MADV_DONTNEED)); /* a span without any page */
    move(place, 4 * SPAN, to);
    say("before it %zu, after it %zu", wrong(to, SPAN, 'g'), (size_t)(to[2 * SPAN] != 'g'));
    yes("in it nothing", to[SPAN] == 0 && to[2 * SPAN - PAGE] == 0);
    char *kept = mremap(to, 2 * SPAN, 2 * SPAN, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    yes("kept as an empty area", kept != MAP_FAILED && to[0] == 0 && kept[PAGE] == 'g');
}

int main(void)
{
    place = aligned_place();
    whole();
    after_fork();
    of_a_file();
    with_holes();
    return 0;
}

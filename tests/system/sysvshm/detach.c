/* shmdt finds what is left of an attachment, and only that. */

#include "segment.h"

static bool is_mapped(const void *address)
{
    struct maps_line line;

    return maps_find(address, &line);
}

int main(void)
{
    int id = segment_make(8), other = segment_make(8);
    char *hole = map_in_hole(16 * PAGE);
    char *at;

    munmap(hole, 16 * PAGE);
    at = (char *)must(shmat(id, hole, 0));
    munmap(at, PAGE);
    call("first page unmapped", shmdt(at));
    attaches("attaches", id);

    must(shmat(id, hole, 0));
    munmap(at, PAGE);
    must(mmap(at, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    munmap(at + 3 * PAGE, PAGE);
    must(mmap(at + 3 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    call("other memory in its holes", shmdt(at));
    attaches("attaches", id);
    yes("the other memory stays", is_mapped(at) && is_mapped(at + 3 * PAGE));
    munmap(hole, 16 * PAGE);

    must(shmat(id, hole, 0));
    char *second = (char *)must(shmat(id, NULL, 0));
    must(mremap(second + 2 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 2 * PAGE));
    attaches("a page of another attachment in its place", id);
    call("shmdt", shmdt(at));
    yes("the other's page stays", is_mapped(at + 2 * PAGE));
    attaches("attaches", id);
    call("shmdt finds it now", shmdt(at));
    attaches("attaches", id);
    call("shmdt of the other", shmdt(second));
    attaches("attaches", id);

    must(shmat(id, hole, 0));
    must(shmat(other, hole + 4 * PAGE, SHM_REMAP));
    attaches("another over its end", id);
    call("shmdt", shmdt(hole));
    attaches("attaches", id);
    attaches("attaches of the other", other);
    call("shmdt of the other", shmdt(hole + 4 * PAGE));

    must(shmat(id, hole, 0));
    mprotect(hole + 2 * PAGE, PAGE, PROT_NONE);
    mprotect(hole + 5 * PAGE, PAGE, PROT_READ);
    attaches("five pieces", id);
    call("shmdt inside, at a piece", shmdt(hole + 2 * PAGE));
    call("shmdt", shmdt(hole));
    attaches("attaches", id);
    shmctl(id, IPC_RMID, NULL);
    shmctl(other, IPC_RMID, NULL);
    return 0;
}

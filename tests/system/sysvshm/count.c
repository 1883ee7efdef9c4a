/* The number of attaches counts areas: through splits, fork, exec, exit, mremap, munmap. */

#include "segment.h"

static int id;
static char *at;

static void child_detaches(void)
{
    attaches("child: before", id);
    call("child: shmdt", shmdt(at));
    attaches("child: after", id);
}

static void child_exits(void)
{
    attaches("child: attached", id);
}

static void child_maps_over(void)
{
    mmap(at, 8 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    attaches("child: mapped over", id);
}

int main(int argc, char **argv)
{
    struct shmid_ds status;
    char *moved, text[16];
    pid_t child;

    if (argc > 1) {
        attaches("after exec", atoi(argv[1]));
        return 0;
    }
    id = segment_make(8);
    attaches("made", id);
    at = segment_at(id);
    attaches("attached", id);
    mprotect(at + 2 * PAGE, PAGE, PROT_READ);
    attaches("middle protected", id);
    mprotect(at + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE);
    attaches("protected as before", id);
    munmap(at + 4 * PAGE, PAGE);
    attaches("a page unmapped", id);
    in_child("child", child_exits);
    attaches("child has exited", id);
    in_child("child", child_detaches);
    in_child("child", child_maps_over);
    must(shmctl(id, IPC_STAT, &status));
    call("shmdt of all pieces", shmdt(at));
    attaches("detached", id);

    at = segment_at(id);
    moved = mremap(at, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(32 * PAGE));
    yes("moved", moved != MAP_FAILED && moved != at);
    attaches("moved", id);
    call("shmdt of the old place", shmdt(at));
    call("shmdt of the new place", shmdt(moved));
    attaches("detached", id);

    at = segment_at(id);
    moved = mremap(at, 0, 4 * PAGE, MREMAP_MAYMOVE);
    yes("duplicated", moved != MAP_FAILED);
    attaches("duplicated", id);
    call("shmdt of the copy", shmdt(moved));
    attaches("copy detached", id);
    moved = mremap(at, 8 * PAGE, 2 * PAGE, 0);
    attaches("shortened", id);
    call_ok("shmdt of the rest", shmdt(at));
    attaches("detached", id);

    at = segment_at(id);
    moved = mremap(at, 8 * PAGE, 12 * PAGE, MREMAP_MAYMOVE);
    yes("made longer", moved != MAP_FAILED);
    attaches("made longer", id);
    probe_read("within", moved + 7 * PAGE);
    probe_read("past the end", moved + 8 * PAGE);
    call("shmdt", shmdt(moved));
    attaches("detached", id);

    at = segment_at(id);
    madvise(at, 8 * PAGE, MADV_DONTFORK);
    in_child("child without it", child_exits);
    madvise(at, 8 * PAGE, MADV_DOFORK);
    snprintf(text, sizeof(text), "%d", id);
    child = fork();
    if (child == 0) {
        execl(argv[0], argv[0], text, NULL);
        _exit(1);
    }
    int wait_status;
    must(waitpid(child, &wait_status, 0));
    attaches("after the child", id);
    must(shmctl(id, IPC_STAT, &status));
    yes("the last was the child", status.shm_lpid == child);
    must(shmctl(id, IPC_RMID, NULL));
    must(shmctl(id, IPC_STAT, &status));
    say("removed: mode %o, key %x", status.shm_perm.mode, status.shm_perm.__key);
    call("shmdt: the last", shmdt(at));
    attaches("gone", id);
    return 0;
}

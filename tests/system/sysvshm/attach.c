/* shmat and shmdt: addresses, flags, permissions, contents. */

#include "segment.h"

static int id;

static void as_user(void)
{
    become_user();
    call("others', write", (long)shmat(id, NULL, 0));
    call_ok("others', read", (long)shmat(id, NULL, SHM_RDONLY));
    call("others', execute", (long)shmat(id, NULL, SHM_RDONLY | SHM_EXEC));
}

static void rights_of(const char *label, const void *address)
{
    struct maps_line line;

    if (maps_find(address, &line))
        say("%s: %s offset %lx, %02x:%02x, the inode is the identifier: %d, %lu pages, %s", label,
            line.prot, line.offset, line.major, line.minor, line.inode == (unsigned long)id,
            (line.end - line.start) / PAGE, line.path);
    else
        say("%s: nothing", label);
}

int main(void)
{
    struct shmid_ds status;
    char *hole = map_in_hole(16 * PAGE);
    char *one, *two;

    munmap(hole, 16 * PAGE);
    id = (int)must(shmget(0x51000001, 4 * PAGE - 100, IPC_CREAT | 0604));
    one = segment_at(id);
    two = segment_at(id);
    rights_of("attached", one);
    strcpy(one + 5, "shared");
    yes("both see it", strcmp(two + 5, "shared") == 0);
    yes("bytes past the size, in the last page", one[4 * PAGE - 1] == 0);
    attaches("attaches", id);
    must(shmctl(id, IPC_STAT, &status));
    yes("attached by this process", status.shm_lpid == getpid());
    yes("attached now", labs(status.shm_atime - time(NULL)) < 10 && status.shm_dtime == 0);

    call("identifier -1", (long)shmat(-1, NULL, 0));
    call("identifier of none", (long)shmat(id + 1000000, NULL, 0));
    call("identifier with another sequence", (long)shmat(id + (1 << 15), NULL, 0));
    call("address not aligned", (long)shmat(id, hole + 5, 0));
    yes("SHM_RND", shmat(id, hole + 5, SHM_RND) == hole);
    call("something is there", (long)shmat(id, hole, 0));
    call("something is above", (long)shmat(id, hole - PAGE, 0));
    call("something is below", (long)shmat(id, hole + 3 * PAGE, 0));
    yes("SHM_REMAP", shmat(id, hole + PAGE, SHM_REMAP) == hole + PAGE);
    rights_of("what is left", hole);
    call("SHM_REMAP nowhere", (long)shmat(id, NULL, SHM_REMAP));
    call("SHM_REMAP rounded to nowhere", (long)shmat(id, (void *)5, SHM_REMAP | SHM_RND));
    call("address near the end", (long)shmat(id, (void *)-PAGE, 0));
    call("address past user space", (long)shmat(id, (void *)0x7ffffffff000, 0));
    call("address past user space, remap", (long)shmat(id, (void *)0x7ffffffff000, SHM_REMAP));
    attaches("attaches", id);

    two = (char *)must(shmat(id, NULL, SHM_RDONLY));
    rights_of("read only", two);
    probe_read("read only", two);
    probe_write("read only", two);
    call("mprotect to write", mprotect(two, PAGE, PROT_READ | PROT_WRITE));
    call("mprotect to execute", mprotect(two, PAGE, PROT_READ | PROT_EXEC));
    two = (char *)must(shmat(id, NULL, SHM_EXEC));
    rights_of("executable", two);
    in_child("an ordinary user", as_user);

    call("shmdt not aligned", shmdt(two + 1));
    call("shmdt inside", shmdt(two + PAGE));
    call("shmdt of other memory", shmdt(map(PAGE)));
    call("shmdt", shmdt(two));
    call("shmdt again", shmdt(two));
    rights_of("detached", two);
    must(shmctl(id, IPC_STAT, &status));
    yes("detached now", labs(status.shm_dtime - time(NULL)) < 10);
    must(shmctl(id, IPC_RMID, NULL));
    rights_of("removed, still attached", one);
    call_ok("attach after removal", (long)shmat(id, NULL, 0));
    return 0;
}

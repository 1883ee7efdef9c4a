/* shmget: keys, flags, sizes, permissions. */

#include "segment.h"

#define KEY 0x51313233

static int id;

static void as_user(void)
{
    become_user();
    call("0444 of others' 0640", shmget(KEY, 0, 0444));
    call("0 of others' 0640", shmget(KEY, 0, 0) == id);
    call("0222 of others' 0640", shmget(KEY, 0, 0222));
    call("create exclusive of others' 0640", shmget(KEY, PAGE, IPC_CREAT | IPC_EXCL | 0666));
    call("larger, and no permission", shmget(KEY, 9 * PAGE, 0666));
    call("a huge one", shmget(IPC_PRIVATE, 2 << 20, IPC_CREAT | SHM_HUGETLB | 0600));
}

int main(void)
{
    struct shmid_ds status;

    call("no such key", shmget(KEY, PAGE, 0600));
    call("size 0", shmget(KEY, 0, IPC_CREAT | 0600));
    call("size 0, private", shmget(IPC_PRIVATE, 0, 0600));
    call("size -1", shmget(IPC_PRIVATE, -1UL, 0600));
    call("size above shmmax", shmget(IPC_PRIVATE, -1UL - (1 << 24) + 1, 0600));
    call("size of shmmax", shmget(IPC_PRIVATE, -1UL - (1 << 24), 0600));
    call("size 2^63", shmget(IPC_PRIVATE, 1UL << 63, 0600));
    call("size 2^62", shmget(IPC_PRIVATE, 1UL << 62, 0600));
    call("size 2^62, not reserved",
         shmctl(must(shmget(IPC_PRIVATE, 1UL << 62, SHM_NORESERVE | 0600)), IPC_RMID, NULL));

    id = (int)must(shmget(KEY, 3 * PAGE + 5, IPC_CREAT | IPC_EXCL | 0640));
    yes("found", shmget(KEY, 0, 0) == id);
    yes("found with size", shmget(KEY, 3 * PAGE + 5, 0600) == id);
    yes("found by create", shmget(KEY, 1, IPC_CREAT | 0600) == id);
    call("larger", shmget(KEY, 3 * PAGE + 6, 0));
    call("exclusive alone", shmget(KEY, 0, IPC_EXCL) == id);
    call("create exclusive", shmget(KEY, 0, IPC_CREAT | IPC_EXCL));
    must(shmctl(id, IPC_STAT, &status));
    say("size %lu, mode %o, attached %lu", (unsigned long)status.shm_segsz, status.shm_perm.mode,
        (unsigned long)status.shm_nattch);
    yes("key", status.shm_perm.__key == KEY);
    yes("owner", status.shm_perm.uid == 0 && status.shm_perm.gid == 0 &&
                     status.shm_perm.cuid == 0 && status.shm_perm.cgid == 0);
    yes("creator", status.shm_cpid == getpid());
    yes("nobody used it", status.shm_lpid == 0 && status.shm_atime == 0 && status.shm_dtime == 0);
    yes("changed now", labs(status.shm_ctime - time(NULL)) < 10);
    yes("sequence is the identifier's", status.shm_perm.__seq == id >> 15);
    in_child("an ordinary user", as_user);

    int first = segment_make(1), second = segment_make(1);
    yes("private twice differs", first != second);
    must(shmctl(first, IPC_RMID, NULL));
    must(shmctl(second, IPC_RMID, NULL));
    call("huge, pool empty", shmget(IPC_PRIVATE, 2 << 20, IPC_CREAT | SHM_HUGETLB | 0600));
    call("huge, size unknown",
         shmget(IPC_PRIVATE, 2 << 20, IPC_CREAT | SHM_HUGETLB | 5 << 26 | 0600));

    call("remove", shmctl(id, IPC_RMID, NULL));
    call("removed: by key", shmget(KEY, 0, 0));
    call("removed: by identifier", shmctl(id, IPC_STAT, &status));
    call("remove again", shmctl(id, IPC_RMID, NULL));
    id = (int)must(shmget(KEY, 1, IPC_CREAT | 03777));
    must(shmctl(id, IPC_STAT, &status));
    say("mode %o", status.shm_perm.mode);
    call("remove", shmctl(id, IPC_RMID, NULL));
    return 0;
}

/* shmctl: owners, permissions, information, locking. */

#include "segment.h"
#include <sys/resource.h>

static int id;

static void as_user(void)
{
    struct shmid_ds status = {0};
    struct rlimit none = {0, 0};

    become_user();
    call("IPC_STAT", shmctl(id, IPC_STAT, &status));
    call("SHM_STAT", shmctl(id & 32767, SHM_STAT, &status));
    call("SHM_STAT_ANY", shmctl(id & 32767, SHM_STAT_ANY, &status) == id);
    call("IPC_SET", shmctl(id, IPC_SET, &status));
    call("IPC_RMID", shmctl(id, IPC_RMID, NULL));
    call("SHM_LOCK", shmctl(id, SHM_LOCK, NULL));
    call("SHM_UNLOCK", shmctl(id, SHM_UNLOCK, NULL));

    id = segment_make(4);
    call("own: SHM_LOCK", shmctl(id, SHM_LOCK, NULL));
    must(shmctl(id, IPC_STAT, &status));
    say("own: mode %o", status.shm_perm.mode);
    call("own: SHM_LOCK again", shmctl(id, SHM_LOCK, NULL));
    call("own: SHM_UNLOCK", shmctl(id, SHM_UNLOCK, NULL));
    struct rlimit limit = {3 * PAGE, 16 * PAGE};
    must(setrlimit(RLIMIT_MEMLOCK, &limit));
    call("own: SHM_LOCK above RLIMIT_MEMLOCK", shmctl(id, SHM_LOCK, NULL));
    limit.rlim_cur = 4 * PAGE;
    must(setrlimit(RLIMIT_MEMLOCK, &limit));
    call("own: SHM_LOCK, just enough", shmctl(id, SHM_LOCK, NULL));
    int second = segment_make(1);
    call("own: one more", shmctl(second, SHM_LOCK, NULL));
    must(shmctl(id, IPC_RMID, NULL));
    call("own: the first is gone", shmctl(second, SHM_LOCK, NULL));
    must(setrlimit(RLIMIT_MEMLOCK, &none));
    call("own: no limit left: SHM_LOCK", shmctl(second, SHM_LOCK, NULL));
    call("own: no limit left: SHM_UNLOCK", shmctl(second, SHM_UNLOCK, NULL));
    must(shmctl(second, IPC_RMID, NULL));
}

static void as_owner(void)
{
    struct shmid_ds status;

    become_user();
    call("new owner: IPC_STAT", shmctl(id, IPC_STAT, &status));
    status.shm_perm.mode = 0604;
    call("new owner: IPC_SET", shmctl(id, IPC_SET, &status));
    call("new owner: attach", shmat(id, NULL, 0) != (void *)-1);
}

int main(void)
{
    struct shmid_ds status, before;
    struct shminfo limits;
    struct shm_info usage;

    id = segment_make(3);
    call("identifier -1", shmctl(-1, IPC_STAT, &status));
    call("command -1", shmctl(id, -1, &status));
    call("command unknown", shmctl(id, 99, &status));
    call("command with IPC_64", shmctl(id, IPC_STAT | 0x100, &status));
    call("no such segment", shmctl(id + 9999999, IPC_STAT, &status));
    call("other sequence", shmctl(id ^ 1 << 16, IPC_STAT, &status));
    call("IPC_STAT to nowhere", shmctl(id, IPC_STAT, (void *)8));
    call("IPC_SET from nowhere", shmctl(id, IPC_SET, (void *)8));
    call("IPC_SET from nowhere of none", shmctl(id + 9999999, IPC_SET, (void *)8));
    yes("SHM_STAT", shmctl(id & 32767, SHM_STAT, &status) == id);
    yes("SHM_STAT with a sequence", shmctl((id & 32767) + (9 << 15), SHM_STAT, &status) == id);
    call("SHM_STAT of none", shmctl(32767, SHM_STAT, &status));
    yes("IPC_INFO", shmctl(0, IPC_INFO, (void *)&limits) >= (id & 32767));
    say("shmmax %lu shmmin %lu shmmni %lu shmseg %lu shmall %lu", limits.shmmax, limits.shmmin,
        limits.shmmni, limits.shmseg, limits.shmall);
    call("IPC_INFO to nowhere", shmctl(0, IPC_INFO, (void *)8));
    yes("SHM_INFO", shmctl(0, SHM_INFO, (void *)&usage) >= (id & 32767));
    say("used %d, total %lu, resident %lu, swapped %lu", usage.used_ids, usage.shm_tot,
        usage.shm_rss, usage.shm_swp);
    segment_at(id)[PAGE] = 1;
    must(shmctl(0, SHM_INFO, (void *)&usage));
    say("used %d, total %lu, resident %lu", usage.used_ids, usage.shm_tot, usage.shm_rss);
    in_child("an ordinary user", as_user);

    must(shmctl(id, IPC_STAT, &before));
    status = before;
    status.shm_perm.uid = 1000;
    status.shm_perm.mode = 07751;
    status.shm_segsz = 1;
    status.shm_nattch = 77;
    call("IPC_SET", shmctl(id, IPC_SET, &status));
    must(shmctl(id, IPC_STAT, &status));
    say("mode %o uid %d gid %d cuid %d size %lu attached %lu", status.shm_perm.mode,
        status.shm_perm.uid, status.shm_perm.gid, status.shm_perm.cuid,
        (unsigned long)status.shm_segsz, (unsigned long)status.shm_nattch);
    in_child("the new owner", as_owner);
    status.shm_perm.uid = -1;
    call("IPC_SET uid -1", shmctl(id, IPC_SET, &status));
    status.shm_perm.uid = 0;
    status.shm_perm.gid = -1;
    call("IPC_SET gid -1", shmctl(id, IPC_SET, &status));
    must(shmctl(id, SHM_LOCK, NULL));
    must(shmctl(id, IPC_STAT, &status));
    say("locked: mode %o", status.shm_perm.mode);
    status.shm_perm.mode = 0600;
    must(shmctl(id, IPC_SET, &status));
    must(shmctl(id, IPC_STAT, &status));
    say("set: mode %o uid %d", status.shm_perm.mode, status.shm_perm.uid);
    call("SHM_UNLOCK", shmctl(id, SHM_UNLOCK, NULL));
    call("SHM_UNLOCK again", shmctl(id, SHM_UNLOCK, NULL));
    call("SHM_LOCK of none", shmctl(id + 9999999, SHM_LOCK, NULL));
    call("IPC_RMID", shmctl(id, IPC_RMID, NULL));
    must(shmctl(id, IPC_STAT, &status));
    say("removed: mode %o", status.shm_perm.mode);
    call("IPC_RMID again", shmctl(id, IPC_RMID, NULL));
    return 0;
}

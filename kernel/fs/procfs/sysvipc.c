/*
 * System V objects: the tables of /proc/sysvipc and the settings of /proc/sys/kernel.
 */
#include "sysvipc.h"

#include <abi/errno.h>
#include <ipc/shm.h>

/* ---- shared memory ---- */

static int put_segment(const struct shm_line *line, void *text)
{
    const struct abi_shmid_ds *status = &line->status;
    const struct abi_ipc_perm *perm = &status->perm;

    proc_print(text, "%10d %10d  %4o %21lu %5u %5u  ", perm->key, line->id, perm->mode,
               status->size, (u32)status->creator, (u32)status->last);
    proc_print(text, "%5lu %5u %5u %5u %5u %10lu %10lu %10lu %21lu %21lu\n", status->attached,
               perm->uid, perm->gid, perm->cuid, perm->cgid, (u64)status->attach_time,
               (u64)status->detach_time, (u64)status->change_time, line->resident << PAGE_SHIFT,
               0ul);
    return 0;
}

static int show_segments(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "       key      shmid perms                  size  cpid  lpid nattch   uid   "
                     "gid  cuid  cgid      atime      dtime      ctime                   rss       "
                     "           swap\n");
    return shm_for_each(put_segment, text);
}

const struct proc_entry proc_sysvipc_entries[] = {
    PROC_FILE("shm", show_segments),
    {0},
};

/* ---- settings ---- */

/* The show and store functions of /proc/sys/kernel/NAME, a setting of at most @most_. */
#define SHM_SETTING(name_, setting_, most_)                                                        \
    int proc_show_##name_(struct proc_text *text, const struct proc_subject *subject)              \
    {                                                                                              \
        (void)subject;                                                                             \
        proc_print(text, "%lu\n", shm_setting_get(setting_));                                      \
        return 0;                                                                                  \
    }                                                                                              \
                                                                                                   \
    int proc_store_##name_(const struct proc_subject *subject, char *text, size_t len)             \
    {                                                                                              \
        u64 value;                                                                                 \
                                                                                                   \
        (void)subject;                                                                             \
        (void)len;                                                                                 \
        if (proc_parse(text, &value) || value > (most_))                                           \
            return -EINVAL;                                                                        \
        shm_setting_set(setting_, value);                                                          \
        return 0;                                                                                  \
    }
SHM_SETTING(shmmax, SHM_SETTING_SHMMAX, ~0ull)
SHM_SETTING(shmall, SHM_SETTING_SHMALL, ~0ull)
SHM_SETTING(shmmni, SHM_SETTING_SHMMNI, 32768)
SHM_SETTING(shm_rmid_forced, SHM_SETTING_RMID_FORCED, 1)

int proc_show_shm_next_id(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "%d\n", shm_next_id_get());
    return 0;
}

int proc_store_shm_next_id(const struct proc_subject *subject, char *text, size_t len)
{
    u64 value;

    (void)subject;
    (void)len;
    if (proc_parse(text, &value) || value > INT32_MAX)
        return -EINVAL;
    shm_next_id_set((s32)value);
    return 0;
}

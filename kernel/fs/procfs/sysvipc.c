/*
 * System V objects: the tables of /proc/sysvipc.
 */
#include "sysvipc.h"

#include <ipc/msg.h>
#include <ipc/sem.h>
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

/* ---- semaphores ---- */

static int put_set(const struct sem_line *line, void *text)
{
    const struct abi_semid_ds *status = &line->status;
    const struct abi_ipc_perm *perm = &status->perm;

    proc_print(text, "%10d %10d  %4o %10lu %5u %5u %5u %5u %10lu %10lu\n", perm->key, line->id,
               perm->mode, status->nr_semaphores, perm->uid, perm->gid, perm->cuid, perm->cgid,
               (u64)status->operation_time, (u64)status->change_time);
    return 0;
}

static int show_sets(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime    "
                     "  ctime\n");
    return sem_for_each(put_set, text);
}

/* ---- message queues ---- */

static int put_queue(const struct msg_line *line, void *text)
{
    const struct abi_msqid_ds *status = &line->status;
    const struct abi_ipc_perm *perm = &status->perm;

    proc_print(text, "%10d %10d  %4o  %10lu %10lu %5u %5u %5u %5u %5u %5u ", perm->key, line->id,
               perm->mode, status->bytes, status->messages, (u32)status->sender,
               (u32)status->receiver, perm->uid, perm->gid, perm->cuid, perm->cgid);
    proc_print(text, "%10lu %10lu %10lu\n", (u64)status->send_time, (u64)status->receive_time,
               (u64)status->change_time);
    return 0;
}

static int show_queues(struct proc_text *text, const struct proc_subject *subject)
{
    (void)subject;
    proc_print(text, "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  "
                     "cuid  cgid      stime      rtime      ctime\n");
    return msg_for_each(put_queue, text);
}

const struct proc_entry proc_sysvipc_entries[] = {
    PROC_FILE("msg", show_queues),
    PROC_FILE("sem", show_sets),
    PROC_FILE("shm", show_segments),
    {0},
};

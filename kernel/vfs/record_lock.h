/*
 * Record locks as ranges, without files and waiting: the arithmetic of fcntl(2) locks. Pure, tested
 * on the host.
 *
 * A list holds the locks of all owners on one file. The ranges of one owner never overlap, and two
 * that touch have different types: setting merges and splits.
 */
#pragma once

#include <lib/list.h>
#include <lib/types.h>

#define RECORD_END ((u64)INT64_MAX) /* last byte of a lock to the end of the file */

struct record_lock {
    struct list_head link;
    const void *owner;
    bool is_ofd;
    bool is_write;
    s32 process_id;
    u64 start, end; /* both included */
};

/* The first lock of another owner that forbids @wanted; NULL: none. */
struct record_lock *record_find_conflict(const struct list_head *locks,
                                         const struct record_lock *wanted);

/*
 * record_set: give @wanted's owner the lock @wanted, in place of what it has there.
 * => @spare, NULL or an unused lock, is taken if a lock must be split; then *spare is NULL
 * => with a @spare nothing can fail; freed locks go to @dropped
 */
void record_set(struct list_head *locks, struct record_lock *wanted, struct record_lock **spare,
                struct list_head *dropped);

/* record_clear: take [start, end] from @owner. As above. */
void record_clear(struct list_head *locks, const void *owner, u64 start, u64 end,
                  struct record_lock **spare, struct list_head *dropped);

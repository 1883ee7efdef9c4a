/*
 * The robust list: locks that a thread still held when it ended.
 *
 * The list is in user memory and hostile: it may be circular, unmapped, or change under us. It is
 * walked at most FUTEX_ROBUST_LIST_LIMIT entries, and given up at the first fault
 * (get_robust_list(2)).
 */
#include <abi/errno.h>
#include <arch/user.h>
#include <proc/task.h>

#include "futex_internal.h"

#define ENTRY_IS_PI 1u

/*
 * release_word: if the word says that the current task owns the lock, say that it died, and wake
 * one waiter.
 * => @pending: the task was in the middle of locking or unlocking: a free word may lack a wake
 */
static void release_word(u32 __user *address, bool priority_inheriting, bool pending)
{
    u32 own = (u32)task_id(current_task());
    u32 value;

    if (!is_aligned((vaddr_t)address, sizeof(u32)) || get_user(value, address))
        return;
    for (;;) {
        u32 found;

        if (pending && !priority_inheriting && value == 0) {
            (void)futex_wake(address, true, 1, FUTEX_BITSET_MATCH_ANY);
            return;
        }
        if ((value & FUTEX_TID_MASK) != own)
            return;
        if (user_compare_exchange_nofault(&found, address, value,
                                          (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED)) {
            if (futex_fault_in(address, true))
                return;
            continue;
        }
        if (found == value)
            break;
        value = found;
    }
    if (!priority_inheriting && (value & FUTEX_WAITERS))
        (void)futex_wake(address, true, 1, FUTEX_BITSET_MATCH_ANY);
}

static void release_entry(u64 entry, s64 offset, bool pending)
{
    vaddr_t address = (vaddr_t)(entry & ~(u64)ENTRY_IS_PI) + (u64)offset;

    release_word((u32 __user *)address, entry & ENTRY_IS_PI, pending);
}

void futex_robust_exit(struct abi_robust_list_head __user *user_head)
{
    struct abi_robust_list_head head;
    u64 entry;

    if (copy_from_user(&head, user_head, sizeof(head)))
        return;
    entry = head.list.next;
    for (unsigned i = 0; i < FUTEX_ROBUST_LIST_LIMIT; i++) {
        const u64 __user *link = (const u64 __user *)(entry & ~(u64)ENTRY_IS_PI);
        u64 next;
        bool is_readable;

        if ((u64)(uintptr_t)link == (u64)(uintptr_t)&user_head->list)
            break;
        is_readable = get_user(next, link) == 0; /* before the lock is given away with its memory */
        if (entry != head.pending)
            release_entry(entry, head.futex_offset, false);
        if (!is_readable)
            return;
        entry = next;
    }
    if (head.pending != 0)
        release_entry(head.pending, head.futex_offset, true);
}

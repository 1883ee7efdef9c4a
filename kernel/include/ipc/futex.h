/*
 * Fast user-space locks (futex(2)).
 *
 * 1. A key names the word: (address space, address) for private memory, (object, offset) for
 * shared. Waiters hang in a hash of buckets by key.
 * 2. No wake is lost: a waiter announces itself in its bucket (nr_waiters), then reads the word
 * under the bucket lock, then is in the list. A waker changes the word first; if it then sees
 * nobody announced, the waiter is going to read the new value.
 * 3. User memory is read under the bucket lock without faulting; a fault is taken with the lock
 * dropped, and everything starts anew.
 * 4. Priority-inheriting locks (futex_pi.c) have their own list of waiters, ordered by priority;
 * the owner runs at the priority of its most urgent real-time waiter.
 */
#pragma once

#include <abi/futex.h>
#include <lib/types.h>

struct abi_timespec;
struct task;

void futex_init(void); /* before the first task */

/*
 * futex_call: the system call, with its raw arguments.
 * => @timeout: for some operations the number of waiters to requeue instead of a pointer
 */
long futex_call(u32 __user *address, int operation, u32 value,
                const struct abi_timespec __user *timeout, u32 __user *address2, u32 value3);

/*
 * futex_waitv: the system call; until one of @nr words is woken.
 * => its number; -EAGAIN: a word holds another value; -EINVAL, -EFAULT, -ENOMEM, -ETIMEDOUT,
 * -ERESTARTSYS
 */
long futex_waitv(const struct abi_futex_waitv __user *user, unsigned nr, unsigned flags,
                 const struct abi_timespec __user *timeout, int clock);

/* Wake up to @nr waiters on the word. => how many; -EFAULT, -EINVAL (not aligned) */
long futex_wake(u32 __user *address, bool shared, int nr, u32 bitset);

/*
 * futex_task_exit: the current task gives up its locks: the robust list at @head is walked, waiters
 * for its priority-inheriting locks get them.
 * => TASK_EXITING is set, the address space is still there; also called by execve, before the new
 * program
 */
void futex_task_exit(struct abi_robust_list_head __user *head);

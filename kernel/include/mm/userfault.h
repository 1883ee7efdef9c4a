/*
 * Pages that another program gives: userfaultfd(2), without its descriptor (vfs/userfaultfd.c).
 *
 * 1. A struct userfault is who is asked about the faults of one address space. Areas are registered
 *    with it: they name it, and have VMA_ASK_* of what it is asked about.
 * 2. A thread that faults where nothing is puts a question on its list, gives up map_lock and
 *    sleeps. The question is on the thread's stack. It is unread until somebody takes it, and goes
 *    with the answer: a page was put there (userfault_copy, userfault_zero), somebody says to try
 *    again (userfault_wake), the area is registered no longer, the descriptor is closed. The thread
 *    then looks at the table again, and may ask again. A thread that writes to a page which is
 *    guarded (mm/pt_guard.c) does the same; there the answer is that the guard is gone.
 * 3. No answer is missed: the thread first asks and then looks whether the entry is still what it
 *    was, with map_lock held for reading; who answers first changes the entry and then looks for
 *    questions. Who closes takes map_lock for writing between the two.
 * 4. An area holds no reference: it forgets the userfault when it is closed, which map_lock for
 *    writing orders against faults.
 *
 * Locks: (l) userfault.lock, inside of map_lock; (m) mm.map_lock of the address space.
 */
#pragma once

#include <lib/types.h>

struct mm;
struct userfault;
struct wait_queue;

/* A question, as it is told. */
struct userfault_question {
    u64 address; /* a page's, unless UFFD_FEATURE_EXACT_ADDRESS */
    u64 flags;   /* UFFD_PAGEFAULT_FLAG_* */
    u32 thread;  /* who asks, with UFFD_FEATURE_THREAD_ID; else 0 */
};

/* For the faults of @mm; @user_only: the kernel does not ask, its accesses fail. NULL: no memory */
struct userfault *userfault_create(struct mm *mm, bool user_only) __must_check;

/* Nobody asks any more, and who waits looks again. The caller's reference goes. */
void userfault_close(struct userfault *userfault);

/* The handshake, with UFFD_FEATURE_*. => false: it was made already */
bool userfault_enable(struct userfault *userfault, u32 features) __must_check;
bool userfault_is_enabled(const struct userfault *userfault);
u32 userfault_features(const struct userfault *userfault);

/* The oldest question that nobody took. => false: there is none */
bool userfault_take(struct userfault *userfault, struct userfault_question *question);

/* Is there one? => a hint, for poll */
bool userfault_is_asked_now(const struct userfault *userfault);

/* Woken with EPOLLIN for each question. */
struct wait_queue *userfault_readers(struct userfault *userfault);

/* Questions not taken, and all. */
void userfault_count(struct userfault *userfault, u64 *unread, u64 *all);

/* A range that requests accept: whole pages of user memory. 0 or -EINVAL */
int userfault_check_range(u64 start, u64 len) __must_check;

/*
 * userfault_register: ask about @asks (VMA_ASK_*) in [start, start + len).
 * => the range was checked; -ENOMEM, -EINVAL, -EPERM, -EBUSY
 * userfault_unregister: ask nobody there, whoever was asked. -ENOMEM, -EINVAL
 */
int userfault_register(struct userfault *userfault, u64 start, u64 len, u32 asks) __must_check;
int userfault_unregister(struct userfault *userfault, u64 start, u64 len) __must_check;

/* Who waits for a page in the range looks again. => len 0: everybody */
void userfault_wake(struct userfault *userfault, u64 start, u64 len);

/*
 * userfault_copy: fill missing pages with what the caller has at @source, and with @guard guard
 * them against writes; userfault_zero: with zeroes. Nobody is woken.
 * => the range was checked; no locks held
 * => the bytes that were filled; for none -ENOENT (not in one registered area), -EINVAL (cannot be
 *    guarded), -EEXIST, -EFAULT, -ENOMEM, -ESRCH (the address space is gone)
 */
ssize_t userfault_copy(struct userfault *userfault, u64 start, const void __user *source, u64 len,
                       bool guard) __must_check;
ssize_t userfault_zero(struct userfault *userfault, u64 start, u64 len) __must_check;

/*
 * userfault_guard: ask before the pages that are in the range are written to; or no more, and who
 * asked is not woken.
 * => the range was checked; -ENOENT: not in one area with VMA_ASK_WRITE; -ENOMEM, -ESRCH
 */
int userfault_guard(struct userfault *userfault, u64 start, u64 len, bool on) __must_check;

/* vm.unprivileged_userfaultfd: everybody may be asked about the kernel's faults, too. */
bool userfault_is_for_all(void);

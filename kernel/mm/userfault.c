/*
 * Asking a program for a page, and waiting for the answer (include/mm/userfault.h 2, 3).
 */
#include <abi/epoll.h>
#include <abi/errno.h>
#include <abi/userfaultfd.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>

#include "commit.h"
#include "fault.h"
#include "userfault.h"

/* A thread that waits, on its stack. */
struct question {
    struct list_head link; /* (l) unread or taken; to itself when answered */
    struct userfault_question told;
    bool is_answered;        /* (l to set) */
    struct wait_queue asker; /* woken under the lock, so that the stack stays */
};

/* ---- lifetime ---- */

struct userfault *userfault_create(struct mm *mm, bool user_only)
{
    struct userfault *userfault = kzalloc(sizeof(*userfault), ALLOC_WAIT);

    if (userfault == NULL)
        return NULL;
    userfault->mm = mm_get(mm);
    userfault->user_only = user_only;
    userfault->references = 1;
    spin_lock_init(&userfault->lock, LOCK_RANK_USERFAULT);
    list_init(&userfault->unread);
    list_init(&userfault->taken);
    wait_queue_init(&userfault->readers);
    return userfault;
}

void userfault_put(struct userfault *userfault)
{
    if (fetch_sub(&userfault->references, 1) != 1)
        return;
    ASSERT(list_is_empty(&userfault->unread) && list_is_empty(&userfault->taken));
    mm_put(userfault->mm);
    kfree(userfault);
}

bool userfault_enable(struct userfault *userfault, u32 features)
{
    u32 none = 0;

    return try_cmpxchg(&userfault->features, &none, features | USERFAULT_ENABLED);
}

u32 userfault_features(const struct userfault *userfault)
{
    return READ_ONCE(userfault->features);
}

bool userfault_is_enabled(const struct userfault *userfault)
{
    return userfault_features(userfault) != 0;
}

/* ---- those who are asked ---- */

bool userfault_take(struct userfault *userfault, struct userfault_question *question)
{
    struct question *oldest = NULL;

    spin_lock(&userfault->lock);
    if (!list_is_empty(&userfault->unread)) {
        oldest = list_first_entry(&userfault->unread, struct question, link);
        list_remove(&oldest->link);
        list_add_tail(&oldest->link, &userfault->taken);
        *question = oldest->told;
    }
    spin_unlock(&userfault->lock);
    return oldest != NULL;
}

bool userfault_is_asked_now(const struct userfault *userfault)
{
    memory_barrier();
    return READ_ONCE(userfault->unread.next) != &userfault->unread;
}

struct wait_queue *userfault_readers(struct userfault *userfault)
{
    return &userfault->readers;
}

void userfault_count(struct userfault *userfault, u64 *unread, u64 *all)
{
    struct question *question;

    *unread = *all = 0;
    spin_lock(&userfault->lock);
    list_for_each_entry (question, &userfault->unread, link)
        ++*unread;
    list_for_each_entry (question, &userfault->taken, link)
        ++*all;
    spin_unlock(&userfault->lock);
    *all += *unread;
}

/* => userfault.lock held */
static void answer(struct list_head *questions, u64 start, u64 len)
{
    struct question *question, *next;

    list_for_each_entry_safe (question, next, questions, link) {
        u64 address = question->told.address;

        if (len != 0 && (address < start || address - start >= len))
            continue;
        list_remove(&question->link);
        list_init(&question->link);
        store_release(&question->is_answered, true);
        wake_all(&question->asker);
    }
}

void userfault_wake(struct userfault *userfault, u64 start, u64 len)
{
    spin_lock(&userfault->lock);
    answer(&userfault->unread, start, len);
    answer(&userfault->taken, start, len);
    spin_unlock(&userfault->lock);
}

/* ---- those who ask ---- */

bool userfault_is_asked(const struct fault *fault)
{
    if (pte_is_empty(fault->entry))
        return fault->vma->flags & VMA_ASK_MISSING;
    return fault->access == FAULT_WRITE && pte_is_uffd_wp(fault->entry);
}

static void tell(const struct fault *fault, u32 features, u32 thread,
                 struct userfault_question *question)
{
    *question = (struct userfault_question){
        .address = fault->addr,
        .flags = fault->access == FAULT_WRITE ? UFFD_PAGEFAULT_FLAG_WRITE : 0};
    if (!pte_is_empty(fault->entry))
        question->flags |= UFFD_PAGEFAULT_FLAG_WP;
    if (features & UFFD_FEATURE_EXACT_ADDRESS)
        question->address += fault->offset;
    if (features & UFFD_FEATURE_THREAD_ID)
        question->thread = thread;
}

/* 0, or -ERESTARTSYS: a program's access is left to a signal, the kernel's to a fatal one. */
static int wait_for_answer(struct question *question, bool user)
{
    if (user)
        return wait_event_interruptible(&question->asker, load_acquire(&question->is_answered));
    return wait_event_killable(&question->asker, load_acquire(&question->is_answered));
}

/* Does it still have to be asked? Looked at after the question was put. */
static bool is_unchanged(const struct fault *fault)
{
    struct pt_way way;

    return pte_is_same(pt_peek(fault->mm, fault->addr, &way), fault->entry);
}

/* => as userfault_ask, and as wait_for_answer */
static int ask(struct fault *fault, struct userfault *userfault, u32 thread)
{
    struct question question = {.is_answered = false};
    bool wait;
    int err = 0;

    wait_queue_init(&question.asker);
    tell(fault, userfault_features(userfault), thread, &question.told);
    fetch_add(&userfault->references, 1);
    spin_lock(&userfault->lock);
    list_add_tail(&question.link, &userfault->unread);
    spin_unlock(&userfault->lock);
    wait = is_unchanged(fault);
    fault->vma = NULL;
    read_unlock(&fault->mm->map_lock);
    if (wait) {
        wake_key(&userfault->readers, EPOLLIN);
        err = wait_for_answer(&question, fault->user);
    }
    spin_lock(&userfault->lock);
    list_remove(&question.link);
    spin_unlock(&userfault->lock);
    userfault_put(userfault);
    read_lock(&fault->mm->map_lock);
    return err;
}

/* Linux makes ready what a private page needs before it sees that it has to ask. */
static void prepare(struct fault *fault)
{
    if (!pte_is_empty(fault->entry))
        return;
    if (fault->access == FAULT_WRITE || (!fault->way.has_table && fault_may_be_huge(fault)))
        vma_set_lineage(fault->vma);
}

/* Debuggers and tasks on their way out cannot wait, and some were told not to. */
static bool may_ask(const struct fault *fault, const struct userfault *userfault,
                    const struct mm_caller *caller)
{
    return !fault->force && !caller->is_exiting && (fault->user || !userfault->user_only) &&
           !(userfault_features(userfault) & UFFD_FEATURE_SIGBUS);
}

enum fault_result userfault_ask(struct fault *fault)
{
    struct userfault *userfault = vma_userfault(fault->vma);
    struct mm_caller caller;

    prepare(fault);
    caller_describe(&caller);
    if (!may_ask(fault, userfault, &caller))
        return fault_fail(fault, SIGBUS, BUS_ADRERR, "userfaultfd: nobody is asked");
    fault->major = true;
    if (ask(fault, userfault, caller.thread) == 0)
        return FAULT_RETRY;
    return fault->user ? FAULT_DONE
                       : fault_fail(fault, SIGKILL, 0, "killed while it waited for a page");
}

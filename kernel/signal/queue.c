/*
 * Queues of signals that were sent and not yet taken. Lock: process.lock of the owner.
 */
#include "signal_internal.h"

#include <abi/errno.h>
#include <kern/panic.h>
#include <kmem/slab.h>
#include <lib/bits.h>
#include <lib/string.h>
#include <proc/rlimit.h>
#include <vfs/user_account.h>

static struct kmem_cache entry_cache;

void signal_queue_cache_init(void)
{
    kmem_cache_init(&entry_cache, "signal", sizeof(struct signal_entry), 0, NULL);
}

static void entry_free(struct signal_entry *entry)
{
    list_remove(&entry->link);
    if (entry->account == NULL) {
        entry->info.signo = 0;
        return;
    }
    fetch_sub(&entry->account->nr_signals, 1);
    user_account_put(entry->account);
    kmem_cache_free(&entry_cache, entry);
}

/*
 * An entry charged to the user of @charged; @bounded: only within RLIMIT_SIGPENDING. NULL: over the
 * limit or no memory.
 */
static struct signal_entry *entry_create(struct task *charged, bool bounded)
{
    struct user_account *account = charged->account;
    s64 nr = fetch_add(&account->nr_signals, 1) + 1;
    struct signal_entry *entry = NULL;

    if (!bounded || (u64)nr <= rlimit_of(charged->process, RLIMIT_SIGPENDING))
        entry = kmem_cache_alloc(&entry_cache, ALLOC_ATOMIC);
    if (entry == NULL) {
        fetch_sub(&account->nr_signals, 1);
        return NULL;
    }
    entry->account = user_account_get(account);
    return entry;
}

static void add_entry(struct signal_queue *queue, struct signal_entry *entry,
                      const struct abi_siginfo *info)
{
    queue->set |= SIGNAL_BIT(info->signo);
    if (entry != NULL) {
        entry->info = *info;
        list_add_tail(&entry->link, &queue->entries);
    }
}

int signal_queue_add(struct signal_queue *queue, struct task *charged,
                     const struct abi_siginfo *info)
{
    int signal = info->signo;
    /* What kill(2) and the kernel send must arrive, if need be without its information. */
    bool must_arrive = signal < SIGRTMIN || info->code == SI_USER || info->code == SI_KERNEL;
    struct signal_entry *entry;

    if (signal < SIGRTMIN && info->code != SI_TIMER && signal_in_set(signal, queue->set))
        return 0;
    entry = entry_create(charged, signal >= SIGRTMIN || info->code < 0);
    if (entry == NULL && !must_arrive)
        return -EAGAIN;
    add_entry(queue, entry, info);
    return 0;
}

void signal_queue_fault(struct task *task, const struct abi_siginfo *info)
{
    struct task_signals *signals = &task->signals;

    ASSERT_HELD(&task->process->lock);
    if (signal_in_set(info->signo, signals->pending.set))
        return;
    add_entry(&signals->pending,
              signals->fault.info.signo == 0 ? &signals->fault : entry_create(task, false), info);
}

/* Move the information of the first @signal to @info; the bit stays when another one is queued. */
static void take_entry(struct signal_queue *queue, int signal, struct abi_siginfo *info)
{
    struct signal_entry *entry, *first = NULL;
    bool more = false;

    list_for_each_entry (entry, &queue->entries, link) {
        if (entry->info.signo != signal)
            continue;
        if (first != NULL) {
            more = true;
            break;
        }
        first = entry;
    }
    if (!more)
        queue->set &= ~SIGNAL_BIT(signal);
    if (first == NULL) {
        *info = (struct abi_siginfo){.signo = signal, .code = SI_USER};
        return;
    }
    *info = first->info;
    entry_free(first);
}

int signal_queue_take(struct signal_queue *queue, u64 set, struct abi_siginfo *info)
{
    u64 candidates = queue->set & set;
    int signal;

    if (candidates == 0)
        return 0;
    if (candidates & SIGNALS_SYNCHRONOUS)
        candidates &= SIGNALS_SYNCHRONOUS;
    signal = (int)lowest_bit(candidates) + 1;
    take_entry(queue, signal, info);
    return signal;
}

void signal_queue_drop(struct signal_queue *queue, u64 set)
{
    struct signal_entry *entry, *following;

    if ((queue->set & set) == 0)
        return;
    queue->set &= ~set;
    list_for_each_entry_safe (entry, following, &queue->entries, link) {
        if (signal_in_set(entry->info.signo, set))
            entry_free(entry);
    }
}

int signal_dequeue_locked(struct task *task, u64 set, struct abi_siginfo *info)
{
    ASSERT_HELD(&task->process->lock);
    if ((task->signals.pending.set & set) != 0)
        return signal_queue_take(&task->signals.pending, set, info);
    return signal_queue_take(&task->process->signals.pending, set, info);
}

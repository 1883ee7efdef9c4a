/*
 * signalfd(2): reading signals as records. What is read is what is pending for the reader, whoever
 * made the file.
 *
 * A watcher (poll, epoll) may outlive the process whose signals it waits for. So the wait queues
 * are not part of processes: there is a fixed number, shared by hash; a wake too many is harmless.
 */
#include <signal/signalfd.h>

#include "signal_internal.h"

#include <abi/epoll.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <kmem/kmalloc.h>
#include <lib/hash.h>
#include <lib/printf.h>
#include <vfs/file.h>
#include <vfs/poll.h>

#define NR_QUEUES    64
#define SFD_CLOEXEC  O_CLOEXEC
#define SFD_NONBLOCK O_NONBLOCK

struct signalfd {
    u64 mask; /* (a) */
};

static struct wait_queue queues[NR_QUEUES];
static bool was_opened; /* (a) somebody has made a file: there may be waiters */

static struct wait_queue *queue_of(const struct process *process)
{
    return &queues[hash_pointer(process) % NR_QUEUES];
}

void signal_readers_wake(struct process *process)
{
    struct wait_queue *queue;

    if (likely(!READ_ONCE(was_opened)))
        return;
    queue = queue_of(process);
    if (!wait_queue_is_empty(queue))
        wake_all(queue);
}

void signal_readers_init(void)
{
    for (size_t i = 0; i < NR_QUEUES; i++)
        wait_queue_init(&queues[i]);
}

static void fill_record(struct abi_signalfd_siginfo *record, const struct abi_siginfo *info)
{
    *record = (struct abi_signalfd_siginfo){
        .signo = (u32)info->signo,
        .error = info->error,
        .code = info->code,
    };
    if (info->code == SI_TIMER) {
        record->timer_id = (u32)info->timer.id;
        record->overrun = (u32)info->timer.overrun;
        record->integer = info->timer.value.integer;
        record->pointer = info->timer.value.pointer;
    } else if (info->code <= 0) {
        record->pid = (u32)info->sent.pid;
        record->uid = info->sent.uid;
        record->integer = info->sent.value.integer;
        record->pointer =
            info->code == SI_QUEUE || info->code == SI_MESGQ ? info->sent.value.pointer : 0;
    } else if (info->signo == SIGCHLD) {
        record->pid = (u32)info->child.pid;
        record->uid = info->child.uid;
        record->status = info->child.status;
        record->user_time = (u64)info->child.user_time;
        record->system_time = (u64)info->child.system_time;
    } else if (info->signo == SIGIO && info->code != SI_KERNEL) {
        record->band = (u32)info->poll.band;
        record->fd = info->poll.fd;
    } else if (signal_in_set(info->signo, SIGNALS_SYNCHRONOUS)) {
        record->address = info->fault.address;
    }
}

/* Wait for the first signal. => its number; -EAGAIN, -ERESTARTSYS */
static int take_first(struct file *file, struct io_buffer *buffer, u64 mask,
                      struct abi_siginfo *info)
{
    int signal = signal_take(mask, info);
    int error;

    if (signal != 0)
        return signal;
    if (file_is_nonblocking(file, buffer))
        return -EAGAIN;
    error = wait_event_interruptible(queue_of(current_process()),
                                     (signal = signal_take(mask, info)) != 0);
    return error ? error : signal;
}

static ssize_t signalfd_read(struct file *file, struct io_buffer *buffer, u64 *position __unused)
{
    u64 mask = READ_ONCE(((struct signalfd *)file->private)->mask);
    struct abi_signalfd_siginfo record;
    struct abi_siginfo info;
    ssize_t done = 0;
    int signal;

    if (buffer->remaining < sizeof(record))
        return -EINVAL;
    signal = take_first(file, buffer, mask, &info);
    while (signal > 0) {
        fill_record(&record, &info);
        if (io_buffer_copy_to(buffer, &record, sizeof(record)) != sizeof(record))
            return done > 0 ? done : -EFAULT;
        done += (ssize_t)sizeof(record);
        signal = buffer->remaining >= sizeof(record) ? signal_take(mask, &info) : 0;
    }
    return done > 0 ? done : signal;
}

static unsigned signalfd_poll(struct file *file, struct poll_table *table)
{
    u64 mask = READ_ONCE(((struct signalfd *)file->private)->mask);
    struct task *self = current_task_or_null();
    u64 pending;

    if (self == NULL)
        return 0;
    poll_wait(file, queue_of(self->process), table);
    pending = READ_ONCE(self->signals.pending.set) | READ_ONCE(self->process->signals.pending.set);
    return pending & mask ? EPOLLIN | EPOLLRDNORM : 0;
}

static void signalfd_release(struct file *file)
{
    kfree(file->private);
}

static size_t signalfd_describe(struct file *file, char *buffer, size_t size)
{
    return scnprintf(buffer, size, "sigmask:\t%016lx\n", ((struct signalfd *)file->private)->mask);
}

static const struct file_ops signalfd_ops = {
    .read = signalfd_read,
    .poll = signalfd_poll,
    .release = signalfd_release,
    .describe = signalfd_describe,
    .seek = file_seek_null,
};

/* Senders look at it without a barrier: those that saw it unset are done after a grace period. */
static void tell_senders(void)
{
    if (likely(READ_ONCE(was_opened)))
        return;
    WRITE_ONCE(was_opened, true);
    rcu_synchronize();
}

struct file *signalfd_create(u64 mask, int flags)
{
    struct signalfd *signalfd;
    struct file *file;

    if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK))
        return ERR_PTR(-EINVAL);
    signalfd = kzalloc(sizeof(*signalfd), ALLOC_WAIT);
    if (signalfd == NULL)
        return ERR_PTR(-ENOMEM);
    signalfd->mask = mask & ~SIGNALS_UNBLOCKABLE;
    tell_senders();
    file = file_create_pseudo("[signalfd]", 0, &signalfd_ops, signalfd,
                              O_RDWR | (u32)(flags & SFD_NONBLOCK));
    if (IS_ERR(file))
        kfree(signalfd);
    return file;
}

int signalfd_change(struct file *file, u64 mask)
{
    if (file->ops != &signalfd_ops)
        return -EINVAL;
    WRITE_ONCE(((struct signalfd *)file->private)->mask, mask & ~SIGNALS_UNBLOCKABLE);
    signal_readers_wake(current_process());
    return 0;
}

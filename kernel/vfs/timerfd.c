/*
 * timerfd_create(2): a timer whose expirations are read from a descriptor.
 *
 * The timer function only counts the first expiration and wakes; the further ones of a periodic
 * timer are computed when somebody looks (timer_forward), so an unread timer costs one interrupt
 * per read, not per period.
 */
#include <vfs/event.h>

#include <abi/epoll.h>
#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/time.h>
#include <arch/user.h>
#include <kmem/kmalloc.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/printf.h>
#include <time/time.h>
#include <vfs/cred.h>
#include <vfs/file.h>
#include <vfs/poll.h>

struct timerfd {
    struct clock_timer timer;
    struct spinlock lock; /* rank FILE_INNER, interrupts off: the timer function takes it */
    s64 expiry;           /* (lock) of the next expiration, on the clock; 0: disarmed */
    u64 interval;         /* (lock) ns, 0: once */
    bool expired;         /* (lock) the timer fired and has not been read */
    u64 given_ticks;      /* (lock) expirations to read, by TFD_IOC_SET_TICKS; 0: none given */
    bool cancel_on_set;   /* (lock) TFD_TIMER_CANCEL_ON_SET */
    bool canceled;        /* (lock) the clock was set meanwhile */
    s64 clock_offset;     /* (lock) of the realtime clock when somebody last asked */
    int settime_flags;    /* (lock) for fdinfo */
    int clock;            /* (I) */
    struct wait_queue wait;
    struct list_head link; /* (timerfds_lock) */
};

static struct spinlock timerfds_lock = SPINLOCK_INIT(LOCK_RANK_FILE); /* interrupts off */
static struct list_head timerfds = LIST_INIT(timerfds);               /* (timerfds_lock) all */

static const struct file_ops timerfd_ops;

static s64 clock_now(const struct timerfd *timerfd)
{
    s64 now;

    return clock_get(timerfd->clock, &now) ? 0 : now;
}

static void timer_fired(struct clock_timer *timer)
{
    struct timerfd *timerfd = container_of(timer, struct timerfd, timer);
    irqflags_t flags = spin_lock_irqsave(&timerfd->lock);

    /* A reader may have armed a periodic timer again that was just being disarmed; another thread
     * may have set the timer anew while this waited for the lock: what is armed has not expired. */
    if (timerfd->expiry != 0 && !timer_is_armed(&timer->timer))
        timerfd->expired = true;
    spin_unlock_irqrestore(&timerfd->lock, flags);
    wake_key(&timerfd->wait, EPOLLIN | EPOLLRDNORM);
}

/* The realtime clock has been set since the timer was armed, and that cancels it. => lock held */
static bool is_canceled(struct timerfd *timerfd)
{
    if (timerfd->cancel_on_set && timerfd->clock_offset != time_realtime_offset()) {
        timerfd->clock_offset = time_realtime_offset();
        timerfd->canceled = true;
    }
    return timerfd->canceled;
}

/* Expirations so far, which are thereby read; a periodic timer is armed again. => lock held */
static u64 take_expirations(struct timerfd *timerfd)
{
    u64 given = timerfd->given_ticks;
    u64 count = 1;

    timerfd->given_ticks = 0;
    if (!timerfd->expired)
        return given;
    timerfd->expired = false;
    if (timerfd->interval != 0) {
        count = timer_forward(&timerfd->expiry, timerfd->interval, clock_now(timerfd));
        count = max(count, (u64)1);
        clock_timer_set(&timerfd->timer, timerfd->expiry);
    } else {
        timerfd->expiry = 0;
    }
    return given != 0 ? given : count;
}

/* True when a read need not wait: *result is the count, or -ECANCELED. */
static bool try_read(struct timerfd *timerfd, s64 *result)
{
    irqflags_t flags = spin_lock_irqsave(&timerfd->lock);

    if (is_canceled(timerfd)) {
        timerfd->canceled = false;
        timerfd->expired = false;
        timerfd->given_ticks = 0;
        *result = -ECANCELED;
    } else {
        *result = (s64)take_expirations(timerfd);
    }
    spin_unlock_irqrestore(&timerfd->lock, flags);
    return *result != 0;
}

static ssize_t timerfd_read(struct file *file, struct io_buffer *buffer, u64 *position)
{
    struct timerfd *timerfd = file->private;
    s64 result;

    (void)position;
    if (buffer->remaining < sizeof(result))
        return -EINVAL;
    if (!try_read(timerfd, &result)) {
        int err;

        if (file_is_nonblocking(file, buffer))
            return -EAGAIN;
        err = wait_event_interruptible(&timerfd->wait, try_read(timerfd, &result));
        if (err != 0)
            return err;
    }
    if (result < 0)
        return result;
    return io_buffer_copy_to(buffer, &result, sizeof(result)) == sizeof(result)
               ? (ssize_t)sizeof(result)
               : -EFAULT;
}

static unsigned timerfd_poll(struct file *file, struct poll_table *table)
{
    struct timerfd *timerfd = file->private;
    unsigned events = 0;
    irqflags_t flags;

    poll_wait(file, &timerfd->wait, table);
    flags = spin_lock_irqsave(&timerfd->lock);
    if (timerfd->expired || timerfd->given_ticks != 0 || is_canceled(timerfd))
        events = EPOLLIN | EPOLLRDNORM;
    spin_unlock_irqrestore(&timerfd->lock, flags);
    return events;
}

void timerfd_clock_changed(void)
{
    irqflags_t flags = spin_lock_irqsave(&timerfds_lock);
    struct timerfd *timerfd;

    list_for_each_entry (timerfd, &timerfds, link) {
        if (READ_ONCE(timerfd->cancel_on_set))
            wake_key(&timerfd->wait, EPOLLIN | EPOLLRDNORM);
    }
    spin_unlock_irqrestore(&timerfds_lock, flags);
}

static void timerfd_release(struct file *file)
{
    struct timerfd *timerfd = file->private;
    irqflags_t flags = spin_lock_irqsave(&timerfds_lock);

    list_remove(&timerfd->link);
    spin_unlock_irqrestore(&timerfds_lock, flags);
    clock_timer_cancel(&timerfd->timer);
    kfree(timerfd);
}

static void setting_get(struct timerfd *timerfd, struct timer_setting *setting)
{
    s64 expiry = timerfd->expiry;
    s64 now = clock_now(timerfd);

    setting->interval = timerfd->interval;
    setting->value = 0;
    if (expiry == 0)
        return;
    if (expiry <= now && timerfd->interval != 0)
        timer_forward(&expiry, timerfd->interval, now);
    if (expiry > now)
        setting->value = (u64)(expiry - now);
    else if (!timerfd->expired)
        setting->value = 1; /* about to fire */
}

/* TFD_IOC_SET_TICKS (ioctl_tfd(2)): as if it had expired so many times. */
static long timerfd_ioctl(struct file *file, unsigned request, unsigned long argument)
{
    struct timerfd *timerfd = file->private;
    irqflags_t flags;
    bool canceled;
    u64 ticks;

    if (request != TFD_IOC_SET_TICKS)
        return -ENOTTY;
    if (copy_from_user(&ticks, (const u64 __user *)argument, sizeof(ticks)) != 0)
        return -EFAULT;
    if (ticks == 0)
        return -EINVAL;
    flags = spin_lock_irqsave(&timerfd->lock);
    canceled = is_canceled(timerfd);
    if (canceled)
        timerfd->canceled = false;
    else
        timerfd->given_ticks = ticks;
    spin_unlock_irqrestore(&timerfd->lock, flags);
    if (canceled)
        return -ECANCELED;
    wake_key(&timerfd->wait, EPOLLIN | EPOLLRDNORM);
    return 0;
}

static size_t timerfd_describe(struct file *file, char *buffer, size_t size)
{
    struct timerfd *timerfd = file->private;
    struct timer_setting setting;
    irqflags_t flags = spin_lock_irqsave(&timerfd->lock);

    setting_get(timerfd, &setting);
    spin_unlock_irqrestore(&timerfd->lock, flags);
    return (size_t)scnprintf(buffer, size,
                             "clockid: %d\nticks: %d\nsettime flags: 0%o\nit_value: (%llu, "
                             "%llu)\nit_interval: (%llu, %llu)\n",
                             timerfd->clock, timerfd->expired, (unsigned)timerfd->settime_flags,
                             setting.value / NS_PER_SECOND, setting.value % NS_PER_SECOND,
                             setting.interval / NS_PER_SECOND, setting.interval % NS_PER_SECOND);
}

static const struct file_ops timerfd_ops = {
    .read = timerfd_read,
    .poll = timerfd_poll,
    .release = timerfd_release,
    .ioctl = timerfd_ioctl,
    .describe = timerfd_describe,
    .seek = file_seek_null,
};

static bool clock_is_supported(int clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
           clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
}

struct file *timerfd_create(int clock, int flags)
{
    struct timerfd *timerfd;
    struct file *file;
    irqflags_t saved;

    if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK) || !clock_is_supported(clock))
        return ERR_PTR(-EINVAL);
    if ((clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) &&
        !credentials_capable(vfs_current()->credentials, CAP_WAKE_ALARM))
        return ERR_PTR(-EPERM);
    timerfd = kzalloc(sizeof(*timerfd), ALLOC_WAIT);
    if (timerfd == NULL)
        return ERR_PTR(-ENOMEM);
    timerfd->clock = clock;
    timerfd->clock_offset = time_realtime_offset();
    spin_lock_init(&timerfd->lock, LOCK_RANK_FILE_INNER);
    wait_queue_init(&timerfd->wait);
    clock_timer_init(&timerfd->timer, clock, timer_fired);
    file = file_create_pseudo("[timerfd]", 0, &timerfd_ops, timerfd,
                              O_RDWR | ((u32)flags & O_NONBLOCK));
    if (IS_ERR(file)) {
        kfree(timerfd);
        return file;
    }
    saved = spin_lock_irqsave(&timerfds_lock);
    list_add_tail(&timerfd->link, &timerfds);
    spin_unlock_irqrestore(&timerfds_lock, saved);
    return file;
}

int timerfd_set(struct file *file, int flags, const struct timer_setting *setting,
                struct timer_setting *old)
{
    struct timerfd *timerfd = file->private;
    bool canceled = false;
    irqflags_t irq;
    s64 expiry = 0;

    if (file->ops != &timerfd_ops)
        return -EINVAL;
    clock_timer_cancel(&timerfd->timer);
    if (setting->value != 0 && (flags & TFD_TIMER_ABSTIME))
        expiry = (s64)setting->value;
    else if (setting->value != 0 && add_overflow(clock_now(timerfd), (s64)setting->value, &expiry))
        expiry = INT64_MAX;
    irq = spin_lock_irqsave(&timerfd->lock);
    setting_get(timerfd, old);
    timerfd->expiry = expiry;
    timerfd->interval = setting->interval;
    timerfd->expired = false;
    timerfd->given_ticks = 0;
    timerfd->settime_flags = flags;
    timerfd->cancel_on_set =
        (flags & TFD_TIMER_CANCEL_ON_SET) && (flags & TFD_TIMER_ABSTIME) &&
        (timerfd->clock == CLOCK_REALTIME || timerfd->clock == CLOCK_REALTIME_ALARM);
    if (expiry != 0) {
        clock_timer_set(&timerfd->timer, expiry);
        canceled = timerfd->cancel_on_set && is_canceled(timerfd); /* it is set all the same */
    }
    timerfd->canceled = false;
    spin_unlock_irqrestore(&timerfd->lock, irq);
    return canceled ? -ECANCELED : 0;
}

int timerfd_get(struct file *file, struct timer_setting *setting)
{
    struct timerfd *timerfd = file->private;
    irqflags_t flags;

    if (file->ops != &timerfd_ops)
        return -EINVAL;
    flags = spin_lock_irqsave(&timerfd->lock);
    setting_get(timerfd, setting);
    spin_unlock_irqrestore(&timerfd->lock, flags);
    return 0;
}

/*
 * lwIP inside the kernel: its lock, its memory, its clock.
 *
 * inet_mutex makes one thread of all that enter. The clock is TCP's alone (retransmission, windows,
 * TIME_WAIT): lwIP says when it needs it (tcp_timer_needed), and it stops when no connection is
 * left, so that an idle machine has no tick. The timer's interrupt only queues work; that enters.
 *
 * Memory: kmalloc, without waiting for whoever is inside. All of it together is limited to a
 * quarter of the machine's, so that receivers who do not read cannot take everything.
 */
#include "tcp_socket.h"

#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <lwip/init.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>
#include <proc/machine.h>
#include <sched/work.h>
#include <time/time.h>

static struct mutex inet_mutex = MUTEX_INIT(inet_mutex);

static u64 memory_used;  /* (a) */
static u64 memory_limit; /* (I) after boot */

static struct timer clock;
static bool clock_runs; /* (inet_lock) armed, or its work is on its way */

/* ---- the lock ---- */

void inet_lock(void)
{
    mutex_lock(&inet_mutex);
}

void inet_unlock(void)
{
    loopback_deliver();
    mutex_unlock(&inet_mutex);
}

bool inet_is_locked(void)
{
    return mutex_is_held(&inet_mutex);
}

/* ---- memory ---- */

/* The name is lwIP's business: port/lwipopts.h. */
void *inet_memory_allocate(size_t size)
{
    void *memory;

    if (READ_ONCE(memory_used) + size > memory_limit)
        return NULL;
    memory = kmalloc(size, inet_is_locked() ? 0 : ALLOC_WAIT);
    if (memory != NULL)
        fetch_add(&memory_used, kmalloc_usable_size(memory));
    return memory;
}

void *inet_memory_allocate_zeroed(size_t nr, size_t size)
{
    size_t total;
    void *memory;

    if (mul_overflow(nr, size, &total))
        return NULL;
    memory = inet_memory_allocate(total);
    if (memory != NULL)
        memset(memory, 0, total);
    return memory;
}

void inet_memory_free(void *memory)
{
    if (memory == NULL)
        return;
    fetch_sub(&memory_used, kmalloc_usable_size(memory));
    kfree(memory);
}

u64 inet_memory_used(void)
{
    return READ_ONCE(memory_used);
}

/* ---- the clock ---- */

static void clock_work(struct work *work);
static struct work clock_work_item = WORK_INIT(clock_work);

static void clock_fires(struct timer *timer)
{
    (void)timer;
    work_queue(&clock_work_item);
}

static void clock_arm(void)
{
    timer_set(&clock, time_monotonic_ns() + TCP_TMR_INTERVAL * NS_PER_MS);
}

static void clock_work(struct work *work)
{
    (void)work;
    inet_lock();
    tcp_tmr();
    tcp_limit_tick();
    clock_runs = tcp_active_pcbs != NULL || tcp_tw_pcbs != NULL;
    if (clock_runs)
        clock_arm();
    inet_unlock();
}

/* lwIP: a connection exists. */
void tcp_timer_needed(void)
{
    if (clock_runs || (tcp_active_pcbs == NULL && tcp_tw_pcbs == NULL))
        return;
    clock_runs = true;
    clock_arm();
}

/* ---- the rest ---- */

/* lwIP: milliseconds, for its statistics. */
u32_t sys_now(void)
{
    return (u32_t)(time_monotonic_ns() / NS_PER_MS);
}

u32 inet_random(void)
{
    return (u32)machine_random_u64();
}

int inet_errno(int err)
{
    static const int errnos[] = {
        [ERR_OK] = 0,
        [-ERR_MEM] = -ENOBUFS,
        [-ERR_BUF] = -ENOBUFS,
        [-ERR_TIMEOUT] = -ETIMEDOUT,
        [-ERR_RTE] = -ENETUNREACH,
        [-ERR_INPROGRESS] = -EINPROGRESS,
        [-ERR_VAL] = -EINVAL,
        [-ERR_WOULDBLOCK] = -EAGAIN,
        [-ERR_USE] = -EADDRINUSE,
        [-ERR_ALREADY] = -EALREADY,
        [-ERR_ISCONN] = -EISCONN,
        [-ERR_CONN] = -ENOTCONN,
        [-ERR_IF] = -ENODEV,
        [-ERR_ABRT] = -ECONNABORTED,
        [-ERR_RST] = -ECONNRESET,
        [-ERR_CLSD] = -EPIPE,
        [-ERR_ARG] = -EINVAL,
    };

    return err <= 0 && err > -(int)ARRAY_SIZE(errnos) ? errnos[-err] : -EIO;
}

void inet_stack_init(void)
{
    memory_limit = frames_total_count() / 4 * PAGE_SIZE;
    timer_init(&clock, clock_fires);
    inet_lock();
    lwip_init();
    loopback_init();
    inet_unlock();
}

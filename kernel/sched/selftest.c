/*
 * Stress of the scheduler on all CPUs: locks, wake-ups, RCU, moving threads, making and ending
 * them.
 *
 * Every test starts kernel threads, waits for them and checks a count that any lost wake, broken
 * exclusion or early callback would spoil. A lost wake shows as a hang, which the runner's time
 * limit reports.
 */
#include <sched/selftest.h>

#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <kmem/kmalloc.h>
#include <sched/rcu.h>
#include <sched/sched.h>
#include <sched/wait.h>
#include <sched/work.h>

#define NR_THREADS 8
#define NS_MS      1000000ull

struct test_run {
    void (*body)(unsigned number);
    u32 next_number;        /* (a) */
    u32 remaining;          /* (a) */
    struct completion done; /* after the last one */
};

static void run_body(void *argument)
{
    struct test_run *run = argument;

    run->body(fetch_add(&run->next_number, 1));
    if (fetch_sub(&run->remaining, 1) == 1)
        completion_signal(&run->done);
}

/* Run body(0) ... body(nr - 1), each in a thread, and wait for all. */
static void run_threads(const char *name, unsigned nr, void (*body)(unsigned number))
{
    struct test_run run = {.body = body, .remaining = nr};
    u64 start = arch_clock_ns();

    completion_init(&run.done);
    for (unsigned i = 0; i < nr; i++)
        ASSERT(!IS_ERR(thread_create_kernel(name, run_body, &run)));
    completion_wait(&run.done);
    if (nr > 2)
        pr_info("selftest: %s: ok, %lu us\n", name, (arch_clock_ns() - start) / 1000);
}

/* ---- sleeping locks ---- */

#define LOCK_ROUNDS 2000u

static struct mutex test_mutex = MUTEX_INIT(test_mutex);
static struct rwlock test_rwlock = RWLOCK_INIT(test_rwlock);
static volatile u64 counter_a, counter_b;

static void mutex_body(unsigned number __unused)
{
    for (unsigned i = 0; i < LOCK_ROUNDS; i++) {
        mutex_lock(&test_mutex);
        counter_a++;
        if (i % 64 == 0)
            sched_yield_current();
        mutex_unlock(&test_mutex);
    }
}

static void write_round(unsigned i)
{
    write_lock(&test_rwlock);
    counter_a++;
    if (i % 32 == 0)
        sched_yield_current();
    counter_b++;
    if (i % 3 == 0) {
        write_downgrade(&test_rwlock);
        ASSERT(counter_a == counter_b);
        read_unlock(&test_rwlock);
        return;
    }
    write_unlock(&test_rwlock);
}

static void rwlock_body(unsigned number)
{
    for (unsigned i = 0; i < LOCK_ROUNDS; i++) {
        if ((i + number) % 4 == 0) {
            write_round(i);
            continue;
        }
        read_lock(&test_rwlock);
        ASSERT(counter_a == counter_b);
        if (i % 64 == 0)
            sched_yield_current();
        ASSERT(counter_a == counter_b);
        read_unlock(&test_rwlock);
    }
}

static void test_locks(void)
{
    counter_a = 0;
    run_threads("mutex", NR_THREADS, mutex_body);
    ASSERT(counter_a == NR_THREADS * LOCK_ROUNDS);
    ASSERT(test_mutex.owner == 0);
    counter_a = counter_b = 0;
    run_threads("rwlock", NR_THREADS, rwlock_body);
    ASSERT(counter_a == NR_THREADS * LOCK_ROUNDS / 4);
    ASSERT(test_rwlock.count == 0);
}

/* ---- waking ---- */

#define WAKE_ROUNDS 2000u

struct ping_pong {
    struct wait_queue queue;
    u32 turn;
} __aligned(64);
static struct ping_pong pairs[NR_THREADS / 2];

static void ping_pong_body(unsigned number)
{
    struct ping_pong *pair = &pairs[number / 2];
    u32 mine = number % 2;

    for (unsigned i = 0; i < WAKE_ROUNDS; i++) {
        wait_event(&pair->queue, load_acquire(&pair->turn) % 2 == mine);
        fetch_add(&pair->turn, 1);
        wake_all(&pair->queue);
    }
}

static struct wait_queue token_queue = WAIT_QUEUE_INIT(token_queue);
static s32 tokens;

static bool take_token(void)
{
    s32 found = READ_ONCE(tokens);

    while (found > 0) {
        if (try_cmpxchg(&tokens, &found, found - 1))
            return true;
    }
    return false;
}

/* Half make tokens, half take them, exclusively: a wake given to one who leaves would be lost. */
static void token_body(unsigned number)
{
    for (unsigned i = 0; i < WAKE_ROUNDS; i++) {
        if (number % 2) {
            fetch_add(&tokens, 1);
            wake_one(&token_queue);
        } else {
            ASSERT(!wait_event_interruptible_exclusive(&token_queue, take_token()));
        }
    }
}

static void timeout_body(unsigned number)
{
    struct wait_queue queue;
    u64 start = arch_clock_ns();

    wait_queue_init(&queue);
    for (unsigned i = 1; i <= 20; i++) {
        u64 deadline = arch_clock_ns() + (number + i) * 100000;

        ASSERT(wait_event_timeout(&queue, false, deadline) == -ETIMEDOUT);
        ASSERT(arch_clock_ns() >= deadline);
    }
    ASSERT(arch_clock_ns() - start < 20000 * NS_MS);
}

static void test_wakes(void)
{
    for (unsigned i = 0; i < NR_THREADS / 2; i++) {
        wait_queue_init(&pairs[i].queue);
        pairs[i].turn = 0;
    }
    run_threads("ping-pong", NR_THREADS, ping_pong_body);
    tokens = 0;
    run_threads("tokens", NR_THREADS, token_body);
    ASSERT(tokens == 0);
    run_threads("timeouts", NR_THREADS, timeout_body);
}

/* ---- RCU and work ---- */

#define RCU_ROUNDS 300u
#define ALIVE      0x600dull
#define DEAD       0xdeadull

struct guarded {
    u64 value;
    struct rcu_head rcu;
};
static struct guarded *guarded;
static u32 callbacks_run, replacements;
static bool writers_done;

static void free_guarded(struct rcu_head *head)
{
    struct guarded *old = container_of(head, struct guarded, rcu);

    fetch_add(&callbacks_run, 1);
    old->value = DEAD;
    kfree(old);
}

static void replace_guarded(void)
{
    struct guarded *new = kmalloc(sizeof(*new), ALLOC_WAIT);

    ASSERT(new != NULL);
    new->value = ALIVE;
    new = xchg(&guarded, new);
    fetch_add(&replacements, 1);
    if (new != NULL)
        rcu_call(&new->rcu, free_guarded);
}

static void rcu_body(unsigned number)
{
    if (number == 0) {
        for (unsigned i = 0; i < RCU_ROUNDS; i++) {
            replace_guarded();
            if (i % 16 == 0)
                sched_yield_current();
            if (i % 100 == 0)
                rcu_synchronize();
        }
        store_release(&writers_done, true);
        return;
    }
    while (!load_acquire(&writers_done)) {
        struct guarded *seen;

        rcu_read_lock();
        seen = rcu_dereference(guarded);
        for (unsigned i = 0; i < 100; i++)
            ASSERT(READ_ONCE(seen->value) == ALIVE);
        rcu_read_unlock();
    }
}

static u32 work_runs;

static void count_work(struct work *work __unused)
{
    work_runs++;
}

static void test_deferred(void)
{
    struct work work = WORK_INIT(count_work);
    u32 queued = 0;

    replace_guarded();
    run_threads("rcu", NR_THREADS, rcu_body);
    rcu_barrier();
    ASSERT(callbacks_run == replacements - 1);
    for (unsigned i = 0; i < 1000; i++)
        queued += work_queue(&work);
    work_flush(&work);
    ASSERT(work_runs == queued);
    pr_info("selftest: work: ok, %u runs\n", queued);
}

/* ---- placement and priorities ---- */

static void affinity_body(unsigned number)
{
    u64 online = sched_online_cpus();
    unsigned nr = cpu_count();

    for (unsigned i = 0; i < 200; i++) {
        unsigned cpu = (number + i) % nr;

        ASSERT(sched_set_affinity(current_thread(), 1ull << cpu) == 0);
        schedule();
        ASSERT(cpu_id() == cpu);
    }
    ASSERT(sched_set_affinity(current_thread(), online) == 0);
    ASSERT(sched_set_affinity(current_thread(), ~online) != 0);
}

static bool spinner_stop;
static u32 spinner_cpu;

static void spin(void *argument)
{
    struct completion *done = argument;

    while (!load_acquire(&spinner_stop)) {
        preempt_disable();
        store_release(&spinner_cpu, cpu_id());
        preempt_enable();
        cpu_relax();
    }
    completion_signal(done);
}

/* A thread that never calls the scheduler is moved by others, and a real-time thread gets its CPU.
 */
static void test_preemption(void)
{
    struct completion done;
    struct thread *spinner;
    u64 start = arch_clock_ns();

    completion_init(&done);
    spinner = thread_create_kernel("spin", spin, &done);
    ASSERT(!IS_ERR(spinner));
    for (unsigned i = 0; i < 50; i++) {
        unsigned cpu = i % cpu_count();

        ASSERT(sched_set_affinity(spinner, 1ull << cpu) == 0);
        while (load_acquire(&spinner_cpu) != cpu)
            sched_yield_current();
    }
    ASSERT(sched_set_affinity(current_thread(), 1ull << spinner->cpu) == 0);
    ASSERT(sched_set_policy(current_thread(), SCHED_FIFO, 10, false) == 0);
    for (unsigned i = 0; i < 20; i++) {
        thread_set_state(THREAD_UNINTERRUPTIBLE);
        schedule_until(arch_clock_ns() + NS_MS);
    }
    ASSERT(sched_set_policy(current_thread(), SCHED_OTHER, 0, false) == 0);
    ASSERT(sched_set_policy(current_thread(), SCHED_OTHER, 1, false) != 0);
    for (unsigned i = 0; i < 10; i++) { /* fair: both get their turn on this CPU */
        thread_set_state(THREAD_UNINTERRUPTIBLE);
        schedule_until(arch_clock_ns() + NS_MS);
    }
    ASSERT(sched_set_affinity(current_thread(), ~0ull) == 0);
    store_release(&spinner_stop, true);
    completion_wait(&done);
    pr_info("selftest: preemption: ok, %lu us\n", (arch_clock_ns() - start) / 1000);
}

/* Threads on one CPU, one with nice 5: CPU time in proportion to the weights. Where a host takes
 * the virtual processor away for long, one thread is charged for it; what follows makes up for
 * that, so the shares are looked at again and again. */
#define SHARE_ROUNDS 50

static u64 share_ns[3];
static bool share_stop;

static bool shares_are_fair(void)
{
    u64 nice = READ_ONCE(share_ns[2]);

    return nice > 0 && READ_ONCE(share_ns[0]) > nice && READ_ONCE(share_ns[1]) > nice;
}

static void watch_shares(void)
{
    for (unsigned i = 0; i == 0 || (i < SHARE_ROUNDS && !shares_are_fair()); i++) {
        thread_set_state(THREAD_UNINTERRUPTIBLE);
        schedule_until(arch_clock_ns() + 400 * NS_MS);
    }
    store_release(&share_stop, true);
}

static void share_body(unsigned number)
{
    u64 user, system;

    if (number == 3) {
        watch_shares();
        return;
    }
    sched_set_nice(current_thread(), number == 2 ? 5 : 0);
    ASSERT(sched_set_affinity(current_thread(), 1) == 0);
    while (!load_acquire(&share_stop)) {
        thread_cpu_times(current_thread(), &user, &system);
        WRITE_ONCE(share_ns[number], system);
    }
}

static void test_fairness(void)
{
    run_threads("shares", 4, share_body);
    pr_info("selftest: shares %lu %lu %lu us (expect 3:3:1)\n", share_ns[0] / 1000,
            share_ns[1] / 1000, share_ns[2] / 1000);
    ASSERT(shares_are_fair());
}

static void nothing(unsigned number __unused)
{
}

static void spawn_body(unsigned number __unused)
{
    for (unsigned i = 0; i < 20; i++)
        run_threads("nested", 2, nothing);
}

void sched_selftest(void)
{
    test_locks();
    test_wakes();
    test_deferred();
    run_threads("affinity", NR_THREADS, affinity_body);
    test_preemption();
    test_fairness();
    run_threads("spawn", 4, spawn_body);
    pr_info("selftest: sched: all passed\n");
}

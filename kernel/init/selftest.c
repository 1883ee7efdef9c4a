/*
 * The self test (command line: selftest). Each test panics with what it found, so that a boot
 * either says "selftest: PASS" or why not.
 */
#include "selftest.h"

#include <arch/memory.h>
#include <arch/power.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/cmdline.h>
#include <kern/panic.h>
#include <kern/percpu.h>
#include <kern/printk.h>
#include <kern/spinlock.h>
#include <kmem/kmalloc.h>
#include <kmem/vmalloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <sched/sched.h>
#include <sched/selftest.h>
#include <sched/wait.h>
#include <time/selftest.h>
#include <time/time.h>

#define PASS_EXIT_CODE 16 /* isa-debug-exit turns it into status 33 */
#define ROUNDS         2000
#define THREADS        8

static struct spinlock counter_lock = SPINLOCK_INIT(LOCK_RANK_NONE);
static unsigned long counter; /* (counter_lock) */
static u64 cpus_seen;         /* (a) */
static atomic_t threads_left;
static struct wait_queue threads_done = WAIT_QUEUE_INIT(threads_done);
static struct mutex sleeping_lock = MUTEX_INIT(sleeping_lock);

static void note_cpu(void *argument)
{
    __atomic_fetch_or((u64 *)argument, 1ull << cpu_id(), __ATOMIC_RELAXED);
}

static void test_calls(void)
{
    u64 everyone = (1ull << cpu_count()) - 1;

    for (int round = 0; round < 100; round++) {
        u64 seen = 0;

        arch_call_on_cpus(everyone, note_cpu, &seen);
        if (seen != everyone)
            panic("selftest: a call on CPUs %#lx ran on %#lx", everyone, seen);
    }
}

static void count_thread(void *argument)
{
    (void)argument;
    for (int round = 0; round < ROUNDS; round++) {
        spin_lock(&counter_lock);
        counter++;
        spin_unlock(&counter_lock);
        __atomic_fetch_or(&cpus_seen, 1ull << cpu_id(), __ATOMIC_RELAXED);
        if (round % 64 == 0) {
            mutex_lock(&sleeping_lock);
            sched_yield_current();
            mutex_unlock(&sleeping_lock);
        }
    }
    if (atomic_dec_and_test(&threads_left))
        wake_all(&threads_done);
}

static void test_threads(void)
{
    atomic_set(&threads_left, THREADS);
    for (int i = 0; i < THREADS; i++) {
        if (IS_ERR(thread_create_kernel("selftest", count_thread, NULL)))
            panic("selftest: no thread");
    }
    wait_event(&threads_done, atomic_read(&threads_left) == 0);
    if (counter != (unsigned long)THREADS * ROUNDS)
        panic("selftest: %d increments under a lock gave %lu", THREADS * ROUNDS, counter);
    pr_info("selftest: threads ran on CPUs %#lx\n", cpus_seen);
}

static void test_sleep(void)
{
    u64 start = arch_clock_ns();
    u64 slept;

    sleep_until(start + 3 * NS_PER_MS);
    slept = arch_clock_ns() - start;
    if (slept < 3 * NS_PER_MS || slept > 2 * NS_PER_SECOND)
        panic("selftest: sleeping 3 ms took %lu ns", slept);
    pr_info("selftest: sleeping 3000 us took %lu us\n", slept / 1000);
}

static void test_memory(void)
{
    char *small[64];
    char *large = vmalloc(300000);

    if (!large)
        panic("selftest: no virtual memory");
    memset(large, 0xA5, 300000);
    for (int i = 0; i < 64; i++) {
        small[i] = kmalloc(40 + 50 * (size_t)i, ALLOC_ZERO);
        if (!small[i] || small[i][39] != 0)
            panic("selftest: kmalloc");
        memset(small[i], i, 40 + 50 * (size_t)i);
    }
    for (int i = 0; i < 64; i++) {
        if (small[i][0] != i)
            panic("selftest: two blocks share memory");
        kfree(small[i]);
    }
    vfree(large);
}

/* Returns only when the stack has no end. */
static __noinline u64 overflow_stack(u64 depth)
{
    volatile u64 frame[16];

    frame[0] = depth;
    if (depth == ~0UL)
        return 0;
    return overflow_stack(depth + 1) + frame[0];
}

/* What only a broken kernel does, for the test of panic itself. */
static void break_something(void)
{
    char what[16] = "";
    volatile u64 bad_address = 8;

    if (!cmdline_find("selftest", what, sizeof(what)))
        return;
    if (string_is_equal(what, "panic"))
        panic("selftest: asked for");
    if (string_is_equal(what, "null"))
        *(volatile char *)bad_address = 1;
    if (string_is_equal(what, "text"))
        *(volatile char *)(u64)panic = 1;
    if (string_is_equal(what, "stack"))
        overflow_stack(0);
}

void selftest_run(void)
{
    break_something();
    test_calls();
    test_memory();
    test_threads();
    test_sleep();
    sched_selftest();
    time_selftest();
    pr_info("selftest: PASS\n");
    arch_debug_exit(PASS_EXIT_CODE);
    panic("selftest: passed, and there is no emulator to leave");
}

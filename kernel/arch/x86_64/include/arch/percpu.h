/*
 * Where this CPU's copy of the per-CPU section lies, and the words every entry to the kernel needs.
 *
 * The section is linked once (the template is CPU 0's copy). Every CPU's GS base points to its own
 * copy while in the kernel. A copy begins with struct cpu_area, so that assembly reaches it at
 * fixed offsets; its first word is the distance from the template to the copy, so a pointer to any
 * per-CPU variable is one load and one add.
 *
 * The fake machine of the unit tests has its own copy of this header with the same functions.
 */
#pragma once

#include <lib/types.h>

#define PERCPU_SECTION ".percpu"

/* Distance in bytes from the template to @cpu's copy: valid for cpu < cpu_possible_count() from
 * kernel_main on. */
extern u64 arch_percpu_offset[];

struct cpu_area {
    u64 offset;           /*  0 (I) distance from the template */
    u32 id;               /*  8 (I) */
    u32 preempt_count;    /* 12 own CPU: depth, and bit 31 clear when a switch is wanted */
    u64 kernel_stack_top; /* 16 own CPU: stack for entries from user mode */
    u64 user_stack;       /* 24 scratch of the system call entry */
    void *current;        /* 32 own CPU: the running thread (sched's) */
    u32 interrupt_depth;  /* 40 own CPU */
    u32 lock_owner;       /* 44 (I) what a lock that this CPU holds says: id + 1, never 0 */
    u64 rcu_seen;         /* 48 own CPU: the grace period it was quiescent in (sched's) */
};

#define PREEMPT_NO_REQUEST 0x80000000u

static inline u64 arch_this_cpu_offset(void)
{
    u64 offset;

    __asm__ volatile("movq %%gs:0, %0" : "=r"(offset));
    return offset;
}

/* This CPU, 0..cpu_count()-1; stable only with preemption off. */
static inline unsigned cpu_id(void)
{
    unsigned id;

    __asm__ volatile("movl %%gs:8, %0" : "=r"(id));
    return id;
}

/* What a spin lock that this CPU holds says; stable only with preemption off. */
static inline u32 arch_lock_owner(void)
{
    u32 owner;

    __asm__ volatile("movl %%gs:44, %0" : "=r"(owner));
    return owner;
}

/*
 * The running thread: a word for sched, readable at any time because a thread takes it along. Not
 * volatile: one read does for a whole function.
 */
static inline void *arch_current(void)
{
    void *current;

    __asm__("movq %%gs:32, %0" : "=r"(current));
    return current;
}

static inline void arch_set_current(void *current)
{
    __asm__ volatile("movq %0, %%gs:32" : : "r"(current) : "memory");
}

/* Where the running thread's kernel stack begins on an entry from user mode; it takes it along. */
static inline u64 arch_kernel_stack_top(void)
{
    u64 top;

    __asm__("movq %%gs:16, %0" : "=r"(top));
    return top;
}

/*
 * The preemption depth. One word with the inverted "switch wanted" bit, so that leaving the last
 * level and finding a request is a single test for zero.
 */
static inline void arch_preempt_disable(void)
{
    __asm__ volatile("incl %%gs:12" : : : "memory", "cc");
}

/* True: the depth is zero now and a switch is wanted. */
static inline bool arch_preempt_enable_and_test(void)
{
    bool zero;

    __asm__ volatile("decl %%gs:12" : "=@ccz"(zero) : : "memory");
    return zero;
}

static inline unsigned arch_preempt_count(void)
{
    unsigned count;

    __asm__ volatile("movl %%gs:12, %0" : "=r"(count) : : "memory");
    return count;
}

static inline unsigned arch_preempt_depth(void)
{
    return arch_preempt_count() & ~PREEMPT_NO_REQUEST;
}

static inline bool arch_preempt_requested(void)
{
    return !(arch_preempt_count() & PREEMPT_NO_REQUEST);
}

static inline void arch_preempt_request(void)
{
    __asm__ volatile("andl $0x7FFFFFFF, %%gs:12" : : : "memory", "cc");
}

static inline void arch_preempt_clear_request(void)
{
    __asm__ volatile("orl $0x80000000, %%gs:12" : : : "memory", "cc");
}

/* A full barrier: what the handler reads is read after others can see that it runs (sched/rcu.c).
 */
static inline void arch_interrupt_enter(void)
{
    __asm__ volatile("lock; incl %%gs:40" : : : "memory", "cc");
}

static inline void arch_interrupt_exit(void)
{
    __asm__ volatile("decl %%gs:40" : : : "memory", "cc");
}

static inline unsigned arch_interrupt_depth(void)
{
    unsigned depth;

    __asm__ volatile("movl %%gs:40, %0" : "=r"(depth) : : "memory");
    return depth;
}

/* Count one in element @index of @array, per-CPU data of u64. */
#define arch_percpu_count(array, index)                                                            \
    do {                                                                                           \
        u64 offset_;                                                                               \
        __asm__ volatile("movq %%gs:0, %0\n\tincq %c1(%0, %2, 8)"                                  \
                         : "=&r"(offset_)                                                          \
                         : "i"(&(array)), "r"((u64)(index))                                        \
                         : "memory", "cc");                                                        \
    } while (0)

/* The RCU period in which this CPU was quiescent last. Interrupts are off. */
static inline u64 arch_rcu_seen(void)
{
    u64 period;

    __asm__ volatile("movq %%gs:48, %0" : "=r"(period));
    return period;
}

static inline void arch_set_rcu_seen(u64 period)
{
    __asm__ volatile("movq %0, %%gs:48" : : "r"(period) : "memory");
}

/* The template, which CPU 0's copy starts with. Provided by the link script. */
extern char percpu_start[];

/* The same of any CPU. */
static inline unsigned arch_interrupt_depth_of(unsigned cpu)
{
    const struct cpu_area *area = (const void *)(percpu_start + arch_percpu_offset[cpu]);

    return __atomic_load_n(&area->interrupt_depth, __ATOMIC_ACQUIRE);
}

static inline u64 arch_rcu_seen_of(unsigned cpu)
{
    const struct cpu_area *area = (const void *)(percpu_start + arch_percpu_offset[cpu]);

    return __atomic_load_n(&area->rcu_seen, __ATOMIC_ACQUIRE);
}

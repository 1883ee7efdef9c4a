/*
 * The vDSO: time without entering the kernel. (vdso(7): the functions and their version.)
 *
 * A shared object that the kernel maps into every program. It runs in user mode, refers to nothing
 * but itself and the data page before it, and asks the kernel for what it cannot answer.
 */
#include "../asm.h"
#include "vdso_data.h"

#include <arch/time.h>
#include <arch/vdso.h>

#define NS_PER_S 1000000000ul

#define SYS_gettimeofday  96
#define SYS_time          201
#define SYS_clock_gettime 228
#define SYS_clock_getres  229

enum clock_number {
    CLOCK_REALTIME = 0,
    CLOCK_MONOTONIC = 1,
    CLOCK_MONOTONIC_RAW = 4,
    CLOCK_REALTIME_COARSE = 5,
    CLOCK_MONOTONIC_COARSE = 6,
    CLOCK_BOOTTIME = 7,
};

struct vdso_timespec {
    s64 seconds;
    s64 ns;
};

struct vdso_timeval {
    s64 seconds;
    s64 us;
};

struct vdso_timezone {
    s32 minutes_west;
    s32 dst_time;
};

/* The linker script puts it in front of the image. */
extern const struct vdso_data vdso_data __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int clock, struct vdso_timespec *result);
int __vdso_clock_getres(int clock, struct vdso_timespec *result);
int __vdso_gettimeofday(struct vdso_timeval *result, struct vdso_timezone *zone);
s64 __vdso_time(s64 *result);
int __vdso_getcpu(u32 *cpu, u32 *node, void *unused);

static long kernel_call(long number, long a, long b, long c)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

static __always_inline u64 counter_read(void)
{
    u64 low, high; /* the upper halves become zero */

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return high << 32 | low;
}

/*
 * The clock at this moment: monotonic, and with @realtime what the other one is ahead; false: the
 * kernel must be asked, or is writing just now. In line and with a constant shift: of the 58
 * instructions that Linux spends on a clock every one is worth a thought.
 */
static __always_inline bool clock_read(u64 *ns, u64 *realtime)
{
    const volatile struct vdso_data *data = &vdso_data;
    u32 sequence;

    do {
        sequence = __atomic_load_n(&data->sequence, __ATOMIC_ACQUIRE);
        if (__builtin_expect(sequence & 1, 0))
            return false;
        *ns = data->base_ns +
              (u64)((unsigned __int128)(counter_read() - data->base_counter) * data->mult >>
                    ARCH_CLOCK_SHIFT);
        if (realtime != NULL)
            *realtime = (u64)data->realtime_offset;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (__builtin_expect(sequence != data->sequence, 0));
    return true;
}

static __always_inline bool realtime_read(u64 *ns)
{
    u64 ahead = 0;
    if (!clock_read(ns, &ahead))
        return false;
    *ns += ahead;
    return true;
}

static __always_inline void timespec_set(struct vdso_timespec *to, u64 ns)
{
    to->seconds = (s64)(ns / NS_PER_S);
    to->ns = (s64)(ns % NS_PER_S);
}

static u64 coarse(u64 monotonic)
{
    return monotonic - monotonic % vdso_data.coarse_ns;
}

/* The clocks that are asked for less often. */
static __noinline int clock_gettime_other(int clock, struct vdso_timespec *result)
{
    u64 monotonic, ahead;

    if (!clock_read(&monotonic, &ahead))
        return (int)kernel_call(SYS_clock_gettime, clock, (long)result, 0);
    switch (clock) {
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
        timespec_set(result, monotonic);
        return 0;
    case CLOCK_REALTIME_COARSE:
        timespec_set(result, coarse(monotonic) + ahead);
        return 0;
    case CLOCK_MONOTONIC_COARSE:
        timespec_set(result, coarse(monotonic));
        return 0;
    default:
        return (int)kernel_call(SYS_clock_gettime, clock, (long)result, 0);
    }
}

int __vdso_clock_gettime(int clock, struct vdso_timespec *result)
{
    u64 ns;

    if (clock == CLOCK_MONOTONIC && __builtin_expect(clock_read(&ns, NULL), 1)) {
        timespec_set(result, ns);
        return 0;
    }
    if (clock == CLOCK_REALTIME && __builtin_expect(realtime_read(&ns), 1)) {
        timespec_set(result, ns);
        return 0;
    }
    return clock_gettime_other(clock, result);
}

int __vdso_clock_getres(int clock, struct vdso_timespec *result)
{
    return (int)kernel_call(SYS_clock_getres, clock, (long)result, 0);
}

int __vdso_gettimeofday(struct vdso_timeval *result, struct vdso_timezone *zone)
{
    u64 realtime;

    if (zone || !realtime_read(&realtime))
        return (int)kernel_call(SYS_gettimeofday, (long)result, (long)zone, 0);
    if (result) {
        result->seconds = (s64)(realtime / NS_PER_S);
        result->us = (s64)(realtime % NS_PER_S / 1000);
    }
    return 0;
}

s64 __vdso_time(s64 *result)
{
    u64 realtime;
    s64 seconds;

    if (!realtime_read(&realtime))
        return kernel_call(SYS_time, (long)result, 0, 0);
    seconds = (s64)(realtime / NS_PER_S);
    if (result)
        *result = seconds;
    return seconds;
}

/* There is one node, 0: the whole of what the kernel has put there is the processor's number. */
int __vdso_getcpu(u32 *cpu, u32 *node, void *unused)
{
    u32 number;

    (void)unused;
    __asm__ volatile("lsl %1, %0" : "=r"(number) : "r"(CPU_NUMBER_SEL) : "cc");
    if (cpu)
        *cpu = number;
    if (node)
        *node = 0;
    return 0;
}

int clock_gettime(int, struct vdso_timespec *) __attribute__((weak, alias("__vdso_clock_gettime")));
int clock_getres(int, struct vdso_timespec *) __attribute__((weak, alias("__vdso_clock_getres")));
int gettimeofday(struct vdso_timeval *, struct vdso_timezone *)
    __attribute__((weak, alias("__vdso_gettimeofday")));
s64 time(s64 *) __attribute__((weak, alias("__vdso_time")));
int getcpu(u32 *, u32 *, void *) __attribute__((weak, alias("__vdso_getcpu")));

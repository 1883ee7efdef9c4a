/*
 * The clock and the event: time-stamp counter and local APIC timer.
 *
 * The rates come from the processor or hypervisor where they say, else from counting against a
 * reference of known rate (HPET, ACPI timer, PIT) for a millisecond. The TSC is the clock where it
 * runs at one rate on all CPUs or in an emulator; else the HPET is, where there is one.
 */
#include "clock.h"
#include "acpi_tables.h"
#include "asm.h"
#include "cpu_features.h"
#include "instructions.h"
#include "kernel_map.h"
#include "lapic.h"

#include <arch/cpu.h>
#include <arch/time.h>
#include <arch/upcall.h>

#define NS_PER_S      1000000000UL
#define MEASURE_NS    1000000UL
#define PM_TIMER_RATE 3579545UL
#define PIT_RATE      1193182UL

#define HPET_CAPABILITIES  0
#define HPET_CONFIGURATION 2 /* in 64-bit words */
#define HPET_COUNTER       30
#define FEMTO_PER_S        1000000000000000UL

/* value = counts * ratio >> RATIO_SHIFT; the shift is a constant since every clock read comes by.
 */
typedef u64 ratio_t;
#define RATIO_SHIFT ARCH_CLOCK_SHIFT

struct reference {
    u64 (*read)(void);
    u64 rate; /* counts a second */
    u64 mask;
};

static volatile u64 *hpet;   /* (I) NULL: none */
static u16 pm_timer;         /* (I) */
static paddr_t hpet_address; /* (I) 0: none */
static bool use_hpet;        /* (I) it is the clock */
static u64 cpu_khz;          /* (I) */
static u64 counter_base;     /* (I) counter at time 0 */
static ratio_t counter_to_ns;
static ratio_t cycles_to_ns;
static ratio_t ns_to_timer; /* local APIC timer, or TSC with deadline mode */

static u64 scale(u64 counts, ratio_t ratio)
{
    return (u64)((unsigned __int128)counts * ratio >> RATIO_SHIFT);
}

/* to / from. There is no 128-bit division in the kernel: two bits less where @to needs them. */
static ratio_t ratio_of(u64 to, u64 from)
{
    if (to >> (64 - RATIO_SHIFT) == 0)
        return (to << RATIO_SHIFT) / from;
    return (to << (RATIO_SHIFT - 2)) / from << 2;
}

/* ---- references ---- */

static u64 hpet_read(void)
{
    return hpet[HPET_COUNTER];
}

static u64 pm_timer_read(void)
{
    return port_read32(pm_timer);
}

/* Channel 2 of the PIT counts down from 65536 again and again. */
static u64 pit_read(void)
{
    u64 low;

    port_write8(0x43, 0x80); /* latch */
    low = port_read8(0x42);
    return 0xFFFF - (low | (u64)port_read8(0x42) << 8);
}

static void pit_start(void)
{
    port_write8(0x61, (port_read8(0x61) & ~2) | 1);
    port_write8(0x43, 0xB4);
    port_write8(0x42, 0);
    port_write8(0x42, 0);
}

static struct reference reference_find(void)
{
    if (hpet)
        return (struct reference){hpet_read, FEMTO_PER_S / (hpet[HPET_CAPABILITIES] >> 32),
                                  hpet[HPET_CAPABILITIES] >> 13 & 1 ? ~0UL : 0xFFFFFFFF};
    if (pm_timer)
        return (struct reference){pm_timer_read, PM_TIMER_RATE, 0xFFFFFF};
    pit_start();
    return (struct reference){pit_read, PIT_RATE, 0xFFFF};
}

/* ---- measuring ---- */

struct sample {
    u64 tsc, reference, timer;
};

/* All three counters as nearly at one time as can be: of three tries the quickest. */
static struct sample sample_take(const struct reference *reference)
{
    struct sample best = {0};
    u64 best_span = ~0UL;

    for (int i = 0; i < 3; i++) {
        u64 start = tsc_read();
        struct sample s = {.reference = reference->read(), .timer = lapic_timer_count()};
        u64 span = tsc_read() - start;

        s.tsc = start + span / 2;
        if (span < best_span) {
            best_span = span;
            best = s;
        }
    }
    return best;
}

/* Rates a second of TSC and local APIC timer. */
static void measure(u64 *tsc_rate, u64 *timer_rate)
{
    struct reference reference = reference_find();
    u64 wanted = reference.rate / (NS_PER_S / MEASURE_NS);
    struct sample start, end;
    u64 elapsed;

    lapic_timer_start(0xFFFFFFFF);
    start = sample_take(&reference);
    do {
        end = sample_take(&reference);
        elapsed = (end.reference - start.reference) & reference.mask;
    } while (elapsed < wanted);
    lapic_timer_start(0);
    *tsc_rate = (end.tsc - start.tsc) * reference.rate / elapsed;
    *timer_rate = (start.timer - end.timer) * reference.rate / elapsed;
}

/* What the hypervisor or the processor states; 0 for what they do not. */
static void ask(u64 *tsc_rate, u64 *timer_rate)
{
    struct cpuid_result r;

    if (cpu_features.hypervisor && cpuid(0x40000000, 0).eax >= 0x40000010) {
        r = cpuid(0x40000010, 0);
        *tsc_rate = r.eax * 1000UL;
        *timer_rate = r.ebx * 1000UL;
    }
    if (*tsc_rate || cpuid(0, 0).eax < 0x15)
        return;
    r = cpuid(0x15, 0);
    if (r.eax && r.ebx && r.ecx) {
        *tsc_rate = (u64)r.ecx * r.ebx / r.eax;
        *timer_rate = r.ecx;
    }
}

void clock_map(void)
{
    paddr_t address = acpi_hpet_address();
    bool wide = false;

    if (address)
        hpet = kernel_map_device(address, PAGE_SIZE);
    hpet_address = address;
    pm_timer = acpi_pm_timer_port(&wide);
}

paddr_t clock_hpet_address(void)
{
    return hpet_address;
}

u16 clock_pm_timer_port(void)
{
    return pm_timer;
}

void clock_init(void)
{
    u64 tsc_rate = 0, timer_rate = 0;
    u64 hpet_rate = 0;

    if (hpet) {
        hpet[HPET_CONFIGURATION] |= 1;
        hpet_rate = FEMTO_PER_S / (hpet[HPET_CAPABILITIES] >> 32);
    }
    ask(&tsc_rate, &timer_rate);
    if (!tsc_rate || (!timer_rate && !cpu_features.tsc_deadline))
        measure(&tsc_rate, &timer_rate);
    if (!tsc_rate || (!timer_rate && !cpu_features.tsc_deadline))
        arch_panic(NULL, "the processor's counters do not count");
    cpu_khz = tsc_rate / 1000;
    use_hpet = hpet && !cpu_features.tsc_constant && !cpu_features.hypervisor &&
               (hpet[HPET_CAPABILITIES] >> 13 & 1);
    ns_to_timer = ratio_of(cpu_features.tsc_deadline ? tsc_rate : timer_rate, NS_PER_S);
    counter_to_ns = ratio_of(NS_PER_S, use_hpet ? hpet_rate : tsc_rate);
    cycles_to_ns = ratio_of(NS_PER_S, tsc_rate);
    counter_base = use_hpet ? hpet_read() : tsc_read();
    arch_log("clock: %s at %lu kHz, timer at %lu kHz\n", use_hpet ? "HPET" : "TSC",
             (use_hpet ? hpet_rate : tsc_rate) / 1000, timer_rate / 1000);
}

u64 clock_cpu_khz(void)
{
    return cpu_khz;
}

u64 arch_cycles(void)
{
    return tsc_read();
}

u64 arch_cycles_to_ns(u64 cycles)
{
    return scale(cycles, cycles_to_ns);
}

u64 arch_clock_ns(void)
{
    if (unlikely(counter_to_ns == 0)) /* not measured yet */
        return 0;
    return scale((use_hpet ? hpet_read() : tsc_read()) - counter_base, counter_to_ns);
}

void arch_clock_scale_get(struct arch_clock_scale *s)
{
    *s = (struct arch_clock_scale){
        .usable = !use_hpet,
        .base = counter_base,
        .base_ns = 0,
        .mult = counter_to_ns,
    };
}

void arch_timer_set(u64 deadline)
{
    u64 now, counts;

    if (deadline == ~0UL) {
        if (cpu_features.tsc_deadline)
            msr_write(MSR_TSC_DEADLINE, 0);
        else
            lapic_timer_start(0);
        return;
    }
    now = arch_clock_ns();
    /* A deadline further than the counter reaches comes as an early tick, which sets the rest. */
    counts = deadline > now ? scale(min(deadline - now, 1000 * NS_PER_S), ns_to_timer) : 0;
    if (cpu_features.tsc_deadline)
        msr_write(MSR_TSC_DEADLINE, tsc_read() + counts);
    else
        lapic_timer_start((u32)max(min(counts, 0xFFFFFFFFUL), 1UL));
}

void clock_wait_us(u64 us)
{
    u64 end = arch_clock_ns() + us * 1000;

    while (arch_clock_ns() < end)
        cpu_relax();
}

/*
 * The local APIC, through memory (xAPIC) or model-specific registers (x2APIC, where the firmware
 * has switched it on or there are CPUs that need it). (Intel SDM volume 3A, chapter 10.)
 */
#include "lapic.h"
#include "asm.h"
#include "cpu_features.h"
#include "instructions.h"
#include "kernel_map.h"
#include "trap.h"

#include <arch/cpu.h>

enum lapic_register {
    LAPIC_ID = 0x20,
    LAPIC_TASK_PRIORITY = 0x80,
    LAPIC_EOI = 0xB0,
    LAPIC_SPURIOUS = 0xF0,
    LAPIC_COMMAND = 0x300,
    LAPIC_COMMAND_HIGH = 0x310,
    LAPIC_LVT_TIMER = 0x320,
    LAPIC_LVT_LINT0 = 0x350,
    LAPIC_LVT_LINT1 = 0x360,
    LAPIC_LVT_ERROR = 0x370,
    LAPIC_TIMER_INITIAL = 0x380,
    LAPIC_TIMER_CURRENT = 0x390,
    LAPIC_TIMER_DIVIDE = 0x3E0,
};

#define APIC_BASE_X2APIC  (1u << 10)
#define APIC_BASE_ENABLE  (1u << 11)
#define SPURIOUS_ENABLE   (1u << 8)
#define LVT_MASKED        (1u << 16)
#define LVT_NMI           (4u << 8)
#define LVT_TSC_DEADLINE  (2u << 17)
#define COMMAND_NMI       (4u << 8)
#define COMMAND_INIT      (5u << 8)
#define COMMAND_STARTUP   (6u << 8)
#define COMMAND_ASSERT    (1u << 14)
#define COMMAND_PENDING   (1u << 12)
#define TIMER_DIVIDE_BY_1 0xBu

static volatile u32 *registers; /* (I) */
static bool x2apic;             /* (I) */

static u32 lapic_read(enum lapic_register reg)
{
    if (x2apic)
        return (u32)msr_read(MSR_X2APIC + reg / 16);
    return registers[reg / 4];
}

static void lapic_write(enum lapic_register reg, u32 value)
{
    if (x2apic)
        msr_write(MSR_X2APIC + reg / 16, value);
    else
        registers[reg / 4] = value;
}

void lapic_map(paddr_t base)
{
    x2apic = cpu_features.x2apic;
    registers = kernel_map_device(base, PAGE_SIZE);
}

void lapic_init_cpu(void)
{
    u64 base = msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLE;

    msr_write(MSR_APIC_BASE, base); /* x2APIC is entered from xAPIC only */
    if (x2apic)
        msr_write(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
    lapic_write(LAPIC_TASK_PRIORITY, 0);
    lapic_write(LAPIC_LVT_LINT0, LVT_MASKED); /* the old interrupt controllers */
    lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
    lapic_write(LAPIC_LVT_ERROR, LVT_MASKED);
    lapic_write(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_BY_1);
    lapic_write(LAPIC_LVT_TIMER, VECTOR_TIMER | (cpu_features.tsc_deadline ? LVT_TSC_DEADLINE : 0));
    lapic_write(LAPIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    lapic_eoi();
}

u32 lapic_id(void)
{
    u32 id = lapic_read(LAPIC_ID);

    return x2apic ? id : id >> 24;
}

void lapic_eoi(void)
{
    lapic_write(LAPIC_EOI, 0);
}

static void command(u32 apic_id, u32 what)
{
    irqflags_t flags;

    if (x2apic) {
        __asm__ volatile("mfence; lfence" : : : "memory"); /* unlike xAPIC it does not serialise */
        msr_write(MSR_X2APIC + LAPIC_COMMAND / 16, (u64)apic_id << 32 | what);
        return;
    }
    flags = irq_save();
    while (lapic_read(LAPIC_COMMAND) & COMMAND_PENDING)
        cpu_relax();
    lapic_write(LAPIC_COMMAND_HIGH, apic_id << 24);
    lapic_write(LAPIC_COMMAND, what);
    irq_restore(flags);
}

void lapic_send(u32 apic_id, u8 vector)
{
    command(apic_id, COMMAND_ASSERT | vector);
}

void lapic_send_nmi(u32 apic_id)
{
    command(apic_id, COMMAND_ASSERT | COMMAND_NMI);
}

void lapic_send_init(u32 apic_id)
{
    command(apic_id, COMMAND_ASSERT | COMMAND_INIT);
}

void lapic_send_startup(u32 apic_id, u8 page)
{
    command(apic_id, COMMAND_ASSERT | COMMAND_STARTUP | page);
}

void lapic_timer_start(u32 count)
{
    lapic_write(LAPIC_TIMER_INITIAL, count);
}

u32 lapic_timer_count(void)
{
    return lapic_read(LAPIC_TIMER_CURRENT);
}

/*
 * I/O APICs, and message-signalled interrupts beside them. (Intel 82093AA; PCI 3.0, 6.8.)
 *
 * A line n is an ISA interrupt (n < 16: the firmware may have wired it elsewhere, with another
 * polarity) or a global interrupt number. It arrives as vector VECTOR_LINES + n on CPU 0. Lines
 * from FIRST_MSI_LINE on are messages.
 */
#include "io_apic.h"
#include "acpi_tables.h"
#include "instructions.h"
#include "kernel_map.h"
#include "trap.h"

#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/upcall.h>

#define IO_APIC_DEFAULT  0xFEC00000
#define REGISTER_VERSION 1
#define REGISTER_ENTRY   0x10 /* two registers for each line */

#define ENTRY_ACTIVE_LOW (1u << 13)
#define ENTRY_LEVEL      (1u << 15)
#define ENTRY_MASKED     (1u << 16)

#define MSI_ADDRESS 0xFEE00000UL

struct io_apic {
    volatile u32 *registers; /* (I) [0] selects, [4] is the window */
    u32 first_line;          /* (I) */
    u32 nr_lines;            /* (I) */
};

static struct io_apic io_apics[MADT_IO_APICS_MAX];
static unsigned nr_io_apics;
static bool busy;         /* (a) guards select and window: a few instructions, interrupts off */
static unsigned next_msi; /* (a) */

static irqflags_t enter(void)
{
    irqflags_t flags = irq_save();

    while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE))
        cpu_relax();
    return flags;
}

static void leave(irqflags_t flags)
{
    __atomic_clear(&busy, __ATOMIC_RELEASE);
    irq_restore(flags);
}

static u32 io_apic_read(const struct io_apic *apic, u32 reg)
{
    apic->registers[0] = reg;
    return apic->registers[4];
}

static void io_apic_write(const struct io_apic *apic, u32 reg, u32 value)
{
    apic->registers[0] = reg;
    apic->registers[4] = value;
}

static void write_entry(const struct io_apic *apic, u32 index, u32 low, u32 destination)
{
    io_apic_write(apic, REGISTER_ENTRY + index * 2, ENTRY_MASKED);
    io_apic_write(apic, REGISTER_ENTRY + index * 2 + 1, destination << 24);
    io_apic_write(apic, REGISTER_ENTRY + index * 2, low);
}

void io_apic_map(void)
{
    if (madt.nr_io_apics == 0) /* no ACPI: the place every PC had it */
        madt.io_apics[madt.nr_io_apics++] = (struct madt_io_apic){IO_APIC_DEFAULT, 0};
    for (unsigned i = 0; i < madt.nr_io_apics; i++)
        io_apics[i] = (struct io_apic){
            .registers = kernel_map_device(madt.io_apics[i].address, PAGE_SIZE),
            .first_line = madt.io_apics[i].first_line,
        };
}

/* The two 8259 controllers: vectors away from the exceptions, everything masked. */
static void silence_old_controllers(void)
{
    static const struct {
        u16 port;
        u8 value;
    } script[] = {
        {0x20, 0x11}, {0xA0, 0x11}, {0x21, 0x20}, {0xA1, 0x28}, {0x21, 0x04},
        {0xA1, 0x02}, {0x21, 0x01}, {0xA1, 0x01}, {0x21, 0xFF}, {0xA1, 0xFF},
    };

    for (unsigned i = 0; i < ARRAY_SIZE(script); i++)
        port_write8(script[i].port, script[i].value);
}

void io_apic_init(void)
{
    silence_old_controllers();
    for (unsigned i = 0; i < madt.nr_io_apics; i++) {
        struct io_apic *apic = &io_apics[i];
        u32 version = io_apic_read(apic, REGISTER_VERSION);

        if (version == ~0u) /* nobody there */
            continue;
        apic->nr_lines = (version >> 16 & 0xFF) + 1;
        for (u32 line = 0; line < apic->nr_lines; line++)
            write_entry(apic, line, ENTRY_MASKED, 0);
    }
    nr_io_apics = madt.nr_io_apics;
}

static const struct io_apic *find(u32 global)
{
    for (unsigned i = 0; i < nr_io_apics; i++) {
        if (global >= io_apics[i].first_line &&
            global - io_apics[i].first_line < io_apics[i].nr_lines)
            return &io_apics[i];
    }
    return NULL;
}

static u32 global_line(unsigned line)
{
    return line < 16 && madt.isa[line].present ? madt.isa[line].line : line;
}

/* PCI lines are level-triggered and active low; ISA lines edge-triggered and active high, unless
 * the firmware says otherwise. */
static u32 wiring(unsigned line, bool level)
{
    if (line < 16 && madt.isa[line].present)
        return (madt.isa[line].active_low ? ENTRY_ACTIVE_LOW : 0) |
               (madt.isa[line].level ? ENTRY_LEVEL : 0);
    return level ? ENTRY_LEVEL | (line < 16 ? 0 : ENTRY_ACTIVE_LOW) : 0;
}

int arch_irq_enable(unsigned line, bool level)
{
    u32 global = global_line(line);
    const struct io_apic *apic = find(global);
    irqflags_t flags;

    if (line >= FIRST_MSI_LINE &&
        line < FIRST_MSI_LINE + __atomic_load_n(&next_msi, __ATOMIC_RELAXED))
        return 0;
    if (!apic || line >= FIRST_MSI_LINE)
        return -EINVAL;
    flags = enter();
    write_entry(apic, global - apic->first_line, wiring(line, level) | (VECTOR_LINES + line),
                madt.apic_ids[0]);
    leave(flags);
    return 0;
}

void arch_irq_disable(unsigned line)
{
    u32 global = global_line(line);
    const struct io_apic *apic = find(global);
    irqflags_t flags;

    if (!apic || line >= FIRST_MSI_LINE)
        return;
    flags = enter();
    write_entry(apic, global - apic->first_line, ENTRY_MASKED, 0);
    leave(flags);
}

int arch_msi_allocate(unsigned *line, u64 *address, u32 *data)
{
    unsigned index = __atomic_fetch_add(&next_msi, 1, __ATOMIC_RELAXED);

    if (index >= NR_LINES - FIRST_MSI_LINE) {
        __atomic_fetch_sub(&next_msi, 1, __ATOMIC_RELAXED);
        return -ENOSPC;
    }
    *line = FIRST_MSI_LINE + index;
    *address = MSI_ADDRESS | madt.apic_ids[0] << 12;
    *data = VECTOR_LINES + *line;
    return 0;
}

/*
 * Segments, the task state segment and the interrupt gates. (Intel SDM volume 3A, chapters 3, 6
 * and 8.)
 *
 * 64-bit mode uses of all this: the privilege level in the selectors, the order of segments that
 * syscall wants, the stack for entries from user mode, and a table of known-good stacks for faults
 * that must not trust the current one. Each CPU has its own GDT and TSS; the IDT is shared and
 * constant.
 */
#include "descriptor_tables.h"
#include "asm.h"
#include "instructions.h"
#include "kernel_map.h"

#include <arch/percpu.h>

#define NR_GATES 256

struct task_state {
    u32 reserved0;
    u64 rsp[3];
    u64 reserved1;
    u64 ist[7];
    u64 reserved2;
    u16 reserved3;
    u16 io_map; /* beyond the limit: no port is open to user mode */
} __packed;

struct cpu_tables {
    u64 gdt[11];
    struct task_state tss;
};

struct gate {
    u16 offset_low;
    u16 selector;
    u8 ist;
    u8 type;
    u16 offset_middle;
    u32 offset_high;
    u32 reserved;
};

struct table_pointer {
    u16 limit;
    u64 base;
} __packed;

static __section(PERCPU_SECTION) __aligned(16) struct cpu_tables cpu_tables;
static struct gate idt[NR_GATES] __aligned(16);

/* trap_entry.S: NR_GATES stubs of 16 bytes. */
extern const char trap_stubs[];

static struct cpu_tables *this_cpu_tables(void)
{
    return (struct cpu_tables *)((char *)&cpu_tables + arch_this_cpu_offset());
}

static unsigned gate_ist(unsigned vector)
{
    switch (vector) {
    case TRAP_NR_DEBUG:
        return IST_DEBUG;
    case TRAP_NR_NMI:
        return IST_NMI;
    case TRAP_NR_DOUBLE:
        return IST_DOUBLE;
    case TRAP_NR_MACHINE:
        return IST_MACHINE;
    default:
        return 0;
    }
}

static void fill_gates(void)
{
    for (unsigned vector = 0; vector < NR_GATES; vector++) {
        u64 stub = (u64)trap_stubs + vector * 16;
        bool user = vector == TRAP_NR_BREAKPOINT || vector == TRAP_NR_OVERFLOW;

        idt[vector] = (struct gate){
            .offset_low = (u16)stub,
            .selector = KERNEL_CS,
            .ist = (u8)gate_ist(vector),
            .type = user ? 0xEE : 0x8E, /* interrupt gate, present */
            .offset_middle = (u16)(stub >> 16),
            .offset_high = (u32)(stub >> 32),
        };
    }
}

static void fill_gdt(struct cpu_tables *tables, unsigned cpu)
{
    u64 base = (u64)&tables->tss;
    u64 limit = sizeof(tables->tss) - 1;

    tables->gdt[KERNEL_CS / 8] = 0x00AF9B000000FFFF;
    tables->gdt[KERNEL_SS / 8] = 0x00CF93000000FFFF;
    tables->gdt[USER_CS32 / 8] = 0x00CFFB000000FFFF;
    tables->gdt[USER_SS / 8] = 0x00CFF3000000FFFF;
    tables->gdt[USER_CS / 8] = 0x00AFFB000000FFFF;
    tables->gdt[TSS_SEL / 8] =
        0x0000890000000000 | limit | (base & 0xFFFFFF) << 16 | (base >> 24 & 0xFF) << 56;
    tables->gdt[TSS_SEL / 8 + 1] = base >> 32;
    tables->gdt[CPU_NUMBER_SEL / 8] = 0x0000F10000000000 | cpu; /* data, read-only, of user mode */
}

static void load_segments(void)
{
    __asm__ volatile("pushq %0\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "movl %1, %%ss\n\t"
                     "movl %2, %%ds\n\t"
                     "movl %2, %%es"
                     :
                     : "i"(KERNEL_CS), "r"(0), "r"(0)
                     : "rax", "memory");
}

void descriptor_tables_load(unsigned cpu)
{
    struct cpu_tables *tables = this_cpu_tables();
    struct table_pointer gdt_pointer = {sizeof(tables->gdt) - 1, (u64)tables->gdt};
    struct table_pointer idt_pointer = {sizeof(idt) - 1, (u64)idt};

    fill_gdt(tables, cpu);
    for (unsigned ist = 1; ist <= IST_COUNT; ist++)
        tables->tss.ist[ist - 1] = (u64)cpu_ist_stack(cpu, ist) + IST_STACK_SIZE;
    tables->tss.io_map = sizeof(tables->tss);
    __asm__ volatile("lgdt %0" : : "m"(gdt_pointer));
    load_segments();
    __asm__ volatile("ltr %w0" : : "r"(TSS_SEL));
    if (cpu == 0)
        fill_gates();
    __asm__ volatile("lidt %0" : : "m"(idt_pointer));
}

void descriptor_tables_set_stack(u64 stack_top)
{
    this_cpu_tables()->tss.rsp[0] = stack_top;
}

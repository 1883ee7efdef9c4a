/*
 * Starting the other CPUs, one after the other: INIT, startup IPI, wait until it says it is up.
 */
#include "smp.h"
#include "acpi_tables.h"
#include "asm.h"
#include "boot.h"
#include "clock.h"
#include "cpu_features.h"
#include "cpu_start.h"
#include "early_memory.h"
#include "instructions.h"
#include "kernel_map.h"
#include "lapic.h"

#include <arch/cpu.h>
#include <arch/memory.h>
#include <arch/percpu.h>
#include <arch/smp.h>
#include <arch/thread.h>
#include <arch/upcall.h>
#include <lib/bits.h>
#include <lib/string.h>

#define START_TIMEOUT_US 200000

/* The words at the end of trampoline.S. */
struct trampoline_words {
    u64 root;
    u64 efer;
    u64 area;
    u64 stack;
    u64 entry;
};

extern const char trampoline_start[], trampoline_words[], trampoline_end[];

u64 arch_percpu_offset[ARCH_MAX_CPUS];

/* The template's own area: CPU 0. */
__section(".percpu.first") struct cpu_area percpu_area = {.preempt_count = PREEMPT_NO_REQUEST,
                                                          .lock_owner = 1};

static unsigned nr_online = 1;  /* (a) */
static paddr_t trampoline_page; /* (I) 0: only one CPU */
static void (*cpu_entry)(unsigned cpu);

unsigned cpu_count(void)
{
    return __atomic_load_n(&nr_online, __ATOMIC_ACQUIRE);
}

unsigned cpu_possible_count(void)
{
    return madt.nr_cpus;
}

u64 cpu_online_mask(void)
{
    return BIT(cpu_count()) - 1;
}

u64 smp_percpu_size(unsigned nr_cpus)
{
    return (nr_cpus - 1) * align_up((u64)(percpu_end - percpu_start), PAGE_SIZE);
}

void smp_percpu_alloc(unsigned nr_cpus)
{
    u64 size = percpu_end - percpu_start;

    for (unsigned cpu = 1; cpu < nr_cpus; cpu++) {
        char *copy = early_memory_alloc(size);
        struct cpu_area *area = (struct cpu_area *)copy;

        memcpy(copy, percpu_start, size);
        *area = (struct cpu_area){.id = cpu,
                                  .lock_owner = cpu + 1,
                                  .offset = (u64)copy - (u64)percpu_start,
                                  .preempt_count = PREEMPT_NO_REQUEST};
        arch_percpu_offset[cpu] = area->offset;
    }
}

/* Tables of their own for the page: the kernel's have no identity map. */
static paddr_t trampoline_root(paddr_t page)
{
    pte_t *root = early_memory_alloc(PAGE_SIZE);
    pte_t *table = root;

    memcpy(root, kernel_root, PAGE_SIZE);
    for (unsigned level = PTE_LEVELS; level > 1; level--) {
        paddr_t below = early_memory_alloc_frame();

        *pte_slot(table, page, level) = pte_make_table(below, false);
        table = phys_to_virt(below);
    }
    *pte_slot(table, page, 1) =
        pte_make_leaf(page >> PAGE_SHIFT, 1, PTE_PROT_READ | PTE_PROT_WRITE | PTE_PROT_EXEC);
    return virt_to_phys(root);
}

static struct trampoline_words *words(void)
{
    return (struct trampoline_words *)((char *)phys_to_virt(trampoline_page) +
                                       (trampoline_words - trampoline_start));
}

void smp_prepare(paddr_t low_page)
{
    if (!low_page) {
        arch_warn("smp: no free page below 1 MiB, using one processor\n");
        madt.nr_cpus = 1;
        return;
    }
    trampoline_page = low_page;
    memcpy(phys_to_virt(low_page), trampoline_start, trampoline_end - trampoline_start);
    words()->root = trampoline_root(low_page);
    words()->efer = EFER_LME | EFER_SCE | (cpu_features.nx ? EFER_NXE : 0);
}

/* The first C function of another CPU, on its idle stack. */
static __attribute__((no_stack_protector)) __noreturn void cpu_main(void)
{
    cr3_write(virt_to_phys(kernel_root));
    cpu_start(cpu_id());
    __atomic_store_n(&nr_online, cpu_id() + 1, __ATOMIC_RELEASE);
    cpu_entry(cpu_id());
    arch_panic(NULL, "the idle loop of a processor returned");
}

static bool wait_until_up(unsigned cpu, u64 us)
{
    for (; us > 0; us--) {
        if (cpu_count() > cpu)
            return true;
        clock_wait_us(1);
    }
    return false;
}

static bool start_cpu(unsigned cpu)
{
    u32 apic_id = madt.apic_ids[cpu];
    u8 page = (u8)(trampoline_page >> PAGE_SHIFT);

    words()->area = (u64)percpu_start + arch_percpu_offset[cpu];
    words()->stack = (u64)cpu_idle_stack(cpu) + KERNEL_STACK_SIZE;
    words()->entry = (u64)cpu_main;
    lapic_send_init(apic_id);
    clock_wait_us(10);
    lapic_send_startup(apic_id, page);
    if (wait_until_up(cpu, 300))
        return true;
    lapic_send_startup(apic_id, page); /* real processors may have missed the first */
    return wait_until_up(cpu, START_TIMEOUT_US);
}

void arch_smp_start(void (*entry)(unsigned cpu))
{
    cpu_entry = entry;
    for (unsigned cpu = 1; cpu < madt.nr_cpus; cpu++) {
        if (!start_cpu(cpu)) {
            arch_warn("smp: processor %u (APIC %u) does not start; going on with %u\n", cpu,
                      madt.apic_ids[cpu], cpu_count());
            return;
        }
    }
}

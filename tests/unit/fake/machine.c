/*
 * Physical memory, CPUs and kernel mappings of the fake machine (see fake.h). Host code: it uses
 * the C library and no header that renames it.
 */
#define _GNU_SOURCE
#include "fake/fake.h"

#include <arch/address.h>
#include <arch/boot.h>
#include <arch/memory.h>
#include <arch/percpu.h>
#include <arch/pkey.h>
#include <arch/smp.h>
#include <kmem/kmem.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct fake_cpu fake_cpus[ARCH_MAX_CPUS];
unsigned fake_cpu;
u64 arch_percpu_offset[ARCH_MAX_CPUS];

extern char __start_percpu[];
extern char __stop_percpu[];

static char *percpu_copies[ARCH_MAX_CPUS];
static unsigned nr_cpus;
static int memory_file = -1;
static u64 memory_size;
static u64 kernel_mapped;
static unsigned kernel_map_fail;
static const struct arch_memory_source *memory_source;

static void map_or_die(vaddr_t virt, size_t len, int protection, int flags, off_t offset)
{
    int file = flags & MAP_ANONYMOUS ? -1 : memory_file;

    if (mmap((void *)virt, len, protection, flags | MAP_FIXED, file, offset) == MAP_FAILED)
        fake_fatal("fake machine: mmap: %s", strerror(errno));
}

static void start_memory(u64 size)
{
    memory_size = size;
    memory_file = memfd_create("fake-ram", MFD_CLOEXEC);
    if (memory_file < 0 || ftruncate(memory_file, (off_t)size) != 0)
        fake_fatal("fake machine: memory: %s", strerror(errno));
    map_or_die(DIRECT_MAP_BASE, size, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
    map_or_die(VMALLOC_BASE, VMALLOC_END - VMALLOC_BASE, PROT_NONE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0);
}

/* CPU 0 uses the section itself, the others copies of it as it was at the start. */
static void start_cpus(unsigned cpus)
{
    size_t len = (size_t)(__stop_percpu - __start_percpu);
    unsigned cpu;

    nr_cpus = cpus;
    for (cpu = 0; cpu < cpus; cpu++) {
        fake_cpus[cpu] = (struct fake_cpu){.preempt_count = PREEMPT_NO_REQUEST};
        if (cpu > 0) {
            percpu_copies[cpu] = aligned_alloc(64, (len + 63) & ~63UL);
            memcpy(percpu_copies[cpu], __start_percpu, len);
            arch_percpu_offset[cpu] = (u64)percpu_copies[cpu] - (u64)__start_percpu;
        }
    }
}

void fake_memory_detach(void)
{
    if (memory_file >= 0)
        map_or_die(DIRECT_MAP_BASE, memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
}

void fake_machine_start_bare(unsigned megabytes, unsigned cpus)
{
    if (memory_file >= 0)
        fake_fatal("fake machine: started twice");
    start_memory((u64)megabytes << 20);
    start_cpus(cpus);
}

/* Two ranges, the second with a ragged end, and firmware in between. */
void fake_machine_start(unsigned megabytes, unsigned cpus)
{
    static struct boot_info boot = {.loader = "fake"};
    u64 size = (u64)megabytes << 20;
    u64 half = size / 2;

    fake_machine_start_bare(megabytes, cpus);
    boot.memory[0] = (struct boot_memory){half + 0x10000, half - 0x10000, BOOT_MEMORY_RAM};
    boot.memory[1] = (struct boot_memory){0, half, BOOT_MEMORY_RAM};
    boot.memory[2] = (struct boot_memory){half, 0x10000, BOOT_MEMORY_RESERVED};
    boot.nr_memory = 3;
    boot.kernel_start = 0x100000;
    boot.kernel_end = 0x180000;
    kmem_init(&boot);
}

void fake_cpu_switch(unsigned cpu)
{
    if (arch_preempt_depth() != 0)
        fake_fatal("CPU %u left while preemption is off", fake_cpu);
    if (cpu >= nr_cpus)
        fake_fatal("there is no CPU %u", cpu);
    fake_cpu = cpu;
}

unsigned cpu_count(void)
{
    return nr_cpus;
}

unsigned cpu_possible_count(void)
{
    return nr_cpus;
}

void arch_send_reschedule(unsigned cpu)
{
    fake_cpus[cpu].preempt_count &= ~PREEMPT_NO_REQUEST;
}

void arch_call_on_cpus(u64 mask, void (*fn)(void *), void *argument)
{
    unsigned caller = fake_cpu;

    if (!irq_enabled())
        fake_fatal("arch_call_on_cpus with interrupts off");
    for (fake_cpu = 0; fake_cpu < nr_cpus; fake_cpu++) {
        if (!(mask >> fake_cpu & 1))
            continue;
        irq_disable();
        arch_interrupt_enter();
        fn(argument);
        arch_interrupt_exit();
        irq_enable();
    }
    fake_cpu = caller;
}

void fake_kernel_map_fail(unsigned nth)
{
    kernel_map_fail = nth;
}

int arch_kernel_map(vaddr_t virt, paddr_t phys, size_t len, enum kernel_map_type type)
{
    if (virt < VMALLOC_BASE || virt + len > VMALLOC_END || len == 0 || virt % PAGE_SIZE != 0 ||
        phys % PAGE_SIZE != 0 || len % PAGE_SIZE != 0)
        fake_fatal("arch_kernel_map of [%#lx, +%#zx)", virt, len);
    if (kernel_map_fail > 0 && --kernel_map_fail == 0)
        return -ENOMEM;
    kernel_mapped += len;
    if (type == KERNEL_MAP_RW)
        map_or_die(virt, len, PROT_READ | PROT_WRITE, MAP_SHARED, (off_t)phys);
    return 0;
}

void arch_kernel_unmap(vaddr_t virt, size_t len)
{
    if (!irq_enabled() || arch_preempt_depth() != 0)
        fake_fatal("arch_kernel_unmap in a context that cannot flush other CPUs");
    kernel_mapped -= len;
    map_or_die(virt, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, 0);
}

u64 fake_kernel_mapped(void)
{
    return kernel_mapped;
}

void arch_set_memory_source(const struct arch_memory_source *source)
{
    memory_source = source;
}

const struct arch_memory_source *fake_memory_source(void)
{
    return memory_source;
}

/* ---- protection keys: a processor without ---- */

bool arch_pkey_present(void)
{
    return false;
}

bool arch_pkey_allows(unsigned key, bool write)
{
    (void)key;
    (void)write;
    return true;
}

void arch_pkey_set(unsigned key, unsigned disabled)
{
    (void)key;
    (void)disabled;
    abort();
}

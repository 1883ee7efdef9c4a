/*
 * The kernel's side of the vDSO: its pages, and writing the data it reads.
 */
#include <arch/vdso.h>

#include "../cpu_features.h"
#include "vdso_data.h"

#include <arch/address.h>
#include <arch/cpu.h>
#include <arch/time.h>

extern const char vdso_image_start[], vdso_image_end[];

/* Whole pages, because user mode sees all of them. */
union vvar_page {
    struct vdso_data data;
    char bytes[PAGE_SIZE];
};

static union vvar_page vvar[2] __aligned(PAGE_SIZE); /* the data, and the empty page */
static bool busy;                                    /* (a) one writer at a time */

size_t arch_vdso_pages(void)
{
    return align_up((size_t)(vdso_image_end - vdso_image_start), PAGE_SIZE) / PAGE_SIZE;
}

paddr_t arch_vdso_page(size_t index)
{
    return virt_to_phys(vdso_image_start) + index * PAGE_SIZE;
}

paddr_t arch_vvar_page(size_t index)
{
    return virt_to_phys(&vvar[index != 0]);
}

void arch_vdso_update(s64 realtime_offset, u32 coarse_ns)
{
    volatile struct vdso_data *data = &vvar[0].data;
    struct arch_clock_scale scale;
    irqflags_t flags = irq_save();
    u32 sequence;

    while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE))
        cpu_relax();
    arch_clock_scale_get(&scale);
    sequence = (data->sequence | 1) + 1; /* the next even one */
    __atomic_store_n(&data->sequence, sequence - 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    data->base_counter = scale.base;
    data->base_ns = scale.base_ns;
    data->mult = scale.mult;
    data->coarse_ns = coarse_ns;
    data->realtime_offset = realtime_offset;
    if (scale.usable)
        __atomic_store_n(&data->sequence, sequence, __ATOMIC_RELEASE);
    __atomic_clear(&busy, __ATOMIC_RELEASE);
    irq_restore(flags);
}

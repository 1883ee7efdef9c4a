/*
 * The rules for the kernel half, checked by walking what the processor walks:
 *
 *   - nothing is mapped in the user half of the kernel's root (no identity map is left)
 *   - nothing is accessible to user mode
 *   - only the text of the image is executable, and then not writable
 *   - no writable entry names a frame of the text or of the read-only data
 */
#include "boot.h"
#include "cpu_features.h"
#include "kernel_map.h"

#include <arch/upcall.h>

static bool overlaps(u64 start, u64 end, u64 other_start, u64 other_end)
{
    return start < other_end && end > other_start;
}

static void check_leaf(pte_t leaf, unsigned level, vaddr_t virt)
{
    u64 size = pte_level_size(level);
    paddr_t phys = pte_paddr(leaf);
    const char *wrong = NULL;

    if (pte_is_user(leaf))
        wrong = "open to user mode";
    if (cpu_features.nx && pte_is_executable(leaf)) {
        if (pte_is_writable(leaf))
            wrong = "writable and executable";
        if (virt < (u64)kernel_text_start || virt + size > (u64)kernel_text_end)
            wrong = "executable outside of the text";
    }
    if (pte_is_writable(leaf) && overlaps(phys, phys + size, virt_to_phys(kernel_text_start),
                                          virt_to_phys(kernel_rodata_end)))
        wrong = "a writable view of the text or the read-only data";
    if (wrong)
        arch_panic(NULL, "page tables: %#lx (entry %#lx, level %u) is %s", virt, leaf.value, level,
                   wrong);
}

/* Recursion depth is the number of levels. */
static void check_table(const pte_t *table, unsigned level, vaddr_t base)
{
    for (unsigned i = 0; i < PTE_ENTRIES_PER_TABLE; i++) {
        pte_t entry = pte_load(&table[i]);
        vaddr_t virt = base + ((u64)i << pte_shift(level));

        if (pte_is_empty(entry))
            continue;
        if (level == PTE_LEVELS && i < PTE_ENTRIES_PER_TABLE / 2)
            arch_panic(NULL, "page tables: the user half of the kernel's root is not empty");
        if (level == PTE_LEVELS)
            virt |= 0xFFFF000000000000UL;
        if (pte_is_table(entry, level))
            check_table(phys_to_virt(pte_paddr(entry)), level - 1, virt);
        else
            check_leaf(entry, level, virt);
    }
}

void kernel_map_check(const pte_t *root)
{
    check_table(root, PTE_LEVELS, 0);
}

/*
 * Where things go in a new address space: stack, mmap area, heap, position-independent programs.
 *
 * The randomised bits are Linux's for x86-64: 22 bits of pages for the stack, vm.mmap_rnd_bits
 * (28 to 32) for the mmap area and for programs, 32 MiB for the heap. From the top: stack (room for
 * RLIMIT_STACK, between 128 MiB and five sixths of the space), then mmap downwards from mmap_base;
 * or upwards from a third of the space (vm.legacy_va_layout, ADDR_COMPAT_LAYOUT).
 */
#include <lib/random.h>
#include <mm/mm.h>

#include "settings.h"
#include "vma.h"

#define STACK_RANDOM_PAGES 0x3fffffUL
#define BRK_RANDOM_BYTES   0x02000000UL
#define STACK_ROOM_MIN     (128UL << 20)
#define STACK_ROOM_MAX     (USER_END / 6 * 5)

vaddr_t mm_layout_stack_top(bool fixed, u64 random)
{
    return USER_END - (fixed ? 0 : (random & STACK_RANDOM_PAGES) << PAGE_SHIFT);
}

void mm_layout_init(struct mm *mm, bool fixed, u64 random)
{
    u64 room = mm->limits.stack;
    u64 pad = STACK_GUARD_GAP + (fixed ? 0 : STACK_RANDOM_PAGES << PAGE_SHIFT);
    u64 offset = fixed ? 0 : (random & settings_random_pages()) << PAGE_SHIFT;

    if (room + pad > room)
        room += pad;
    room = min(max(room, STACK_ROOM_MIN), STACK_ROOM_MAX);
    mm->mmap_base = align_up(USER_END - room - offset, PAGE_SIZE);
    mm->mmap_bottom = align_up(USER_END / 3, PAGE_SIZE) + offset;
    mm->bottom_up = settings_legacy_layout();
}

vaddr_t mm_layout_brk_start(vaddr_t data_end, bool fixed, u64 random)
{
    u64 offset = fixed ? 0 : align_down(random % BRK_RANDOM_BYTES, PAGE_SIZE);

    return align_up(data_end, PAGE_SIZE) + offset;
}

vaddr_t mm_layout_pie_base(bool fixed, u64 random)
{
    u64 offset = fixed ? 0 : (random & settings_random_pages()) << PAGE_SHIFT;

    return align_down(USER_END / 3 * 2, PAGE_SIZE) + offset;
}

/* Kernel ranges: no overlap, unmapped pages around each, nothing left behind on failure. */
#include <arch/thread.h>
#include <kern/failpoint.h>
#include <kmem/frames.h>
#include <kmem/slab.h>
#include <kmem/vmalloc.h>
#include <lib/string.h>

#include "fake/fake.h"
#include "unit.h"

#define NR 60

void unit_setup(void)
{
    fake_machine_start(64, 1);
}

/* Every range is in order, and at least a page from the next. */
static u64 check_ranges(void)
{
    struct vmalloc_range range;
    vaddr_t at = VMALLOC_BASE;
    u64 nr = 0;

    while (vmalloc_next_range(at, &range)) {
        EXPECT(range.start >= at + PAGE_SIZE);
        EXPECT(range.start + range.len <= VMALLOC_END);
        at = range.start + range.len - PAGE_SIZE;
        nr++;
    }
    return nr;
}

TEST(random_ranges_keep_their_contents)
{
    static u8 *ranges[NR];
    static size_t sizes[NR];
    u64 before;
    u64 out = 0;
    int round;
    int i;

    vfree(vmalloc(1));
    kmem_shrink_all();
    before = frames_free_count();
    for (round = 0; round < 2000; round++) {
        i = (int)unit_random_below(NR);
        if (ranges[i] != NULL) {
            EXPECT(memchr_inverse(ranges[i], (u8)i, sizes[i]) == NULL);
            vfree(ranges[i]);
            ranges[i] = NULL;
            out--;
        } else {
            sizes[i] = 1 + unit_random_below(30 * PAGE_SIZE);
            ranges[i] = vmalloc(sizes[i]);
            EXPECT(ranges[i] != NULL);
            memset(ranges[i], i, sizes[i]);
            EXPECT_EQ(((u8 *)page_to_virt(vmalloc_to_page(ranges[i])))[0], i);
            out++;
        }
        if (round % 50 == 0)
            EXPECT_EQ(check_ranges(), out);
    }
    for (i = 0; i < NR; i++)
        vfree(ranges[i]);
    EXPECT_EQ(vmalloc_used_bytes(), 0);
    EXPECT_EQ(fake_kernel_mapped(), 0);
    EXPECT_EQ(check_ranges(), 0);
    kmem_shrink_all();
    EXPECT(frames_free_count() >= before - 4);
}

TEST(the_lowest_gap_is_used_again)
{
    char *a = vmalloc(3 * PAGE_SIZE);
    char *b = vmalloc(PAGE_SIZE);
    char *c = vmalloc(PAGE_SIZE);

    EXPECT(b == a + 4 * PAGE_SIZE && c == b + 2 * PAGE_SIZE);
    vfree(a);
    EXPECT(vmalloc(4 * PAGE_SIZE) == c + 2 * PAGE_SIZE);
    EXPECT(vmalloc(PAGE_SIZE) == a);
    EXPECT(vmalloc(PAGE_SIZE) == a + 2 * PAGE_SIZE);
    vfree(c + 2 * PAGE_SIZE);
    vfree(a);
    vfree(a + 2 * PAGE_SIZE);
    vfree(b);
    vfree(c);
    EXPECT_EQ(check_ranges(), 0);
}

TEST(refusals_leave_nothing_behind)
{
    u64 before;
    unsigned int n;

    vfree(vzalloc(1));
    kmem_shrink_all();
    frames_drain_all();
    before = frames_free_count();
    EXPECT(vmalloc(0) == NULL && vmalloc(~0UL) == NULL && vmalloc(1UL << 40) == NULL);
    EXPECT(vmalloc(128UL << 20) == NULL);
    for (n = 1; n < 12; n++) {
        failpoint_arm(FAILPOINT_PAGE, n, false, NULL);
        vfree(vmalloc(8 * PAGE_SIZE));
        failpoint_arm(FAILPOINT_SLAB, n, false, NULL);
        failpoint_disarm(FAILPOINT_PAGE);
        vfree(vmalloc(8 * PAGE_SIZE));
        failpoint_disarm(FAILPOINT_SLAB);
    }
    for (n = 1; n < 3; n++) {
        fake_kernel_map_fail(n);
        vfree(vmalloc(PAGE_SIZE * 40));
    }
    fake_kernel_map_fail(0);
    EXPECT_EQ(check_ranges(), 0);
    EXPECT_EQ(fake_kernel_mapped(), 0);
    kmem_shrink_all();
    EXPECT_EQ(frames_free_count(), before);
}

TEST(device_windows)
{
    struct vmalloc_range range;
    char *window = device_map(0xfee00010, 0x2000, KERNEL_MAP_DEVICE);

    EXPECT(window != NULL);
    EXPECT_EQ((u64)window & ~PAGE_MASK, 0x10);
    EXPECT_EQ(fake_kernel_mapped(), 0x3000);
    EXPECT(vmalloc_next_range(VMALLOC_BASE, &range));
    EXPECT_EQ(range.phys, 0xfee00000);
    EXPECT(vmalloc_to_page(window) == NULL);
    device_unmap(window);
    EXPECT_EQ(fake_kernel_mapped(), 0);
    EXPECT(device_map(0, 0, KERNEL_MAP_DEVICE) == NULL);
    EXPECT(device_map(0x1000, ~0UL, KERNEL_MAP_DEVICE) == NULL);
}

TEST(kernel_stacks_are_reused)
{
    char *stacks[40];
    char *again;
    int i;

    for (i = 0; i < 40; i++) {
        stacks[i] = kernel_stack_alloc();
        EXPECT(stacks[i] != NULL);
        memset(stacks[i], i, KERNEL_STACK_SIZE);
    }
    EXPECT_EQ(kernel_stack_count(), 40);
    for (i = 0; i < 40; i++)
        kernel_stack_free(stacks[i]);
    EXPECT_EQ(kernel_stack_count(), 0);
    EXPECT_EQ(fake_kernel_mapped(), 32 * KERNEL_STACK_SIZE);
    again = kernel_stack_alloc();
    EXPECT(again == stacks[31]);
    kernel_stack_free(again);
}

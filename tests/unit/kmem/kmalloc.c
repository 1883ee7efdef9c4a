/* kmalloc: all sizes, alignment, growth, and refusals. */
#include <kern/failpoint.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <kmem/slab.h>
#include <kmem/vmalloc.h>
#include <lib/string.h>

#include "fake/fake.h"
#include "unit.h"

#define NR 64

void unit_setup(void)
{
    fake_machine_start(64, 1);
}

static u64 settled_free(void)
{
    kmem_shrink_all();
    frames_drain_all();
    return frames_free_count();
}

TEST(every_size_has_room_and_alignment)
{
    size_t size;
    u64 before;

    kfree(kmalloc(1, 0));
    before = settled_free();
    for (size = 1; size < 20000; size += 1 + size / 50) {
        u8 *memory = kzalloc(size, ALLOC_WAIT);

        EXPECT(memory != NULL);
        EXPECT(memchr_inverse(memory, 0, size) == NULL);
        EXPECT(is_aligned((u64)memory, size % 64 == 0 ? 64UL : 16UL));
        EXPECT(kmalloc_usable_size(memory) >= size);
        memset(memory, 0xee, kmalloc_usable_size(memory));
        kfree(memory);
    }
    EXPECT(settled_free() >= before - 16);
}

TEST(random_blocks_keep_their_contents)
{
    static u8 *blocks[NR];
    static size_t sizes[NR];
    int round;
    int i;

    for (round = 0; round < 5000; round++) {
        i = (int)unit_random_below(NR);
        if (blocks[i] != NULL) {
            EXPECT(memchr_inverse(blocks[i], (u8)i, sizes[i]) == NULL);
            kfree(blocks[i]);
            blocks[i] = NULL;
            continue;
        }
        sizes[i] = 1 + (unit_random() >> (48 + unit_random_below(16)));
        blocks[i] = kmalloc(sizes[i], ALLOC_WAIT);
        EXPECT(blocks[i] != NULL);
        memset(blocks[i], i, sizes[i]);
    }
    for (i = 0; i < NR; i++)
        kfree(blocks[i]);
}

TEST(absurd_requests_are_refused)
{
    EXPECT(kmalloc(0, 0) == NULL);
    EXPECT(kmalloc(~0UL, ALLOC_WAIT) == NULL);
    EXPECT(kmalloc(1UL << 40, ALLOC_WAIT) == NULL);
    EXPECT(kcalloc(1UL << 33, 1UL << 33, ALLOC_WAIT) == NULL);
    EXPECT(kmalloc(5UL << 20, 0) == NULL);
    kfree(NULL);
}

TEST(large_blocks_come_from_frames_or_kernel_ranges)
{
    u8 *frames = kmalloc(100000, ALLOC_WAIT);
    u8 *range = kzalloc(6UL << 20, ALLOC_WAIT);

    EXPECT(!vmalloc_contains(frames) && vmalloc_contains(range));
    EXPECT(memchr_inverse(range, 0, 6UL << 20) == NULL);
    EXPECT_EQ(kmalloc_usable_size(frames), 131072);
    EXPECT_EQ(kmalloc_usable_size(range), 6UL << 20);
    EXPECT(vmalloc_to_page(range + 4096) != vmalloc_to_page(range));
    kfree(frames);
    kfree(range);
    EXPECT_EQ(vmalloc_used_bytes(), 0);
}

TEST(krealloc_keeps_the_contents)
{
    size_t size;
    u8 *memory = krealloc(NULL, 1, ALLOC_WAIT);
    u8 *same;

    memory[0] = 1;
    for (size = 2; size < 300000; size = size * 3 / 2 + 1) {
        size_t old = kmalloc_usable_size(memory);

        memset(memory, 0x77, old);
        memory = krealloc(memory, size, ALLOC_WAIT);
        EXPECT(memory != NULL && memchr_inverse(memory, 0x77, min(old, size)) == NULL);
    }
    same = krealloc(memory, kmalloc_usable_size(memory) - 1, ALLOC_WAIT);
    EXPECT(same == memory);
    failpoint_arm(FAILPOINT_SLAB, 1, false, NULL);
    EXPECT(krealloc(memory, 10, 0) == NULL);
    failpoint_disarm(FAILPOINT_SLAB);
    memory = krealloc(memory, 10, 0);
    EXPECT(memchr_inverse(memory, 0x77, 10) == NULL);
    kfree(memory);
}

TEST(copies_of_text_and_memory)
{
    char *text = kstrdup("hello", ALLOC_WAIT);

    EXPECT_STR(text, "hello");
    kfree(text);
    text = kstrndup("hello", 3, ALLOC_WAIT);
    EXPECT_STR(text, "hel");
    kfree(text);
    text = kmemdup("a\0b", 4, ALLOC_WAIT);
    EXPECT_EQ(memcmp(text, "a\0b", 4), 0);
    kfree(text);
    text = kasprintf(ALLOC_WAIT, "%s-%d", "x", 42);
    EXPECT_STR(text, "x-42");
    kfree(text);
}

static void free_inside_frames(void)
{
    kfree((char *)kmalloc(100000, 0) + PAGE_SIZE);
}

static void free_static_memory(void)
{
    kfree(page_to_virt(page_alloc(0)));
}

TEST(misuse_is_caught)
{
    EXPECT_PANIC(free_inside_frames, "kmalloc did not return");
    EXPECT_PANIC(free_static_memory, "kmalloc did not return");
}

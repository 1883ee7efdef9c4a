/*
 * Arguments from the edges of the number line, at random, to every call: no panic, no undefined
 * arithmetic, no damage (asterinas#1213, #1172: length rounding and wrapping ranges were
 * unprivileged panics there).
 */
#include "mm/program.h"

static u64 hostile_number(void)
{
    static const u64 edges[] = {0,
                                1,
                                PAGE,
                                MMAP_MIN_ADDR,
                                0x40000000,
                                0x40004000,
                                0x7000000000,
                                USER_END,
                                1UL << 47,
                                0xffff800000000000,
                                1UL << 63,
                                ~0ul};
    u64 value = edges[unit_random_below(ARRAY_SIZE(edges))];

    switch (unit_random_below(5)) {
    case 0:
        return value - unit_random_below(8) * PAGE;
    case 1:
        return value + unit_random_below(8) * PAGE;
    case 2:
        return value + unit_random_below(3) - 1;
    case 3:
        return unit_random_below(16) * PAGE;
    default:
        return value;
    }
}

static void hostile_map(struct mm *mm)
{
    struct mm_map_request request = {.addr = hostile_number(),
                                     .len = hostile_number(),
                                     .prot = (unsigned)unit_random_below(16),
                                     .flags = (unsigned)unit_random() & ~MAP_POPULATE,
                                     .offset = hostile_number() & PAGE_MASK};
    long result = mm_map(mm, &request);

    EXPECT(result > 0 || (result < 0 && result > -4096));
}

static void hostile_call(struct mm *mm)
{
    u64 a = hostile_number(), b = hostile_number(), c = hostile_number();
    unsigned flags = (unsigned)unit_random();
    long result;

    switch (unit_random_below(8)) {
    case 0:
        hostile_map(mm);
        return;
    case 1:
        result = mm_unmap(mm, a, b);
        break;
    case 2:
        result = mm_protect(mm, a, b, flags & (PROT_GROWSDOWN | PROT_GROWSUP | 0x1f));
        break;
    case 3:
        result = mm_remap(mm, a, b, c, flags & 7, hostile_number());
        break;
    case 4:
        result = mm_advise(mm, a, b, (int)(flags % 30));
        break;
    case 5:
        result = mm_sync(mm, a, b, (int)(flags % 9));
        break;
    case 6:
        result = mm_resident(mm, a, b, (u8 *)c);
        break;
    default:
        mm_brk(mm, a, false);
        return;
    }
    EXPECT(result > -4096);
}

TEST(hostile_arguments_do_no_harm)
{
    unsigned round, i;

    for (round = 0; round < 60; round++) {
        struct mm *mm = program();

        mm->brk_start = mm->brk = 0x10000000;
        for (i = 0; i < 200; i++) {
            hostile_call(mm);
            (void)touch(mm, hostile_number(), unit_random_below(2));
        }
        audit();
        finish(mm);
    }
    audit();
}

/*
 * Settings of user memory, with Linux's names, ranges and beginnings (sysctl vm, kernel
 * documentation). Lock: none, each is one word.
 */
#include <kern/sysctl.h>
#include <lib/atomic.h>
#include <mm/mm.h>
#include <mm/userfault.h>

#include "settings.h"

#define RANDOM_BITS_MIN 28
#define RANDOM_BITS_MAX 32

static s32 max_map_count = MAX_MAP_COUNT;
static s32 unprivileged_userfaultfd;
static u64 min_address = MMAP_MIN_ADDR;
static s32 random_bits = RANDOM_BITS_MIN;
static s32 legacy_layout;

u64 settings_max_map_count(void)
{
    return (u64)READ_ONCE(max_map_count);
}

bool userfault_is_for_all(void)
{
    return READ_ONCE(unprivileged_userfaultfd) != 0;
}

vaddr_t settings_min_address(void)
{
    return align_up(READ_ONCE(min_address), PAGE_SIZE);
}

u64 settings_random_pages(void)
{
    return (1UL << READ_ONCE(random_bits)) - 1;
}

bool settings_legacy_layout(void)
{
    return READ_ONCE(legacy_layout) != 0;
}

u64 mm_min_address_get(void)
{
    return READ_ONCE(min_address);
}

void mm_min_address_set(u64 address)
{
    WRITE_ONCE(min_address, min(address, USER_END));
}

static const struct sysctl settings[] = {
    {.name = "max_map_count", .value = &max_map_count, .minimum = 0, .maximum = INT32_MAX},
    {.name = "mmap_rnd_bits",
     .mode = 0600,
     .value = &random_bits,
     .minimum = RANDOM_BITS_MIN,
     .maximum = RANDOM_BITS_MAX},
    {.name = "legacy_va_layout", .value = &legacy_layout, .maximum = INT32_MAX},
    {.name = "unprivileged_userfaultfd",
     .value = &unprivileged_userfaultfd,
     .minimum = 0,
     .maximum = 1},
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("vm", settings);

void settings_init(void)
{
    sysctl_register(&table);
}

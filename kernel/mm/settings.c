/*
 * Settings of user memory, with Linux's names, ranges and beginnings (sysctl vm, kernel
 * documentation). Lock: none, each is one word.
 */
#include <kern/sysctl.h>
#include <lib/atomic.h>
#include <mm/mm.h>

#include "settings.h"

static s32 max_map_count = MAX_MAP_COUNT;
static u64 min_address = MMAP_MIN_ADDR;

u64 settings_max_map_count(void)
{
    return (u64)READ_ONCE(max_map_count);
}

vaddr_t settings_min_address(void)
{
    return align_up(READ_ONCE(min_address), PAGE_SIZE);
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
    {0},
};
static struct sysctl_table table = SYSCTL_TABLE("vm", settings);

void settings_init(void)
{
    sysctl_register(&table);
}

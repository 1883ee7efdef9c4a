/*
 * The lists of claimed ranges, sorted as they grow.
 */
#include <kern/resource.h>

#include <arch/boot.h>
#include <lib/string.h>

#define CLAIMS_MAX 192

struct claims {
    unsigned nr;
    struct resource list[CLAIMS_MAX];
};
static struct claims claims[2]; /* (I) after boot, by space */

/* Does @a stand before @b? */
static bool is_before(const struct resource *a, const struct resource *b)
{
    return a->start != b->start ? a->start < b->start : a->last > b->last;
}

void resource_claim(enum resource_space space, u64 start, u64 len, const char *name)
{
    struct resource claim = {.start = start, .last = start + len - 1, .name = name};
    struct claims *all = &claims[space];
    unsigned at = all->nr;

    if (len == 0 || all->nr == CLAIMS_MAX)
        return;
    while (at > 0 && is_before(&claim, &all->list[at - 1]))
        at--;
    memmove(&all->list[at + 1], &all->list[at], (all->nr - at) * sizeof(claim));
    all->list[at] = claim;
    all->nr++;
}

const struct resource *resource_at(enum resource_space space, unsigned index)
{
    return index < claims[space].nr ? &claims[space].list[index] : NULL;
}

void resource_init(const struct boot_info *boot)
{
    static const char *const names[] = {
        [BOOT_MEMORY_RAM] = "System RAM",      [BOOT_MEMORY_RESERVED] = "Reserved",
        [BOOT_MEMORY_ACPI] = "ACPI Tables",    [BOOT_MEMORY_NVS] = "ACPI Non-volatile Storage",
        [BOOT_MEMORY_BAD] = "Unusable memory",
    };

    for (unsigned i = 0; i < boot->nr_memory; i++)
        resource_claim(RESOURCE_MEMORY, boot->memory[i].start, boot->memory[i].len,
                       names[boot->memory[i].type]);
    arch_resources(resource_claim);
}

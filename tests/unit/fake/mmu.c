/*
 * The fake memory management unit (fake/mmu.h).
 */
#include "fake/mmu.h"

#include <abi/errno.h>
#include <abi/signal.h>
#include <arch/mmu.h>
#include <arch/pte.h>
#include <arch/user.h>
#include <kmem/frames.h>

#include <stdlib.h>

#include "fake/fake.h"

#define NR_BUCKETS 4096

/* A remembered leaf translation, or the address of a leaf table. */
struct translation {
    struct translation *next;
    const struct arch_mmu *mmu;
    unsigned cpu;
    bool is_table;
    vaddr_t base; /* of the page, or of what the leaf table serves */
    paddr_t frame;
    bool writable, executable;
};

static struct translation *buckets[NR_BUCKETS];
static struct mm *current_mm;
struct mm_fault_failure fake_last_failure;
u64 fake_nr_faults;
u64 fake_nr_flushes;

u64 pte_unsupported_bits;

/* ---- what is remembered ---- */

static struct translation **bucket_of(vaddr_t base)
{
    return &buckets[(base >> PAGE_SHIFT ^ base >> 27) % NR_BUCKETS];
}

static struct translation *find(const struct arch_mmu *mmu, vaddr_t base, bool is_table)
{
    struct translation *t;

    for (t = *bucket_of(base); t != NULL; t = t->next) {
        if (t->mmu == mmu && t->cpu == fake_cpu && t->base == base && t->is_table == is_table)
            return t;
    }
    return NULL;
}

static void forget(const struct arch_mmu *mmu, vaddr_t start, vaddr_t end, bool tables)
{
    unsigned i;

    for (i = 0; i < NR_BUCKETS; i++) {
        struct translation **link = &buckets[i];

        while (*link != NULL) {
            struct translation *t = *link;
            bool hit = t->is_table ? tables : t->base >= start && t->base < end;

            if (t->mmu == mmu && hit) {
                *link = t->next;
                free(t);
            } else {
                link = &t->next;
            }
        }
    }
}

static void forget_one(const struct arch_mmu *mmu, vaddr_t base)
{
    struct translation **link = bucket_of(base);

    while (*link != NULL) {
        struct translation *t = *link;

        if (t->mmu == mmu && t->cpu == fake_cpu && t->base == base) {
            *link = t->next;
            free(t);
        } else {
            link = &t->next;
        }
    }
}

static void remember(const struct translation *translation)
{
    struct translation **bucket = bucket_of(translation->base);
    struct translation *t = malloc(sizeof(*t));

    *t = *translation;
    t->next = *bucket;
    *bucket = t;
}

/* ---- arch/mmu.h ---- */

int arch_mmu_init(struct arch_mmu *mmu)
{
    static u64 last_context;
    struct page *page = page_alloc(ALLOC_ZERO);

    if (page == NULL)
        return -ENOMEM;
    *mmu = (struct arch_mmu){.root = page_to_phys(page), .context_id = ++last_context};
    return 0;
}

void arch_mmu_fini(struct arch_mmu *mmu)
{
    const pte_t *root = phys_to_virt(mmu->root);
    unsigned i;

    for (i = 0; i < PTE_ENTRIES_PER_TABLE; i++) {
        if (!pte_is_empty(root[i]))
            fake_fatal("an address space is freed with tables in it (slot %u)", i);
    }
    forget(mmu, 0, ~0ul, true);
    page_put(phys_to_page(mmu->root));
}

void arch_mmu_flush(struct arch_mmu *mmu, vaddr_t start, vaddr_t end, bool tables_freed)
{
    if (!irq_enabled())
        fake_fatal("a flush with interrupts off cannot reach other CPUs");
    if (start >= end)
        fake_fatal("a flush of the empty range [%#lx, %#lx)", start, end);
    fake_nr_flushes++;
    forget(mmu, start, end, tables_freed || (start == 0 && end == USER_END));
}

void arch_mmu_flush_local(struct arch_mmu *mmu, vaddr_t addr)
{
    forget_one(mmu, align_down(addr, PAGE_SIZE));
}

/* ---- walking as the processor does ---- */

/* The leaf entry's slot for @addr, with the rights of the tables above it; NULL: none. A huge leaf
 * serves 512 addresses: *leaf is its part for this one. */
static pte_t *walk(struct arch_mmu *mmu, vaddr_t addr, bool *writable, struct translation *table,
                   pte_t *leaf)
{
    pte_t *entries = phys_to_virt(mmu->root);
    unsigned level;

    *writable = true;
    for (level = PTE_LEVELS; level > 1; level--) {
        pte_t *slot = pte_slot(entries, addr, level);
        pte_t entry = pte_load(slot);

        if (level == 2 && pte_is_leaf(entry, 2)) {
            *table = (struct translation){.mmu = NULL};
            *leaf = pte_part_of_leaf(entry, pte_index(addr, 1));
            return slot;
        }
        if (!pte_is_table(entry, level) || !pte_is_user(entry))
            return NULL;
        *writable = *writable && pte_is_writable(entry);
        entries = phys_to_virt(pte_paddr(entry));
        *table = (struct translation){.mmu = mmu,
                                      .cpu = fake_cpu,
                                      .is_table = true,
                                      .base = align_down(addr, 2UL << 20),
                                      .frame = pte_paddr(entry),
                                      .writable = *writable};
    }
    *leaf = pte_load(pte_slot(entries, addr, 1));
    return pte_slot(entries, addr, 1);
}

/* A processor may still use the leaf table it remembers. */
static void check_table(const struct translation *now)
{
    const struct translation *t;

    if (now->mmu == NULL)
        return; /* a huge leaf: no leaf table */
    t = find(now->mmu, now->base, true);
    if (t == NULL)
        remember(now);
    else if (t->frame != now->frame || (t->writable && !now->writable))
        fake_fatal("stale leaf table for %#lx: a walk through %#lx%s, now %#lx%s", now->base,
                   t->frame, t->writable ? " writable" : "", now->frame,
                   now->writable ? " writable" : "");
}

/* Translate through the tables; true with *t filled in when the access is allowed. */
static bool walk_allows(struct arch_mmu *mmu, vaddr_t addr, enum fault_access access,
                        struct translation *t)
{
    struct translation table;
    bool writable;
    pte_t pte;
    pte_t *slot = walk(mmu, addr, &writable, &table, &pte);

    if (slot == NULL)
        return false;
    check_table(&table);
    *t = (struct translation){.mmu = mmu,
                              .cpu = fake_cpu,
                              .base = align_down(addr, PAGE_SIZE),
                              .frame = pte_paddr(pte),
                              .writable = writable && pte_is_writable(pte),
                              .executable = pte_is_executable(pte)};
    if (!pte_is_valid(pte) || !pte_is_user(pte) || (access == FAULT_WRITE && !t->writable) ||
        (access == FAULT_EXEC && !t->executable))
        return false;
    if (access != FAULT_WRITE && !pte_is_dirty(pte))
        t->writable = false; /* the first write walks again, to set dirty */
    pte = pte_set_accessed(pte_load(slot));
    pte_store(slot, access == FAULT_WRITE ? pte_set_dirty(pte) : pte);
    return true;
}

/* A remembered translation is about to be used: the tables must still say so. */
static void check_remembered(struct arch_mmu *mmu, const struct translation *t)
{
    struct translation table;
    bool writable;
    pte_t pte = pte_empty();

    (void)walk(mmu, t->base, &writable, &table, &pte);
    if (!pte_is_valid(pte) || pte_paddr(pte) != t->frame ||
        (t->writable && !(writable && pte_is_writable(pte))) ||
        (t->executable && !pte_is_executable(pte)))
        fake_fatal("stale translation of %#lx: frame %#lx%s, the tables say %#lx", t->base,
                   t->frame, t->writable ? " writable" : "", pte.value);
}

static bool remembered_allows(const struct translation *t, enum fault_access access)
{
    return access == FAULT_READ || (access == FAULT_WRITE ? t->writable : t->executable);
}

/* One try, without faults: where the byte is, or NULL. */
static char *try_access(struct mm *mm, vaddr_t addr, enum fault_access access)
{
    vaddr_t base = align_down(addr, PAGE_SIZE);
    struct translation *t = find(&mm->mmu, base, false);
    struct translation fresh;

    if (addr >= USER_END)
        return NULL;
    if (t != NULL && remembered_allows(t, access)) {
        check_remembered(&mm->mmu, t);
        return (char *)phys_to_virt(t->frame) + (addr - base);
    }
    if (t != NULL)
        forget_one(&mm->mmu, base);
    if (!walk_allows(&mm->mmu, addr, access, &fresh)) {
        /* A fault drops what was remembered for the address. */
        forget_one(&mm->mmu, base);
        forget_one(&mm->mmu, align_down(addr, 2UL << 20));
        return NULL;
    }
    remember(&fresh);
    return (char *)phys_to_virt(fresh.frame) + (addr - base);
}

/* The byte at @addr after as many faults as it takes; NULL: a signal. */
static char *program_access(struct mm *mm, vaddr_t addr, enum fault_access access)
{
    unsigned tries;

    for (tries = 0; tries < 4; tries++) {
        char *byte = try_access(mm, addr, access);

        if (byte != NULL)
            return byte;
        fake_nr_faults++;
        if (mm_fault(mm, addr, access, true, &fake_last_failure) != 0)
            return NULL;
    }
    fake_fatal("%#lx faults for ever", addr);
}

int touch(struct mm *mm, vaddr_t addr, bool write)
{
    char *byte = program_access(mm, addr, write ? FAULT_WRITE : FAULT_READ);

    return byte == NULL ? fake_last_failure.signal : 0;
}

int user_read(struct mm *mm, vaddr_t addr)
{
    char *byte = program_access(mm, addr, FAULT_READ);

    return byte == NULL ? -1 : (u8)*byte;
}

int user_write(struct mm *mm, vaddr_t addr, int value)
{
    char *byte = program_access(mm, addr, FAULT_WRITE);

    if (byte == NULL)
        return -1;
    *byte = (char)value;
    return 0;
}

int user_execute(struct mm *mm, vaddr_t addr)
{
    return program_access(mm, addr, FAULT_EXEC) == NULL ? fake_last_failure.signal : 0;
}

/* ---- arch/user.h ---- */

void fake_mm_use(struct mm *mm)
{
    current_mm = mm;
}

/* Copy between kernel and user memory byte by byte; how many were not copied. */
static size_t copy(char *kernel, vaddr_t user, size_t len, bool to_user, bool faults)
{
    enum fault_access access = to_user ? FAULT_WRITE : FAULT_READ;

    for (; len > 0; len--, user++) {
        char *byte = faults ? program_access(current_mm, user, access)
                            : try_access(current_mm, user, access);

        if (byte == NULL)
            return len;
        if (to_user)
            *byte = kernel == NULL ? 0 : *kernel;
        else
            *kernel = *byte;
        kernel += kernel != NULL;
    }
    return 0;
}

size_t copy_from_user_partial(void *to, const void *from, size_t len)
{
    return copy(to, (vaddr_t)from, len, false, true);
}

size_t copy_to_user_partial(void *to, const void *from, size_t len)
{
    return copy((char *)from, (vaddr_t)to, len, true, true);
}

int copy_from_user(void *to, const void *from, size_t len)
{
    return copy(to, (vaddr_t)from, len, false, true) == 0 ? 0 : -EFAULT;
}

int copy_to_user(void *to, const void *from, size_t len)
{
    return copy((char *)from, (vaddr_t)to, len, true, true) == 0 ? 0 : -EFAULT;
}

size_t user_readable(const void *from, size_t len)
{
    size_t room = min(PAGE_SIZE - ((vaddr_t)from & (PAGE_SIZE - 1)), len);
    char byte;

    if (copy(&byte, (vaddr_t)from, 1, false, true) != 0)
        return 0;
    return room == len || copy(&byte, (vaddr_t)from + room, 1, false, true) == 0 ? len : room;
}

int copy_from_user_nofault(void *to, const void *from, size_t len)
{
    return copy(to, (vaddr_t)from, len, false, false) == 0 ? 0 : -EFAULT;
}

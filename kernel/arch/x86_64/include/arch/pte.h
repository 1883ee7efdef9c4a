/*
 * Page-table entries of x86-64: pure arithmetic on 8-byte words, and the atomic accesses to them.
 *
 * 1. Levels. Level 1 entries map 4 KiB; 2, 3 and 4 point to tables of the level below. A leaf may
 *    also sit at level 2 (2 MiB) or 3 (1 GiB): pte_is_leaf() tells. Index and size of an entry come
 *    from pte_index() and pte_level_size().
 *
 * 2. What an entry is. Exactly one of
 *      empty    all bits zero
 *      present  names a frame or a table. A leaf whose protection allows nothing (PROT_NONE) is
 *               "inaccessible": present for the memory system, not present for the processor
 *      special  not present, but not empty: a type, 50 bits of payload (swap slot, marker ...)
 *    pte_is_empty(), pte_is_present(), pte_is_special_entry() divide all entries.
 *
 * 3. Who writes. The processor sets accessed and dirty in a present entry at any time, so an entry
 *    that may be live is changed by pte_exchange or pte_compare_exchange only; all other functions
 *    take and return values. pte_store is for entries no processor can see being used.
 *
 * 4. Bits (x86-64; S: ours, ignored by the processor)
 *      0 P   1 RW  2 US  3 PWT  4 PCD  5 A  6 D  7 PS(leaf above level 1)  8 G
 *      9 S frame without owner   10 S write-protected by userfaultfd   11 S soft-dirty
 *      12..51 frame   52 S spare   59..62 protection key   63 NX
 *    inaccessible leaf: as above with P clear and bit 8 set
 *    special entry: P and bit 8 clear, 1..4 type (not 0), 5 soft-dirty, 6 userfaultfd, 9..58
 * payload
 */
#pragma once

#include <lib/types.h>

typedef struct {
    u64 value;
} pte_t;

#define PTE_LEVELS            4
#define PTE_ENTRIES_PER_TABLE 512
#define PTE_INDEX_BITS        9

#define PTE_PRESENT      (1UL << 0)
#define PTE_WRITABLE     (1UL << 1)
#define PTE_USER         (1UL << 2)
#define PTE_PWT          (1UL << 3)
#define PTE_PCD          (1UL << 4)
#define PTE_ACCESSED     (1UL << 5)
#define PTE_DIRTY        (1UL << 6)
#define PTE_HUGE         (1UL << 7)
#define PTE_GLOBAL       (1UL << 8)
#define PTE_INACCESSIBLE (1UL << 8) /* with PTE_PRESENT clear */
#define PTE_OWNERLESS    (1UL << 9)
#define PTE_UFFD_WP      (1UL << 10)
#define PTE_SOFT_DIRTY   (1UL << 11)
#define PTE_FRAME_MASK   0x000FFFFFFFFFF000UL
#define PTE_SPARE        (1UL << 52)
#define PTE_PKEY_SHIFT   59
#define PTE_PKEY_MASK    (0xFUL << PTE_PKEY_SHIFT)
#define PTE_NX           (1UL << 63)

#define PTE_SPECIAL_TYPE_SHIFT    1
#define PTE_SPECIAL_TYPE_MASK     (0xFUL << PTE_SPECIAL_TYPE_SHIFT)
#define PTE_SPECIAL_SOFT_DIRTY    (1UL << 5)
#define PTE_SPECIAL_UFFD_WP       (1UL << 6)
#define PTE_SPECIAL_PAYLOAD_SHIFT 9
#define PTE_SPECIAL_PAYLOAD_BITS  50
#define PTE_SPECIAL_PAYLOAD_MAX   ((1UL << PTE_SPECIAL_PAYLOAD_BITS) - 1)

/* Types of special entries: 1..15. */
enum pte_special_type {
    PTE_SPECIAL_SWAP = 1,  /* payload: swap device and slot */
    PTE_SPECIAL_MARKER,    /* payload: which marker (guard, poison, busy ...), chosen by mm */
    PTE_SPECIAL_MIGRATION, /* payload: frame in flight */
};

/* Protection in generic words; the low three are PROT_READ, PROT_WRITE and PROT_EXEC of mmap(2). */
#define PTE_PROT_READ       1u
#define PTE_PROT_WRITE      2u
#define PTE_PROT_EXEC       4u
#define PTE_PROT_USER       8u
#define PTE_PROT_GLOBAL     16u /* kernel mappings: the same in every space */
#define PTE_PROT_PKEY_SHIFT 8   /* the next four: protection key */

enum pte_cache {
    PTE_CACHE_NORMAL,
    PTE_CACHE_WRITECOMBINE, /* PWT: the page attribute table is programmed so at boot */
    PTE_CACHE_UNCACHED = 3, /* PCD and PWT */
};

/* Bits this processor has no use for and would refuse (NX before it is known to be there). */
extern u64 pte_unsupported_bits;

static inline unsigned pte_shift(unsigned level)
{
    return PAGE_SHIFT + (level - 1) * PTE_INDEX_BITS;
}

/* Bytes that one entry of @level maps; pages likewise. */
static inline u64 pte_level_size(unsigned level)
{
    return 1UL << pte_shift(level);
}

static inline u64 pte_level_pages(unsigned level)
{
    return 1UL << ((level - 1) * PTE_INDEX_BITS);
}

static inline unsigned pte_index(vaddr_t addr, unsigned level)
{
    return (addr >> pte_shift(level)) & (PTE_ENTRIES_PER_TABLE - 1);
}

/* ---- what an entry is ---- */

static inline pte_t pte_empty(void)
{
    return (pte_t){0};
}

static inline bool pte_is_empty(pte_t pte)
{
    return pte.value == 0;
}

static inline bool pte_is_same(pte_t a, pte_t b)
{
    return a.value == b.value;
}

/* Present for the memory system: the processor's P, or an inaccessible leaf. */
static inline bool pte_is_present(pte_t pte)
{
    return pte.value & (PTE_PRESENT | PTE_INACCESSIBLE);
}

/* Present for the processor, which may have cached it: removing it needs a flush. */
static inline bool pte_is_valid(pte_t pte)
{
    return pte.value & PTE_PRESENT;
}

static inline bool pte_is_inaccessible(pte_t pte)
{
    return (pte.value & (PTE_PRESENT | PTE_INACCESSIBLE)) == PTE_INACCESSIBLE;
}

static inline bool pte_is_special_entry(pte_t pte)
{
    return pte.value != 0 && !pte_is_present(pte);
}

/* A present entry of @level that names the frame a user sees, not a table. */
static inline bool pte_is_leaf(pte_t pte, unsigned level)
{
    return pte_is_present(pte) && (level == 1 || (pte.value & PTE_HUGE));
}

static inline bool pte_is_table(pte_t pte, unsigned level)
{
    return level > 1 && (pte.value & PTE_PRESENT) && !(pte.value & PTE_HUGE);
}

/* ---- present entries ---- */

static inline pfn_t pte_pfn(pte_t pte)
{
    return (pte.value & PTE_FRAME_MASK) >> PAGE_SHIFT;
}

static inline paddr_t pte_paddr(pte_t pte)
{
    return pte.value & PTE_FRAME_MASK;
}

static inline bool pte_is_writable(pte_t pte)
{
    return pte.value & PTE_WRITABLE;
}

static inline bool pte_is_user(pte_t pte)
{
    return pte.value & PTE_USER;
}

static inline bool pte_is_executable(pte_t pte)
{
    return !(pte.value & PTE_NX);
}

static inline bool pte_is_accessed(pte_t pte)
{
    return pte.value & PTE_ACCESSED;
}

static inline bool pte_is_dirty(pte_t pte)
{
    return pte.value & PTE_DIRTY;
}

static inline bool pte_is_global(pte_t pte)
{
    return (pte.value & (PTE_PRESENT | PTE_GLOBAL)) == (PTE_PRESENT | PTE_GLOBAL);
}

/* The frame has no struct page accounting (zero page, device memory). */
static inline bool pte_is_ownerless(pte_t pte)
{
    return pte.value & PTE_OWNERLESS;
}

static inline bool pte_is_soft_dirty(pte_t pte)
{
    return pte.value & (pte_is_present(pte) ? PTE_SOFT_DIRTY : PTE_SPECIAL_SOFT_DIRTY);
}

static inline bool pte_is_uffd_wp(pte_t pte)
{
    return pte.value & (pte_is_present(pte) ? PTE_UFFD_WP : PTE_SPECIAL_UFFD_WP);
}

static inline unsigned pte_pkey(pte_t pte)
{
    return (pte.value & PTE_PKEY_MASK) >> PTE_PKEY_SHIFT;
}

static inline enum pte_cache pte_cache(pte_t pte)
{
    return (enum pte_cache)((pte.value >> 3) & 3);
}

static inline pte_t pte_set_writable(pte_t pte)
{
    return (pte_t){pte.value | PTE_WRITABLE};
}

static inline pte_t pte_clear_writable(pte_t pte)
{
    return (pte_t){pte.value & ~PTE_WRITABLE};
}

static inline pte_t pte_set_accessed(pte_t pte)
{
    return (pte_t){pte.value | PTE_ACCESSED};
}

static inline pte_t pte_clear_accessed(pte_t pte)
{
    return (pte_t){pte.value & ~PTE_ACCESSED};
}

static inline pte_t pte_set_dirty(pte_t pte)
{
    return (pte_t){pte.value | PTE_DIRTY};
}

static inline pte_t pte_clear_dirty(pte_t pte)
{
    return (pte_t){pte.value & ~PTE_DIRTY};
}

static inline pte_t pte_set_ownerless(pte_t pte)
{
    return (pte_t){pte.value | PTE_OWNERLESS};
}

static inline pte_t pte_set_soft_dirty(pte_t pte)
{
    return (pte_t){pte.value | (pte_is_present(pte) ? PTE_SOFT_DIRTY : PTE_SPECIAL_SOFT_DIRTY)};
}

static inline pte_t pte_clear_soft_dirty(pte_t pte)
{
    return (pte_t){pte.value & ~(pte_is_present(pte) ? PTE_SOFT_DIRTY : PTE_SPECIAL_SOFT_DIRTY)};
}

static inline pte_t pte_set_uffd_wp(pte_t pte)
{
    return (pte_t){pte.value | (pte_is_present(pte) ? PTE_UFFD_WP : PTE_SPECIAL_UFFD_WP)};
}

static inline pte_t pte_clear_uffd_wp(pte_t pte)
{
    return (pte_t){pte.value & ~(pte_is_present(pte) ? PTE_UFFD_WP : PTE_SPECIAL_UFFD_WP)};
}

/* A bit of a present entry that means what mm says. */
static inline bool pte_is_noted(pte_t pte)
{
    return pte_is_present(pte) && (pte.value & PTE_SPARE);
}

static inline pte_t pte_clear_noted(pte_t pte)
{
    return (pte_t){pte.value & ~PTE_SPARE};
}

static inline pte_t pte_set_noted(pte_t pte)
{
    return (pte_t){pte.value | PTE_SPARE};
}

static inline pte_t pte_set_pkey(pte_t pte, unsigned pkey)
{
    return (pte_t){(pte.value & ~PTE_PKEY_MASK) | ((u64)pkey << PTE_PKEY_SHIFT)};
}

static inline pte_t pte_set_cache(pte_t pte, enum pte_cache cache)
{
    return (pte_t){(pte.value & ~(PTE_PWT | PTE_PCD)) | ((u64)cache << 3)};
}

static inline pte_t pte_set_pfn(pte_t pte, pfn_t pfn)
{
    return (pte_t){(pte.value & ~PTE_FRAME_MASK) | (pfn << PAGE_SHIFT)};
}

/* The bits that say who may do what. No right at all makes a leaf inaccessible. */
static inline u64 pte_protection_bits(unsigned prot)
{
    /* By PTE_PROT_READ, WRITE and EXEC: every fault comes by, and six tests cost 30 instructions.
     */
    static const u64 rights[8] = {
        PTE_INACCESSIBLE | PTE_NX,
        PTE_PRESENT | PTE_NX,
        PTE_PRESENT | PTE_WRITABLE | PTE_NX,
        PTE_PRESENT | PTE_WRITABLE | PTE_NX,
        PTE_PRESENT,
        PTE_PRESENT,
        PTE_PRESENT | PTE_WRITABLE,
        PTE_PRESENT | PTE_WRITABLE,
    };
    u64 bits = rights[prot & 7];

    bits |= prot / PTE_PROT_USER % 2 * PTE_USER;
    bits |= prot / PTE_PROT_GLOBAL % 2 * PTE_GLOBAL;
    bits |= (u64)(prot >> PTE_PROT_PKEY_SHIFT & 15) << PTE_PKEY_SHIFT;
    return bits & ~pte_unsupported_bits;
}

/* Present for the memory system only: no processor uses the leaf from the next flush on. */
static inline pte_t pte_clear_valid(pte_t pte)
{
    return (pte_t){(pte.value & ~PTE_PRESENT) | PTE_INACCESSIBLE};
}

/* The level-1 leaf that stands for page @index of a level-2 leaf, and the level-2 leaf that begins
 * with a level-1 leaf: the same but for frame and size. */
static inline pte_t pte_part_of_leaf(pte_t leaf, unsigned index)
{
    return (pte_t){(leaf.value & ~PTE_HUGE) + ((u64)index << PAGE_SHIFT)};
}

static inline pte_t pte_widen(pte_t pte)
{
    return (pte_t){pte.value | PTE_HUGE};
}

/*
 * pte_make_leaf: an entry of @level for the frame @pfn (a multiple of the level's pages).
 * => neither accessed nor dirty: the processor or the caller sets them
 */
static inline pte_t pte_make_leaf(pfn_t pfn, unsigned level, unsigned prot)
{
    return (pte_t){(pfn << PAGE_SHIFT) | pte_protection_bits(prot) | (level > 1 ? PTE_HUGE : 0)};
}

/* The same leaf with other rights and key; frame, accessed, dirty, soft bits and cache stay. */
static inline pte_t pte_change_protection(pte_t pte, unsigned prot)
{
    u64 rights = PTE_PRESENT | PTE_INACCESSIBLE | PTE_WRITABLE | PTE_USER | PTE_NX | PTE_PKEY_MASK;

    return (pte_t){(pte.value & ~rights) | pte_protection_bits(prot)};
}

/* An entry above level 1 that points to a table. The leaves below decide; write permission cleared
 * here (pte_clear_writable) takes it from all of them. */
static inline pte_t pte_make_table(paddr_t table, bool user)
{
    return (pte_t){table | PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | (user ? PTE_USER : 0)};
}

/* ---- special entries ---- */

static inline pte_t pte_make_special(enum pte_special_type type, u64 payload)
{
    return (pte_t){((u64)type << PTE_SPECIAL_TYPE_SHIFT) | (payload << PTE_SPECIAL_PAYLOAD_SHIFT)};
}

static inline enum pte_special_type pte_special_type(pte_t pte)
{
    return (enum pte_special_type)((pte.value & PTE_SPECIAL_TYPE_MASK) >> PTE_SPECIAL_TYPE_SHIFT);
}

static inline u64 pte_special_payload(pte_t pte)
{
    return (pte.value >> PTE_SPECIAL_PAYLOAD_SHIFT) & PTE_SPECIAL_PAYLOAD_MAX;
}

static inline bool pte_is_swap(pte_t pte)
{
    return pte_is_special_entry(pte) && pte_special_type(pte) == PTE_SPECIAL_SWAP;
}

static inline bool pte_is_marker(pte_t pte)
{
    return pte_is_special_entry(pte) && pte_special_type(pte) == PTE_SPECIAL_MARKER;
}

static inline bool pte_is_migration(pte_t pte)
{
    return pte_is_special_entry(pte) && pte_special_type(pte) == PTE_SPECIAL_MIGRATION;
}

/* ---- table words ---- */

static inline pte_t pte_load(const pte_t *slot)
{
    return (pte_t){__atomic_load_n(&slot->value, __ATOMIC_ACQUIRE)};
}

static inline void pte_store(pte_t *slot, pte_t pte)
{
    __atomic_store_n(&slot->value, pte.value, __ATOMIC_RELEASE);
}

static inline pte_t pte_exchange(pte_t *slot, pte_t pte)
{
    return (pte_t){__atomic_exchange_n(&slot->value, pte.value, __ATOMIC_SEQ_CST)};
}

/* True: *slot was *expected and is now @pte. False: *expected holds what was found. */
static inline bool pte_compare_exchange(pte_t *slot, pte_t *expected, pte_t pte)
{
    return __atomic_compare_exchange_n(&slot->value, &expected->value, pte.value, false,
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* Clear one of the processor's bits; true when it was set. The caller flushes if it must know. */
static inline bool pte_test_and_clear_accessed(pte_t *slot)
{
    return __atomic_fetch_and(&slot->value, ~PTE_ACCESSED, __ATOMIC_SEQ_CST) & PTE_ACCESSED;
}

static inline bool pte_test_and_clear_dirty(pte_t *slot)
{
    return __atomic_fetch_and(&slot->value, ~PTE_DIRTY, __ATOMIC_SEQ_CST) & PTE_DIRTY;
}

/* Take write permission away; returns the entry as it was. */
static inline pte_t pte_exchange_clear_writable(pte_t *slot)
{
    return (pte_t){__atomic_fetch_and(&slot->value, ~PTE_WRITABLE, __ATOMIC_SEQ_CST)};
}

/* The slot for @addr in a table of @level seen at @table. */
static inline pte_t *pte_slot(pte_t *table, vaddr_t addr, unsigned level)
{
    return &table[pte_index(addr, level)];
}

/* Page-table entries: every entry is exactly one of empty, present and special; changes keep the
 * rest. */
#include <arch/pte.h>

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static void check_kind(pte_t pte, bool empty, bool present, bool special)
{
    CHECK(pte_is_empty(pte) == empty);
    CHECK(pte_is_present(pte) == present);
    CHECK(pte_is_special_entry(pte) == special);
}

static void test_leaves(void)
{
    for (unsigned prot = 0; prot < 16; prot++) {
        for (unsigned level = 1; level <= 3; level++) {
            pfn_t pfn = 7 * pte_level_pages(level);
            pte_t pte = pte_make_leaf(pfn, level, prot);
            bool open = prot & (PTE_PROT_READ | PTE_PROT_WRITE | PTE_PROT_EXEC);

            check_kind(pte, false, true, false);
            CHECK(pte_is_leaf(pte, level) && !pte_is_table(pte, level));
            CHECK(pte_is_valid(pte) == open && pte_is_inaccessible(pte) == !open);
            CHECK(pte_pfn(pte) == pfn);
            CHECK(pte_is_writable(pte) == !!(prot & PTE_PROT_WRITE));
            CHECK(pte_is_executable(pte) == !!(prot & PTE_PROT_EXEC));
            CHECK(pte_is_user(pte) == !!(prot & PTE_PROT_USER));
            CHECK(!pte_is_accessed(pte) && !pte_is_dirty(pte));
        }
    }
}

static void test_changes(void)
{
    unsigned key = 9u << PTE_PROT_PKEY_SHIFT;
    pte_t pte = pte_make_leaf(0xABCDE, 1, PTE_PROT_READ | PTE_PROT_WRITE | PTE_PROT_USER | key);
    pte_t closed;

    CHECK(pte_pkey(pte) == 9 && pte_pkey(pte_change_protection(pte, PTE_PROT_USER)) == 0);
    pte = pte_set_soft_dirty(pte_set_dirty(pte_set_accessed(pte)));
    closed = pte_change_protection(pte, PTE_PROT_USER | key);
    check_kind(closed, false, true, false);
    CHECK(!pte_is_valid(closed) && pte_pfn(closed) == 0xABCDE && pte_is_dirty(closed));
    CHECK(pte_pkey(closed) == 9 && pte_is_soft_dirty(closed));
    CHECK(pte_is_same(
        pte_change_protection(closed, PTE_PROT_READ | PTE_PROT_WRITE | PTE_PROT_USER | key), pte));
    CHECK(pte_is_same(pte_clear_soft_dirty(pte_set_soft_dirty(pte)), pte_clear_soft_dirty(pte)));
    CHECK(!pte_is_writable(pte_clear_writable(pte)) && pte_pfn(pte_set_pfn(pte, 5)) == 5);
    CHECK(pte_cache(pte_set_cache(pte, PTE_CACHE_UNCACHED)) == PTE_CACHE_UNCACHED);
}

static void test_special(void)
{
    const u64 payloads[] = {0, 1, 0x123456789A, PTE_SPECIAL_PAYLOAD_MAX};

    for (unsigned type = 1; type < 16; type++) {
        for (size_t i = 0; i < ARRAY_SIZE(payloads); i++) {
            pte_t pte = pte_make_special((enum pte_special_type)type, payloads[i]);

            check_kind(pte, false, false, true);
            CHECK(!pte_is_leaf(pte, 1) && !pte_is_valid(pte) && !pte_is_table(pte, 2));
            CHECK(pte_special_type(pte) == type && pte_special_payload(pte) == payloads[i]);
            pte = pte_set_uffd_wp(pte_set_soft_dirty(pte));
            CHECK(pte_special_type(pte) == type && pte_special_payload(pte) == payloads[i]);
            CHECK(pte_is_soft_dirty(pte) && pte_is_uffd_wp(pte));
        }
    }
}

static void test_tables(void)
{
    static pte_t table[PTE_ENTRIES_PER_TABLE];
    pte_t entry = pte_make_table(0x1234000, true);
    pte_t expected = pte_empty();

    CHECK(pte_is_table(entry, 2) && !pte_is_leaf(entry, 2) && pte_paddr(entry) == 0x1234000);
    CHECK(pte_index(0x00007FFFFFFFF000, 4) == 255 && pte_index(0x00007FFFFFFFF000, 1) == 511);
    CHECK(pte_level_size(2) == 2 << 20 && pte_level_size(3) == 1 << 30);
    CHECK(pte_compare_exchange(pte_slot(table, 0x5000, 1), &expected, entry));
    expected = pte_empty();
    CHECK(!pte_compare_exchange(&table[5], &expected, pte_empty()) && pte_is_same(expected, entry));
    CHECK(pte_test_and_clear_accessed(&table[5]) && !pte_test_and_clear_accessed(&table[5]));
    CHECK(pte_is_writable(pte_exchange_clear_writable(&table[5])) &&
          !pte_is_writable(pte_load(&table[5])));
}

int main(void)
{
    check_kind(pte_empty(), true, false, false);
    test_leaves();
    test_changes();
    test_special();
    test_tables();
    return 0;
}

/*
 * The commit total: pages promised to private writable memory and to objects without a store,
 * touched or not, and the rule by which a promise is refused (vm.overcommit_memory; "Overcommit
 * Accounting" in the kernel's documentation). Who was promised what is counted in account.h.
 *
 * Lock: none; the total is atomic (in two parts), each setting one word.
 */
#pragma once

#include <lib/types.h>

struct mm;
struct mm_caller;

/* On whose behalf the kernel works; a kernel thread may do all. */
void caller_describe(struct mm_caller *caller);

/*
 * commit_charge: promise @nr_pages.
 * => @mm: for whom, its map_lock held; NULL: an object, on behalf of the caller
 * => -ENOMEM: the rule says no
 */
int commit_charge(const struct mm *mm, u64 nr_pages) __must_check;

/* Promise again what was just given back: is not refused. */
void commit_charge_again(const struct mm *mm, u64 nr_pages);
void commit_uncharge(const struct mm *mm, u64 nr_pages);

u64 commit_total(void);
u64 commit_total_of_areas(void); /* of that: promised to address spaces */

/* What may be promised under the strict rule, in pages. */
u64 commit_limit(void);

/* The strict rule is in force: MAP_NORESERVE means nothing. */
bool commit_is_strict(void);

/* => once, at boot */
void commit_init(void);

/*
 * Why a memory call failed, in words. A call returns one number for many rules; which one it was is
 * noted where the call is refused, or follows from its arguments.
 */
#pragma once

#include <lib/types.h>

struct mm;

/* Bits, so that a rule can name several. */
#define MM_CALL_MAP      (1u << 0) /* arguments as mmap(2): address, length, prot, flags, fd, offset */
#define MM_CALL_UNMAP    (1u << 1)
#define MM_CALL_PROTECT  (1u << 2) /* also pkey_mprotect: the fourth is the key */
#define MM_CALL_REMAP    (1u << 3)
#define MM_CALL_ADVISE   (1u << 4)
#define MM_CALL_SYNC     (1u << 5)
#define MM_CALL_RESIDENT (1u << 6)
#define MM_CALL_LOCK     (1u << 7) /* mlock, mlock2, munlock */
#define MM_CALL_LOCK_ALL (1u << 8)
#define MM_CALL_BREAK    (1u << 9)
#define MM_CALL_OTHER    (1u << 10) /* no range of the caller's: System V shm, process_vm ... */

struct mm_diagnosis {
    const char *rule;   /* a sentence; static storage */
    vaddr_t start, end; /* the area at the address as it is now; both 0: none */
    u32 flags;          /* VMA_* of that area */
};

/*
 * mm_diagnose: @call (MM_CALL_*) with @arguments failed with @error (negative).
 * => the current thread has just made the call; map_lock not held
 */
void mm_diagnose(struct mm *mm, u32 call, const unsigned long arguments[6], int error,
                 struct mm_diagnosis *diagnosis);

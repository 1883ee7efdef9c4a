/*
 * The audit: the invariants of user memory, recounted from all sides (DESIGN 2.11). Each function
 * checks one invariant, named like it, and returns 0 or -EUCLEAN with the report written.
 *
 * => map_lock of every address space held for writing by the audit
 */
#pragma once

#include "account.h"
#include "pt.h"

struct audit {
    char *report;
    size_t size;
    u32 *found;    /* by frame number: entries that name the frame (tables: of level 2 and up) */
    u64 tables;    /* table frames that were found, roots not counted */
    u64 lazy_free; /* private pages marked as given up */
    u32 *leaves;   /* by block: huge leaves that name it */
    u64 huge;      /* frames of the blocks that were found */
    u64 promised;  /* huge pages, by private areas */
    u64 committed; /* by address spaces */
    u64 anonymous; /* private pages that are mapped */
    u64 mapped;    /* pages of objects that are mapped */
    unsigned mm_number; /* of the address space being looked at, in the order of their creation */
};

/* Write the report: the invariant's name, the address space, what is wrong. Always -EUCLEAN. */
int audit_fail(struct audit *audit, const char *invariant, const char *format, ...) __printf(3, 4);

int audit_areas(struct audit *audit, struct mm *mm);  /* audit_areas.c */
int audit_tables(struct audit *audit, struct mm *mm); /* audit_tables.c */
int audit_frames(struct audit *audit);                /* audit_frames.c */

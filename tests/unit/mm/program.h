/*
 * Unit tests that read like user programs: short names for the calls a program makes.
 */
#pragma once

#include <abi/errno.h>
#include <abi/signal.h>
#include <mm/mm.h>

#include "fake/fake.h"
#include "fake/mmu.h"
#include "unit.h"

#define PAGE PAGE_SIZE
#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* A fresh address space, made current. */
static inline struct mm *program(void)
{
    struct mm *mm = mm_create();

    EXPECT(!IS_ERR(mm));
    fake_mm_use(mm);
    return mm;
}

static inline long do_map(struct mm *mm, vaddr_t addr, size_t len, unsigned prot, unsigned flags)
{
    struct mm_map_request request = {.addr = addr, .len = len, .prot = prot, .flags = flags};

    return mm_map(mm, &request);
}

/* mmap of an object from its page @index on, as if through a file opened read-write. */
static inline long do_map_object(struct mm *mm, struct vm_object *object, u64 index, size_t len,
                                 unsigned prot, unsigned flags)
{
    struct mm_map_request request = {.len = len,
                                     .prot = prot,
                                     .flags = flags,
                                     .object = object,
                                     .offset = index * PAGE,
                                     .may = VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC};

    return mm_map(mm, &request);
}

/* Everything is as it should be. */
static inline void audit(void)
{
    char report[256];

    if (mm_audit(report, sizeof(report)) != 0)
        unit_fail(__FILE__, __LINE__, "audit: %s", report);
}

static inline void finish(struct mm *mm)
{
    mm_put_user(mm);
    fake_run_deferred();
}

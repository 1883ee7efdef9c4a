/*
 * What userfault.c and userfault_area.c share (include/mm/userfault.h).
 */
#pragma once

#include <mm/userfault.h>
#include <sched/wait.h>

#include "vma.h"

#define USERFAULT_ENABLED (1u << 31) /* in features: the handshake was made; as Linux shows it */

struct userfault {
    struct mm *mm;           /* (I) a reference to the storage */
    bool user_only;          /* (I) */
    u32 features;            /* (a) USERFAULT_ENABLED and UFFD_FEATURE_*, set once */
    u32 references;          /* (a) the descriptor's, and one of each thread that asks */
    struct spinlock lock;    /* rank USERFAULT */
    struct list_head unread; /* (l) struct question, oldest first */
    struct list_head taken;  /* (l) struct question */
    struct wait_queue readers;
};

void userfault_put(struct userfault *userfault);

/*
 * The contexts of asynchronous input and output, and their rings of events (aio_context.c).
 */
#pragma once

#include <abi/aio.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <mm/mm.h>
#include <sched/wait.h>

/* (c): contexts_lock. (r): lock. (a): atomic. (I): immutable. */
struct aio_context {
    struct vm_source source; /* (I) the door of its mapping */
    refcount_t references;
    struct list_head link; /* (c) in contexts; ended: to itself */
    u64 areas;             /* (a) of the mapping */
    struct mm *mm;         /* (I) referenced, so that its address means it alone */
    vaddr_t at;            /* (I) once in contexts */
    size_t len;            /* (I) bytes mapped */
    u32 nr_slots;          /* (I) events in the ring, one of which stays empty */
    u32 nr_wanted;         /* (I) what it counts for in fs.aio-nr */
    struct mutex lock;
    u32 tail;        /* (r) */
    u32 in_work;     /* (r) requests that will need a place in the ring */
    u32 completions; /* (a) */
    struct wait_queue wait;
};

/* The context @id of the current address space, referenced; NULL: there is none. */
struct aio_context *aio_context_find(unsigned long id) __must_check;
void aio_context_put(struct aio_context *context);
bool aio_context_has_ended(const struct aio_context *context);

/* A place for the result of one more request, until it is given back. -EAGAIN: none is free */
int aio_ring_reserve(struct aio_context *context) __must_check;
void aio_ring_unreserve(struct aio_context *context);

/* A result into the ring, and a wake. The program may have taken its ring away: its loss. */
void aio_ring_complete(struct aio_context *context, const struct abi_io_event *event);

/* Up to @most events to the program. => how many; -EFAULT; -EINVAL: the context has ended */
long aio_ring_take(struct aio_context *context, struct abi_io_event __user *events,
                   long most) __must_check;

/*
 * An object with a store, as a file system would make it: one array of bytes per page, faults on
 * demand, write notice.
 */
#pragma once

#include "mm/program.h"

#define STORE_PAGES 64

struct store {
    struct vm_object object;
    char bytes[STORE_PAGES][PAGE_SIZE]; /* what is "on disk" */
    unsigned reads, notices, writes;    /* how often each operation was called */
    int fail;                           /* errno that get_page and make_writable give, or 0 */
    bool released;
};

/* A store of @nr_pages whose page n is filled with the byte n + 1; with one reference. */
struct store *store_create(u64 nr_pages);

/* Drop the reference; the store must be released by that. */
void store_destroy(struct store *store);

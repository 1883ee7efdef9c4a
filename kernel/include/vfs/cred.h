/*
 * Credentials: who asks. Immutable once published, shared by reference: a change is made on a copy,
 * which then replaces the pointer (proc does that; files keep those of their opener).
 */
#pragma once

#include <abi/capability.h>
#include <lib/refcount.h>
#include <lib/types.h>

/* Supplementary groups, sorted; shared between credentials. */
struct group_list {
    refcount_t references;
    u32 count;    /* (I) */
    u32 groups[]; /* (I) ascending */
};

struct credentials {
    refcount_t references;
    u32 uid, euid, suid, fsuid;
    u32 gid, egid, sgid, fsgid;
    struct group_list *groups; /* NULL: none */
    u64 effective;             /* capability sets, bit CAP_* */
    u64 permitted;
    u64 inheritable;
    u64 bounding;
    u64 ambient;
    u32 secure_bits;
};

/* root with every capability: the first process and the kernel itself. Static, never freed. */
extern struct credentials credentials_kernel;

/* A copy with one reference, to be changed before it is published; NULL when there is no memory. */
struct credentials *credentials_copy(const struct credentials *from) __must_check;
const struct credentials *credentials_get(const struct credentials *credentials);
void credentials_put(const struct credentials *credentials);

static inline bool credentials_capable(const struct credentials *credentials, unsigned capability)
{
    return credentials->effective >> capability & 1;
}

/* The file-system group or a supplementary one (inode checks) / the effective group or a
 * supplementary one. */
bool credentials_in_group(const struct credentials *credentials, u32 gid);
bool credentials_in_egroup(const struct credentials *credentials, u32 gid);

/* @count groups, which are sorted here; one reference; NULL: no memory. */
struct group_list *group_list_create(const u32 *groups, u32 count) __must_check;
struct group_list *group_list_get(struct group_list *list); /* NULL stays NULL */
void group_list_put(struct group_list *list);

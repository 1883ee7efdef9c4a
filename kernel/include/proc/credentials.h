/*
 * Changing identity: the setuid and setgid families, groups, capabilities (credentials(7),
 * capabilities(7)).
 *
 * The structure and its permission tests are vfs's (<vfs/cred.h>); here are the rules of change.
 */
#pragma once

#include <lib/types.h>

struct task;
struct abi_capability_header;
struct abi_capability_data;

/* -1 (~0u) leaves a value unchanged where the call allows it. Errors as the manual pages. */
long credentials_setuid(u32 uid);
long credentials_setgid(u32 gid);
long credentials_setreuid(u32 real, u32 effective);
long credentials_setregid(u32 real, u32 effective);
long credentials_setresuid(u32 real, u32 effective, u32 saved);
long credentials_setresgid(u32 real, u32 effective, u32 saved);
long credentials_setfsuid(u32 uid); /* the old one, whatever happens */
long credentials_setfsgid(u32 gid);
long credentials_setgroups(const u32 *groups, size_t count);

/* Does the current task have capability @number in effect? */
bool capable(int number);

/* capget(2) and capset(2) below the copying: three sets of 64 bits. */
int capabilities_get(int pid, u64 *effective, u64 *permitted, u64 *inheritable) __must_check;
int capabilities_set(u64 effective, u64 permitted, u64 inheritable) __must_check;
int capability_bounding_drop(int number) __must_check;
int capability_ambient(int operation, int number) __must_check;
/* PR_SET_SECUREBITS, PR_SET_KEEPCAPS. => -EPERM: a bit that is locked, unknown, or no right to */
int credentials_set_secure_bits(unsigned long bits) __must_check;
int credentials_keep_capabilities(bool keep) __must_check;

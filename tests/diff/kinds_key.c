/*
 * kinds_key.c: protection keys: taking and giving back keys, the key of a range, the rights that a
 * thread has. Key 0, which the program itself lives on, stays open.
 */

#include "access.h"
#include "operation.h"

#ifndef PKEY_DISABLE_ACCESS
#define PKEY_DISABLE_ACCESS 1
#define PKEY_DISABLE_WRITE  2
#endif

static void choose_key_alloc(struct random *random, long *arguments)
{
    static const long rights[] = {0, 0, PKEY_DISABLE_ACCESS, PKEY_DISABLE_WRITE, 3, 4};

    arguments[0] = RANDOM_ONE(random, rights);
}

static long perform_key_alloc(const long *arguments)
{
    return syscall(SYS_pkey_alloc, 0, arguments[0]);
}

static void describe_key_alloc(char text[text_bytes], const long *arguments)
{
    snprintf(text, text_bytes, "syscall(SYS_pkey_alloc, 0, %ld)", arguments[0]);
}

static void choose_key_free(struct random *random, long *arguments)
{
    arguments[0] = 1 + (long)random_below(random, 4);
}

static long perform_key_free(const long *arguments)
{
    return syscall(SYS_pkey_free, arguments[0]);
}

static void describe_key_free(char text[text_bytes], const long *arguments)
{
    snprintf(text, text_bytes, "syscall(SYS_pkey_free, %ld)", arguments[0]);
}

static void choose_key_protect(struct random *random, long *arguments)
{
    static const long protections[] = {PROT_READ | PROT_WRITE,
                                       PROT_READ | PROT_WRITE,
                                       PROT_READ,
                                       PROT_READ | PROT_EXEC,
                                       PROT_EXEC,
                                       PROT_NONE};
    static const long keys[] = {-1, 0, 1, 1, 1, 2, 2, 3, 15};

    random_range(random, &arguments[0], &arguments[1]);
    arguments[2] = RANDOM_ONE(random, protections);
    arguments[3] = RANDOM_ONE(random, keys);
}

static long perform_key_protect(const long *arguments)
{
    return syscall(SYS_pkey_mprotect, place(arguments[0]), arguments[1], arguments[2],
                   arguments[3]);
}

static void describe_key_protect(char text[text_bytes], const long *arguments)
{
    char where[32], len[32], protection[160];

    snprintf(text, text_bytes, "syscall(SYS_pkey_mprotect, %s, %s, %s, %ld)",
             place_name(arguments[0], where), length_name(arguments[1], len),
             protection_name(arguments[2], protection), arguments[3]);
}

static void choose_rights(struct random *random, long *arguments)
{
    arguments[0] = 1 + (long)random_below(random, 3);
    arguments[1] = (long)random_below(random, 4);
    if (random_below(random, 3) == 0)
        arguments[1] = 0;
}

static long perform_rights(const long *arguments)
{
    return rights_set((int)arguments[0], (unsigned)arguments[1]);
}

static void describe_rights(char text[text_bytes], const long *arguments)
{
    snprintf(text, text_bytes, "rights_set(%ld, %ld)", arguments[0], arguments[1]);
}

const struct kind kinds_key[] = {
    {"key-alloc", 2, 1, choose_key_alloc, perform_key_alloc, describe_key_alloc},
    {"key-free", 1, 1, choose_key_free, perform_key_free, describe_key_free},
    {"key-protect", 4, 4, choose_key_protect, perform_key_protect, describe_key_protect},
    {"rights", 2, 2, choose_rights, perform_rights, describe_rights},
    {NULL, 0, 0, NULL, NULL, NULL},
};

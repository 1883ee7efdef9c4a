/*
 * kinds_object.c: the size and the holes of objects that are mapped: ftruncate, fallocate.
 *
 * A hole that ends within the first page is made to end with it: by a wrap in its arithmetic Linux
 * then unmaps the whole file, to no effect but that its pages are faulted in again.
 */

#include <linux/falloc.h>

#include "operation.h"
#include "trace.h"

static const long objects[] = {object_file,  object_file,   object_memory, object_memory,
                               object_posix, object_reader, object_sealed, object_sealed};

static void choose_truncate(struct random *random, long *arguments)
{
    arguments[0] = RANDOM_ONE(random, objects);
    arguments[1] = (long)random_below(random, 12) * (long)PAGE;
    if (random_below(random, 2))
        arguments[1] += (long)random_below(random, PAGE);
}

static long perform_truncate(const long *arguments)
{
    return syscall(SYS_ftruncate, object_descriptor(arguments[0]), arguments[1]);
}

static void describe_truncate(char text[text_bytes], const long *arguments)
{
    char len[32];

    snprintf(text, text_bytes, "ftruncate(%s, %s)", object_name(arguments[0]),
             length_name(arguments[1], len));
}

static const struct bit_name allocate_modes[] = {
    {FALLOC_FL_KEEP_SIZE, "FALLOC_FL_KEEP_SIZE"},
    {FALLOC_FL_PUNCH_HOLE, "FALLOC_FL_PUNCH_HOLE"},
    {FALLOC_FL_ZERO_RANGE, "FALLOC_FL_ZERO_RANGE"},
    {FALLOC_FL_COLLAPSE_RANGE, "FALLOC_FL_COLLAPSE_RANGE"},
    {0, NULL}};

static void choose_allocate(struct random *random, long *arguments)
{
    static const long modes[] = {0,
                                 0,
                                 FALLOC_FL_KEEP_SIZE,
                                 FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE,
                                 FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE,
                                 FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE,
                                 FALLOC_FL_PUNCH_HOLE,
                                 FALLOC_FL_ZERO_RANGE,
                                 FALLOC_FL_COLLAPSE_RANGE};

    arguments[0] = RANDOM_ONE(random, objects);
    arguments[1] = RANDOM_ONE(random, modes);
    arguments[2] = (long)random_below(random, 10) * (long)PAGE;
    arguments[3] = (long)random_below(random, 5) * (long)PAGE;
    if (random_below(random, 2))
        arguments[2] += (long)random_below(random, PAGE);
    if (random_below(random, 2))
        arguments[3] += (long)random_below(random, PAGE);
}

static long perform_allocate(const long *arguments)
{
    long len = arguments[3];

    if ((arguments[1] & FALLOC_FL_PUNCH_HOLE) && len > 0 && arguments[2] + len < (long)PAGE)
        len = (long)PAGE - arguments[2];
    return syscall(SYS_fallocate, object_descriptor(arguments[0]), arguments[1], arguments[2], len);
}

static void describe_allocate(char text[text_bytes], const long *arguments)
{
    char mode[160], start[32], len[32];

    snprintf(text, text_bytes, "fallocate(%s, %s, %s, %s)", object_name(arguments[0]),
             bits_name(arguments[1], allocate_modes, "0", mode), length_name(arguments[2], start),
             length_name(arguments[3], len));
}

static const struct bit_name seals[] = {{F_SEAL_SEAL, "F_SEAL_SEAL"},
                                        {F_SEAL_SHRINK, "F_SEAL_SHRINK"},
                                        {F_SEAL_GROW, "F_SEAL_GROW"},
                                        {F_SEAL_WRITE, "F_SEAL_WRITE"},
                                        {F_SEAL_FUTURE_WRITE, "F_SEAL_FUTURE_WRITE"},
                                        {0, NULL}};

static void choose_seal(struct random *random, long *arguments)
{
    static const long sealable[] = {object_sealed, object_sealed, object_sealed,
                                    object_sealed, object_memory, object_file};

    arguments[0] = RANDOM_ONE(random, sealable);
    arguments[1] = seals[1 + random_below(random, 4)].bit;
    if (random_below(random, 12) == 0)
        arguments[1] = F_SEAL_SEAL;
    /* What is often mapped is seldom sealed against writing, which lasts. */
    if (arguments[0] == object_memory && random_below(random, 4))
        arguments[0] = object_sealed;
}

static long perform_seal(const long *arguments)
{
    int object = object_descriptor(arguments[0]);

    trace("seals %ld", syscall(SYS_fcntl, object, F_GET_SEALS));
    return syscall(SYS_fcntl, object, F_ADD_SEALS, arguments[1]);
}

static void describe_seal(char text[text_bytes], const long *arguments)
{
    char names[160];

    snprintf(text, text_bytes, "syscall(SYS_fcntl, %s, F_ADD_SEALS, %s)", object_name(arguments[0]),
             bits_name(arguments[1], seals, "0", names));
}

const struct kind kinds_object[] = {
    {"truncate", 4, 2, choose_truncate, perform_truncate, describe_truncate},
    {"allocate", 3, 4, choose_allocate, perform_allocate, describe_allocate},
    {"seal", 2, 2, choose_seal, perform_seal, describe_seal},
    {NULL, 0, 0, NULL, NULL, NULL},
};

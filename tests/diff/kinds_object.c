/* kinds_object.c: the size and the holes of objects that are mapped: ftruncate, fallocate. */

#include <linux/falloc.h>

#include "operation.h"

static const long objects[] = {object_file,   object_file,  object_memory,
                               object_memory, object_posix, object_reader};

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
    return syscall(SYS_fallocate, object_descriptor(arguments[0]), arguments[1], arguments[2],
                   arguments[3]);
}

static void describe_allocate(char text[text_bytes], const long *arguments)
{
    char mode[160], start[32], len[32];

    snprintf(text, text_bytes, "fallocate(%s, %s, %s, %s)", object_name(arguments[0]),
             bits_name(arguments[1], allocate_modes, "0", mode), length_name(arguments[2], start),
             length_name(arguments[3], len));
}

const struct kind kinds_object[] = {
    {"truncate", 4, 2, choose_truncate, perform_truncate, describe_truncate},
    {"allocate", 3, 4, choose_allocate, perform_allocate, describe_allocate},
    {NULL, 0, 0, NULL, NULL, NULL},
};

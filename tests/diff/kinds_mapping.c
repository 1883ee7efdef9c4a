/* kinds_mapping.c: mmap, munmap, mprotect, mremap, brk. The calls are made without libc's own
 * checks. */

#include "operation.h"

static const long protections[] = {PROT_NONE,
                                   PROT_READ,
                                   PROT_READ | PROT_WRITE,
                                   PROT_READ | PROT_WRITE,
                                   PROT_READ | PROT_WRITE,
                                   PROT_READ | PROT_WRITE | PROT_EXEC,
                                   PROT_READ | PROT_EXEC,
                                   PROT_WRITE,
                                   PROT_EXEC};

static const struct bit_name map_flags[] = {{MAP_SHARED, "MAP_SHARED"},
                                            {MAP_PRIVATE, "MAP_PRIVATE"},
                                            {MAP_ANONYMOUS, "MAP_ANONYMOUS"},
                                            {MAP_FIXED, "MAP_FIXED"},
                                            {MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE"},
                                            {MAP_GROWSDOWN, "MAP_GROWSDOWN"},
                                            {MAP_32BIT, "MAP_32BIT"},
                                            {MAP_POPULATE, "MAP_POPULATE"},
                                            {MAP_NONBLOCK, "MAP_NONBLOCK"},
                                            {MAP_LOCKED, "MAP_LOCKED"},
                                            {MAP_NORESERVE, "MAP_NORESERVE"},
                                            {MAP_STACK, "MAP_STACK"},
                                            {MAP_SYNC, "MAP_SYNC"},
                                            {0, NULL}};

/* The arguments of map. */
enum { map_offset, map_len, map_protection, map_flag_bits, map_object, map_position };

static long choose_map_flags(struct random *random, long object)
{
    static const long places[] = {MAP_FIXED, MAP_FIXED, MAP_FIXED, MAP_FIXED,
                                  MAP_FIXED, 0,         0,         MAP_FIXED_NOREPLACE};
    static const long extras[] = {0, 0, 0, 0, 0, MAP_POPULATE, MAP_NORESERVE, MAP_STACK};
    static const long rare[] = {MAP_GROWSDOWN,  MAP_32BIT,    MAP_NONBLOCK | MAP_POPULATE,
                                MAP_SYNC,       MAP_SHARED,   MAP_LOCKED,
                                MAP_EXECUTABLE, MAP_DENYWRITE};
    long flags = random_below(random, 5) < 3 ? MAP_PRIVATE : MAP_SHARED;

    if (object == object_none)
        flags |= MAP_ANONYMOUS;
    flags |= RANDOM_ONE(random, places) | RANDOM_ONE(random, extras);
    if (random_below(random, 8) == 0)
        flags |= RANDOM_ONE(random, rare);
    if (random_below(random, 40) == 0)
        flags &= ~MAP_TYPE;
    return flags;
}

/* In a wide window most is private memory that can be written. */
static void choose_memory(struct random *random, long *arguments)
{
    if (random_below(random, 4))
        arguments[map_object] = object_none;
    if (random_below(random, 2))
        arguments[map_protection] = PROT_READ | PROT_WRITE;
}

static void choose_map(struct random *random, long *arguments)
{
    static const long objects[] = {object_none,  object_none,   object_none,   object_none,
                                   object_file,  object_file,   object_memory, object_memory,
                                   object_file,  object_reader, object_writer, object_posix,
                                   object_sealed};

    random_range(random, &arguments[map_offset], &arguments[map_len]);
    arguments[map_protection] = RANDOM_ONE(random, protections);
    arguments[map_object] = RANDOM_ONE(random, objects);
    if (scene_breadth() == wide)
        choose_memory(random, arguments);
    arguments[map_flag_bits] = choose_map_flags(random, arguments[map_object]);
    arguments[map_position] = (long)random_below(random, 12) * (long)PAGE;
    if (random_below(random, 3) == 0)
        arguments[map_position] = arguments[map_offset] & ~((long)PAGE - 1);
    if (arguments[map_position] < 0)
        arguments[map_position] = 0;
    if (random_below(random, 60) == 0)
        arguments[map_position] = 1 + (long)random_below(random, 3 * PAGE);
    if (!(arguments[map_flag_bits] & (MAP_FIXED | MAP_FIXED_NOREPLACE)) && random_below(random, 2))
        arguments[map_offset] = no_place;
}

static long perform_map(const long *arguments)
{
    return syscall(SYS_mmap, place(arguments[map_offset]), arguments[map_len],
                   arguments[map_protection], arguments[map_flag_bits],
                   object_descriptor(arguments[map_object]), arguments[map_position]);
}

static void describe_map(char text[text_bytes], const long *arguments)
{
    char where[32], len[32], protection[160], flags[160], position[32];

    snprintf(text, text_bytes, "mmap(%s, %s, %s, %s, %s, %s)",
             place_name(arguments[map_offset], where), length_name(arguments[map_len], len),
             protection_name(arguments[map_protection], protection),
             bits_name(arguments[map_flag_bits], map_flags, "0", flags),
             object_name(arguments[map_object]), length_name(arguments[map_position], position));
}

static void choose_unmap(struct random *random, long *arguments)
{
    random_range(random, &arguments[0], &arguments[1]);
}

static long perform_unmap(const long *arguments)
{
    return syscall(SYS_munmap, place(arguments[0]), arguments[1]);
}

static void describe_unmap(char text[text_bytes], const long *arguments)
{
    char where[32], len[32];

    snprintf(text, text_bytes, "munmap(%s, %s)", place_name(arguments[0], where),
             length_name(arguments[1], len));
}

static void choose_protect(struct random *random, long *arguments)
{
    random_range(random, &arguments[0], &arguments[1]);
    arguments[2] = RANDOM_ONE(random, protections);
    if (random_below(random, 30) == 0)
        arguments[2] |= random_below(random, 2) ? PROT_GROWSDOWN : PROT_GROWSUP;
    if (random_below(random, 60) == 0)
        arguments[2] |= 1 << (4 + random_below(random, 8));
}

static long perform_protect(const long *arguments)
{
    return syscall(SYS_mprotect, place(arguments[0]), arguments[1], arguments[2]);
}

static void describe_protect(char text[text_bytes], const long *arguments)
{
    char where[32], len[32], protection[160];

    snprintf(text, text_bytes, "mprotect(%s, %s, %s)", place_name(arguments[0], where),
             length_name(arguments[1], len), protection_name(arguments[2], protection));
}

static const struct bit_name remap_flags[] = {{MREMAP_MAYMOVE, "MREMAP_MAYMOVE"},
                                              {MREMAP_FIXED, "MREMAP_FIXED"},
                                              {MREMAP_DONTUNMAP, "MREMAP_DONTUNMAP"},
                                              {0, NULL}};

/* The arguments of remap. */
enum { remap_offset, remap_old_len, remap_new_len, remap_flag_bits, remap_target };

static void choose_remap(struct random *random, long *arguments)
{
    static const long flags[] = {0,
                                 MREMAP_MAYMOVE,
                                 MREMAP_MAYMOVE,
                                 MREMAP_MAYMOVE | MREMAP_FIXED,
                                 MREMAP_MAYMOVE | MREMAP_FIXED,
                                 MREMAP_MAYMOVE | MREMAP_FIXED,
                                 MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
                                 MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
                                 MREMAP_FIXED,
                                 MREMAP_DONTUNMAP};
    long ignored;

    random_range(random, &arguments[remap_offset], &arguments[remap_old_len]);
    random_range(random, &arguments[remap_target], &arguments[remap_new_len]);
    arguments[remap_flag_bits] = RANDOM_ONE(random, flags);
    if (random_below(random, 3) == 0 || (arguments[remap_flag_bits] & MREMAP_DONTUNMAP))
        arguments[remap_new_len] = arguments[remap_old_len];
    /* What is moved to a fixed place must fit there. */
    if (arguments[remap_target] + arguments[remap_new_len] > window_pages * (long)PAGE)
        random_range(random, &arguments[remap_target], &ignored);
    if (arguments[remap_target] + arguments[remap_new_len] > window_pages * (long)PAGE)
        arguments[remap_target] = 0;
    if (random_below(random, 20) == 0)
        arguments[remap_old_len] = 0;
    if (random_below(random, 60) == 0)
        arguments[remap_flag_bits] |= 8;
}

static long perform_remap(const long *arguments)
{
    return syscall(SYS_mremap, place(arguments[remap_offset]), arguments[remap_old_len],
                   arguments[remap_new_len], arguments[remap_flag_bits],
                   place(arguments[remap_target]));
}

static void describe_remap(char text[text_bytes], const long *arguments)
{
    char from[32], old_len[32], new_len[32], flags[160], to[32];

    snprintf(text, text_bytes, "mremap(%s, %s, %s, %s, %s)",
             place_name(arguments[remap_offset], from),
             length_name(arguments[remap_old_len], old_len),
             length_name(arguments[remap_new_len], new_len),
             bits_name(arguments[remap_flag_bits], remap_flags, "0", flags),
             place_name(arguments[remap_target], to));
}

static void choose_break(struct random *random, long *arguments)
{
    arguments[0] = (long)random_below(random, 12) * 3000 - 9000;
}

static long program_break(unsigned long address)
{
    return syscall(SYS_brk, address);
}

/* The break moves by a distance from where it was at first, and its new distance is the answer. */
static long perform_break(const long *arguments)
{
    static unsigned long base;

    if (base == 0)
        base = (unsigned long)program_break(0);
    return program_break(base + (unsigned long)arguments[0]) - (long)base;
}

static void describe_break(char text[text_bytes], const long *arguments)
{
    snprintf(text, text_bytes, "break_move(%ld)", arguments[0]);
}

const struct kind kinds_mapping[] = {
    {"map", 24, 6, choose_map, perform_map, describe_map},
    {"unmap", 6, 2, choose_unmap, perform_unmap, describe_unmap},
    {"protect", 10, 3, choose_protect, perform_protect, describe_protect},
    {"remap", 12, 5, choose_remap, perform_remap, describe_remap},
    {"break", 1, 1, choose_break, perform_break, describe_break},
    {NULL, 0, 0, NULL, NULL, NULL},
};

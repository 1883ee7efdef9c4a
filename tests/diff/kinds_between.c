/*
 * kinds_between.c: what one process does to another: process_vm_writev, process_madvise,
 * /proc/PID/mem. What has become of the other is observed at once.
 *
 * Left out: process_vm_readv (copy with write 0), which on Linux gives the other process copies of
 * its own of the pages that it shares with a relative; Quire reads them where they are.
 */

#include <sys/uio.h>

#include "between.h"
#include "operation.h"

/* The arguments of copy and mem: the other, here, bytes, there, whether there is written. */
enum { copy_slot, copy_offset, copy_len, copy_target, copy_write };

static void choose_copy(struct random *random, long *arguments)
{
    long ignored;

    arguments[copy_slot] = (long)random_below(random, slots);
    random_range(random, &arguments[copy_offset], &arguments[copy_len]);
    random_range(random, &arguments[copy_target], &ignored);
    if (random_below(random, 3) == 0)
        arguments[copy_len] = 1 + (long)random_below(random, 2 * PAGE);
    if (random_below(random, 4) == 0)
        arguments[copy_target] = arguments[copy_offset];
    arguments[copy_write] = random_below(random, 2);
}

static void choose_copy_to(struct random *random, long *arguments)
{
    choose_copy(random, arguments);
    arguments[copy_write] = 1;
}

static long perform_copy(const long *arguments)
{
    return copy_between((int)arguments[copy_slot], place(arguments[copy_offset]),
                        (size_t)arguments[copy_len], place(arguments[copy_target]),
                        arguments[copy_write]);
}

static long perform_mem(const long *arguments)
{
    return mem_between((int)arguments[copy_slot], place(arguments[copy_offset]),
                       (size_t)arguments[copy_len], place(arguments[copy_target]),
                       arguments[copy_write]);
}

static void describe(char text[text_bytes], const char *name, const long *arguments)
{
    char here[32], there[32], len[32];

    snprintf(text, text_bytes, "%s(%ld, %s, %s, %s, %ld)", name, arguments[copy_slot],
             place_name(arguments[copy_offset], here), length_name(arguments[copy_len], len),
             place_name(arguments[copy_target], there), arguments[copy_write]);
}

static void describe_copy(char text[text_bytes], const long *arguments)
{
    describe(text, "copy_between", arguments);
}

static void describe_mem(char text[text_bytes], const long *arguments)
{
    describe(text, "mem_between", arguments);
}

/* The arguments of suggest: the other, a range, the advice. */
static void choose_suggest(struct random *random, long *arguments)
{
    static const long advices[] = {MADV_COLD, MADV_COLD, MADV_WILLNEED, MADV_DONTNEED, 999};

    arguments[0] = (long)random_below(random, slots);
    random_range(random, &arguments[1], &arguments[2]);
    arguments[3] = RANDOM_ONE(random, advices);
}

static long perform_suggest(const long *arguments)
{
    return advise_other((int)arguments[0], place(arguments[1]), (size_t)arguments[2],
                        (int)arguments[3]);
}

static void describe_suggest(char text[text_bytes], const long *arguments)
{
    char where[32], len[32];

    snprintf(text, text_bytes, "advise_other(%ld, %s, %s, %ld)", arguments[0],
             place_name(arguments[1], where), length_name(arguments[2], len), arguments[3]);
}

const struct kind kinds_between[] = {
    {"copy", 4, 5, choose_copy_to, perform_copy, describe_copy},
    {"mem", 2, 5, choose_copy, perform_mem, describe_mem},
    {"suggest", 1, 4, choose_suggest, perform_suggest, describe_suggest},
    {NULL, 0, 0, NULL, NULL, NULL},
};

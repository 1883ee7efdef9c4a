/*
 * kinds_access.c: touching pages as the program does, and having the kernel touch them in read and
 * write. A fault's signal, code and address are part of the trace.
 */

#include "access.h"
#include "operation.h"
#include "trace.h"

/* The arguments of touch: where, pages, how (a digit to the base of nr_touches per page), a value.
 */
enum { touch_offset, touch_pages, touch_how, touch_value };
enum { touch_read, touch_write, touch_both, touch_run, touch_not, nr_touches };

#define RETURN_INSTRUCTION 0xc3

static void choose_touch(struct random *random, long *arguments)
{
    static const long hows[] = {touch_read, touch_write, touch_write, touch_both,
                                touch_not,  touch_not,   touch_run};
    static const long uniform[] = {touch_read, touch_write, touch_write};
    long len, digits = 0;
    bool same = random_below(random, 2);
    long how = RANDOM_ONE(random, uniform);

    random_range(random, &arguments[touch_offset], &len);
    random_few(random, &arguments[touch_offset], &arguments[touch_pages], len);
    for (long i = 0; i < arguments[touch_pages]; i++)
        digits = digits * nr_touches + (same ? how : RANDOM_ONE(random, hows));
    arguments[touch_how] = digits;
    arguments[touch_value] =
        random_below(random, 4) ? (long)random_below(random, 250) + 1 : RETURN_INSTRUCTION;
}

static void touch_one(long page, long how, long value)
{
    char *byte = place(page * (long)PAGE) + value % 7 * 600 + 5;
    char text[64];
    long seen = 0;

    if (how == touch_read || how == touch_both)
        seen = read_byte(byte);
    if (how == touch_run)
        seen = run_byte(byte);
    if (seen >= 0 && (how == touch_write || how == touch_both))
        seen = write_byte(byte, (int)value);
    if (seen < 0)
        trace("page %ld %s", page, fault_text(byte, text));
    else if (how != touch_not)
        trace("page %ld %lx", page, seen);
}

static long perform_touch(const long *arguments)
{
    long digits = arguments[touch_how], first = arguments[touch_offset] / (long)PAGE;

    for (long i = 0; i < arguments[touch_pages]; i++, digits /= nr_touches)
        touch_one(first + i, digits % nr_touches, arguments[touch_value]);
    return 0;
}

static void describe_touch(char text[text_bytes], const long *arguments)
{
    static const char letters[nr_touches] = {'r', 'w', 'b', 'x', '-'};
    char where[32], how[64] = "";
    long digits = arguments[touch_how];

    for (long i = 0; i < arguments[touch_pages] && i < 60; i++, digits /= nr_touches)
        how[i] = letters[digits % nr_touches];
    snprintf(text, text_bytes, "touch(%s, \"%s\", %ld)", place_name(arguments[touch_offset], where),
             how, arguments[touch_value]);
}

/* The arguments of transfer: the kernel copies between memory and an object. */
enum { transfer_offset, transfer_len, transfer_object, transfer_position };

static void choose_transfer(struct random *random, long *arguments)
{
    static const long objects[] = {object_file, object_memory, object_posix, object_reader,
                                   object_sealed};

    random_range(random, &arguments[transfer_offset], &arguments[transfer_len]);
    arguments[transfer_offset] += (long)random_below(random, 2) * 77;
    if (random_below(random, 3) == 0)
        arguments[transfer_len] = 1 + (long)random_below(random, 2 * PAGE);
    arguments[transfer_object] = RANDOM_ONE(random, objects);
    arguments[transfer_position] = (long)random_below(random, 10 * PAGE);
}

static long perform_load(const long *arguments)
{
    return syscall(SYS_pread64, object_descriptor(arguments[transfer_object]),
                   place(arguments[transfer_offset]), arguments[transfer_len],
                   arguments[transfer_position]);
}

static long perform_store(const long *arguments)
{
    return syscall(SYS_pwrite64, object_descriptor(arguments[transfer_object]),
                   place(arguments[transfer_offset]), arguments[transfer_len],
                   arguments[transfer_position]);
}

static void describe_transfer(char text[text_bytes], const char *name, const long *arguments)
{
    char where[32], len[32];

    snprintf(text, text_bytes, "%s(%s, %s, %s, %ld)", name, object_name(arguments[transfer_object]),
             place_name(arguments[transfer_offset], where),
             length_name(arguments[transfer_len], len), arguments[transfer_position]);
}

static void describe_load(char text[text_bytes], const long *arguments)
{
    describe_transfer(text, "pread", arguments);
}

static void describe_store(char text[text_bytes], const long *arguments)
{
    describe_transfer(text, "pwrite", arguments);
}

const struct kind kinds_access[] = {
    {"touch", 26, 4, choose_touch, perform_touch, describe_touch},
    {"load", 3, 4, choose_transfer, perform_load, describe_load},
    {"store", 3, 4, choose_transfer, perform_store, describe_store},
    {NULL, 0, 0, NULL, NULL, NULL},
};

/*
 * kinds_stack.c: areas that grow down, far enough below the window to have room; and both threads
 * of a process at the same pages at the same time.
 */

#include "operation.h"
#include "together.h"

/* Pages of the place for stacks, below which nothing lies as long as the room above is not full. */
enum { stack_first = 4, stack_pages = 36 };

static long stack_place(struct random *random)
{
    return (stack_first - below_pages + (long)random_below(random, stack_pages)) * (long)PAGE;
}

static void choose_stack(struct random *random, long *arguments)
{
    static const long protections[] = {PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ,
                                       PROT_NONE};

    arguments[0] = stack_place(random);
    arguments[1] = (1 + (long)random_below(random, 3)) * (long)PAGE;
    arguments[2] = RANDOM_ONE(random, protections);
}

static long perform_stack(const long *arguments)
{
    return syscall(SYS_mmap, place(arguments[0]), arguments[1], arguments[2],
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
}

static void describe_stack(char text[text_bytes], const long *arguments)
{
    char where[32], len[32], protection[160];

    snprintf(text, text_bytes,
             "mmap(%s, %s, %s, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0)",
             place_name(arguments[0], where), length_name(arguments[1], len),
             protection_name(arguments[2], protection));
}

/* grow: read (even value) or write one page there. */
static void choose_grow(struct random *random, long *arguments)
{
    arguments[0] = stack_place(random);
    arguments[1] = 1 + (long)random_below(random, 250);
}

static long perform_grow(const long *arguments)
{
    return grow((char *)place(arguments[0]) + 16 * arguments[1], arguments[1]);
}

static void describe_grow(char text[text_bytes], const long *arguments)
{
    char where[32];

    snprintf(text, text_bytes, "grow(%s + %ld, %ld)", place_name(arguments[0], where),
             16 * arguments[1], arguments[1]);
}

/* The arguments of together: where, pages, what the first thread writes; the second's is one more.
 */
static void choose_together(struct random *random, long *arguments)
{
    long len;

    random_range(random, &arguments[0], &len);
    random_few(random, &arguments[0], &arguments[1], len);
    arguments[2] = 1 + (long)random_below(random, 250);
}

static long perform_together(const long *arguments)
{
    return touch_together(place(arguments[0]), arguments[1], arguments[2]);
}

static void describe_together(char text[text_bytes], const long *arguments)
{
    char where[32];

    snprintf(text, text_bytes, "touch_together(%s, %ld, %ld)", place_name(arguments[0], where),
             arguments[1], arguments[2]);
}

const struct kind kinds_stack[] = {
    {"stack", 1, 3, choose_stack, perform_stack, describe_stack},
    {"grow", 2, 2, choose_grow, perform_grow, describe_grow},
    {"together", 4, 3, choose_together, perform_together, describe_together},
    {NULL, 0, 0, NULL, NULL, NULL},
};

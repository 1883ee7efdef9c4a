/*
 * operation.h: one operation of a sequence: who does what, with which numbers.
 *
 * 1. An operation follows from the seed and its position alone, so that leaving operations out does
 *    not change the meaning of the others.
 * 2. It has a text, "1:protect,8192,4096,3": process 1, the kind, its arguments; "1b:..." is done
 * by its second thread. The driver cuts and keeps sequences in this form; it stays valid when the
 *    generator changes, as long as a kind keeps its name and its arguments.
 * 3. It has a form in C, which is what the trace shows and what a person compiles (replay.h).
 * 4. Kinds are grouped by subject, a file kinds_SUBJECT.c each.
 */
#ifndef TESTS_DIFF_OPERATION_H
#define TESTS_DIFF_OPERATION_H

#include "scene.h"

enum { max_arguments = 8, max_operations = 1000, text_bytes = 256 };

struct kind;

struct operation {
    const struct kind *kind;
    int actor;   /* a slot; process 0 where no process has it */
    bool second; /* by the second thread of that process */
    long arguments[max_arguments];
};

struct random {
    unsigned long state;
};

struct kind {
    const char *name;
    unsigned weight; /* how often it is chosen, among the sum of all */
    int nr_arguments;
    void (*choose)(struct random *random, long *arguments);
    long (*perform)(const long *arguments);
    void (*describe)(char text[text_bytes], const long *arguments);
};

/* The kinds of each subject; an array ends with a kind without name. */
extern const struct kind kinds_mapping[], kinds_access[], kinds_object[], kinds_process[],
    kinds_advice[], kinds_lock[], kinds_segment[], kinds_key[], kinds_limit[], kinds_between[],
    kinds_stack[];

unsigned random_below(struct random *random, unsigned limit);
/* random_one: one of the @count @values. */
long random_one(struct random *random, const long *values, size_t count);
#define RANDOM_ONE(random, values) random_one((random), (values), COUNT_OF(values))
/* random_few: the pages of a range and one more; of a wide window, a few somewhere in it. */
void random_few(struct random *random, long *offset, long *pages, long len);
/* random_range: a place of the window in bytes and a length, mostly whole pages. */
void random_range(struct random *random, long *offset, long *len);

/* place: the address of byte @offset of the window; null for no_place. */
#define no_place (-(1L << 40))
void *place(long offset);
/* place_name, length_name: the same in C. */
const char *place_name(long offset, char text[32]);
const char *length_name(long len, char text[32]);
/* bits_name: "A | B" of the names of the bits in @value, or @zero. */
struct bit_name {
    long bit;
    const char *name;
};
const char *bits_name(long value, const struct bit_name *names, const char *zero, char text[160]);
const char *protection_name(long value, char text[160]);

void operation_choose(unsigned long seed, unsigned position, struct operation *operation);
/* operation_parse: from its text. => the rest of @text, or NULL when it is not an operation */
const char *operation_parse(const char *text, struct operation *operation);
void operation_print(const struct operation *operation, char text[text_bytes]);

#endif

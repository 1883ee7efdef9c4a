/*
 * The frame of the unit tests. A test file is
 *
 *     TEST(what_it_shows) { EXPECT_EQ(1 + 1, 2); }
 *
 * and main is supplied: it calls unit_setup if the file defines it, runs the tests in order (or the
 * ones named on the command line), prints "ok NAME" for each and a closing line. A failed
 * expectation says where, with what values and which seed, and ends the program.
 */
#pragma once

#include <lib/types.h>

struct unit_test {
    const char *name;
    void (*function)(void);
    struct unit_test *next;
};
void unit_register(struct unit_test *test);

#define TEST(name_)                                                                                \
    static void test_##name_(void);                                                                \
    static struct unit_test unit_##name_ = {.name = #name_, .function = test_##name_};             \
    __attribute__((constructor)) static void register_##name_(void)                                \
    {                                                                                              \
        unit_register(&unit_##name_);                                                              \
    }                                                                                              \
    static void test_##name_(void)

/* Run once before the first test. */
void unit_setup(void);

__noreturn void unit_fail(const char *file, int line, const char *format, ...) __printf(3, 4);
void unit_expect_panic(const char *file, int line, void (*function)(void), const char *part);
bool unit_strings_equal(const char *a, const char *b);

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            unit_fail(__FILE__, __LINE__, "expected: %s", #condition);                             \
    } while (0)

/* Two integers or pointers. */
#define EXPECT_EQ(a, b)                                                                            \
    do {                                                                                           \
        long expect_a_ = (long)(a);                                                                \
        long expect_b_ = (long)(b);                                                                \
        if (expect_a_ != expect_b_)                                                                \
            unit_fail(__FILE__, __LINE__, "%s is %ld (%#lx), expected %s = %ld (%#lx)", #a,        \
                      expect_a_, expect_a_, #b, expect_b_, expect_b_);                             \
    } while (0)

#define EXPECT_STR(a, b)                                                                           \
    do {                                                                                           \
        const char *expect_a_ = (a);                                                               \
        const char *expect_b_ = (b);                                                               \
        if (!unit_strings_equal(expect_a_, expect_b_))                                             \
            unit_fail(__FILE__, __LINE__, "%s is \"%s\", expected \"%s\"", #a, expect_a_,          \
                      expect_b_);                                                                  \
    } while (0)

/* function() panics, and the message contains @part. Runs in a child process. */
#define EXPECT_PANIC(function, part) unit_expect_panic(__FILE__, __LINE__, function, part)

/* Random numbers from the seed (QUIRE_TEST_SEED, else fixed): reproducible. */
u64 unit_random(void);
u64 unit_random_below(u64 bound);

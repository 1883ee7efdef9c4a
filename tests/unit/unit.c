/* The frame of the unit tests (see unit.h). Host code. */
#include "unit.h"
#include "fake/fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PANIC_STATUS 42

static struct unit_test *tests;
static struct unit_test **tests_end = &tests;
static u64 seed = 20261121;
static u64 random_state;
static const char *running = "setup";

void unit_register(struct unit_test *test)
{
    *tests_end = test;
    tests_end = &test->next;
}

__attribute__((weak)) void unit_setup(void)
{
}

void unit_fail(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fprintf(stderr, "not ok %s\n%s:%d: ", running, file, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, " (QUIRE_TEST_SEED=%lu)\n", seed);
    exit(1);
}

bool unit_strings_equal(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* splitmix64 */
u64 unit_random(void)
{
    u64 value = random_state += 0x9e3779b97f4a7c15UL;

    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9UL;
    value = (value ^ value >> 27) * 0x94d049bb133111ebUL;
    return value ^ value >> 31;
}

u64 unit_random_below(u64 bound)
{
    return unit_random() % bound;
}

void unit_expect_panic(const char *file, int line, void (*function)(void), const char *part)
{
    char message[512] = "";
    int ends[2];
    int status;
    pid_t child;

    fflush(stdout);
    if (pipe(ends) != 0 || (child = fork()) < 0)
        unit_fail(file, line, "pipe or fork failed");
    if (child == 0) {
        fake_memory_detach();
        fake_panic_exit_with(PANIC_STATUS, ends[1]);
        function();
        _exit(0);
    }
    close(ends[1]);
    if (read(ends[0], message, sizeof(message) - 1) < 0)
        message[0] = '\0';
    close(ends[0]);
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != PANIC_STATUS)
        unit_fail(file, line, "expected a panic about \"%s\", got status %#x", part, status);
    if (strstr(message, part) == NULL)
        unit_fail(file, line, "expected a panic about \"%s\", got \"%s\"", part, message);
}

static bool is_chosen(const struct unit_test *test, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], test->name) == 0)
            return true;
    }
    return argc == 1;
}

int main(int argc, char **argv)
{
    const char *chosen_seed = getenv("QUIRE_TEST_SEED");
    struct unit_test *test;
    int passed = 0;

    if (chosen_seed != NULL)
        seed = strtoul(chosen_seed, NULL, 0);
    unit_setup();
    for (test = tests; test != NULL; test = test->next) {
        if (!is_chosen(test, argc, argv))
            continue;
        running = test->name;
        random_state = seed;
        test->function();
        printf("ok %s\n", test->name);
        passed++;
    }
    printf("%d passed, 0 failed\n", passed);
    return passed == 0;
}

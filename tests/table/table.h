/*
 * table.h: the cells of the table of the memory ABI (docs/memory-abi.md).
 *
 * A cell is one thing that a program may ask: a call, a flag (or whatever else is chosen), a
 * condition. Its body does it and writes what came of it; what it should be is written nowhere:
 * Linux says it. Each cell runs in a child of its own with a time limit, so a cell that dies or
 * hangs costs one line.
 *
 *      CELL("munmap", "addr", "not a multiple of the page size")
 *      {
 *          got(munmap(map(PAGE) + 1, PAGE));                      EINVAL
 *      }
 *
 * A result is made of parts, joined by commas: "ok, reads 0, writes: SIGSEGV SEGV_ACCERR".
 */

#ifndef TESTS_TABLE_TABLE_H
#define TESTS_TABLE_TABLE_H

#include "test.h"

struct cell {
    const char *call;
    const char *flag;
    const char *condition;
    void (*body)(const struct cell *cell);
    long value; /* for bodies that serve several cells */
    const void *more;
};

/* Define the cell that the following body fills; it is printed in the order of definition. */
#define CELL(call, flag, condition)          CELL_AT(call, flag, condition, __LINE__)
#define CELL_AT(call, flag, condition, line) CELL_NAMED(call, flag, condition, line)
#define CELL_NAMED(call, flag, condition, line)                                                    \
    static void cell_##line(const struct cell *cell);                                              \
    __attribute__((constructor)) static void cell_add_##line(void)                                 \
    {                                                                                              \
        cell_add((struct cell){call, flag, condition, cell_##line, 0, NULL});                      \
    }                                                                                              \
    static void cell_##line(const struct cell *cell __attribute__((unused)))

/* cell_add: one more cell, for those that loops make; the strings must stay. */
void cell_add(struct cell cell);
/* text: a string that stays, for such cells. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* got: append "ok" or the name of errno. => the value */
#define got(expression) (errno = 0, got_value((long)(expression)))
long got_value(long value);
/* value: append the number, or the name of errno for -1. => the value */
#define value(expression) (errno = 0, value_value((long)(expression)))
long value_value(long value);
/* note: append these words. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* note_if: append @yes or @no. */
void note_if(bool condition, const char *yes, const char *no);
/* reads, writes, runs: append what the access gives: "reads 7", "writes", or the signal. */
void reads(const void *address);
void writes(void *address);
void runs(const void *address);

/* The calls themselves: libc's functions refuse some arguments on their own. */
char *raw_mmap(unsigned long addr, size_t len, int prot, int flags, int fd, unsigned long offset);
char *raw_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new);
#define ANON_PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define ANON_SHARED  (MAP_SHARED | MAP_ANONYMOUS)
#define RW           (PROT_READ | PROT_WRITE)
/* anon: raw_mmap of @len read-write private anonymous bytes with these flags besides. */
char *anon(size_t len, int more_flags);
/* file: a new file of @nr pages, each filled with 7; => open read-write */
int file(const char *path, unsigned nr);

/* forks: append what fork says; the child ends at once. */
void forks(void);

/* status_number: the number after @key (such as "VmLck:") in /proc/self/status; -1: none */
long status_number(const char *key);
/* file_number: the number after @key in the file, or at its beginning when @key is NULL; -1: none
 */
long file_number(const char *path, const char *key);
/* smaps_number: the number after @key in the area of @address of /proc/self/smaps; -1: none */
long smaps_number(const void *address, const char *key);
/* smaps_flag: whether VmFlags of the area of @address has the two letters @flag. */
bool smaps_flag(const void *address, const char *flag);
/* setting: write a number to a file below /proc/sys or /sys; put back when the cell is over.
 * => 0, -1 with errno */
int setting(const char *path, long value);
/* setting_word: the same with a word, for files that show "one [chosen] word". */
int setting_word(const char *path, const char *word);
/* resident: pages of [address, address + len) that mincore finds. */
long resident(const void *address, size_t len);
/* limit: set the soft limit of @resource (and the hard one where it is lower); ends the cell. */
void limit(int resource, unsigned long soft);

#endif

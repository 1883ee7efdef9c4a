/*
 * Settings of the running kernel: what /proc/sys shows and changes (sysctl(8)).
 *
 * 1. A room describes its settings in a table and registers it at boot, in storage that stays.
 * procfs makes a file of each; a word sysctl.FOLDER.NAME=VALUE of the command line is a write
 * before the first program runs.
 * 2. A setting is a vector of numbers (mostly one) or a string. Plain numbers are read and written
 * where `value` points; with `get` and `set` a setting is what these functions make of it.
 * 3. What text means is Linux's: numbers by prefix (0x, 0) between blanks; a read from elsewhere
 * than the beginning finds the end; a write from elsewhere changes no number; what follows the last
 * number is left over.
 *
 * Lock: none for numbers (each is read and written at once); writers are serialised by their
 * callers where that matters.
 */
#pragma once

#include <lib/types.h>

#define SYSCTL_VECTOR_MAX 8
#define SYSCTL_TEXT_MAX   4095 /* no more of one write is looked at */

enum sysctl_kind {
    SYSCTL_INT,    /* s32 at value */
    SYSCTL_ULONG,  /* u64 at value */
    SYSCTL_WORD,   /* s32 at value: which of words */
    SYSCTL_STRING, /* char[size] at value, terminated */
};

struct sysctl {
    const char *name; /* NULL ends a table */
    u32 mode;         /* permissions; 0: 0644 */
    enum sysctl_kind kind;
    unsigned count;           /* numbers; 0: one. Bytes of a string, the last a zero */
    void *value;              /* NULL: get */
    const char *const *words; /* NULL ends them */
    /* The range of each number, when maximum is not 0 (of a ULONG: as u64). */
    s64 minimum, maximum;
    void (*get)(const struct sysctl *setting, u64 *values);
    /* After the checks of form and range; stores the values. NULL: they go to `value`. A negative
     * errno refuses. An s32 comes sign-extended. */
    int (*set)(const struct sysctl *setting, const u64 *values);
    /* Of a string: false refuses the text with -EINVAL. NULL: any will do. */
    bool (*accepts)(const char *text, size_t len);
};

/* @folder: "vm", "kernel", "fs", "net/core" ...: one that procfs has a place for. */
struct sysctl_table {
    const char *folder;
    const struct sysctl *settings;
    struct sysctl_table *next;
};

#define SYSCTL_TABLE(folder_, settings_)                                                           \
    {                                                                                              \
        .folder = folder_, .settings = settings_                                                   \
    }

/* => at boot, before sysctl_apply_command_line */
void sysctl_register(struct sysctl_table *table);
const struct sysctl_table *sysctl_tables(void);

/*
 * sysctl_read: a read of up to @len bytes at @position.
 * => bytes put into @buffer
 */
size_t sysctl_read(const struct sysctl *setting, u64 position, char *buffer, size_t len);

/*
 * sysctl_write: a write of @len bytes at @position; @text: the first SYSCTL_TEXT_MAX of them.
 * => bytes taken: what follows the numbers may be left
 * => -EINVAL: no number, out of range; what `set` refuses with
 */
ssize_t sysctl_write(const struct sysctl *setting, u64 position, const char *text,
                     size_t len) __must_check;

/* Do what sysctl.NAME=VALUE on the command line asks for; complain in the log where that fails. */
void sysctl_apply_command_line(void);

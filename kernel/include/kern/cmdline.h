/*
 * The kernel command line: name or name=value words, double quotes group.
 */
#pragma once

#include <lib/types.h>

void cmdline_init(const char *command_line);
const char *cmdline_get(void);      /* the whole line */
bool cmdline_has(const char *name); /* the bare word or name=... is present */
bool cmdline_find(const char *name, char *value, size_t size); /* last occurrence; false: absent */
bool cmdline_lists(const char *name, const char *value); /* some name=value, or name=value,... */
/*
 * The next word that begins with @prefix, without it; *cursor is NULL at first. False: no more.
 */
bool cmdline_next_with_prefix(const char *prefix, const char **cursor, char *word, size_t size);
/* Words after "--", and unknown words, are init's arguments: see init/main.c. */

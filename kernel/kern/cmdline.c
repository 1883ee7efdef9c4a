/*
 * The kernel command line, kept as it came and searched when asked: it is short and rarely read.
 */
#include <kern/cmdline.h>

#include <lib/string.h>

static const char *cmdline = ""; /* (I) after cmdline_init */

void cmdline_init(const char *command_line)
{
    cmdline = command_line;
}

const char *cmdline_get(void)
{
    return cmdline;
}

/* The next word of *cursor, its length in *len; NULL at the end. Blanks inside quotes do not end
 * it. */
static const char *next_word(const char **cursor, size_t *len)
{
    const char *start = *cursor;
    const char *end;
    bool quoted = false;

    while (char_is_space(*start))
        start++;
    for (end = start; *end && (quoted || !char_is_space(*end)); end++) {
        if (*end == '"')
            quoted = !quoted;
    }
    *cursor = end;
    *len = (size_t)(end - start);
    return *len ? start : NULL;
}

/* What follows @name in the word: "" for the bare word, the value after "=", NULL for another word.
 */
static const char *match(const char *word, size_t len, const char *name)
{
    size_t name_len = strlen(name);

    if (len < name_len || strncmp(word, name, name_len) != 0)
        return NULL;
    if (len == name_len)
        return word + len;
    return word[name_len] == '=' ? word + name_len + 1 : NULL;
}

static void copy_unquoted(char *to, size_t size, const char *from, const char *end)
{
    size_t used = 0;

    for (; from < end && used + 1 < size; from++) {
        if (*from != '"')
            to[used++] = *from;
    }
    if (size)
        to[used] = '\0';
}

bool cmdline_has(const char *name)
{
    return cmdline_find(name, NULL, 0);
}

bool cmdline_find(const char *name, char *value, size_t size)
{
    const char *cursor = cmdline;
    const char *word;
    size_t len;
    bool found = false;

    while ((word = next_word(&cursor, &len))) {
        const char *rest = match(word, len, name);

        if (len == 2 && memcmp(word, "--", 2) == 0)
            break;
        if (!rest)
            continue;
        found = true;
        copy_unquoted(value, size, rest, word + len);
    }
    return found;
}

bool cmdline_lists(const char *name, const char *value)
{
    const char *cursor = cmdline;
    const char *word;
    size_t len, value_len = strlen(value);

    while ((word = next_word(&cursor, &len))) {
        const char *rest = match(word, len, name);

        if (len == 2 && memcmp(word, "--", 2) == 0)
            break;
        if (!rest || (size_t)(word + len - rest) < value_len ||
            strncmp(rest, value, value_len) != 0)
            continue;
        if (rest + value_len == word + len || rest[value_len] == ',')
            return true;
    }
    return false;
}

bool cmdline_next_with_prefix(const char *prefix, const char **cursor, char *word, size_t size)
{
    size_t len, prefix_len = strlen(prefix);
    const char *start;

    if (*cursor == NULL)
        *cursor = cmdline;
    while ((start = next_word(cursor, &len))) {
        if (len == 2 && memcmp(start, "--", 2) == 0)
            return false;
        if (len <= prefix_len || memcmp(start, prefix, prefix_len) != 0)
            continue;
        copy_unquoted(word, size, start + prefix_len, start + len);
        return true;
    }
    return false;
}

/*
 * Settings: the registry, and numbers to text and back (sysctl.h). Linux's rules are fixed by
 * tests/system/sysctl.
 */
#include <abi/errno.h>
#include <kern/cmdline.h>
#include <kern/printk.h>
#include <kern/sysctl.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>

#define NUMBER_MAX 22 /* characters of one number in a write */
#define NAME_MAX   64 /* of a setting on the command line */

static struct sysctl_table *tables; /* (I) after boot */

void sysctl_register(struct sysctl_table *table)
{
    table->next = tables;
    tables = table;
}

const struct sysctl_table *sysctl_tables(void)
{
    return tables;
}

static unsigned number_count(const struct sysctl *setting)
{
    return setting->count == 0 ? 1 : setting->count;
}

static void values_get(const struct sysctl *setting, u64 *values)
{
    unsigned i;

    if (setting->get != NULL) {
        setting->get(setting, values);
        return;
    }
    if (setting->value == NULL) { /* there is nothing to read: only writes act */
        memset(values, 0, number_count(setting) * sizeof(*values));
        return;
    }
    for (i = 0; i < number_count(setting); i++)
        values[i] = setting->kind == SYSCTL_INT ? (u64)(s64)READ_ONCE(((s32 *)setting->value)[i])
                                                : READ_ONCE(((u64 *)setting->value)[i]);
}

static int values_set(const struct sysctl *setting, const u64 *values)
{
    unsigned i;

    if (setting->set != NULL)
        return setting->set(setting, values);
    for (i = 0; i < number_count(setting); i++) {
        if (setting->kind == SYSCTL_INT)
            WRITE_ONCE(((s32 *)setting->value)[i], (s32)values[i]);
        else
            WRITE_ONCE(((u64 *)setting->value)[i], values[i]);
    }
    return 0;
}

/* ---- reading ---- */

static size_t string_read(const struct sysctl *setting, u64 position, char *buffer, size_t len)
{
    const char *text = setting->value;
    size_t have = strnlen(text, setting->count), done;

    if (position > have)
        return 0;
    done = min(have - (size_t)position, len);
    memcpy(buffer, text + position, done);
    if (done < len)
        buffer[done++] = '\n';
    return done;
}

/* Numbers with tabs between them, and a newline, cut to @len bytes. */
static size_t numbers_read(const struct sysctl *setting, char *buffer, size_t len)
{
    char text[SYSCTL_VECTOR_MAX * NUMBER_MAX];
    u64 values[SYSCTL_VECTOR_MAX];
    size_t used = 0;
    unsigned i;

    values_get(setting, values);
    for (i = 0; i < number_count(setting); i++)
        used += (size_t)scnprintf(text + used, sizeof(text) - used,
                                  setting->kind == SYSCTL_INT ? "%s%ld" : "%s%lu", i ? "\t" : "",
                                  values[i]);
    text[used++] = '\n';
    memcpy(buffer, text, min(used, len));
    return min(used, len);
}

static size_t word_read(const struct sysctl *setting, char *buffer, size_t len)
{
    const char *word = setting->words[READ_ONCE(*(s32 *)setting->value)];
    size_t done = min(strlen(word), len);

    memcpy(buffer, word, done);
    if (done < len)
        buffer[done++] = '\n';
    return done;
}

size_t sysctl_read(const struct sysctl *setting, u64 position, char *buffer, size_t len)
{
    if (setting->kind == SYSCTL_WORD)
        return position == 0 ? word_read(setting, buffer, len) : 0;
    if (setting->kind == SYSCTL_STRING)
        return string_read(setting, position, buffer, len);
    return position == 0 ? numbers_read(setting, buffer, len) : 0;
}

/* ---- writing ---- */

/* A line replaces the string from @position on; a gap is not made. */
static ssize_t string_write(const struct sysctl *setting, u64 position, const char *text,
                            size_t len)
{
    char *value = setting->value;
    size_t have = strnlen(value, setting->count - 1), i;

    if (setting->accepts != NULL && !setting->accepts(text, len))
        return -EINVAL;
    if (position > have)
        return (ssize_t)len;
    for (i = 0; i < len && position + i < setting->count - 1; i++) {
        if (text[i] == '\0' || text[i] == '\n')
            break;
        value[position + i] = text[i];
    }
    value[position + i] = '\0';
    return (ssize_t)len;
}

static ssize_t word_write(const struct sysctl *setting, const char *text, size_t len)
{
    size_t used = len > 0 && text[len - 1] == '\n' ? len - 1 : len;
    s32 i;

    for (i = 0; setting->words[i] != NULL; i++) {
        if (strlen(setting->words[i]) == used && memcmp(setting->words[i], text, used) == 0) {
            WRITE_ONCE(*(s32 *)setting->value, i);
            return (ssize_t)len;
        }
    }
    return -EINVAL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static void skip_blanks(const char **text, size_t *left)
{
    while (*left > 0 && char_is_space(**text)) {
        (*text)++;
        (*left)--;
    }
}

/* The number at *text, up to a blank or the end. */
static int take_number(const char **text, size_t *left, bool *negative, u64 *value)
{
    char word[NUMBER_MAX];
    size_t len = min(*left, sizeof(word) - 1), used;
    const char *cursor = word;

    memcpy(word, *text, len);
    word[len] = '\0';
    *negative = *cursor == '-' && len > 1;
    cursor += *negative;
    if (!char_is_digit(*cursor) || parse_u64_prefix(&cursor, 0, value) != 0)
        return -EINVAL;
    used = (size_t)(cursor - word);
    if (used == sizeof(word) - 1 || (used < len && !is_blank(*cursor)))
        return -EINVAL;
    *text += used;
    *left -= used;
    return 0;
}

static int check_int(const struct sysctl *setting, bool negative, u64 magnitude, u64 *out)
{
    s64 value;

    if (magnitude > (u64)INT32_MAX + negative)
        return -EINVAL;
    value = negative ? -(s64)magnitude : (s64)magnitude;
    if (setting->maximum != 0 && (value < setting->minimum || value > setting->maximum))
        return -EINVAL;
    *out = (u64)value;
    return 0;
}

static int check_ulong(const struct sysctl *setting, bool negative, u64 value, u64 *out)
{
    if (negative)
        return -EINVAL;
    if (setting->maximum != 0 && (value < (u64)setting->minimum || value > (u64)setting->maximum))
        return -EINVAL;
    *out = value;
    return 0;
}

/* As many numbers as the text has, at most all of the setting; *nr: how many were good. */
static int take_numbers(const struct sysctl *setting, const char **text, size_t *left, u64 *values,
                        unsigned *nr)
{
    bool negative;
    u64 value;
    int err;

    for (*nr = 0; *nr < number_count(setting); (*nr)++) {
        skip_blanks(text, left);
        if (*left == 0)
            break;
        err = take_number(text, left, &negative, &value);
        if (err == 0)
            err = setting->kind == SYSCTL_INT ? check_int(setting, negative, value, &values[*nr])
                                              : check_ulong(setting, negative, value, &values[*nr]);
        if (err != 0)
            return err;
    }
    return *nr > 0 ? 0 : -EINVAL;
}

static ssize_t numbers_write(const struct sysctl *setting, const char *text, size_t len)
{
    size_t left = min(len, (size_t)SYSCTL_TEXT_MAX);
    u64 values[SYSCTL_VECTOR_MAX];
    unsigned nr;
    int err, refused;

    values_get(setting, values);
    err = take_numbers(setting, &text, &left, values, &nr);
    refused = nr > 0 ? values_set(setting, values) : 0;
    if (err != 0 || refused != 0)
        return err != 0 ? err : refused;
    skip_blanks(&text, &left);
    return (ssize_t)(len - left);
}

ssize_t sysctl_write(const struct sysctl *setting, u64 position, const char *text, size_t len)
{
    if (len == 0)
        return 0;
    if (setting->kind == SYSCTL_STRING)
        return string_write(setting, position, text, len);
    if (setting->kind == SYSCTL_WORD && position == 0)
        return word_write(setting, text, len);
    return position == 0 ? numbers_write(setting, text, len) : (ssize_t)len;
}

/* ---- the command line ---- */

/* Does @name begin with @folder, dots and slashes being the same? */
static bool is_in_folder(const char *name, const char *folder)
{
    for (; *folder != '\0'; name++, folder++)
        if (*name != *folder && !(*folder == '/' && *name == '.'))
            return false;
    return *name == '.' || *name == '/';
}

/* The setting FOLDER.NAME (or with a slash); NULL: none. */
static const struct sysctl *find(const char *name)
{
    const struct sysctl_table *table;
    const struct sysctl *setting;

    for (table = tables; table != NULL; table = table->next) {
        size_t len = strlen(table->folder);

        if (!is_in_folder(name, table->folder))
            continue;
        for (setting = table->settings; setting->name != NULL; setting++)
            if (strcmp(setting->name, name + len + 1) == 0)
                return setting;
    }
    return NULL;
}

static void apply(const char *name, const char *value)
{
    const struct sysctl *setting = find(name);
    ssize_t done;

    if (setting == NULL) {
        pr_err("sysctl.%s=%s on the command line: there is no such setting\n", name, value);
        return;
    }
    done = sysctl_write(setting, 0, value, strlen(value));
    if (done < 0)
        pr_err("sysctl.%s=%s on the command line: refused, error %ld\n", name, value, -done);
}

void sysctl_apply_command_line(void)
{
    char word[NAME_MAX + 2 * NUMBER_MAX];
    const char *cursor = NULL;

    while (cmdline_next_with_prefix("sysctl.", &cursor, word, sizeof(word))) {
        char *value = strchr(word, '=');

        if (value == NULL)
            continue;
        *value = '\0';
        apply(word, value + 1);
    }
}

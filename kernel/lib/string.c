/* Strings (see string.h). */
#include <lib/string.h>

size_t strlen(const char *text)
{
    const char *end = text;

    while (*end != '\0')
        end++;
    return (size_t)(end - text);
}

size_t strnlen(const char *text, size_t max)
{
    size_t len = 0;

    while (len < max && text[len] != '\0')
        len++;
    return len;
}

int strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t max)
{
    for (; max > 0; max--, a++, b++) {
        if (*a != *b || *a == '\0')
            return (u8)*a - (u8)*b;
    }
    return 0;
}

int strcasecmp(const char *a, const char *b)
{
    while (*a != '\0' && char_to_lower(*a) == char_to_lower(*b)) {
        a++;
        b++;
    }
    return (u8)char_to_lower(*a) - (u8)char_to_lower(*b);
}

char *strchr(const char *text, int c)
{
    for (;; text++) {
        if (*text == (char)c)
            return (char *)(uintptr_t)text;
        if (*text == '\0')
            return NULL;
    }
}

char *strrchr(const char *text, int c)
{
    const char *last = NULL;

    for (;; text++) {
        if (*text == (char)c)
            last = text;
        if (*text == '\0')
            return (char *)(uintptr_t)last;
    }
}

char *strstr(const char *text, const char *part)
{
    size_t len = strlen(part);

    for (;; text++) {
        if (strncmp(text, part, len) == 0)
            return (char *)(uintptr_t)text;
        if (*text == '\0')
            return NULL;
    }
}

size_t strspn(const char *text, const char *accept)
{
    size_t len = 0;

    while (text[len] != '\0' && strchr(accept, text[len]) != NULL)
        len++;
    return len;
}

size_t strcspn(const char *text, const char *reject)
{
    size_t len = 0;

    while (text[len] != '\0' && strchr(reject, text[len]) == NULL)
        len++;
    return len;
}

size_t strlcpy(char *to, const char *from, size_t size)
{
    size_t len = strlen(from);

    if (size > 0) {
        size_t part = min(len, size - 1);

        memcpy(to, from, part);
        to[part] = '\0';
    }
    return len;
}

size_t strlcat(char *to, const char *from, size_t size)
{
    size_t len = strnlen(to, size);

    return len + strlcpy(to + len, from, size - len);
}

char *strsep(char **cursor, const char *delimiters)
{
    char *field = *cursor;
    char *end;

    if (field == NULL)
        return NULL;
    end = field + strcspn(field, delimiters);
    if (*end == '\0') {
        *cursor = NULL;
    } else {
        *end = '\0';
        *cursor = end + 1;
    }
    return field;
}

const char *string_skip_prefix(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

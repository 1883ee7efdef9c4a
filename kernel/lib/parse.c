/* Reading numbers (see parse.h). */
#include <abi/errno.h>
#include <lib/parse.h>
#include <lib/string.h>

/* The value of a digit in any base up to 36; 36 or more when it is none. */
static unsigned int digit_value(char c)
{
    if (char_is_digit(c))
        return (unsigned int)(c - '0');
    if (char_is_alpha(c))
        return (unsigned int)(char_to_lower(c) - 'a') + 10;
    return 36;
}

/* Skip the prefix that fits @base (0: that chooses it). Returns the base. */
static unsigned int skip_base(const char **text, unsigned int base)
{
    const char *at = *text;
    bool is_hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && digit_value(at[2]) < 16;

    if ((base == 0 || base == 16) && is_hex) {
        *text = at + 2;
        return 16;
    }
    if (base != 0)
        return base;
    return at[0] == '0' ? 8 : 10;
}

int parse_u64_prefix(const char **cursor, unsigned int base, u64 *value)
{
    const char *at = *cursor;
    const char *first;
    u64 result = 0;
    bool overflow = false;

    base = skip_base(&at, base);
    for (first = at; digit_value(*at) < base; at++) {
        if (mul_overflow(result, base, &result) || add_overflow(result, digit_value(*at), &result))
            overflow = true;
    }
    if (at == first)
        return -EINVAL;
    if (overflow)
        return -ERANGE;
    *cursor = at;
    *value = result;
    return 0;
}

/* Nothing, or one newline, is left. */
static bool is_end(const char *text)
{
    return text[0] == '\0' || (text[0] == '\n' && text[1] == '\0');
}

int parse_u64(const char *text, unsigned int base, u64 *value)
{
    u64 result;
    int err;

    if (*text == '+')
        text++;
    err = parse_u64_prefix(&text, base, &result);
    if (err != 0)
        return err;
    if (!is_end(text))
        return -EINVAL;
    *value = result;
    return 0;
}

int parse_s64(const char *text, unsigned int base, s64 *value)
{
    bool negative = *text == '-';
    u64 magnitude;
    int err;

    if (negative && text[1] == '+')
        return -EINVAL;
    err = parse_u64(negative ? text + 1 : text, base, &magnitude);
    if (err != 0)
        return err;
    if (magnitude > (u64)INT64_MAX + negative)
        return -ERANGE;
    *value = (s64)(negative ? 0 - magnitude : magnitude);
    return 0;
}

int parse_u32(const char *text, unsigned int base, u32 *value)
{
    u64 wide;
    int err = parse_u64(text, base, &wide);

    if (err != 0)
        return err;
    if (wide > UINT32_MAX)
        return -ERANGE;
    *value = (u32)wide;
    return 0;
}

int parse_s32(const char *text, unsigned int base, s32 *value)
{
    s64 wide;
    int err = parse_s64(text, base, &wide);

    if (err != 0)
        return err;
    if (wide < INT32_MIN || wide > INT32_MAX)
        return -ERANGE;
    *value = (s32)wide;
    return 0;
}

/* By how many bits a suffix shifts; 0 when @c is no suffix. */
static unsigned int suffix_shift(char c)
{
    switch (char_to_lower(c)) {
    case 'k':
        return 10;
    case 'm':
        return 20;
    case 'g':
        return 30;
    case 't':
        return 40;
    default:
        return 0;
    }
}

int parse_size(const char *text, u64 *value)
{
    unsigned int shift;
    u64 result;
    int err = parse_u64_prefix(&text, 0, &result);

    if (err != 0)
        return err;
    shift = suffix_shift(*text);
    if (shift != 0)
        text++;
    if (!is_end(text))
        return -EINVAL;
    if (mul_overflow(result, 1UL << shift, &result))
        return -ERANGE;
    *value = result;
    return 0;
}

int parse_bool(const char *text, bool *value)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {
        {"1", true}, {"y", true}, {"on", true}, {"0", false}, {"n", false}, {"off", false},
    };
    size_t len = strcspn(text, "\n");
    size_t i;

    if (!is_end(text + len))
        return -EINVAL;
    for (i = 0; i < ARRAY_SIZE(words); i++) {
        const char *word = words[i].word;

        if (strlen(word) == len && char_to_lower(text[0]) == word[0] &&
            memcmp(text + 1, word + 1, len - 1) == 0) {
            *value = words[i].value;
            return 0;
        }
    }
    return -EINVAL;
}

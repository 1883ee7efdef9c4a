/*
 * Formatting (see printf.h). One pass over the format; each conversion is parsed into a struct
 * conversion and then written to a struct output, which counts everything and stores what fits.
 */
#include <lib/printf.h>
#include <lib/string.h>

struct output {
    char *buffer;
    size_t size;
    size_t len; /* of the whole text, stored or not */
};

enum length { LENGTH_CHAR, LENGTH_SHORT, LENGTH_INT, LENGTH_LONG };

struct conversion {
    bool left;      /* - */
    bool plus;      /* + */
    bool space;     /* space */
    bool alternate; /* # */
    bool zero;      /* 0 */
    int width;
    int precision; /* -1: none */
    enum length length;
    char type;
};

static void put_char(struct output *out, char c)
{
    if (out->len < out->size)
        out->buffer[out->len] = c;
    out->len++;
}

static void put_repeated(struct output *out, char c, int count)
{
    while (count-- > 0)
        put_char(out, c);
}

static void put_text(struct output *out, const char *text, size_t len)
{
    while (len-- > 0)
        put_char(out, *text++);
}

/* Text padded with spaces to the width. */
static void put_padded(struct output *out, const struct conversion *conversion, const char *text,
                       size_t len)
{
    int padding = conversion->width - (int)len;

    if (!conversion->left)
        put_repeated(out, ' ', padding);
    put_text(out, text, len);
    if (conversion->left)
        put_repeated(out, ' ', padding);
}

/* The digits of @value, backwards from @end. Returns where they begin; 0 has none. */
static char *make_digits(char *end, u64 value, unsigned int base, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

    for (; value != 0; value /= base)
        *--end = digits[value % base];
    return end;
}

/* A number: sign or prefix, zeroes up to the precision (or the width with flag 0), digits. */
static void put_number(struct output *out, const struct conversion *conversion, u64 value,
                       unsigned int base, const char *prefix)
{
    char storage[24];
    char *end = storage + sizeof(storage);
    char *digits = make_digits(end, value, base, conversion->type == 'X');
    int nr_digits = (int)(end - digits);
    int prefix_len = (int)strlen(prefix);
    int precision = conversion->precision < 0 ? 1 : conversion->precision;
    int zeroes = precision - nr_digits;
    int padding;

    if (base == 8 && conversion->alternate && zeroes <= 0)
        zeroes = 1;
    if (conversion->zero && !conversion->left && conversion->precision < 0)
        zeroes = max(zeroes, conversion->width - prefix_len - nr_digits);
    zeroes = max(zeroes, 0);
    padding = conversion->width - prefix_len - zeroes - nr_digits;
    if (!conversion->left)
        put_repeated(out, ' ', padding);
    put_text(out, prefix, (size_t)prefix_len);
    put_repeated(out, '0', zeroes);
    put_text(out, digits, (size_t)nr_digits);
    if (conversion->left)
        put_repeated(out, ' ', padding);
}

static void put_signed(struct output *out, const struct conversion *conversion, s64 value)
{
    const char *sign = "";

    if (value < 0)
        sign = "-";
    else if (conversion->plus)
        sign = "+";
    else if (conversion->space)
        sign = " ";
    put_number(out, conversion, value < 0 ? 0 - (u64)value : (u64)value, 10, sign);
}

static void put_unsigned(struct output *out, const struct conversion *conversion, u64 value)
{
    const char *prefix = "";

    switch (conversion->type) {
    case 'o':
        put_number(out, conversion, value, 8, "");
        break;
    case 'x':
    case 'X':
        if (conversion->alternate && value != 0)
            prefix = conversion->type == 'x' ? "0x" : "0X";
        put_number(out, conversion, value, 16, prefix);
        break;
    default:
        put_number(out, conversion, value, 10, "");
        break;
    }
}

static void put_string(struct output *out, const struct conversion *conversion, const char *text)
{
    size_t len;

    if (text == NULL)
        text = "(null)";
    len = conversion->precision < 0 ? strlen(text) : strnlen(text, (size_t)conversion->precision);
    put_padded(out, conversion, text, len);
}

static const char *parse_flags(const char *format, struct conversion *conversion)
{
    for (;; format++) {
        switch (*format) {
        case '-':
            conversion->left = true;
            break;
        case '+':
            conversion->plus = true;
            break;
        case ' ':
            conversion->space = true;
            break;
        case '#':
            conversion->alternate = true;
            break;
        case '0':
            conversion->zero = true;
            break;
        default:
            return format;
        }
    }
}

/* A decimal number, kept below a million: a format is the kernel's own, but cheap to make safe. */
static const char *parse_number(const char *format, int *number)
{
    *number = 0;
    for (; char_is_digit(*format); format++)
        *number = min(*number * 10 + (*format - '0'), 999999);
    return format;
}

static const char *parse_length(const char *format, struct conversion *conversion)
{
    conversion->length = LENGTH_INT;
    switch (*format) {
    case 'h':
        if (format[1] == 'h') {
            conversion->length = LENGTH_CHAR;
            return format + 2;
        }
        conversion->length = LENGTH_SHORT;
        return format + 1;
    case 'l':
        conversion->length = LENGTH_LONG;
        return format + (format[1] == 'l' ? 2 : 1);
    case 'z':
    case 'j':
    case 't':
        conversion->length = LENGTH_LONG;
        return format + 1;
    default:
        return format;
    }
}

/* What va_list is, as a struct that can be passed on by address. */
struct arguments {
    va_list list;
};

/* Flags, width, precision, length and type, after the per cent sign. */
static const char *parse_conversion(const char *format, struct conversion *conversion,
                                    struct arguments *arguments)
{
    *conversion = (struct conversion){.precision = -1};
    format = parse_flags(format, conversion);
    if (*format == '*') {
        conversion->width = va_arg(arguments->list, int);
        format++;
        if (conversion->width < 0) {
            conversion->left = true;
            conversion->width = conversion->width == INT32_MIN ? 0 : -conversion->width;
        }
    } else {
        format = parse_number(format, &conversion->width);
    }
    if (*format == '.') {
        format++;
        if (*format == '*') {
            conversion->precision = max(va_arg(arguments->list, int), -1);
            format++;
        } else {
            format = parse_number(format, &conversion->precision);
        }
    }
    format = parse_length(format, conversion);
    conversion->type = *format;
    return *format == '\0' ? format : format + 1;
}

static s64 take_signed(const struct conversion *conversion, struct arguments *arguments)
{
    switch (conversion->length) {
    case LENGTH_CHAR:
        return (signed char)va_arg(arguments->list, int);
    case LENGTH_SHORT:
        return (short)va_arg(arguments->list, int);
    case LENGTH_LONG:
        return va_arg(arguments->list, long);
    default:
        return va_arg(arguments->list, int);
    }
}

static u64 take_unsigned(const struct conversion *conversion, struct arguments *arguments)
{
    switch (conversion->length) {
    case LENGTH_CHAR:
        return (unsigned char)va_arg(arguments->list, unsigned int);
    case LENGTH_SHORT:
        return (unsigned short)va_arg(arguments->list, unsigned int);
    case LENGTH_LONG:
        return va_arg(arguments->list, unsigned long);
    default:
        return va_arg(arguments->list, unsigned int);
    }
}

static void put_conversion(struct output *out, struct conversion *conversion,
                           struct arguments *arguments)
{
    char c;

    switch (conversion->type) {
    case 'd':
    case 'i':
        put_signed(out, conversion, take_signed(conversion, arguments));
        break;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        put_unsigned(out, conversion, take_unsigned(conversion, arguments));
        break;
    case 'p':
        put_number(out, conversion, (u64)(uintptr_t)va_arg(arguments->list, void *), 16, "0x");
        break;
    case 'c':
        c = (char)va_arg(arguments->list, int);
        put_padded(out, conversion, &c, 1);
        break;
    case 's':
        put_string(out, conversion, va_arg(arguments->list, const char *));
        break;
    default:
        put_char(out, '%');
        if (conversion->type != '%' && conversion->type != '\0')
            put_char(out, conversion->type);
        break;
    }
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list list)
{
    struct output out = {.buffer = buffer, .size = size};
    struct conversion conversion;
    struct arguments arguments;

    va_copy(arguments.list, list);
    while (*format != '\0') {
        if (*format != '%') {
            put_char(&out, *format++);
            continue;
        }
        format = parse_conversion(format + 1, &conversion, &arguments);
        put_conversion(&out, &conversion, &arguments);
    }
    va_end(arguments.list);
    if (size > 0)
        buffer[min(out.len, size - 1)] = '\0';
    return (int)out.len;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return len;
}

size_t vscnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
    size_t len = (size_t)vsnprintf(buffer, size, format, arguments);

    return size == 0 ? 0 : min(len, size - 1);
}

size_t scnprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t len;

    va_start(arguments, format);
    len = vscnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return len;
}

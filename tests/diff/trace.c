/* trace.c: see trace.h. */

#include "trace.h"

/* Where MAP_32BIT looks for a place. */
#define LOW_BASE 0x40000000UL

unsigned long hash_word(unsigned long sum, unsigned long word)
{
    sum = (sum ^ word) * 0x9e3779b97f4a7c15UL;
    return sum ^ sum >> 29;
}

/* The pages of every process after every operation: this is where the time goes. */
unsigned long hash_bytes(unsigned long sum, const void *bytes, size_t len)
{
    const unsigned long prime = 0x9e3779b97f4a7c15UL;
    const volatile unsigned long *words = bytes;
    size_t count = len / sizeof(*words), i = 0;

    for (; i + 4 <= count; i += 4) {
        sum = (sum ^ words[i]) * prime;
        sum = (sum ^ words[i + 1]) * prime;
        sum = (sum ^ words[i + 2]) * prime;
        sum = (sum ^ words[i + 3]) * prime;
    }
    for (; i < count; i++)
        sum = (sum ^ words[i]) * prime;
    return sum ^ sum >> 29;
}

void trace(const char *format, ...)
{
    char line[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    for (const char *byte = line; *byte; byte++)
        control->sum = (control->sum ^ (unsigned char)*byte) * 0x100000001b3UL;
    control->sum ^= control->sum >> 31;
    if (control->verbose)
        say("%s", line);
}

const char *place_text(unsigned long address, char text[32])
{
    long offset = (long)(address - (unsigned long)window);

    if (offset < -below_pages * (long)PAGE || offset > window_pages * (long)PAGE) {
        if (address >= LOW_BASE && address < LOW_BASE + (below_pages * PAGE))
            snprintf(text, 32, "low %lx", address - LOW_BASE);
        else
            snprintf(text, 32, "elsewhere");
    } else if (offset % (long)PAGE == 0) {
        snprintf(text, 32, "at(%ld)", offset / (long)PAGE);
    } else {
        snprintf(text, 32, "window%+ld", offset);
    }
    return text;
}

void trace_result(long value)
{
    char text[32];

    if (value == -1)
        trace("= %s", errno_name(errno));
    else if (value > 1L << 20)
        trace("= %s", place_text((unsigned long)value, text));
    else
        trace("= %ld", value);
}

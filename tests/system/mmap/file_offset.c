/* mmap offsets: alignment, beyond the end, and overflow. */

#include "test.h"

int main(void)
{
    int fd = file_make("file", 2 * PAGE);
    static const struct {
        const char *label;
        unsigned long len;
        long offset;
    } cases[] = {
        {"offset 1", PAGE, 1},
        {"offset page - 1", PAGE, PAGE - 1},
        {"offset page", PAGE, PAGE},
        {"offset beyond the end", PAGE, 100 * PAGE},
        {"offset 2^62", PAGE, 1L << 62},
        {"offset 2^63 - page", PAGE, LONG_MAX - (long)PAGE + 1},
        {"offset -page", PAGE, -(long)PAGE},
        {"offset + length wraps", 2 * PAGE, -(long)PAGE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        long at = syscall(SYS_mmap, 0, cases[i].len, PROT_READ, MAP_PRIVATE, fd, cases[i].offset);
        if (at == -1)
            say("%s: %s", cases[i].label, errno_name(errno));
        else
            probe_read(cases[i].label, (char *)at);
    }
    return 0;
}

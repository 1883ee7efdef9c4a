/* Messages and the end of the fake machine: printk to standard error, panic ends the program. Host
 * code. */
#include "fake/fake.h"

#include <kern/panic.h>
#include <kern/printk.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_silent;
static int panic_status = -1;
static int panic_descriptor;

void fake_printk_silence(bool silent)
{
    is_silent = silent;
}

void fake_panic_exit_with(int status, int descriptor)
{
    panic_status = status;
    panic_descriptor = descriptor;
}

static __noreturn void end(const char *kind, const char *format, va_list arguments)
{
    char text[512];
    int len = vsnprintf(text, sizeof(text), format, arguments);

    if (panic_status >= 0) {
        if (len > 0 && write(panic_descriptor, text, (size_t)len) != len)
            _exit(1);
        _exit(panic_status);
    }
    fprintf(stderr, "%s: %s\n", kind, text);
    abort();
}

void fake_fatal(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    end("fake machine", format, arguments);
}

void panic(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    end("panic", format, arguments);
}

void vprintk(enum log_level level __unused, const char *format, va_list arguments)
{
    if (is_silent)
        return;
    fputs("printk: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void printk(enum log_level level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintk(level, format, arguments);
    va_end(arguments);
}

/* together.c: see together.h. */

#include "together.h"

#include "access.h"
#include "thread.h"
#include "trace.h"

enum { max_pages = 16, own_byte = 40, passing_byte = 3001 };

struct findings {
    char text[max_pages][64];
};

static char *range_start;
static long range_pages;
static struct findings findings[2];

static void touch_range(struct findings *own, long byte, long value)
{
    for (long i = 0; i < range_pages; i++) {
        char *at = range_start + i * (long)PAGE + byte;
        long seen = write_byte(at, (int)value);

        if (seen < 0)
            fault_text(at, own->text[i]);
        else
            snprintf(own->text[i], sizeof(own->text[i]), "%lx", seen);
    }
}

static long touch_passing(const long *value)
{
    touch_range(&findings[1], passing_byte, *value + 1);
    return 0;
}

static void trace_findings(const char *who, const struct findings *own)
{
    for (long i = 0; i < range_pages; i++)
        trace("  %s %ld: %s", who, i, own->text[i]);
}

long touch_together(char *start, long pages, long value)
{
    range_start = start;
    range_pages = pages < max_pages ? pages : max_pages;
    thread_pass(touch_passing, &value);
    touch_range(&findings[0], own_byte, value);
    thread_passed();
    trace_findings("own", &findings[0]);
    trace_findings("passing", &findings[1]);
    return 0;
}

long grow(char *byte, long value)
{
    char text[64];
    long seen = value % 2 ? write_byte(byte, (int)value) : read_byte(byte);

    if (seen < 0)
        trace("  %s", fault_text(byte, text));
    return seen;
}

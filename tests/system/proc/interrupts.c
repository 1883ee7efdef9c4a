/* /proc/interrupts and the intr line of /proc/stat: the machine's own interrupts are counted too.
 */

#include "test.h"

#include <time.h>

static char text[1 << 16];

/* The sum over all processors on the line that begins with @label; -1: there is none. */
static long count(const char *label)
{
    const char *line;
    char *end;
    long sum = 0;

    must(file_text("/proc/interrupts", text, sizeof(text)));
    line = strstr(text, label);
    if (!line)
        return -1;
    for (line += strlen(label);; line = end) {
        long number = strtol(line, &end, 10);

        if (end == line)
            return sum;
        sum += number;
    }
}

static long total(void)
{
    const char *line;

    must(file_text("/proc/stat", text, sizeof(text)));
    line = strstr(text, "\nintr ");
    return line ? atol(line + 6) : -1;
}

int main(void)
{
    struct timespec pause = {.tv_nsec = 20000000};
    long before = total(), timers = count("LOC:"), all; /* a later one is in neither */

    yes("timers are counted", timers > 0);
    while (count("LOC:") == timers)
        must(nanosleep(&pause, NULL));
    yes("with each interrupt of the timer", count("LOC:") > timers);
    yes("rescheduling", count("RES:") >= 0);
    yes("calls", count("CAL:") >= 0);
    yes("translations dropped", count("TLB:") >= 0);
    all = count("LOC:") + count("RES:") + count("CAL:") + count("TLB:");
    yes("the sum grows", total() > before);
    yes("and has them", total() >= all);
    return 0;
}

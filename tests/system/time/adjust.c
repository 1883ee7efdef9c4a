/* adjtimex and clock_adjtime: what is read, what moves the clock, who may, what is refused. */

#include "test.h"
#include <sys/timex.h>

#ifndef ADJ_SETOFFSET
#define ADJ_SETOFFSET 0x100
#endif

static long adjust(int clock, struct timex *timex)
{
    return syscall(SYS_clock_adjtime, clock, timex);
}

static void show(const char *label, const struct timex *t)
{
    say("%s: offset %ld freq %ld maxerror %ld esterror %ld status %#x constant %ld precision %ld "
        "tolerance %ld "
        "tick %ld pps %ld %ld %d %ld %ld %ld %ld %ld tai %d",
        label, t->offset, t->freq, t->maxerror, t->esterror, t->status, t->constant, t->precision,
        t->tolerance, t->tick, t->ppsfreq, t->jitter, t->shift, t->stabil, t->jitcnt, t->calcnt,
        t->errcnt, t->stbcnt, t->tai);
}

static void reading(void)
{
    struct timex timex;
    struct timespec now;

    memset(&timex, 0xff, sizeof(timex));
    timex.modes = 0;
    call("read", syscall(SYS_adjtimex, &timex));
    show("at first", &timex);
    clock_gettime(CLOCK_REALTIME, &now);
    yes("the time is now", now.tv_sec - timex.time.tv_sec <= 2 && timex.time.tv_usec >= 0 &&
                               timex.time.tv_usec < 1000000);
    yes("modes is left", timex.modes == 0);
    call("read, clock_adjtime", adjust(CLOCK_REALTIME, &timex));
    timex.modes = 0xa001;
    timex.offset = 5;
    call("what adjtime has still to do", adjust(CLOCK_REALTIME, &timex));
    say("offset %ld", timex.offset);
    timex.modes = 0x8001;
    timex.offset = 0;
    call("adjtime by nothing", adjust(CLOCK_REALTIME, &timex));
}

static void refused(const char *who)
{
    static const struct {
        const char *label;
        struct timex timex;
    } cases[] = {
        {"tick too small", {.modes = ADJ_TICK, .tick = 8999}},
        {"tick too big", {.modes = ADJ_TICK, .tick = 11001}},
        {"microseconds negative", {.modes = ADJ_SETOFFSET, .time = {0, -1}}},
        {"a million of them", {.modes = ADJ_SETOFFSET, .time = {0, 1000000}}},
        {"10^9 nanoseconds", {.modes = ADJ_SETOFFSET | ADJ_NANO, .time = {0, 1000000000}}},
        {"before the machine was started", {.modes = ADJ_SETOFFSET, .time = {-(1L << 40), 0}}},
        {"beyond the end of time", {.modes = ADJ_SETOFFSET, .time = {1L << 60, 0}}},
        {"frequency beyond arithmetic", {.modes = ADJ_FREQUENCY, .freq = LONG_MAX / 65536000 + 1}},
        {"the same, below", {.modes = ADJ_FREQUENCY, .freq = -(LONG_MAX / 65536000) - 1}},
        {"adjtime with a tick too small", {.modes = 0x8001 | ADJ_TICK, .tick = 1}},
        {"adjtime read, with an offset", {.modes = 0xa001 | ADJ_SETOFFSET, .time = {0, -1}}},
        {"maximum error", {.modes = ADJ_MAXERROR, .maxerror = 16000000}},
    };

    say("as %s", who);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct timex timex = cases[i].timex;

        call(cases[i].label, adjust(CLOCK_REALTIME, &timex));
    }
    call("bad pointer", adjust(CLOCK_REALTIME, (void *)8));
    call("bad pointer, adjtimex", syscall(SYS_adjtimex, 8));
    call("bad pointer, bad clock", adjust(77, (void *)8));
    for (int clock = -8; clock < 18; clock++) {
        struct timex timex = {0};
        char label[20];

        snprintf(label, sizeof(label), "clock %d", clock);
        if (clock != CLOCK_REALTIME)
            call(label, adjust(clock, &timex));
    }
}

static void moving(void)
{
    struct timespec before, after;
    struct timex timex = {.modes = ADJ_SETOFFSET, .time = {1000, 500000}};

    clock_gettime(CLOCK_REALTIME, &before);
    call("1000.5 seconds on", adjust(CLOCK_REALTIME, &timex));
    clock_gettime(CLOCK_REALTIME, &after);
    yes("it is later", after.tv_sec - before.tv_sec >= 1000 && after.tv_sec - before.tv_sec < 1020);
    yes("the time it tells is the new one", timex.time.tv_sec >= before.tv_sec + 1000);
    timex = (struct timex){.modes = ADJ_SETOFFSET | ADJ_NANO, .time = {-1001, 500000000}};
    call("1000.5 seconds back, in ns", adjust(CLOCK_REALTIME, &timex));
    clock_gettime(CLOCK_REALTIME, &after);
    yes("it is as before", after.tv_sec - before.tv_sec >= 0 && after.tv_sec - before.tv_sec < 20);
    say("status %#x", timex.status);
    timex = (struct timex){.modes = ADJ_MICRO};
    call("back to us", adjust(CLOCK_REALTIME, &timex));
    say("status %#x, below a million: %d", timex.status, timex.time.tv_usec < 1000000);
}

static void telling(void)
{
    struct timex timex = {.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR | ADJ_TIMECONST,
                          .maxerror = 1234,
                          .esterror = 99,
                          .constant = 3};
    struct timespec now;

    call("synchronous", adjust(CLOCK_REALTIME, &timex));
    timex.maxerror -= timex.maxerror % 500 == 234 ? timex.maxerror - 1234 : 0;
    show("told", &timex);
    timex = (struct timex){.modes = ADJ_TIMECONST, .constant = 100};
    adjust(CLOCK_REALTIME, &timex);
    say("constant %ld", timex.constant);
    timex = (struct timex){.modes = ADJ_TIMECONST, .constant = -100};
    adjust(CLOCK_REALTIME, &timex);
    say("constant %ld", timex.constant);
    timex = (struct timex){.modes = ADJ_STATUS | ADJ_FREQUENCY | ADJ_TICK,
                           .status = STA_FREQHOLD | STA_CLOCKERR,
                           .tick = 10000};
    call("hold; the rate as it is", adjust(CLOCK_REALTIME, &timex));
    say("status %#x", timex.status);
    timex = (struct timex){.modes = ADJ_OFFSET, .offset = 1000};
    call("an offset for the loop that is off", adjust(CLOCK_REALTIME, &timex));
    say("offset %ld", timex.offset);
    timex = (struct timex){.modes = ADJ_MAXERROR, .maxerror = 15999999};
    call("an error near its limit", adjust(CLOCK_REALTIME, &timex));
    do {
        nap(100);
        timex.modes = 0;
    } while (adjust(CLOCK_REALTIME, &timex) == 0);
    say("it has grown to %ld, status %#x, answer %ld", timex.maxerror, timex.status,
        adjust(CLOCK_REALTIME, &timex));
    timex = (struct timex){.modes = ADJ_STATUS | ADJ_MAXERROR};
    call("synchronous again", adjust(CLOCK_REALTIME, &timex));
    clock_gettime(CLOCK_REALTIME, &now);
    call("clock_settime", clock_settime(CLOCK_REALTIME, &now));
    timex.modes = 0;
    call("not any more", adjust(CLOCK_REALTIME, &timex));
    show("after clock_settime", &timex);
}

static void as_user(void)
{
    become_user();
    refused("a user");
    reading();
}

int main(void)
{
    reading();
    refused("root");
    in_child("a user", as_user);
    moving();
    telling();
    return 0;
}

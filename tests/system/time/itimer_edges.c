/* setitimer, getitimer, alarm: what they refuse and what is left. */

#include "test.h"

#include <sys/time.h>

static const char *const names[] = {"REAL", "VIRTUAL", "PROF"};

static long set(int which, long seconds, long micro, long every, long every_micro)
{
    struct itimerval new = {{every, every_micro}, {seconds, micro}};

    return syscall(SYS_setitimer, which, &new, NULL);
}

static void show(int which)
{
    struct itimerval now = {{9, 9}, {9, 9}};

    must(getitimer(which, &now));
    say("%s: interval %ld.%06ld value %s", names[which], (long)now.it_interval.tv_sec,
        (long)now.it_interval.tv_usec,
        now.it_value.tv_sec == 0 && now.it_value.tv_usec == 0 ? "none"
        : now.it_value.tv_sec >= 900                          ? "long"
                                                              : "short");
}

static void each(int which)
{
    struct itimerval old, new = {{1, 2}, {2000, 3}};
    char label[32];

    say("%s", names[which]);
    show(which);
    call("set", set(which, 1000, 5, 7, 999999));
    show(which);
    call("micro 1000000", set(which, 1, 1000000, 0, 0));
    call("micro -1", set(which, 1, -1, 0, 0));
    call("seconds -1", set(which, -1, 0, 0, 0));
    call("interval micro", set(which, 1000, 0, 0, 1000000));
    call("interval seconds", set(which, 1000, 0, -1, 0));
    show(which);
    if (which == ITIMER_REAL) { /* of the others Linux shows a negative rest */
        call("huge", set(which, LONG_MAX, 999999, LONG_MAX, 0));
        show(which);
    }
    call("no old", syscall(SYS_setitimer, which, &new, NULL));
    call("bad old", syscall(SYS_setitimer, which, &(struct itimerval){{3, 4}, {3000, 5}}, 8));
    show(which);
    call("bad new", syscall(SYS_setitimer, which, 8, &old));
    call("NULL new", syscall(SYS_setitimer, which, NULL, &old));
    snprintf(label, sizeof(label), "old interval");
    say("%s %ld.%06ld, %s", label, (long)old.it_interval.tv_sec, (long)old.it_interval.tv_usec,
        old.it_value.tv_sec > 2000 ? "long" : "short");
    show(which);
    call("interval alone", set(which, 0, 0, 5, 6));
    show(which);
    call("get bad", syscall(SYS_getitimer, which, 8));
    call("get NULL", syscall(SYS_getitimer, which, NULL));
}

static void inherited(void)
{
    for (int which = 0; which < 3; which++)
        show(which);
}

int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == 'x') {
        inherited();
        return 0;
    }
    for (int which = 0; which < 3; which++)
        each(which);
    call("which 3", set(3, 1, 0, 0, 0));
    call("which -1", set(-1, 1, 0, 0, 0));
    call("get 3", syscall(SYS_getitimer, 3, NULL));
    call("which and bad", syscall(SYS_setitimer, 3, 8, NULL));
    call("alarm 1000", alarm(1000));
    show(ITIMER_REAL);
    call("alarm of itimer", set(ITIMER_REAL, 2000, 400000, 0, 0) == 0 ? alarm(0) : 99);
    call("alarm none", alarm(0));
    set(ITIMER_REAL, 1000, 0, 1, 0);
    yes("alarm clears the interval", alarm(3000) >= 999);
    show(ITIMER_REAL);
    call("alarm max", (long)alarm(UINT_MAX) > 0);
    yes("left", alarm(0) >= INT_MAX - 10);
    set(ITIMER_REAL, 1000, 0, 1, 0);
    set(ITIMER_VIRTUAL, 1000, 0, 1, 0);
    set(ITIMER_PROF, 1000, 0, 1, 0);
    in_child("forked", inherited);
    fflush(stdout);
    execl("/proc/self/exe", "again", "x", NULL);
    return 1;
}

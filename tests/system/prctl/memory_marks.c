/* prctl(PR_SET_MM): where /proc says that the parts of a program are. */

#include "test.h"

#include <sys/prctl.h>

static void set(const char *label, int what, unsigned long value, unsigned long size)
{
    call(label, prctl(PR_SET_MM, what, value, size, 0));
}

static void all(void)
{
    char *area = map(4 * PAGE);
    unsigned size = 0;
    unsigned long auxv[4] = {6, 4096, 0, 0};

    set("start code", PR_SET_MM_START_CODE, (unsigned long)area, 0);
    set("end code", PR_SET_MM_END_CODE, (unsigned long)area, 0);
    set("start data", PR_SET_MM_START_DATA, (unsigned long)area, 0);
    set("end data", PR_SET_MM_END_DATA, (unsigned long)area + PAGE, 0);
    set("start stack", PR_SET_MM_START_STACK, (unsigned long)area, 0);
    set("arg start", PR_SET_MM_ARG_START, (unsigned long)area, 0);
    set("arg end", PR_SET_MM_ARG_END, (unsigned long)area + 8, 0);
    set("env start", PR_SET_MM_ENV_START, (unsigned long)area, 0);
    set("env end", PR_SET_MM_ENV_END, (unsigned long)area + 8, 0);
    set("unmapped", PR_SET_MM_ARG_START, (unsigned long)area + 64 * PAGE, 0);
    set("zero", PR_SET_MM_ARG_START, 0, 0);
    set("beyond", PR_SET_MM_ARG_START, -PAGE, 0);
    set("size", PR_SET_MM_ARG_START, (unsigned long)area, 1);
    set("arg 5", PR_SET_MM_ARG_START, (unsigned long)area, 0);
    call("arg5", prctl(PR_SET_MM, PR_SET_MM_ARG_START, area, 0, 1));
    set("unknown", 99, (unsigned long)area, 0);
    set("exe bad", PR_SET_MM_EXE_FILE, (unsigned long)-1, 0);
    set("map size", PR_SET_MM_MAP_SIZE, (unsigned long)&size, 0);
    say("%u", size);
    set("map short", PR_SET_MM_MAP, (unsigned long)area, 8);
    set("map zero", PR_SET_MM_MAP, (unsigned long)area, 104);
    set("auxv", PR_SET_MM_AUXV, (unsigned long)auxv, sizeof(auxv));
    set("auxv odd", PR_SET_MM_AUXV, (unsigned long)auxv, 10000);
    set("auxv bad", PR_SET_MM_AUXV, 8, 32);
}

static void as_user(void)
{
    become_user();
    all();
}

static void arguments(void)
{
    char *area = map(PAGE), text[64] = "";

    strcpy(area, "hello");
    set("arg end", PR_SET_MM_ARG_END, (unsigned long)area + 5, 0);
    set("arg start", PR_SET_MM_ARG_START, (unsigned long)area, 0);
    set("arg end", PR_SET_MM_ARG_END, (unsigned long)area + 5, 0);
    say("%ld", file_text("/proc/self/cmdline", text, sizeof(text)));
    say("%s", text);
}

int main(void)
{
    in_child("root", all);
    in_child("ordinary user", as_user);
    in_child("arguments", arguments);
    return 0;
}

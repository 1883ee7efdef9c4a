/* <stdlib.h> of lwIP: one function, for names of interfaces, which nobody looks up there. */
#pragma once

static inline int atoi(const char *text)
{
    int value = 0;

    while (*text >= '0' && *text <= '9')
        value = value * 10 + (*text++ - '0');
    return value;
}

/* A program that the sweep executes; it shares the sweep's library. */

#include "sweep.h"

long attempt_check(long value, const char *expression, int line)
{
    (void)expression;
    (void)line;
    return value;
}

int main(void)
{
    return 0;
}

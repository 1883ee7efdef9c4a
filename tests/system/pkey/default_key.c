/* A thread that denies itself the key that all memory has: each access, and the frame of a signal,
 * is refused, so it ends; it does not fault for ever. cpu: max,la57=off */

#include "test.h"

static void handler(int number)
{
    (void)number;
    _exit(3);
}

static void deny(void)
{
    __asm__ volatile("wrpkru" : : "a"(3), "c"(0), "d"(0) : "memory");
}

static void without_handler(void)
{
    deny();
    errno = 1;
}

static void with_handler(void)
{
    signal(SIGSEGV, handler);
    deny();
    errno = 1;
}

int main(void)
{
    in_child("without a handler", without_handler);
    in_child("with a handler", with_handler);
    return 0;
}

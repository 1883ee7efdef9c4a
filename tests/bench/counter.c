/*
 * counter: print the processor's time-stamp counter, which under QEMU's -icount shift=0 is the
 * number of instructions since the machine was switched on. Run at the end of /etc/profile it tells
 * what the way from reset to the shell's prompt has cost.
 */

#include <stdio.h>
#include <x86intrin.h>

int main(void)
{
    printf("counter %llu\n", __rdtsc());
    return 0;
}

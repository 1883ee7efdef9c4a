/* A system call keeps every register but rax, rcx and r11, and the flags; also with the direction
 * flag set. */

#include "test.h"

int main(void)
{
    unsigned long in[12] = {0}, out[12] = {0}, flags = 0;
    (void)in;
    __asm__ volatile("mov $0xb0b, %%rbx; mov $0xd0d, %%rdx; mov $0x51, %%rsi; mov $0xd1, %%rdi\n"
                     "mov $0x88, %%r8; mov $0x99, %%r9; mov $0x1010, %%r10\n"
                     "mov $0x1212, %%r12; mov $0x1313, %%r13; mov $0x1414, %%r14\n"
                     "mov %1, %%eax; stc; std; syscall; pushf; cld\n"
                     "pop %%rax\n"
                     "mov %%rbx, 0(%2); mov %%rdx, 8(%2); mov %%rsi, 16(%2); mov %%rdi, 24(%2)\n"
                     "mov %%r8, 32(%2); mov %%r9, 40(%2); mov %%r10, 48(%2); mov %%r12, 56(%2)\n"
                     "mov %%r13, 64(%2); mov %%r14, 72(%2)\n"
                     : "=&a"(flags)
                     : "i"(SYS_getppid), "r"(out)
                     : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
                       "r14", "memory", "cc");
    say("rbx %lx rdx %lx rsi %lx rdi %lx r8 %lx r9 %lx r10 %lx r12 %lx r13 %lx r14 %lx", out[0],
        out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9]);
    say("carry %lu direction %lu", flags & 1, (flags >> 10) & 1);
    unsigned long rcx, result;
    __asm__ volatile("syscall" : "=c"(rcx), "=a"(result) : "a"(SYS_getppid) : "r11", "memory");
    yes("rcx is the return address", rcx != 0);
    return 0;
}

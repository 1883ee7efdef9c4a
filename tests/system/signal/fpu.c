/* FPU, SSE and AVX registers: kept over handlers that use them, over fork, over switches; MXCSR
 * too. */

#include "test.h"

#include <cpuid.h>
#include <xmmintrin.h>

static int have_avx;

static void load(unsigned seed)
{
    unsigned values[8];
    for (unsigned i = 0; i < 8; i++)
        values[i] = seed * 1000 + i;
    if (have_avx)
        __asm__ volatile("vmovdqu %0, %%ymm3; vmovdqu %0, %%ymm15"
                         :
                         : "m"(*(char(*)[32])values)
                         : "xmm3", "xmm15");
    else
        __asm__ volatile("movdqu %0, %%xmm3; movdqu %0, %%xmm15"
                         :
                         : "m"(*(char(*)[16])values)
                         : "xmm3", "xmm15");
}

static int check(unsigned seed)
{
    unsigned low[8] = {0}, high[8] = {0};
    if (have_avx)
        __asm__ volatile("vmovdqu %%ymm3, %0; vmovdqu %%ymm15, %1"
                         : "=m"(*(char(*)[32])low), "=m"(*(char(*)[32])high));
    else
        __asm__ volatile("movdqu %%xmm3, %0; movdqu %%xmm15, %1"
                         : "=m"(*(char(*)[16])low), "=m"(*(char(*)[16])high));
    for (unsigned i = 0; i < (have_avx ? 8U : 4U); i++) {
        if (low[i] != seed * 1000 + i || high[i] != seed * 1000 + i)
            return 0;
    }
    return 1;
}

static void handler(int number)
{
    (void)number;
    load(99);
    _mm_setcsr(0x1f80);
    __asm__ volatile("fninit; fld1; fldpi");
}

int main(void)
{
    unsigned a, b, c = 0, d;
    int status;
    __cpuid_count(1, 0, a, b, c, d);
    have_avx = (c >> 28) & 1;

    double before = 0, after = 0;
    signal(SIGUSR1, handler);
    __asm__ volatile("fninit; fldpi; fld1; faddp");
    _mm_setcsr(0x5f80);
    load(1);
    __asm__ volatile("syscall"
                     :
                     : "a"(SYS_tkill), "D"(getpid()), "S"(SIGUSR1)
                     : "rcx", "r11", "memory");
    int kept = check(1);
    unsigned control = _mm_getcsr();
    __asm__ volatile("fstpl %0" : "=m"(after));
    before = 3.14159265358979323846 + 1;
    yes("vector registers over a handler", kept);
    yes("MXCSR over a handler", (control & ~0x3fU) == 0x5f80);
    yes("x87 over a handler", after == before);

    load(2);
    long pid;
    __asm__ volatile("syscall" : "=a"(pid) : "a"(SYS_fork) : "rcx", "r11", "memory");
    kept = check(2);
    control = _mm_getcsr();
    if (pid == 0)
        _exit(kept && (control & ~0x3fU) == 0x5f80 ? 0 : 1);
    yes("over fork in the parent", kept);
    waitpid((pid_t)pid, &status, 0);
    status_report("over fork in the child", status);

    for (unsigned i = 0; i < 4; i++) {
        if (fork() == 0) {
            int good = 1;
            for (int j = 0; j < 300 && good; j++) {
                load(i + 10);
                __asm__ volatile("syscall" : : "a"(SYS_sched_yield) : "rcx", "r11", "memory");
                for (volatile int k = 0; k < 2000; k++)
                    ;
                good = check(i + 10);
            }
            _exit(!good);
        }
    }
    for (int i = 0; i < 4; i++) {
        wait(&status);
        status_report("switching", status);
    }
    return 0;
}

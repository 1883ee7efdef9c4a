/* access.c: see access.h. The handler leaves by a jump; the signals are not blocked meanwhile. */

#include "access.h"

#include <setjmp.h>

#include "trace.h"

#define RETURN_INSTRUCTION 0xc3

static sigjmp_buf landing;
static volatile int caught, caught_code;
static void *volatile caught_address;

static void handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    caught = number;
    caught_code = info->si_code;
    caught_address = info->si_addr;
    siglongjmp(landing, 1);
}

void access_init(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};

    must(sigaction(SIGSEGV, &action, NULL));
    must(sigaction(SIGBUS, &action, NULL));
    must(sigaction(SIGILL, &action, NULL));
}

long read_byte(const void *address)
{
    if (sigsetjmp(landing, 0) != 0)
        return -1;
    return *(const volatile unsigned char *)address;
}

long write_byte(void *address, int value)
{
    if (sigsetjmp(landing, 0) != 0)
        return -1;
    /* One instruction that writes first: the fault is a write, never a read before it. */
    unsigned char old = (unsigned char)value;
    __asm__ volatile("xchgb %0, %1"
                     : "+q"(old), "+m"(*(volatile unsigned char *)address)::"memory");
    return old;
}

long run_byte(const void *address)
{
    long seen = read_byte(address);
    /* Memory that can be executed but not read (by a protection key) is left alone. */
    if (seen < 0 && caught == SIGSEGV && caught_code == SEGV_PKUERR)
        return -1;
    if (seen >= 0 && seen != RETURN_INSTRUCTION)
        return 0;
    if (sigsetjmp(landing, 0) != 0)
        return -1;
    ((void (*)(void))(unsigned long)address)();
    return 0;
}

long hash_page(const void *page, unsigned long *sum)
{
    if (sigsetjmp(landing, 0) != 0)
        return -1;
    *sum = hash_bytes(*sum, page, PAGE);
    return 0;
}

const char *fault_text(const void *touched, char text[64])
{
    int used =
        snprintf(text, 64, "%s %s", signal_name(caught), signal_code_name(caught, caught_code));

    if (caught_address == NULL)
        snprintf(text + used, 64 - (size_t)used, " without address");
    else if (caught_address != touched)
        snprintf(text + used, 64 - (size_t)used, " address off by %ld",
                 (long)((char *)caught_address - (const char *)touched));
    return text;
}

/*
 * access.c: see access.h. The handler leaves by a jump; the signals are not blocked meanwhile. The
 * kernel runs a handler with the rights of a new process, so the landing puts back what was there.
 */

#include "access.h"

#include <cpuid.h>
#include <setjmp.h>

#include "thread.h"
#include "trace.h"

#define RETURN_INSTRUCTION 0xc3

/* Of each thread, by its stack. */
static struct landing {
    sigjmp_buf buffer;
    int caught, code;
    unsigned key;
    void *address;
    unsigned rights;
} landings[nr_stacks];
static bool has_keys;

static struct landing *landing(void)
{
    return &landings[thread_stack()];
}

static void handler(int number, siginfo_t *info, void *context)
{
    struct landing *own = landing();

    (void)context;
    own->caught = number;
    own->code = info->si_code;
    own->address = info->si_addr;
    own->key = number == SIGSEGV && info->si_code == SEGV_PKUERR ? info->si_pkey : 0;
    rights_write(own->rights);
    siglongjmp(own->buffer, 1);
}

void access_init(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    unsigned a, b, c, d;

    /* Leaf 7: keys that the kernel has switched on. */
    has_keys = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & bit_OSPKE);
    rights_keep();
    must(sigaction(SIGSEGV, &action, NULL));
    must(sigaction(SIGBUS, &action, NULL));
    must(sigaction(SIGILL, &action, NULL));
    signal(SIGXFSZ, SIG_IGN);
}

unsigned rights_read(void)
{
    unsigned value = 0;

    if (has_keys)
        __asm__ volatile("rdpkru" : "=a"(value) : "c"(0) : "edx");
    return value;
}

void rights_write(unsigned rights)
{
    if (has_keys)
        __asm__ volatile("wrpkru" : : "a"(rights), "c"(0), "d"(0) : "memory");
}

long rights_set(int key, unsigned disabled)
{
    rights_write((rights_read() & ~(3u << (2 * key))) | disabled << (2 * key));
    return 0;
}

void rights_keep(void)
{
    landing()->rights = rights_read();
}

long read_byte(const void *address)
{
    if (sigsetjmp(landing()->buffer, 0) != 0)
        return -1;
    return *(const volatile unsigned char *)address;
}

long write_byte(void *address, int value)
{
    if (sigsetjmp(landing()->buffer, 0) != 0)
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
    if (seen < 0 && landing()->caught == SIGSEGV && landing()->code == SEGV_PKUERR)
        return -1;
    if (seen >= 0 && seen != RETURN_INSTRUCTION)
        return 0;
    if (sigsetjmp(landing()->buffer, 0) != 0)
        return -1;
    ((void (*)(void))(unsigned long)address)();
    return 0;
}

long hash_page(const void *page, unsigned long *sum)
{
    if (sigsetjmp(landing()->buffer, 0) != 0)
        return -1;
    *sum = hash_bytes(*sum, page, PAGE);
    return 0;
}

const char *fault_text(const void *touched, char text[64])
{
    const struct landing *own = landing();
    int used = snprintf(text, 64, "%s %s", signal_name(own->caught),
                        signal_code_name(own->caught, own->code));

    if (own->key != 0)
        used += snprintf(text + used, 64 - (size_t)used, " key %u", own->key);
    if (own->address == NULL)
        snprintf(text + used, 64 - (size_t)used, " without address");
    else if (own->address != touched)
        snprintf(text + used, 64 - (size_t)used, " address off by %ld",
                 (long)((char *)own->address - (const char *)touched));
    return text;
}

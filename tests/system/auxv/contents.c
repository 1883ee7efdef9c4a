/* The auxiliary vector: every entry Linux 6.1 gives on x86-64, in its order, with its fixed values.
 */

#include "test.h"

#include <elf.h>
#include <sys/auxv.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif
#define N(name)                                                                                    \
    {                                                                                              \
        name, #name                                                                                \
    }

static const struct {
    unsigned long type;
    const char *name;
} names[] = {N(AT_SYSINFO_EHDR), N(AT_HWCAP),      N(AT_PAGESZ), N(AT_CLKTCK),   N(AT_PHDR),
             N(AT_PHENT),        N(AT_PHNUM),      N(AT_BASE),   N(AT_FLAGS),    N(AT_ENTRY),
             N(AT_UID),          N(AT_EUID),       N(AT_GID),    N(AT_EGID),     N(AT_SECURE),
             N(AT_RANDOM),       N(AT_HWCAP2),     N(AT_EXECFN), N(AT_PLATFORM), N(AT_MINSIGSTKSZ),
             N(AT_NULL),         {26, "AT_HWCAP2"}};

static const char *name_of(unsigned long type)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (names[i].type == type)
            return names[i].name;
    }
    return "unknown";
}

extern char **environ;
extern int _start();

int main(void)
{
    char **end = environ;
    while (*end != NULL)
        end++;
    unsigned long *vector = (unsigned long *)(end + 1);
    for (unsigned long *entry = vector;; entry += 2) {
        if (entry[0] == AT_NULL)
            break;
        if (entry[0] == 27 || entry[0] == 28)
            continue;
        say("%s", name_of(entry[0]));
    }
    say("page size %lu, clock ticks %lu", getauxval(AT_PAGESZ), getauxval(AT_CLKTCK));
    say("ids %lu %lu %lu %lu secure %lu", getauxval(AT_UID), getauxval(AT_EUID), getauxval(AT_GID),
        getauxval(AT_EGID), getauxval(AT_SECURE));
    say("base %lu flags %lu phent %lu", getauxval(AT_BASE), getauxval(AT_FLAGS),
        getauxval(AT_PHENT));
    yes("entry", getauxval(AT_ENTRY) == (unsigned long)_start);
    say("execfn %s", (char *)getauxval(AT_EXECFN));
    say("platform %s", (char *)getauxval(AT_PLATFORM));
    Elf64_Phdr *headers = (Elf64_Phdr *)getauxval(AT_PHDR);
    bool loads = false;
    for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++)
        loads |= headers[i].p_type == PT_LOAD;
    yes("program headers", loads);
    Elf64_Ehdr *vdso = (Elf64_Ehdr *)getauxval(AT_SYSINFO_EHDR);
    yes("vdso is an ELF file", memcmp(vdso->e_ident, ELFMAG, SELFMAG) == 0);
    unsigned char *random = (unsigned char *)getauxval(AT_RANDOM);
    int zeros = 0;
    for (int i = 0; i < 16; i++)
        zeros += random[i] == 0;
    yes("16 random bytes", zeros < 8);
    return 0;
}

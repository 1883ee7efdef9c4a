/* The vDSO's symbols, found as a libc finds them, and agreeing with the system calls. */

#include "test.h"

#include <elf.h>
#include <sys/auxv.h>
#include <sys/time.h>

static void *find(const char *wanted)
{
    char *base = (char *)getauxval(AT_SYSINFO_EHDR);
    Elf64_Ehdr *header = (Elf64_Ehdr *)base;
    Elf64_Phdr *segment = (Elf64_Phdr *)(base + header->e_phoff);
    Elf64_Dyn *dynamic = NULL;
    char *slide = NULL, *strings = NULL;
    Elf64_Sym *symbols = NULL;
    Elf32_Word *hash = NULL;

    for (int i = 0; i < header->e_phnum; i++, segment++) {
        if (segment->p_type == PT_LOAD)
            slide = base + segment->p_offset - segment->p_vaddr;
        else if (segment->p_type == PT_DYNAMIC)
            dynamic = (Elf64_Dyn *)(base + segment->p_offset);
    }
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        char *at = slide + dynamic->d_un.d_ptr;
        if (dynamic->d_tag == DT_STRTAB)
            strings = at;
        else if (dynamic->d_tag == DT_SYMTAB)
            symbols = (Elf64_Sym *)at;
        else if (dynamic->d_tag == DT_HASH)
            hash = (Elf32_Word *)at;
    }
    for (Elf32_Word i = 0; hash != NULL && i < hash[1]; i++) {
        if (symbols[i].st_shndx && strcmp(strings + symbols[i].st_name, wanted) == 0)
            return slide + symbols[i].st_value;
    }
    return NULL;
}

int main(void)
{
    int (*get_clock)(int, struct timespec *) =
        (int (*)(int, struct timespec *))find("__vdso_clock_gettime");
    int (*get_day)(struct timeval *, void *) =
        (int (*)(struct timeval *, void *))find("__vdso_gettimeofday");
    time_t (*get_time)(time_t *) = (time_t(*)(time_t *))find("__vdso_time");
    int (*get_cpu)(unsigned *, unsigned *, void *) =
        (int (*)(unsigned *, unsigned *, void *))find("__vdso_getcpu");
    yes("clock_gettime", get_clock != NULL);
    yes("gettimeofday", get_day != NULL);
    yes("time", get_time != NULL);
    yes("getcpu", get_cpu != NULL);
    if (!get_clock || !get_day || !get_time || !get_cpu)
        return 0;
    static const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC,       CLOCK_MONOTONIC_RAW,
                                 CLOCK_BOOTTIME, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
                                 CLOCK_TAI};
    for (size_t i = 0; i < COUNT_OF(clocks); i++) {
        struct timespec before, mine, after;
        char label[32];
        syscall(SYS_clock_gettime, clocks[i], &before);
        int result = get_clock(clocks[i], &mine);
        syscall(SYS_clock_gettime, clocks[i], &after);
        long low = before.tv_sec * 1000000000 + before.tv_nsec;
        long middle = mine.tv_sec * 1000000000 + mine.tv_nsec;
        long high = after.tv_sec * 1000000000 + after.tv_nsec;
        snprintf(label, sizeof(label), "clock %d: %d, in order", clocks[i], result);
        yes(label, low <= middle && middle <= high);
    }
    struct timespec time_of_process;
    say("process time: %d", get_clock(CLOCK_PROCESS_CPUTIME_ID, &time_of_process));
    say("clock 99: %d", get_clock(99, &time_of_process));
    struct timeval day;
    unsigned cpu = 999, node = 999;
    yes("day is time", get_day(&day, NULL) == 0 && labs(day.tv_sec - get_time(NULL)) <= 1);
    call("getcpu", get_cpu(&cpu, &node, NULL));
    say("node %u", node);
    yes("cpu below 64", cpu < 64);
    return 0;
}

/*
 * The text of /proc/cpuinfo: names of features as programs know them (proc(5)).
 */
#include <arch/identity.h>

#include "acpi_tables.h"
#include "clock.h"
#include "cpu_features.h"
#include "instructions.h"

#include <lib/printf.h>
#include <lib/string.h>

/* Names by bit, blank-separated; "-" for a bit without a name. */
static const char names_1_edx[] =
    "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov "
    "pat pse36 pn clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe";
static const char names_ext_edx[] =
    "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - "
    "fxsr_opt pdpe1gb rdtscp - lm 3dnowext 3dnow";
static const char names_1_ecx[] =
    "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid "
    "dca "
    "sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor";
static const char names_ext_ecx[] =
    "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop "
    "skinit "
    "wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - bpext ptsc - mwaitx";
static const char names_7_ebx[] = "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid "
                                  "rtm cqm - - rdt_a avx512f avx512dq "
                                  "rdseed adx smap avx512ifma - clflushopt clwb intel_pt avx512pf "
                                  "avx512er avx512cd sha_ni avx512bw "
                                  "avx512vl";
static const char names_d_eax[] = "xsaveopt xsavec xgetbv1 xsaves";
static const char names_7_ecx[] = "- avx512vbmi umip pku ospke waitpkg avx512_vbmi2 - gfni vaes "
                                  "vpclmulqdq avx512_vnni avx512_bitalg "
                                  "tme avx512_vpopcntdq - la57 - - - - - rdpid - bus_lock_detect "
                                  "cldemote - movdiri movdir64b enqcmd "
                                  "sgx_lc";

struct text {
    char *buffer;
    size_t size;
    size_t len;
};

static void add(struct text *text, const char *format, ...) __printf(2, 3);

static void add(struct text *text, const char *format, ...)
{
    size_t room = text->len < text->size ? text->size - text->len : 0;
    va_list args;

    va_start(args, format);
    text->len += (size_t)vsnprintf(text->buffer + (text->size - room), room, format, args);
    va_end(args);
}

static void add_flags(struct text *text, const char *names, u32 bits)
{
    for (unsigned bit = 0; bit < 32 && *names; bit++) {
        size_t len = strcspn(names, " ");

        if ((bits >> bit & 1) && names[0] != '-')
            add(text, " %.*s", (int)len, names);
        names += len;
        names += strspn(names, " ");
    }
}

static void add_all_flags(struct text *text)
{
    struct cpuid_result basic = cpuid(1, 0), extended = cpuid(0x80000001, 0);
    struct cpuid_result seven = {0};

    if (cpuid(0, 0).eax >= 7)
        seven = cpuid(7, 0);
    add(text, "flags\t\t:");
    add_flags(text, names_1_edx, basic.edx);
    add_flags(text, names_ext_edx, extended.edx);
    if (cpu_features.tsc_constant)
        add(text, " constant_tsc nonstop_tsc");
    add_flags(text, names_1_ecx, basic.ecx);
    add_flags(text, names_ext_ecx, extended.ecx);
    add_flags(text, names_7_ebx, seven.ebx);
    if (cpu_features.xsave)
        add_flags(text, names_d_eax, cpuid(0xD, 1).eax);
    add_flags(text, names_7_ecx, seven.ecx);
    add(text, "\n");
}

size_t arch_cpuinfo(unsigned cpu, char *buffer, size_t size)
{
    const struct cpu_features *f = &cpu_features;
    struct text text = {buffer, size, 0};
    u64 khz = clock_cpu_khz();
    u32 line = (cpuid(1, 0).ebx >> 8 & 0xFF) * 8;

    add(&text, "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n", cpu,
        f->vendor, f->family, f->model);
    add(&text, "model name\t: %s\nstepping\t: %u\n",
        f->model_name[0] ? f->model_name + strspn(f->model_name, " ") : "unknown", f->stepping);
    add(&text, "cpu MHz\t\t: %lu.%03lu\n", khz / 1000, khz % 1000);
    add(&text, "physical id\t: %u\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\n", cpu);
    add(&text, "apicid\t\t: %u\ninitial apicid\t: %u\n", madt.apic_ids[cpu], madt.apic_ids[cpu]);
    add(&text, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n",
        cpuid(0, 0).eax);
    add_all_flags(&text);
    add(&text, "bugs\t\t:\nbogomips\t: %lu.%02lu\n", khz / 500, khz / 5 % 100);
    add(&text, "clflush size\t: %u\ncache_alignment\t: %u\n", line, line);
    add(&text, "address sizes\t: %u bits physical, 48 bits virtual\npower management:\n\n",
        f->address_bits);
    return text.len;
}

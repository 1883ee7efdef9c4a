/* A core file: its header, its notes, registers, memory, threads. */

#include <pthread.h>
#include <sys/procfs.h>
#include <sys/resource.h>

#include "core_reader.h"

static char *page, *absent;

static void *wait_for_ever(void *argument)
{
    for (;;)
        pause();
    return argument;
}

static void fault(void)
{
    pthread_t threads[2];
    char *unwritten = map(4 * PAGE);

    for (unsigned i = 0; i < COUNT_OF(threads); i++)
        pthread_create(&threads[i], NULL, wait_for_ever, NULL);
    nap(50);
    unwritten[2 * PAGE] = 1;
    *(volatile char *)absent = 1;
}

static void report_notes(const struct core_reader *core)
{
    const unsigned char *at = core->bytes + core->segments[0].p_offset;
    const unsigned char *end = at + core->segments[0].p_filesz;

    while (at < end) {
        const Elf64_Nhdr *note = (const Elf64_Nhdr *)at;
        const char *name = (const char *)(note + 1);
        const unsigned char *bytes = (const unsigned char *)name + (note->n_namesz + 3) / 4 * 4;
        int is_machine = note->n_type == NT_X86_XSTATE;

        say("note %s %x%s", name, note->n_type,
            is_machine                ? ""
            : note->n_type == NT_FILE ? ", files"
                                      : "");
        if (note->n_type == NT_PRSTATUS) {
            const struct elf_prstatus *status = (const struct elf_prstatus *)bytes;

            say("  %u bytes, signal %d, current %d, fp %d", note->n_descsz,
                status->pr_info.si_signo, status->pr_cursig, status->pr_fpvalid);
            yes("  user code", status->pr_reg[17] == 0x33);
        } else if (note->n_type == NT_PRPSINFO) {
            const struct elf_prpsinfo *process = (const struct elf_prpsinfo *)bytes;

            say("  %u bytes, state %c %d, uid %d, parent %d", note->n_descsz, process->pr_sname,
                process->pr_state, process->pr_uid, process->pr_ppid == getpid());
            yes("  name", strncmp(process->pr_fname, "coredump", 8) == 0 ||
                              strncmp(process->pr_fname, "contents", 8) == 0);
        } else if (note->n_type == NT_SIGINFO) {
            const siginfo_t *info = (const siginfo_t *)bytes;

            say("  %u bytes, %s %s", note->n_descsz, signal_name(info->si_signo),
                signal_code_name(info->si_signo, info->si_code));
            yes("  address", info->si_addr == absent);
        } else if (note->n_type == NT_FPREGSET) {
            say("  %u bytes", note->n_descsz);
        } else if (note->n_type == NT_FILE) {
            const unsigned long *words = (const unsigned long *)bytes;

            say("  unit %lu, some files %d", words[1], words[0] > 0);
        }
        at = bytes + (note->n_descsz + 3) / 4 * 4;
    }
}

int main(void)
{
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct core_reader core;

    must(setrlimit(RLIMIT_CORE, &none));
    page = map(PAGE);
    strcpy(page, "in memory");
    absent = map_in_hole(PAGE);
    munmap(absent, PAGE);
    crash("fault with threads", fault);
    if (!core_open(&core, "core"))
        return 1;
    say("type %u, machine %u, version %u, header %u, entry %u", core.header->e_type,
        core.header->e_machine, core.header->e_version, core.header->e_ehsize,
        core.header->e_phentsize);
    say("ident class %u, data %u, version %u", core.header->e_ident[EI_CLASS],
        core.header->e_ident[EI_DATA], core.header->e_ident[EI_VERSION]);
    say("first segment type %u flags %u align %lu", core.segments[0].p_type,
        core.segments[0].p_flags, core.segments[0].p_align);
    report_notes(&core);
    yes("page's contents",
        core_at(&core, page) && strcmp((const char *)core_at(&core, page), page) == 0);
    yes("hole absent", core_segment(&core, absent) == NULL);
    say("code: %s", core_extent(&core, (void *)main));
    say("stack: %s", core_extent(&core, &core));
    yes("loads aligned", core.segments[1].p_align == PAGE && core.segments[1].p_offset % PAGE == 0);
    core_close(&core, "core");
    return 0;
}

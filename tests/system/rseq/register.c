/* rseq: registration, the processor's number, critical sections and their abort. */

#include "test.h"

struct area {
    uint32_t cpu_id_start, cpu_id;
    uint64_t section;
    uint32_t flags;
    uint32_t padding[3];
} __attribute__((aligned(32)));

struct section {
    uint32_t version, flags;
    uint64_t start, length, abort;
} __attribute__((aligned(32)));

#define SIGNATURE 0x53053053u

static struct area area = {.cpu_id = (uint32_t)-1};

static long rseq(void *address, unsigned len, int flags, unsigned signature)
{
    return syscall(SYS_rseq, address, len, flags, signature);
}

static void registration(void)
{
    call("unregister first", rseq(&area, 32, 1, SIGNATURE));
    call("unaligned", rseq((char *)&area + 16, 32, 0, SIGNATURE));
    call("length 31", rseq(&area, 31, 0, SIGNATURE));
    call("length 64", rseq(&area, 64, 0, SIGNATURE));
    call("flags", rseq(&area, 32, 2, SIGNATURE));
    call("kernel address", rseq((void *)0xffff800000000000, 32, 0, SIGNATURE));
    call("register", rseq(&area, 32, 0, SIGNATURE));
    unsigned cpu;
    must(syscall(SYS_getcpu, &cpu, NULL, NULL));
    yes("processor", area.cpu_id == area.cpu_id_start && (cpu < 64 && area.cpu_id < 64));
    call("again", rseq(&area, 32, 0, SIGNATURE));
    call("again, other signature", rseq(&area, 32, 0, 1));
    call("again, elsewhere", rseq(&area + 1, 32, 0, SIGNATURE));
    call("unregister, other signature", rseq(&area, 32, 1, 1));
    call("unregister, flags", rseq(&area, 32, 3, SIGNATURE));
    call("unregister, length", rseq(&area, 16, 1, SIGNATURE));
    call("unregister", rseq(&area, 32, 1, SIGNATURE));
    yes("no processor", area.cpu_id == (uint32_t)-1 && area.cpu_id_start == 0);
    call("register again", rseq(&area, 32, 0, SIGNATURE));
}

static volatile int handled, left_before;

static void handler(int signal)
{
    (void)signal;
    handled++;
    left_before |= area.section == 0;
}

/*
 * A section that loops until something aborts it. => the number of rounds is not 0
 * The word before the abort address is the signature.
 */
static unsigned long loop_until_aborted(struct section *section)
{
    unsigned long rounds = 0;

    __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                     "movq %%rax, 8(%[section])\n\t"
                     "leaq 2f(%%rip), %%rcx\n\t"
                     "subq %%rax, %%rcx\n\t"
                     "movq %%rcx, 16(%[section])\n\t"
                     "leaq 3f(%%rip), %%rax\n\t"
                     "movq %%rax, 24(%[section])\n\t"
                     "movq %[section], %[pointer]\n\t"
                     "1:\n\t"
                     "incq %[rounds]\n\t"
                     "jmp 1b\n\t"
                     "2:\n\t"
                     "ud2\n\t"
                     ".long 0x53053053\n\t"
                     "3:\n\t"
                     : [rounds] "+r"(rounds), [pointer] "+m"(area.section)
                     : [section] "r"(section)
                     : "rax", "rcx", "memory");
    return rounds;
}

static void sections(void)
{
    struct section section = {0};
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    must(sigaction(SIGUSR1, &action, NULL));
    pid_t self = getpid(), child = fork();
    if (child == 0) {
        nap(100);
        kill(self, SIGUSR1);
        _exit(0);
    }
    yes("aborted", loop_until_aborted(&section) > 0);
    must(waitpid(child, NULL, 0));
    yes("pointer cleared", area.section == 0);
    while (!handled)
        nap(10);
    yes("handled, outside of the section", handled == 1 && left_before);
    area.section = (uint64_t)&section;
    nap(20);
    yes("elsewhere: cleared", area.section == 0);
}

static void bad_signature(void)
{
    struct section section = {.start = 4096, .length = 1, .abort = (uint64_t)&area};
    section.start = (uint64_t)bad_signature;
    area.section = (uint64_t)&section;
    for (int i = 0; i < 1000; i++)
        nap(1);
}

static void bad_flags(void)
{
    static struct section section = {.flags = 1};
    loop_until_aborted(&section);
}

static void bad_pointer(void)
{
    area.section = 8;
    for (int i = 0; i < 1000; i++)
        nap(1);
}

static void inherited(void)
{
    call("in a child: registered", rseq(&area, 32, 0, SIGNATURE));
}

static void timer_for_flags(void)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    must(sigaction(SIGALRM, &action, NULL));
    alarm(1);
    bad_flags();
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        call("after execve", rseq(&area, 32, 0, SIGNATURE));
        return 0;
    }
    registration();
    sections();
    in_child("bad signature", bad_signature);
    in_child("bad flags", timer_for_flags);
    in_child("bad pointer", bad_pointer);
    in_child("fork", inherited);
    fflush(stdout);
    execl("/proc/self/exe", argv[0], "again", NULL);
    return 1;
}

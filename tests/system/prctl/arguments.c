/* prctl: every option of Linux 6.1 with small arguments, each in a child of its own. seconds: 60 */

#include "test.h"

static const struct {
    int option;
    const char *name;
} options[] = {
    {0, "0"},
    {1, "SET_PDEATHSIG"},
    {2, "GET_PDEATHSIG"},
    {3, "GET_DUMPABLE"},
    {4, "SET_DUMPABLE"},
    {5, "GET_UNALIGN"},
    {6, "SET_UNALIGN"},
    {7, "GET_KEEPCAPS"},
    {8, "SET_KEEPCAPS"},
    {9, "GET_FPEMU"},
    {10, "SET_FPEMU"},
    {11, "GET_FPEXC"},
    {12, "SET_FPEXC"},
    {13, "GET_TIMING"},
    {14, "SET_TIMING"},
    {15, "SET_NAME"},
    {16, "GET_NAME"},
    {17, "17"},
    {19, "GET_ENDIAN"},
    {20, "SET_ENDIAN"},
    {21, "GET_SECCOMP"},
    {23, "CAPBSET_READ"},
    {24, "CAPBSET_DROP"},
    {25, "GET_TSC"},
    {26, "SET_TSC"},
    {27, "GET_SECUREBITS"},
    {28, "SET_SECUREBITS"},
    {29, "SET_TIMERSLACK"},
    {30, "GET_TIMERSLACK"},
    {31, "TASK_PERF_EVENTS_DISABLE"},
    {32, "TASK_PERF_EVENTS_ENABLE"},
    {33, "MCE_KILL"},
    {34, "MCE_KILL_GET"},
    {35, "SET_MM"},
    {36, "SET_CHILD_SUBREAPER"},
    {37, "GET_CHILD_SUBREAPER"},
    {38, "SET_NO_NEW_PRIVS"},
    {39, "GET_NO_NEW_PRIVS"},
    {40, "GET_TID_ADDRESS"},
    {41, "SET_THP_DISABLE"},
    {42, "GET_THP_DISABLE"},
    {43, "MPX_ENABLE_MANAGEMENT"},
    {44, "MPX_DISABLE_MANAGEMENT"},
    {45, "SET_FP_MODE"},
    {46, "GET_FP_MODE"},
    {47, "CAP_AMBIENT"},
    {50, "SVE_SET_VL"},
    {51, "SVE_GET_VL"},
    {54, "PAC_RESET_KEYS"},
    {55, "SET_TAGGED_ADDR_CTRL"},
    {56, "GET_TAGGED_ADDR_CTRL"},
    {57, "SET_IO_FLUSHER"},
    {58, "GET_IO_FLUSHER"},
    {59, "SET_SYSCALL_USER_DISPATCH"},
    {60, "PAC_SET_ENABLED_KEYS"},
    {61, "PAC_GET_ENABLED_KEYS"},
    {62, "SCHED_CORE"},
    {63, "SME_SET_VL"},
    {64, "SME_GET_VL"},
    {0x53564d41, "SET_VMA"},
    {-1, "-1"},
};

static const unsigned long arguments[][4] = {
    {0, 0, 0, 0}, {1, 0, 0, 0}, {2, 0, 0, 0}, {3, 0, 0, 0},  {4, 0, 0, 0},  {5, 0, 0, 0},
    {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {1, 1, 0, 0},  {1, 0, 1, 0},  {1, 0, 0, 1},
    {1, 2, 0, 0}, {1, 3, 0, 0}, {2, 1, 0, 0}, {40, 0, 0, 0}, {64, 0, 0, 0}, {-1, 0, 0, 0},
};

/* One line an option: the answers to each set of arguments. */
static void try(int option, const char *name)
{
    char line[512];
    int len = snprintf(line, sizeof(line), "%s:", name);

    for (size_t i = 0; i < COUNT_OF(arguments); i++) {
        const unsigned long *a = arguments[i];
        int gate[2], status;
        char answer[32] = "killed";

        must(pipe(gate));
        if (fork() == 0) {
            long value = syscall(SYS_prctl, option, a[0], a[1], a[2], a[3]);
            if (value < 0)
                snprintf(answer, sizeof(answer), "%s", errno_name(errno));
            else
                snprintf(answer, sizeof(answer), "%ld", value);
            write(gate[1], answer, strlen(answer) + 1);
            _exit(0);
        }
        close(gate[1]);
        read(gate[0], answer, sizeof(answer));
        close(gate[0]);
        wait(&status);
        len += snprintf(line + len, sizeof(line) - (size_t)len, " %s", answer);
    }
    say("%s", line);
}

static void all(void)
{
    for (size_t i = 0; i < COUNT_OF(options); i++)
        try(options[i].option, options[i].name);
}

static void as_user(void)
{
    static const int privileged[] = {8, 24, 28, 35, 38, 47, 57, 58};

    become_user();
    for (size_t i = 0; i < COUNT_OF(options); i++)
        for (size_t j = 0; j < COUNT_OF(privileged); j++)
            if (options[i].option == privileged[j])
                try(options[i].option, options[i].name);
}

static void tracer(const char *label, unsigned long who)
{
    call(label, syscall(SYS_prctl, 0x59616d61, who, 0, 0, 0));
}

int main(void)
{
    tracer("PTRACER none", 0);
    tracer("PTRACER any", -1UL);
    tracer("PTRACER self", (unsigned long)getpid());
    tracer("PTRACER nobody", 99999999);
    tracer("PTRACER -2", -2UL);
    all();
    in_child("ordinary user", as_user);
    return 0;
}

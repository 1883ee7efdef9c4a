/* Programs that are no filters, and who may install one. */
#include "words.h"

#define TRY(label, ...)                                                                            \
    do {                                                                                           \
        FILTER(filter, __VA_ARGS__);                                                               \
        pid_t child = fork();                                                                      \
        if (child == 0) {                                                                          \
            give_up_privileges();                                                                  \
            call(label, install(0, &filter));                                                      \
            _exit(0);                                                                              \
        }                                                                                          \
        waitpid(child, NULL, 0);                                                                   \
    } while (0)

static void programs(void)
{
    TRY("one answer", ANSWER(SECCOMP_RET_ALLOW));
    TRY("no answer at the end", ANSWER(SECCOMP_RET_ALLOW), LOAD(nr));
    TRY("a load beyond the record", BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64),
        ANSWER(SECCOMP_RET_ALLOW));
    TRY("an unaligned load", BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), ANSWER(SECCOMP_RET_ALLOW));
    TRY("a load of a byte", BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("an indirect load", BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("the length", BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("a jump beyond the end", BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("a jump to the end", BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("a branch beyond the end", BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
        ANSWER(SECCOMP_RET_ALLOW));
    TRY("division by zero", BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("division by X", BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("a remainder", BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 2), ANSWER(SECCOMP_RET_ALLOW));
    TRY("a shift by 32", BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), ANSWER(SECCOMP_RET_ALLOW));
    TRY("a shift by 31", BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 31), ANSWER(SECCOMP_RET_ALLOW));
    TRY("exclusive or", BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("minus", BPF_STMT(BPF_ALU | BPF_NEG, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("memory not written", BPF_STMT(BPF_LD | BPF_MEM, 3), ANSWER(SECCOMP_RET_ALLOW));
    TRY("memory written", BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LDX | BPF_MEM, 3),
        ANSWER(SECCOMP_RET_ALLOW));
    TRY("memory written on one way", BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
        BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_MEM, 3), ANSWER(SECCOMP_RET_ALLOW));
    TRY("word 16", BPF_STMT(BPF_ST, 16), ANSWER(SECCOMP_RET_ALLOW));
    TRY("X to A", BPF_STMT(BPF_MISC | BPF_TXA, 0), BPF_STMT(BPF_RET | BPF_A, 0));
    TRY("an unknown code", BPF_STMT(0xffff, 0), ANSWER(SECCOMP_RET_ALLOW));
    TRY("returning X", BPF_STMT(BPF_RET | BPF_X, 0));
}

static void arguments(void)
{
    FILTER(filter, ANSWER(SECCOMP_RET_ALLOW));
    struct sock_fprog empty = {0, filter_code}, long_one = {4097, filter_code},
                      nowhere = {1, (void *)8};

    call("flags", install(1u << 9, &filter));
    call("nothing", install(0, NULL));
    call("no instruction", install(0, &empty));
    call("too many", install(0, &long_one));
    call("unreadable", install(0, &nowhere));
    call("a flag for an action", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &filter));
    call("an action nowhere", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, NULL));
}

/* Who has not given up new privileges must be privileged. */
static void permission(void)
{
    FILTER(filter, ANSWER(SECCOMP_RET_ALLOW));
    pid_t child = fork();

    if (child == 0) {
        call("root", install(0, &filter));
        must(setuid(1000));
        call("a user", install(0, &filter));
        give_up_privileges();
        call("after no_new_privs", install(0, &filter));
        call("by prctl", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

static void status_lines(void)
{
    FILTER(filter, ANSWER(SECCOMP_RET_ALLOW));
    char line[200];
    FILE *stream;

    must(install(0, &filter));
    must(install(SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter));
    stream = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof(line), stream) != NULL)
        if (strncmp(line, "Seccomp", 7) == 0 || strncmp(line, "NoNew", 5) == 0)
            say("%.*s", (int)strcspn(line, "\n"), line);
    fclose(stream);
}

int main(void)
{
    programs();
    arguments();
    permission();
    status_lines();
    return 0;
}

/* Words of memory, of struct user, and sets of registers. */
#include "words.h"

#include <elf.h>

static volatile long word = 0x1122334455667788;
static const long constant = 0x0102030405060708;

static int report_word(void)
{
    return (int)(word & 0xff);
}

static void memory(pid_t child)
{
    long value;

    errno = 0;
    value = ptrace(PTRACE_PEEKDATA, child, &word, 0);
    say("PEEKDATA %lx %s", value, errno_name(errno));
    call("POKEDATA", ptrace(PTRACE_POKEDATA, child, &word, 0x42));
    call("POKETEXT of constants", ptrace(PTRACE_POKETEXT, child, &constant, 0x43));
    say("here they are as they were: %lx", constant);
    errno = 0;
    value = ptrace(PTRACE_PEEKTEXT, child, &constant, 0);
    say("there: %lx %s", value, errno_name(errno));
    errno = 0;
    value = ptrace(PTRACE_PEEKDATA, child, 8, 0);
    say("nowhere: %ld %s", value, errno_name(errno));
    call("POKE nowhere", ptrace(PTRACE_POKEDATA, child, 8, 0));
}

static void user_area(pid_t child)
{
    struct user_regs_struct registers;
    long value;

    must(ptrace(PTRACE_GETREGS, child, 0, &registers));
    errno = 0;
    value = ptrace(PTRACE_PEEKUSER, child, offsetof(struct user, regs.rsp), 0);
    say("rsp: %d", (unsigned long)value == registers.rsp);
    say("cs %llx ss %llx", (long long)registers.cs, (long long)registers.ss);
    call("POKEUSER r15", ptrace(PTRACE_POKEUSER, child, offsetof(struct user, regs.r15), 77));
    value = ptrace(PTRACE_PEEKUSER, child, offsetof(struct user, regs.r15), 0);
    say("r15 %ld", value);
    call("cs of the kernel", ptrace(PTRACE_POKEUSER, child, offsetof(struct user, regs.cs), 0x10));
    call("fs base in the kernel",
         ptrace(PTRACE_POKEUSER, child, offsetof(struct user, regs.fs_base), 1ul << 63));
    call("unaligned", ptrace(PTRACE_POKEUSER, child, 1, 0));
    call("beyond", ptrace(PTRACE_POKEUSER, child, sizeof(struct user), 0));
    call("no register", ptrace(PTRACE_POKEUSER, child, offsetof(struct user, u_tsize), 1));
    must(ptrace(PTRACE_POKEUSER, child, offsetof(struct user, regs.r15), registers.r15));
}

static void sets(pid_t child)
{
    static char buffer[8192];
    struct iovec vector = {buffer, sizeof(buffer)};
    struct user_fpregs_struct fp;

    call("PRSTATUS", ptrace(PTRACE_GETREGSET, child, NT_PRSTATUS, &vector));
    say("length %zu", vector.iov_len);
    call("back", ptrace(PTRACE_SETREGSET, child, NT_PRSTATUS, &vector));
    vector.iov_len = 16;
    call("two words", ptrace(PTRACE_GETREGSET, child, NT_PRSTATUS, &vector));
    say("length %zu", vector.iov_len);
    vector.iov_len = 15;
    call("part of a word", ptrace(PTRACE_GETREGSET, child, NT_PRSTATUS, &vector));
    vector.iov_len = sizeof(buffer);
    call("FPREGSET", ptrace(PTRACE_GETREGSET, child, NT_FPREGSET, &vector));
    say("length %zu", vector.iov_len);
    call("GETFPREGS", ptrace(PTRACE_GETFPREGS, child, 0, &fp));
    say("mxcsr %x cwd %x", fp.mxcsr, fp.cwd);
    fp.xmm_space[0] = 0x12345;
    call("SETFPREGS", ptrace(PTRACE_SETFPREGS, child, 0, &fp));
    fp.xmm_space[0] = 0;
    ptrace(PTRACE_GETFPREGS, child, 0, &fp);
    say("xmm0 %x", fp.xmm_space[0]);
    fp.mxcsr = 0xffffffff;
    call("a bad mxcsr", ptrace(PTRACE_SETFPREGS, child, 0, &fp));
    vector.iov_len = sizeof(buffer);
    call("XSTATE", ptrace(PTRACE_GETREGSET, child, NT_X86_XSTATE, &vector));
    call("XSTATE back", ptrace(PTRACE_SETREGSET, child, NT_X86_XSTATE, &vector));
    call("an unknown set", ptrace(PTRACE_GETREGSET, child, 0x7777, &vector));
}

static void masks(pid_t child)
{
    unsigned long mask = 0;

    call("GETSIGMASK", ptrace(0x420a, child, 8, &mask));
    say("mask %lx", mask);
    mask = ~0ul;
    call("SETSIGMASK", ptrace(0x420b, child, 8, &mask));
    mask = 0;
    ptrace(0x420a, child, 8, &mask);
    say("mask %lx", mask);
    call("a wrong size", ptrace(0x420a, child, 4, &mask));
    mask = 0;
    ptrace(0x420b, child, 8, &mask);
}

int main(void)
{
    pid_t child = traced_child(report_word);

    memory(child);
    user_area(child);
    sets(child);
    masks(child);
    go_on(PTRACE_CONT, child, 0);
    wait_for_stop("end", child);
    return 0;
}

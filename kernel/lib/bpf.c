/*
 * Classic BPF: an accumulator A, an index X, 16 words of memory, jumps only forward. The check is
 * what makes the interpreter short: it runs each code without a look at its operands.
 *
 * A word of memory must be written on every way that leads to a read of it. Jumps go forward only,
 * so one pass is enough: each instruction keeps the set of words written on all ways that lead
 * there.
 */
#include <lib/bpf.h>

#include <lib/types.h>

#define ALL_WORDS 0xffffu

static bool is_load_good(const struct abi_sock_filter *at, u32 size)
{
    switch (at->code) {
    case BPF_LD | BPF_W | BPF_ABS:
        return at->k < size && at->k % sizeof(u32) == 0;
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
        return at->k < BPF_MEMORY_WORDS;
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_LD | BPF_W | BPF_LEN:
    case BPF_LDX | BPF_W | BPF_LEN:
        return true;
    default:
        return false;
    }
}

static bool is_arithmetic_good(const struct abi_sock_filter *at)
{
    switch (at->code & ~BPF_X) {
    case BPF_ALU | BPF_DIV:
        return (at->code & BPF_X) || at->k != 0;
    case BPF_ALU | BPF_LSH:
    case BPF_ALU | BPF_RSH:
        return (at->code & BPF_X) || at->k < 32;
    case BPF_ALU | BPF_ADD:
    case BPF_ALU | BPF_SUB:
    case BPF_ALU | BPF_MUL:
    case BPF_ALU | BPF_OR:
    case BPF_ALU | BPF_AND:
    case BPF_ALU | BPF_XOR:
        return true;
    case BPF_ALU | BPF_NEG:
        return !(at->code & BPF_X);
    default:
        return false;
    }
}

/* @left: instructions after this one. */
static bool is_jump_good(const struct abi_sock_filter *at, unsigned left)
{
    switch (at->code & ~BPF_X) {
    case BPF_JMP | BPF_JA:
        return !(at->code & BPF_X) && at->k < left;
    case BPF_JMP | BPF_JEQ:
    case BPF_JMP | BPF_JGT:
    case BPF_JMP | BPF_JGE:
    case BPF_JMP | BPF_JSET:
        return at->jump_true < left && at->jump_false < left;
    default:
        return false;
    }
}

static bool is_instruction_good(const struct abi_sock_filter *at, unsigned left, u32 size)
{
    switch (BPF_CLASS(at->code)) {
    case BPF_ALU:
        return is_arithmetic_good(at);
    case BPF_JMP:
        return is_jump_good(at, left);
    case BPF_RET:
        return at->code == (BPF_RET | BPF_K) || at->code == (BPF_RET | BPF_A);
    case BPF_MISC:
        return at->code == (BPF_MISC | BPF_TAX) || at->code == (BPF_MISC | BPF_TXA);
    default:
        return is_load_good(at, size);
    }
}

/* Does every read of a word of memory follow a write? @written has room for @length sets. */
static bool is_memory_written(const struct abi_sock_filter *program, unsigned length, u16 *written)
{
    u16 known = 0;

    for (unsigned i = 0; i < length; i++)
        written[i] = ALL_WORDS;
    for (unsigned i = 0; i < length; i++) {
        const struct abi_sock_filter *at = &program[i];

        known &= written[i];
        switch (BPF_CLASS(at->code)) {
        case BPF_ST:
        case BPF_STX:
            known |= (u16)(1u << at->k);
            break;
        case BPF_LD:
        case BPF_LDX:
            if ((at->code & 0xe0) == BPF_MEM && !(known >> at->k & 1))
                return false;
            break;
        case BPF_JMP:
            if (at->code == (BPF_JMP | BPF_JA)) {
                written[i + 1 + at->k] &= known;
            } else {
                written[i + 1 + at->jump_true] &= known;
                written[i + 1 + at->jump_false] &= known;
            }
            known = ALL_WORDS; /* nothing falls through */
            break;
        case BPF_RET:
            known = ALL_WORDS;
            break;
        default:
            break;
        }
    }
    return true;
}

bool bpf_check(const struct abi_sock_filter *program, unsigned length, u32 size, u16 *scratch)
{
    if (length == 0 || BPF_CLASS(program[length - 1].code) != BPF_RET)
        return false;
    for (unsigned i = 0; i < length; i++)
        if (!is_instruction_good(&program[i], length - i - 1, size))
            return false;
    return is_memory_written(program, length, scratch);
}

/* ---- running ---- */

/* => false: a division by zero */
static bool calculate(const struct abi_sock_filter *at, u32 *a, u32 x)
{
    u32 operand = at->code & BPF_X ? x : at->k;

    switch (at->code & 0xf0) {
    case BPF_ADD:
        *a += operand;
        break;
    case BPF_SUB:
        *a -= operand;
        break;
    case BPF_MUL:
        *a *= operand;
        break;
    case BPF_DIV:
        if (operand == 0)
            return false;
        *a /= operand;
        break;
    case BPF_OR:
        *a |= operand;
        break;
    case BPF_AND:
        *a &= operand;
        break;
    case BPF_XOR:
        *a ^= operand;
        break;
    case BPF_LSH:
        *a = *a << (operand & 31);
        break;
    case BPF_RSH:
        *a = *a >> (operand & 31);
        break;
    default:
        *a = -*a;
        break;
    }
    return true;
}

/* How many instructions to step over. */
static u32 jump_over(const struct abi_sock_filter *at, u32 a, u32 x)
{
    u32 operand = at->code & BPF_X ? x : at->k;
    bool taken;

    switch (at->code & 0xf0) {
    case BPF_JA:
        return at->k;
    case BPF_JEQ:
        taken = a == operand;
        break;
    case BPF_JGT:
        taken = a > operand;
        break;
    case BPF_JGE:
        taken = a >= operand;
        break;
    default:
        taken = a & operand;
        break;
    }
    return taken ? at->jump_true : at->jump_false;
}

u32 bpf_run(const struct abi_sock_filter *program, const u32 *record, u32 size)
{
    u32 memory[BPF_MEMORY_WORDS];
    u32 a = 0, x = 0, value;

    for (const struct abi_sock_filter *at = program;; at++) {
        switch (BPF_CLASS(at->code)) {
        case BPF_LD:
        case BPF_LDX:
            value = (at->code & 0xe0) == BPF_ABS   ? record[at->k / sizeof(u32)]
                    : (at->code & 0xe0) == BPF_MEM ? memory[at->k]
                    : (at->code & 0xe0) == BPF_LEN ? size
                                                   : at->k;
            *(BPF_CLASS(at->code) == BPF_LD ? &a : &x) = value;
            break;
        case BPF_ST:
            memory[at->k] = a;
            break;
        case BPF_STX:
            memory[at->k] = x;
            break;
        case BPF_ALU:
            if (!calculate(at, &a, x))
                return 0;
            break;
        case BPF_JMP:
            at += jump_over(at, a, x);
            break;
        case BPF_RET:
            return at->code & BPF_A ? a : at->k;
        default:
            *(at->code & BPF_TXA ? &a : &x) = at->code & BPF_TXA ? x : a;
            break;
        }
    }
}

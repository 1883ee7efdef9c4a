/* Classic BPF: what the check refuses, and what programs compute. */
#include <lib/bpf.h>

#include "unit.h"

#define RECORD_SIZE          16u
#define STATEMENT(code_, k_) ((struct abi_sock_filter){.code = (code_), .k = (k_)})
#define BRANCH(test, k_, t, f)                                                                     \
    ((struct abi_sock_filter){                                                                     \
        .code = BPF_JMP | (test), .jump_true = (t), .jump_false = (f), .k = (k_)})
#define RETURN(k_) STATEMENT(BPF_RET | BPF_K, k_)
#define CHECK(...)                                                                                 \
    check((struct abi_sock_filter[]){__VA_ARGS__},                                                 \
          sizeof((struct abi_sock_filter[]){__VA_ARGS__}) / sizeof(struct abi_sock_filter))
#define RUN(...)                                                                                   \
    run((struct abi_sock_filter[]){__VA_ARGS__},                                                   \
        sizeof((struct abi_sock_filter[]){__VA_ARGS__}) / sizeof(struct abi_sock_filter))

static u16 scratch[BPF_INSTRUCTIONS_MAX];

static bool check(const struct abi_sock_filter *program, unsigned length)
{
    return bpf_check(program, length, RECORD_SIZE, scratch);
}

static u32 run(const struct abi_sock_filter *program, unsigned length)
{
    static const u32 record[RECORD_SIZE / sizeof(u32)] = {10, 20, 0xf0f0f0f0, 3};

    EXPECT(check(program, length));
    return bpf_run(program, record, RECORD_SIZE);
}

TEST(only_whole_words_inside_the_record_are_loaded)
{
    EXPECT(CHECK(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 12), RETURN(0)));
    EXPECT(!CHECK(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 16), RETURN(0)));
    EXPECT(!CHECK(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 2), RETURN(0)));
    EXPECT(!CHECK(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 0xfffffffc), RETURN(0)));
    EXPECT(!CHECK(STATEMENT(BPF_LDX | BPF_W | BPF_ABS, 0), RETURN(0)));
}

TEST(a_program_ends)
{
    EXPECT(!CHECK(STATEMENT(BPF_LD | BPF_IMM, 1)));
    EXPECT(CHECK(BRANCH(BPF_JA, 0, 0, 0), RETURN(0)));
    EXPECT(!CHECK(BRANCH(BPF_JA, 1, 0, 0), RETURN(0)));
    EXPECT(!CHECK(BRANCH(BPF_JA, 0xffffffff, 0, 0), RETURN(0)));
    EXPECT(!CHECK(BRANCH(BPF_JEQ, 0, 0, 1), RETURN(0)));
    EXPECT(!CHECK(BRANCH(BPF_JEQ, 0, 1, 0), RETURN(0)));
}

TEST(memory_is_written_before_it_is_read)
{
    EXPECT(!CHECK(STATEMENT(BPF_LD | BPF_MEM, 0), RETURN(0)));
    EXPECT(!CHECK(STATEMENT(BPF_ST, 16), RETURN(0)));
    EXPECT(CHECK(STATEMENT(BPF_STX, 15), STATEMENT(BPF_LD | BPF_MEM, 15), RETURN(0)));
    /* Written on one way only, then on both. */
    EXPECT(!CHECK(BRANCH(BPF_JEQ, 0, 0, 1), STATEMENT(BPF_ST, 1), STATEMENT(BPF_LD | BPF_MEM, 1),
                  RETURN(0)));
    EXPECT(CHECK(BRANCH(BPF_JEQ, 0, 0, 2), STATEMENT(BPF_ST, 1), BRANCH(BPF_JA, 1, 0, 0),
                 STATEMENT(BPF_ST, 1), STATEMENT(BPF_LD | BPF_MEM, 1), RETURN(0)));
}

TEST(arithmetic)
{
    EXPECT_EQ(RUN(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 4), STATEMENT(BPF_ALU | BPF_ADD, 5),
                  STATEMENT(BPF_RET | BPF_A, 0)),
              25u);
    EXPECT_EQ(RUN(STATEMENT(BPF_LDX | BPF_IMM, 7), STATEMENT(BPF_LD | BPF_W | BPF_ABS, 0),
                  STATEMENT(BPF_ALU | BPF_SUB | BPF_X, 0), STATEMENT(BPF_ALU | BPF_NEG, 0),
                  STATEMENT(BPF_RET | BPF_A, 0)),
              0xfffffffdu);
    EXPECT_EQ(RUN(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 8), STATEMENT(BPF_ALU | BPF_AND, 0xff00),
                  STATEMENT(BPF_ALU | BPF_RSH, 4), STATEMENT(BPF_RET | BPF_A, 0)),
              0xf00u);
    EXPECT(!CHECK(STATEMENT(BPF_ALU | BPF_DIV, 0), RETURN(1)));
    EXPECT_EQ(
        RUN(STATEMENT(BPF_LD | BPF_IMM, 9), STATEMENT(BPF_ALU | BPF_DIV | BPF_X, 0), RETURN(1)),
        0u);
    EXPECT_EQ(RUN(STATEMENT(BPF_LD | BPF_W | BPF_LEN, 0), STATEMENT(BPF_RET | BPF_A, 0)),
              RECORD_SIZE);
    EXPECT_EQ(RUN(STATEMENT(BPF_LD | BPF_IMM, 5), STATEMENT(BPF_ST, 2),
                  STATEMENT(BPF_LDX | BPF_MEM, 2), STATEMENT(BPF_LD | BPF_IMM, 0),
                  STATEMENT(BPF_MISC | BPF_TXA, 0), STATEMENT(BPF_RET | BPF_A, 0)),
              5u);
}

TEST(branches)
{
    EXPECT_EQ(
        RUN(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 0), BRANCH(BPF_JGT, 9, 0, 1), RETURN(1), RETURN(2)),
        1u);
    EXPECT_EQ(RUN(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 0), BRANCH(BPF_JGT, 10, 0, 1), RETURN(1),
                  RETURN(2)),
              2u);
    EXPECT_EQ(RUN(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 0), BRANCH(BPF_JGE, 10, 0, 1), RETURN(1),
                  RETURN(2)),
              1u);
    EXPECT_EQ(RUN(STATEMENT(BPF_LD | BPF_W | BPF_ABS, 8), BRANCH(BPF_JSET, 0x0f, 0, 1), RETURN(1),
                  RETURN(2)),
              2u);
    EXPECT_EQ(RUN(STATEMENT(BPF_LDX | BPF_IMM, 10), STATEMENT(BPF_LD | BPF_W | BPF_ABS, 0),
                  BRANCH(BPF_JEQ | BPF_X, 0, 0, 1), RETURN(1), RETURN(2)),
              1u);
}

/*
 * Filters in a few words: a program is a list of instructions; its records are struct seccomp_data.
 */
#ifndef TESTS_SYSTEM_SECCOMP_WORDS_H
#define TESTS_SYSTEM_SECCOMP_WORDS_H

#include "../test.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#define LOAD(field)       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(value)     BPF_STMT(BPF_RET | BPF_K, (value))
#define ON(number, value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), ANSWER(value)
#define FILTER(name, ...)                                                                          \
    struct sock_filter name##_code[] = {__VA_ARGS__};                                              \
    struct sock_fprog name = {COUNT_OF(name##_code), name##_code}

static inline long install(unsigned flags, struct sock_fprog *program)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
}

static inline void give_up_privileges(void)
{
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

#endif

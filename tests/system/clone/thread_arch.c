/* arch_prctl: FS and GS bases are per thread, kept over switches, and must be user addresses. */

#include "test.h"

#include <pthread.h>
#include <sched.h>

enum { set_gs = 0x1001, set_fs, get_fs, get_gs };

static void *body(void *argument)
{
    unsigned long base = 0;
    unsigned long mine = 0x10000 + 0x1000 * (unsigned long)argument;
    long wrong = 0;
    syscall(SYS_arch_prctl, set_gs, mine);
    for (int i = 0; i < 500; i++) {
        sched_yield();
        syscall(SYS_arch_prctl, get_gs, &base);
        wrong += base != mine;
    }
    return (void *)wrong;
}

int main(void)
{
    pthread_t ids[4];
    unsigned long base = 1, self;
    call("unknown", syscall(SYS_arch_prctl, 0x9999, 0));
    call("set gs non-canonical", syscall(SYS_arch_prctl, set_gs, 0x800000000000));
    call("set gs kernel", syscall(SYS_arch_prctl, set_gs, 0xffff888000000000));
    call("set fs kernel", syscall(SYS_arch_prctl, set_fs, 0xffffffff81000000));
    call("get to null", syscall(SYS_arch_prctl, get_fs, 0));
    call("get gs", syscall(SYS_arch_prctl, get_gs, &base));
    say("gs base %lu", base);
    syscall(SYS_arch_prctl, get_fs, &base);
    __asm__("mov %%fs:0, %0" : "=r"(self));
    yes("fs base is the thread pointer", base == self);
    for (long i = 0; i < 4; i++)
        pthread_create(&ids[i], NULL, body, (void *)i);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        pthread_join(ids[i], &wrong);
        say("wrong %ld", (long)wrong);
    }
    return 0;
}

/* set_robust_list, get_robust_list, set_tid_address. */

#include "test.h"

int main(void)
{
    static long head[3] = {(long)head, 0, 0};
    void *got = NULL;
    size_t len = 0;
    call("set, wrong size", syscall(SYS_set_robust_list, head, 23));
    call("set", syscall(SYS_set_robust_list, head, 24));
    call("get", syscall(SYS_get_robust_list, 0, &got, &len));
    yes("what was set", got == head && len == 24);
    call("get of a stranger", syscall(SYS_get_robust_list, 999999, &got, &len));
    call("get to null", syscall(SYS_get_robust_list, 0, NULL, &len));
    int word = 0;
    yes("set_tid_address", syscall(SYS_set_tid_address, &word) == syscall(SYS_gettid));
    return 0;
}

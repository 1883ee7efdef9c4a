/* capget and capset: versions, what root has, that dropping takes effect, loss on setuid. */

#include "test.h"

#include <sys/prctl.h>

struct header {
    uint32_t version;
    int pid;
};
struct data {
    uint32_t effective, permitted, inheritable;
};

static void drop(void)
{
    struct header header = {0x20080522, 0};
    struct data data[2];
    must(syscall(SYS_capget, &header, data));
    data[0].effective &= ~(1U << 0 | 1U << 1 | 1U << 2);
    call("drop CHOWN and DAC", syscall(SYS_capset, &header, data));
    call("chown", chown("file", 5, 5));
    call_ok("open another's", open("theirs", O_RDONLY));
    data[0].effective |= 1;
    call("raise again from permitted", syscall(SYS_capset, &header, data));
    call("chown", chown("file", 5, 5));
    data[0].permitted &= ~1U;
    data[0].effective &= ~1U;
    call("drop for good", syscall(SYS_capset, &header, data));
    data[0].permitted |= 1;
    call("raise", syscall(SYS_capset, &header, data));
}

static void lose(void)
{
    struct header header = {0x20080522, 0};
    struct data data[2];
    must(setresuid(1000, 1000, 1000));
    must(syscall(SYS_capget, &header, data));
    say("after setuid: %x %x %x", data[0].effective, data[0].permitted, data[0].inheritable);
}

static void keep(void)
{
    struct header header = {0x20080522, 0};
    struct data data[2];
    call("keepcaps", prctl(PR_SET_KEEPCAPS, 1));
    must(setresuid(1000, 1000, 1000));
    must(syscall(SYS_capget, &header, data));
    say("effective %x, permitted %s", data[0].effective, data[0].permitted ? "kept" : "lost");
}

int main(void)
{
    struct header header = {0, 0};
    struct data data[2];
    file_put("file", "", 0644);
    file_put("theirs", "", 0600);
    must(chown("theirs", 7, 7));
    call("version 0", syscall(SYS_capget, &header, data));
    say("preferred %x", header.version);
    call("capget", syscall(SYS_capget, &header, data));
    yes("root has all", data[0].effective == 0xffffffff && data[0].permitted == 0xffffffff);
    header.pid = 999999;
    call("of nobody", syscall(SYS_capget, &header, data));
    header.pid = 0;
    call("bad data", syscall(SYS_capget, &header, 8));
    call("bounding set has CHOWN", prctl(PR_CAPBSET_READ, 0));
    call("bounding set 99", prctl(PR_CAPBSET_READ, 99));
    in_child("drop", drop);
    in_child("lose", lose);
    in_child("keep", keep);
    return 0;
}

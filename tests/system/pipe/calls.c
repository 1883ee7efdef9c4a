/*
 * Pipes: flags, sizes and their limits, packets, splice, tee and vmsplice refused, sendfile and
 * copy_file_range refused.
 */

#include "test.h"

#include <sys/sendfile.h>
#include <sys/uio.h>

static void sizes(void)
{
    int ends[2];

    must(pipe(ends));
    call("size", fcntl(ends[0], F_GETPIPE_SZ));
    call("set 0", fcntl(ends[0], F_SETPIPE_SZ, 0));
    call("set 1", fcntl(ends[0], F_SETPIPE_SZ, 1));
    call("set 4097", fcntl(ends[0], F_SETPIPE_SZ, 4097));
    call("set 1 MiB", fcntl(ends[1], F_SETPIPE_SZ, 1 << 20));
    call("set 2 MiB", fcntl(ends[1], F_SETPIPE_SZ, 1 << 21));
    call("set 2 GiB", fcntl(ends[1], F_SETPIPE_SZ, 1u << 31));
    call("set 2 GiB + 1", fcntl(ends[1], F_SETPIPE_SZ, (1u << 31) + 1));
    call("set -1", fcntl(ends[1], F_SETPIPE_SZ, -1));
    call("size", fcntl(ends[0], F_GETPIPE_SZ));
    must(fcntl(ends[0], F_SETPIPE_SZ, 8192));
    must(write(ends[1], "x", 1));
    must(write(ends[1], map(PAGE), PAGE));
    call("too small for what is in it", fcntl(ends[0], F_SETPIPE_SZ, 4096));
    call("of a file", fcntl(file_make("file", 1), F_SETPIPE_SZ, 4096));
    call("flag 1", syscall(SYS_pipe2, ends, 1));
    call("flag O_APPEND", syscall(SYS_pipe2, ends, O_APPEND));
    call("nowhere", syscall(SYS_pipe2, 8, 0));
    call("all flags", syscall(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK | O_DIRECT) < 0 ? -1 : 0);
    say("F_GETFL %x %x", (unsigned)fcntl(ends[0], F_GETFL), (unsigned)fcntl(ends[1], F_GETFL));
}

static void user(void)
{
    int ends[2];

    become_user();
    must(pipe(ends));
    call("user: 1 MiB", fcntl(ends[0], F_SETPIPE_SZ, 1 << 20));
    call("user: 1 MiB + 1", fcntl(ends[0], F_SETPIPE_SZ, (1 << 20) + 1));
}

static void packets(void)
{
    char buffer[8192];
    int ends[2];

    must(pipe2(ends, O_DIRECT | O_NONBLOCK));
    call("packet of 3", write(ends[1], "abc", 3));
    call("packet of 2", write(ends[1], "de", 2));
    call("packet of 0", write(ends[1], "", 0));
    call("packet of 5000", write(ends[1], map(8192), 5000));
    call("read 2 of 3", read(ends[0], buffer, 2));
    call("the next", read(ends[0], buffer, 100));
    call("the next", read(ends[0], buffer, 8192));
    call("the next", read(ends[0], buffer, 8192));
    call("the next", read(ends[0], buffer, 8192));
    call("not packets any more", fcntl(ends[1], F_SETFL, O_NONBLOCK));
    must(write(ends[1], "abc", 3));
    must(write(ends[1], "de", 2));
    call("together", read(ends[0], buffer, 100));
}

static void moving(void)
{
    int a[2], b[2], file = file_make("file", 10000), other = file_make("other", 0);
    struct iovec one = {map(PAGE), 100};
    off_t offset = 5, negative = -1;

    must(pipe2(a, O_NONBLOCK));
    must(pipe2(b, O_NONBLOCK));
    call("splice flag 16", splice(file, NULL, a[1], NULL, 10, 16));
    call("splice of 0", splice(-1, NULL, a[1], NULL, 0, 0));
    call("splice file to file", splice(file, NULL, other, NULL, 10, 0));
    call("splice with the offset of a pipe", splice(file, NULL, a[1], &offset, 10, 0));
    call("splice from a negative offset", splice(file, &negative, a[1], NULL, 10, 0));
    call("splice to itself", splice(a[0], NULL, a[1], NULL, 10, 0));
    call("splice to the reader", splice(file, NULL, a[0], NULL, 10, 0));
    call("splice from the writer", splice(a[1], NULL, other, NULL, 10, 0));
    call("splice", splice(file, &offset, a[1], NULL, 10, 0));
    say("offset %ld", (long)offset);
    call("splice an empty pipe", splice(b[0], NULL, other, NULL, 10, SPLICE_F_NONBLOCK));
    call("tee flag 16", tee(a[0], b[1], 10, 16));
    call("tee of 0", tee(-1, -1, 0, 0));
    call("tee a file", tee(file, b[1], 10, 0));
    call("tee to itself", tee(a[0], a[1], 10, 0));
    call("tee", tee(a[0], b[1], 4, 0));
    call("tee empty", tee(b[0], a[1], 0, 0));
    call("vmsplice flag 16", vmsplice(a[1], &one, 1, 16));
    call("vmsplice to a file", vmsplice(file, &one, 1, 0));
    call("vmsplice", vmsplice(a[1], &one, 1, 0));
    call("vmsplice 0", vmsplice(a[1], &one, 0, 0));
    call("vmsplice 1025", vmsplice(a[1], &one, 1025, 0));
    call("vmsplice from a reader", vmsplice(b[0], &one, 1, 0));
    int append = (int)must(open("other", O_WRONLY | O_APPEND));
    call("splice to O_APPEND", splice(a[0], NULL, append, NULL, 10, 0));
    offset = 0;
    call("sendfile", sendfile(a[1], file, &offset, 50));
    call("sendfile to O_APPEND", sendfile(append, file, &offset, 5));
    call("sendfile from a pipe", sendfile(other, a[0], NULL, 5));
    call("sendfile to a reader", sendfile(a[0], file, NULL, 5));
    call("sendfile negative", sendfile(a[1], file, &negative, 5));
    call("sendfile to a file", sendfile(other, file, NULL, 5));
    call("copy_file_range flag", copy_file_range(file, NULL, other, NULL, 5, 1));
    call("copy_file_range pipe", copy_file_range(a[0], NULL, other, NULL, 5, 0));
    call("copy_file_range append", copy_file_range(file, NULL, append, NULL, 5, 0));
    call("copy_file_range itself, overlapping",
         copy_file_range(file, &(off_t){0}, file, &(off_t){50}, 100, 0));
    call("copy_file_range itself", copy_file_range(file, &(off_t){0}, file, &(off_t){500}, 100, 0));
    call("copy_file_range negative", copy_file_range(file, &negative, other, NULL, 5, 0));
    call("copy_file_range past the end",
         copy_file_range(file, &(off_t){1 << 20}, other, NULL, 5, 0));
    call("copy_file_range folder",
         copy_file_range((int)must(open(".", O_RDONLY)), NULL, other, NULL, 5, 0));
}

int main(void)
{
    sizes();
    in_child("user", user);
    packets();
    moving();
    return 0;
}

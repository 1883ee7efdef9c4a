/* splice, tee, vmsplice, sendfile to a pipe: every pair of ends, errnos in their order. */

#include "test.h"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static int in_pipe[2], out_pipe[2], file;
static char bytes[200000];

static int filled(int fd)
{
    int count = -1;
    must(ioctl(fd, 0x541b, &count));
    return count;
}

static void empty(int fd)
{
    while (filled(fd) > 0)
        must(read(fd, bytes, sizeof(bytes)));
}

static void errors(void)
{
    loff_t offset = 0, negative = -1;
    int append = must(open("append", O_CREAT | O_WRONLY | O_APPEND, 0644));
    int event = must(eventfd(1, EFD_NONBLOCK));
    int place = must(open("file", O_PATH));
    int directory = must(open(".", O_RDONLY));

    call("nothing", splice(999, NULL, 999, NULL, 0, 99));
    call("flags", splice(999, NULL, 999, NULL, 1, 16));
    call("bad input", splice(999, NULL, out_pipe[1], NULL, 1, 0));
    call("bad output", splice(file, NULL, 999, NULL, 1, 0));
    call("a place", splice(place, NULL, out_pipe[1], NULL, 1, 0));
    call("offset of a pipe", splice(in_pipe[0], &offset, file, NULL, 1, 0));
    call("offset of the output", splice(file, NULL, out_pipe[1], &offset, 1, 0));
    call("bad pointer", splice(file, (loff_t *)8, out_pipe[1], NULL, 1, 0));
    call("negative offset", splice(file, &negative, out_pipe[1], NULL, 1, 0));
    call("no pipe", splice(file, NULL, file, NULL, 1, 0));
    call("wrong end in", splice(in_pipe[1], NULL, out_pipe[1], NULL, 1, 0));
    call("wrong end out", splice(in_pipe[0], NULL, out_pipe[0], NULL, 1, 0));
    call("itself", splice(in_pipe[0], NULL, in_pipe[1], NULL, 1, 0));
    call("append", splice(in_pipe[0], NULL, append, NULL, 1, 0));
    call("eventfd in", splice(event, NULL, out_pipe[1], NULL, 8, 0));
    call("eventfd out", splice(in_pipe[0], NULL, event, NULL, 8, 0));
    call("directory", splice(directory, NULL, out_pipe[1], NULL, 8, 0));
    call("empty, not waiting", splice(in_pipe[0], NULL, file, NULL, 1, SPLICE_F_NONBLOCK));
    call("tee flags", tee(999, 999, 0, 16));
    call("tee nothing", tee(999, 999, 0, 0));
    call("tee bad", tee(999, out_pipe[1], 1, 0));
    call("tee file", tee(file, out_pipe[1], 1, 0));
    call("tee itself", tee(in_pipe[0], in_pipe[1], 1, 0));
    call("tee wrong end", tee(in_pipe[1], out_pipe[1], 1, 0));
    call("tee empty", tee(in_pipe[0], out_pipe[1], 1, SPLICE_F_NONBLOCK));
    struct iovec vector = {bytes, 10}, bad = {(void *)8, 10}, none = {bytes, 0};
    call("vmsplice flags", vmsplice(999, &vector, 1, 16));
    call("vmsplice bad", vmsplice(999, &vector, 1, 0));
    call("vmsplice file", vmsplice(file, &vector, 1, 0));
    call("vmsplice file, nothing", vmsplice(file, &none, 1, 0));
    call("vmsplice bad memory", vmsplice(out_pipe[1], &bad, 1, 0));
    call("vmsplice bad vector", vmsplice(out_pipe[1], (void *)8, 1, 0));
    call("vmsplice many", vmsplice(out_pipe[1], &vector, 1025, 0));
    call("vmsplice empty", vmsplice(in_pipe[0], &vector, 1, SPLICE_F_NONBLOCK));
    close(append);
    close(event);
    close(place);
    close(directory);
}

static void files(void)
{
    loff_t offset = 5000;
    char check[4096];

    call("file to pipe", splice(file, NULL, out_pipe[1], NULL, 100, 0));
    call("at an offset", splice(file, &offset, out_pipe[1], NULL, 10000, 0));
    say("offset %ld, position %ld, filled %d", (long)offset, (long)lseek(file, 0, SEEK_CUR),
        filled(out_pipe[0]));
    must(read(out_pipe[0], check, 100));
    yes("first part", check[0] == 0 && check[99] == 99);
    must(read(out_pipe[0], check, 10));
    yes("second part", (unsigned char)check[0] == 5000 % 251);
    empty(out_pipe[0]);
    offset = 30;
    call("more than fits", splice(file, &offset, out_pipe[1], NULL, 1000000, 0));
    call("full", splice(file, &offset, out_pipe[1], NULL, 1, SPLICE_F_NONBLOCK));
    empty(out_pipe[0]);
    offset = 200000;
    call("end of the file", splice(file, &offset, out_pipe[1], NULL, 100, 0));
    call("beyond", (offset = 300000, splice(file, &offset, out_pipe[1], NULL, 100, 0)));
    must(write(in_pipe[1], "0123456789", 10));
    int to = must(open("to", O_CREAT | O_RDWR, 0644));
    call("pipe to file", splice(in_pipe[0], NULL, to, NULL, 4, 0));
    offset = 8;
    call("pipe to file at an offset", splice(in_pipe[0], NULL, to, &offset, 100, 0));
    say("offset %ld, position %ld", (long)offset, (long)lseek(to, 0, SEEK_CUR));
    ssize_t len = must(pread(to, check, 100, 0));
    yes("contents", len == 14 && memcmp(check, "0123\0\0\0\000456789", 14) == 0);
    must(write(in_pipe[1], "abc", 3));
    call("to /dev/null", splice(in_pipe[0], NULL, must(open("/dev/null", O_WRONLY)), NULL, 9, 0));
    call("from /dev/zero",
         splice(must(open("/dev/zero", O_RDONLY)), NULL, out_pipe[1], NULL, 9, 0));
    call("from /dev/null",
         splice(must(open("/dev/null", O_RDONLY)), NULL, out_pipe[1], NULL, 9, 0));
    call("from /dev/urandom",
         splice(must(open("/dev/urandom", O_RDONLY)), NULL, out_pipe[1], NULL, 9, 0));
    empty(out_pipe[0]);
    close(to);
}

static void pipes(void)
{
    char text[100] = "";

    must(write(in_pipe[1], "one ", 4));
    must(write(in_pipe[1], "two ", 4));
    call("tee", tee(in_pipe[0], out_pipe[1], 6, 0));
    say("%d and %d", filled(in_pipe[0]), filled(out_pipe[0]));
    must(write(in_pipe[1], "more", 4));
    must(write(out_pipe[1], "MORE", 4));
    call("move", splice(in_pipe[0], NULL, out_pipe[1], NULL, 5, 0));
    must(read(out_pipe[0], text, sizeof(text)));
    say("\"%s\"", text);
    memset(text, 0, sizeof(text));
    must(read(in_pipe[0], text, sizeof(text)));
    say("\"%s\"", text);
    pid_t child = fork();
    if (child == 0) {
        wait_until_asleep(getppid());
        must(write(in_pipe[1], "late", 4));
        _exit(0);
    }
    call("waits for data", splice(in_pipe[0], NULL, out_pipe[1], NULL, 100, 0));
    must(waitpid(child, NULL, 0));
    empty(out_pipe[0]);
}

static void memory(void)
{
    struct iovec vector[3] = {{bytes, 10}, {bytes + 4096, 0}, {bytes + 10, 10}};
    char text[100];
    char *pages = map(20 * PAGE);

    for (int i = 0; i < 20; i++)
        bytes[i] = (char)('a' + i);
    call("vmsplice", vmsplice(out_pipe[1], vector, 3, 0));
    call("read", read(out_pipe[0], text, sizeof(text)));
    yes("contents", memcmp(text, bytes, 20) == 0);
    vector[0] = (struct iovec){pages + 100, 19 * PAGE};
    call("more than fits", vmsplice(out_pipe[1], vector, 1, 0));
    call("full", vmsplice(out_pipe[1], vector, 1, SPLICE_F_NONBLOCK));
    empty(out_pipe[0]);
    must(write(out_pipe[1], "to memory", 9));
    vector[0] = (struct iovec){text, 5};
    vector[1] = (struct iovec){text + 50, 50};
    call("out", vmsplice(out_pipe[0], vector, 2, 0));
    yes("contents", memcmp(text, "to me", 5) == 0 && memcmp(text + 50, "mory", 4) == 0);
}

static void broken(void)
{
    int ends[2];
    loff_t offset = 0;

    signal(SIGPIPE, SIG_IGN);
    must(pipe(ends));
    close(ends[0]);
    must(write(in_pipe[1], "x", 1));
    struct iovec vector = {bytes, 10};
    call("splice, no reader", splice(file, &offset, ends[1], NULL, 1, 0));
    call("move, no reader", splice(in_pipe[0], NULL, ends[1], NULL, 1, 0));
    call("tee, no reader", tee(in_pipe[0], ends[1], 1, 0));
    call("vmsplice, no reader", vmsplice(ends[1], &vector, 1, 0));
    call("sendfile, no reader", sendfile(ends[1], file, &offset, 10));
    empty(in_pipe[0]);
    must(pipe(ends));
    close(ends[1]);
    call("splice, no writer", splice(ends[0], NULL, file, NULL, 1, 0));
    call("move, no writer", splice(ends[0], NULL, out_pipe[1], NULL, 1, 0));
    call("tee, no writer", tee(ends[0], out_pipe[1], 1, 0));
    call("vmsplice, no writer", vmsplice(ends[0], &vector, 1, 0));
}

static void sending(void)
{
    off_t offset = 0;

    call("sendfile to a pipe", sendfile(out_pipe[1], file, &offset, 1000000));
    say("offset %ld", (long)offset);
    must(fcntl(out_pipe[1], F_SETFL, O_NONBLOCK));
    call("full", sendfile(out_pipe[1], file, &offset, 10));
    must(fcntl(out_pipe[1], F_SETFL, 0));
    empty(out_pipe[0]);
    call("from a pipe", sendfile(out_pipe[1], in_pipe[0], NULL, 10));
    call("from a device", sendfile(out_pipe[1], must(open("/dev/urandom", O_RDONLY)), NULL, 10));
    call("to a device", sendfile(must(open("/dev/null", O_WRONLY)), file, &offset, 10));
    empty(out_pipe[0]);
}

static void synchronising(void)
{
    call("sync_file_range", sync_file_range(file, 0, 100, 7));
    call("to the end", sync_file_range(file, 10, 0, 2));
    call("flags", sync_file_range(file, 0, 100, 8));
    call("negative", sync_file_range(file, -1, 100, 0));
    call("negative end", sync_file_range(file, 10, -11, 0));
    call("beyond all", sync_file_range(file, LONG_MAX, 1, 0));
    call("pipe", sync_file_range(in_pipe[0], 0, 1, 2));
    call("pipe, flags", sync_file_range(in_pipe[0], 0, 1, 9));
    call("directory", sync_file_range(must(open(".", O_RDONLY)), 0, 1, 2));
    call("bad", sync_file_range(999, 0, 1, 9));
    call("readahead pipe", readahead(in_pipe[0], 0, 1));
    call("readahead", readahead(file, 0, 100));
    call("readahead, write only", readahead(must(open("to", O_WRONLY)), 0, 100));
    call("readahead directory", readahead(must(open(".", O_RDONLY)), 0, 100));
    call("readahead device", readahead(must(open("/dev/null", O_RDONLY)), 0, 100));
}

int main(void)
{
    file = file_make("file", 200000);
    must(pipe(in_pipe));
    must(pipe(out_pipe));
    errors();
    files();
    pipes();
    memory();
    broken();
    sending();
    synchronising();
    return 0;
}

/* io_setup, io_submit, io_getevents, io_destroy, io_cancel: results, errors, eventfd, the ring. */

#include "test.h"

#include <linux/aio_abi.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

static aio_context_t context;
static char text[64];
static int file, ends[2];

static long submit(struct iocb *request)
{
    return syscall(SYS_io_submit, context, 1L, &request);
}

static long get(long least, long most, struct io_event *events, struct timespec *timeout)
{
    return syscall(SYS_io_getevents, context, least, most, events, timeout);
}

static void result(const char *label, struct iocb *request)
{
    struct io_event event;
    char line[64];

    request->aio_data = 4711;
    if (call(label, submit(request)) != 1)
        return;
    snprintf(line, sizeof(line), "  events");
    if (call(line, get(1, 1, &event, NULL)) == 1)
        say("  result %lld %lld%s%s", (long long)event.res, (long long)event.res2,
            event.data == 4711 ? " data" : "", event.obj == (uint64_t)request ? " request" : "");
}

static struct iocb request_of(int command, int fd, void *buffer, size_t len, long offset)
{
    return (struct iocb){.aio_lio_opcode = (uint16_t)command,
                         .aio_fildes = (uint32_t)fd,
                         .aio_buf = (uint64_t)buffer,
                         .aio_nbytes = len,
                         .aio_offset = offset};
}

static void one(const char *label, int command, int fd, void *buffer, size_t len, long offset)
{
    struct iocb request = request_of(command, fd, buffer, len, offset);

    result(label, &request);
}

static void setups(void)
{
    aio_context_t other = 0;

    call("io_setup 0", syscall(SYS_io_setup, 0, &other));
    call("bad pointer", syscall(SYS_io_setup, 1, 8));
    other = 1;
    call("not zero", syscall(SYS_io_setup, 1, &other));
    other = 0;
    call("too many", syscall(SYS_io_setup, 0x7fffffff, &other));
    call("more than aio-max-nr", syscall(SYS_io_setup, 65537, &other));
    call("io_setup", syscall(SYS_io_setup, 7, &other));
    yes("set", other != 0);
    file_text("/proc/sys/fs/aio-nr", text, sizeof(text));
    say("aio-nr %s", text);
    call("io_destroy", syscall(SYS_io_destroy, other));
    call("io_destroy again", syscall(SYS_io_destroy, other));
    file_text("/proc/sys/fs/aio-nr", text, sizeof(text));
    say("aio-nr %s", text);
    file_text("/proc/sys/fs/aio-max-nr", text, sizeof(text));
    say("aio-max-nr %s", text);
    call("io_destroy 0", syscall(SYS_io_destroy, 0));
}

static void transfers(void)
{
    char a[4] = "", b[4] = "";
    struct iovec vector[2] = {{a, 3}, {b, 3}};

    one("PWRITE", IOCB_CMD_PWRITE, file, "hello world", 11, 0);
    one("PREAD", IOCB_CMD_PREAD, file, text, 5, 6);
    say("%.5s", text);
    one("PREADV", IOCB_CMD_PREADV, file, vector, 2, 0);
    say("%s %s", a, b);
    one("PWRITEV", IOCB_CMD_PWRITEV, file, vector, 2, 20);
    one("past the end", IOCB_CMD_PREAD, file, text, 5, 100);
    one("offset -1", IOCB_CMD_PREAD, file, text, 5, -1);
    one("bad buffer", IOCB_CMD_PREAD, file, (void *)8, 5, 0);
    one("kernel buffer", IOCB_CMD_PREAD, file, (void *)-4096L, 5, 0);
    one("length -1", IOCB_CMD_PREAD, file, text, -1UL, 0);
    one("length 0", IOCB_CMD_PREAD, file, text, 0, 0);
    one("bad vector", IOCB_CMD_PREADV, file, (void *)8, 1, 0);
    one("long vector", IOCB_CMD_PREADV, file, vector, 1025, 0);
    one("FSYNC", IOCB_CMD_FSYNC, file, NULL, 0, 0);
    one("FDSYNC", IOCB_CMD_FDSYNC, file, NULL, 0, 0);
    one("FSYNC with length", IOCB_CMD_FSYNC, file, NULL, 1, 0);
    one("FSYNC of a pipe", IOCB_CMD_FSYNC, ends[0], NULL, 0, 0);
    one("command 4", 4, file, text, 1, 0);
    one("NOOP", IOCB_CMD_NOOP, file, NULL, 0, 0);
    one("command 99", 99, file, text, 1, 0);
    one("bad descriptor", IOCB_CMD_PREAD, 99, text, 1, 0);
    one("bad descriptor and command", 99, 99, text, 1, 0);
    one("write end", IOCB_CMD_PREAD, ends[1], text, 1, 0);
    one("pipe write", IOCB_CMD_PWRITE, ends[1], "abc", 3, 0);
    one("pipe read", IOCB_CMD_PREAD, ends[0], text, 3, 5);
    one("directory", IOCB_CMD_PREAD, must(open(".", O_RDONLY)), text, 3, 0);
    one("O_PATH", IOCB_CMD_PREAD, must(open("file", O_PATH)), text, 3, 0);
}

static void flags(void)
{
    int event = must(eventfd(0, EFD_NONBLOCK));
    uint64_t count;
    struct iocb request = request_of(IOCB_CMD_PREAD, file, text, 5, 0);

    request.aio_flags = IOCB_FLAG_RESFD;
    request.aio_resfd = (uint32_t)event;
    request.aio_key = 77;
    result("eventfd", &request);
    say("key %u", request.aio_key);
    call("count", read(event, &count, 8));
    say("%lu", (unsigned long)count);
    request.aio_resfd = (uint32_t)file;
    result("no eventfd", &request);
    request.aio_resfd = 99;
    result("bad eventfd", &request);
    request.aio_flags = 0;
    request.aio_reserved2 = 1;
    result("reserved", &request);
    request.aio_reserved2 = 0;
    request.aio_rw_flags = 0x1000000;
    result("rw flags", &request);
    request.aio_rw_flags = 0;
    request.aio_flags = IOCB_FLAG_IOPRIO;
    request.aio_reqprio = 4 << 13;
    result("priority", &request);
    request.aio_reqprio = 2 << 13 | 3;
    result("priority", &request);
    call("cancel", syscall(SYS_io_cancel, context, &request, text));
    request.aio_key = 5;
    call("cancel, key 5", syscall(SYS_io_cancel, context, &request, text));
    call("cancel, bad", syscall(SYS_io_cancel, context, 8, text));
}

static void many(void)
{
    struct iocb requests[3], *list[5];
    struct io_event events[40];
    struct timespec none = {0, 0}, little = {0, 1000000};
    long submitted = 0;

    for (int i = 0; i < 3; i++) {
        requests[i] = request_of(IOCB_CMD_PREAD, file, text, (size_t)i + 1, 0);
        list[i] = &requests[i];
    }
    list[3] = (void *)8;
    call("4, the last bad", syscall(SYS_io_submit, context, 4L, list));
    call("0", syscall(SYS_io_submit, context, 0L, list));
    call("-1", syscall(SYS_io_submit, context, -1L, list));
    call("list bad", syscall(SYS_io_submit, context, 1L, 8));
    call("context bad", syscall(SYS_io_submit, 4096UL, 1L, list));
    call("get 2 of 1", get(2, 1, events, &none));
    call("get -1", get(-1, 1, events, &none));
    call("get 0 of 0", get(0, 0, events, &none));
    call("get 1", get(1, 2, events, &none));
    say("%lld %lld", (long long)events[0].res, (long long)events[1].res);
    call("bad events", get(1, 1, (struct io_event *)8, &none));
    call("bad time", get(1, 1, events, (struct timespec *)8));
    call("get 2", get(2, 2, events, &little));
    say("%lld", (long long)events[0].res);
    call("none", get(1, 2, events, &little));
    call("none now", get(0, 2, events, NULL));
    call("context bad", syscall(SYS_io_getevents, 4096UL, 1L, 1L, events, &none));
    while (submitted < 1000 && syscall(SYS_io_submit, context, 1L, list) == 1)
        submitted++;
    yes("the ring is full", submitted >= 8 && submitted < 1000 && errno == EAGAIN);
    call("still", syscall(SYS_io_submit, context, 1L, list));
    while (get(0, 40, events, &none) == 40)
        submitted -= 40;
    call("room again", syscall(SYS_io_submit, context, 1L, list));
    call("take", get(1, 40, events, NULL));
}

static void in_ring(void)
{
    const unsigned *ring = (const unsigned *)context;
    struct iocb request = request_of(IOCB_CMD_PREAD, file, text, 5, 0);
    unsigned tail = ring[3];

    yes("empty", ring[2] == tail);
    say("magic %x features %u %u header %u", ring[4], ring[5], ring[6], ring[7]);
    call("submit", submit(&request));
    yes("one event", ring[3] == (tail + 1) % ring[1] && ring[2] == tail);
    const struct io_event *event = (const struct io_event *)(context + 32) + tail;
    say("result %lld", (long long)event->res);
    ((unsigned *)context)[2] = ring[3];
    call("the program took it", get(0, 1, (struct io_event *)text, NULL));
}

static void child(void)
{
    struct iocb request = request_of(IOCB_CMD_PREAD, file, text, 5, 0);

    call("not the child's", submit(&request));
    call("nor to destroy", syscall(SYS_io_destroy, context));
}

int main(void)
{
    struct maps_line line;

    file = (int)must(open("file", O_CREAT | O_RDWR, 0644));
    must(pipe(ends));
    setups();
    must(syscall(SYS_io_setup, 4, &context));
    yes("mapped", maps_find((void *)context, &line));
    say("%s %s", line.prot, line.path);
    transfers();
    flags();
    many();
    in_ring();
    in_child("child", child);
    call("destroy", syscall(SYS_io_destroy, context));
    yes("unmapped", !maps_find((void *)context, &line));
    call("get", get(0, 1, (struct io_event *)text, NULL));
    return 0;
}

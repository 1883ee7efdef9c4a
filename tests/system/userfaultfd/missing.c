/* userfaultfd: threads fault where nothing is, and are answered with copies, zeroes, or a wake. */

#include "uffd.h"

#include <sys/epoll.h>

static char *area; /* 8 pages, registered */
static int fd;
static char source[4 * PAGE] __attribute__((aligned(4096)));

static void show(const char *label, const struct uffd_msg *message)
{
    say("%s: event %x, flags %llx, at %lld, thread %s", label, message->event,
        message->arg.pagefault.flags, (long long)message->arg.pagefault.address - (long long)area,
        message->arg.pagefault.feat.ptid == 0 ? "0" : "known");
}

static void show_copy(const char *label, void *to, const void *from, size_t len, __u64 mode)
{
    struct uffdio_copy request = {
        .dst = (__u64)to, .src = (__u64)from, .len = len, .mode = mode, .copy = 77};
    int result = ioctl(fd, UFFDIO_COPY, &request);
    const char *error = result == 0 ? "ok" : errno_name(errno);

    if (request.copy < 0)
        say("%s: %s, copied %s", label, error, errno_name((int)-request.copy));
    else
        say("%s: %s, copied %lld", label, error, request.copy);
}

static void show_zero(const char *label, void *start, size_t len, __u64 mode)
{
    struct uffdio_zeropage request = {.range = {(__u64)start, len}, .mode = mode, .zeropage = 77};
    int result = ioctl(fd, UFFDIO_ZEROPAGE, &request);
    const char *error = result == 0 ? "ok" : errno_name(errno);

    if (request.zeropage < 0)
        say("%s: %s, zeroed %s", label, error, errno_name((int)-request.zeropage));
    else
        say("%s: %s, zeroed %lld", label, error, request.zeropage);
}

static void begin(__u64 features)
{
    fd = uffd_open(O_NONBLOCK, features);
    area = map_in_hole(8 * PAGE);
    must(uffd_missing(fd, area, 8 * PAGE));
}

static void end(void)
{
    close(fd);
    munmap(area, 8 * PAGE);
}

static void answer_faults(void)
{
    struct toucher reader, writer;
    struct uffd_msg message;

    begin(0);
    uffd_start(&reader, area + PAGE + 5, false, 0);
    message = uffd_next(fd);
    show("read", &message);
    show_copy("copy", area + PAGE, source, PAGE, 0);
    say("read %c", uffd_join(&reader));
    uffd_start(&writer, area + 2 * PAGE + 7, true, 'w');
    message = uffd_next(fd);
    show("write", &message);
    show_zero("zero", area + 2 * PAGE, PAGE, 0);
    uffd_join(&writer);
    say("wrote %c", area[2 * PAGE + 7]);
    uffd_start(&reader, area + 3 * PAGE, false, 0);
    message = uffd_next(fd);
    show_copy("without a wake", area + 3 * PAGE, source, PAGE, UFFDIO_COPY_MODE_DONTWAKE);
    call("wake", uffd_wake(fd, area + 3 * PAGE, PAGE));
    say("read %c", uffd_join(&reader));
    uffd_start(&reader, area + 4 * PAGE, false, 0);
    message = uffd_next(fd);
    call("wake for nothing", uffd_wake(fd, area, 8 * PAGE));
    message = uffd_next(fd);
    show("asks again", &message);
    call("unregister", uffd_unregister(fd, area, 8 * PAGE));
    say("read %d", uffd_join(&reader));
    end();
}

/* What fills pages that nobody waits for, and what it refuses. */
static void fill(void)
{
    char *other = map(2 * PAGE);

    begin(0);
    show_copy("two pages", area, source, 2 * PAGE, 0);
    show_copy("again", area, source, PAGE, 0);
    say("read %c", area[PAGE]);
    show_copy("some are there", area + 2 * PAGE, source, 2 * PAGE, 0);
    show_zero("the last is there", area + 1 * PAGE, 3 * PAGE, 0);
    show_zero("up to what is there", area + 4 * PAGE, 2 * PAGE, 0);
    must(madvise(area + 2 * PAGE, PAGE, MADV_DONTNEED));
    show_copy("then what is there", area + 2 * PAGE, source, 2 * PAGE, 0);
    show_copy("beyond the area", area + 7 * PAGE, source, 2 * PAGE, 0);
    show_copy("elsewhere", other, source, PAGE, 0);
    show_zero("elsewhere", other, PAGE, 0);
    show_copy("to a hole", area - PAGE, source, PAGE, 0);
    show_copy("from a hole", area + 6 * PAGE, area - PAGE, PAGE, 0);
    show_copy("from a hole to what is there", area, area - PAGE, PAGE, 0);
    show_copy("from a hole to elsewhere", other, area - PAGE, PAGE, 0);
    show_copy("from nowhere", area + 6 * PAGE, (void *)0, PAGE, 0);
    show_copy("from unaligned", area + 6 * PAGE, source + 1, PAGE, 0);
    show_copy("wraps", area + 7 * PAGE, (void *)-PAGE, PAGE, 0);
    show_copy("unaligned", area + 1, source, PAGE, 0);
    show_copy("length 0", area, source, 0, 0);
    show_copy("an unknown mode", area, source, PAGE, 8);
    show_zero("an unknown mode", area, PAGE, 8);
    show_zero("unaligned", area, PAGE + 5, 0);
    call("bad address", ioctl(fd, UFFDIO_COPY, 8));
    call("bad address", ioctl(fd, UFFDIO_ZEROPAGE, 8));
    must(mprotect(area, 8 * PAGE, PROT_READ));
    show_copy("read only", area + 7 * PAGE, source, PAGE, 0);
    yes("not writable", faults_on_write(area + 7 * PAGE));
    must(mprotect(area, 8 * PAGE, PROT_READ | PROT_WRITE));
    area[7 * PAGE] = 'x';
    say("then written %c", area[7 * PAGE]);
    end();
}

static void read_several(void)
{
    struct toucher touchers[3];
    struct uffd_msg messages[4];
    struct epoll_event event = {.events = EPOLLIN}, got;
    int epoll = (int)must(epoll_create1(0));

    begin(UFFD_FEATURE_THREAD_ID | UFFD_FEATURE_EXACT_ADDRESS);
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    call("nothing yet", epoll_wait(epoll, &got, 1, 0));
    for (int i = 0; i < 3; i++) {
        uffd_start(&touchers[i], area + i * PAGE + i + 1, i == 1, 'a');
        /* Each is heard of before the next one begins. */
        must(epoll_wait(epoll, &got, 1, -1));
        say("events %x", got.events);
        must(read(fd, &messages[i], sizeof(messages[i])));
        show("asked", &messages[i]);
        call("wake", uffd_wake(fd, area + i * PAGE, PAGE));
        if (i < 2) {
            struct pollfd wanted = {.fd = fd, .events = POLLIN};

            must(poll(&wanted, 1, -1)); /* it asks again */
            must(uffd_zero(fd, area + i * PAGE, PAGE, 0));
            uffd_join(&touchers[i]);
            call("withdrawn", read(fd, messages, sizeof(messages)));
        }
    }
    must(epoll_wait(epoll, &got, 1, -1));
    call("one of four", read(fd, messages, sizeof(messages)));
    must(uffd_copy(fd, area + 2 * PAGE, source, PAGE, 0));
    say("read %c", uffd_join(&touchers[2]));
    end();
}

/* Several wait for one page: one copy answers all. */
static void share_answer(void)
{
    struct toucher touchers[3];
    struct uffd_msg messages[4];
    int nr = 0;

    begin(0);
    for (int i = 0; i < 3; i++)
        uffd_start(&touchers[i], area + PAGE + i, false, 0);
    while (nr < 3) {
        messages[nr] = uffd_next(fd);
        nr++;
    }
    call("no more", read(fd, messages, sizeof(messages)));
    must(uffd_copy(fd, area + PAGE, source, PAGE, 0));
    for (int i = 0; i < 3; i++)
        say("read %c", uffd_join(&touchers[i]));
    end();
}

static void close_while_waiting(void)
{
    struct toucher reader;

    begin(0);
    uffd_start(&reader, area, false, 1);
    uffd_next(fd);
    close(fd);
    say("read %d", uffd_join(&reader));
    munmap(area, 8 * PAGE);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(source); i++)
        source[i] = (char)('A' + i / PAGE);
    answer_faults();
    fill();
    read_several();
    share_answer();
    close_while_waiting();
    return 0;
}

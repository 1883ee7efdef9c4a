/* userfaultfd: pages that are guarded against writes. */

#include "uffd.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define WP      UFFDIO_REGISTER_MODE_WP
#define MISSING UFFDIO_REGISTER_MODE_MISSING
#define ON      UFFDIO_WRITEPROTECT_MODE_WP
#define HUGE    (2UL << 20)

static char *area; /* 8 pages, registered */
static int fd;
static char source[2 * PAGE] __attribute__((aligned(4096)));

static void begin(__u64 features, __u64 mode)
{
    fd = uffd_open(O_NONBLOCK, features);
    area = map_in_hole(8 * PAGE);
    must(uffd_register(fd, area, 8 * PAGE, mode));
}

static void end(void)
{
    close(fd);
    munmap(area, 8 * PAGE);
}

static bool is_guarded(const void *page)
{
    int map = (int)must(open("/proc/self/pagemap", O_RDONLY));
    __u64 word = 0;

    must(pread(map, &word, 8, (off_t)((unsigned long)page / PAGE * 8)));
    close(map);
    return word >> 57 & 1;
}

/* Does a write to @place ask? It is answered by taking the guard away. */
static bool asks(char *place)
{
    struct toucher writer;
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    struct uffd_msg message;
    char was = *place;

    uffd_start(&writer, place, true, 'n');
    while (poll(&wanted, 1, 0) == 0 && *(volatile char *)place == was)
        sched_yield();
    if (read(fd, &message, sizeof(message)) < 0) {
        uffd_join(&writer);
        return false;
    }
    must(uffd_protect(fd, (void *)((unsigned long)place & -PAGE), PAGE, 0));
    uffd_join(&writer);
    return true;
}

static void ask_for_writes(void)
{
    struct toucher writer;
    struct uffd_msg message;

    begin(0, WP);
    yes("flag", uffd_has_flag(area, "uw"));
    memset(area, 'a', 4 * PAGE);
    call("guard", uffd_protect(fd, area, 8 * PAGE, ON));
    yes("guarded", is_guarded(area));
    yes("where nothing is", is_guarded(area + 5 * PAGE));
    say("read %c", area[PAGE]);
    uffd_start(&writer, area + PAGE + 3, true, 'w');
    message = uffd_next(fd);
    say("event %x, flags %llx, at %llx", message.event, message.arg.pagefault.flags,
        message.arg.pagefault.address - (__u64)area);
    say("still %c", area[PAGE + 3]);
    call("wake", uffd_wake(fd, area + PAGE, PAGE));
    message = uffd_next(fd);
    say("asks again, flags %llx", message.arg.pagefault.flags);
    call("without a wake", uffd_protect(fd, area, 2 * PAGE, UFFDIO_WRITEPROTECT_MODE_DONTWAKE));
    yes("guarded", is_guarded(area + PAGE));
    call("wake", uffd_wake(fd, area + PAGE, PAGE));
    uffd_join(&writer);
    say("now %c", area[PAGE + 3]);
    yes("the first asks", asks(area));
    yes("the third asks", asks(area + 2 * PAGE));
    yes("then no more", asks(area + 2 * PAGE + 8));
    area[5 * PAGE] = 'm';
    say("missing pages can be written to: %c", area[5 * PAGE]);
    end();
}

static void refuse_arguments(void)
{
    char *other = map(PAGE), *missing = map(PAGE);

    begin(0, WP);
    call("an unknown mode", uffd_protect(fd, area, PAGE, 4));
    call("not to wake when guarded",
         uffd_protect(fd, area, PAGE, ON | UFFDIO_WRITEPROTECT_MODE_DONTWAKE));
    call("unaligned", uffd_protect(fd, area + 1, PAGE, ON));
    call("unaligned length", uffd_protect(fd, area, PAGE - 1, ON));
    call("length 0", uffd_protect(fd, area, 0, ON));
    call("not registered", uffd_protect(fd, other, PAGE, ON));
    call("a hole", uffd_protect(fd, area - PAGE, PAGE, ON));
    call("beyond the area", uffd_protect(fd, area + 7 * PAGE, 2 * PAGE, ON));
    call("a bad address", ioctl(fd, UFFDIO_WRITEPROTECT, 8));
    must(uffd_register(fd, missing, PAGE, MISSING));
    call("for missing pages only", uffd_protect(fd, missing, PAGE, ON));
    call("take away there", uffd_protect(fd, missing, PAGE, 0));
    call("guarded copy there", uffd_copy(fd, missing, source, PAGE, UFFDIO_COPY_MODE_WP));
    call("guarded copy elsewhere", uffd_copy(fd, other, source, PAGE, UFFDIO_COPY_MODE_WP));
    call("an unknown mode", uffd_copy(fd, area, source, PAGE, 4));
    end();
}

static void copy_guarded(void)
{
    struct toucher writer;
    struct uffd_msg message;

    begin(0, WP | MISSING);
    uffd_start(&writer, area, true, 'w');
    message = uffd_next(fd);
    say("missing, flags %llx", message.arg.pagefault.flags);
    call("copy", uffd_copy(fd, area, source, PAGE, UFFDIO_COPY_MODE_WP));
    message = uffd_next(fd);
    say("guarded, flags %llx", message.arg.pagefault.flags);
    call("let it", uffd_protect(fd, area, PAGE, 0));
    uffd_join(&writer);
    say("wrote %c, copied %c", area[0], area[1]);
    call("zeroes", uffd_zero(fd, area + PAGE, PAGE, 0));
    call("guard them", uffd_protect(fd, area + PAGE, PAGE, ON));
    yes("guarded", is_guarded(area + PAGE));
    yes("asks", asks(area + PAGE));
    say("wrote %c", area[PAGE]);
    end();
}

/* What else changes entries. */
static void change_otherwise(void)
{
    char *moved, *place = map_in_hole(8 * PAGE);

    begin(0, WP);
    memset(area, 'a', 8 * PAGE);
    must(uffd_protect(fd, area, 8 * PAGE, ON));
    must(mprotect(area, 8 * PAGE, PROT_READ));
    must(mprotect(area, 8 * PAGE, PROT_READ | PROT_WRITE));
    yes("after mprotect", is_guarded(area));
    yes("asks", asks(area));
    must(mprotect(area, 8 * PAGE, PROT_NONE));
    must(mprotect(area, 8 * PAGE, PROT_READ | PROT_WRITE));
    yes("after PROT_NONE", is_guarded(area + PAGE));
    yes("asks", asks(area + PAGE));
    must(madvise(area + 2 * PAGE, PAGE, MADV_DONTNEED));
    area[2 * PAGE] = 'd';
    say("after MADV_DONTNEED %c", area[2 * PAGE]);
    call("unregister", uffd_unregister(fd, area + 3 * PAGE, PAGE));
    yes("after it", is_guarded(area + 3 * PAGE));
    area[3 * PAGE] = 'u';
    say("after it %c", area[3 * PAGE]);
    moved = mremap(area + 4 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    moved[0] = 'm';
    say("moved %c%c", moved[0], moved[1]);
    close(fd);
    area[6 * PAGE] = 'c';
    say("closed %c", area[6 * PAGE]);
    fd = -1;
    end();
}

static void fork_guarded(void)
{
    begin(0, WP);
    memset(area, 'a', 8 * PAGE);
    must(uffd_protect(fd, area, 4 * PAGE, ON));
    if (fork() == 0) {
        yes("in the child", is_guarded(area));
        area[0] = 'c';
        area[5 * PAGE] = 'c';
        say("the child wrote %c%c", area[0], area[5 * PAGE]);
        _exit(0);
    }
    wait(NULL);
    yes("in the parent", is_guarded(area));
    say("has %c", area[0]);
    yes("asks", asks(area));
    yes("does not ask", asks(area + 5 * PAGE));
    end();
}

/* A table of many entries, which a fork would share. */
static void fork_many(void)
{
    char *many = map(512 * PAGE), byte;
    int ends[2];

    must(pipe(ends));
    begin(0, WP);
    must(madvise(many, 512 * PAGE, MADV_NOHUGEPAGE));
    memset(many, 'a', 512 * PAGE);
    must(uffd_register(fd, many, 512 * PAGE, WP));
    if (fork() == 0) { /* it has the same tables until the end */
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) != 0);
    }
    must(uffd_protect(fd, many, 100 * PAGE, ON));
    yes("guarded", is_guarded(many));
    yes("asks", asks(many + 5 * PAGE));
    if (fork() == 0) {
        many[6 * PAGE] = 'c';
        say("the child wrote %c", many[6 * PAGE]);
        _exit(0);
    }
    close(ends[1]);
    while (wait(NULL) > 0)
        ;
    yes("asks", asks(many + 6 * PAGE));
    end();
    close(ends[0]);
    munmap(many, 512 * PAGE);
}

static void huge(void)
{
    char *room = map(3 * HUGE), *many = (char *)(((unsigned long)room + HUGE - 1) & -HUGE);

    begin(0, WP);
    madvise(many, HUGE, MADV_HUGEPAGE);
    memset(many, 'h', HUGE);
    must(uffd_register(fd, many, HUGE, WP));
    call("a part", uffd_protect(fd, many + 5 * PAGE, PAGE, ON));
    yes("guarded", is_guarded(many + 5 * PAGE));
    yes("beside it", is_guarded(many + 6 * PAGE));
    yes("asks", asks(many + 5 * PAGE));
    yes("beside it", asks(many + 6 * PAGE));
    madvise(many, HUGE, MADV_DONTNEED);
    memset(many, 'h', HUGE);
    call("all", uffd_protect(fd, many, HUGE, ON));
    yes("guarded", is_guarded(many + 77 * PAGE));
    call("none", uffd_protect(fd, many, HUGE, 0));
    yes("guarded", is_guarded(many + 77 * PAGE));
    many[5] = 'w';
    say("wrote %c", many[5]);
    call("all again", uffd_protect(fd, many, HUGE, ON));
    yes("asks", asks(many + 99 * PAGE));
    end();
    munmap(room, 3 * HUGE);
}

static void *read_there(void *argument)
{
    int zero = open("/dev/zero", O_RDONLY);

    *(long *)argument = read(zero, area + PAGE, 16);
    close(zero);
    return NULL;
}

static void *populate_there(void *argument)
{
    *(long *)argument = madvise(area + 3 * PAGE, PAGE, MADV_POPULATE_WRITE);
    return NULL;
}

static void answer(const char *label, void *(*function)(void *), size_t page)
{
    struct uffd_msg message;
    pthread_t thread;
    long result;

    must(-pthread_create(&thread, NULL, function, &result));
    message = uffd_next(fd);
    say("%s asks, flags %llx", label, message.arg.pagefault.flags);
    must(uffd_protect(fd, area + page * PAGE, PAGE, 0));
    must(-pthread_join(thread, NULL));
    say("%s: %ld", label, result);
}

static void ask_by_calls(void)
{
    int memory = (int)must(open("/proc/self/mem", O_RDWR));

    begin(0, WP);
    memset(area, 'a', 8 * PAGE);
    must(uffd_protect(fd, area, 8 * PAGE, ON));
    answer("read", read_there, 1);
    answer("populate", populate_there, 3);
    call("/proc/self/mem", pwrite(memory, "x", 1, (off_t)area));
    say("has %c", area[0]);
    end();
    close(memory);
}

static void raise_sigbus(void)
{
    begin(UFFD_FEATURE_SIGBUS, WP);
    memset(area, 'a', 8 * PAGE);
    must(uffd_protect(fd, area, PAGE, ON));
    probe_read("read", area);
    probe_write("write", area + 5);
    probe_write("the next", area + PAGE);
    end();
}

int main(void)
{
    memset(source, 's', sizeof(source));
    ask_for_writes();
    refuse_arguments();
    copy_guarded();
    change_otherwise();
    fork_guarded();
    fork_many();
    huge();
    ask_by_calls();
    raise_sigbus();
    return 0;
}

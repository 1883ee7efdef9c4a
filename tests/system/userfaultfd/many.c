/* userfaultfd: threads fault in one range, a handler answers them, and others take the pages away,
 * guard them against writes, replace the area, and fork. What is read is what the handler gave for
 * the page, or zeroes. seconds: 300 */

#include "uffd.h"

#define PAGES    64UL
#define TOUCHERS 3
#define ROUNDS   100

static char *area;
static int fd, stop[2];
static char given[PAGES][PAGE] __attribute__((aligned(4096)));
static volatile bool ended;
static volatile int wrong;

static int register_both(int to, const void *start, size_t len)
{
    return uffd_register(to, start, len, UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP);
}

static unsigned next_random(unsigned *random)
{
    *random = *random * 1103515245 + 12345;
    return *random >> 8;
}

static void *touch(void *argument)
{
    unsigned random = (unsigned)(unsigned long)argument;

    while (!ended) {
        unsigned long page = next_random(&random) % PAGES;
        volatile unsigned *word = (volatile unsigned *)(area + page * PAGE + 64);
        unsigned found;

        if (next_random(&random) % 4 == 0)
            word[1] = (unsigned)page + 1; /* a write to a word that stays what it is */
        found = *word;
        if (found != 0 && found != page + 1)
            __sync_fetch_and_add(&wrong, 1);
    }
    return NULL;
}

static void unguard(char *page)
{
    if (uffd_protect(fd, page, PAGE, 0) != 0)
        uffd_wake(fd, page, PAGE);
}

static void answer(const struct uffd_msg *message)
{
    char *page = (char *)(message->arg.pagefault.address & -PAGE);
    unsigned long nr = (unsigned long)(page - area) / PAGE;

    if (message->event != UFFD_EVENT_PAGEFAULT || nr >= PAGES)
        __sync_fetch_and_add(&wrong, 1);
    else if (message->arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP)
        unguard(page);
    else if (uffd_copy(fd, page, given[nr], PAGE, 0) != 0)
        uffd_wake(fd, page, PAGE); /* it is there, or the area is another one */
}

static void *handle(void *argument)
{
    struct pollfd wanted[2] = {{.fd = fd, .events = POLLIN}, {.fd = stop[0], .events = POLLIN}};

    (void)argument;
    for (;;) {
        struct uffd_msg messages[3];
        long len;

        poll(wanted, 2, -1);
        if (wanted[1].revents & POLLIN)
            return NULL;
        len = read(fd, messages, sizeof(messages));
        for (long i = 0; i < len / (long)sizeof(messages[0]); i++)
            answer(&messages[i]);
    }
}

static void replace(unsigned long first, unsigned long nr)
{
    char *start = area + first * PAGE;

    must((long)mmap(start, nr * PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    must(register_both(fd, start, nr * PAGE));
    must(uffd_wake(fd, start, nr * PAGE)); /* who waited for the area that is gone */
}

static void register_again(unsigned long first, unsigned long nr)
{
    must(uffd_unregister(fd, area + first * PAGE, nr * PAGE));
    must(register_both(fd, area + first * PAGE, nr * PAGE));
}

/* A child reads what was there, and zeroes where nothing was. */
static void read_in_child(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        for (unsigned long page = 0; page < PAGES; page++) {
            unsigned word = *(volatile unsigned *)(area + page * PAGE + 64);

            if (word != 0 && word != page + 1)
                _exit(1);
        }
        _exit(0);
    }
    waitpid(child, &status, 0);
    if (status != 0)
        __sync_fetch_and_add(&wrong, 1);
}

static void disturb(void)
{
    unsigned random = 7;

    for (int round = 0; round < ROUNDS; round++) {
        unsigned long first = next_random(&random) % PAGES;
        unsigned long nr = 1 + next_random(&random) % (PAGES - first);

        if (round % 40 == 0)
            read_in_child();
        else if (round % 8 == 0)
            replace(first, nr);
        else if (round % 16 == 1)
            register_again(first, nr);
        else if (round % 2 == 0)
            /* Refused where the range is not one area. */
            uffd_protect(fd, area + first * PAGE, nr * PAGE, UFFDIO_WRITEPROTECT_MODE_WP);
        else
            must(madvise(area + first * PAGE, nr * PAGE, MADV_DONTNEED));
    }
}

int main(void)
{
    pthread_t touchers[TOUCHERS], handler;

    for (unsigned page = 0; page < PAGES; page++)
        for (unsigned i = 0; i < PAGE / sizeof(unsigned); i++)
            ((unsigned *)given[page])[i] = page + 1;
    must(pipe(stop));
    fd = uffd_open(O_NONBLOCK, 0);
    area = map_in_hole(PAGES * PAGE);
    must(register_both(fd, area, PAGES * PAGE));
    must(-pthread_create(&handler, NULL, handle, NULL));
    for (unsigned long i = 0; i < TOUCHERS; i++)
        must(-pthread_create(&touchers[i], NULL, touch, (void *)(i + 1)));
    disturb();
    ended = true;
    for (int i = 0; i < TOUCHERS; i++)
        must(-pthread_join(touchers[i], NULL));
    must(write(stop[1], "", 1));
    must(-pthread_join(handler, NULL));
    say("wrong %d", wrong);
    return 0;
}

/*
 * How many ways may lead from one file to instances that are not watched themselves: by length,
 * 500, 100, 50 and 10 (a single step does not count). Without a bound one write could wake
 * millions.
 */
#include "test.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

static int instance(void)
{
    return (int)must(epoll_create1(0));
}

static int watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Instances that can be made to watch @below until one is refused. */
static void count_above(const char *label, int below, int most)
{
    int fds[1200], nr = 0;

    while (nr < most) {
        fds[nr] = instance();
        if (watch(fds[nr], below) != 0)
            break;
        nr++;
    }
    say("%s: %d, then %s", label, nr, nr == most ? "enough" : errno_name(errno));
    if (nr < most)
        close(fds[nr]);
    while (nr-- > 0)
        close(fds[nr]);
}

static void count_by_length(void)
{
    int leaf = eventfd(0, EFD_NONBLOCK), below = leaf;
    char label[64];

    for (int length = 1; length <= 6; length++) {
        int next = instance();

        snprintf(label, sizeof(label), "above a chain of %d", length - 1);
        count_above(label, below, 1100);
        call("one more link", watch(next, below));
        below = next;
    }
}

/* Layers of instances, each of which watches all of the next; there is nothing at the bottom. */
#define LAYERS 4
#define WIDTH  60

static void lattice(void)
{
    int layers[LAYERS][WIDTH], leaf = eventfd(0, EFD_NONBLOCK), refused = 0, looped = 0;

    for (int i = 0; i < LAYERS; i++)
        for (int j = 0; j < WIDTH; j++)
            layers[i][j] = instance();
    for (int i = 0; i + 1 < LAYERS; i++)
        for (int j = 0; j < WIDTH; j++)
            for (int k = 0; k < WIDTH; k++)
                refused += watch(layers[i][j], layers[i + 1][k]) != 0;
    say("lattice: %d refused", refused);
    for (int j = 0; j < WIDTH; j++)
        looped += watch(layers[LAYERS - 1][j], layers[0][j]) != 0 && errno == ELOOP;
    say("circles: %d refused", looped);
    call("something to watch below it", watch(layers[LAYERS - 1][0], leaf));
    call("above it", watch(layers[0][0], leaf));
    call("write", (int)eventfd_write(leaf, 1));
}

int main(void)
{
    struct rlimit limit = {4096, 4096};

    must(setrlimit(RLIMIT_NOFILE, &limit));
    count_by_length();
    lattice();
    return 0;
}

/* What several tests of sockets need. */

#ifndef TESTS_SYSTEM_SOCKET_H
#define TESTS_SYSTEM_SOCKET_H

#include "test.h"

#include <poll.h>
#include <sys/socket.h>

/* show_poll: print the events that hold on @fd. */
__attribute__((unused)) static void show_poll(const char *label, int fd)
{
    static const struct {
        short bit;
        const char *name;
    } bits[] = {{POLLIN, "IN"},         {POLLPRI, "PRI"},       {POLLOUT, "OUT"},
                {POLLERR, "ERR"},       {POLLHUP, "HUP"},       {POLLRDNORM, "RDNORM"},
                {POLLRDBAND, "RDBAND"}, {POLLWRNORM, "WRNORM"}, {POLLWRBAND, "WRBAND"},
                {POLLRDHUP, "RDHUP"}};
    struct pollfd entry = {.fd = fd, .events = 0x3fff};
    char text[128] = "";

    must(poll(&entry, 1, 0));
    for (unsigned i = 0; i < COUNT_OF(bits); i++)
        if (entry.revents & bits[i].bit) {
            strcat(text, " ");
            strcat(text, bits[i].name);
        }
    say("%s:%s", label, text);
}

#endif

/*
 * epoll(7). Linux user ABI, x86-64.
 */
#pragma once

#include <abi/fcntl.h>
#include <lib/types.h>

struct epoll_event {
    u32 events;
    u64 data;
} __packed;
_Static_assert(sizeof(struct epoll_event) == 12, "struct epoll_event");

#define EPOLL_CLOEXEC O_CLOEXEC

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

/* The event bits are poll's; these are epoll's own. */
#define EPOLLIN        0x0001u
#define EPOLLPRI       0x0002u
#define EPOLLOUT       0x0004u
#define EPOLLERR       0x0008u
#define EPOLLHUP       0x0010u
#define EPOLLNVAL      0x0020u
#define EPOLLRDNORM    0x0040u
#define EPOLLRDBAND    0x0080u
#define EPOLLWRNORM    0x0100u
#define EPOLLWRBAND    0x0200u
#define EPOLLMSG       0x0400u
#define EPOLLRDHUP     0x2000u
#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP    (1u << 29)
#define EPOLLONESHOT   (1u << 30)
#define EPOLLET        (1u << 31)

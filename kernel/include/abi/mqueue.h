/*
 * POSIX message queues: mq_open(2) and its family. Linux user ABI, x86-64.
 */
#pragma once

#include <lib/types.h>

#define MQ_PRIORITY_MAX 32768

struct abi_mq_attr {
    s64 flags; /* O_NONBLOCK */
    s64 max_messages, message_size;
    s64 messages;
    s64 reserved[4];
};
_Static_assert(sizeof(struct abi_mq_attr) == 64, "struct mq_attr");

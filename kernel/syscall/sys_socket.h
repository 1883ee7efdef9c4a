/*
 * Socket addresses between user memory and the kernel, with Linux's checks.
 */
#pragma once

#include <lib/types.h>

struct socket_address;

/* => -EINVAL: a length that no address has; -EFAULT */
int sys_read_address(struct socket_address *address, const void __user *user, int len) __must_check;
/* *user_len: room, then how long the address is. => -EFAULT, -EINVAL: negative room */
int sys_write_address(const struct socket_address *address, void __user *user,
                      int __user *user_len) __must_check;

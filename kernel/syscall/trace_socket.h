/*
 * Words for the arguments of socket calls.
 */
#pragma once

#include <lib/types.h>
#include <syscall/syscall.h>

/* As trace_name_value, for the kinds of sockets; @previous: the argument before. */
bool trace_name_socket(enum syscall_argument kind, unsigned long value, unsigned long previous,
                       char *names, size_t size);

/* "{AF_UNIX, "/dev/log"}", "{AF_INET, 127.0.0.1:80}"; only memory that is present is read. */
void trace_socket_address(unsigned long address, unsigned long len, char *text, size_t size);

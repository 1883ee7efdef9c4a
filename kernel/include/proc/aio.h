/*
 * Linux's asynchronous input and output (io_setup(2) and its family). Errors as the manual pages,
 * in Linux's order.
 */
#pragma once

#include <abi/aio.h>
#include <lib/types.h>

/* Settings. => once, at boot */
void aio_init(void);

/* => the new context's number to *@user */
long aio_setup(u32 nr_events, unsigned long __user *user);
long aio_destroy(unsigned long id);
/* => how many were taken, or why the first was not */
long aio_submit(unsigned long id, long nr, const u64 __user *requests);
long aio_cancel(unsigned long id, const struct abi_iocb __user *request);
/* @deadline: monotonic ns, 0: do not wait, WAIT_FOREVER. => events, -EINTR, -EFAULT, -EINVAL */
long aio_get_events(unsigned long id, long least, long most, struct abi_io_event __user *events,
                    u64 deadline);

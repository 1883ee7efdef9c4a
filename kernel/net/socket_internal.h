/*
 * Between the files of the socket layer.
 */
#pragma once

#include <lib/types.h>

struct file;

/* ioctl(2) on a socket: owners of SIGIO here, the rest is the family's. */
long socket_file_ioctl(struct file *file, unsigned request, unsigned long argument);

/* Settings below net.core. => once, at boot */
void socket_settings_init(void);

/* inet/inet_socket.c. => once, at boot */
void inet_init(void);

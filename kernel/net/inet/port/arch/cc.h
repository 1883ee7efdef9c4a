/*
 * The compiler and the kernel, as lwIP wants to see them (lwip/arch.h).
 */
#pragma once

#include <kern/panic.h>
#include <lib/string.h>
#include <lib/types.h>

/* There are no such headers in the kernel; it has its own ssize_t. */
#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_LIMITS_H   1
#define LWIP_NO_UNISTD_H   1
#define LWIP_NO_CTYPE_H    1
#define INT_MAX            __INT_MAX__
#define SSIZE_MAX          __LONG_MAX__

#define X8_F  "02x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "u"
#define S32_F "d"
#define X32_F "x"
#define SZT_F "zu"

#define LWIP_PLATFORM_DIAG(text)
#define LWIP_PLATFORM_ASSERT(text) panic("lwIP: %s", text)

/* stack.c */
void *inet_memory_allocate(size_t size);
void *inet_memory_allocate_zeroed(size_t nr, size_t size);
void inet_memory_free(void *memory);
u32 inet_random(void);

#define LWIP_RAND() inet_random()

/*
 * kmalloc: memory of any size (kmem.h 3).
 *
 * Sizes up to 8192 come from slab caches of 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096
 * and 8192 bytes, aligned to 16, and to 64 when the size asked for is a multiple of 64. Larger ones
 * come from frames, or, when there is no block and the caller may wait, from the vmalloc area.
 * kfree takes all of them. Memory aligned to a page, or contiguous for a device, comes from
 * frames.h.
 */
#pragma once

#include <kmem/kmem.h>
#include <lib/types.h>

#define KMALLOC_SLAB_MAX 8192UL
#define KMALLOC_MAX      (1UL << 31)

/* => NULL when there is no memory, or @size is 0 or absurd */
void *kmalloc(size_t size, unsigned int flags) __must_check __attribute__((malloc));
void *kzalloc(size_t size, unsigned int flags) __must_check __attribute__((malloc));

/* @nr * @size bytes, zeroed (kcalloc) or not; NULL when that overflows. */
void *kmalloc_array(size_t nr, size_t size, unsigned int flags) __must_check
    __attribute__((malloc));
void *kcalloc(size_t nr, size_t size, unsigned int flags) __must_check __attribute__((malloc));

/* krealloc: @memory (may be NULL) with a new size; the old block stays valid on failure (NULL).
 * What is new in the block has any contents. */
void *krealloc(void *memory, size_t size, unsigned int flags) __must_check;

/* => NULL: nothing. A block above 32 KiB that was allocated with ALLOC_WAIT is freed with
 * interrupts on and no spin lock held, since it may have come from the vmalloc area. */
void kfree(const void *memory);

/* Bytes usable in the block: at least the size asked for. */
size_t kmalloc_usable_size(const void *memory);

char *kstrdup(const char *text, unsigned int flags) __must_check;
/* At most @max characters, and a terminator. */
char *kstrndup(const char *text, size_t max, unsigned int flags) __must_check;
void *kmemdup(const void *memory, size_t len, unsigned int flags) __must_check;

/* A formatted string. */
char *kasprintf(unsigned int flags, const char *format, ...) __must_check __printf(2, 3);

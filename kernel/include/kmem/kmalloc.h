/*
 * kmalloc: memory of any size (kmem.h 3).
 *
 * Sizes up to 8192 come from slab caches of 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096
 * and 8192 bytes; a power-of-two size is aligned to itself (up to 4096), every other to 16 at least
 * (a debug build keeps this). Larger ones come from frames, or, when there is no block and the
 * caller may wait, from the vmalloc area. kfree takes all of them. Physically contiguous memory
 * (devices) is asked for with page_alloc_order.
 */
#pragma once

#include <kmem/kmem.h>
#include <lib/types.h>

#define KMALLOC_SLAB_MAX 8192UL

/* => NULL when there is no memory, or @size is 0 or absurd */
void *kmalloc(size_t size, unsigned int flags) __must_check __attribute__((malloc));
void *kzalloc(size_t size, unsigned int flags) __must_check __attribute__((malloc));

/* @nr * @size bytes, zeroed (kcalloc) or not; NULL when that overflows. */
void *kmalloc_array(size_t nr, size_t size, unsigned int flags) __must_check
    __attribute__((malloc));
void *kcalloc(size_t nr, size_t size, unsigned int flags) __must_check __attribute__((malloc));

/* krealloc: @memory (may be NULL) with a new size; the old block stays valid on failure (NULL). */
void *krealloc(void *memory, size_t size, unsigned int flags) __must_check;

/* => NULL: nothing. Interrupts on, no spin lock, when the block may be larger than 4 MiB. */
void kfree(const void *memory);

/* Bytes usable in the block: at least the size asked for. */
size_t kmalloc_usable_size(const void *memory);

char *kstrdup(const char *text, unsigned int flags) __must_check;
/* At most @max characters, and a terminator. */
char *kstrndup(const char *text, size_t max, unsigned int flags) __must_check;
void *kmemdup(const void *memory, size_t len, unsigned int flags) __must_check;

/* A formatted string. */
char *kasprintf(unsigned int flags, const char *format, ...) __must_check __printf(2, 3);

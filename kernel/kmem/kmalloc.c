/*
 * kmalloc (see kmalloc.h). What a pointer is, is told by its address and its frame: the vmalloc
 * area, a slab (PAGE_SLAB), or a block of frames (PAGE_LARGE).
 */
#include "slab_boot.h"
#include "slab_object.h"
#include <kern/panic.h>
#include <kmem/frames.h>
#include <kmem/kmalloc.h>
#include <kmem/slab.h>
#include <kmem/vmalloc.h>
#include <lib/bits.h>
#include <lib/printf.h>
#include <lib/string.h>

static const struct {
    u32 size;
    const char *name;
} classes[] = {
    {16, "kmalloc-16"},     {32, "kmalloc-32"},     {64, "kmalloc-64"},     {96, "kmalloc-96"},
    {128, "kmalloc-128"},   {192, "kmalloc-192"},   {256, "kmalloc-256"},   {512, "kmalloc-512"},
    {1024, "kmalloc-1024"}, {2048, "kmalloc-2048"}, {4096, "kmalloc-4096"}, {8192, "kmalloc-8192"},
};

static struct kmem_cache caches[ARRAY_SIZE(classes)];

/* Which class serves a size, in steps of 16 up to 256. */
static u8 small_class[256 / 16 + 1];

void kmalloc_init(void)
{
    u32 class = 0;
    u32 i;

    for (i = 0; i < ARRAY_SIZE(classes); i++)
        kmem_cache_init(&caches[i], classes[i].name, classes[i].size,
                        classes[i].size % 64 == 0 ? 64 : 16, NULL);
    for (i = 0; i < ARRAY_SIZE(small_class); i++) {
        while (classes[class].size < i * 16)
            class ++;
        small_class[i] = (u8) class;
    }
}

/* The cache for @size, 1 .. KMALLOC_SLAB_MAX. */
static struct kmem_cache *cache_for(size_t size)
{
    if (size <= 256)
        return &caches[small_class[(size + 15) / 16]];
    return &caches[small_class[ARRAY_SIZE(small_class) - 1] + ilog2_up(size) - 8];
}

/* Blocks above this have a second way, so no other memory is reclaimed hard to make room for them.
 */
#define FRAMES_BEST (PAGE_SIZE << 3)

static void *alloc_large(size_t size, unsigned int flags)
{
    bool may_vmalloc = (flags & ALLOC_WAIT) && size > FRAMES_BEST && size <= KMALLOC_MAX;
    struct page *page = NULL;

    if (size <= PAGE_SIZE << MAX_ORDER)
        page = page_alloc_order(ilog2_up((size + PAGE_SIZE - 1) >> PAGE_SHIFT),
                                may_vmalloc ? flags | ALLOC_NORETRY : flags);
    if (page != NULL) {
        page_flag_set(page, PAGE_LARGE);
        return page_to_virt(page);
    }
    if (!may_vmalloc)
        return NULL;
    return flags & ALLOC_ZERO ? vzalloc(size) : vmalloc(size);
}

void *kmalloc(size_t size, unsigned int flags)
{
    if (likely(size - 1 < KMALLOC_SLAB_MAX))
        return kmem_cache_alloc(cache_for(size), flags);
    return size == 0 ? NULL : alloc_large(size, flags);
}

void *kzalloc(size_t size, unsigned int flags)
{
    return kmalloc(size, flags | ALLOC_ZERO);
}

void *kmalloc_array(size_t nr, size_t size, unsigned int flags)
{
    size_t total;

    return mul_overflow(nr, size, &total) ? NULL : kmalloc(total, flags);
}

void *kcalloc(size_t nr, size_t size, unsigned int flags)
{
    return kmalloc_array(nr, size, flags | ALLOC_ZERO);
}

void kfree(const void *memory)
{
    void *block = (void *)(uintptr_t)memory;
    struct page *page;

    if (memory == NULL)
        return;
    if (vmalloc_contains(memory)) {
        vfree(block);
        return;
    }
    page = page_head(virt_to_page(memory));
    if (likely(page_flag_test(page, PAGE_SLAB))) {
        kmem_cache_free(slab_of(page)->cache, block);
        return;
    }
    if (!page_flag_test(page, PAGE_LARGE) || page_to_virt(page) != memory)
        panic("kfree of %p, which kmalloc did not return", memory);
    page_flag_clear(page, PAGE_LARGE);
    page_free(page);
}

size_t kmalloc_usable_size(const void *memory)
{
    struct page *page;

    if (vmalloc_contains(memory))
        return vmalloc_size(memory);
    page = page_head(virt_to_page(memory));
    if (page_flag_test(page, PAGE_SLAB))
        return kmem_cache_of(memory)->object_size;
    return PAGE_SIZE << page_order(page);
}

void *krealloc(void *memory, size_t size, unsigned int flags)
{
    size_t old;
    void *block;

    if (memory == NULL)
        return kmalloc(size, flags);
    old = kmalloc_usable_size(memory);
    if (size <= old && size > old / 4)
        return memory;
    block = kmalloc(size, flags);
    if (block != NULL) {
        memcpy(block, memory, min(old, size));
        kfree(memory);
    }
    return block;
}

void *kmemdup(const void *memory, size_t len, unsigned int flags)
{
    void *copy = kmalloc(len, flags);

    if (copy != NULL)
        memcpy(copy, memory, len);
    return copy;
}

char *kstrndup(const char *text, size_t max, unsigned int flags)
{
    size_t len = strnlen(text, max);
    char *copy = kmalloc(len + 1, flags);

    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

char *kstrdup(const char *text, unsigned int flags)
{
    return kstrndup(text, strlen(text), flags);
}

char *kasprintf(unsigned int flags, const char *format, ...)
{
    va_list arguments;
    va_list again;
    char *text;
    int len;

    va_start(arguments, format);
    va_copy(again, arguments);
    len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    text = kmalloc((size_t)len + 1, flags);
    if (text != NULL)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

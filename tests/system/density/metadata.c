/*
 * What the kernel needs to know about memory: at most 32 bytes for a frame and 128 for an area on
 * Quire; read from the running kernel, and measured by what is missing. Linux: 64 and 184 or more.
 * seconds: 60
 */

#include "test.h"

#define AREAS 40000L

static char text[1 << 16];

static long number_after(const char *path, const char *key)
{
    const char *found;

    if (file_text(path, text, sizeof(text)) < 0)
        return -1;
    found = strstr(text, key);
    return found ? atol(found + strlen(key)) : -1;
}

/* Bytes of an object of a cache, from slabinfo. */
static long object_size(const char *cache)
{
    long active, total, size;
    const char *found;

    file_text("/proc/slabinfo", text, sizeof(text));
    found = strstr(text, cache);
    return found && sscanf(found + strlen(cache), "%ld %ld %ld", &active, &total, &size) == 3 ? size
                                                                                              : -1;
}

/* What the kernel kept for itself at the start, for each frame of the machine, without its image.
 */
static void frames(void)
{
    long present = number_after("/proc/zoneinfo", "\n        present "), kept = 0;
    long bytes = number_after("/proc/quire/frames", "\ndescribed ");
    long all = number_after("/proc/quire/frames", "\nall ");

    if (is_quire()) {
        kept = present * 4 - number_after("/proc/meminfo", "MemTotal:");
        say("# frames: %ld bytes describe one, %ld KiB all %ld; kept at the start: %ld KiB of %ld",
            bytes, bytes * all >> 10, all, kept, present * 4);
    }
    yes("a frame needs no more than is promised", !is_quire() || (bytes > 0 && bytes <= 32));
    yes("and the kernel keeps little more than that",
        !is_quire() || kept <= (bytes * all >> 10) + 3072);
}

/* Two areas of different rights for each two pages; nothing is touched, so there are no tables. */
static void cut(char *base)
{
    for (long i = 0; i < AREAS; i += 2)
        must(mprotect(base + i * (long)PAGE, PAGE, PROT_READ));
}

static void areas(void)
{
    char *base = mmap(NULL, AREAS * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long before = number_after("/proc/meminfo", "MemFree:"), taken;
    long size = object_size("\nvma ");

    cut(base);
    taken = before - number_after("/proc/meminfo", "MemFree:");
    if (is_quire())
        say("# areas: an object has %ld bytes; %ld areas took %ld KiB, %.1f bytes each", size,
            AREAS, taken, (double)taken * 1024 / AREAS);
    yes("an area needs no more than is promised", !is_quire() || (size > 0 && size <= 128));
    yes("and that is all it takes", !is_quire() || taken * 1024 <= AREAS * 128 * 103 / 100);
    call("munmap", munmap(base, AREAS * PAGE));
}

int main(void)
{
    frames();
    areas();
    return 0;
}

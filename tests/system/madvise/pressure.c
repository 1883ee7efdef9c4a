/* MADV_FREE: under memory pressure what was given up goes before anybody is killed: it reads as
   zeroes or as before, a page whole; what was written again stays.
   memory: 160M, seconds: 60 */

#include "test.h"

static char *lazy, *hog;
static size_t lazy_pages, hog_pages;

static void fill(char *at, size_t pages, int value)
{
    for (size_t i = 0; i < pages; i++)
        memset(at + i * PAGE, value + (int)(i % 100), PAGE);
}

static void check(const char *label, unsigned kept_each)
{
    size_t zero = 0, old = 0, torn = 0, lost = 0;

    for (size_t i = 0; i < lazy_pages; i++) {
        char first = lazy[i * PAGE], expected = (char)(1 + i % 100);
        bool written = kept_each && i % kept_each == 0;
        for (size_t j = 0; j < PAGE; j += 64)
            torn += lazy[i * PAGE + j] != (written && j == 0 ? 111 : written ? expected : first);
        lost += written && first != 111;
        zero += first == 0;
        old += first == expected;
    }
    yes(label, torn == 0 && lost == 0);
    yes("  some went", zero > 0);
    yes("  others are zero or as before",
        zero + old + (kept_each ? lazy_pages / kept_each : 0) >= lazy_pages - 1);
}

static void squeeze(void)
{
    hog = map(hog_pages * PAGE);
    fill(hog, hog_pages, 3);
    munmap(hog, hog_pages * PAGE);
}

static void child(void)
{
    squeeze();
    _exit(0);
}

static void sharing_child(void)
{
    squeeze();
    check("child: pages shared with the parent are whole", 0);
    _exit(0);
}

int main(void)
{
    size_t available = (size_t)meminfo_kilobytes("MemAvailable") / 4;

    lazy_pages = available * 6 / 10;
    hog_pages = available * 6 / 10;
    lazy = map(lazy_pages * PAGE);
    fill(lazy, lazy_pages, 1);
    must(madvise(lazy, lazy_pages * PAGE, MADV_FREE));
    for (size_t i = 0; i < lazy_pages; i += 16)
        lazy[i * PAGE] = 111;
    in_child("pressure of another process", child);
    check("written pages are kept", 16);
    fill(lazy, lazy_pages, 1);
    must(madvise(lazy, lazy_pages * PAGE, MADV_FREE));
    squeeze();
    check("pressure of one's own", 0);
    fill(lazy, lazy_pages, 1);
    must(madvise(lazy, lazy_pages * PAGE, MADV_FREE));
    in_child("pressure of a fork", sharing_child);
    yes("parent: still whole", lazy[0] == 0 || lazy[0] == 1);
    fill(lazy, lazy_pages, 9);
    yes("all can be used again", lazy[PAGE] == 10);
    return 0;
}

/* Whether all of an area counts as changed, where areas with different answers become one: mmap,
 * brk, mprotect, madvise and mlock say it of the whole as it was of the part that they were called
 * for; mremap leaves the answer of the area that it extends, or moves to. What a merge forgot no
 * later write to a page that was already mapped brings back. */

#include "test.h"

#define RW (PROT_READ | PROT_WRITE)

static int marks;
static int memory;

static void forget(void)
{
    must(write(marks, "4", 1));
}

static void show(const char *label, const char *at, unsigned nr)
{
    char found[64], pages[16] = {0};
    int fd = (int)must(open("/proc/self/pagemap", O_RDONLY));

    for (unsigned i = 0; i < nr; i++) {
        uint64_t entry = 0;
        must(pread(fd, &entry, 8, (off_t)((unsigned long)at / PAGE * 8 + i * 8)));
        pages[i] = entry >> 55 & 1 ? '1' : '0';
    }
    close(fd);
    say("%s: first area '%s', pages %s", label, smaps_flags(at, "sd", found), pages);
}

static char *map_at(char *at, size_t len, int protection, int flags)
{
    return (char *)must(mmap(at, len, protection, flags | MAP_FIXED,
                             flags & MAP_ANONYMOUS ? -1 : memory,
                             flags & MAP_ANONYMOUS ? 0 : (at - (char *)NULL) & 0xffff));
}

static char *map_new(char *at, size_t len, int protection)
{
    return map_at(at, len, protection, MAP_PRIVATE | MAP_ANONYMOUS);
}

/* An area of two pages that is not marked, and one of two that is; they differ in @protection. */
static char *two_areas(bool first_is_marked, int protection)
{
    char *at = map_in_hole(8 * PAGE);

    must(munmap(at, 8 * PAGE));
    map_new(first_is_marked ? at + 2 * PAGE : at, 2 * PAGE, first_is_marked ? protection : RW);
    forget();
    map_new(first_is_marked ? at : at + 2 * PAGE, 2 * PAGE, first_is_marked ? RW : protection);
    return at;
}

static void test_mmap(void)
{
    char *at = two_areas(false, RW);

    show("mmap above", at, 4);
    at = two_areas(true, RW);
    show("mmap below", at, 4);
    at = two_areas(false, PROT_READ);
    forget();
    must(mprotect(at + 2 * PAGE, 2 * PAGE, RW));
    show("nothing marked", at, 4);
}

static void test_mprotect(void)
{
    char *at = two_areas(false, PROT_READ);

    must(mprotect(at + 2 * PAGE, 2 * PAGE, RW));
    show("mprotect of the marked one", at, 4);
    at = two_areas(false, PROT_READ);
    must(mprotect(at, 2 * PAGE, PROT_READ));
    show("mprotect of the other", at, 4);
    at = two_areas(true, PROT_READ);
    must(mprotect(at + 2 * PAGE, 2 * PAGE, RW));
    show("mprotect of the other, above", at, 4);
    at = two_areas(true, PROT_READ);
    must(mprotect(at, PAGE, PROT_READ));
    must(mprotect(at + PAGE, PAGE, PROT_READ));
    show("mprotect page by page", at, 4);
    at = two_areas(false, PROT_READ);
    must(mprotect(at, 3 * PAGE, RW));
    show("mprotect of a part above", at, 4);
    show("... which stays apart", at + 3 * PAGE, 1);
    at = two_areas(false, PROT_READ);
    map_new(at + 4 * PAGE, 2 * PAGE, RW);
    must(mprotect(at + 2 * PAGE, 2 * PAGE, RW));
    show("mprotect of what is between", at, 6);
    at = two_areas(true, PROT_READ);
    map_new(at + 4 * PAGE, 2 * PAGE, RW);
    must(mprotect(at + 2 * PAGE, 2 * PAGE, RW));
    show("mprotect of the unmarked between two marked", at, 6);
}

static void test_madvise(void)
{
    char *at = two_areas(false, RW);

    forget();
    must(madvise(at, 2 * PAGE, MADV_DONTFORK));
    map_new(at + 2 * PAGE, 2 * PAGE, RW);
    must(madvise(at, 2 * PAGE, MADV_DOFORK));
    show("madvise of the unmarked", at, 4);
    at = two_areas(false, RW);
    forget();
    must(madvise(at, 2 * PAGE, MADV_DONTFORK));
    map_new(at + 2 * PAGE, 2 * PAGE, RW);
    must(madvise(at + 2 * PAGE, 2 * PAGE, MADV_DONTFORK));
    show("madvise of the marked", at, 4);
}

static void test_mlock(void)
{
    char *at = two_areas(false, RW);

    forget();
    must(mlock2(at, 2 * PAGE, MLOCK_ONFAULT));
    map_new(at + 2 * PAGE, 2 * PAGE, RW);
    must(munlock(at, 2 * PAGE));
    show("munlock of the unmarked", at, 4);
    at = two_areas(false, RW);
    forget();
    must(mlock2(at, 2 * PAGE, MLOCK_ONFAULT));
    map_new(at + 2 * PAGE, 2 * PAGE, RW);
    must(mlock2(at + 2 * PAGE, 2 * PAGE, MLOCK_ONFAULT));
    show("mlock of the marked", at, 4);
    at = two_areas(false, PROT_READ);
    must(mlock2(at, 4 * PAGE, MLOCK_ONFAULT));
    must(mprotect(at + 2 * PAGE, 2 * PAGE, RW));
    must(munlock(at, 4 * PAGE));
    show("of a locked one", at, 4);
}

static void test_mremap(void)
{
    char *at = map_in_hole(12 * PAGE);

    must(munmap(at, 12 * PAGE));
    map_new(at, 2 * PAGE, RW);
    forget();
    map_new(at + 6 * PAGE, 2 * PAGE, RW);
    must(mremap(at + 6 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 2 * PAGE));
    show("moved above an unmarked one", at, 4);
    map_new(at + 6 * PAGE, 2 * PAGE, RW);
    must(mremap(at, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 8 * PAGE));
    show("moved above a marked one", at + 6 * PAGE, 6);
    must(munmap(at, 12 * PAGE));

    map_new(at, 2 * PAGE, RW);
    map_new(at + 4 * PAGE, 2 * PAGE, RW);
    forget();
    must(mremap(at, 2 * PAGE, 4 * PAGE, 0));
    show("grown to an unmarked one", at, 6);
    must(munmap(at, 12 * PAGE));
    map_new(at, 2 * PAGE, RW);
    forget();
    map_new(at + 4 * PAGE, 2 * PAGE, RW);
    must(mremap(at, 2 * PAGE, 4 * PAGE, 0));
    show("grown to a marked one", at, 6);
    must(munmap(at, 12 * PAGE));
    map_new(at + 4 * PAGE, 2 * PAGE, RW);
    forget();
    map_new(at, 2 * PAGE, RW);
    must(mremap(at, 2 * PAGE, 4 * PAGE, 0));
    show("a marked one grown to an unmarked one", at, 6);
    must(munmap(at, 12 * PAGE));

    map_new(at, 2 * PAGE, RW);
    forget();
    map_new(at + 4 * PAGE, 2 * PAGE, RW);
    map_new(at + 8 * PAGE, 2 * PAGE, RW);
    must(mremap(at + 8 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 2 * PAGE));
    show("between an unmarked and a marked one", at, 6);
    must(munmap(at, 12 * PAGE));
    map_new(at + 4 * PAGE, 2 * PAGE, RW);
    forget();
    map_new(at, 2 * PAGE, RW);
    map_new(at + 8 * PAGE, 2 * PAGE, RW);
    must(mremap(at + 8 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 2 * PAGE));
    show("between a marked and an unmarked one", at, 6);
    must(munmap(at, 12 * PAGE));
    map_new(at + 4 * PAGE, 2 * PAGE, RW);
    forget();
    map_new(at + 8 * PAGE, 2 * PAGE, RW);
    must(mremap(at + 8 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 2 * PAGE));
    show("below an unmarked one", at + 2 * PAGE, 4);
    must(munmap(at, 12 * PAGE));
}

static void test_brk(void)
{
    char *heap = (char *)must(syscall(SYS_brk, 0));

    must(syscall(SYS_brk, heap + 4 * PAGE));
    forget();
    show("heap", heap, 4);
    must(syscall(SYS_brk, heap + 6 * PAGE));
    show("heap, grown", heap, 6);
    must(syscall(SYS_brk, heap + 2 * PAGE));
    show("heap, shrunk", heap, 2);
}

/* Pages of a shared area: mapped by a read while all of it was marked, by a write, and not at all.
 */
static void test_forgotten(void)
{
    char *at = map_in_hole(0x20000);
    volatile char byte;

    at = (char *)(((unsigned long)at + 0xffff) & ~0xffffUL);
    map_at(at, 2 * PAGE, PROT_READ, MAP_SHARED);
    map_at(at + 2 * PAGE, 4 * PAGE, RW, MAP_SHARED);
    forget();
    map_at(at + 2 * PAGE, 4 * PAGE, RW, MAP_SHARED);
    byte = at[2 * PAGE];
    at[3 * PAGE] = 1;
    show("shared, marked", at + 2 * PAGE, 4);
    must(mprotect(at, 2 * PAGE, RW));
    show("shared, merged", at, 6);
    at[2 * PAGE] = byte;
    at[4 * PAGE] = 1;
    show("written to", at, 6);
    forget();
    at[2 * PAGE] = byte;
    show("written to after it was cleared", at, 6);
}

/* The same of a private one, whose pages were made read-only and writable again. */
static void test_private(void)
{
    char *at = two_areas(false, PROT_READ);

    must(mprotect(at + 2 * PAGE, 2 * PAGE, RW));
    memset(at, 1, 4 * PAGE);
    forget();
    must(mprotect(at, 2 * PAGE, PROT_READ));
    map_new(at + 4 * PAGE, PAGE, RW);
    show("private, marked", at + 2 * PAGE, 3);
    must(mprotect(at + 2 * PAGE, 3 * PAGE, PROT_READ));
    show("read-only", at, 5);
    must(mprotect(at + 2 * PAGE, 3 * PAGE, RW));
    at[2 * PAGE] = 2;
    must(mprotect(at, 2 * PAGE, RW));
    show("writable again", at, 5);
    forget();
    must(mprotect(at, PAGE, PROT_READ));
    must(mprotect(at, PAGE, RW));
    show("cleared", at, 5);
    at[3 * PAGE] = 2;
    show("written to", at, 5);
}

int main(void)
{
    marks = (int)must(open("/proc/self/clear_refs", O_WRONLY));
    memory = (int)must(syscall(SYS_memfd_create, "memory", 0));
    must(ftruncate(memory, 0x20000));
    test_mmap();
    test_mprotect();
    test_madvise();
    test_mlock();
    test_mremap();
    test_brk();
    test_forgotten();
    test_private();
    return 0;
}

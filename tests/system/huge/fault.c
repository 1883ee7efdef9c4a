/* What a fault brings where pages of 2 MiB are used: by a write, by a read, near the edges of
 * areas; and who is told of it. memory: 1G */

#include "huge.h"

#define PAGEMAP_PRESENT    (1ul << 63)
#define PAGEMAP_EXCLUSIVE  (1ul << 56)
#define PAGEMAP_SOFT_DIRTY (1ul << 55)

static int count_resident(char *at, size_t nr)
{
    static unsigned char vector[4096];
    int found = 0;

    must(mincore(at, nr * PAGE, vector));
    for (size_t i = 0; i < nr; i++)
        found += vector[i] & 1;
    return found;
}

static void pagemap(const char *label, char *at)
{
    static unsigned long words[512];
    int fd = (int)must(open("/proc/self/pagemap", O_RDONLY));
    int present = 0, exclusive = 0, consecutive = 0;

    must(pread(fd, words, sizeof(words), (long)((unsigned long)at / PAGE * 8)));
    for (int i = 0; i < 512; i++) {
        present += !!(words[i] & PAGEMAP_PRESENT);
        exclusive += !!(words[i] & PAGEMAP_EXCLUSIVE);
        consecutive += (words[i] << 9) == (words[0] << 9) + ((unsigned long)i << 9);
    }
    say("%s: present %d, exclusive %d, consecutive frames %d", label, present, exclusive,
        consecutive);
    close(fd);
}

static void faults_of(const char *label, char *at, bool write)
{
    long before = minor_faults();
    unsigned sum = 0;

    for (size_t i = 0; i < 512; i++) {
        if (write)
            at[i * PAGE] = 1;
        else
            sum += (unsigned char)*(volatile char *)(at + i * PAGE);
    }
    say("%s: %ld faults, sum %u", label, minor_faults() - before, sum);
}

static void about(const char *label, char *at)
{
    char found[64];

    say("%s: THPeligible %ld, flags %s", label, smaps_kilobytes(at, "THPeligible"),
        smaps_flags(at, "hg nh", found));
}

int main(void)
{
    char *at, *small;

    must(put_setting("enabled", "always"));
    must(put_setting("use_zero_page", "1"));
    at = map_aligned(1);
    about("an area of 2 MiB", at);
    faults_of("a write", at, true);
    say_area("written", at);
    say("resident %d", count_resident(at, 512));
    pagemap("written", at);
    say("KernelPageSize %ld, MMUPageSize %ld", smaps_kilobytes(at, "KernelPageSize"),
        smaps_kilobytes(at, "MMUPageSize"));

    at = map_aligned(1);
    faults_of("a read", at, false);
    say_area("read", at);
    say("resident %d", count_resident(at, 512));
    at[7 * PAGE] = 1;
    say_area("then written", at);
    say("others are zero: %d", at[6 * PAGE] == 0 && at[8 * PAGE] == 0);

    must(put_setting("use_zero_page", "0"));
    at = map_aligned(1);
    (void)*(volatile char *)(at + 5 * PAGE);
    say_area("read without the page of zeroes", at);
    must(put_setting("use_zero_page", "1"));

    small = map_aligned(2);
    must(munmap(small + HUGE + HUGE / 2, HUGE / 2));
    small[HUGE] = 1;
    say_area("half a huge page at the end", small);
    must(munmap(small, HUGE / 2));
    small[HUGE / 2] = 1;
    say_area("and at the beginning", small + HUGE / 2);
    about("the rest", small + HUGE / 2);

    must(put_setting("enabled", "madvise"));
    at = map_aligned(2);
    call("MADV_HUGEPAGE", madvise(at, HUGE, MADV_HUGEPAGE));
    about("advised", at);
    about("not advised", at + HUGE);
    at[0] = at[HUGE] = 1;
    say_area("advised", at);
    say_area("not advised", at + HUGE);
    call("MADV_NOHUGEPAGE", madvise(at, HUGE, MADV_NOHUGEPAGE));
    about("advised against", at);
    say_area("what is there stays", at);
    call("MADV_DONTNEED", madvise(at, HUGE, MADV_DONTNEED));
    at[0] = 1;
    say_area("written anew", at);

    at = mmap(NULL, 4 * HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    call("shared: MADV_HUGEPAGE", madvise(at, 4 * HUGE, MADV_HUGEPAGE));
    about("shared", at);
    must(put_setting("enabled", "always"));
    return 0;
}

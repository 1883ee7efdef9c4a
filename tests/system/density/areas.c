/* 100,000 areas in one process, once vm.max_map_count allows it. seconds: 60 */

#include "test.h"

#define SETTING "/proc/sys/vm/max_map_count"
#define AREAS   100000UL

static void set_limit(const char *value)
{
    int fd = must(open(SETTING, O_WRONLY));

    must(write(fd, value, strlen(value)));
    close(fd);
}

/* Every second page readable only: as many areas as pages. */
static bool cut(char *base, size_t nr_pages)
{
    for (size_t i = 1; i < nr_pages; i += 2)
        if (mprotect(base + i * PAGE, PAGE, PROT_READ) != 0)
            return false;
    return true;
}

static long count_areas(void)
{
    static char text[65536];
    int fd = must(open("/proc/self/maps", O_RDONLY));
    long lines = 0;
    ssize_t len;

    while ((len = read(fd, text, sizeof(text))) > 0)
        for (ssize_t i = 0; i < len; i++)
            lines += text[i] == '\n';
    close(fd);
    return lines;
}

static void touch_some(char *base)
{
    bool good = true;

    for (size_t i = 0; i < AREAS; i += 1000)
        base[i * PAGE] = (char)(i / 1000);
    for (size_t i = 0; i < AREAS; i += 1000)
        good &= base[i * PAGE] == (char)(i / 1000) && base[(i + 1) * PAGE] == 0;
    yes("the areas hold what was written", good);
}

static char *base;

static void child(void)
{
    yes("the child has them too", count_areas() > (long)AREAS);
    base[0] = 1;
    call("munmap in the child", munmap(base, AREAS * PAGE));
}

int main(void)
{
    base = mmap(NULL, AREAS * PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(base != MAP_FAILED ? 0 : -1);
    errno = 0;
    yes("with 65530 there is an end", !cut(base, AREAS) && errno == ENOMEM);
    yes("at the limit", count_areas() > 65530 - 10 && count_areas() < 65530 + 10);
    set_limit("1000000");
    yes("with a million all can be cut", cut(base, AREAS));
    yes("100,000 areas", count_areas() > (long)AREAS);
    touch_some(base);
    in_child("child", child);
    set_limit("65530");
    call("above the limit nothing is added",
         mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
    call("unmapping whole areas goes on", munmap(base, 50000 * PAGE));
    call("and then there is room", munmap(map(PAGE), PAGE));
    call("the rest", munmap(base, AREAS * PAGE));
    yes("few are left", count_areas() < 30);
    return 0;
}

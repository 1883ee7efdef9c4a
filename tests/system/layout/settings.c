/* vm.legacy_va_layout and vm.mmap_rnd_bits: what they take, and where mappings of a new program go.
 * seconds: 60 */

#include "test.h"

#include <sys/personality.h>
#include <sys/resource.h>

#define LEGACY "/proc/sys/vm/legacy_va_layout"
#define BITS   "/proc/sys/vm/mmap_rnd_bits"
#define RUNS   100

static void put(const char *path, const char *value)
{
    char text[32], label[64];
    int fd = (int)must(open(path, O_RDWR));

    snprintf(label, sizeof(label), "%s < %s", strrchr(path, '/') + 1, value);
    call(label, write(fd, value, strlen(value)));
    close(fd);
    must(file_text(path, text, sizeof(text)));
    say("    now %.*s", (int)strcspn(text, "\n"), text);
}

struct places {
    unsigned long first, second;
};

/* In the program that is run: tell where mappings go. */
static int tell(int fd)
{
    struct places at;

    at.first = (unsigned long)mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    at.second = (unsigned long)mmap(NULL, 64 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return write(fd, &at, sizeof(at)) == sizeof(at) ? 0 : 1;
}

static void look(struct places *at, unsigned long bits)
{
    int ends[2], status;
    char number[12];
    pid_t child;

    must(pipe(ends));
    snprintf(number, sizeof(number), "%d", ends[1]);
    child = (pid_t)must(fork());
    if (child == 0) {
        personality(bits);
        execl("/proc/self/exe", "settings", number, NULL);
        _exit(1);
    }
    must(read(ends[0], at, sizeof(*at)) == sizeof(*at) ? 0 : -1);
    waitpid(child, &status, 0);
    close(ends[0]);
    close(ends[1]);
}

static void direction(const char *label, unsigned long bits)
{
    const unsigned long third = 0x7ffffffff000 / 3;
    struct places at;

    look(&at, bits);
    say("%s: %s, from %s", label, at.first < at.second ? "up" : "down",
        at.first > third * 2 ? "the upper third"
        : at.first >= third  ? "the middle"
                             : "below");
}

static unsigned long range(void)
{
    unsigned long lowest = ~0ul, highest = 0;
    struct places at;

    for (int i = 0; i < RUNS; i++) {
        look(&at, 0);
        lowest = at.first < lowest ? at.first : lowest;
        highest = at.first > highest ? at.first : highest;
    }
    return (highest - lowest) / PAGE;
}

static void unlimited(void)
{
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

    must(setrlimit(RLIMIT_STACK, &all));
    struct places at;
    look(&at, 0);
    say("unlimited stack: %s", at.first < at.second ? "up" : "down");
}

int main(int argc, char **argv)
{
    struct stat info;

    if (argc > 1)
        return tell(atoi(argv[1]));
    must(stat(LEGACY, &info));
    say("legacy_va_layout, mode %o", info.st_mode & 0777);
    must(stat(BITS, &info));
    say("mmap_rnd_bits, mode %o", info.st_mode & 0777);
    direction("0", 0);
    direction("0, ADDR_COMPAT_LAYOUT", ADDR_COMPAT_LAYOUT);
    in_child("child", unlimited);
    put(LEGACY, "1");
    direction("1", 0);
    direction("1, ADDR_NO_RANDOMIZE", ADDR_NO_RANDOMIZE);
    put(LEGACY, "2");
    direction("2", 0);
    put(LEGACY, "-1");
    put(LEGACY, "2147483647");
    put(LEGACY, "2147483648");
    put(LEGACY, "0");
    direction("0", 0);
    put(BITS, "27");
    put(BITS, "33");
    put(BITS, "x");
    yes("28: less than 28 bits", range() < 1ul << 28);
    put(BITS, "32");
    unsigned long wide = range();
    yes("32: more than 31 bits", wide > 1ul << 31);
    yes("32: less than 32 bits", wide < 1ul << 32);
    put(BITS, "30");
    wide = range();
    yes("30: more than 29 bits, less than 30", wide > 1ul << 29 && wide < 1ul << 30);
    put(BITS, "28");
    become_user();
    call("a user", open(BITS, O_RDONLY));
    call("a user", open(LEGACY, O_WRONLY));
    return 0;
}

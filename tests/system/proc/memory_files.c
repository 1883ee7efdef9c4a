/* The files about the machine's memory: which keys, in which order, who may read them. */
#include "../test.h"

static char text[200000];

/* The word before the number of each line. */
static void keys(const char *path)
{
    char *line, *rest = text;

    say("%s", path);
    if (file_text(path, text, sizeof(text)) < 0) {
        say("  %s", errno_name(errno));
        return;
    }
    while ((line = strsep(&rest, "\n")) && *line) {
        line[strcspn(line, " \t")] = '\0';
        say("  %s", line);
    }
}

/* The lines with their numbers replaced. */
static void shape(const char *path, const char *from, int lines)
{
    char out[300];
    char *line, *rest;

    say("%s", path);
    file_text(path, text, sizeof(text));
    rest = strstr(text, from);
    while (rest && lines-- > 0 && (line = strsep(&rest, "\n")) && *line) {
        size_t n = 0;

        line[strcspn(line, ",)")] = '\0'; /* Linux has more zones */
        for (; *line && n < sizeof(out) - 2; line++)
            if (*line >= '0' && *line <= '9') {
                if (n == 0 || out[n - 1] != '#')
                    out[n++] = '#';
            } else if (*line != ' ' || n == 0 || out[n - 1] != ' ') {
                out[n++] = *line;
            }
        out[n] = '\0';
        say("  %s", out);
    }
}

static void modes(void)
{
    static const char *const names[] = {"meminfo",    "vmstat",       "zoneinfo", "buddyinfo",
                                        "slabinfo",   "pagetypeinfo", "swaps",    "vmallocinfo",
                                        "kpagecount", "kpageflags"};
    struct stat status;
    char path[64];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), "/proc/%s", names[i]);
        if (stat(path, &status) == 0)
            say("%s %o", names[i], status.st_mode);
    }
}

static void as_user(void)
{
    become_user();
    call_ok("slabinfo", open("/proc/slabinfo", O_RDONLY));
    call_ok("pagetypeinfo", open("/proc/pagetypeinfo", O_RDONLY));
    call_ok("kpageflags", open("/proc/kpageflags", O_RDONLY));
    call_ok("zoneinfo", open("/proc/zoneinfo", O_RDONLY));
}

static uint64_t word_at(int fd, uint64_t index)
{
    uint64_t word = 0;

    must(pread(fd, &word, 8, (off_t)(index * 8)));
    return word;
}

static void frame_flags(const char *label, const void *address)
{
    static const struct {
        int bit;
        const char *name;
    } bits[] = {{0, "locked"}, {7, "slab"},    {10, "buddy"}, {11, "mmap"},   {12, "anon"},
                {17, "huge"},  {20, "nopage"}, {24, "zero"},  {26, "pgtable"}};
    int pagemap = must(open("/proc/self/pagemap", O_RDONLY));
    int flags = must(open("/proc/kpageflags", O_RDONLY));
    int counts = must(open("/proc/kpagecount", O_RDONLY));
    uint64_t frame = word_at(pagemap, (uintptr_t)address / PAGE) & ((1ul << 55) - 1), word;
    char out[200] = "";

    word = word_at(flags, frame);
    for (size_t i = 0; i < COUNT_OF(bits); i++)
        if (word >> bits[i].bit & 1)
            strcat(strcat(out, " "), bits[i].name);
    if (!(word >> 24 & 1))
        sprintf(out + strlen(out), ", mapped %d", (int)word_at(counts, frame));
    say("%s:%s", label, out);
    close(pagemap);
    close(flags);
    close(counts);
}

static void frames(void)
{
    char *area = map(4 * PAGE);
    char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *again = mremap(shared, 0, PAGE, MREMAP_MAYMOVE);
    int fd = must(open("/proc/kpageflags", O_RDONLY));
    uint64_t words[4];

    area[0] = 1;
    (void)*(volatile char *)(area + PAGE);
    shared[0] = 1;
    frame_flags("private", area);
    frame_flags("zero", area + PAGE);
    frame_flags("shared", shared);
    again[0] = 2;
    frame_flags("shared twice", shared);
    call("odd place", pread(fd, words, 8, 4));
    call("odd length", pread(fd, words, 12, 8));
    call("two", pread(fd, words, 16, 8));
    call("far out", pread(fd, words, 8, 1L << 50));
    call("bad buffer", pread(fd, (void *)8, 8, 8));
    call("end", lseek(fd, 0, SEEK_END));
    call("write", write(fd, words, 8));
}

int main(void)
{
    modes();
    in_child("as a user", as_user);
    keys("/proc/meminfo");
    keys("/proc/vmstat");
    keys("/proc/swaps");
    shape("/proc/zoneinfo", "  per-node stats", 44);
    shape("/proc/zoneinfo", "  pages free", 32);
    shape("/proc/zoneinfo", "  node_unreclaimable", 2);
    shape("/proc/buddyinfo", "Node", 1);
    shape("/proc/pagetypeinfo", "Page block order", 2);
    shape("/proc/pagetypeinfo", "Free pages", 6);
    shape("/proc/pagetypeinfo", "Number of", 1);
    shape("/proc/slabinfo", "slabinfo", 2);
    frames();
    return 0;
}

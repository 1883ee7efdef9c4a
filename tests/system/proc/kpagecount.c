/* /proc/kpagecount: how many entries name a frame, those of processes that fork made among them. */
#include "../test.h"

#define CHILDREN 5

static unsigned long word_at(const char *path, unsigned long index)
{
    int fd = must(open(path, O_RDONLY));
    unsigned long word = 0;

    must(pread(fd, &word, sizeof(word), (off_t)(index * sizeof(word))));
    close(fd);
    return word;
}

static unsigned long frame_of(const void *address)
{
    unsigned long word = word_at("/proc/self/pagemap", (unsigned long)address / PAGE);

    return word >> 63 ? word & ((1UL << 55) - 1) : 0;
}

static void show(const char *label, const void *address)
{
    unsigned long frame = frame_of(address);

    if (frame == 0)
        say("%s: not there", label);
    else
        say("%s: %lu", label, word_at("/proc/kpagecount", frame));
}

static char *private, *written, *shared, *file, *locked;

/* Linux counts them per processor, in batches: not exactly. */
static void locked_once(void)
{
    yes("  Mlocked counts each page once", !is_quire() || meminfo_kilobytes("Mlocked") == 16);
}

static void show_all(const char *label)
{
    say("%s", label);
    show("  private", private);
    show("  written by one", written);
    show("  shared", shared);
    show("  of a file, privately", file);
    show("  of a file, copied", file + PAGE);
    locked_once();
}

static void child(int number, int ready, int end)
{
    char byte;

    if (number == 0)
        written[0] = 2;
    must(mlock(locked, 4 * PAGE));
    write(ready, "x", 1);
    read(end, &byte, 1);
    _exit(0);
}

int main(void)
{
    int ready[2], end[2], fd = file_make("file", 4 * PAGE);
    static unsigned long words[1000];
    char byte;

    must(pipe(ready));
    must(pipe(end));
    private = map(300 * PAGE);
    written = map(PAGE);
    memset(private, 1, 300 * PAGE);
    written[0] = 1;
    shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared[0] = 1;
    locked = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(locked, 1, 4 * PAGE);
    file = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    (void)*(volatile char *)file;
    file[PAGE] = 1;
    must(mlock(locked, 4 * PAGE));
    show_all("alone");
    for (int i = 0; i < CHILDREN; i++) {
        if (must(fork()) == 0) {
            close(end[1]);
            child(i, ready[1], end[0]);
        }
    }
    for (int i = 0; i < CHILDREN; i++)
        must(read(ready[0], &byte, 1));
    show("private, with children", private + 100 * PAGE);
    show("written by one", written);
    locked_once();
    close(end[1]);
    while (wait(NULL) > 0)
        ;
    show_all("alone again");
    fd = must(open("/proc/kpagecount", O_RDONLY));
    call("many", read(fd, words, sizeof(words)));
    call("half a word", read(fd, words, 4));
    call("from half a word", pread(fd, words, 8, 4));
    call("nothing", read(fd, words, 0));
    return 0;
}

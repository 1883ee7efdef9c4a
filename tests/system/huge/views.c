/* Huge pages in /proc/kpageflags, kpagecount, meminfo and vmstat: written, forked, split, given
 * back. memory: 1G */

#include "huge.h"

#define FRAME_MASK ((1ul << 55) - 1)

static unsigned long word_of(const char *path, unsigned long index)
{
    unsigned long word = 0;
    int fd = (int)must(open(path, O_RDONLY));

    must(pread(fd, &word, sizeof(word), (long)(index * 8)));
    close(fd);
    return word;
}

static unsigned long frame_of(const char *at)
{
    return word_of("/proc/self/pagemap", (unsigned long)at / PAGE) & FRAME_MASK;
}

static void say_frame(const char *label, unsigned long frame)
{
    static const struct {
        int bit;
        const char *name;
    } bits[] = {{11, "mapped"},  {12, "anonymous"}, {15, "head"}, {16, "tail"},
                {17, "hugetlb"}, {22, "thp"},       {24, "zero"}};
    unsigned long flags = word_of("/proc/kpageflags", frame);
    char words[128] = "";

    for (size_t i = 0; i < COUNT_OF(bits); i++) {
        if (flags & 1ul << bits[i].bit) {
            strcat(words, " ");
            strcat(words, bits[i].name);
        }
    }
    say("%s:%s, mapped %lu times", label, words, word_of("/proc/kpagecount", frame));
}

static long counter(const char *name)
{
    static char text[32768];
    char *line;

    must(file_text("/proc/vmstat", text, sizeof(text)));
    line = strstr(text, name);
    return line != NULL ? atol(line + strlen(name)) : -1;
}

static long faults, splits, kilobytes;

static void since(const char *label)
{
    say("%s: %ld kB more, %ld faults, %ld splits", label,
        meminfo_kilobytes("AnonHugePages") - kilobytes, counter("\nthp_fault_alloc ") - faults,
        counter("\nthp_split_pmd ") - splits);
}

static char *at;

static void child(void)
{
    unsigned long frame = frame_of(at);

    say_frame("forked", frame);
    since("forked");
    at[0] = 99;
    say("the same frame: %d, the next: %d", frame_of(at) == frame,
        frame_of(at + PAGE) == frame + 1);
    say_frame("what was copied", frame);
    say_frame("what was not", frame + 1);
    since("written");
    _exit(0);
}

int main(void)
{
    unsigned long frame;

    must(put_setting("enabled", "always"));
    at = map_aligned(1);
    kilobytes = meminfo_kilobytes("AnonHugePages");
    faults = counter("\nthp_fault_alloc ");
    splits = counter("\nthp_split_pmd ");
    at[0] = 1;
    frame = frame_of(at);
    say("aligned: %d", frame % 512 == 0);
    say_frame("first", frame);
    say_frame("second", frame + 1);
    say_frame("last", frame + 511);
    since("one huge page");
    in_child("fork", child);
    say_frame("child gone", frame + 1);
    since("child gone");
    call("munmap of a page", munmap(at + HUGE - PAGE, PAGE));
    since("split");
    call("munmap", munmap(at, HUGE - PAGE));
    since("unmapped");
    return 0;
}

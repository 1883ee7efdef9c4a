/*
 * figures.c: see figures.h. An area is one line, the lines of smaps that are not 0 behind one
 * another; then a letter for each page, the bits of its pagemap entry without the frame number.
 *
 * Left out:
 * - Size and the page sizes, which maps tells;
 * - Referenced: a child of fork begins without the marks on Linux and with those of its parent on
 *   Quire, where they share tables; and Linux counts what the kernel itself has read of a page;
 * - LazyFree, since Linux makes pages so in batches;
 * - what is clean and what is dirty counts together where a page may be a file's: a file in memory
 *   is never written back, and its pages are as dirty as the paths they came by leave them;
 * - that a page is of a file, in areas without one: the huge page of zeroes is on Linux, while
 *   Quire maps the small one 512 times;
 * - that a page is mapped once, in a wide window: of a huge page Linux asks only the first of 512.
 *   What is shared is in the figures, where it asks each.
 */

#include "figures.h"

#include "trace.h"

enum { max_pages = max_below_pages + max_window_pages };

/* Bits of pagemap entries. */
#define PAGE_MAPPED_ONCE (1UL << 56)
#define PAGE_OF_FILE     (1UL << 61)

static char text[1 << 18];

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static bool is_left_out(const char *line)
{
    return begins(line, "Size:") || begins(line, "KernelPageSize:") ||
           begins(line, "MMUPageSize:") || begins(line, "LazyFree:") || begins(line, "Referenced:");
}

static bool tells_of_dirt(const char *line)
{
    return strstr(line, "_Dirty:") || strstr(line, "_Clean:");
}

/* Does the head of an area in smaps name a file? Its inode is the fifth word. */
static bool has_file(const char *head)
{
    for (int word = 0; word < 4; word++)
        head = strchr(head, ' ') + 1;
    return *head != '0';
}

/* append_figure: "Rss 8 " of "Rss:       8 kB", nothing where it is 0. */
static int append_figure(char *summary, size_t room, const char *line)
{
    const char *colon = strchr(line, ':');
    long value = colon ? strtol(colon + 1, NULL, 10) : 0;

    if (value == 0)
        return 0;
    return snprintf(summary, room, " %.*s %ld", (int)(colon - line), line, value);
}

/* summarize: the lines of one area, from its head on. => the head of the next */
static char *summarize(char *at, char summary[400])
{
    bool may_be_file = has_file(at) || strchr(at, ' ')[4] == 's';
    long shared = 0, own = 0;
    int used = 0;

    at = strchr(at, '\n') + 1;
    summary[0] = '\0';
    while (*at >= 'A' && *at <= 'Z') {
        char *end = strchr(at, '\n');
        *end = '\0';
        if (begins(at, "VmFlags:"))
            used += snprintf(summary + used, 400 - (size_t)used, "%s", at + 8);
        else if (may_be_file && tells_of_dirt(at))
            *(begins(at, "Shared") ? &shared : &own) +=
                begins(at, "Pss") ? 0 : strtol(strchr(at, ':') + 1, NULL, 10);
        else if (!is_left_out(at))
            used += append_figure(summary + used, 400 - (size_t)used, at);
        at = end + 1;
    }
    if (shared || own)
        snprintf(summary + used, 400 - (size_t)used, " shared %ld own %ld", shared, own);
    return at;
}

/* The bits of a pagemap entry: soft-dirty 55, mapped once 56, of a file 61, swapped 62, there 63.
 */
static char page_letter(unsigned long entry)
{
    unsigned bits = (unsigned)(entry >> 55 & 3) | (unsigned)(entry >> 59 & 28);
    return ".123456789abcdefghijklmnopqrstuv"[bits];
}

/* shorten: "a12" for a letter that stands there twelve times; of what is long, the sum of the rest.
 */
static void shorten(char *letters, size_t count)
{
    char shorter[400];
    size_t used = 0, i = 0;
    unsigned long sum = 0;

    while (i < count && used < sizeof(shorter) - 40) {
        size_t first = i;
        while (i < count && letters[i] == letters[first])
            i++;
        used += (size_t)snprintf(shorter + used, sizeof(shorter) - used, "%c%zu", letters[first],
                                 i - first);
    }
    for (; i < count; i++)
        sum = hash_word(sum, (unsigned char)letters[i]);
    snprintf(letters, max_pages, "%s %lx", shorter, sum);
}

static void trace_pages(unsigned long from, unsigned long to, unsigned long ignored)
{
    static unsigned long entries[max_pages];
    static char letters[max_pages + 1];
    size_t count = (to - from) / PAGE;
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    if (count > max_pages)
        count = max_pages;
    memset(entries, 0, sizeof(entries));
    long got =
        pread(pagemap, entries, count * sizeof(*entries), (off_t)(from / PAGE * sizeof(*entries)));
    close(pagemap);
    for (size_t i = 0; i < count; i++)
        letters[i] = page_letter(entries[i] & ~ignored);
    letters[count] = '\0';
    if (scene_breadth() == wide)
        shorten(letters, count);
    trace("    pages %ld %s", got, letters);
}

static unsigned long left_out(bool of_file)
{
    return (of_file ? 0 : PAGE_OF_FILE) | (scene_breadth() == wide ? PAGE_MAPPED_ONCE : 0);
}

void figures_observe(unsigned long from, unsigned long to)
{
    char summary[400];

    if (file_text("/proc/self/smaps", text, sizeof(text)) < 0)
        trace("no smaps");
    for (char *at = text; *at;) {
        char *end;
        unsigned long area_start = strtoul(at, &end, 16);
        unsigned long area_end = strtoul(end + 1, NULL, 16);
        bool of_file = has_file(at);
        at = summarize(at, summary);
        if (area_end <= from || area_start >= to)
            continue;
        trace("    %s:%s", place_text(area_start, (char[32]){0}), summary);
        trace_pages(area_start, area_end, left_out(of_file));
    }
}

/*
 * observe.c: see observe.h. What Linux is free to choose is left out:
 *
 * - inode and device numbers: an area is told by the last part of its name (that of a System V
 *   segment by SYSV); of places, all are the same, for both guests run without randomisation;
 * - VmRSS and RssAnon of status: counted in batches per thread; resident pages are what mincore
 * says (of private memory: what has a page; of files: what is in memory);
 * - which neighbouring file pages a fault maps as well: not asked for;
 * - the areas outside the window and the space below it.
 */

#include "observe.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#include "access.h"
#include "figures.h"
#include "trace.h"

enum { max_areas = 400 };

struct area {
    unsigned long start, end, offset;
    char protection[5];
    bool has_inode;
    char name[40];
};

static struct area areas[max_areas];
static int nr_areas;
static char text[1 << 16];

static unsigned long parse_hex(const char **at)
{
    unsigned long value = 0;

    for (;; (*at)++) {
        char byte = **at;
        if (byte >= '0' && byte <= '9')
            value = value << 4 | (unsigned long)(byte - '0');
        else if (byte >= 'a' && byte <= 'f')
            value = value << 4 | (unsigned long)(byte - 'a' + 10);
        else
            return value;
    }
}

static const char *next_field(const char *at)
{
    while (*at != ' ' && *at != '\n')
        at++;
    while (*at == ' ')
        at++;
    return at;
}

/* parse_area: one line of maps. => the next line */
static const char *parse_area(const char *at, struct area *area)
{
    area->start = parse_hex(&at);
    at++;
    area->end = parse_hex(&at);
    at++;
    memcpy(area->protection, at, 4);
    area->protection[4] = '\0';
    at += 5;
    area->offset = parse_hex(&at);
    at = next_field(next_field(at));
    area->has_inode = *at != '0';
    at = next_field(at);
    const char *end = strchr(at, '\n'), *name = at;
    for (const char *slash = at; slash < end; slash++) {
        if (*slash == '/')
            name = slash + 1;
    }
    /* The number in the name of a System V segment is its own. */
    if (strncmp(name, "SYSV", 4) == 0)
        end = name + 4;
    snprintf(area->name, sizeof(area->name), "%.*s", (int)(end - name), name);
    return strchr(name, '\n') + 1;
}

static bool in_window(const struct area *area)
{
    return area->end > (unsigned long)at(-below_pages) &&
           area->start < (unsigned long)at(window_pages);
}

static void read_areas(void)
{
    nr_areas = 0;
    if (file_text("/proc/self/maps", text, sizeof(text)) < 0)
        trace("no maps");
    for (const char *at = text; *at;) {
        at = parse_area(at, &areas[nr_areas]);
        if (in_window(&areas[nr_areas]) && nr_areas < max_areas - 1)
            nr_areas++;
    }
}

static long page_of(unsigned long address)
{
    return ((long)address - (long)window) / (long)PAGE;
}

/* Of a wide window's many pages: how often the next differs, how many are there, all in one sum. */
static void summarize(const unsigned char *present, size_t count, char digits[130])
{
    size_t nr = 0, changes = 0;
    unsigned long sum = 0;

    for (size_t i = 0; i < count; i++) {
        nr += present[i] & 1u;
        changes += i > 0 && ((present[i] ^ present[i - 1]) & 1u);
        sum = hash_word(sum, present[i] & 1u);
    }
    snprintf(digits, 130, "%zu, %zu changes, %lx", nr, changes, sum);
}

/* residency: a hexadecimal digit for each four pages of the area. */
static void residency(const struct area *area, char digits[130])
{
    static unsigned char present[max_below_pages + max_window_pages];
    size_t count = (area->end - area->start) / PAGE, used = 0;

    if (count > sizeof(present))
        count = sizeof(present);
    memset(present, 0, sizeof(present));
    if (syscall(SYS_mincore, area->start, count * PAGE, present) < 0) {
        snprintf(digits, 130, "%s", errno_name(errno));
        return;
    }
    if (scene_breadth() == wide) {
        summarize(present, count, digits);
        return;
    }
    for (size_t i = 0; i < count && used < 128; i += 4) {
        unsigned digit = 0;
        for (size_t j = i; j < i + 4 && j < count; j++)
            digit |= (present[j] & 1u) << (j - i);
        digits[used++] = "0123456789abcdef"[digit];
    }
    digits[used] = '\0';
}

/* Of a wide window each 32nd page and the one after it are read. */
static bool is_passed_over(unsigned long page)
{
    return scene_breadth() == wide && page / PAGE % wide > 1;
}

static void observe_area(const struct area *area, bool with_content)
{
    char digits[130], fault[64];

    residency(area, digits);
    trace("  %ld-%ld %s %lx%s %s in %s", page_of(area->start), page_of(area->end), area->protection,
          area->offset, area->has_inode ? "" : " -", area->name, digits);
    if (!with_content || area->protection[0] == '-')
        return;
    for (unsigned long page = area->start; page < area->end; page += PAGE) {
        unsigned long sum = 0;
        if (is_passed_over(page))
            continue;
        if (hash_page((void *)page, &sum) < 0)
            trace("    %ld: %s", page_of(page), fault_text((void *)page, fault));
        else
            trace("    %ld: %lx", page_of(page), sum);
    }
}

/* Of statm: the whole size and the size of data, in pages, since the beginning. */
static void observe_sizes(void)
{
    long size, data;

    sizes_read(&size, &data);
    trace("  size %+ld data %+ld", size - control->size, data - control->data);
}

/* VmLck of status, in kilobytes. */
static void observe_locked(void)
{
    if (file_text("/proc/self/status", text, 4096) <= 0)
        return;
    const char *line = strstr(text, "VmLck:");
    trace("  locked %ld", line ? strtol(line + 6, NULL, 10) : -1);
}

static void observe_object(long object, bool with_content)
{
    static unsigned long block[PAGE / sizeof(unsigned long)];
    struct stat status;
    unsigned long sum = 0;

    if (fstat(object_descriptor(object), &status) < 0)
        return;
    for (long done = 0; with_content && done < status.st_size; done += (long)PAGE) {
        memset(block, 0, sizeof(block));
        if (pread(object_descriptor(object), block, PAGE, done) < 0)
            trace("  %s cannot be read: %s", object_name(object), errno_name(errno));
        sum = hash_bytes(sum, block, PAGE);
    }
    trace("  %s: %ld bytes, %ld blocks, %lx", object_name(object), (long)status.st_size,
          (long)status.st_blocks, sum);
}

/* The System V segments, while there are any. */
static void observe_segment(const char *name, int segment)
{
    struct shmid_ds state;

    if (segment < 0)
        return;
    if (shmctl(segment, IPC_STAT, &state) < 0)
        trace("  %s %s", name, errno_name(errno));
    else
        trace("  %s attached %lu mode %o", name, (unsigned long)state.shm_nattch,
              (unsigned)state.shm_perm.mode);
}

void observe(bool with_figures, bool with_content)
{
    read_areas();
    if (with_figures)
        figures_observe((unsigned long)at(-below_pages), (unsigned long)at(window_pages));
    for (int i = 0; i < nr_areas; i++)
        observe_area(&areas[i], with_content);
    observe_sizes();
    observe_locked();
    observe_object(object_file, with_content);
    observe_object(object_memory, with_content);
    observe_object(object_posix, with_content);
    observe_object(object_sealed, with_content);
    observe_segment("segment", control->segment);
    observe_segment("removed", control->removed);
    trace("  rights %x", rights_read());
}

/*
 * /proc/PID/map_files: a link START-END for each area that shows a file. Following one is for
 * CAP_SYS_ADMIN and CAP_CHECKPOINT_RESTORE: it leads to files whose names the caller may not reach.
 * Shared anonymous memory has a file without a name; a System V segment has none: its link leads
 * nowhere.
 */
#include <abi/capability.h>
#include <abi/errno.h>
#include <abi/limits.h>
#include <kmem/kmalloc.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <proc/credentials.h>
#include <proc/task.h>
#include <vfs/file.h>

#include "links.h"
#include "maps.h"

/* The area that is looked for, and what is found of it. */
struct map_search {
    u64 start, end; /* end 0: the first at or after start */
    struct path *path;
    char *text; /* PATH_MAX bytes */
    u32 permissions;
};

static bool shows_file(const struct vma_info *info)
{
    return info->source || (info->name && info->name[0] == '/');
}

/* 1: found; a negative errno: found, but it has no path */
static int examine(const struct vma_info *info, void *argument)
{
    struct map_search *search = argument;
    struct file *file =
        info->source && info->source->ops == &file_source_ops ? file_of_source(info->source) : NULL;

    if (search->end && (info->start != search->start || info->end != search->end))
        return -ENOENT;
    if (!shows_file(info))
        return search->end ? -ENOENT : 0;
    search->start = info->start;
    search->end = info->end;
    search->permissions =
        file ? (file->mode & FILE_READ ? 0400 : 0) | (file->mode & FILE_WRITE ? 0200 : 0) : 0600;
    if (search->text) {
        struct maps_writer writer = {.path = search->text};
        const char *name = maps_area_name(&writer, info);

        if (name != search->text)
            strlcpy(search->text, name, PATH_MAX);
    }
    if (!search->path)
        return 1;
    if (!file)
        return -ENOENT;
    *search->path = file->path;
    path_get(search->path);
    return 1;
}

/* 0, or -ENOENT */
static int search_area(const struct proc_subject *subject, struct map_search *search)
{
    struct mm *mm = proc_subject_mm(subject);
    int found;

    if (!mm)
        return -ENOENT;
    found = mm_for_each_area(mm, search->start, examine, search);
    mm_put_user(mm);
    return found > 0 ? 0 : -ENOENT;
}

static int map_path(const struct proc_subject *subject, struct path *path)
{
    struct map_search search = {.start = subject->start, .end = subject->end, .path = path};

    if (!capable(CAP_SYS_ADMIN) && !capable(CAP_CHECKPOINT_RESTORE))
        return -EPERM;
    return search_area(subject, &search);
}

static int map_text(const struct proc_subject *subject, char *buffer, size_t size)
{
    struct map_search search = {.start = subject->start, .end = subject->end};
    int result;

    search.text = kmalloc(PATH_MAX, ALLOC_WAIT);
    if (!search.text)
        return -ENOMEM;
    result = search_area(subject, &search);
    if (!result) {
        result = (int)min(strlen(search.text), size);
        memcpy(buffer, search.text, (size_t)result);
    }
    kfree(search.text);
    return result;
}

#define MAP_LINK(permissions_)                                                                     \
    {                                                                                              \
        .name = "map_files", .mode = S_IFLNK | (permissions_), .readlink = map_text,               \
        .follow = map_path, .size = PROC_LINK_SIZE, .private = true                                \
    }
static const struct proc_entry map_links[] = {MAP_LINK(0), MAP_LINK(0200), MAP_LINK(0400),
                                              MAP_LINK(0600)};

/* "START-END" in hexadecimal without leading zeros: exactly what a listing shows. */
static int parse_name(const struct name *name, struct map_search *search)
{
    char text[40], again[40];
    const char *cursor = text;

    if (name->len >= sizeof(text))
        return -ENOENT;
    memcpy(text, name->text, name->len);
    text[name->len] = '\0';
    if (parse_u64_prefix(&cursor, 16, &search->start) || *cursor++ != '-' ||
        parse_u64_prefix(&cursor, 16, &search->end) || search->end == 0)
        return -ENOENT;
    snprintf(again, sizeof(again), "%lx-%lx", search->start, search->end);
    return strcmp(text, again) == 0 ? 0 : -ENOENT;
}

static int find_map(const struct proc_subject *parent, const struct name *name,
                    const struct proc_entry **entry, struct proc_subject *subject)
{
    struct map_search search = {0};
    int error = parse_name(name, &search);

    if (!error)
        error = search_area(parent, &search);
    if (error)
        return error;
    *subject = (struct proc_subject){
        .process = process_get(parent->process), .start = search.start, .end = search.end};
    *entry = &map_links[search.permissions >> 7];
    return 0;
}

/* Children are numbered by the page their area begins at. */
static bool next_map(const struct proc_subject *parent, u64 from, u64 *number)
{
    struct map_search search = {.start = from << PAGE_SHIFT};

    while (search_area(parent, &search) == 0) {
        if (search.start >> PAGE_SHIFT >= from) {
            *number = search.start >> PAGE_SHIFT;
            return true;
        }
        search = (struct map_search){.start = search.end}; /* it began before @from */
    }
    return false;
}

static bool put_map_name(const struct proc_subject *parent, u64 number, char *name, size_t size)
{
    struct map_search search = {.start = number << PAGE_SHIFT};

    if (search_area(parent, &search) || search.start >> PAGE_SHIFT != number)
        return false;
    snprintf(name, size, "%lx-%lx", search.start, search.end);
    return true;
}

const struct proc_directory proc_map_files_directory = {
    .find = find_map,
    .next = next_map,
    .put_name = put_map_name,
    .type = S_IFLNK,
    .changes = true,
};

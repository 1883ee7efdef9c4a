/*
 * /proc/PID/maps: the areas, one line each. The line is shared with smaps.
 */
#include "maps.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kmem/kmalloc.h>
#include <lib/printf.h>
#include <vfs/vfs.h>

#include "views.h"

/* Names begin in this column. */
#define NAME_COLUMN 73

/* => 1: what was asked for is there, or this area is the first of the next piece */
static int put_whole(const struct vma_info *info, void *argument)
{
    struct maps_writer *writer = argument;
    struct proc_text *text = writer->text;
    size_t before = text->len;

    (void)writer->put_area(info, writer);
    if (before != 0 && text->len >= PAGE_SIZE) {
        text->len = before;
        text->more = true;
        return 1;
    }
    text->next = info->end;
    text->more = text->len >= text->wanted;
    return text->more || text->failed;
}

int maps_put_areas(struct proc_text *text, int (*put_area)(const struct vma_info *, void *))
{
    struct maps_writer writer = {.text = text, .mm = proc_text_mm(text), .put_area = put_area};
    int error = -ENOMEM;

    if (!writer.mm)
        return 0;
    writer.path = kmalloc(PATH_MAX, ALLOC_WAIT);
    if (writer.path) {
        (void)mm_for_each_area(writer.mm, text->next, put_whole, &writer);
        error = 0;
    }
    kfree(writer.path);
    mm_put_user(writer.mm);
    return error;
}

static void put_numbers(struct proc_text *text, const struct vma_info *info)
{
    const char rights[] = {' ',
                           info->flags & VMA_READ ? 'r' : '-',
                           info->flags & VMA_WRITE ? 'w' : '-',
                           info->flags & VMA_EXEC ? 'x' : '-',
                           info->flags & VMA_SHARED ? 's' : 'p',
                           ' '};

    proc_put_hex(text, info->start, 8);
    proc_put(text, "-", 1);
    proc_put_hex(text, info->end, 8);
    proc_put(text, rights, sizeof(rights));
    proc_put_hex(text, info->offset, 8);
    proc_put(text, " ", 1);
    proc_put_hex(text, device_major(info->device), 2);
    proc_put(text, ":", 1);
    proc_put_hex(text, device_minor(info->device), 2);
    proc_put(text, " ", 1);
    proc_put_decimal(text, info->inode, 0);
    proc_put(text, " ", 1);
}

void maps_put_head(struct proc_text *text, const struct vma_info *info, const char *name)
{
    size_t start = text->len;

    put_numbers(text, info);
    if (name) {
        proc_print(text, "%*s", max(NAME_COLUMN - (int)(text->len - start), 1), "");
        proc_put_escaped(text, name, "\n");
    }
    proc_put(text, "\n", 1);
}

const char *maps_area_name(struct maps_writer *writer, const struct vma_info *info)
{
    u64 device, inode;

    if (!info->source)
        return info->name;
    info->source->ops->describe(info->source, writer->path, PATH_MAX, &device, &inode);
    return writer->path;
}

void maps_put_area(struct maps_writer *writer, const struct vma_info *area)
{
    struct vma_info info = *area;
    const char *name = info.name;

    if (info.source) {
        info.source->ops->describe(info.source, writer->path, PATH_MAX, &info.device, &info.inode);
        name = writer->path;
    }
    maps_put_head(writer->text, &info, name);
}

static int put_area(const struct vma_info *info, void *argument)
{
    maps_put_area(argument, info);
    return 0;
}

PROC_VIEW(maps)
{
    (void)subject;
    return maps_put_areas(text, put_area);
}

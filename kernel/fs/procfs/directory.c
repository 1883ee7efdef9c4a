/*
 * Listing: the fixed children first, then the numbered ones in order.
 *
 * Positions: 0 ".", 1 "..", 2 + i fixed child i, NUMBERS + n child number n.
 */
#include <abi/errno.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <vfs/file.h>

#include "procfs.h"

#define NUMBERS (1ul << 32)

long proc_name_number(const struct name *name)
{
    long number = 0;

    if (name->len == 0 || name->len > 9 || (name->len > 1 && name->text[0] == '0'))
        return -1;
    for (u32 i = 0; i < name->len; i++) {
        if (name->text[i] < '0' || name->text[i] > '9')
            return -1;
        number = number * 10 + (name->text[i] - '0');
    }
    return number;
}

/* Inode numbers of entries nobody has looked up yet: any that is stable will do. */
static u64 inode_hint(u64 position)
{
    return 0xF0000000u + position;
}

static bool emit(struct directory_sink *sink, const char *name, u64 next, unsigned mode)
{
    if (!sink->emit(sink, name, strlen(name), next, inode_hint(next), (mode & S_IFMT) >> 12))
        return false;
    sink->position = next;
    return true;
}

/* False: the sink is full. */
static bool list_children(const struct proc_entry *entry, struct directory_sink *sink)
{
    const struct proc_entry *child;

    if (sink->position >= NUMBERS)
        return true;
    while ((child = proc_child(entry, sink->position - 2)))
        if (!emit(sink, child->name, sink->position + 1, child->mode))
            return false;
    sink->position = NUMBERS;
    return true;
}

static void list_numbers(const struct proc_node *node, struct directory_sink *sink)
{
    const struct proc_directory *directory = node->entry->directory;
    char name[40];
    u64 number, from = sink->position - NUMBERS;

    for (; directory->next(&node->subject, from, &number); from = number + 1) {
        if (!directory->put_name)
            snprintf(name, sizeof(name), "%lu", number);
        else if (!directory->put_name(&node->subject, number, name, sizeof(name)))
            continue;
        if (!emit(sink, name, NUMBERS + number + 1, directory->type))
            return;
    }
}

static int iterate(struct file *file, struct directory_sink *sink)
{
    const struct proc_node *node = proc_node_of(file->inode);

    if (sink->position == 0 && !emit(sink, ".", 1, S_IFDIR))
        return 0;
    if (sink->position == 1 && !emit(sink, "..", 2, S_IFDIR))
        return 0;
    if (!list_children(node->entry, sink))
        return 0;
    if (node->entry->directory)
        list_numbers(node, sink);
    return 0;
}

const struct file_ops proc_directory_file_ops = {.iterate = iterate, .seek = file_seek_directory};

/*
 * Directory entries of tmpfs: the two trees (see tmpfs.h). The directory's inode.lock is held in
 * every function.
 */
#include "tmpfs.h"

#include <kmem/kmalloc.h>
#include <lib/string.h>

static struct tmpfs_directory *directory_of(const struct inode *inode)
{
    return inode->private;
}

static int name_compare(const void *key, const struct rb_node *node)
{
    const struct name *name = key;
    const struct tmpfs_entry *entry = rb_entry(node, struct tmpfs_entry, by_name);

    if (name->hash != entry->hash)
        return name->hash < entry->hash ? -1 : 1;
    if (name->len != entry->len)
        return name->len < entry->len ? -1 : 1;
    return memcmp(name->text, entry->name, name->len);
}

static int cookie_compare(const void *key, const struct rb_node *node)
{
    u64 cookie = *(const u64 *)key;
    const struct tmpfs_entry *entry = rb_entry(node, struct tmpfs_entry, by_cookie);

    return cookie < entry->cookie ? -1 : cookie > entry->cookie;
}

struct tmpfs_entry *tmpfs_entry_find(const struct inode *directory, const struct name *name)
{
    struct rb_node *parent, **link;
    struct rb_node *node =
        rb_find_place(&directory_of(directory)->names, name, name_compare, &parent, &link);

    return node == NULL ? NULL : rb_entry(node, struct tmpfs_entry, by_name);
}

struct tmpfs_entry *tmpfs_entry_create(const struct name *name, struct inode *inode)
{
    struct tmpfs_entry *entry = kmalloc(sizeof(*entry) + name->len, ALLOC_WAIT);

    if (entry == NULL)
        return NULL;
    entry->inode = inode;
    entry->hash = name->hash;
    entry->len = name->len;
    memcpy(entry->name, name->text, name->len);
    return entry;
}

void tmpfs_entry_insert(struct inode *inode, struct tmpfs_entry *entry)
{
    struct tmpfs_directory *directory = directory_of(inode);
    struct name name = {.text = entry->name, .len = entry->len, .hash = entry->hash};
    struct rb_node *parent, **link;

    entry->cookie = directory->next_cookie++;
    (void)rb_find_place(&directory->names, &name, name_compare, &parent, &link);
    rb_insert(&directory->names, &entry->by_name, parent, link);
    (void)rb_find_place(&directory->cookies, &entry->cookie, cookie_compare, &parent, &link);
    rb_insert(&directory->cookies, &entry->by_cookie, parent, link);
    inode->object.size += TMPFS_ENTRY_SIZE;
    inode_touch_modify(inode);
}

void tmpfs_entry_remove(struct inode *inode, struct tmpfs_entry *entry)
{
    struct tmpfs_directory *directory = directory_of(inode);

    rb_erase(&directory->names, &entry->by_name);
    rb_erase(&directory->cookies, &entry->by_cookie);
    inode->object.size -= TMPFS_ENTRY_SIZE;
    inode_touch_modify(inode);
    kfree(entry);
}

bool tmpfs_directory_is_empty(const struct inode *directory)
{
    return rb_is_empty(&directory_of(directory)->names);
}

struct tmpfs_entry *tmpfs_entry_at(const struct inode *directory, u64 cookie)
{
    struct rb_node *node = directory_of(directory)->cookies.node;
    struct tmpfs_entry *found = NULL;

    while (node != NULL) {
        struct tmpfs_entry *entry = rb_entry(node, struct tmpfs_entry, by_cookie);

        if (entry->cookie >= cookie) {
            found = entry;
            node = node->left;
        } else {
            node = node->right;
        }
    }
    return found;
}

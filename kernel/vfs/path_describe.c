/*
 * From a path to its name: built backwards, from the dentry up to the root, under name_lock.
 */
#include <vfs/path.h>

#include <abi/errno.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <vfs/context.h>
#include <vfs/dentry.h>
#include <vfs/inode.h>
#include <vfs/mount.h>
#include "name_cache.h"
#include "path_describe.h"
#include "pseudo.h"

/* A text that grows at its front. */
struct backward_text {
    char *start;
    char *limit;
};

static bool text_prepend(struct backward_text *text, const char *part, size_t len)
{
    if ((size_t)(text->start - text->limit) < len)
        return false;
    text->start -= len;
    memcpy(text->start, part, len);
    return true;
}

/* Prepend "/name" up to @root or the top of the tree; *reached tells which. => name_lock held */
static bool prepend_names(struct backward_text *text, const struct path *path,
                          const struct path *root, bool *reached)
{
    const struct mount *mount = path->mount;
    const struct dentry *dentry = path->dentry;

    *reached = true;
    while (mount != root->mount || dentry != root->dentry) {
        if (dentry == mount->root || dentry->parent == dentry) {
            if (mount->parent == NULL) {
                *reached = false;
                return true;
            }
            dentry = mount->mountpoint;
            mount = mount->parent;
            continue;
        }
        if (!text_prepend(text, dentry->name.text, dentry->name.len) || !text_prepend(text, "/", 1))
            return false;
        dentry = dentry->parent;
    }
    return true;
}

char *path_describe_reached(const struct path *path, const struct path *root, char *buffer,
                            size_t size, bool *reached)
{
    struct backward_text text = {.start = buffer + size, .limit = buffer};
    char *end;
    bool fits;

    *reached = true;
    if (path->mount->filesystem->flags & FILESYSTEM_INTERNAL)
        return pseudo_describe(path, buffer, size);
    fits = text_prepend(&text, "", 1);
    spin_lock(&name_lock);
    if (path->dentry->flags & DENTRY_UNLINKED)
        fits = fits && text_prepend(&text, " (deleted)", 10);
    end = text.start;
    fits = fits && prepend_names(&text, path, root, reached);
    spin_unlock(&name_lock);
    if (fits && text.start == end)
        fits = text_prepend(&text, "/", 1);
    return fits ? text.start : ERR_PTR(-ENAMETOOLONG);
}

char *dentry_describe(const struct dentry *dentry, const struct dentry *top, char *buffer,
                      size_t size)
{
    struct backward_text text = {.start = buffer + size, .limit = buffer};
    bool fits = text_prepend(&text, "", 1);

    spin_lock(&name_lock);
    while (fits && dentry != top && dentry->parent != dentry) {
        fits =
            text_prepend(&text, dentry->name.text, dentry->name.len) && text_prepend(&text, "/", 1);
        dentry = dentry->parent;
    }
    spin_unlock(&name_lock);
    if (fits && *text.start == '\0')
        fits = text_prepend(&text, "/", 1);
    return fits ? text.start : ERR_PTR(-ENAMETOOLONG);
}

char *path_describe(const struct path *path, const struct path *root, char *buffer, size_t size)
{
    bool reached;

    return path_describe_reached(path, root, buffer, size, &reached);
}

char *path_describe_current(const struct path *path, char *buffer, size_t size)
{
    struct path root;
    char *text;

    fs_context_root(vfs_current()->fs, &root);
    text = path_describe(path, &root, buffer, size);
    path_put(&root);
    return text;
}

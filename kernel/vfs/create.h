/* Making names: what open, mkdir, mknod, symlink and bind share. */
#pragma once

#include <vfs/context.h>
#include <vfs/inode.h>

/*
 * Mode, owner and group of a new node in @directory: umask, set-group-id directories.
 */
void template_init(struct inode_template *template, const struct vfs_context *context,
                   const struct inode *directory, u32 mode);

/*
 * Create in the directory at @parent, whose inode.lock is held, the node that @dentry (negative)
 * names.
 * => checks the mount and permissions; -EROFS, -EACCES, -ENOENT ...
 */
int dentry_create(const struct vfs_context *context, const struct path *parent,
                  struct dentry *dentry, const struct inode_template *template) __must_check;

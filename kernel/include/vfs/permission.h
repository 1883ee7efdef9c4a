/*
 * May this caller do that? The rules of POSIX with Linux's capabilities.
 */
#pragma once

#include <lib/types.h>

struct credentials;
struct inode;
struct inode_change;
struct path;
struct vfs_context;

#define MAY_EXEC  1u /* execute a file, search a directory */
#define MAY_WRITE 2u
#define MAY_READ  4u

/* inode_permission: 0, or -EACCES. */
int inode_permission(struct inode *inode, const struct credentials *credentials,
                     unsigned mask) __must_check;
/* With the mount too: -EROFS for writing files and directories on a read-only one; no execution on
 * noexec. */
int path_permission(const struct path *path, const struct credentials *credentials,
                    unsigned mask) __must_check;

/* The mode-bits rule by itself (file systems with their own permission operation call it). */
int inode_permission_by_mode(struct inode *inode, const struct credentials *credentials,
                             unsigned mask) __must_check;

/* Owner, or CAP_FOWNER. */
bool inode_is_owner(const struct inode *inode, const struct credentials *credentials);

/* Removing or replacing @victim in @directory, sticky bit included: 0, -EACCES, -EPERM. */
int inode_may_delete(struct inode *directory, struct inode *victim,
                     const struct credentials *credentials, bool as_directory) __must_check;
/* Making a name in @directory: 0, -EACCES, -ENOENT when it was removed. */
int inode_may_create(struct inode *directory, const struct credentials *credentials) __must_check;

/*
 * Check a change of attributes and adjust it: clears set-id bits as chown(2), chmod(2) and write(2)
 * do.
 * => -EPERM
 */
int inode_may_change(struct inode *inode, const struct credentials *credentials,
                     struct inode_change *change) __must_check;

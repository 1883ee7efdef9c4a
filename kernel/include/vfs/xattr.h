/*
 * Extended attributes (xattr(7)): names and values beside a file's contents.
 *
 * Filesystems that keep them have FILESYSTEM_ATTRIBUTES; what they take is tmpfs's choice on Linux:
 * trusted.* for CAP_SYS_ADMIN, security.*, no user.*, and no access control lists.
 */
#pragma once

#include <lib/types.h>

#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536
#define XATTR_LIST_MAX 65536
#define XATTR_CREATE   1
#define XATTR_REPLACE  2

struct inode;
struct path;

/* => -EEXIST, -ENODATA (flags), -EOPNOTSUPP, -EINVAL, -EPERM, -EACCES, -EROFS, -ENOMEM */
int xattr_set(const struct path *path, const char *name, const void *value, size_t size,
              int flags) __must_check;
/* The length; @size 0: only that. -ENODATA, -ERANGE, -EOPNOTSUPP */
ssize_t xattr_get(const struct path *path, const char *name, void *value, size_t size) __must_check;
/* Names, each with its zero byte. */
ssize_t xattr_list(const struct path *path, char *names, size_t size) __must_check;
int xattr_remove(const struct path *path, const char *name) __must_check;

/* The inode is freed. */
void xattr_destroy(struct inode *inode);

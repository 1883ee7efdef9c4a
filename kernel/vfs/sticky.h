/*
 * What may not be done with files of others in directories that many write to (proc(5):
 * fs.protected_*).
 */
#pragma once

#include <lib/types.h>

struct credentials;
struct inode;

/* The directory that a name was found in, as it was then. */
struct name_place {
    u32 mode, uid;
};
struct name_place name_place_of(const struct inode *directory);

/* Following the link @link, found in @directory, at the end of a path. */
bool sticky_allows_follow(const struct inode *directory, const struct inode *link,
                          const struct credentials *credentials);
/* Giving @inode one more name. */
bool sticky_allows_link(struct inode *inode, const struct credentials *credentials);
/* Opening @inode, which was there before, with O_CREAT. */
bool sticky_allows_create(const struct name_place *place, const struct inode *inode,
                          const struct credentials *credentials);

void sticky_init(void);

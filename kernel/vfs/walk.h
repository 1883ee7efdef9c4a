/*
 * The walk along a path as a machine: open(2) with O_CREAT needs to stop before the last component,
 * and to go on when that turns out to be a symbolic link. Others use path_lookup and
 * path_lookup_parent.
 */
#pragma once

#include <abi/limits.h>
#include <vfs/context.h>
#include <vfs/path.h>

/* What is left of a path after a symbolic link in its middle, and the buffer a link's text is in.
 */
struct walk_frame {
    char *buffer;     /* text of the link that is being walked, freed when it is done */
    const char *rest; /* continue here afterwards */
};

struct walk {
    const struct vfs_context *context;
    unsigned flags;
    struct path root;          /* ".." stops here; referenced */
    struct path current;       /* referenced */
    struct mount *start_mount; /* LOOKUP_NO_XDEV; borrowed from @root or the start */
    const char *next;          /* unread part of the innermost text */
    unsigned nr_links;         /* followed so far */
    unsigned depth;            /* frames in use */
    char *buffer;              /* the innermost text, NULL: the caller's string */
    struct name last;          /* the component that walk_parent stopped at */
    enum last_kind kind;
    bool trailing_slash; /* something follows the last component */
    struct walk_frame frames[MAXSYMLINKS];
};

/* Start at the root, @dirfd or the working directory. On success end with walk_end. */
int walk_begin(struct walk *walk, const struct vfs_context *context, int dirfd, const char *name,
               unsigned flags) __must_check;
void walk_end(struct walk *walk);

/* Walk all but the last component: current is its directory, permission to search it has been
 * checked. */
int walk_parent(struct walk *walk) __must_check;

/*
 * walk_step: go from current to its child @dentry (positive; the reference is taken over).
 * => crosses mounts; follows a symbolic link if @follow by making its text the next thing to walk:
 * *linked is then true
 */
int walk_step(struct walk *walk, struct dentry *dentry, bool follow, bool *linked) __must_check;

/* Finish after walk_parent: look the last component up, and follow. */
int walk_last(struct walk *walk) __must_check;

/*
 * The initial root: a newc cpio archive that the loader put into memory, unpacked into the root
 * file system.
 */
#pragma once

#include <lib/types.h>

/*
 * initramfs_unpack: make the archive's files.
 * => the root is mounted; what an entry fails with is reported and the rest goes on
 * => @archive: in the direct map; its memory stays the caller's
 * => the number of entries made; -EINVAL when the archive is corrupt (what came before the damage
 * is there)
 */
long initramfs_unpack(const void *archive, size_t len);

/* Steps of opening that open.c and file.c share. */
#pragma once

#include <vfs/file.h>

void file_cache_init(void);

/* A file with one reference and no path; ERR_PTR(-ENFILE, -ENOMEM). */
struct file *file_alloc(u32 flags, const struct credentials *credentials) __must_check;

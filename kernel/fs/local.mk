# Sources of the room fs: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/initramfs.c
quire_SOURCES += %D%/tmpfs/entry.c
quire_SOURCES += %D%/tmpfs/inode.c
quire_SOURCES += %D%/tmpfs/directory.c
quire_SOURCES += %D%/tmpfs/filesystem.c
quire_SOURCES += %D%/devfs/devfs.c

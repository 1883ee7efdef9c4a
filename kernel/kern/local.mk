# Sources of the room kern: one line "quire_SOURCES += %D%/FILE" each.
quire_SOURCES += %D%/cmdline.c
quire_SOURCES += %D%/failpoint.c
quire_SOURCES += %D%/panic.c
quire_SOURCES += %D%/preempt.c
quire_SOURCES += %D%/printk.c
quire_SOURCES += %D%/resource.c
quire_SOURCES += %D%/spinlock.c
quire_SOURCES += %D%/symbols.c
quire_SOURCES += %D%/sysctl.c
if DEBUG
quire_SOURCES += %D%/spinlock_check.c
endif

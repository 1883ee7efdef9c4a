# The fake machine and the frame of the tests; the parts of kern that run on it as they are.
host_SOURCES += \
	%D%/console.c \
	%D%/machine.c \
	%D%/../unit.c \
	kernel/kern/cmdline.c \
	kernel/kern/failpoint.c \
	kernel/kern/preempt.c \
	kernel/kern/spinlock.c \
	kernel/kern/spinlock_check.c \
	kernel/kern/sysctl.c


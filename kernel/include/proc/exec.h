/*
 * Executing programs (execve(2)): ELF and #! scripts.
 */
#pragma once

#include <lib/types.h>

struct trap_frame;

/*
 * exec_user: execve and execveat for the current task.
 * => on success @frame starts the new program, and the result is 0
 * => errors as execve(2); past the point of no return SIGSEGV is forced as well
 */
long exec_user(struct trap_frame *frame, int directory_fd, const char __user *path,
               const char __user *const __user *argv, const char __user *const __user *envp,
               int flags);

/* The same from kernel memory, for pid 1. */
long exec_kernel(struct trap_frame *frame, const char *path, const char *const *argv,
                 const char *const *envp);

/* kernel.randomize_va_space, norandmaps on the command line. => once, at boot */
void exec_init(void);

/*
 * test.h: what every system test is written with.
 *
 * A test is a program whose standard output is its result: the same binary is run on Linux, where
 * the output is recorded as NAME.expected, and on Quire, whose output must be equal to it. So a
 * test prints what the kernel answered, never an address, a process number or a time.
 *
 *      call("close twice", close(fd));          close twice: EBADF
 *      yes("page is zero", *p == 0);            page is zero: yes
 *      say("size %ld", size);                   size 4096
 */

#ifndef TESTS_SYSTEM_TEST_H
#define TESTS_SYSTEM_TEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE            4096UL
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* say: print one line, at once (no buffer that a fork could double). */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* call: print what a system call answered: the value, or the name of errno for -1. */
#define call(label, expression) (errno = 0, call_report((label), (long)(expression)))
long call_report(const char *label, long value);

/* call_ok: as call, but for values that differ between runs (descriptors, pids): "ok" or errno. */
#define call_ok(label, expression) (errno = 0, call_ok_report((label), (long)(expression)))
long call_ok_report(const char *label, long value);

/* yes: print whether @condition holds. */
#define yes(label, condition) yes_report((label), (condition))
bool yes_report(const char *label, bool condition);

/* must: end the test with a message where its preparation fails; => the value */
#define must(expression) (errno = 0, must_report(#expression, (long)(expression), __LINE__))
long must_report(const char *text, long value, int line);

const char *errno_name(int error);
const char *signal_name(int number);
const char *signal_code_name(int number, int code);

/* map: anonymous private memory of @len bytes, read-write, or the end of the test. */
char *map(size_t len);
/* map_prot: the same with protection @prot. */
char *map_prot(size_t len, int prot);
/* map_in_hole: @len bytes with one unmapped page on either side (and no-access pages beyond). */
char *map_in_hole(size_t len);

/*
 * probe_read, probe_write, probe_exec: touch the byte at @address.
 * => prints "LABEL: ok" or e.g. "LABEL: SIGSEGV SEGV_MAPERR, address as accessed"
 */
void probe_read(const char *label, const void *address);
void probe_write(const char *label, void *address);
void probe_exec(const char *label, const void *address);
/* faults: whether reading (or writing) at @address raises a signal; prints nothing. */
bool faults_on_read(const void *address);
bool faults_on_write(void *address);
/* the signal that the access raises, such as "SIGSEGV SEGV_MAPERR", or NULL; valid until the next.
 */
const char *fault_of_read(const void *address);
const char *fault_of_write(void *address);
const char *fault_of_exec(const void *address);

/* in_child: run @body in a forked child. => prints "LABEL: exit N" or "LABEL: killed by SIG..." */
void in_child(const char *label, void (*body)(void));
/* status_report: print a wait status the same way. */
void status_report(const char *label, int status);

/* maps_find: the line of /proc/self/maps that holds @address, or false; allocates nothing. */
struct maps_line {
    unsigned long start, end, offset, inode;
    unsigned major, minor;
    char prot[5];
    char path[256];
};
bool maps_find(const void *address, struct maps_line *line);

/* smaps_kilobytes: the number of a line ("Locked") of the area that holds @address, -1: none. */
long smaps_kilobytes(const void *address, const char *key);
/* smaps_flags: the words of its VmFlags line that stand in @wanted ("lo dc"), into @found. */
const char *smaps_flags(const void *address, const char *wanted, char found[64]);
/* status_kilobytes: a line of /proc/self/status ("VmLck"); meminfo_kilobytes: of /proc/meminfo. */
long status_kilobytes(const char *key);
long meminfo_kilobytes(const char *key);
/* minor_faults: of this process so far. */
long minor_faults(void);

/* file_make: a new file of @len bytes with byte i = i % 251; => open read-write */
int file_make(const char *path, size_t len);
/* file_put: a new file with this text. */
void file_put(const char *path, const char *text, int mode);
/* file_text: up to @len - 1 bytes of a file as a string; => the length or -1 */
long file_text(const char *path, char *text, size_t len);

/* nap: sleep this many milliseconds, for the few tests that must let another process run. */
void nap(int milliseconds);
/* milliseconds since @since. */
long elapsed(const struct timespec *since);

/* wait_until_asleep: until that child sleeps in a call that a signal would end, or has ended. */
void wait_until_asleep(pid_t pid);

/* is_quire: whether the kernel is Quire, for what only Quire promises or shows. */
bool is_quire(void);

/* become_user: drop to an ordinary user (uid and gid 1000, no groups); ends the test on failure. */
void become_user(void);

#endif

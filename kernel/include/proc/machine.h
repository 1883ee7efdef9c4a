/*
 * The machine as a whole: its names, and how it ends (uname(2), sethostname(2), reboot(2)).
 */
#pragma once

#include <abi/utsname.h>

struct io_buffer;

void machine_names_get(struct abi_utsname *names);
int machine_set_hostname(const char *name, size_t len) __must_check;
int machine_set_domainname(const char *name, size_t len) __must_check;

/* Drivers register how to power off and to reset, most preferred last; each returns if it could
 * not. */
void machine_register_power_off(void (*power_off)(void));
void machine_register_restart(void (*restart)(void));
__noreturn void machine_power_off(void);
__noreturn void machine_restart(void);
__noreturn void machine_halt(void);
/* Does Ctrl-Alt-Delete restart at once (else init gets SIGINT)? */
void machine_ctrl_alt_delete_set(bool at_once);
bool machine_ctrl_alt_delete_get(void);
/* reboot(2) with the magic numbers already checked. */
long machine_reboot(unsigned command);

/* Cryptographic randomness: from the processor, interrupts' timing and the boot information. */
void machine_random_bytes(void *bytes, size_t len);

/*
 * machine_random_chunk: the next @len bytes of a request that may be long, made without a lock.
 * => @stream is {} before the first chunk; all but the last have the full size; the caller wipes
 *    both, the chunk also behind @len
 */
#define MACHINE_RANDOM_CHUNK 256
struct random_stream;
void machine_random_chunk(struct random_stream *stream, u8 chunk[MACHINE_RANDOM_CHUNK], size_t len);
void machine_random_stir(const void *entropy, size_t len);
u64 machine_random_u64(void);

/* sysinfo(2), syslog(2). */
void machine_sysinfo_get(struct abi_sysinfo *info);
long machine_syslog(int action, char __user *buffer, int len);

/* May the caller do that with the log (syslog(2), dmesg_restrict)? => 0, -EPERM */
int machine_log_permission(int action) __must_check;
/* What SYSLOG_READ reads next, which is read once in the whole system. => waits for some; bytes,
 * -EFAULT, -ERESTARTSYS */
long machine_log_read(struct io_buffer *buffer);
/* How many bytes of it there are. */
long machine_log_unread(void);
/* Its settings. => once, at boot */
void machine_log_init(void);

void machine_init(void);

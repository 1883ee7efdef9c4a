/*
 * The machine's names, its end, and its randomness.
 */
#include <proc/machine.h>

#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/identity.h>
#include <arch/power.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <kern/printk.h>
#include <kern/spinlock.h>
#include <lib/atomic.h>
#include <lib/random.h>
#include <lib/string.h>
#include <time/time.h>

#define HOOKS_MAX 4
#define FEW_BYTES 128 /* taken from the generator itself */

static struct spinlock names_lock = SPINLOCK_INIT(LOCK_RANK_ACCOUNT);
static struct abi_utsname names = {
    .sysname = "Linux",
    .nodename = "(none)",
    .release = "6.1.0-quire",
    .version = "#1 SMP PREEMPT Quire 0.1",
    .machine = "x86_64",
    .domainname = "(none)",
}; /* (names_lock) */

void machine_names_get(struct abi_utsname *copy)
{
    irqflags_t flags = spin_lock_irqsave(&names_lock);

    *copy = names;
    spin_unlock_irqrestore(&names_lock, flags);
}

static int set_name(char field[UTS_LEN + 1], const char *name, size_t len)
{
    irqflags_t flags;

    if (len > UTS_LEN)
        return -EINVAL;
    flags = spin_lock_irqsave(&names_lock);
    memset(field, 0, UTS_LEN + 1);
    memcpy(field, name, len);
    spin_unlock_irqrestore(&names_lock, flags);
    return 0;
}

int machine_set_hostname(const char *name, size_t len)
{
    return set_name(names.nodename, name, len);
}

int machine_set_domainname(const char *name, size_t len)
{
    return set_name(names.domainname, name, len);
}

/* Ending. */

static void (*power_offs[HOOKS_MAX])(void);
static void (*restarts[HOOKS_MAX])(void);
static unsigned nr_power_offs, nr_restarts;

void machine_register_power_off(void (*power_off)(void))
{
    if (nr_power_offs < HOOKS_MAX)
        power_offs[nr_power_offs++] = power_off;
}

void machine_register_restart(void (*restart)(void))
{
    if (nr_restarts < HOOKS_MAX)
        restarts[nr_restarts++] = restart;
}

void machine_halt(void)
{
    pr_emerg("reboot: System halted\n");
    irq_disable();
    arch_stop_other_cpus();
    cpu_halt_forever();
}

void machine_power_off(void)
{
    pr_emerg("reboot: Power down\n");
    for (unsigned i = nr_power_offs; i > 0; i--)
        power_offs[i - 1]();
    machine_halt();
}

void machine_restart(void)
{
    pr_emerg("reboot: Restarting system\n");
    for (unsigned i = nr_restarts; i > 0; i--)
        restarts[i - 1]();
    arch_reset();
}

/* What Ctrl-Alt-Delete does: restart at once, or tell init (reboot(2)). */
static bool restart_at_once = true;

void machine_ctrl_alt_delete_set(bool at_once)
{
    WRITE_ONCE(restart_at_once, at_once);
}

bool machine_ctrl_alt_delete_get(void)
{
    return READ_ONCE(restart_at_once);
}

long machine_reboot(unsigned command)
{
    switch (command) {
    case REBOOT_RESTART:
    case REBOOT_RESTART2:
        machine_restart();
    case REBOOT_HALT:
        machine_halt();
    case REBOOT_POWER_OFF:
        machine_power_off();
    case REBOOT_CAD_ON:
    case REBOOT_CAD_OFF:
        machine_ctrl_alt_delete_set(command == REBOOT_CAD_ON);
        return 0;
    default:
        return -EINVAL;
    }
}

/* Randomness. */

static struct spinlock random_lock = SPINLOCK_INIT(LOCK_RANK_ACCOUNT);
static struct random_generator generator; /* (random_lock) */

/* Whatever differs from machine to machine and from boot to boot. => random_lock held */
static void stir_from_machine(void)
{
    u64 entropy[8] = {0};

    for (size_t i = 0; i < 4; i++) {
        if (!arch_random(&entropy[i]))
            entropy[i] = 0;
    }
    entropy[4] = arch_cycles();
    entropy[5] = arch_clock_ns();
    entropy[6] = (u64)time_realtime_ns();
    entropy[7] = (u64)(uintptr_t)&entropy;
    random_stir(&generator, entropy, sizeof(entropy));
    memzero_secret(entropy, sizeof(entropy));
}

/* => random_lock held */
static void stir_before(size_t len)
{
    u64 cycles = arch_cycles();

    /* Only then: it costs 6,000 instructions, and an exec takes nine times a few bytes. */
    if (random_is_short(&generator, len))
        random_stir(&generator, &cycles, sizeof(cycles));
}

void machine_random_bytes(void *bytes, size_t len)
{
    irqflags_t flags = spin_lock_irqsave(&random_lock);

    stir_before(len);
    random_bytes(&generator, bytes, len);
    spin_unlock_irqrestore(&random_lock, flags);
}

static void stream_begin(struct random_stream *stream)
{
    irqflags_t flags = spin_lock_irqsave(&random_lock);

    stir_before(sizeof(stream->key));
    random_stream_begin(stream, &generator);
    spin_unlock_irqrestore(&random_lock, flags);
}

void machine_random_chunk(struct random_stream *stream, u8 chunk[MACHINE_RANDOM_CHUNK], size_t len)
{
    if (stream->counter == 0 && len <= FEW_BYTES) {
        machine_random_bytes(chunk, len);
        return;
    }
    if (stream->counter == 0)
        stream_begin(stream);
    for (size_t at = 0; at < len; at += RANDOM_BLOCK)
        random_stream_block(stream, &chunk[at]);
}

u64 machine_random_u64(void)
{
    u64 value;

    machine_random_bytes(&value, sizeof(value));
    return value;
}

void machine_random_stir(const void *entropy, size_t len)
{
    irqflags_t flags = spin_lock_irqsave(&random_lock);

    random_stir(&generator, entropy, len);
    spin_unlock_irqrestore(&random_lock, flags);
}

void machine_init(void)
{
    random_init(&generator, &names, sizeof(names));
    stir_from_machine();
    machine_log_init();
}

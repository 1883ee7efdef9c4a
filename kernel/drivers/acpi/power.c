/*
 * Power-off and reset through ACPI's fixed hardware (ACPI 6.4, 4.8.3 and 7.4.2): the FADT names the
 * PM1 control registers, the \_S5 package in the DSDT the value that turns the machine off.
 *
 * There is no AML interpreter here. \_S5 is found by its name and read as what it always is, a
 * package of small integers; anything else is left alone and power-off answers by halting.
 */
#include <drivers/drivers.h>

#include <abi/errno.h>
#include <arch/acpi.h>
#include <arch/port.h>
#include <kern/printk.h>
#include <kern/resource.h>
#include <lib/string.h>
#include <proc/machine.h>

/* The part of the FADT that is used; offsets are the specification's. */
struct fadt {
    struct acpi_header header;
    u32 firmware_control;
    u32 dsdt;
    u8 reserved, profile;
    u16 sci_interrupt;
    u32 smi_command;
    u8 acpi_enable, acpi_disable, s4_request, pstate_control;
    u32 pm1a_event, pm1b_event, pm1a_control, pm1b_control;
    u8 middle[40];
    u32 flags;
    u8 reset_space, reset_width, reset_offset, reset_access;
    u64 reset_address;
    u8 reset_value;
} __packed;
_Static_assert(offsetof(struct fadt, pm1a_control) == 64, "FADT");
_Static_assert(offsetof(struct fadt, flags) == 112, "FADT");
_Static_assert(offsetof(struct fadt, reset_address) == 120, "FADT");

#define FADT_RESET_SUPPORTED (1u << 10)
#define SPACE_IO             1

#define PM1_SCI_ENABLE   1u
#define PM1_SLEEP_TYPE   10
#define PM1_SLEEP_ENABLE (1u << 13)

/* AML byte codes. */
#define AML_ZERO    0x00
#define AML_ONE     0x01
#define AML_NAME    0x08
#define AML_BYTE    0x0A
#define AML_PACKAGE 0x12

static struct {
    u16 pm1a, pm1b;  /* control registers; 0: none */
    u16 smi_command; /* where ACPI mode is switched on; 0: it is on */
    u8 enable_value;
    u8 type_a, type_b; /* sleep types of state S5 */
    u16 reset_port;    /* 0: none */
    u8 reset_value;
} power; /* (I) after boot */

/* One small integer; false: it is something else. */
static bool read_integer(const u8 **at, const u8 *end, u8 *value)
{
    if (*at >= end)
        return false;
    switch (**at) {
    case AML_ZERO:
    case AML_ONE:
        *value = *(*at)++;
        return true;
    case AML_BYTE:
        if (end - *at < 2)
            return false;
        *value = (*at)[1];
        *at += 2;
        return true;
    default:
        return false;
    }
}

/* The package behind "_S5_": PackageOp, a length of 1 to 4 bytes, the count of elements, elements.
 */
static bool read_package(const u8 *at, const u8 *end)
{
    size_t length_bytes;

    if (end - at < 4 || *at++ != AML_PACKAGE)
        return false;
    length_bytes = 1u + (*at >> 6);
    if ((size_t)(end - at) < length_bytes + 1)
        return false;
    at += length_bytes + 1;
    return read_integer(&at, end, &power.type_a) && read_integer(&at, end, &power.type_b);
}

static bool find_s5(const u8 *code, size_t len)
{
    const u8 *end = code + len;

    for (size_t i = 1; i + 4 < len; i++) {
        bool named =
            code[i - 1] == AML_NAME || (i > 1 && code[i - 1] == '\\' && code[i - 2] == AML_NAME);

        if (named && memcmp(code + i, "_S5_", 4) == 0 && read_package(code + i + 4, end))
            return true;
    }
    return false;
}

/* Some firmware boots with the legacy mode on: ACPI's registers then do nothing. */
static void enable_acpi_mode(void)
{
    if (!power.smi_command || (port_read16(power.pm1a) & PM1_SCI_ENABLE))
        return;
    port_write8(power.smi_command, power.enable_value);
    for (unsigned i = 0; i < 100000 && !(port_read16(power.pm1a) & PM1_SCI_ENABLE); i++)
        port_read8(0x80);
}

static void write_sleep(u16 port, u8 type)
{
    port_write16(port, (u16)((port_read16(port) & PM1_SCI_ENABLE) |
                             (u32)(type & 7) << PM1_SLEEP_TYPE | PM1_SLEEP_ENABLE));
}

static void power_off(void)
{
    enable_acpi_mode();
    write_sleep(power.pm1a, power.type_a);
    if (power.pm1b)
        write_sleep(power.pm1b, power.type_b);
}

static void restart(void)
{
    port_write8(power.reset_port, power.reset_value);
}

static void read_fadt(const struct fadt *fadt)
{
    if (fadt->header.len < offsetof(struct fadt, middle))
        return;
    power.pm1a = (u16)fadt->pm1a_control;
    power.pm1b = (u16)fadt->pm1b_control;
    power.smi_command = (u16)fadt->smi_command;
    if (power.pm1a)
        resource_claim(RESOURCE_PORTS, power.pm1a, 2, "ACPI PM1a_CNT_BLK");
    if (power.pm1b)
        resource_claim(RESOURCE_PORTS, power.pm1b, 2, "ACPI PM1b_CNT_BLK");
    power.enable_value = fadt->acpi_enable;
    if (fadt->header.len >= sizeof(*fadt) && (fadt->flags & FADT_RESET_SUPPORTED) &&
        fadt->reset_space == SPACE_IO) {
        power.reset_port = (u16)fadt->reset_address;
        power.reset_value = fadt->reset_value;
    }
}

void acpi_power_init(void)
{
    const struct fadt *fadt = (const struct fadt *)acpi_table_find("FACP", 0);
    const struct acpi_header *dsdt;

    if (!fadt)
        return;
    read_fadt(fadt);
    if (power.reset_port)
        machine_register_restart(restart);
    dsdt = acpi_table_find("DSDT", 0);
    if (!power.pm1a || !dsdt || !find_s5((const u8 *)(dsdt + 1), dsdt->len - sizeof(*dsdt))) {
        pr_info("acpi: no way to power off");
        return;
    }
    machine_register_power_off(power_off);
}

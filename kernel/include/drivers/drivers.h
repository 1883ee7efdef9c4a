/*
 * Bringing up the devices of a PC.
 */
#pragma once

#include <arch/boot.h>

/* Terminals and what they stand on. => after proc_init; sleeping is allowed */
void tty_drivers_init(const struct boot_info *boot);

/* Power-off and reset through ACPI. => after proc_init */
void acpi_power_init(void);

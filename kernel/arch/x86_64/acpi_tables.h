/*
 * ACPI tables, the half that runs at boot.
 */
#pragma once

#include <arch/acpi.h>
#include <arch/boot.h>

/* Read the directory from boot->acpi_root, or look for it; on the boot tables. */
void acpi_tables_init(struct boot_info *boot);

/* Map every table found into the direct map: before the final tables are loaded. */
void acpi_tables_map(void);

/* What the MADT says. */
#define MADT_IO_APICS_MAX 8

struct madt_io_apic {
    paddr_t address;
    u32 first_line;
};

struct madt_override {
    u32 line; /* global number an ISA interrupt is wired to */
    bool present;
    bool active_low;
    bool level;
};

struct madt {
    paddr_t local_apic;
    unsigned nr_cpus; /* at least 1: [0] is the CPU that boots */
    u32 apic_ids[16];
    unsigned nr_io_apics;
    struct madt_io_apic io_apics[MADT_IO_APICS_MAX];
    struct madt_override isa[16];
};
extern struct madt madt;

/* => without a MADT: one CPU, no I/O APIC */
void madt_parse(u32 boot_apic_id);

/* The FADT: where the power-management timer is (port, 0: none), and the century register of the
 * RTC. */
u16 acpi_pm_timer_port(bool *is_32_bit);
u8 acpi_century_register(void);

/* The HPET's registers, 0: none. */
paddr_t acpi_hpet_address(void);

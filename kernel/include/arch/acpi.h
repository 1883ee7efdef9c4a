/*
 * The firmware's ACPI tables: found and checked at boot, readable for ever.
 */
#pragma once

#include <lib/types.h>

struct acpi_header {
    char signature[4];
    u32 len; /* header included */
    u8 revision;
    u8 checksum;
    char oem_id[6];
    char oem_table_id[8];
    u32 oem_revision;
    u32 creator_id;
    u32 creator_revision;
} __packed;

/* acpi_table_find: the @index-th table with the four-letter @signature ("DSDT" included), whole and
 * with a right checksum; NULL when there is none. */
const struct acpi_header *acpi_table_find(const char *signature, unsigned index);

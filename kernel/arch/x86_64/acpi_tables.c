/*
 * Finding the ACPI tables and reading the static ones. (ACPI specification 6.4, chapter 5.)
 *
 * The directory is read once on the boot tables and remembered; the byte code in DSDT and SSDT is
 * the business of drivers/acpi.
 */
#include "acpi_tables.h"
#include "boot.h"
#include "kernel_map.h"

#include <arch/cpu.h>
#include <arch/memory.h>
#include <arch/upcall.h>
#include <lib/string.h>

#define ACPI_TABLES_MAX 64

struct rsdp {
    char signature[8]; /* "RSD PTR " */
    u8 checksum;
    char oem_id[6];
    u8 revision;
    u32 rsdt;
    u32 len; /* revision >= 2 */
    u64 xsdt;
    u8 extended_checksum;
    u8 reserved[3];
} __packed;

struct fadt { /* the part in use */
    struct acpi_header header;
    u32 facs, dsdt;
    u8 reserved0[32];
    u32 pm_timer_port; /* offset 76 */
    u8 reserved1[28];
    u8 century; /* offset 108 */
    u8 reserved2[3];
    u32 flags; /* offset 112 */
    u8 reserved3[24];
    u64 x_dsdt; /* offset 140 */
} __packed;

#define FADT_TIMER_32_BIT (1u << 8)

struct hpet_table {
    struct acpi_header header;
    u32 event_block;
    u8 space, bit_width, bit_offset, access;
    u64 address;
} __packed;

_Static_assert(offsetof(struct fadt, pm_timer_port) == 76, "FADT layout");
_Static_assert(offsetof(struct fadt, century) == 108, "FADT layout");
_Static_assert(offsetof(struct fadt, x_dsdt) == 140, "FADT layout");

struct madt madt;

static const struct acpi_header *tables[ACPI_TABLES_MAX]; /* (I) after init; direct-map addresses */
static unsigned nr_tables;

static bool sum_is_zero(const void *start, u64 len)
{
    const u8 *bytes = start;
    u8 sum = 0;

    for (u64 i = 0; i < len; i++)
        sum += bytes[i];
    return sum == 0;
}

static void remember(paddr_t paddr)
{
    const struct acpi_header *header = boot_pointer(paddr, sizeof(*header));

    if (!header || header->len < sizeof(*header) || !boot_pointer(paddr, header->len))
        return;
    if (!sum_is_zero(header, header->len)) {
        arch_warn("acpi: table %.4s at %#lx has a wrong checksum, ignored\n", header->signature,
                  paddr);
        return;
    }
    if (nr_tables < ACPI_TABLES_MAX)
        tables[nr_tables++] = header;
}

/* The directory: a header and then physical addresses of @width bytes, not aligned. */
static void read_directory(paddr_t paddr, unsigned width)
{
    const struct acpi_header *header = boot_pointer(paddr, sizeof(*header));
    const char *entry, *end;

    if (!header || header->len < sizeof(*header) || !boot_pointer(paddr, header->len) ||
        !sum_is_zero(header, header->len))
        return;
    entry = (const char *)(header + 1);
    end = (const char *)header + header->len;
    for (; entry + width <= end; entry += width) {
        u64 address = 0;

        memcpy(&address, entry, width);
        remember(address);
    }
}

static bool is_root(const struct rsdp *root)
{
    return memcmp(root->signature, "RSD PTR ", 8) == 0 && sum_is_zero(root, 20);
}

static const struct rsdp *find_root(const struct boot_info *boot)
{
    const struct rsdp *root = boot_pointer(boot->acpi_root, sizeof(*root));

    if (root && is_root(root))
        return root;
    for (paddr_t at = 0xE0000; at < 0x100000; at += 16) {
        root = boot_pointer(at, sizeof(*root));
        if (is_root(root))
            return root;
    }
    return NULL;
}

void acpi_tables_init(struct boot_info *boot)
{
    const struct rsdp *root = find_root(boot);
    const struct acpi_header *fadt;

    if (!root) {
        boot->acpi_root = 0;
        return;
    }
    boot->acpi_root = virt_to_phys(root);
    if (root->revision >= 2 && root->xsdt)
        read_directory(root->xsdt, 8);
    else
        read_directory(root->rsdt, 4);
    fadt = acpi_table_find("FACP", 0);
    if (fadt && fadt->len >= sizeof(struct fadt) && ((const struct fadt *)fadt)->x_dsdt)
        remember(((const struct fadt *)fadt)->x_dsdt);
    else if (fadt)
        remember(((const struct fadt *)fadt)->dsdt);
}

void acpi_tables_map(void)
{
    for (unsigned i = 0; i < nr_tables; i++)
        kernel_map_direct(virt_to_phys(tables[i]), tables[i]->len);
}

const struct acpi_header *acpi_table_find(const char *signature, unsigned index)
{
    for (unsigned i = 0; i < nr_tables; i++) {
        if (memcmp(tables[i]->signature, signature, 4) == 0 && index-- == 0)
            return tables[i];
    }
    return NULL;
}

u16 acpi_pm_timer_port(bool *is_32_bit)
{
    const struct fadt *fadt = (const struct fadt *)acpi_table_find("FACP", 0);

    if (!fadt || fadt->header.len < offsetof(struct fadt, reserved3))
        return 0;
    *is_32_bit = fadt->flags & FADT_TIMER_32_BIT;
    return fadt->pm_timer_port;
}

u8 acpi_century_register(void)
{
    const struct fadt *fadt = (const struct fadt *)acpi_table_find("FACP", 0);

    return fadt && fadt->header.len > offsetof(struct fadt, century) ? fadt->century : 0;
}

paddr_t acpi_hpet_address(void)
{
    const struct hpet_table *hpet = (const struct hpet_table *)acpi_table_find("HPET", 0);

    if (!hpet || hpet->header.len < sizeof(*hpet) || hpet->space != 0)
        return 0;
    return hpet->address;
}

/* ---- MADT ---- */

struct madt_table {
    struct acpi_header header;
    u32 local_apic;
    u32 flags;
} __packed;

enum { MADT_LOCAL_APIC, MADT_IO_APIC, MADT_OVERRIDE, MADT_LOCAL_APIC_ADDRESS = 5, MADT_X2APIC = 9 };

#define MADT_CPU_ENABLED 1u

static u32 read32(const u8 *bytes)
{
    u32 value;

    memcpy(&value, bytes, sizeof(value));
    return value;
}

static void add_cpu(u32 apic_id, u32 flags)
{
    if (!(flags & MADT_CPU_ENABLED) || apic_id == madt.apic_ids[0])
        return;
    if (madt.nr_cpus == ARCH_MAX_CPUS) {
        arch_warn("acpi: more than %u processors, rest left alone\n", ARCH_MAX_CPUS);
        return;
    }
    madt.apic_ids[madt.nr_cpus++] = apic_id;
}

static void add_override(const u8 *entry)
{
    u16 flags = entry[8] | entry[9] << 8;

    if (entry[3] >= ARRAY_SIZE(madt.isa))
        return;
    madt.isa[entry[3]] = (struct madt_override){
        .line = read32(entry + 4),
        .present = true,
        .active_low = (flags & 3) == 3,
        .level = (flags >> 2 & 3) == 3,
    };
}

static void add_entry(const u8 *entry, u8 len)
{
    switch (entry[0]) {
    case MADT_LOCAL_APIC:
        if (len >= 8)
            add_cpu(entry[3], read32(entry + 4));
        break;
    case MADT_X2APIC:
        if (len >= 16)
            add_cpu(read32(entry + 4), read32(entry + 8));
        break;
    case MADT_IO_APIC:
        if (len >= 12 && madt.nr_io_apics < MADT_IO_APICS_MAX)
            madt.io_apics[madt.nr_io_apics++] =
                (struct madt_io_apic){read32(entry + 4), read32(entry + 8)};
        break;
    case MADT_OVERRIDE:
        if (len >= 10)
            add_override(entry);
        break;
    case MADT_LOCAL_APIC_ADDRESS:
        if (len >= 12)
            memcpy(&madt.local_apic, entry + 4, 8);
        break;
    }
}

void madt_parse(u32 boot_apic_id)
{
    const struct madt_table *table = (const struct madt_table *)acpi_table_find("APIC", 0);
    const u8 *entry, *end;

    madt.nr_cpus = 1;
    madt.apic_ids[0] = boot_apic_id;
    madt.local_apic = 0xFEE00000;
    if (!table || table->header.len < sizeof(*table))
        return;
    madt.local_apic = table->local_apic;
    entry = (const u8 *)(table + 1);
    end = (const u8 *)table + table->header.len;
    while (end - entry >= 2 && entry[1] >= 2 && entry[1] <= end - entry) {
        add_entry(entry, entry[1]);
        entry += entry[1];
    }
}

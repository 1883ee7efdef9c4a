/* What this machine's own parts occupy. */
#include <arch/resource.h>

#include "acpi_tables.h"
#include "boot.h"
#include "clock.h"

#include <arch/memory.h>

#define IO_APIC_LEN    0x400
#define LOCAL_APIC_LEN 0x1000
#define HPET_LEN       0x400
#define PM_TIMER_LEN   4

typedef void claim_function(enum resource_space space, u64 start, u64 len, const char *name);

static void claim_image(claim_function *claim, const char *start, const char *end, const char *name)
{
    claim(RESOURCE_MEMORY, virt_to_phys(start), (u64)(end - start), name);
}

void arch_resources(claim_function *claim)
{
    static const struct {
        u16 start, len;
        const char *name;
    } ports[] = {
        {0x20, 2, "pic1"},        {0xa0, 2, "pic2"}, {0x40, 4, "timer0"},
        {0x61, 1, "timer0 gate"}, {0x70, 2, "rtc0"},
    };

    claim_image(claim, kernel_text_start, kernel_text_end, "Kernel code");
    claim_image(claim, kernel_rodata_start, kernel_rodata_end, "Kernel rodata");
    claim_image(claim, kernel_data_start, kernel_data_end, "Kernel data");
    for (unsigned i = 0; i < madt.nr_io_apics; i++)
        claim(RESOURCE_MEMORY, madt.io_apics[i].address, IO_APIC_LEN, "IOAPIC");
    claim(RESOURCE_MEMORY, madt.local_apic, LOCAL_APIC_LEN, "Local APIC");
    if (clock_hpet_address() != 0)
        claim(RESOURCE_MEMORY, clock_hpet_address(), HPET_LEN, "HPET");
    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++)
        claim(RESOURCE_PORTS, ports[i].start, ports[i].len, ports[i].name);
    if (clock_pm_timer_port() != 0)
        claim(RESOURCE_PORTS, clock_pm_timer_port(), PM_TIMER_LEN, "ACPI PM_TMR");
}

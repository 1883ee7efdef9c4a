/*
 * Bringing one CPU into the state all CPUs run in: feature bits, tables, system call entry, APIC.
 */
#pragma once

void cpu_start(unsigned cpu);

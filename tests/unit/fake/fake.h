/*
 * The fake machine: the kernel's rooms lib, kern (part), kmem and mm in one host process.
 *
 * One host thread plays all CPUs, one at a time. Frames are real memory; sanitizers see everything
 * the kernel does except what lies inside frames. Spin locks are the kernel's own with their
 * checks. The machine starts once per program.
 */
#pragma once

#include <arch/cpu.h>
#include <lib/types.h>

/* Start with @megabytes of RAM (in two ranges with a hole) and @cpus CPUs; runs kmem_init. */
void fake_machine_start(unsigned megabytes, unsigned cpus);

/* The same without kmem_init: physical memory and CPUs only. */
void fake_machine_start_bare(unsigned megabytes, unsigned cpus);

/* Continue as another CPU; the present one holds no spin lock. */
void fake_cpu_switch(unsigned cpu);

/* Bytes of kernel mappings that exist in the vmalloc window. */
u64 fake_kernel_mapped(void);

/* Make the next @n-th call of arch_kernel_map fail (1: the next); 0: none. */
void fake_kernel_map_fail(unsigned nth);

/* What arch_set_memory_source was given. */
const struct arch_memory_source *fake_memory_source(void);

/* In a child process: further writes to physical memory are not seen by the parent. */
void fake_memory_detach(void);

/* Where panic messages go instead of ending the program with a core: see EXPECT_PANIC. */
void fake_panic_exit_with(int status, int descriptor);

/* Let printk be silent: for tests that provoke messages. */
void fake_printk_silence(bool silent);

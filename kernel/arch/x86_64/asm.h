/*
 * Numbers that C and assembly share: selectors, control bits, model-specific registers, offsets.
 * Plain #defines only. thread.c asserts that the offsets are those of the structures.
 */
#pragma once

#define KERNEL_BASE      0xFFFFFFFF80000000
#define DIRECT_MAP_INDEX 273 /* of DIRECT_MAP_BASE in the top table */

#define BOOT_BY_MULTIBOOT2 0
#define BOOT_BY_PVH        1

/* Selectors. The order is what syscall and sysret require: kernel CS, SS; user 32-bit CS, SS, CS.
 */
#define KERNEL_CS      0x08
#define KERNEL_SS      0x10
#define USER_CS32      0x23
#define USER_SS        0x2B
#define USER_CS        0x33
#define TSS_SEL        0x40
#define CPU_NUMBER_SEL 0x53 /* its limit is node << 12 | cpu: getcpu in the vDSO */

#define CR0_PE (1 << 0)
#define CR0_MP (1 << 1)
#define CR0_EM (1 << 2)
#define CR0_TS (1 << 3)
#define CR0_ET (1 << 4)
#define CR0_NE (1 << 5)
#define CR0_WP (1 << 16)
#define CR0_AM (1 << 18)
#define CR0_NW (1 << 29)
#define CR0_CD (1 << 30)
#define CR0_PG (1 << 31)

#define CR4_TSD        (1 << 2)
#define CR4_DE         (1 << 3)
#define CR4_PAE        (1 << 5)
#define CR4_MCE        (1 << 6)
#define CR4_PGE        (1 << 7)
#define CR4_OSFXSR     (1 << 9)
#define CR4_OSXMMEXCPT (1 << 10)
#define CR4_UMIP       (1 << 11)
#define CR4_FSGSBASE   (1 << 16)
#define CR4_PCIDE      (1 << 17)
#define CR4_OSXSAVE    (1 << 18)
#define CR4_SMEP       (1 << 20)
#define CR4_SMAP       (1 << 21)
#define CR4_PKE        (1 << 22)

#define MSR_APIC_BASE      0x1B
#define MSR_SYSENTER_CS    0x174
#define MSR_PAT            0x277
#define MSR_TSC_DEADLINE   0x6E0
#define MSR_X2APIC         0x800
#define MSR_EFER           0xC0000080
#define MSR_STAR           0xC0000081
#define MSR_LSTAR          0xC0000082
#define MSR_CSTAR          0xC0000083
#define MSR_FMASK          0xC0000084
#define MSR_FS_BASE        0xC0000100
#define MSR_GS_BASE        0xC0000101
#define MSR_KERNEL_GS_BASE 0xC0000102
#define MSR_TSC_AUX        0xC0000103

#define EFER_SCE (1 << 0)
#define EFER_LME (1 << 8)
#define EFER_NXE (1 << 11)

#define RFLAGS_CF    (1 << 0)
#define RFLAGS_FIXED (1 << 1)
#define RFLAGS_TF    (1 << 8)
#define RFLAGS_IF    (1 << 9)
#define RFLAGS_DF    (1 << 10)
#define RFLAGS_IOPL  (3 << 12)
#define RFLAGS_NT    (1 << 14)
#define RFLAGS_RF    (1 << 16)
#define RFLAGS_AC    (1 << 18)

/* struct trap_frame */
#define FRAME_R15        0
#define FRAME_RBP        32
#define FRAME_RBX        40
#define FRAME_R11        48
#define FRAME_R10        56
#define FRAME_RAX        80
#define FRAME_RCX        88
#define FRAME_RDX        96
#define FRAME_ORIG_RAX   120
#define FRAME_ERROR_CODE 128
#define FRAME_RIP        136
#define FRAME_CS         144
#define FRAME_RFLAGS     152
#define FRAME_RSP        160
#define FRAME_SS         168
#define FRAME_SIZE       176

/* struct cpu_area, through the GS base */
#define CPU_AREA_PREEMPT_COUNT 12
#define CPU_AREA_KERNEL_STACK  16
#define CPU_AREA_USER_STACK    24
#define CPU_AREA_CURRENT       32

/* struct arch_thread and struct arch_upcalls */
#define THREAD_FLAGS       48
#define THREAD_USER_CYCLES 80
#define UPCALL_SYSCALL     24

/* Any of these bits of arch_thread.flags makes the way back to user mode call user_return first. */
#define ARCH_THREAD_RETURN_WORK 0xFFFF0000

/* Exceptions */
#define TRAP_NR_DIVIDE     0
#define TRAP_NR_DEBUG      1
#define TRAP_NR_NMI        2
#define TRAP_NR_BREAKPOINT 3
#define TRAP_NR_OVERFLOW   4
#define TRAP_NR_BOUND      5
#define TRAP_NR_OPCODE     6
#define TRAP_NR_DEVICE     7
#define TRAP_NR_DOUBLE     8
#define TRAP_NR_TSS        10
#define TRAP_NR_SEGMENT    11
#define TRAP_NR_STACK      12
#define TRAP_NR_PROTECTION 13
#define TRAP_NR_PAGE       14
#define TRAP_NR_FPU        16
#define TRAP_NR_ALIGNMENT  17
#define TRAP_NR_MACHINE    18
#define TRAP_NR_SIMD       19

/* Stacks of their own for faults that must not trust the current one (interrupt stack table). */
#define IST_DOUBLE     1
#define IST_NMI        2
#define IST_MACHINE    3
#define IST_DEBUG      4
#define IST_COUNT      4
#define IST_STACK_SIZE 4096

/*
 * Signals as user programs see them (signal(7), sigaction(2)): numbers, actions, siginfo, sigevent.
 */
#pragma once

#include <lib/types.h>

#define SIGHUP     1
#define SIGINT     2
#define SIGQUIT    3
#define SIGILL     4
#define SIGTRAP    5
#define SIGABRT    6
#define SIGBUS     7
#define SIGFPE     8
#define SIGKILL    9
#define SIGUSR1    10
#define SIGSEGV    11
#define SIGUSR2    12
#define SIGPIPE    13
#define SIGALRM    14
#define SIGTERM    15
#define SIGSTKFLT  16
#define SIGCHLD    17
#define SIGCONT    18
#define SIGSTOP    19
#define SIGTSTP    20
#define SIGTTIN    21
#define SIGTTOU    22
#define SIGURG     23
#define SIGXCPU    24
#define SIGXFSZ    25
#define SIGVTALRM  26
#define SIGPROF    27
#define SIGWINCH   28
#define SIGIO      29
#define SIGPWR     30
#define SIGSYS     31
#define SIGRTMIN   32
#define SIGRTMAX   64
#define NR_SIGNALS 64

/* sa_flags */
#define SA_NOCLDSTOP      0x00000001ul
#define SA_NOCLDWAIT      0x00000002ul
#define SA_SIGINFO        0x00000004ul
#define SA_UNSUPPORTED    0x00000400ul
#define SA_EXPOSE_TAGBITS 0x00000800ul
#define SA_RESTORER       0x04000000ul
#define SA_ONSTACK        0x08000000ul
#define SA_RESTART        0x10000000ul
#define SA_NODEFER        0x40000000ul
#define SA_RESETHAND      0x80000000ul

#define SIG_DFL 0ul
#define SIG_IGN 1ul

/* How sigprocmask changes the mask. */
#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

/* The kernel's form of struct sigaction on x86-64. */
struct abi_sigaction {
    u64 handler;
    u64 flags;
    u64 restorer;
    u64 mask;
};
_Static_assert(sizeof(struct abi_sigaction) == 32, "rt_sigaction(2)");

struct abi_stack {
    u64 sp;
    s32 flags;
    s32 padding;
    u64 size;
};
_Static_assert(sizeof(struct abi_stack) == 24, "sigaltstack(2)");

#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM (1u << 31)
#define MINSIGSTKSZ   2048

union abi_sigval {
    s32 integer;
    u64 pointer;
};

/* What has a meaning; in user memory there are zeros behind it: struct abi_siginfo_whole. */
struct abi_siginfo {
    s32 signo;
    s32 error;
    s32 code;
    s32 padding;
    union {
        struct { /* kill, sigqueue */
            s32 pid;
            u32 uid;
            union abi_sigval value;
        } sent;
        struct { /* POSIX timers */
            s32 id;
            s32 overrun;
            union abi_sigval value;
        } timer;
        struct { /* SIGCHLD */
            s32 pid;
            u32 uid;
            s32 status;
            s32 padding;
            s64 user_time; /* clock ticks */
            s64 system_time;
        } child;
        struct { /* SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP */
            u64 address;
            s16 address_lsb;
            s16 padding[3];
            u64 lower, upper; /* lower: protection key for SEGV_PKUERR, 32 bits */
        } fault;
        struct { /* SIGIO */
            s64 band;
            s32 fd;
        } poll;
        struct { /* SIGSYS */
            u64 call_address;
            s32 number;
            u32 arch;
        } syscall;
    };
};
_Static_assert(sizeof(struct abi_siginfo) == 48, "the largest member");
_Static_assert(__builtin_offsetof(struct abi_siginfo, sent) == 16, "sigaction(2)");

struct abi_siginfo_whole {
    struct abi_siginfo info;
    u64 zero[10];
};
_Static_assert(sizeof(struct abi_siginfo_whole) == 128, "sigaction(2)");

/* si_code: <= 0 from user processes, > 0 from the kernel. */
#define SI_USER     0
#define SI_KERNEL   0x80
#define SI_QUEUE    (-1)
#define SI_TIMER    (-2)
#define SI_MESGQ    (-3)
#define SI_ASYNCIO  (-4)
#define SI_SIGIO    (-5)
#define SI_TKILL    (-6)
#define SI_DETHREAD (-7)

#define ILL_ILLOPC 1
#define ILL_ILLOPN 2

#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7

#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define SEGV_BNDERR 3
#define SEGV_PKUERR 4

#define BUS_ADRALN    1
#define BUS_ADRERR    2
#define BUS_OBJERR    3
#define BUS_MCEERR_AR 4
#define BUS_MCEERR_AO 5

#define TRAP_BRKPT  1
#define TRAP_TRACE  2
#define TRAP_HWBKPT 4

#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

#define POLL_IN  1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6

#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD    2
#define SIGEV_THREAD_ID 4

struct abi_sigevent {
    union abi_sigval value;
    s32 signo;
    s32 notify;
    union {
        s32 thread_id;
        u8 bytes[48];
    };
};
_Static_assert(sizeof(struct abi_sigevent) == 64, "sigevent(7)");

/* What signalfd(2) reads give. */
struct abi_signalfd_siginfo {
    u32 signo;
    s32 error;
    s32 code;
    u32 pid;
    u32 uid;
    s32 fd;
    u32 timer_id;
    u32 band;
    u32 overrun;
    u32 trap_number;
    s32 status;
    s32 integer;
    u64 pointer;
    u64 user_time;
    u64 system_time;
    u64 address;
    u16 address_lsb;
    u16 padding;
    s32 syscall;
    u64 call_address;
    u32 arch;
    u8 reserved[28];
};
_Static_assert(sizeof(struct abi_signalfd_siginfo) == 128, "signalfd(2)");

/* pselect6's sixth argument. */
struct abi_sigset_argument {
    u64 set;
    u64 size;
};

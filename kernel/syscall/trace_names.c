/*
 * Tables of words, one for each kind of argument whose values have names.
 */
#include "trace_names.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <abi/mman.h>
#include <abi/prctl.h>
#include <abi/resource.h>
#include <abi/sched.h>
#include <abi/signal.h>
#include <abi/termios.h>
#include <abi/wait.h>
#include <lib/printf.h>
#include <lib/string.h>

static const struct word prot_words[] = {WORD(PROT_READ), WORD(PROT_WRITE), WORD(PROT_EXEC),
                                         WORD(PROT_GROWSDOWN), WORD(PROT_GROWSUP)};
static const struct word mmap_words[] = {
    WORD(MAP_SHARED),          WORD(MAP_PRIVATE),   WORD(MAP_FIXED),  WORD(MAP_ANONYMOUS),
    WORD(MAP_32BIT),           WORD(MAP_GROWSDOWN), WORD(MAP_LOCKED), WORD(MAP_NORESERVE),
    WORD(MAP_POPULATE),        WORD(MAP_NONBLOCK),  WORD(MAP_STACK),  WORD(MAP_HUGETLB),
    WORD(MAP_FIXED_NOREPLACE),
};
static const struct word mremap_words[] = {WORD(MREMAP_MAYMOVE), WORD(MREMAP_FIXED),
                                           WORD(MREMAP_DONTUNMAP)};
static const struct word msync_words[] = {WORD(MS_ASYNC), WORD(MS_INVALIDATE), WORD(MS_SYNC)};
static const struct word madvice_words[] = {
    WORD(MADV_NORMAL),   WORD(MADV_RANDOM), WORD(MADV_SEQUENTIAL), WORD(MADV_WILLNEED),
    WORD(MADV_DONTNEED), WORD(MADV_FREE),   WORD(MADV_HUGEPAGE),   WORD(MADV_NOHUGEPAGE),
};
static const struct word open_words[] = {
    WORD(O_WRONLY),  WORD(O_RDWR),      WORD(O_CREAT),     WORD(O_EXCL),
    WORD(O_NOCTTY),  WORD(O_TRUNC),     WORD(O_APPEND),    WORD(O_NONBLOCK),
    WORD(O_DIRECT),  WORD(O_LARGEFILE), WORD(O_DIRECTORY), WORD(O_NOFOLLOW),
    WORD(O_NOATIME), WORD(O_CLOEXEC),   WORD(O_SYNC),      WORD(O_PATH),
};
static const struct word at_words[] = {WORD(AT_SYMLINK_NOFOLLOW), WORD(AT_REMOVEDIR),
                                       WORD(AT_SYMLINK_FOLLOW), WORD(AT_NO_AUTOMOUNT),
                                       WORD(AT_EMPTY_PATH)};
static const struct word access_words[] = {WORD(R_OK), WORD(W_OK), WORD(X_OK)};
static const struct word whence_words[] = {WORD(SEEK_SET), WORD(SEEK_CUR), WORD(SEEK_END),
                                           WORD(SEEK_DATA), WORD(SEEK_HOLE)};
static const struct word fcntl_words[] = {
    WORD(F_DUPFD),      WORD(F_GETFD),     WORD(F_SETFD),         WORD(F_GETFL),
    WORD(F_SETFL),      WORD(F_GETLK),     WORD(F_SETLK),         WORD(F_SETLKW),
    WORD(F_SETOWN),     WORD(F_GETOWN),    WORD(F_DUPFD_CLOEXEC), WORD(F_SETPIPE_SZ),
    WORD(F_GETPIPE_SZ), WORD(F_OFD_SETLK), WORD(F_OFD_GETLK),     WORD(F_ADD_SEALS),
    WORD(F_GET_SEALS),
};
static const struct word ioctl_words[] = {
    WORD(TCGETS),     WORD(TCSETS),    WORD(TCSETSW),   WORD(TCSETSF),    WORD(TIOCGWINSZ),
    WORD(TIOCSWINSZ), WORD(TIOCGPGRP), WORD(TIOCSPGRP), WORD(TIOCSCTTY),  WORD(TIOCNOTTY),
    WORD(TIOCGSID),   WORD(FIONREAD),  WORD(TIOCGPTN),  WORD(TIOCSPTLCK), WORD(TCFLSH),
    WORD(TCXONC),     WORD(TCSBRK),    WORD(FIONBIO),
};
static const struct word clone_words[] = {
    WORD(CLONE_VM),
    WORD(CLONE_FS),
    WORD(CLONE_FILES),
    WORD(CLONE_SIGHAND),
    WORD(CLONE_PIDFD),
    WORD(CLONE_VFORK),
    WORD(CLONE_PARENT),
    WORD(CLONE_THREAD),
    WORD(CLONE_SYSVSEM),
    WORD(CLONE_SETTLS),
    WORD(CLONE_PARENT_SETTID),
    WORD(CLONE_CHILD_CLEARTID),
    WORD(CLONE_DETACHED),
    WORD(CLONE_CHILD_SETTID),
};
static const struct word wait_words[] = {WORD(WNOHANG), WORD(WUNTRACED), WORD(WEXITED),
                                         WORD(WCONTINUED), WORD(WNOWAIT)};
static const struct word mask_words[] = {WORD(SIG_BLOCK), WORD(SIG_UNBLOCK), WORD(SIG_SETMASK)};
static const struct word futex_words[] = {
    {0, "FUTEX_WAIT"},
    {1, "FUTEX_WAKE"},
    {3, "FUTEX_REQUEUE"},
    {4, "FUTEX_CMP_REQUEUE"},
    {5, "FUTEX_WAKE_OP"},
    {6, "FUTEX_LOCK_PI"},
    {7, "FUTEX_UNLOCK_PI"},
    {8, "FUTEX_TRYLOCK_PI"},
    {9, "FUTEX_WAIT_BITSET"},
    {10, "FUTEX_WAKE_BITSET"},
    {128, "FUTEX_WAIT_PRIVATE"},
    {129, "FUTEX_WAKE_PRIVATE"},
    {131, "FUTEX_REQUEUE_PRIVATE"},
    {137, "FUTEX_WAIT_BITSET_PRIVATE"},
};
static const struct word rlimit_words[] = {
    WORD(RLIMIT_CPU),      WORD(RLIMIT_FSIZE), WORD(RLIMIT_DATA),   WORD(RLIMIT_STACK),
    WORD(RLIMIT_CORE),     WORD(RLIMIT_RSS),   WORD(RLIMIT_NPROC),  WORD(RLIMIT_NOFILE),
    WORD(RLIMIT_MEMLOCK),  WORD(RLIMIT_AS),    WORD(RLIMIT_LOCKS),  WORD(RLIMIT_SIGPENDING),
    WORD(RLIMIT_MSGQUEUE), WORD(RLIMIT_NICE),  WORD(RLIMIT_RTPRIO), WORD(RLIMIT_RTTIME),
};
static const struct word prctl_words[] = {
    WORD(PR_SET_PDEATHSIG), WORD(PR_SET_NAME),         WORD(PR_GET_NAME),     WORD(PR_SET_DUMPABLE),
    WORD(PR_GET_DUMPABLE),  WORD(PR_SET_NO_NEW_PRIVS), WORD(PR_CAPBSET_READ), WORD(PR_SET_VMA)};
static const struct word arch_prctl_words[] = {WORD(ARCH_SET_FS), WORD(ARCH_GET_FS),
                                               WORD(ARCH_SET_GS), WORD(ARCH_GET_GS)};
static const struct word domain_words[] = {
    {1, "AF_UNIX"}, {2, "AF_INET"}, {10, "AF_INET6"}, {16, "AF_NETLINK"}, {17, "AF_PACKET"}};
static const struct word signal_words[] = {
    WORD(SIGHUP),  WORD(SIGINT),  WORD(SIGQUIT), WORD(SIGILL),  WORD(SIGTRAP),
    WORD(SIGABRT), WORD(SIGBUS),  WORD(SIGFPE),  WORD(SIGKILL), WORD(SIGUSR1),
    WORD(SIGSEGV), WORD(SIGUSR2), WORD(SIGPIPE), WORD(SIGALRM), WORD(SIGTERM),
    WORD(SIGCHLD), WORD(SIGCONT), WORD(SIGSTOP), WORD(SIGTSTP), WORD(SIGTTIN),
    WORD(SIGTTOU), WORD(SIGURG),  WORD(SIGXCPU), WORD(SIGXFSZ), WORD(SIGWINCH),
};

struct vocabulary {
    const struct word *words;
    size_t count;
    bool flags;       /* values are sets of bits, else one word each */
    const char *zero; /* what 0 is called */
};

#define VOCABULARY(array, is_flags, zero_text)                                                     \
    {                                                                                              \
        array, ARRAY_SIZE(array), is_flags, zero_text                                              \
    }

static const struct vocabulary vocabularies[NR_SYSCALL_ARGUMENTS] = {
    [ARG_PROT] = VOCABULARY(prot_words, true, "PROT_NONE"),
    [ARG_MMAP_FLAGS] = VOCABULARY(mmap_words, true, "0"),
    [ARG_MREMAP_FLAGS] = VOCABULARY(mremap_words, true, "0"),
    [ARG_MSYNC_FLAGS] = VOCABULARY(msync_words, true, "0"),
    [ARG_MADVICE] = VOCABULARY(madvice_words, false, NULL),
    [ARG_OPEN_FLAGS] = VOCABULARY(open_words, true, "O_RDONLY"),
    [ARG_AT_FLAGS] = VOCABULARY(at_words, true, "0"),
    [ARG_ACCESS] = VOCABULARY(access_words, true, "F_OK"),
    [ARG_WHENCE] = VOCABULARY(whence_words, false, NULL),
    [ARG_FCNTL] = VOCABULARY(fcntl_words, false, NULL),
    [ARG_IOCTL] = VOCABULARY(ioctl_words, false, NULL),
    [ARG_CLONE_FLAGS] = VOCABULARY(clone_words, true, "0"),
    [ARG_WAIT_OPTIONS] = VOCABULARY(wait_words, true, "0"),
    [ARG_SIGMASK_HOW] = VOCABULARY(mask_words, false, NULL),
    [ARG_FUTEX] = VOCABULARY(futex_words, false, NULL),
    [ARG_RLIMIT] = VOCABULARY(rlimit_words, false, NULL),
    [ARG_PRCTL] = VOCABULARY(prctl_words, false, NULL),
    [ARG_ARCH_PRCTL] = VOCABULARY(arch_prctl_words, false, NULL),
    [ARG_DOMAIN] = VOCABULARY(domain_words, false, NULL),
    [ARG_SIGNAL] = VOCABULARY(signal_words, false, "0"),
};

static bool name_one(const struct vocabulary *vocabulary, unsigned long value, char *names,
                     size_t size)
{
    for (size_t i = 0; i < vocabulary->count; i++)
        if (vocabulary->words[i].value == value) {
            scnprintf(names, size, "%s", vocabulary->words[i].text);
            return true;
        }
    return false;
}

static void name_bits(const struct vocabulary *vocabulary, unsigned long value, char *names,
                      size_t size)
{
    size_t len = 0;

    for (size_t i = 0; i < vocabulary->count; i++) {
        const struct word *word = &vocabulary->words[i];

        if ((value & word->value) != word->value)
            continue;
        value &= ~word->value;
        len += (size_t)scnprintf(names + len, size - len, "%s%s", len ? "|" : "", word->text);
    }
    if (value)
        scnprintf(names + len, size - len, "%s%#lx", len ? "|" : "", value);
}

bool trace_name_value(enum syscall_argument kind, unsigned long value, char *names, size_t size)
{
    const struct vocabulary *vocabulary = &vocabularies[kind];

    if (!vocabulary->words)
        return false;
    if (value == 0 && vocabulary->zero) {
        scnprintf(names, size, "%s", vocabulary->zero);
        return true;
    }
    if (!vocabulary->flags)
        return name_one(vocabulary, value, names, size);
    name_bits(vocabulary, value, names, size);
    return true;
}

const char *trace_errno_name(int number)
{
    static const char *const names[] = {
#define ERRNO(name) [name] = #name,
#include "errno_names.def"
#undef ERRNO
    };

    if (number == 512)
        return "ERESTARTSYS";
    if (number == 513)
        return "ERESTARTNOINTR";
    if (number == 514)
        return "ERESTARTNOHAND";
    if (number == 516)
        return "ERESTART_RESTARTBLOCK";
    return number > 0 && (size_t)number < ARRAY_SIZE(names) && names[number] ? names[number] : "?";
}

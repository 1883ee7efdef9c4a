/* test.c: the words of test.h. */

#include "test.h"

#include <grp.h>
#include <setjmp.h>
#include <sys/resource.h>
#include <sys/utsname.h>

struct named {
    int value;
    const char *name;
};

#define N(name)                                                                                    \
    {                                                                                              \
        name, #name                                                                                \
    }

static const struct named errno_names[] = {
    N(EPERM),           N(ENOENT),       N(ESRCH),      N(EINTR),           N(EIO),
    N(ENXIO),           N(E2BIG),        N(ENOEXEC),    N(EBADF),           N(ECHILD),
    N(EAGAIN),          N(ENOMEM),       N(EACCES),     N(EFAULT),          N(ENOTBLK),
    N(EBUSY),           N(EEXIST),       N(EXDEV),      N(ENODEV),          N(ENOTDIR),
    N(EISDIR),          N(EINVAL),       N(ENFILE),     N(EMFILE),          N(ENOTTY),
    N(ETXTBSY),         N(EFBIG),        N(ENOSPC),     N(ESPIPE),          N(EROFS),
    N(EMLINK),          N(EPIPE),        N(EDOM),       N(ERANGE),          N(EDEADLK),
    N(ENAMETOOLONG),    N(ENOLCK),       N(ENOSYS),     N(ENOTEMPTY),       N(ELOOP),
    N(ENODATA),         N(ETIME),        N(EOVERFLOW),  N(EILSEQ),          N(EUSERS),
    N(ENOTSOCK),        N(EDESTADDRREQ), N(EMSGSIZE),   N(EPROTOTYPE),      N(ENOPROTOOPT),
    N(EOPNOTSUPP),      N(EAFNOSUPPORT), N(EADDRINUSE), N(ENETDOWN),        N(ECONNABORTED),
    N(ECONNRESET),      N(ENOBUFS),      N(EISCONN),    N(ENOTCONN),        N(ETIMEDOUT),
    N(ECONNREFUSED),    N(EHOSTUNREACH), N(EALREADY),   N(EINPROGRESS),     N(ESTALE),
    N(EDQUOT),          N(ECANCELED),    N(EOWNERDEAD), N(ENOTRECOVERABLE), N(EPROTONOSUPPORT),
    N(ESOCKTNOSUPPORT), N(EPFNOSUPPORT), N(EBADMSG),    N(EIDRM),           N(ENOMSG),
};

static const struct named signal_names[] = {
    N(SIGHUP),  N(SIGINT),    N(SIGQUIT), N(SIGILL),  N(SIGTRAP),   N(SIGABRT), N(SIGBUS),
    N(SIGFPE),  N(SIGKILL),   N(SIGUSR1), N(SIGSEGV), N(SIGUSR2),   N(SIGPIPE), N(SIGALRM),
    N(SIGTERM), N(SIGSTKFLT), N(SIGCHLD), N(SIGCONT), N(SIGSTOP),   N(SIGTSTP), N(SIGTTIN),
    N(SIGTTOU), N(SIGURG),    N(SIGXCPU), N(SIGXFSZ), N(SIGVTALRM), N(SIGPROF), N(SIGWINCH),
    N(SIGIO),   N(SIGPWR),    N(SIGSYS),
};

static const struct named segv_codes[] = {N(SEGV_MAPERR), N(SEGV_ACCERR), N(SEGV_PKUERR)};
static const struct named bus_codes[] = {N(BUS_ADRALN), N(BUS_ADRERR), N(BUS_OBJERR)};
static const struct named fpe_codes[] = {N(FPE_INTDIV), N(FPE_FLTDIV), N(FPE_FLTINV)};
static const struct named ill_codes[] = {N(ILL_ILLOPC), N(ILL_ILLOPN), N(ILL_PRVOPC)};
static const struct named trap_codes[] = {N(TRAP_BRKPT), N(TRAP_TRACE)};
static const struct named child_codes[] = {N(CLD_EXITED),  N(CLD_KILLED),  N(CLD_DUMPED),
                                           N(CLD_TRAPPED), N(CLD_STOPPED), N(CLD_CONTINUED)};
static const struct named sender_codes[] = {N(SI_USER),  N(SI_KERNEL), N(SI_QUEUE),
                                            N(SI_TIMER), N(SI_TKILL),  N(SI_MESGQ)};

static const char *name_of(const struct named *table, size_t count, int value)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].value == value)
            return table[i].name;
    }
    return NULL;
}

#define NAME_IN(table, value) name_of(table, COUNT_OF(table), value)

static const char *name_or_number(const char *name, int value, char *buffer, size_t len)
{
    if (name != NULL)
        return name;
    snprintf(buffer, len, "%d", value);
    return buffer;
}

const char *errno_name(int error)
{
    static char buffer[16];
    return name_or_number(NAME_IN(errno_names, error), error, buffer, sizeof(buffer));
}

const char *signal_name(int number)
{
    static char buffer[16];
    if (number >= SIGRTMIN && number <= SIGRTMAX) {
        snprintf(buffer, sizeof(buffer), "SIGRTMIN+%d", number - SIGRTMIN);
        return buffer;
    }
    return name_or_number(NAME_IN(signal_names, number), number, buffer, sizeof(buffer));
}

const char *signal_code_name(int number, int code)
{
    static char buffer[16];
    const char *name = NULL;

    if (number == SIGSEGV)
        name = NAME_IN(segv_codes, code);
    else if (number == SIGBUS)
        name = NAME_IN(bus_codes, code);
    else if (number == SIGFPE)
        name = NAME_IN(fpe_codes, code);
    else if (number == SIGILL)
        name = NAME_IN(ill_codes, code);
    else if (number == SIGTRAP)
        name = NAME_IN(trap_codes, code);
    else if (number == SIGCHLD)
        name = NAME_IN(child_codes, code);
    if (name == NULL)
        name = NAME_IN(sender_codes, code);
    return name_or_number(name, code, buffer, sizeof(buffer));
}

void say(const char *format, ...)
{
    char line[4096];
    va_list arguments;

    va_start(arguments, format);
    int len = vsnprintf(line, sizeof(line) - 1, format, arguments);
    va_end(arguments);
    if (len > (int)sizeof(line) - 2)
        len = sizeof(line) - 2;
    line[len++] = '\n';
    if (write(1, line, (size_t)len) != len)
        _exit(99);
}

long call_report(const char *label, long value)
{
    int error = errno;
    if (value == -1)
        say("%s: %s", label, errno_name(error));
    else
        say("%s: %ld", label, value);
    errno = error;
    return value;
}

long call_ok_report(const char *label, long value)
{
    int error = errno;
    say("%s: %s", label, value == -1 ? errno_name(error) : "ok");
    errno = error;
    return value;
}

bool yes_report(const char *label, bool condition)
{
    say("%s: %s", label, condition ? "yes" : "NO");
    return condition;
}

long must_report(const char *text, long value, int line)
{
    if (value != -1)
        return value;
    say("line %d: cannot prepare: %s: %s", line, text, errno_name(errno));
    _exit(98);
}

char *map_prot(size_t len, int prot)
{
    return (char *)must(mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

char *map(size_t len)
{
    return map_prot(len, PROT_READ | PROT_WRITE);
}

char *map_in_hole(size_t len)
{
    char *base = map_prot(len + 4 * PAGE, PROT_NONE);
    must(mprotect(base + 2 * PAGE, len, PROT_READ | PROT_WRITE));
    must(munmap(base + PAGE, PAGE));
    must(munmap(base + 2 * PAGE + len, PAGE));
    return base + 2 * PAGE;
}

/* A probe catches every fault signal and comes back here with what the kernel told about it. */
static sigjmp_buf probe_return;
static volatile sig_atomic_t probe_signal, probe_code;
static void *volatile probe_address;

static void probe_handler(int number, siginfo_t *info, void *context)
{
    (void)context;
    probe_signal = number;
    probe_code = info->si_code;
    probe_address = info->si_addr;
    siglongjmp(probe_return, 1);
}

static const int probe_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};

static bool probe(int how, void *address)
{
    struct sigaction action = {.sa_sigaction = probe_handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    struct sigaction old[COUNT_OF(probe_signals)];

    probe_signal = 0;
    for (size_t i = 0; i < COUNT_OF(probe_signals); i++)
        sigaction(probe_signals[i], &action, &old[i]);
    if (sigsetjmp(probe_return, 1) == 0) {
        if (how == 'r')
            (void)*(volatile char *)address;
        else if (how == 'w')
            *(volatile char *)address = 0x5a;
        else
            ((void (*)(void))address)();
    }
    for (size_t i = 0; i < COUNT_OF(probe_signals); i++)
        sigaction(probe_signals[i], &old[i], NULL);
    return probe_signal != 0;
}

static const char *fault_of(int how, void *address)
{
    static char text[40];

    if (!probe(how, address))
        return NULL;
    snprintf(text, sizeof(text), "%s %s", signal_name(probe_signal),
             signal_code_name(probe_signal, probe_code));
    return text;
}

const char *fault_of_read(const void *address)
{
    return fault_of('r', (void *)address);
}

const char *fault_of_write(void *address)
{
    return fault_of('w', address);
}

const char *fault_of_exec(const void *address)
{
    return fault_of('x', (void *)address);
}

static void probe_report(const char *label, int how, void *address)
{
    if (!probe(how, address)) {
        say("%s: ok", label);
        return;
    }
    say("%s: %s %s, address %s", label, signal_name(probe_signal),
        signal_code_name(probe_signal, probe_code),
        probe_address == address ? "as accessed"
        : probe_address == NULL  ? "null"
                                 : "DIFFERENT");
}

void probe_read(const char *label, const void *address)
{
    probe_report(label, 'r', (void *)address);
}

void probe_write(const char *label, void *address)
{
    probe_report(label, 'w', address);
}

void probe_exec(const char *label, const void *address)
{
    probe_report(label, 'x', (void *)address);
}

bool faults_on_read(const void *address)
{
    return probe('r', (void *)address);
}

bool faults_on_write(void *address)
{
    return probe('w', address);
}

void status_report(const char *label, int status)
{
    if (WIFEXITED(status))
        say("%s: exit %d", label, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        say("%s: killed by %s", label, signal_name(WTERMSIG(status)));
    else if (WIFSTOPPED(status))
        say("%s: stopped by %s", label, signal_name(WSTOPSIG(status)));
    else if (WIFCONTINUED(status))
        say("%s: continued", label);
    else
        say("%s: status %#x", label, status);
}

void in_child(const char *label, void (*body)(void))
{
    int status = 0;
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        body();
        _exit(0);
    }
    must(waitpid(pid, &status, 0));
    status_report(label, status);
}

bool maps_find(const void *address, struct maps_line *line)
{
    static char text[1 << 18];
    unsigned long where = (unsigned long)address;

    if (file_text("/proc/self/maps", text, sizeof(text)) < 0)
        return false;
    for (char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        *end = '\0';
        line->path[0] = '\0';
        int fields =
            sscanf(at, "%lx-%lx %4s %lx %x:%x %lu %255[^\n]", &line->start, &line->end, line->prot,
                   &line->offset, &line->major, &line->minor, &line->inode, line->path);
        if (fields >= 7 && line->start <= where && where < line->end)
            return true;
    }
    return false;
}

int file_make(const char *path, size_t len)
{
    int fd = (int)must(open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    char block[4096];

    for (size_t done = 0; done < len;) {
        size_t part = len - done < sizeof(block) ? len - done : sizeof(block);
        for (size_t i = 0; i < part; i++)
            block[i] = (char)((done + i) % 251);
        done += (size_t)must(write(fd, block, part));
    }
    must(lseek(fd, 0, SEEK_SET));
    return fd;
}

void file_put(const char *path, const char *text, int mode)
{
    int fd = (int)must(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    must(write(fd, text, strlen(text)));
    must(fchmod(fd, (mode_t)mode));
    must(close(fd));
}

long file_text(const char *path, char *text, size_t len)
{
    size_t done = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    while (got > 0 && done < len - 1) {
        got = read(fd, text + done, len - 1 - done);
        if (got > 0)
            done += (size_t)got;
    }
    close(fd);
    text[done] = '\0';
    return (long)done;
}

void nap(int milliseconds)
{
    struct timespec left = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

long elapsed(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

void become_user(void)
{
    must(setgroups(0, NULL));
    must(setresgid(1000, 1000, 1000));
    must(setresuid(1000, 1000, 1000));
}

/* line_after: the rest of the line "KEY:" in @text, or NULL. */
static const char *line_after(const char *text, const char *key)
{
    size_t len = strlen(key);
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, key, len) && line[len] == ':')
            return line + len + 1;
    }
    return NULL;
}

static char view[1 << 17];

static long view_kilobytes(const char *path, const char *key)
{
    const char *rest = file_text(path, view, sizeof(view)) > 0 ? line_after(view, key) : NULL;
    return rest ? strtol(rest, NULL, 10) : -1;
}

long status_kilobytes(const char *key)
{
    return view_kilobytes("/proc/self/status", key);
}

long meminfo_kilobytes(const char *key)
{
    return view_kilobytes("/proc/meminfo", key);
}

/* smaps_of: the lines of smaps from the area that holds @address on, or NULL. */
static const char *smaps_of(const void *address)
{
    unsigned long start, end;
    if (file_text("/proc/self/smaps", view, sizeof(view)) <= 0)
        return NULL;
    for (const char *line = view; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2 && start <= (unsigned long)address &&
            (unsigned long)address < end)
            return line;
    }
    return NULL;
}

long smaps_kilobytes(const void *address, const char *key)
{
    const char *lines = smaps_of(address);
    const char *rest = lines ? line_after(lines, key) : NULL;
    return rest ? strtol(rest, NULL, 10) : -1;
}

const char *smaps_flags(const void *address, const char *wanted, char found[64])
{
    const char *lines = smaps_of(address);
    const char *rest = lines ? line_after(lines, "VmFlags") : NULL;
    found[0] = 0;
    for (; rest && *rest == ' ' && rest[1] != '\n'; rest += 3) {
        for (const char *word = wanted; *word; word += word[2] ? 3 : 2) {
            if (strncmp(word, rest + 1, 2) == 0)
                strncat(strcat(found, found[0] ? " " : ""), word, 2);
        }
    }
    return found[0] ? found : "none";
}

long minor_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

void wait_until_asleep(pid_t pid)
{
    char path[32], text[512];

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    do {
        nap(2);
        must(file_text(path, text, sizeof(text)) > 0 ? 0 : -1);
    } while (strstr(text, ") S ") == NULL && strstr(text, ") Z ") == NULL);
}

bool is_quire(void)
{
    struct utsname names;

    must(uname(&names));
    return strstr(names.version, "Quire") != NULL;
}

/* table.c: runs the cells of one program, each in a child, and the words of table.h. */

#include "table.h"

#include <sys/resource.h>

#define MAX_CELLS    1000
#define CELL_SECONDS 20
#define RESULT_SIZE  1000
#define MAX_SETTINGS 16

static struct cell cells[MAX_CELLS];
static size_t nr_cells;

struct saved_setting {
    char path[96];
    char text[64];
};

/* What a cell leaves for the parent, in memory that both see. */
struct outcome {
    char text[RESULT_SIZE];
    struct saved_setting settings[MAX_SETTINGS];
    size_t nr_settings;
};

static struct outcome *outcome;

void cell_add(struct cell cell)
{
    if (nr_cells < MAX_CELLS)
        cells[nr_cells++] = cell;
}

const char *text(const char *format, ...)
{
    va_list arguments;
    char *string;

    va_start(arguments, format);
    if (vasprintf(&string, format, arguments) < 0)
        _exit(97);
    va_end(arguments);
    return string;
}

static void append(const char *words)
{
    size_t len = strlen(outcome->text);

    snprintf(outcome->text + len, RESULT_SIZE - len, "%s%s", len == 0 ? "" : ", ", words);
}

long got_value(long value)
{
    int error = errno;

    append(value == -1 ? errno_name(error) : "ok");
    errno = error;
    return value;
}

long value_value(long value)
{
    if (value == -1)
        return got_value(value);
    note("%ld", value);
    return value;
}

void note(const char *format, ...)
{
    char words[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    append(words);
}

void note_if(bool condition, const char *yes, const char *no)
{
    append(condition ? yes : no);
}

static void accessed(const char *what, const char *fault)
{
    if (fault == NULL)
        append(what);
    else
        note("%s: %s", what, fault);
}

void reads(const void *address)
{
    const char *fault = fault_of_read(address);

    if (fault != NULL)
        accessed("reads", fault);
    else
        note("reads %d", *(const volatile unsigned char *)address);
}

void writes(void *address)
{
    accessed("writes", fault_of_write(address));
}

void runs(const void *address)
{
    accessed("runs", fault_of_exec(address));
}

char *raw_mmap(unsigned long addr, size_t len, int prot, int flags, int fd, unsigned long offset)
{
    return (char *)syscall(SYS_mmap, addr, len, prot, flags, fd, offset);
}

char *raw_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new)
{
    return (char *)syscall(SYS_mremap, old, old_len, new_len, flags, new);
}

char *anon(size_t len, int more_flags)
{
    return raw_mmap(0, len, RW, ANON_PRIVATE | more_flags, -1, 0);
}

int file(const char *path, unsigned nr)
{
    int fd = (int)must(open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    char page[PAGE];

    memset(page, 7, sizeof(page));
    for (unsigned i = 0; i < nr; i++)
        must(write(fd, page, sizeof(page)));
    return fd;
}

void forks(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    got_value(pid);
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

static long number_after(const char *text, const char *key)
{
    const char *at = key == NULL ? text : strstr(text, key);

    if (at == NULL)
        return -1;
    return strtol(at + (key == NULL ? 0 : strlen(key)), NULL, 0);
}

long file_number(const char *path, const char *key)
{
    static char buffer[1 << 16];

    return file_text(path, buffer, sizeof(buffer)) < 0 ? -1 : number_after(buffer, key);
}

long status_number(const char *key)
{
    return file_number("/proc/self/status", key);
}

/* smaps_entry: what /proc/self/smaps says of the area of @address, as a string; NULL: nothing */
static const char *smaps_entry(const void *address)
{
    static char buffer[1 << 18];
    unsigned long where = (unsigned long)address, start, end;
    char *found = NULL;

    if (file_text("/proc/self/smaps", buffer, sizeof(buffer)) < 0)
        return NULL;
    for (char *line = buffer, *next; *line != '\0'; line = next) {
        next = strchrnul(line, '\n');
        next += *next != '\0';
        if (sscanf(line, "%lx-%lx ", &start, &end) != 2)
            continue;
        if (found != NULL) {
            *line = '\0';
            return found;
        }
        if (start <= where && where < end)
            found = line;
    }
    return found;
}

long smaps_number(const void *address, const char *key)
{
    const char *entry = smaps_entry(address);

    return entry == NULL ? -1 : number_after(entry, key);
}

bool smaps_flag(const void *address, const char *flag)
{
    const char *entry = smaps_entry(address);
    const char *flags = entry == NULL ? NULL : strstr(entry, "VmFlags:");
    char word[8];

    snprintf(word, sizeof(word), " %s ", flag);
    return flags != NULL && strstr(flags, word) != NULL;
}

static int write_text(const char *path, const char *words)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t done;

    if (fd < 0)
        return -1;
    done = write(fd, words, strlen(words));
    close(fd);
    return done < 0 ? -1 : 0;
}

int setting_word(const char *path, const char *word)
{
    struct saved_setting *saved = &outcome->settings[outcome->nr_settings];

    if (outcome->nr_settings == MAX_SETTINGS || strlen(path) >= sizeof(saved->path))
        _exit(96);
    if (file_text(path, saved->text, sizeof(saved->text)) < 0)
        return -1;
    strcpy(saved->path, path);
    outcome->nr_settings++;
    return write_text(path, word);
}

int setting(const char *path, long value)
{
    char words[32];

    snprintf(words, sizeof(words), "%ld", value);
    return setting_word(path, words);
}

long resident(const void *address, size_t len)
{
    static unsigned char states[1 << 14];
    long count = 0;

    if (mincore((void *)address, len, states) < 0)
        return -1;
    for (size_t i = 0; i < (len + PAGE - 1) / PAGE; i++)
        count += states[i] & 1;
    return count;
}

void limit(int resource, unsigned long soft)
{
    struct rlimit both;

    must(getrlimit(resource, &both));
    both.rlim_cur = soft;
    if (both.rlim_max < soft)
        both.rlim_max = soft;
    must(setrlimit(resource, &both));
}

static void settings_put_back(void)
{
    while (outcome->nr_settings > 0) {
        struct saved_setting *saved = &outcome->settings[--outcome->nr_settings];
        char *chosen = strchr(saved->text, '[');
        if (chosen != NULL)
            *strchrnul(chosen, ']') = '\0';
        write_text(saved->path, chosen != NULL ? chosen + 1 : saved->text);
    }
}

/* wait_for: the child's wait status, or -1 when its time is over. */
static int wait_for(pid_t child)
{
    struct timespec started, slice = {1, 0};
    sigset_t child_signal;
    int status;

    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    clock_gettime(CLOCK_MONOTONIC, &started);
    while (waitpid(child, &status, WNOHANG) != child) {
        if (elapsed(&started) > CELL_SECONDS * 1000)
            return -1;
        sigtimedwait(&child_signal, NULL, &slice);
    }
    return status;
}

static void run_child(const struct cell *cell)
{
    sigset_t none;
    int quiet = open("/dev/null", O_WRONLY);

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    dup2(quiet, 1);
    dup2(quiet, 2);
    cell->body(cell);
    _exit(0);
}

static void run_cell(const struct cell *cell)
{
    pid_t child;
    int status;

    memset(outcome, 0, sizeof(*outcome));
    child = (pid_t)must(fork());
    if (child == 0)
        run_child(cell);
    status = wait_for(child);
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    if (status == -1) {
        append("does not end");
        waitpid(child, NULL, 0);
    } else if (WIFSIGNALED(status)) {
        note("killed by %s", signal_name(WTERMSIG(status)));
    } else if (WEXITSTATUS(status) != 0) {
        note("cannot be prepared (%d)", WEXITSTATUS(status));
    }
    settings_put_back();
    say("%s\t%s\t%s\t%s", cell->call, cell->flag, cell->condition, outcome->text);
}

int main(void)
{
    sigset_t child_signal;

    outcome =
        mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (outcome == MAP_FAILED)
        return 95;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal, NULL);
    for (size_t i = 0; i < nr_cells; i++)
        run_cell(&cells[i]);
    return 0;
}

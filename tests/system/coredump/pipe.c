/* Cores that a program takes: "|PROGRAM WORDS" in core_pattern, its words, what it finds,
 * core_pipe_limit. The program is this one. */

#include <sys/resource.h>

#include "core_reader.h"

#define PATTERN    "/proc/sys/kernel/core_pattern"
#define PIPE_LIMIT "/proc/sys/kernel/core_pipe_limit"
#define RESULT     "/tmp/taken"

static char self[200];

static void put(const char *path, const char *text)
{
    int fd = (int)must(open(path, O_WRONLY));

    must(write(fd, text, strlen(text)));
    close(fd);
}

/* ---- the program that takes a core ---- */

static int count_descriptors(void)
{
    int nr = 0;

    for (int fd = 0; fd < 100; fd++)
        nr += fcntl(fd, F_GETFD) >= 0;
    return nr;
}

static size_t read_all(unsigned char *into, size_t room)
{
    size_t total = 0;
    ssize_t got;

    while (total < room && (got = read(0, into + total, room - total)) > 0)
        total += (size_t)got;
    return total;
}

/* Every file is written under another name first, so that who waits for it sees all of it. */
static int take(int argc, char **argv)
{
    static unsigned char bytes[4 << 20];
    struct rlimit limit;
    char folder[200], stat[100];
    size_t size;
    FILE *out;

    if (strcmp(argv[1], "nothing") == 0)
        return 0;
    if (strcmp(argv[1], "crash") == 0)
        raise(SIGSEGV);
    size = read_all(bytes, sizeof(bytes));
    out = fopen(RESULT ".new", "w");
    if (out == NULL)
        return 1;
    fprintf(out, "%d words:", argc - 1);
    for (int i = 1; i < argc; i++)
        fprintf(out, " <%s>", i == 2 && atoi(argv[2]) > 0 ? "a number" : argv[i]);
    fprintf(out, "\n");
    getrlimit(RLIMIT_CORE, &limit);
    fprintf(out, "in %s, uid %d, %s environment, %d descriptors, RLIMIT_CORE %ld\n",
            getcwd(folder, sizeof(folder)), getuid(), environ[0] == NULL ? "no" : "an",
            count_descriptors() - 1, (long)limit.rlim_cur);
    fprintf(out, "%s, type %d, segments %s\n",
            size > sizeof(Elf64_Ehdr) && memcmp(bytes, ELFMAG, SELFMAG) == 0 ? "ELF" : "no ELF",
            ((Elf64_Ehdr *)bytes)->e_type, ((Elf64_Ehdr *)bytes)->e_phnum > 3 ? "yes" : "no");
    if (strcmp(argv[1], "look") == 0) {
        snprintf(stat, sizeof(stat), "/proc/%s/status", argv[2]);
        fprintf(out, "the process is %s\n", access(stat, F_OK) == 0 ? "there" : "gone");
    }
    fclose(out);
    return rename(RESULT ".new", RESULT);
}

/* ---- who dies ---- */

static void die(void)
{
    abort();
}

static void show_result(void)
{
    char text[1000] = "";

    for (int i = 0; i < 3000 && access(RESULT, F_OK) != 0; i++)
        nap(10);
    if (file_text(RESULT, text, sizeof(text)) > 0)
        say("%s", text);
    unlink(RESULT);
}

static void taken(const char *words)
{
    char pattern[300];

    snprintf(pattern, sizeof(pattern), "|%s %s", self, words);
    say("-- %s", words);
    put(PATTERN, pattern);
    crash("abort", die);
}

static void limited(rlim_t current)
{
    struct rlimit limit = {current, RLIM_INFINITY};

    must(setrlimit(RLIMIT_CORE, &limit));
}

int main(int argc, char **argv)
{
    char text[200];

    if (argc > 1)
        return take(argc, argv);
    must(readlink("/proc/self/exe", self, sizeof(self) - 1));
    if (strlen(self) > 100)
        return 1;
    limited(0);
    taken("words two   three");
    show_result();
    taken("%s %%  a%sb %u%g %z end");
    show_result();
    taken("%e %E");
    must(file_text(PATTERN, text, sizeof(text)));
    for (int i = 0; i < 3000 && access(RESULT, F_OK) != 0; i++)
        nap(10);
    yes("result", access(RESULT, F_OK) == 0);
    unlink(RESULT);
    taken("nothing");
    limited(1);
    taken("limit of one");
    limited(RLIM_INFINITY);
    say("-- no program");
    put(PATTERN, "|/tmp/no/such/program %p");
    crash("abort", die);
    put(PATTERN, "|");
    crash("abort", die);
    put(PIPE_LIMIT, "1");
    taken("look %P");
    show_result();
    taken("crash");
    put(PIPE_LIMIT, "0");
    must(file_text(PIPE_LIMIT, text, sizeof(text)));
    say("core_pipe_limit %s", text);
    put(PATTERN, "core");
    return 0;
}

/* sweep: runs every operation of operations.c with every allocation failing in turn. Prints a line
 * "OPERATION<TAB>runs<TAB>problems" each, and before it a line per problem. seconds: 3600 */

#include "sweep.h"

#include <sys/prctl.h>

#define FAILPOINTS   "/proc/quire/failpoints"
#define MAX_PROBLEMS 5
#define MAX_NTH      (whole ? 4000 : 400)

static bool whole; /* every n, alone and with all later ones; else some */

/* What a child leaves for its parent. */
static struct message {
    char text[256];
} * message;

long attempt_check(long value, const char *expression, int line)
{
    static const int expected[] = {ENOMEM, EAGAIN, ENOSPC, ENFILE, ENOBUFS};

    if (value != -1)
        return value;
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        if (errno == expected[i])
            return value;
    }
    snprintf(message->text, sizeof(message->text), "line %d: %s: %s", line, expression,
             errno_name(errno));
    _exit(2);
}

/* ---- what must be the same afterwards ---- */

#define MAX_FACTS 128

struct facts {
    size_t nr;
    struct {
        char name[32];
        long value;
    } each[MAX_FACTS];
};

static void fact_add(struct facts *facts, const char *name, long value)
{
    if (facts->nr == MAX_FACTS)
        return;
    snprintf(facts->each[facts->nr].name, sizeof(facts->each[0].name), "%s", name);
    facts->each[facts->nr++].value = value;
}

/* Objects in use by cache; the pages that somebody answers for. */
static void facts_take(struct facts *facts)
{
    static const char *const keys[] = {"AnonPages:",  "Cached:",      "Shmem:",        "Mapped:",
                                       "PageTables:", "KernelStack:", "Committed_AS:", "Mlocked:"};
    static char text[1 << 16];
    char name[32];
    long active;

    facts->nr = 0;
    file_text("/proc/slabinfo", text, sizeof(text));
    for (char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (*line != '#' && sscanf(line, "%31s %ld", name, &active) == 2)
            fact_add(facts, name, active);
    }
    file_text("/proc/meminfo", text, sizeof(text));
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        char *at = strstr(text, keys[i]);
        if (at != NULL)
            fact_add(facts, keys[i], strtol(at + strlen(keys[i]), NULL, 10) / 4);
    }
}

/* The first that has grown by @least or more, in words; NULL: none. What shrinks had been waiting
 * to be given back before. */
static const char *facts_grown(const struct facts *before, const struct facts *after, long least)
{
    static char words[100];

    for (size_t i = 0; i < before->nr && i < after->nr; i++) {
        if (after->each[i].value < before->each[i].value + least)
            continue;
        snprintf(words, sizeof(words), "%s: %ld before, %ld after", before->each[i].name,
                 before->each[i].value, after->each[i].value);
        return words;
    }
    return NULL;
}

/* Memory is given back after a grace period: look a few times. */
static const char *facts_settle(const struct facts *before, long least)
{
    static struct facts after;
    const char *growth = NULL;

    for (int i = 0; i < 20; i++) {
        facts_take(&after);
        growth = facts_grown(before, &after, least);
        if (growth == NULL)
            return NULL;
        nap(i < 10 ? 2 : 20);
    }
    return growth;
}

/* ---- one run ---- */

static void arm(const char *point, unsigned nth, const char *more)
{
    char words[64];
    int fd = open(FAILPOINTS, O_WRONLY | O_CLOEXEC);
    int len = snprintf(words, sizeof(words), "%s %u own%s", point, nth, more);

    if (fd < 0 || write(fd, words, (size_t)len) != len)
        _exit(3);
}

static void disarm(const char *point)
{
    char words[64];
    int fd = open(FAILPOINTS, O_WRONLY | O_CLOEXEC);
    int len = snprintf(words, sizeof(words), "%s off", point);

    if (write(fd, words, (size_t)len) != len)
        _exit(3);
    close(fd);
}

static unsigned long hits(const char *point)
{
    char text[512], key[32];

    file_text(FAILPOINTS, text, sizeof(text));
    snprintf(key, sizeof(key), "%s ", point);
    char *at = strstr(text, key);
    return at == NULL ? 0 : strtoul(at + strlen(key), NULL, 10);
}

/* Returns what was wrong with how it ended, NULL: nothing. */
static const char *run_child(const struct operation *operation, const char *point, unsigned nth,
                             const char *more)
{
    static char words[300];
    int status = 0;
    pid_t pid;

    message->text[0] = '\0';
    pid = (pid_t)must(fork());
    if (pid == 0) {
        setpgid(0, 0);
        arm(point, nth, more);
        operation->body();
        _exit(0);
    }
    must(waitpid(pid, &status, 0));
    disarm(point);
    kill(-pid, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    unlink("core");
    unlink("/dev/shm/sweep"); /* its own unlink may have failed */
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return NULL;
    if (WIFSIGNALED(status) &&
        (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == operation->may_kill))
        return NULL;
    if (WIFSIGNALED(status))
        snprintf(words, sizeof(words), "killed by %s", signal_name(WTERMSIG(status)));
    else
        snprintf(words, sizeof(words), "exit %d %s", WEXITSTATUS(status), message->text);
    return words;
}

static const char *audit(void)
{
    static char words[300];

    if (file_text("/proc/quire/audit", words, sizeof(words)) < 0 || strcmp(words, "ok\n") == 0)
        return NULL;
    return words;
}

struct sweep {
    const struct operation *operation;
    unsigned runs, problems;
};

static void problem(struct sweep *sweep, const char *point, unsigned nth, const char *more,
                    const char *what)
{
    if (++sweep->problems <= MAX_PROBLEMS)
        say("! %s: %s %u%s: %s", sweep->operation->name, point, nth, more, what);
}

#define REPEATS 4

/* What grew and grows again each time that the same is repeated. */
static const char *leak(struct sweep *sweep, const char *point, unsigned nth, const char *more,
                        const struct facts *before)
{
    if (facts_settle(before, 1) == NULL)
        return NULL;
    for (int i = 0; i < REPEATS; i++)
        run_child(sweep->operation, point, nth, more);
    return facts_settle(before, REPEATS);
}

/* => whether the operation got as far as the n-th */
static bool run_once(struct sweep *sweep, const char *point, unsigned nth, const char *more)
{
    static struct facts before;
    const char *what;
    bool reached;

    facts_take(&before);
    what = run_child(sweep->operation, point, nth, more);
    reached = hits(point) >= nth;
    sweep->runs++;
    if (what != NULL)
        problem(sweep, point, nth, more, what);
    what = leak(sweep, point, nth, more, &before);
    if (what != NULL)
        problem(sweep, point, nth, more, what);
    if (whole || nth < 3) {
        what = audit();
        if (what != NULL)
            problem(sweep, point, nth, more, what);
    }
    return reached;
}

/* The next n: each in the whole sweep, else fewer and fewer. */
static unsigned next_nth(unsigned nth)
{
    return whole || nth < 6 ? nth + 1 : nth + nth / 3;
}

static void sweep_point(struct sweep *sweep, const char *point)
{
    unsigned nth = 1;

    while (nth < MAX_NTH && sweep->problems < MAX_PROBLEMS && run_once(sweep, point, nth, "")) {
        if (whole)
            run_once(sweep, point, nth, " sticky");
        nth = next_nth(nth);
    }
}

int main(void)
{
    static const char *const points[] = {"page", "slab", "vma", "table"};
    char words[16];

    if (file_text("/tests/whole", words, sizeof(words)) > 0)
        whole = true;
    message = (struct message *)must(
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    message->text[0] = '\0';
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (size_t i = 0; i < nr_operations; i++) {
        struct sweep sweep = {.operation = &operations[i]};

        run_child(sweep.operation, "page", 1000000, "");
        run_child(sweep.operation, "page", 1000000, "");
        for (size_t point = 0; point < COUNT_OF(points); point++)
            sweep_point(&sweep, points[point]);
        say("%s\t%u\t%u", sweep.operation->name, sweep.runs, sweep.problems);
    }
    return 0;
}

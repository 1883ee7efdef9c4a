/*
 * diff: the first process of a guest; plays sequences of operations from /diff.plan and prints what
 * became of each. Its lines:
 *
 *      seeds FIRST COUNT LENGTH      COUNT sequences of LENGTH operations, from the seeds FIRST on
 *      case NAME EVERY OPERATION;... one sequence by its text; EVERY is
 *                                    after how many operations content is observed, "/", figures;
 *                                    and "/32" in a wide window
 *      wide                          the seeds from here on play in a wide window (scene.h)
 *      verbose                       from here on the traces are printed in full
 *
 * and what it prints:
 *
 *      @@ NAME SUM                   the sum of the trace (of a seed: its number is the name)
 *      @@ audit TEXT                 /proc/quire/audit where it is not ok
 *      @@ done
 *
 * On the host, `diff list SEED LENGTH [wide]` prints EVERY and the texts of a seed's operations and
 * `diff describe OPERATION;...` each in C.
 */

#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/shm.h>

#include "play.h"
#include "trace.h"

enum { audit_every = 100, line_bytes = 1 << 18 };

static struct operation operations[max_operations];
static bool verbose;
static int breadth = narrow; /* of seeds */

/* Every third seed has its content looked at after each operation; the others go longer without and
 * have their figures looked at more often. */
static struct intervals seed_intervals(unsigned long seed)
{
    static const struct intervals intervals[] = {{1, 10}, {6, 3}, {25, 1}};
    return intervals[seed % COUNT_OF(intervals)];
}

static void print_audit(void)
{
    static char report[1 << 14];

    if (file_text("/proc/quire/audit", report, sizeof(report)) <= 0 || strcmp(report, "ok\n") == 0)
        return;
    for (char *line = strtok(report, "\n"); line; line = strtok(NULL, "\n"))
        say("@@ audit %s", line);
}

/* play_one: in a process of its own, so that every sequence begins alike. */
static void play_one(const char *name, int count, struct intervals every)
{
    static int played;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        scene_make(verbose);
        play(operations, count, every);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    /* Orphans of a sequence that went wrong. */
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    if (control->segment >= 0)
        shmctl(control->segment, IPC_RMID, NULL);
    if (status != 0)
        status_report("the first process", status);
    say("@@ %s %016lx", name, control->sum ^ (unsigned long)status);
    if (++played % audit_every == 0 || verbose)
        print_audit();
}

static void play_seeds(const char *line)
{
    unsigned long first;
    int count, length;
    char name[32];

    if (sscanf(line, "%lu %d %d", &first, &count, &length) != 3 || length > max_operations)
        return;
    for (unsigned long seed = first; seed < first + (unsigned long)count; seed++) {
        scene_choose(breadth);
        for (int i = 0; i < length; i++)
            operation_choose(seed, (unsigned)i, &operations[i]);
        snprintf(name, sizeof(name), "%lu", seed);
        play_one(name, length, seed_intervals(seed));
    }
}

/* parse_sequence: => how many operations, or -1 */
static int parse_sequence(const char *text)
{
    int count = 0;

    while (*text && *text != '\n') {
        if (count == max_operations || !(text = operation_parse(text, &operations[count])))
            return -1;
        count++;
        text += *text == ';';
    }
    return count;
}

static void play_case(const char *line)
{
    char name[64];
    struct intervals every;
    int used, broad = narrow;

    if (sscanf(line, "%63s %d/%d%n", name, &every.content, &every.figures, &used) != 3)
        return;
    line += used;
    if (sscanf(line, "/%d%n", &broad, &used) == 1)
        line += used;
    scene_choose(broad);
    int count = parse_sequence(line + 1);
    if (count < 0)
        say("@@ %s is not a sequence", name);
    else
        play_one(name, count, every);
}

static void play_plan(void)
{
    static char line[line_bytes];
    FILE *plan = fopen("/diff.plan", "r");

    if (!plan) {
        say("no plan");
        return;
    }
    while (fgets(line, sizeof(line), plan)) {
        if (strncmp(line, "seeds ", 6) == 0)
            play_seeds(line + 6);
        else if (strncmp(line, "case ", 5) == 0)
            play_case(line + 5);
        else if (strncmp(line, "wide", 4) == 0)
            breadth = wide;
        else if (strncmp(line, "verbose", 7) == 0)
            verbose = true;
    }
    fclose(plan);
}

static void mount_one(const char *type, const char *where)
{
    mkdir(where, 0755);
    mount(type, where, type, 0, NULL);
}

static void list_seed(unsigned long seed, unsigned length)
{
    char text[text_bytes];
    struct operation operation;

    struct intervals every = seed_intervals(seed);
    say("%d/%d/%d", every.content, every.figures, scene_breadth());
    for (unsigned i = 0; i < length; i++) {
        operation_choose(seed, i, &operation);
        operation_print(&operation, text);
        say("%s", text);
    }
}

static void describe_sequence(const char *sequence)
{
    char text[text_bytes];
    int count = parse_sequence(sequence);

    for (int i = 0; i < count; i++) {
        operations[i].kind->describe(text, operations[i].arguments);
        say("%d%s %s", operations[i].actor, operations[i].second ? "b" : "", text);
    }
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "list") == 0) {
        scene_choose(argc > 4 ? wide : narrow);
        list_seed(strtoul(argv[2], NULL, 10), (unsigned)atoi(argv[3]));
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "describe") == 0) {
        describe_sequence(argv[2]);
        return 0;
    }
    mount_one("proc", "/proc");
    mount_one("sysfs", "/sys");
    mount_one("tmpfs", "/area");
    mkdir("/dev", 0755);
    mount_one("tmpfs", "/dev/shm");
    control_make();
    play_plan();
    print_audit();
    say("@@ done");
    reboot(RB_POWER_OFF);
    return 0;
}

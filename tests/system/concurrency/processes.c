/* Processes that are made and end while their makers' memory changes: fork in threads, exec, the
 * heap, grandchildren that outlive their parents. What a child inherits is what one moment held.
 * seconds: 600 */

#include "concurrency/race.h"

#define PAGES 600UL /* more than one leaf table */
#define MARK  0xbee5000000000000UL

static char *room;

static void scribble(race_word *random)
{
    for (int i = 0; i < 100; i++) {
        race_word *word = (race_word *)(room + race_random(random) % PAGES * PAGE);
        word[0] = word[511] = MARK | (race_random(random) & 0xffff);
    }
}

static void check_all(void)
{
    for (unsigned long page = 0; page < PAGES; page++) {
        race_word *word = (race_word *)(room + page * PAGE);
        for (int i = 0; i < 512; i += 511)
            if (word[i] != 0 && (word[i] & 0xffff000000000000) != MARK)
                race_wrong(word[i]);
    }
}

static void child_work(race_word *random)
{
    check_all();
    for (int i = 0; i < 50; i++) {
        char *at = room + race_random(random) % PAGES * PAGE;
        *(race_word *)at = MARK | 7;
    }
    check_all();
}

static void fork_once(race_word *random)
{
    pid_t pid = fork();

    if (pid == 0) {
        child_work(random);
        if (race_random(random) % 3 == 0 && fork() == 0) {
            child_work(random);
            _exit(0);
        }
        _exit(0);
    }
    if (pid > 0 && race_random(random) % 4)
        waitpid(pid, NULL, 0);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static void exec_once(race_word *random)
{
    int status = 0;
    pid_t pid = race_random(random) % 2 ? fork() : vfork();

    if (pid == 0) {
        execl("/proc/self/exe", "child", NULL);
        _exit(9);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 3)
        race_wrong((race_word)status);
}

static void heap(race_word *random)
{
    char *end = (char *)syscall(SYS_brk, 0);

    syscall(SYS_brk, end + (race_random(random) % 16) * PAGE);
    race_write(end, MARK);
    syscall(SYS_brk, end);
}

static void change(race_word *random)
{
    char *at = room + race_random(random) % (PAGES - 16) * PAGE;

    madvise(at, 4 * PAGE, MADV_DONTNEED);
    mprotect(at, PAGE, PROT_READ | PROT_WRITE);
    mprotect(at + 2 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
    mprotect(at + 2 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE);
}

int main(int argc, char **argv)
{
    struct racer racers[] = {{.body = scribble}, {.body = fork_once}, {.body = exec_once},
                             {.body = heap},     {.body = change},    {.body = fork_once}};

    if (argc == 1 && strcmp(argv[0], "child") == 0)
        return 3;
    race_begin();
    room = map(PAGES * PAGE);
    race_start(racers, COUNT_OF(racers));
    while (!race_over())
        race_audit();
    race_join(racers, COUNT_OF(racers));
    while (wait(NULL) > 0)
        ;
    race_end();
    return 0;
}

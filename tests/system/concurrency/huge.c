/* Threads that fault, split, advise, move and fork memory in which pages of 2 MiB come and go.
 * Every word holds nothing or the mark of its place.
 * seconds: 600 */

#include "concurrency/race.h"

#define MIB  (1UL << 20)
#define ROOM (8 * MIB)
#define MARK 0x4096000000000000UL

static char *room;

static race_word mark_of(const char *at)
{
    return MARK | (race_word)(at - room);
}

static char *some_word(race_word *random)
{
    return room + race_random(random) % (ROOM / 8) * 8;
}

static void look(race_word *random)
{
    for (int i = 0; i < 200; i++) {
        char *at = some_word(random);
        race_word value;
        if (race_read(at, &value) && value != 0 && value != mark_of(at))
            race_wrong(value);
    }
}

static void scribble(race_word *random)
{
    for (int i = 0; i < 200; i++) {
        char *at = some_word(random);
        race_write(at, mark_of(at));
    }
}

static void whole(race_word *random)
{
    static const int advices[] = {14, 15, MADV_DONTNEED, 25, 14, 22, 23, 14};
    char *at = room + race_random(random) % (ROOM / MIB / 2) * 2 * MIB;

    madvise(at, 2 * MIB, advices[race_random(random) % COUNT_OF(advices)]);
}

static void part(race_word *random)
{
    char *at = room + race_random(random) % (ROOM / PAGE - 32) * PAGE;
    size_t len = (1 + race_random(random) % 32) * PAGE;

    switch (race_random(random) % 5) {
    case 0:
        munmap(at, len);
        break;
    case 1:
        mprotect(at, len, PROT_READ);
        break;
    case 2:
        mprotect(room, ROOM, PROT_READ | PROT_WRITE);
        break;
    case 3:
        madvise(at, len, MADV_DONTNEED);
        break;
    default:
        mmap(room, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
}

static void fork_and_look(race_word *random)
{
    pid_t pid = fork();

    if (pid == 0) {
        look(random);
        scribble(random);
        look(random);
        _exit(0);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

int main(void)
{
    struct racer racers[] = {{.body = look},  {.body = scribble}, {.body = scribble},
                             {.body = whole}, {.body = part},     {.body = fork_and_look}};
    int fd = open("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY);

    if (fd >= 0)
        (void)write(fd, "always", 6);
    race_begin();
    room = (char *)must(mmap((void *)0x310000000000, ROOM, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    race_start(racers, COUNT_OF(racers));
    while (!race_over())
        race_audit();
    race_join(racers, COUNT_OF(racers));
    race_end();
    if (fd >= 0)
        (void)write(fd, "madvise", 7);
    return 0;
}

/* Threads that fault, map, unmap, protect, remap, advise and lock the same ranges, while others
 * read and write there and one forks. Every word holds nothing or the mark of this test.
 * seconds: 600 */

#include "concurrency/race.h"

#define PAGES 96UL
#define MARK  0x5a17c0de00000000UL

static char *low, *high; /* two rooms of PAGES pages, next to each other */

static char *some_page(race_word *random)
{
    return low + race_random(random) % (2 * PAGES) * PAGE;
}

static size_t some_length(race_word *random)
{
    return (1 + race_random(random) % 8) * PAGE;
}

/* The end of the rooms must stay the end. */
static size_t fitting(const char *at, size_t len)
{
    size_t room = (size_t)(low + 2 * PAGES * PAGE - at);
    return len < room ? len : room;
}

static void look(race_word *random)
{
    race_word value;

    for (int i = 0; i < 200; i++) {
        char *at = some_page(random) + race_random(random) % 512 * 8;
        if (race_read(at, &value) && value != 0 && (value & 0xffffffff00000000) != MARK)
            race_wrong(value);
    }
}

static void scribble(race_word *random)
{
    for (int i = 0; i < 200; i++)
        race_write(some_page(random) + race_random(random) % 512 * 8,
                   MARK | (race_random(random) & 0xffff));
}

static void map_and_unmap(race_word *random)
{
    char *at = some_page(random);
    size_t len = fitting(at, some_length(random));
    int prot = race_random(random) % 4 ? PROT_READ | PROT_WRITE : PROT_READ;

    if (race_random(random) % 3 == 0)
        munmap(at, len);
    at = some_page(random);
    len = fitting(at, some_length(random));
    mmap(at, len, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void protect(race_word *random)
{
    static const int rights[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
                                 PROT_READ | PROT_WRITE};
    char *at = some_page(random);

    mprotect(at, fitting(at, some_length(random)), rights[race_random(random) % 4]);
}

static void move(race_word *random)
{
    size_t len = some_length(random);
    unsigned long index = race_random(random) % (PAGES - 8);
    char *from = (race_random(random) % 2 ? low : high) + index * PAGE;
    char *to = from < high ? high : low;

    syscall(SYS_mremap, from, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
            to + race_random(random) % (PAGES - 8) * PAGE);
}

static void advise(race_word *random)
{
    static const int advices[] = {MADV_DONTNEED, MADV_FREE, MADV_WILLNEED, 20, 21, 22, 23};
    char *at = some_page(random);

    madvise(at, fitting(at, some_length(random)), advices[race_random(random) % COUNT_OF(advices)]);
}

static void lock(race_word *random)
{
    char *at = some_page(random);
    size_t len = fitting(at, some_length(random));

    if (race_random(random) % 2)
        mlock(at, len);
    else
        munlock(at, len);
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
    struct racer racers[] = {{.body = look},    {.body = scribble}, {.body = map_and_unmap},
                             {.body = protect}, {.body = move},     {.body = advise},
                             {.body = lock},    {.body = scribble}, {.body = fork_and_look}};

    race_begin();
    low = (char *)must(
        mmap(NULL, 2 * PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    high = low + PAGES * PAGE;
    race_start(racers, COUNT_OF(racers));
    while (!race_over())
        race_audit();
    race_join(racers, COUNT_OF(racers));
    race_end();
    return 0;
}

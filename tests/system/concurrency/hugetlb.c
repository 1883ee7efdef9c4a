/* Threads and forked processes that touch, map, punch, resize, protect, move and drop huge pages
 * that were set aside, while the pool is made larger and smaller. Every word holds nothing or the
 * mark of its place in its file. A race like this leaves promised pages behind on Linux, so nothing
 * else may run on that guest: memory: 640M seconds: 600 */

#include "concurrency/race.h"

#define HUGE  (2UL << 20)
#define PAGES 4UL /* huge pages of each room */
#define MARK  0x4e7b000000000000UL
#define NR    "/proc/sys/vm/nr_hugepages"
#define RW    (PROT_READ | PROT_WRITE)

static char *rooms[3]; /* private, shared, and private of the file of the shared one */
static char *away;
static int file;

static race_word mark_of(size_t offset)
{
    return MARK | (race_word)offset;
}

static size_t some_offset(race_word *random)
{
    return race_random(random) % (PAGES * HUGE / 8) * 8;
}

static char *some_room(race_word *random)
{
    return rooms[race_random(random) % COUNT_OF(rooms)];
}

static void set_pool(unsigned long nr)
{
    char text[24];
    int fd = open(NR, O_WRONLY);

    snprintf(text, sizeof(text), "%lu", nr);
    (void)write(fd, text, strlen(text));
    close(fd);
}

static void look(race_word *random)
{
    race_word value;

    for (int i = 0; i < 100; i++) {
        size_t offset = some_offset(random);

        if (race_read(some_room(random) + offset, &value) && value != 0 && value != mark_of(offset))
            race_wrong(value);
    }
}

static void scribble(race_word *random)
{
    for (int i = 0; i < 100; i++) {
        size_t offset = some_offset(random);

        race_write(some_room(random) + offset, mark_of(offset));
    }
}

static void map_again(race_word *random)
{
    size_t first = race_random(random) % PAGES;
    size_t len = (1 + race_random(random) % (PAGES - first)) * HUGE;
    int more = race_random(random) % 2 ? MAP_NORESERVE : 0;
    unsigned which = race_random(random) % COUNT_OF(rooms);
    char *at = rooms[which] + first * HUGE;

    if (race_random(random) % 4 == 0)
        munmap(at, len);
    else if (which == 0)
        mmap(at, len, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED | more, -1, 0);
    else
        mmap(at, len, RW, (which == 1 ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED | more, file,
             (off_t)(first * HUGE));
}

static void change(race_word *random)
{
    size_t offset = race_random(random) % PAGES * HUGE;
    char *at = some_room(random) + offset;

    switch (race_random(random) % 6) {
    case 0:
        fallocate(file, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, (off_t)offset, (off_t)HUGE);
        break;
    case 1:
        (void)ftruncate(file, (off_t)offset);
        (void)ftruncate(file, (off_t)(PAGES * HUGE));
        break;
    case 2:
        fallocate(file, 0, (off_t)offset, (off_t)HUGE);
        break;
    case 3:
        madvise(at, HUGE, MADV_DONTNEED);
        break;
    case 4:
        mprotect(at, HUGE, PROT_READ);
        break;
    default:
        mprotect(at, HUGE, RW);
    }
}

/* A huge page of the private room leaves it and comes back, through a place of its own: in a hole
 * of a room somebody would map over it. */
static void move(race_word *random)
{
    char *at = rooms[0] + race_random(random) % PAGES * HUGE;

    if (syscall(SYS_mremap, at, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, away) == (long)away)
        syscall(SYS_mremap, away, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, at);
    munmap(away, HUGE);
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

static void resize_pool(race_word *random)
{
    set_pool(race_random(random) % 16);
    nap(5);
}

static char *room(void)
{
    char *at = map(PAGES * HUGE + HUGE);
    char *start = (char *)(((unsigned long)at + HUGE - 1) & -HUGE);

    must(munmap(at, PAGES * HUGE + HUGE));
    return start;
}

int main(void)
{
    struct racer racers[] = {{.body = look},      {.body = scribble},    {.body = scribble},
                             {.body = map_again}, {.body = change},      {.body = move},
                             {.body = change},    {.body = resize_pool}, {.body = fork_and_look}};

    set_pool(12);
    race_begin();
    file = (int)must(syscall(SYS_memfd_create, "race", 4));
    must(ftruncate(file, (off_t)(PAGES * HUGE)));
    for (size_t i = 0; i < COUNT_OF(rooms); i++) {
        rooms[i] = room();
        must(mmap(rooms[i], PAGES * HUGE, RW,
                  MAP_FIXED_NOREPLACE | MAP_NORESERVE |
                      (i == 0   ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB
                       : i == 1 ? MAP_SHARED
                                : MAP_PRIVATE),
                  i == 0 ? -1 : file, 0));
    }
    away = room(); /* kept until all stacks are mapped */
    must(mmap(away, HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    race_start(racers, COUNT_OF(racers));
    while (!race_over())
        race_audit();
    race_join(racers, COUNT_OF(racers));
    race_end();
    for (size_t i = 0; i < COUNT_OF(rooms); i++)
        munmap(rooms[i], PAGES * HUGE);
    close(file);
    set_pool(0);
    return 0;
}

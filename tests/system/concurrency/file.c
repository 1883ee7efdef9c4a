/* Processes that map a file, read and write it in memory and by calls, while others truncate it,
 * grow it and punch holes. Every word of page n is zero or the mark of page n.
 * seconds: 600 */

#include "concurrency/race.h"

#define PAGES 64UL
#define MARK  0xf11e000000000000UL

static int fd;
static char *shared, *private;

static race_word mark_of(unsigned long page)
{
    return MARK | page;
}

static void check(const char *area, unsigned long page, race_word *random)
{
    race_word value;

    if (race_read(area + page * PAGE + race_random(random) % 512 * 8, &value) && value != 0 &&
        value != mark_of(page))
        race_wrong(value);
}

static void look(race_word *random)
{
    for (int i = 0; i < 200; i++) {
        check(shared, race_random(random) % PAGES, random);
        check(private, race_random(random) % PAGES, random);
    }
}

static void scribble(race_word *random)
{
    for (int i = 0; i < 100; i++) {
        unsigned long page = race_random(random) % PAGES;
        char *area = race_random(random) % 4 ? shared : private;
        race_write(area + page * PAGE + race_random(random) % 512 * 8, mark_of(page));
    }
}

static void by_calls(race_word *random)
{
    unsigned long page = race_random(random) % PAGES;
    race_word words[512];

    for (size_t i = 0; i < COUNT_OF(words); i++)
        words[i] = mark_of(page);
    (void)pwrite(fd, words, sizeof(words), (off_t)(page * PAGE));
    page = race_random(random) % PAGES;
    if (pread(fd, words, sizeof(words), (off_t)(page * PAGE)) != (ssize_t)sizeof(words))
        return;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (words[i] != 0 && words[i] != mark_of(page))
            race_wrong(words[i]);
    }
}

static void resize(race_word *random)
{
    off_t size = (off_t)(race_random(random) % (PAGES + 1) * PAGE);

    if (race_random(random) % 2)
        size += (off_t)(race_random(random) % 512 * 8);
    (void)ftruncate(fd, size);
    if (race_random(random) % 4 == 0)
        (void)ftruncate(fd, (off_t)(PAGES * PAGE));
}

static void punch(race_word *random)
{
    unsigned long page = race_random(random) % PAGES;

    fallocate(fd, 3, (off_t)(page * PAGE), (off_t)(PAGE * (1 + race_random(random) % 4)));
    madvise(private + page * PAGE, PAGE, MADV_DONTNEED);
    madvise(shared + page * PAGE, PAGE,
            race_random(random) % 2 ? MADV_DONTNEED : 9 /* MADV_REMOVE */);
    msync(shared, PAGES * PAGE, MS_SYNC);
}

static void map_again(race_word *random)
{
    unsigned long page = race_random(random) % (PAGES - 8);
    char *at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
                    race_random(random) % 2 ? MAP_SHARED : MAP_PRIVATE, fd, (off_t)(page * PAGE));

    if (at == MAP_FAILED)
        return;
    for (unsigned long i = 0; i < 8; i++) {
        race_word value;
        if (race_read(at + i * PAGE, &value) && value != 0 && value != mark_of(page + i))
            race_wrong(value);
        race_write(at + i * PAGE + 8, mark_of(page + i));
    }
    munmap(at, 8 * PAGE);
}

int main(void)
{
    static void (*const bodies[])(race_word *) = {look, scribble, by_calls,  resize, punch,
                                                  look, scribble, map_again, resize};
    struct racer threads[] = {{.body = look}, {.body = scribble}, {.body = map_again}};

    race_begin();
    fd = (int)must(open("file", O_RDWR | O_CREAT, 0600));
    must(ftruncate(fd, (off_t)(PAGES * PAGE)));
    shared = (char *)must(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    private = (char *)must(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    for (size_t i = 0; i < COUNT_OF(bodies); i++)
        race_process(bodies[i], i + 77);
    race_start(threads, COUNT_OF(threads));
    race_join(threads, COUNT_OF(threads));
    while (wait(NULL) > 0)
        ;
    race_end();
    return 0;
}

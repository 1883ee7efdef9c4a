/* A change of a mapping holds for all threads at once, on whatever CPU they write: no translation
 * that was cached before the call is used after it returned. seconds: 60 */

#include "test.h"

#include <pthread.h>
#include <setjmp.h>

enum { WRITERS = 3, ROUNDS = 150 };

static volatile unsigned long *volatile target; /* each writer has its own word of this page */
static volatile int stop;
static __thread sigjmp_buf refused;

static void handler(int number)
{
    (void)number;
    siglongjmp(refused, 1);
}

static void *write_on(void *argument)
{
    size_t word = (size_t)argument * 64;
    volatile unsigned long count = 0;
    while (!stop) {
        if (sigsetjmp(refused, 1)) {
            sched_yield();
            continue;
        }
        for (int i = 0; i < 1000; i++)
            target[word] = ++count;
    }
    return NULL;
}

static void start(pthread_t *threads)
{
    stop = 0;
    for (size_t i = 0; i < WRITERS; i++)
        must(-pthread_create(&threads[i], NULL, write_on, (void *)i));
}

static void finish(pthread_t *threads)
{
    stop = 1;
    for (int i = 0; i < WRITERS; i++)
        must(-pthread_join(threads[i], NULL));
}

static void pass_time(void)
{
    for (volatile int i = 0; i < 20000; i++)
        ;
    sched_yield();
}

/* The words of the page stay as they are for a while. */
static bool is_still(volatile unsigned long *page)
{
    unsigned long before[WRITERS];
    for (size_t i = 0; i < WRITERS; i++)
        before[i] = page[i * 64];
    pass_time();
    for (size_t i = 0; i < WRITERS; i++) {
        if (page[i * 64] != before[i])
            return false;
    }
    return true;
}

static void protect(char *page)
{
    pthread_t threads[WRITERS];
    bool good = true;
    target = (void *)page;
    start(threads);
    for (int round = 0; round < ROUNDS; round++) {
        must(mprotect(page, PAGE, PROT_READ));
        good &= is_still(target);
        must(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
        pass_time();
    }
    while (is_still(target))
        ;
    finish(threads);
    yes("mprotect stops all writers", good);
    yes("and lets them go on", true);
}

static char *map_shared(void *where, int fd)
{
    int fixed = where ? MAP_FIXED : 0;
    char *page = mmap(where, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | fixed, fd, 0);
    must(page == MAP_FAILED ? -1 : 0);
    return page;
}

static void replace(int fd)
{
    pthread_t threads[WRITERS];
    bool good = true;
    char *first = map_shared(NULL, fd), *second = map_shared(NULL, fd);
    target = (void *)first;
    start(threads);
    for (int round = 0; round < ROUNDS; round++) {
        void *fresh = mmap(first, PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        must(fresh == MAP_FAILED ? -1 : 0);
        good &= is_still((void *)second);
        map_shared(first, fd);
        pass_time();
    }
    must(munmap(first, PAGE));
    good &= is_still((void *)second);
    finish(threads);
    yes("nothing is written through a mapping that is gone", good);
    must(munmap(second, PAGE));
}

static void copy_on_write(char *page)
{
    pthread_t threads[WRITERS];
    bool good = true;
    int status;
    target = (void *)page;
    start(threads);
    for (int round = 0; round < ROUNDS / 5; round++) {
        pid_t child = must(fork());
        if (child == 0)
            _exit(is_still(target) && is_still(target) ? 0 : 1);
        must(waitpid(child, &status, 0));
        good &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    finish(threads);
    yes("a child's copy stands still", good);
}

int main(void)
{
    int fd = file_make("page", PAGE);
    signal(SIGSEGV, handler);
    char *page = map(PAGE);
    protect(page);
    replace(fd);
    copy_on_write(page);
    return 0;
}

/* Threads and processes fault, write, punch and truncate one object at once; then all must agree.
 * seconds: 60 */

#include "test.h"
#include <pthread.h>
#include <setjmp.h>

#define PAGES  32
#define ROUNDS 400

static int fd;
static char *shared;
static __thread sigjmp_buf escape;
static unsigned long others;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (signal != SIGBUS || info->si_code != BUS_ADRERR)
        __atomic_fetch_add(&others, 1, __ATOMIC_SEQ_CST);
    siglongjmp(escape, 1);
}

static unsigned next(unsigned *seed)
{
    return (*seed = *seed * 1103515245 + 12345) >> 16;
}

/* Touch a byte; bytes of a page are either zero or the page's own number. */
static void touch(char *private, unsigned what, unsigned page, unsigned at)
{
    volatile char *place = (what < 2 ? shared : private) + page * PAGE + at;

    if (sigsetjmp(escape, 1) != 0)
        return;
    if (what == 0 || what == 2)
        *place = (char)(page + 1);
    else if (what == 1 && *place != 0 && *place != (char)(page + 1))
        __atomic_fetch_add(&others, 1, __ATOMIC_SEQ_CST);
    else if (what == 3)
        madvise(private + page * PAGE, PAGE, MADV_DONTNEED);
}

static void *toucher(void *argument)
{
    unsigned seed = (unsigned)(uintptr_t)argument;
    char *private =
        (char *)must(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));

    for (int i = 0; i < ROUNDS * 8; i++) {
        unsigned page = next(&seed) % PAGES, at = next(&seed) % PAGE;

        touch(private, next(&seed) % 4, page, at);
    }
    munmap(private, PAGES * PAGE);
    return NULL;
}

static void *changer(void *argument)
{
    unsigned seed = (unsigned)(uintptr_t)argument;
    char bytes[PAGE];

    for (int i = 0; i < ROUNDS; i++) {
        unsigned page = next(&seed) % PAGES;

        switch (next(&seed) % 4) {
        case 0:
            must(ftruncate(fd, next(&seed) % (PAGES * PAGE)));
            break;
        case 1:
            must(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, page * PAGE + 100,
                           3 * PAGE));
            break;
        case 2:
            memset(bytes, (int)page + 1, sizeof(bytes));
            must(pwrite(fd, bytes, PAGE, page * PAGE));
            break;
        default:
            must(fallocate(fd, 0, 0, PAGES * PAGE));
        }
    }
    return NULL;
}

static void storm(void)
{
    pthread_t threads[5];

    for (uintptr_t i = 0; i < 5; i++)
        must(-pthread_create(&threads[i], NULL, i < 3 ? toucher : changer, (void *)(i + getpid())));
    for (int i = 0; i < 5; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
    static char whole[PAGES * PAGE];
    long wrong = 0;
    int status;

    fd = (int)must(syscall(SYS_memfd_create, "storm", 0));
    must(ftruncate(fd, PAGES * PAGE));
    shared = (char *)must(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    pid_t child = (pid_t)must(fork());
    storm();
    if (child == 0)
        _exit(others != 0);
    must(waitpid(child, &status, 0));
    status_report("child", status);
    say("wrong bytes or signals: %lu", others);
    must(ftruncate(fd, PAGES * PAGE));
    must(pread(fd, whole, sizeof(whole), 0) == sizeof(whole) ? 0 : -1);
    yes("mapping and file agree", memcmp(whole, shared, sizeof(whole)) == 0);
    for (unsigned long i = 0; i < sizeof(whole); i++)
        wrong += whole[i] != 0 && whole[i] != (char)(i / PAGE + 1);
    say("bytes of another page: %ld", wrong);
    return 0;
}

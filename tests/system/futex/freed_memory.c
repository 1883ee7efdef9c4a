/* Who waits on a word of shared memory that is gone is not woken by those who use other memory
 * since, wherever the kernel keeps what describes it. */
#include "test.h"

#include <pthread.h>
#include <sched.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define OTHERS     64

static int *word;
static volatile int waiter;

static void *wait_for_ever(void *unused)
{
    waiter = (int)syscall(SYS_gettid);
    syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
    return unused;
}

static int *shared(void)
{
    return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static bool is_asleep(int task)
{
    char name[64], text[512];

    snprintf(name, sizeof(name), "/proc/self/task/%d/stat", task);
    return file_text(name, text, sizeof(text)) > 0 && strstr(text, ") S ") != NULL;
}

int main(void)
{
    cpu_set_t one;
    pthread_t thread;
    long woken = 0;

    CPU_ZERO(&one);
    CPU_SET(0, &one);
    must(sched_setaffinity(0, sizeof(one), &one));
    word = shared();
    must(-pthread_create(&thread, NULL, wait_for_ever, NULL));
    while (waiter == 0 || !is_asleep(waiter))
        nap(1);
    must(munmap(word, PAGE));
    for (int i = 0; i < OTHERS; i++)
        woken += must(syscall(SYS_futex, shared(), FUTEX_WAKE, 1, NULL, NULL, 0));
    say("%ld woken", woken);
    _exit(0);
}

/*
 * A hog is killed 100 times in a row: exactly the hog, and free memory returns to where it was.
 * memory: 128M seconds: 200
 */

#include "test.h"

#define ROUNDS 100

static long meminfo(const char *name)
{
    static char text[8192];
    const char *found;

    must(file_text("/proc/meminfo", text, sizeof(text)) > 0);
    found = strstr(text, name);
    return found ? atol(found + strlen(name)) : -1;
}

static long kills(void)
{
    static char text[16384];
    const char *found;

    must(file_text("/proc/vmstat", text, sizeof(text)) > 0);
    found = strstr(text, "\noom_kill ");
    return found ? atol(found + 10) : -1;
}

/* Memory without end. */
static void hog(void)
{
    for (;;) {
        char *block =
            mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (block == MAP_FAILED)
            _exit(1);
        for (size_t i = 0; i < 1 << 20; i += PAGE)
            block[i] = 1;
    }
}

static pid_t start(void (*body)(void))
{
    pid_t child = must(fork());

    if (child == 0) {
        body();
        _exit(0);
    }
    return child;
}

static void bystander(void)
{
    char *block = map(1 << 20);

    memset(block, 1, 1 << 20);
    pause();
}

/* Free memory, once what the last hog left behind is gone. */
static long settled(void)
{
    long best = 0;

    for (int i = 0; i < 20; i++) {
        long now = meminfo("\nMemFree:");

        if (now > best)
            best = now;
        nap(5);
    }
    return best;
}

int main(void)
{
    pid_t innocent = start(bystander);
    int good = 0, status;
    long before, after, count;

    must(file_text("/proc/self/oom_score_adj", (char[16]){0}, 16) > 0);
    waitpid(start(hog), &status, 0); /* caches go */
    before = settled();
    count = kills();
    for (int i = 0; i < ROUNDS; i++) {
        pid_t child = start(hog);

        if (waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
            WTERMSIG(status) == SIGKILL)
            good++;
    }
    after = settled();
    yes("the hog was killed each time", good == ROUNDS);
    yes("and nobody else", kills() - count == ROUNDS && kill(innocent, 0) == 0 &&
                               waitpid(innocent, &status, WNOHANG) == 0);
    yes("free memory is where it was", after >= before - (is_quire() ? 128 : 4096));
    say("# free before %ld KiB, after %ld KiB", before, after);
    kill(innocent, SIGKILL);
    waitpid(innocent, &status, 0);
    return 0;
}

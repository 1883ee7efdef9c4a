/* Many processes read from one pipe, and many write to one: what comes in wakes one of them at a
 * time, none is forgotten, and the end wakes all. */

#include "test.h"

#define READERS  12
#define MESSAGES 300

static int data[2], answers[2];

/* Reads one byte at a time and passes it on. => how often it had to sleep */
static long serve(void)
{
    static char text[4096];
    char byte;

    close(data[1]);
    while (read(data[0], &byte, 1) == 1)
        must(write(answers[1], &byte, 1));
    file_text("/proc/self/status", text, sizeof(text));
    return atol(strstr(text, "\nvoluntary_ctxt_switches:") + 25);
}

static void readers(void)
{
    int sleeps[2], sum = 0, status, ended = 0;
    long total = 0, each;
    char byte = 1;

    must(pipe(data));
    must(pipe(answers));
    must(pipe(sleeps));
    for (int i = 0; i < READERS; i++) {
        if (must(fork()) == 0) {
            each = serve();
            must(write(sleeps[1], &each, sizeof(each)));
            _exit(0);
        }
    }
    close(data[0]);
    for (int i = 0; i < MESSAGES; i++) {
        must(write(data[1], &byte, 1));
        must(read(answers[0], &byte, 1));
        sum += byte;
    }
    say("%d messages came back", sum);
    for (int i = 0; i < MESSAGES; i += 30) {
        static char many[30];

        must(write(data[1], memset(many, 1, 30), 30));
        for (int j = 0; j < 30; j++)
            must(read(answers[0], &byte, 1));
    }
    say("and in batches");
    close(data[1]);
    for (int i = 0; i < READERS; i++) {
        must(read(sleeps[0], &each, sizeof(each)));
        total += each;
        ended += wait(&status) > 0 && status == 0;
    }
    say("%d readers saw the end", ended);
    yes("not all were woken each time", total < 4 * MESSAGES);
}

/* Writers that wait for room. */
static void writers(void)
{
    static char page[PAGE];
    long got = 0, part;
    int ended = 0, status;

    must(pipe(data));
    for (int i = 0; i < READERS; i++) {
        if (must(fork()) == 0) {
            close(data[0]);
            for (int j = 0; j < 40; j++)
                must(write(data[1], page, sizeof(page)));
            _exit(0);
        }
    }
    close(data[1]);
    while ((part = read(data[0], page, 1 + (size_t)got % PAGE)) > 0)
        got += part;
    while (wait(&status) > 0)
        ended += status == 0;
    say("%ld bytes of %d writers", got, ended);
}

/* Writers whose reader goes away. */
static void broken(void)
{
    static char page[PAGE];
    int ended = 0, status;

    must(pipe(data));
    for (int i = 0; i < READERS; i++) {
        if (must(fork()) == 0) {
            close(data[0]);
            for (;;)
                must(write(data[1], page, sizeof(page)));
        }
    }
    must(read(data[0], page, sizeof(page)));
    close(data[0]);
    while (wait(&status) > 0)
        ended += WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE;
    say("%d writers got SIGPIPE", ended);
}

int main(void)
{
    readers();
    writers();
    broken();
    return 0;
}

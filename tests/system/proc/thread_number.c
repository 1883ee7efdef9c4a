/* /proc/TID for a thread that is not the first: the thread's files, in a directory that no listing
 * shows. */
#include "test.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/prctl.h>

static volatile int thread_number;

static void *sleep_long(void *unused)
{
    prctl(PR_SET_NAME, "second");
    thread_number = (int)syscall(SYS_gettid);
    for (;;)
        pause();
    return unused;
}

static void path_of(char *path, const char *file)
{
    sprintf(path, "/proc/%d/%s", thread_number, file);
}

/* The first two words after the name in stat: whose it is. */
static void show_stat(void)
{
    char path[64], text[512], *rest;

    path_of(path, "stat");
    do {
        nap(1);
        must(file_text(path, text, sizeof(text)));
        rest = strchr(text, ')');
    } while (rest != NULL && strncmp(rest, ") R", 3) == 0 && atoi(text) == thread_number);
    yes("stat: its number", atoi(text) == thread_number);
    say("stat: %.*s", (int)(rest - strchr(text, '(') + 3), strchr(text, '('));
}

static void show_status(void)
{
    char path[64], text[4096], *line;

    path_of(path, "status");
    must(file_text(path, text, sizeof(text)));
    say("status: %.*s", (int)strcspn(text, "\n"), text);
    line = strstr(text, "\nPid:");
    yes("status: its number", line != NULL && atoi(line + 5) == thread_number);
    line = strstr(text, "\nTgid:");
    yes("status: its process", line != NULL && atoi(line + 6) == getpid());
}

static void show_text(const char *file)
{
    char path[64], text[256];

    path_of(path, file);
    must(file_text(path, text, sizeof(text)));
    say("%s: %s", file, text);
}

static int count_entries(const char *path, int wanted)
{
    DIR *directory = opendir(path);
    int count = 0;

    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += wanted == 0 ? entry->d_name[0] != '.' : atoi(entry->d_name) == wanted;
    closedir(directory);
    return count;
}

int main(void)
{
    pthread_t thread;
    char path[64];
    struct stat facts;

    must(-pthread_create(&thread, NULL, sleep_long, NULL));
    while (thread_number == 0)
        nap(1);
    show_stat();
    show_status();
    show_text("comm");
    path_of(path, "task");
    say("task: %d entries, it %d", count_entries(path, 0), count_entries(path, thread_number));
    say("listed in /proc: %d", count_entries("/proc", thread_number));
    path_of(path, "task/.");
    call("stat of task", stat(path, &facts));
    sprintf(path, "/proc/%d/task/%d/stat", thread_number, getpid());
    call("the first, by way of the second", stat(path, &facts));
    sprintf(path, "/proc/self/task/%d/task", thread_number);
    call("task of a task", stat(path, &facts));
    return 0;
}

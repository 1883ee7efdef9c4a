/* /proc/PID/mm_why tells the rule that the last failed memory call or fatal fault broke. Linux has
   no such file; on it the test prints what it would have to say. */

#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/resource.h>

#include "test.h"

/* "LABEL: told" when the file is not there, or holds all the words. */
static void why_of(pid_t pid, const char *label, const char *call, const char *result,
                   const char *rule)
{
    char path[64], text[512];
    bool told;

    snprintf(path, sizeof(path), "/proc/%d/mm_why", pid);
    if (file_text(path, text, sizeof(text)) < 0)
        told = access("/proc/quire", F_OK) != 0;
    else
        told = strstr(text, call) != NULL && strstr(text, result) != NULL &&
               strstr(text, rule) != NULL;
    say("%s: %s", label, told ? "told" : text);
}

static void why(const char *label, const char *call, const char *result, const char *rule)
{
    char line[64], answer[64];

    snprintf(line, sizeof(line), "call: %s\n", call);
    snprintf(answer, sizeof(answer), "result: %s\n", result);
    why_of(getpid(), label, line, answer, rule);
}

static void limited(void)
{
    struct rlimit space = {64 << 20, 64 << 20};

    setrlimit(RLIMIT_AS, &space);
    (void)mmap(NULL, 128 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    why("RLIMIT_AS", "mmap", "ENOMEM", "RLIMIT_AS");
}

static void limited_data(void)
{
    struct rlimit data = {1 << 20, 1 << 20};

    setrlimit(RLIMIT_DATA, &data);
    (void)mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    why("RLIMIT_DATA", "mmap", "ENOMEM", "RLIMIT_DATA");
    (void)syscall(SYS_brk, syscall(SYS_brk, 0) + (4 << 20));
    why("RLIMIT_DATA of the heap", "brk", "ENOMEM", "RLIMIT_DATA");
}

static void locked(void)
{
    struct rlimit lock = {PAGE, PAGE};
    char *at = map(4 * PAGE);

    setrlimit(RLIMIT_MEMLOCK, &lock);
    become_user();
    must(prctl(PR_SET_DUMPABLE, 1)); /* or the file would be root's */
    (void)mlock(at, 4 * PAGE);
    why("RLIMIT_MEMLOCK", "mlock", "ENOMEM", "RLIMIT_MEMLOCK");
}

int main(void)
{
    char *at = map_in_hole(2 * PAGE);
    int fd = file_make("file", PAGE), reading = open("file", O_RDONLY);
    char *holed = map(4 * PAGE);
    siginfo_t info;

    munmap(holed + 2 * PAGE, PAGE);
    (void)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    why("length 0", "mmap", "EINVAL", "the length is 0");
    (void)mmap(at + 1, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    why("unaligned", "mmap", "EINVAL", "no multiple of the page size");
    (void)mmap(at, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    why("occupied", "mmap", "EEXIST", "an area is there already");
    (void)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0);
    why("descriptor", "mmap", "EBADF", "the descriptor is not open");
    (void)mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, reading, 0);
    why("opened for reading", "mmap", "EACCES", "the file was not opened for");
    char *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reading, 0);
    (void)mprotect(shared, PAGE, PROT_READ | PROT_WRITE);
    why("rights of the door", "mprotect", "EACCES", "may never have these rights");
    (void)mprotect(holed, 4 * PAGE, PROT_READ);
    why("hole", "mprotect", "ENOMEM", "a part of the range is not mapped");
    (void)munmap(at + 1, PAGE);
    why("munmap", "munmap", "EINVAL", "no multiple of the page size");
    (void)mremap(holed + 2 * PAGE, PAGE, 2 * PAGE, 0);
    why("mremap", "mremap", "EFAULT", "nothing is mapped at the old address");
    (void)madvise(at, PAGE, 12345);
    why("advice", "madvise", "EINVAL", "the advice is unknown");
    in_child("limited", limited);
    in_child("limited data", limited_data);
    in_child("locked", locked);

    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        *(volatile char *)(holed + 2 * PAGE) = 1;
        _exit(0);
    }
    must(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    why_of(pid, "a zombie's fault", "call: page fault", "result: SIGSEGV",
           "no area at this address");
    waitpid(pid, NULL, 0);
    close(fd);
    return 0;
}

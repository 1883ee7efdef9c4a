/* /proc/PID/mm_why tells the rule that the last failed memory call or fatal fault broke. Linux has
   no such file; on it the test prints what it would have to say. */

#define _GNU_SOURCE
#include <pthread.h>
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

static void put(const char *path, const char *value)
{
    int fd = must(open(path, O_WRONLY));

    must(write(fd, value, strlen(value)));
    close(fd);
}

/* As many areas as there may be. */
static void too_many(void)
{
    char *base;

    put("/proc/sys/vm/max_map_count", "200");
    base = mmap(NULL, 1000 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 1; i < 999; i += 2)
        if (mprotect(base + (size_t)i * PAGE, PAGE, PROT_NONE) != 0)
            break;
    why("areas, mprotect", "mprotect", "ENOMEM", "as many areas as vm.max_map_count allows");
    (void)mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    (void)mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    (void)mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    why("areas, mmap", "mmap", "ENOMEM", "as many areas as vm.max_map_count allows");
    put("/proc/sys/vm/max_map_count", "65530");
}

static void committed(void)
{
    put("/proc/sys/vm/overcommit_memory", "2");
    (void)mmap(NULL, 1UL << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    why("commitment", "mmap", "ENOMEM", "more memory would be promised");
    put("/proc/sys/vm/overcommit_memory", "0");
}

static void no_room(void)
{
    (void)mmap(NULL, (1UL << 47) - (1UL << 30), PROT_NONE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    why("no gap", "mmap", "ENOMEM", "no gap between the areas is large enough");
}

static void remapped(void)
{
    char *at = map_in_hole(2 * PAGE);

    mmap(at + 2 * PAGE, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    (void)mremap(at, 2 * PAGE, 4 * PAGE, 0);
    why("may not move", "mremap", "ENOMEM", "cannot grow where it is, and may not move");
    (void)mremap(at, 100 * PAGE, 101 * PAGE, 0);
    why("across areas", "mremap", "EFAULT", "the old range reaches beyond its area");
}

static void heap_blocked(void)
{
    char *end = (char *)syscall(SYS_brk, 0);
    char *above = (char *)(((unsigned long)end + 64 * PAGE) & -PAGE);

    (void)mmap(above, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    (void)syscall(SYS_brk, 1UL << 60);
    why("beyond the heap", "brk", "ENOMEM", "no address at which the heap may end");
    (void)syscall(SYS_brk, end + (1 << 20));
    why("heap", "brk", "ENOMEM", "another area is in the way of the heap");
}

static void unprivileged(void)
{
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_MEMLOCK, &none);
    become_user();
    must(prctl(PR_SET_DUMPABLE, 1));
    (void)mmap((void *)PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    why("low", "mmap", "EPERM", "below vm.mmap_min_addr");
    (void)mlock(map(PAGE), PAGE);
    why("no lock", "mlock", "EPERM", "RLIMIT_MEMLOCK is 0");
    (void)mlockall(MCL_CURRENT);
    why("no lock of all", "mlockall", "EPERM", "RLIMIT_MEMLOCK is 0");
}

static void locks(void)
{
    char *at = map(2 * PAGE);

    must(mlock(at, 2 * PAGE));
    (void)msync(at, PAGE, MS_INVALIDATE);
    why("invalidate", "msync", "EBUSY", "MS_INVALIDATE of locked memory");
    (void)madvise(at, PAGE, MADV_DONTNEED);
    why("locked", "madvise", "EINVAL", "not for this kind of area");
}

static void arguments(void)
{
    char *at = map_in_hole(2 * PAGE);
    unsigned char vector[4];
    int directory = must(open("/", O_RDONLY));

    (void)mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0);
    why("type", "mmap", "EINVAL", "neither MAP_SHARED nor MAP_PRIVATE");
    (void)mprotect(at, PAGE, 0x100);
    why("rights", "mprotect", "EINVAL", "bits that mean nothing");
    (void)munmap((void *)(1UL << 48), PAGE);
    why("beyond", "munmap", "EINVAL", "beyond the addresses of user space");
    (void)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, directory, 0);
    why("a directory", "mmap", "ENODEV", "this kind of file cannot be mapped");
    (void)mincore(at + 2 * PAGE, PAGE, vector);
    why("mincore", "mincore", "ENOMEM", "a part of the range is not mapped");
    (void)msync(at + 2 * PAGE, PAGE, MS_SYNC);
    why("msync", "msync", "ENOMEM", "a part of the range is not mapped");
    (void)mlock(at + 2 * PAGE, PAGE);
    why("mlock", "mlock", "ENOMEM", "a part of the range is not mapped");
    (void)madvise(at + 2 * PAGE, PAGE, MADV_NORMAL);
    why("madvise", "madvise", "ENOMEM", "a part of the range is not mapped");
    close(directory);
}

/* Another thread maps and unmaps the place: when a call fails it was not mapped, whatever is there
 * when somebody asks. */
static char *contested;
static volatile bool over;

static void *contest(void *argument)
{
    while (!over) {
        (void)mmap(contested, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        (void)munmap(contested, PAGE);
    }
    return argument;
}

static void under_threads(void)
{
    int wrong = 0, failed = 0;
    static char text[512];
    pthread_t other;

    contested = map_in_hole(PAGE);
    must(-pthread_create(&other, NULL, contest, NULL));
    for (int i = 0; i < 200000 && failed < 300; i++) {
        if (mprotect(contested, PAGE, PROT_NONE) == 0)
            continue;
        failed++;
        if (file_text("/proc/self/mm_why", text, sizeof(text)) > 0)
            wrong += strstr(text, "a part of the range is not mapped") == NULL;
    }
    over = true;
    pthread_join(other, NULL);
    yes("under threads calls fail", failed > 0);
    yes("and each time the reason is right", wrong == 0);
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
    arguments();
    in_child("too many", too_many);
    in_child("committed", committed);
    in_child("no room", no_room);
    in_child("remapped", remapped);
    in_child("heap", heap_blocked);
    in_child("unprivileged", unprivileged);
    in_child("locks", locks);
    in_child("threads", under_threads);

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

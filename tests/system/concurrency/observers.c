/* Processes whose memory is read and written from outside (process_vm_*, /proc/PID/mem) and looked
 * at (maps, smaps, pagemap, clear_refs) while they map, fork, exec and end.
 * seconds: 600 */

#include "concurrency/race.h"

#include <sys/uio.h>

#define PAGES 32UL
#define MARK  0x0b5e000000000000UL

static char *room; /* at the same address in every subject */
static pid_t *subjects;
#define SUBJECTS 3

static void subject_step(race_word *random)
{
    char *at = room + race_random(random) % (PAGES - 4) * PAGE;
    int what = (int)(race_random(random) % 5);

    if (what == 0)
        munmap(at, 2 * PAGE);
    else if (what == 1)
        mprotect(at, PAGE, PROT_READ);
    else if (what == 2)
        madvise(at, 2 * PAGE, MADV_DONTNEED);
    else
        mmap(at, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    race_write(at, MARK | 1);
}

/* Lives for a while, then is replaced by its like. */
static void keep_subjects(race_word *random)
{
    int i = (int)(race_random(random) % SUBJECTS);
    pid_t pid = fork();

    if (pid == 0) {
        race_word seed = race_random(random);
        for (int step = 0; step < 3000 && !race_over(); step++)
            subject_step(&seed);
        _exit(0);
    }
    subjects[i] = pid;
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

static pid_t some_subject(race_word *random)
{
    return subjects[race_random(random) % SUBJECTS];
}

static void look(race_word *random)
{
    race_word values[2] = {0, 0};
    struct iovec here = {values, 16}, there = {room + race_random(random) % PAGES * PAGE, 16};
    pid_t pid = some_subject(random);
    char path[64];
    int fd;

    if (pid <= 0)
        return;
    if (syscall(SYS_process_vm_readv, pid, &here, 1UL, &there, 1UL, 0UL) == 16 && values[0] != 0 &&
        (values[0] & 0xffff000000000000) != MARK)
        race_wrong(values[0]);
    values[0] = MARK | 2;
    here.iov_len = there.iov_len = 8;
    syscall(SYS_process_vm_writev, pid, &here, 1UL, &there, 1UL, 0UL);
    snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    if (pread(fd, values, 8, (off_t)(unsigned long)there.iov_base) == 8 && values[0] != 0 &&
        (values[0] & 0xffff000000000000) != MARK)
        race_wrong(values[0]);
    values[0] = MARK | 3;
    (void)pwrite(fd, values, 8, (off_t)(unsigned long)there.iov_base);
    close(fd);
}

static void read_files(race_word *random)
{
    static const char *const names[] = {"maps",      "smaps", "smaps_rollup", "status",
                                        "statm",     "stat",  "pagemap",      "numa_maps",
                                        "oom_score", "auxv",  "environ"};
    char path[64], text[8192];
    pid_t pid = some_subject(random);

    if (pid <= 0)
        return;
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[race_random(random) % COUNT_OF(names)]);
    file_text(path, text, sizeof(text));
    snprintf(path, sizeof(path), "/proc/%d/clear_refs", pid);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)write(fd, race_random(random) % 2 ? "4" : "1", 1);
        close(fd);
    }
}

int main(void)
{
    struct racer racers[] = {{.body = look},          {.body = look},
                             {.body = read_files},    {.body = read_files},
                             {.body = keep_subjects}, {.body = keep_subjects},
                             {.body = keep_subjects}};

    race_begin();
    subjects =
        (pid_t *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    room = (char *)must(mmap((void *)0x300000000000, PAGES * PAGE, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    race_start(racers, COUNT_OF(racers));
    while (!race_over())
        race_audit();
    race_join(racers, COUNT_OF(racers));
    while (wait(NULL) > 0)
        ;
    race_end();
    return 0;
}

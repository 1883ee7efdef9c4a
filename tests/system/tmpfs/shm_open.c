/* POSIX shared memory: shm_open, shm_unlink over a tmpfs at /dev/shm; shared by processes. */

#include "test.h"
#include <sys/statfs.h>

static void child(void)
{
    int fd = (int)must(shm_open("/quire-test", O_RDWR, 0));
    int *shared = (int *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));

    for (int i = 0; i < 1000; i++)
        __atomic_fetch_add(shared, 1, __ATOMIC_SEQ_CST);
}

int main(void)
{
    struct statfs fs;
    struct stat st;
    struct maps_line line;
    int fd, *shared;

    must(statfs("/dev/shm", &fs));
    say("/dev/shm: %lx", (long)fs.f_type);
    must(stat("/dev/shm", &st));
    say("mode %o", st.st_mode);
    call("none", shm_open("/quire-test", O_RDWR, 0));
    fd = (int)must(shm_open("/quire-test", O_RDWR | O_CREAT | O_EXCL, 0640));
    call("exclusive again", shm_open("/quire-test", O_RDWR | O_CREAT | O_EXCL, 0640));
    must(fstat(fd, &st));
    say("mode %o, size %ld", st.st_mode, (long)st.st_size);
    call("size", ftruncate(fd, PAGE));
    shared = (int *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    maps_find(shared, &line);
    say("%s %s", line.prot, line.path);
    in_child("a child", child);
    say("counted %d", *shared);
    call("unlink", shm_unlink("/quire-test"));
    call("unlink again", shm_unlink("/quire-test"));
    maps_find(shared, &line);
    say("%s %s", line.prot, line.path);
    *shared = 5;
    int read_only = (int)must(shm_open("/quire-ro", O_RDONLY | O_CREAT, 0600));
    call("size of one open for reading", ftruncate(read_only, PAGE));
    call("map it for writing",
         (long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, read_only, 0));
    must(shm_unlink("/quire-ro"));
    return 0;
}

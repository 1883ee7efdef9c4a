/* The words sh, mw, ms of VmFlags: who opened the mapped file for what, and its seals. */
#include "../test.h"

#include <sys/shm.h>

static void flags_of(const char *label, const void *at)
{
    char found[64];

    say("%s: %s", label, smaps_flags(at, "rd wr sh mr mw ms", found));
}

static void map_flags(const char *label, int prot, int flags, int fd)
{
    void *at = mmap(NULL, PAGE, prot, flags, fd, 0);

    if (at == MAP_FAILED)
        call(label, -1);
    else
        flags_of(label, at);
}

static void files(void)
{
    int both = file_make("file", PAGE), reader = open("file", O_RDONLY);

    map_flags("shared, opened for both", PROT_READ, MAP_SHARED, both);
    map_flags("shared, opened for reading", PROT_READ, MAP_SHARED, reader);
    map_flags("private, opened for reading", PROT_READ, MAP_PRIVATE, reader);
    map_flags("shared anonymous", PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static void seals(void)
{
    int memory = memfd_create("memory", MFD_ALLOW_SEALING);
    char path[40];

    must(ftruncate(memory, PAGE));
    must(fcntl(memory, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
    map_flags("sealed against future writes", PROT_READ, MAP_SHARED, memory);
    map_flags("the same, private", PROT_READ, MAP_PRIVATE, memory);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
    map_flags("opened again for reading", PROT_READ, MAP_SHARED, open(path, O_RDONLY));
    must(fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE));
    map_flags("sealed against writes", PROT_READ, MAP_SHARED, memory);
}

static void segments(void)
{
    int segment = (int)must(shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600));

    flags_of("segment", shmat(segment, NULL, 0));
    flags_of("segment, to read", shmat(segment, NULL, SHM_RDONLY));
    shmctl(segment, IPC_RMID, NULL);
}

int main(void)
{
    files();
    seals();
    segments();
    return 0;
}

/* The seals of a memfd: what each forbids, and when it can be set. */

#include "test.h"

static int make(void)
{
    int fd = (int)must(syscall(SYS_memfd_create, "sealed", MFD_ALLOW_SEALING));

    must(ftruncate(fd, 4 * PAGE));
    must(pwrite(fd, "contents", 8, 0));
    return fd;
}

static void what_works(const char *label, int fd)
{
    char text[64], byte;
    long p;

    say("--- %s: seals %x", label, fcntl(fd, F_GET_SEALS));
    call("read", pread(fd, text, 8, 0));
    call("write", pwrite(fd, "x", 1, 100));
    call("write nothing", pwrite(fd, "x", 0, 100));
    call("write across the end", pwrite(fd, "xyzw", 4, 4 * PAGE - 2));
    call("write at the end", pwrite(fd, "x", 1, lseek(fd, 0, SEEK_END)));
    call("ftruncate, same", ftruncate(fd, lseek(fd, 0, SEEK_END)));
    call("ftruncate, larger", ftruncate(fd, 8 * PAGE));
    call("ftruncate, smaller", ftruncate(fd, 2 * PAGE));
    call("fallocate inside", fallocate(fd, 0, 0, PAGE));
    call("fallocate, larger", fallocate(fd, 0, 8 * PAGE, PAGE));
    call("fallocate, larger, keeping the size", fallocate(fd, FALLOC_FL_KEEP_SIZE, 16 * PAGE, 1));
    call("punch", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE));
    p = call_ok("map shared, read", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
    if (p != -1) {
        call("mprotect to write", mprotect((void *)p, PAGE, PROT_READ | PROT_WRITE));
        munmap((void *)p, PAGE);
    }
    p = call_ok("map shared, write", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    if (p != -1)
        munmap((void *)p, PAGE);
    p = call_ok("map private, write", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    if (p != -1) {
        *(char *)p = 'p';
        munmap((void *)p, PAGE);
    }
    int in[2];
    must(pipe(in));
    must(write(in[1], "pipe", 4));
    lseek(fd, 0, SEEK_SET);
    call("write from a pipe's bytes", read(in[0], &byte, 1) == 1 ? write(fd, &byte, 1) : 0);
    close(in[0]);
    close(in[1]);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    call("truncate by name", truncate(path, PAGE));
    int again = (int)call_ok("open with O_TRUNC", open(path, O_RDWR | O_TRUNC));
    if (again >= 0)
        close(again);
}

static void one_seal(const char *label, int seal)
{
    int fd = make();

    call(label, fcntl(fd, F_ADD_SEALS, seal));
    what_works(label, fd);
    call("add another", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
    say("seals %x", fcntl(fd, F_GET_SEALS));
    close(fd);
}

static void busy(void)
{
    int fd = make();
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    char *shared = (char *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    call("write, mapped for writing", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    call("future write, mapped for writing", fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
    *shared = 'a';
    call("mprotect to read", mprotect(shared, PAGE, PROT_READ));
    call("write, mapped for reading, may be written", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    call("mprotect to write again", mprotect(shared, PAGE, PROT_READ | PROT_WRITE));
    call("several with write", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW));
    say("seals %x", fcntl(fd, F_GET_SEALS));
    munmap(shared, PAGE);
    call("write, unmapped", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    close(fd);

    fd = make();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int reader = (int)must(open(path, O_RDONLY));
    char *read_only = (char *)must(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0));
    char *private = (char *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    call("seals through a descriptor for reading", fcntl(reader, F_ADD_SEALS, F_SEAL_GROW));
    call("get through it", fcntl(reader, F_GET_SEALS));
    call("write, mapped read-only and private", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    call("mprotect of the read-only one", mprotect(read_only, PAGE, PROT_READ | PROT_WRITE));
    *private = 'p';
    yes("private copy", *read_only == 'c');
    close(fd);

    fd = make();
    shared = (char *)must(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    int gate[2];
    char byte;
    must(pipe(gate));
    pid_t child = fork();
    if (child == 0) {
        close(gate[1]);
        read(gate[0], &byte, 1);
        _exit(0);
    }
    munmap(shared, PAGE);
    call("write, mapped by a child", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    close(gate[1]);
    int status;
    must(waitpid(child, &status, 0));
    call("write, the child is gone", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    close(fd);
}

int main(void)
{
    int fd;

    one_seal("none", 0);
    one_seal("seal", F_SEAL_SEAL);
    one_seal("shrink", F_SEAL_SHRINK);
    one_seal("grow", F_SEAL_GROW);
    one_seal("write", F_SEAL_WRITE);
    one_seal("future write", F_SEAL_FUTURE_WRITE);
    one_seal("shrink and grow", F_SEAL_SHRINK | F_SEAL_GROW);
    busy();

    fd = make();
    call("unknown seal", fcntl(fd, F_ADD_SEALS, 0x20));
    call("unknown and known", fcntl(fd, F_ADD_SEALS, 0x80 | F_SEAL_GROW));
    say("seals %x", fcntl(fd, F_GET_SEALS));
    call("seal with others", fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK));
    call("add to the sealed", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
    call("add nothing to the sealed", fcntl(fd, F_ADD_SEALS, 0));
    call("add unknown to the sealed", fcntl(fd, F_ADD_SEALS, 0x20));
    close(fd);
    fd = (int)must(syscall(SYS_memfd_create, "x", 0));
    call("not for sealing: get", fcntl(fd, F_GET_SEALS));
    call("not for sealing: add", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
    close(fd);
    fd = file_make("file", 1);
    call("a file of tmpfs: get", fcntl(fd, F_GET_SEALS));
    call("a file of tmpfs: add", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
    int ends[2];
    must(pipe(ends));
    call("a pipe: get", fcntl(ends[1], F_GET_SEALS));
    call("a pipe: add", fcntl(ends[1], F_ADD_SEALS, F_SEAL_GROW));
    fd = (int)must(open(".", O_RDONLY));
    call("a directory: get", fcntl(fd, F_GET_SEALS));
    call("a directory: add", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
    fd = (int)must(open("/proc/self/maps", O_RDONLY));
    call("a file of procfs: get", fcntl(fd, F_GET_SEALS));
    return 0;
}

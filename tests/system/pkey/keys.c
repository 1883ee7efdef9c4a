/* Protection keys: the calls, rights per thread, fork, exec, signals, execute-only memory. */

#define _GNU_SOURCE
#include <pthread.h>
#include <sys/uio.h>

#include "test.h"

#ifndef PKEY_DISABLE_ACCESS
#define PKEY_DISABLE_ACCESS 1
#define PKEY_DISABLE_WRITE  2
#endif

static long key_alloc(unsigned long flags, unsigned long disabled)
{
    return syscall(SYS_pkey_alloc, flags, disabled);
}

static long key_free(long key)
{
    return syscall(SYS_pkey_free, key);
}

static long key_protect(void *at, size_t len, int prot, long key)
{
    return syscall(SYS_pkey_mprotect, at, len, prot, key);
}

static unsigned rights_read(void)
{
    unsigned value;

    __asm__ volatile(".byte 0x0f, 0x01, 0xee" : "=a"(value) : "c"(0) : "edx");
    return value;
}

static void rights_write(unsigned value)
{
    __asm__ volatile(".byte 0x0f, 0x01, 0xef" : : "a"(value), "c"(0), "d"(0) : "memory");
}

static void rights_set(long key, unsigned disabled)
{
    rights_write((rights_read() & ~(3u << (2 * key))) | disabled << (2 * key));
}

static void arguments(void)
{
    char *at = map(4 * PAGE);
    long key = key_alloc(0, 0);

    say("-- arguments");
    say("first key %ld", key);
    call("flags", key_alloc(1, 0));
    call("rights 4", key_alloc(0, 4));
    call("free -1", key_free(-1));
    call("free 16", key_free(16));
    call("free 15", key_free(15));
    call("free", key_free(key));
    call("free again", key_free(key));
    call("not allocated", key_protect(at, PAGE, PROT_READ, key));
    call("not allocated, length 0", key_protect(at, 0, PROT_READ, key));
    call("not allocated, unaligned", key_protect(at + 1, PAGE, PROT_READ, key));
    call("key 16", key_protect(at, PAGE, PROT_READ, 16));
    call("key -2", key_protect(at, PAGE, PROT_READ, -2));
    call("key -1", key_protect(at, PAGE, PROT_READ, -1));
    call("key 0", key_protect(at, PAGE, PROT_READ | PROT_WRITE, 0));
    call("bad protection", key_protect(at, PAGE, 0x100, 0));
    key = key_alloc(0, 0);
    call("nothing mapped", key_protect((void *)0x10000, PAGE, PROT_READ, key));
    call("free", key_free(key));
    long count = 0;
    while (key_alloc(0, 0) > 0)
        count++;
    say("keys %ld", count);
    call("one more", key_alloc(0, 0));
    for (key = 1; key <= count; key++)
        key_free(key);
}

static void rights(void)
{
    char *at = map_in_hole(4 * PAGE);
    struct maps_line line;
    long key = key_alloc(0, PKEY_DISABLE_WRITE);

    say("-- rights");
    at[0] = 1;
    call("two pages", key_protect(at, 2 * PAGE, PROT_READ | PROT_WRITE, key));
    yes("an area of its own", maps_find(at, &line) && line.end - line.start == 2 * PAGE);
    say("ProtectionKey %ld and %ld", smaps_kilobytes(at, "ProtectionKey"),
        smaps_kilobytes(at + 2 * PAGE, "ProtectionKey"));
    probe_read("read", at);
    probe_write("write", at);
    probe_read("read an untouched page", at + PAGE);
    probe_write("write an untouched page", at + PAGE);
    rights_set(key, PKEY_DISABLE_ACCESS);
    probe_read("no access: read", at);
    probe_write("no access: write", at);
    rights_set(key, 0);
    probe_write("all: write", at);
    probe_write("all: write an untouched page", at + PAGE);
    call("mprotect keeps the key", mprotect(at, PAGE, PROT_READ));
    say("ProtectionKey %ld", smaps_kilobytes(at, "ProtectionKey"));
    call("back", mprotect(at, PAGE, PROT_READ | PROT_WRITE));
    yes("one area again", maps_find(at, &line) && line.end - line.start == 2 * PAGE);
    char *moved = mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(2 * PAGE));
    rights_set(key, PKEY_DISABLE_ACCESS);
    probe_read("moved", moved);
    call("free while in use", key_free(key));
    probe_read("after free", moved);
    yes("the same key again", key_alloc(0, 0) == key);
    probe_read("open again", moved);
    key_free(key);
}

static siginfo_t seen;
static volatile unsigned in_handler;

static void catch (int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    seen = *info;
    in_handler = rights_read();
    /* Open the page for the repeated access by giving it key 0. */
    key_protect((void *)((unsigned long)info->si_addr & ~(PAGE - 1)), PAGE, PROT_READ | PROT_WRITE,
                0);
}

static void signals(void)
{
    struct sigaction action = {.sa_sigaction = catch, .sa_flags = SA_SIGINFO}, old;
    char *at = map_in_hole(PAGE);
    long key = key_alloc(0, 0);
    unsigned before;

    say("-- signals");
    *at = 5;
    key_protect(at, PAGE, PROT_READ | PROT_WRITE, key);
    rights_set(key, PKEY_DISABLE_ACCESS);
    before = rights_read();
    sigaction(SIGSEGV, &action, &old);
    say("value %d", *(volatile char *)at);
    sigaction(SIGSEGV, &old, NULL);
    say("code %s, key as given %d", signal_code_name(SIGSEGV, seen.si_code),
        *(int *)((char *)&seen + 32) == key);
    yes("address", seen.si_addr == at);
    yes("handler's rights are the initial ones", in_handler == 0x55555554u);
    yes("rights are back", rights_read() == before);
    key_free(key);
}

static void kernel_access(void)
{
    char *at = map_in_hole(PAGE);
    int fd = file_make("file", 100);
    long key = key_alloc(0, 0);
    struct iovec here = {map(PAGE), 10}, there = {at, 10};

    say("-- the kernel's accesses");
    *at = 7;
    key_protect(at, PAGE, PROT_READ | PROT_WRITE, key);
    rights_set(key, PKEY_DISABLE_WRITE);
    call("read into", pread(fd, at, 10, 0));
    call("write from", pwrite(fd, at, 10, 0));
    rights_set(key, PKEY_DISABLE_ACCESS);
    call("write from", pwrite(fd, at, 10, 0));
    call("open a name there", open(at, O_RDONLY));
    call("process_vm_readv", process_vm_readv(getpid(), &here, 1, &there, 1, 0));
    int memory = open("/proc/self/mem", O_RDWR);
    call("/proc/self/mem", pread(memory, here.iov_base, 10, (off_t)at));
    call("mlock", mlock(at, PAGE));
    rights_set(key, 0);
    key_free(key);
}

static void *thread(void *argument)
{
    (void)argument;
    return (void *)(unsigned long)rights_read();
}

static void inheritance(void)
{
    long key = key_alloc(0, PKEY_DISABLE_ACCESS);
    char *at = map_in_hole(PAGE);
    pthread_t id;
    void *result;
    int status;

    say("-- threads, fork");
    key_protect(at, PAGE, PROT_READ | PROT_WRITE, key);
    rights_set(key, PKEY_DISABLE_WRITE);
    pthread_create(&id, NULL, thread, NULL);
    pthread_join(id, &result);
    yes("a thread begins with its maker's rights", (unsigned long)result == rights_read());
    pid_t pid = fork();
    if (pid == 0) {
        probe_read("child: read", at);
        probe_write("child: write", at);
        say("child: next key %d", (int)(key_alloc(0, 0) - key));
        _exit(0);
    }
    waitpid(pid, &status, 0);
    call("parent: free", key_free(key));
}

static void execute_only(void)
{
    char *at = map_in_hole(2 * PAGE);
    struct maps_line line;

    say("-- execute-only");
    memset(at, 0xc3, 2 * PAGE);
    call("mprotect PROT_EXEC", mprotect(at, PAGE, PROT_EXEC));
    probe_exec("execute", at);
    probe_read("read", at);
    yes("a key", smaps_kilobytes(at, "ProtectionKey") > 0);
    long key = smaps_kilobytes(at, "ProtectionKey");
    call("its key is not to be used", key_protect(at + PAGE, PAGE, PROT_READ, key));
    call("nor freed", key_free(key));
    call("readable again", mprotect(at, PAGE, PROT_READ | PROT_EXEC));
    probe_read("read", at);
    say("ProtectionKey %ld", smaps_kilobytes(at, "ProtectionKey"));
    char *code = mmap(NULL, PAGE, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    yes("mmap PROT_EXEC has the key", smaps_kilobytes(code, "ProtectionKey") == key);
    probe_read("read", code);
    yes("rights", maps_find(code, &line) && strcmp(line.prot, "--xp") == 0);
    call("pkey_mprotect with key 0", key_protect(at, PAGE, PROT_EXEC, 0));
    probe_read("read", at);
}

int main(void)
{
    arguments();
    rights();
    signals();
    kernel_access();
    inheritance();
    execute_only();
    return 0;
}

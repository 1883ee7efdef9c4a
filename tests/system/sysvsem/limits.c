/* System V semaphores: kernel.sem, values out of range, too many operations. */

#include "test.h"

#include <sys/ipc.h>
#include <sys/sem.h>

static void set(const char *value)
{
    char text[64] = "";
    int fd = must(open("/proc/sys/kernel/sem", O_WRONLY));
    const char *result = write(fd, value, strlen(value)) < 0 ? errno_name(errno) : "ok";

    close(fd);
    file_text("/proc/sys/kernel/sem", text, sizeof(text));
    say("sem = %s: %s, now %.*s", value, result, (int)strcspn(text, "\n"), text);
}

static void get(const char *label, int nr)
{
    int id = (int)call_ok(label, semget(IPC_PRIVATE, nr, 0600));

    if (id >= 0)
        must(semctl(id, 0, IPC_RMID));
}

static long operate(int id, int number, int change, int flags)
{
    struct sembuf operation = {(unsigned short)number, (short)change, (short)flags};

    return semop(id, &operation, 1);
}

static void values(void)
{
    static struct sembuf many[600];
    int id = must(semget(IPC_PRIVATE, 2, 0600));
    unsigned short both[2] = {32767, 65535};

    call("SETVAL 32767", semctl(id, 0, SETVAL, 32767));
    call("SETVAL 32768", semctl(id, 0, SETVAL, 32768));
    call("SETVAL -1", semctl(id, 0, SETVAL, -1));
    call("SETVAL of 2", semctl(id, 2, SETVAL, 1));
    call("SETALL", semctl(id, 0, SETALL, both));
    call("add", operate(id, 0, 1, 0));
    call("add to 1", operate(id, 1, 32767, 0));
    call("again", operate(id, 1, 1, IPC_NOWAIT));
    call("take -32768", operate(id, 1, -32768, IPC_NOWAIT));
    call("undo", operate(id, 1, -32767, SEM_UNDO));
    call("put 32767", operate(id, 1, 32767, 0));
    call("undo range", operate(id, 1, -32767, SEM_UNDO));
    call("GETVAL", semctl(id, 1, GETVAL));
    call("number 2", operate(id, 2, 1, 0));
    call("number 65535", operate(id, -1, 1, 0));
    call("flags", operate(id, 0, -1, 0x7000));
    call("0 operations", semop(id, many, 0));
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = (struct sembuf){0, 0, IPC_NOWAIT};
    call("500", semop(id, many, 500));
    call("501", semop(id, many, 501));
    call("-1", semop(id, many, -1UL));
    call("bad", semop(id, (void *)8, 1));
    call("bad id", semop(-1, many, 1));
    call("bad id, too many", semop(-1, many, 501));
    call("bad time", semtimedop(id, many, 1, &(struct timespec){0, 1000000000}));
    call("negative time", semtimedop(id, many, 1, &(struct timespec){-1, 0}));
    call("bad time, GETPID", semctl(id, 0, GETPID) == getpid());
    call("GETNCNT", semctl(id, 0, GETNCNT));
    call("GETZCNT of 5", semctl(id, 5, GETZCNT));
    call("unknown", semctl(id, 0, 99));
    call("remove", semctl(id, 0, IPC_RMID));
}

/* What other programs have left would count against the limits. */
static void remove_all(void)
{
    struct seminfo info;
    struct semid_ds status;
    int last = must(semctl(0, 0, IPC_INFO, &info));

    for (int i = 0; i <= last; i++) {
        int id = semctl(i, 0, SEM_STAT, &status);

        if (id >= 0)
            semctl(id, 0, IPC_RMID);
    }
}

int main(void)
{
    struct seminfo info;
    int id, other;

    remove_all();
    yes("IPC_INFO", semctl(0, 0, IPC_INFO, &info) >= 0);
    say("map %d mni %d mns %d mnu %d msl %d opm %d ume %d usz %d vmx %d aem %d", info.semmap,
        info.semmni, info.semmns, info.semmnu, info.semmsl, info.semopm, info.semume, info.semusz,
        info.semvmx, info.semaem);
    set("250 32000 32 128");
    get("0", 0);
    get("-1", -1);
    get("250", 250);
    get("251", 251);
    values();
    set("300 10 4 2");
    get("10", 10);
    get("11", 11);
    id = (int)call_ok("8", semget(IPC_PRIVATE, 8, 0600));
    get("3", 3);
    other = (int)call_ok("2", semget(IPC_PRIVATE, 2, 0600));
    get("none left", 1);
    static struct sembuf five[5];
    call("5 operations", semop(id, five, 5));
    call("4 operations", semop(id, five, 4));
    must(semctl(id, 0, IPC_RMID));
    must(semctl(other, 0, IPC_RMID));
    set("-1 10 4 2");
    set("65537 10 4 2");
    set("250 10 4 32769");
    set("250 -5 4 128");
    set("250 32000 -5 128");
    set("250");
    set("32000 1024000000 500 32000");
    return 0;
}

/* semget and semctl: arguments, permissions, information, settings. */

#include "../test.h"
#include <sys/ipc.h>
#include <sys/sem.h>

#ifndef SEM_STAT_ANY
#define SEM_STAT_ANY 20
#endif
#define KEY 0x51515151

static int id;
static char text[8192];

static void put(const char *name, const char *value)
{
    char path[64], label[96];

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    snprintf(label, sizeof(label), "%s < %s", name, value);
    int fd = (int)must(open(path, O_WRONLY));
    call(label, write(fd, value, strlen(value)));
    close(fd);
}

static void get(const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    must(file_text(path, text, sizeof(text)) > 0 ? 0 : -1);
    say("%s: %s", name, strtok(text, "\n"));
}

static void table(void)
{
    char *line, *next;

    must(file_text("/proc/sysvipc/sem", text, sizeof(text)) > 0 ? 0 : -1);
    for (line = text; line && *line; line = next) {
        int key, found, mode, uid, gid, cuid, cgid;
        unsigned long nr, ot, ct;

        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (line == text) {
            say("%s", line);
            continue;
        }
        if (sscanf(line, "%d %d %o %lu %d %d %d %d %lu %lu", &key, &found, &mode, &nr, &uid, &gid,
                   &cuid, &cgid, &ot, &ct) != 10)
            say("a strange line: %s", line);
        else if (found == id)
            say("key %d mode %o nr %lu ids %d %d %d %d times %d %d length %lu", key, mode, nr, uid,
                gid, cuid, cgid, ot != 0, ct != 0, strlen(line));
    }
}

static void as_user(void)
{
    unsigned short values[4] = {0};
    struct semid_ds status;
    struct sembuf up = {0, 1, 0}, zero = {1, 0, IPC_NOWAIT}, big = {9, 1, 0};

    become_user();
    call("get, read", semget(KEY, 0, 0444));
    call("get, write", semget(KEY, 0, 0222));
    call("get, too many", semget(KEY, 99, 0222));
    call("IPC_STAT", semctl(id, 0, IPC_STAT, &status));
    call("SEM_STAT", semctl(id & 32767, 0, SEM_STAT, &status));
    call("SEM_STAT_ANY", semctl(id & 32767, 0, SEM_STAT_ANY, &status) == id);
    call("IPC_SET", semctl(id, 0, IPC_SET, &status));
    call("IPC_RMID", semctl(id, 0, IPC_RMID));
    call("GETVAL", semctl(id, 0, GETVAL));
    call("GETVAL, bad number", semctl(id, 9, GETVAL));
    call("SETVAL", semctl(id, 0, SETVAL, 1));
    call("SETVAL, bad number", semctl(id, 9, SETVAL, 1));
    call("SETVAL, bad value", semctl(id, 0, SETVAL, -1));
    call("GETALL", semctl(id, 0, GETALL, values));
    call("SETALL", semctl(id, 0, SETALL, values));
    call("SETALL from nowhere", semctl(id, 0, SETALL, (void *)8));
    call("up", semop(id, &up, 1));
    call("wait for zero", semop(id, &zero, 1));
    call("bad number", semop(id, &big, 1));
}

int main(void)
{
    unsigned short values[4] = {1, 2, 3, 4};
    struct semid_ds status;
    struct seminfo info;

    call("no such key", semget(KEY, 1, 0600));
    call("none, new", semget(KEY, 0, IPC_CREAT | 0600));
    call("-1", semget(KEY, -1, IPC_CREAT | 0600));
    call("32001", semget(KEY, 32001, IPC_CREAT | 0600));
    call("32000", semctl(must(semget(IPC_PRIVATE, 32000, 0600)), 0, IPC_RMID));
    id = (int)must(semget(KEY, 4, IPC_CREAT | 0640));
    yes("found", semget(KEY, 0, 0) == id && semget(KEY, 4, IPC_CREAT | 0600) == id);
    call("more than it has", semget(KEY, 5, 0));
    call("exclusive", semget(KEY, 4, IPC_CREAT | IPC_EXCL));
    must(semctl(id, 0, IPC_STAT, &status));
    say("mode %o, %lu semaphores", status.sem_perm.mode, (unsigned long)status.sem_nsems);
    yes("times", status.sem_otime == 0 && labs(status.sem_ctime - time(NULL)) < 10);
    in_child("an ordinary user", as_user);

    call("GETVAL", semctl(id, 1, GETVAL));
    call("SETVAL", semctl(id, 1, SETVAL, 7));
    call("GETVAL", semctl(id, 1, GETVAL));
    yes("GETPID", semctl(id, 1, GETPID) == getpid());
    call("GETPID, untouched", semctl(id, 0, GETPID));
    call("GETNCNT", semctl(id, 1, GETNCNT));
    call("GETZCNT", semctl(id, 1, GETZCNT));
    call("SETVAL 32767", semctl(id, 1, SETVAL, 32767));
    call("SETVAL 32768", semctl(id, 1, SETVAL, 32768));
    call("SETVAL -1", semctl(id, 1, SETVAL, -1));
    call("SETVAL number 4", semctl(id, 4, SETVAL, 1));
    call("SETVAL number -1", semctl(id, -1, SETVAL, 1));
    call("GETVAL number 4", semctl(id, 4, GETVAL));
    call("GETVAL number -1", semctl(id, -1, GETVAL));
    call("SETALL", semctl(id, 0, SETALL, values));
    memset(values, 0, sizeof(values));
    call("GETALL", semctl(id, 0, GETALL, values));
    say("%d %d %d %d", values[0], values[1], values[2], values[3]);
    yes("GETPID after SETALL", semctl(id, 0, GETPID) == getpid());
    values[2] = 40000;
    call("SETALL 40000", semctl(id, 0, SETALL, values));
    call("SETALL from nowhere", semctl(id, 0, SETALL, (void *)8));
    call("GETALL to nowhere", semctl(id, 0, GETALL, (void *)8));
    call("GETVAL", semctl(id, 2, GETVAL));

    call("identifier -1", semctl(-1, 0, IPC_STAT, &status));
    call("command unknown", semctl(id, 0, 99));
    call("command -1", semctl(id, 0, -1));
    call("no such set", semctl(id + 12345, 0, GETVAL));
    call("IPC_STAT to nowhere", semctl(id, 0, IPC_STAT, (void *)8));
    call("IPC_SET from nowhere", semctl(id, 0, IPC_SET, (void *)8));
    yes("SEM_STAT", semctl(id & 32767, 0, SEM_STAT, &status) == id);
    yes("IPC_INFO", semctl(0, 0, IPC_INFO, &info) >= (id & 32767));
    say("map %d mni %d mns %d mnu %d msl %d opm %d ume %d usz %d vmx %d aem %d", info.semmap,
        info.semmni, info.semmns, info.semmnu, info.semmsl, info.semopm, info.semume, info.semusz,
        info.semvmx, info.semaem);
    yes("SEM_INFO", semctl(0, 0, SEM_INFO, &info) >= (id & 32767));
    say("sets %d semaphores %d", info.semusz, info.semaem);
    must(semctl(id, 0, IPC_STAT, &status));
    status.sem_perm.uid = 1000;
    status.sem_perm.mode = 0777;
    call("IPC_SET", semctl(id, 0, IPC_SET, &status));
    status.sem_perm.uid = -1;
    call("IPC_SET uid -1", semctl(id, 0, IPC_SET, &status));
    must(semctl(id, 0, IPC_STAT, &status));
    say("uid %d mode %o", status.sem_perm.uid, status.sem_perm.mode);
    table();
    get("sem");
    get("sem_next_id");
    put("sem", "10 20 3 2");
    get("sem");
    call("11 in a set", semget(IPC_PRIVATE, 11, 0600));
    call("17 more", semget(IPC_PRIVATE, 9, 0600) >= 0 && semget(IPC_PRIVATE, 8, 0600));
    put("sem", "10 20 3 100");
    call("8 more", semget(IPC_PRIVATE, 8, 0600));
    put("sem", "10 20 3 -1");
    put("sem", "10 20 3 32769");
    get("sem");
    put("sem", "32000 1024000000 500 32000");
    put("sem_next_id", "70000");
    call("wanted", semget(IPC_PRIVATE, 1, 0600));
    call("IPC_RMID", semctl(70000, 0, IPC_RMID));
    call("IPC_RMID", semctl(id, 0, IPC_RMID));
    call("IPC_RMID again", semctl(id, 0, IPC_RMID));
    return 0;
}

/* System V shared memory: kernel.shmmax, shmall, shmmni. */

#include "test.h"

#include <sys/ipc.h>
#include <sys/shm.h>

static void set(const char *name, const char *value)
{
    char path[64], text[64] = "";
    int fd;

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    fd = must(open(path, O_WRONLY));
    const char *result = write(fd, value, strlen(value)) < 0 ? errno_name(errno) : "ok";
    close(fd);
    file_text(path, text, sizeof(text));
    say("%s = %s: %s, now %.*s", name, value, result, (int)strcspn(text, "\n"), text);
}

static int get(const char *label, size_t size)
{
    return (int)call_ok(label, shmget(IPC_PRIVATE, size, 0600));
}

static void drop(int id)
{
    if (id >= 0)
        must(shmctl(id, IPC_RMID, NULL));
}

/* What other programs have left would count against the limits. */
static void remove_all(void)
{
    struct shminfo info;
    struct shmid_ds status;
    int last = must(shmctl(0, IPC_INFO, (struct shmid_ds *)&info));

    for (int i = 0; i <= last; i++) {
        int id = shmctl(i, SHM_STAT, &status);

        if (id >= 0)
            shmctl(id, IPC_RMID, NULL);
    }
}

int main(void)
{
    int ids[4];

    remove_all();

    get("0", 0);
    get("-1", -1UL);
    get("LONG_MAX", LONG_MAX);
    set("shmmax", "8192");
    drop(get("8192", 8192));
    get("8193", 8193);
    set("shmmax", "0");
    get("1", 1);
    set("shmmax", "-1");
    set("shmmax", "18446744073692774399");
    set("shmall", "4");
    ids[0] = get("3 pages", 3 * PAGE);
    get("2 pages", 2 * PAGE);
    drop(get("a page", 1));
    drop(ids[0]);
    set("shmall", "18446744073692774399");
    set("shmmni", "3");
    for (int i = 0; i < 4; i++)
        ids[i] = get("segment", 1);
    for (int i = 0; i < 4; i++)
        drop(ids[i]);
    set("shmmni", "-1");
    set("shmmni", "32769");
    set("shmmni", "4096");
    set("shm_rmid_forced", "2");
    set("shm_rmid_forced", "1");
    set("shm_rmid_forced", "0");
    call("unknown", shmctl(0, 99, NULL));
    call("id -1", shmctl(-1, IPC_STAT, (void *)8));
    call("no segment", shmctl(99999, IPC_STAT, (void *)8));
    call_ok("huge without pool", shmget(IPC_PRIVATE, 2 << 20, 0600 | 04000 | 03));
    return 0;
}

/* /proc/sys/kernel/shm*, /proc/sysvipc/shm, and what the settings do. */

#include "segment.h"
#include <sys/prctl.h>

static char text[8192];

static void put(const char *name, const char *value)
{
    char path[64], label[96];

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    snprintf(label, sizeof(label), "%s < %s", name, value);
    int fd = (int)must(open(path, O_WRONLY));
    call(label, write(fd, value, strlen(value)) == (long)strlen(value) ? 1 : -1);
    close(fd);
}

static void put_quietly(const char *name, const char *value)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    int fd = (int)must(open(path, O_WRONLY));
    must(write(fd, value, strlen(value)));
    close(fd);
}

static void get(const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    must(file_text(path, text, sizeof(text)) > 0 ? 0 : -1);
    say("%s: %s", name, strtok(text, "\n"));
}

/* The line of the segment with its varying fields left out. */
static void table(int id)
{
    char *line, *next;

    must(file_text("/proc/sysvipc/shm", text, sizeof(text)) > 0 ? 0 : -1);
    for (line = text; line && *line; line = next) {
        int key, found, mode, creator, last, uid, gid, cuid, cgid;
        unsigned long size, attached, at, dt, ct, resident, swapped;

        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (line == text) {
            say("%s", line);
            continue;
        }
        if (sscanf(line, "%d %d %o %lu %d %d %lu %d %d %d %d %lu %lu %lu %lu %lu", &key, &found,
                   &mode, &size, &creator, &last, &attached, &uid, &gid, &cuid, &cgid, &at, &dt,
                   &ct, &resident, &swapped) != 16) {
            say("a strange line: %s", line);
            continue;
        }
        if (found != id)
            continue;
        say("key %d mode %o size %lu attached %lu ids %d %d %d %d resident %lu swapped %lu", key,
            mode, size, attached, uid, gid, cuid, cgid, resident, swapped);
        say("length %lu, processes %d %d, times %d %d %d", strlen(line), creator == getpid(),
            last == getpid(), at != 0, dt != 0, ct != 0);
    }
}

static int left_behind;

static void leaves_behind(void)
{
    struct shmid_ds status;

    left_behind = segment_make(1);
    call("child: made", shmctl(left_behind, IPC_STAT, &status));
    int fd = (int)must(open("left", O_RDWR | O_CREAT, 0600));
    must(write(fd, &left_behind, sizeof(left_behind)));
}

static void is_left(const char *label)
{
    struct shmid_ds status;
    int fd = (int)must(open("left", O_RDONLY));

    must(read(fd, &left_behind, sizeof(left_behind)));
    close(fd);
    call(label, shmctl(left_behind, IPC_STAT, &status));
}

int main(void)
{
    struct shm_info usage;
    struct shmid_ds status;
    int id, other;

    get("shmmax");
    get("shmall");
    get("shmmni");
    get("shm_rmid_forced");
    get("shm_next_id");
    id = (int)must(shmget(0x7f000001, 3 * PAGE + 1, IPC_CREAT | 0640));
    segment_at(id)[2 * PAGE] = 1;
    table(id);

    put("shmmax", "x");
    put("shmmax", "8192");
    get("shmmax");
    call("above shmmax", shmget(IPC_PRIVATE, 8193, 0600));
    call("at shmmax", shmctl(must(shmget(IPC_PRIVATE, 8192, 0600)), IPC_RMID, NULL));
    call("an older one is found", shmget(0x7f000001, 3 * PAGE, 0) == id);
    put("shmmax", "18446744073692774399");
    must(shmctl(0, SHM_INFO, (void *)&usage));
    snprintf(text, sizeof(text), "%lu", usage.shm_tot + 2);
    put_quietly("shmall", text);
    call("above shmall", shmget(IPC_PRIVATE, 2 * PAGE + 1, 0600));
    call("at shmall", shmctl(must(shmget(IPC_PRIVATE, 2 * PAGE, 0600)), IPC_RMID, NULL));
    put("shmall", "18446744073692774399");
    put("shmmni", "32769");
    put("shmmni", "-1");
    snprintf(text, sizeof(text), "%d", usage.used_ids);
    put_quietly("shmmni", text);
    call("above shmmni", shmget(IPC_PRIVATE, PAGE, 0600));
    put("shmmni", "4096");

    put("shm_next_id", "-1");
    put("shm_next_id", "1000000007");
    get("shm_next_id");
    call("with the wanted identifier", shmget(IPC_PRIVATE, PAGE, 0600));
    get("shm_next_id");
    put("shm_next_id", "1000000007");
    call("the wanted one is taken", shmget(IPC_PRIVATE, PAGE, 0600));
    call("remove", shmctl(1000000007, IPC_RMID, NULL));
    call("remove", shmctl(1000000008, IPC_RMID, NULL));

    in_child("child", leaves_behind);
    is_left("its segment, not forced");
    other = segment_make(1);
    put("shm_rmid_forced", "2");
    put("shm_rmid_forced", "1");
    is_left("its segment, forced later");
    call("of the living", shmctl(other, IPC_STAT, &status));
    in_child("child", leaves_behind);
    is_left("its segment, forced");
    call("attach", shmdt(segment_at(other)));
    call("of the living, detached", shmctl(other, IPC_STAT, &status));
    put("shm_rmid_forced", "0");
    call("remove", shmctl(id, IPC_RMID, NULL));
    table(id);
    return 0;
}

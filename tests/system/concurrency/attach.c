/* Processes that make, attach, detach, remove and inherit System V segments at once. A segment
 * holds its own mark or nothing; at the end none is left.
 * seconds: 600 */

#include "concurrency/race.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#define KEYS  6
#define KEY   0x7e57
#define PAGES 5UL

static race_word mark_of(int key)
{
    return 0x5e60000000000000UL | (race_word)key;
}

static void use(char *at, int key, race_word *random)
{
    for (int i = 0; i < 20; i++) {
        race_word *word = (race_word *)(at + race_random(random) % (PAGES * PAGE / 8) * 8);
        race_word value = *(volatile race_word *)word;
        if (value != 0 && value != mark_of(key))
            race_wrong(value);
        *(volatile race_word *)word = mark_of(key);
    }
}

static void attach_once(race_word *random)
{
    int key = (int)(race_random(random) % KEYS);
    int id = shmget(KEY + key, PAGES * PAGE, IPC_CREAT | 0600);
    char *at = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

    if (at == (char *)-1)
        return;
    use(at, key, random);
    if (race_random(random) % 4 == 0) {
        pid_t pid = fork();
        if (pid == 0) {
            use(at, key, random);
            if (race_random(random) % 2)
                shmdt(at);
            _exit(0);
        }
        if (race_random(random) % 2)
            use(at, key, random);
        waitpid(pid, NULL, 0);
    }
    if (race_random(random) % 3 == 0)
        munmap(at + PAGE, PAGE);
    shmdt(at);
}

static void remove_once(race_word *random)
{
    int id = shmget(KEY + (int)(race_random(random) % KEYS), 0, 0);
    struct shmid_ds status;

    if (id < 0)
        return;
    shmctl(id, IPC_STAT, &status);
    shmctl(id, race_random(random) % 2 ? SHM_LOCK : SHM_UNLOCK, NULL);
    shmctl(id, IPC_RMID, NULL);
}

int main(void)
{
    struct racer threads[] = {{.body = attach_once}, {.body = attach_once}, {.body = remove_once}};
    struct shm_info info;

    race_begin();
    for (race_word i = 1; i < 6; i++)
        race_process(i == 5 ? remove_once : attach_once, i * 1234567);
    race_start(threads, COUNT_OF(threads));
    while (!race_over())
        race_audit();
    race_join(threads, COUNT_OF(threads));
    while (wait(NULL) > 0)
        ;
    for (int key = 0; key < KEYS; key++)
        shmctl(shmget(KEY + key, 0, 0), IPC_RMID, NULL);
    shmctl(0, SHM_INFO, (struct shmid_ds *)&info);
    say("segments left: %d", info.used_ids);
    race_end();
    return 0;
}

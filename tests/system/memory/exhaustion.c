/* Memory is used up: the process that ate it is killed and everything else lives. seconds: 60 */

#include "test.h"

static void set_score(const char *score)
{
    int fd = (int)must(open("/proc/self/oom_score_adj", O_WRONLY));
    must(write(fd, score, strlen(score)));
    close(fd);
}

static void eat(void)
{
    for (;;) {
        char *block = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (block == MAP_FAILED)
            _exit(1);
        for (unsigned long i = 0; i < 16 << 20; i += PAGE)
            block[i] = 1;
    }
}

int main(void)
{
    char text[16];
    int gate[2], status;
    char byte;
    /* Like sshd and udevd we ask to be spared, so that the choice is the same everywhere. */
    set_score("-1000");
    must(pipe(gate));
    pid_t bystander = (pid_t)must(fork());
    if (bystander == 0) {
        close(gate[1]);
        read(gate[0], &byte, 1);
        _exit(7);
    }
    for (int i = 0; i < 3; i++) {
        pid_t pid = (pid_t)must(fork());
        if (pid == 0) {
            set_score("0");
            eat();
        }
        must(waitpid(pid, &status, 0));
        status_report("eater", status);
    }
    close(gate[1]);
    waitpid(bystander, &status, 0);
    status_report("bystander", status);
    file_text("/proc/self/oom_score_adj", text, sizeof(text));
    say("oom_score_adj %s", strtok(text, "\n"));
    char *page = map(64 * PAGE);
    memset(page, 1, 64 * PAGE);
    yes("memory can be had again", page[63 * PAGE] == 1);
    return 0;
}

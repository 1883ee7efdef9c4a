/* Writes up to PIPE_BUF from several processes do not mix. */

#include "test.h"

int main(void)
{
    int ends[2], bad = 0, blocks = 0;
    must(pipe(ends));
    for (int i = 0; i < 4; i++) {
        if (fork() == 0) {
            char block[512];
            memset(block, 'a' + i, sizeof(block));
            for (int j = 0; j < 200; j++)
                must(write(ends[1], block, sizeof(block)));
            _exit(0);
        }
    }
    close(ends[1]);
    char block[512];
    for (;;) {
        size_t have = 0;
        ssize_t got = 1;
        while (have < sizeof(block) &&
               (got = read(ends[0], block + have, sizeof(block) - have)) > 0)
            have += (size_t)got;
        if (have == 0)
            break;
        for (size_t i = 1; i < have; i++)
            bad += block[i] != block[0];
        blocks++;
    }
    while (wait(NULL) > 0)
        ;
    say("%d blocks, %d mixed", blocks, bad);
    return 0;
}

/* The parent exits first: what the child inherited stays whole while the parent's pages are freed.
 */

#include "test.h"

enum { pages = 1500 };

int main(void)
{
    int result[2], status;
    char *base = map(pages * PAGE);
    must(pipe(result));
    for (unsigned long i = 0; i < pages; i++)
        base[i * PAGE] = (char)i;
    pid_t parent = (pid_t)must(fork());
    if (parent == 0) {
        int gate[2];
        char byte;
        must(pipe(gate));
        if (fork() == 0) {
            close(gate[1]);
            while (read(gate[0], &byte, 1) > 0)
                ;
            nap(20);
            unsigned wrong = 0;
            for (unsigned long i = 0; i < pages; i++)
                wrong += base[i * PAGE] != (char)i;
            for (unsigned long i = 0; i < pages; i++)
                base[i * PAGE]++;
            for (unsigned long i = 0; i < pages; i++)
                wrong += base[i * PAGE] != (char)(i + 1);
            must(write(result[1], &wrong, sizeof(wrong)));
            _exit(0);
        }
        for (unsigned long i = 0; i < pages; i += 2)
            base[i * PAGE] = 0;
        _exit(0);
    }
    must(waitpid(parent, &status, 0));
    unsigned wrong = 99;
    must(read(result[0], &wrong, sizeof(wrong)));
    say("wrong in the orphan: %u", wrong);
    return 0;
}

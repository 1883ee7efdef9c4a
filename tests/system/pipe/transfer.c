/* Four megabytes through a pipe between processes, in odd sizes, arrive whole and in order. */

#include "test.h"

int main(void)
{
    const unsigned total = 4 << 20;
    int ends[2], status;
    must(pipe(ends));
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        static unsigned char buffer[70000];
        unsigned done = 0, size = 1;
        close(ends[0]);
        while (done < total) {
            size = size * 7 % 65521 + 1;
            unsigned part = size < total - done ? size : total - done;
            for (unsigned i = 0; i < part; i++)
                buffer[i] = (unsigned char)((done + i) * 2654435761U >> 24);
            if (write(ends[1], buffer, part) != part)
                _exit(1);
            done += part;
        }
        _exit(0);
    }
    static unsigned char buffer[12345];
    unsigned done = 0, wrong = 0;
    ssize_t got;
    close(ends[1]);
    while ((got = read(ends[0], buffer, sizeof(buffer))) > 0) {
        for (ssize_t i = 0; i < got; i++)
            wrong += buffer[i] != (unsigned char)((done + (unsigned)i) * 2654435761U >> 24);
        done += (unsigned)got;
    }
    say("got %u, wrong %u, then %ld", done, wrong, (long)got);
    waitpid(pid, &status, 0);
    status_report("writer", status);
    return 0;
}

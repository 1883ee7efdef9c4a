/* fork shares open file descriptions: offset and status flags, not descriptors. */

#include "test.h"

int main(void)
{
    char text[64];
    int fd = (int)must(open("log", O_RDWR | O_CREAT, 0644));
    for (int i = 0; i < 4; i++) {
        if (fork() == 0) {
            must(write(fd, &"abcd"[i], 1));
            _exit(0);
        }
        wait(NULL);
    }
    must(write(fd, "!", 1));
    file_text("log", text, sizeof(text));
    say("log: %s", text);
    if (fork() == 0) {
        fcntl(fd, F_SETFL, O_APPEND);
        close(fd);
        _exit(0);
    }
    wait(NULL);
    yes("flags are shared", fcntl(fd, F_GETFL) & O_APPEND);
    call("descriptor is still open", write(fd, "x", 1));
    return 0;
}

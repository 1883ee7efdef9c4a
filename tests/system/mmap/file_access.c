/* mmap of a file against how it was opened. */

#include "test.h"

static void attempt(const char *how, int fd, int prot, int flags, const char *what)
{
    char label[80];
    snprintf(label, sizeof(label), "%s, %s", how, what);
    call_ok(label, (long)mmap(NULL, PAGE, prot, flags, fd, 0));
}

int main(void)
{
    static const struct {
        const char *name;
        int flags;
    } ways[] = {{"read-only", O_RDONLY},
                {"write-only", O_WRONLY},
                {"read-write", O_RDWR},
                {"path", O_PATH},
                {"append", O_RDWR | O_APPEND}};

    close(file_make("file", PAGE));
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        int fd = (int)must(open("file", ways[i].flags));
        attempt(ways[i].name, fd, PROT_READ, MAP_SHARED, "shared r");
        attempt(ways[i].name, fd, PROT_READ | PROT_WRITE, MAP_SHARED, "shared rw");
        attempt(ways[i].name, fd, PROT_WRITE, MAP_SHARED, "shared w");
        attempt(ways[i].name, fd, PROT_READ | PROT_WRITE, MAP_PRIVATE, "private rw");
        attempt(ways[i].name, fd, PROT_NONE, MAP_PRIVATE, "private none");
        close(fd);
    }
    int fd = (int)must(open("file", O_RDONLY));
    char *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    call("mprotect a read-only shared one to rw", mprotect(map, PAGE, PROT_READ | PROT_WRITE));
    int directory = (int)must(open(".", O_RDONLY));
    attempt("directory", directory, PROT_READ, MAP_PRIVATE, "private r");
    int ends[2];
    must(pipe(ends));
    attempt("pipe", ends[0], PROT_READ, MAP_PRIVATE, "private r");
    attempt("shared-validate with unknown flag", fd, PROT_READ, MAP_SHARED_VALIDATE | 0x4000000,
            "r");
    attempt("shared-validate", fd, PROT_READ, MAP_SHARED_VALIDATE, "r");
    attempt("shared-validate sync", fd, PROT_READ, MAP_SHARED_VALIDATE | 0x80000, "r");
    attempt("anonymous ignores the descriptor", 12345, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, "r");
    return 0;
}

/* MADV_DONTNEED: zero again on anonymous memory, the file again on a private file mapping, the same
   contents on a shared one. */

#include "test.h"

int main(void)
{
    char *page = map(3 * PAGE);
    memset(page, 'x', 3 * PAGE);
    call("anonymous", madvise(page + PAGE, PAGE, MADV_DONTNEED));
    say("%c %d %c", page[0], page[PAGE], page[2 * PAGE]);

    int fd = file_make("file", 2 * PAGE);
    char *file = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    file[50] = 'z';
    call("private file", madvise(file, 2 * PAGE, MADV_DONTNEED));
    say("%d", file[50]);

    char *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    shared[60] = 's';
    call("shared file", madvise(shared, PAGE, MADV_DONTNEED));
    say("%c", shared[60]);
    char *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memory[0] = 'm';
    call("shared anonymous", madvise(memory, PAGE, MADV_DONTNEED));
    say("%c", memory[0]);

    must(mprotect(page, 3 * PAGE, PROT_READ));
    call("read-only anonymous", madvise(page, 3 * PAGE, MADV_DONTNEED));
    say("%d %d", page[0], page[2 * PAGE]);
    must(mprotect(page, 3 * PAGE, PROT_NONE));
    call("no access", madvise(page, 3 * PAGE, MADV_DONTNEED));
    return 0;
}

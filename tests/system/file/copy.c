/* sendfile, copy_file_range, splice through a pipe. */

#define _GNU_SOURCE
#include <fcntl.h>

#include "test.h"

#include <sys/sendfile.h>

int main(void)
{
    char a[20000], b[20000];
    int from = file_make("from", 20000), to = (int)must(open("to", O_RDWR | O_CREAT, 0644));
    int ends[2];
    off_t offset = 100;

    must(pread(from, a, sizeof(a), 0));
    call("sendfile with offset", sendfile(to, from, &offset, 10000));
    say("offset %ld, position %ld", (long)offset, (long)lseek(from, 0, SEEK_CUR));
    call("sendfile from position", sendfile(to, from, NULL, 50));
    say("position %ld", (long)lseek(from, 0, SEEK_CUR));
    must(pread(to, b, 10050, 0));
    yes("contents", memcmp(b, a + 100, 10000) == 0 && memcmp(b + 10000, a, 50) == 0);
    offset = 30000;
    call("beyond the end", sendfile(to, from, &offset, 10));
    offset = -1;
    call("negative offset", sendfile(to, from, &offset, 10));
    must(pipe(ends));
    call("to a pipe", sendfile(ends[1], from, NULL, 3000));
    call("from a pipe", sendfile(to, ends[0], NULL, 10));
    call("read back", read(ends[0], b, sizeof(b)));
    yes("contents", memcmp(b, a + 50, 3000) == 0);
    call("to read-only", sendfile(open("to", O_RDONLY), from, NULL, 1));
    call("to append", sendfile(open("to", O_WRONLY | O_APPEND), from, NULL, 1));
    call("bad", sendfile(999, from, NULL, 1));
    off_t in = 0, out = 0;
    must(ftruncate(to, 0));
    long copied = copy_file_range(from, &in, to, &out, 20000, 0);
    if (copied < 0) {
        say("copy_file_range: %s", errno_name(errno));
        return 0;
    }
    say("copy_file_range: %ld, offsets %ld %ld", copied, (long)in, (long)out);
    call("flag 1", copy_file_range(from, &in, to, &out, 1, 1));
    in = 0;
    out = 100;
    call("overlapping in one file", copy_file_range(from, &in, from, &out, 1000, 0));
    call("directory", copy_file_range(open(".", O_RDONLY), NULL, to, NULL, 1, 0));
    return 0;
}

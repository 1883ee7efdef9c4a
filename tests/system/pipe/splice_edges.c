/* splice, tee, vmsplice, sendfile and copy_file_range at the edges of offsets and lengths. */
#define _GNU_SOURCE
#include "../test.h"

#include <limits.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#define HUGE_LENGTH ((size_t)1 << 63)

static int in, out, ends[2];

static void show(const char *what, ssize_t result, const off_t *offset)
{
    if (result < 0)
        say("%s: %s", what, errno_name(errno));
    else
        say("%s: %zd", what, result);
    if (offset)
        say("  offset %lld", (long long)*offset);
}

static void drain(void)
{
    static char bytes[70000];

    while (read(ends[0], bytes, sizeof(bytes)) > 0)
        continue;
}

static void into_pipe(const char *what, off_t offset, size_t len)
{
    show(what, splice(in, &offset, ends[1], NULL, len, SPLICE_F_NONBLOCK), &offset);
    drain();
}

static void out_of_pipe(const char *what, off_t offset, size_t len)
{
    write(ends[1], "abc", 3);
    show(what, splice(ends[0], NULL, out, &offset, len, SPLICE_F_NONBLOCK), &offset);
    drain();
    ftruncate(out, 0);
}

static void by_sendfile(const char *what, off_t offset, size_t len)
{
    show(what, sendfile(out, in, &offset, len), &offset);
    ftruncate(out, 0);
    lseek(out, 0, SEEK_SET);
}

static void by_copy(const char *what, off_t from, off_t to, size_t len)
{
    show(what, copy_file_range(in, &from, out, &to, len, 0), NULL);
    say("  from %lld to %lld", (long long)from, (long long)to);
    ftruncate(out, 0);
}

static void directions(void)
{
    int reader = open("in", O_RDONLY), writer = open("out", O_WRONLY),
        appender = open("out", O_WRONLY | O_APPEND);
    int directory = open(".", O_RDONLY), path = open("in", O_PATH),
        null = open("/dev/null", O_RDWR);
    int zero = open("/dev/zero", O_RDWR), full = open("/dev/full", O_RDWR);
    off_t offset = 0;

    show("a file of write only is read", splice(writer, NULL, ends[1], NULL, 1, 0), NULL);
    write(ends[1], "abc", 3);
    show("a file of read only is written", splice(ends[0], NULL, reader, NULL, 1, 0), NULL);
    show("appending", splice(ends[0], NULL, appender, NULL, 1, 0), NULL);
    show("to null", splice(ends[0], NULL, null, NULL, 1, 0), NULL);
    show("to zero", splice(ends[0], NULL, zero, NULL, 1, 0), NULL);
    show("to full", splice(ends[0], NULL, full, NULL, 1, 0), NULL);
    show("to null at an offset", splice(ends[0], NULL, null, &offset, 1, 0), &offset);
    drain();
    show("from zero", splice(zero, NULL, ends[1], NULL, 5, 0), NULL);
    show("from null", splice(null, NULL, ends[1], NULL, 5, 0), NULL);
    drain();
    show("a directory", splice(directory, NULL, ends[1], NULL, 1, 0), NULL);
    show("a path", splice(path, NULL, ends[1], NULL, 1, 0), NULL);
    show("two files", splice(reader, NULL, writer, NULL, 1, 0), NULL);
    show("offset of a pipe", splice(reader, NULL, ends[1], &offset, 1, 0), NULL);
    show("the wrong end", splice(reader, NULL, ends[0], NULL, 1, 0), NULL);
    show("the wrong end as source", splice(ends[1], NULL, writer, NULL, 1, 0), NULL);
    show("a pipe to itself", splice(ends[0], NULL, ends[1], NULL, 1, 0), NULL);
    show("no such descriptor, no length", splice(-1, NULL, -1, NULL, 0, 0), NULL);
    show("no such descriptor, wrong flags", splice(-1, NULL, -1, NULL, 1, 0x100), NULL);
    show("tee of a file", tee(reader, ends[1], 1, 0), NULL);
    show("tee to itself", tee(ends[0], ends[1], 1, 0), NULL);
    show("tee, no length", tee(-1, -1, 0, 0), NULL);
    show("tee, wrong flags", tee(-1, -1, 0, 0x100), NULL);
    show("sendfile of a directory", sendfile(out, directory, NULL, 1), NULL);
    show("sendfile to a reader", sendfile(reader, in, NULL, 1), NULL);
    show("sendfile from a pipe", sendfile(out, ends[0], NULL, 1), NULL);
    show("sendfile appending", sendfile(appender, in, NULL, 1), NULL);
    show("sendfile to null", sendfile(null, in, &offset, 2), &offset);
    show("sendfile to zero", sendfile(zero, in, &offset, 2), &offset);
    show("sendfile to full", sendfile(full, in, &offset, 2), &offset);
    show("copy to itself, overlapping", copy_file_range(in, NULL, in, &offset, 4, 0), NULL);
    show("copy appending", copy_file_range(in, NULL, appender, NULL, 1, 0), NULL);
    show("copy of a directory", copy_file_range(directory, NULL, out, NULL, 1, 0), NULL);
    show("copy of a pipe", copy_file_range(ends[0], NULL, out, NULL, 1, 0), NULL);
    show("copy with flags", copy_file_range(in, NULL, out, NULL, 1, 1), NULL);
}

static void memory(void)
{
    struct iovec many[1025], wrong = {(void *)8, 10}, long_one = {(void *)many, HUGE_LENGTH};

    for (int i = 0; i < 1025; i++)
        many[i] = (struct iovec){(void *)"x", 1};
    show("vmsplice of 1025", vmsplice(ends[1], many, 1025, SPLICE_F_NONBLOCK), NULL);
    show("vmsplice of none", vmsplice(ends[1], many, 0, SPLICE_F_NONBLOCK), NULL);
    show("vmsplice of 20", vmsplice(ends[1], many, 20, SPLICE_F_NONBLOCK), NULL);
    show("vmsplice of 20 more", vmsplice(ends[1], many, 20, SPLICE_F_NONBLOCK), NULL);
    drain();
    show("vmsplice of nothing mapped", vmsplice(ends[1], &wrong, 1, SPLICE_F_NONBLOCK), NULL);
    show("vmsplice of too much", vmsplice(ends[1], &long_one, 1, SPLICE_F_NONBLOCK), NULL);
    show("vmsplice to a file", vmsplice(out, many, 1, 0), NULL);
    show("vmsplice, wrong flags", vmsplice(-1, many, 1, 0x100), NULL);
}

int main(void)
{
    in = open("in", O_RDWR | O_CREAT | O_TRUNC, 0600);
    out = open("out", O_RDWR | O_CREAT | O_TRUNC, 0600);
    write(in, "0123456789", 10);
    pipe2(ends, O_NONBLOCK);
    into_pipe("splice from -1", -1, 5);
    into_pipe("splice from the smallest", LONG_MIN, 5);
    into_pipe("splice from the largest", LONG_MAX, 5);
    into_pipe("splice from 4", 4, 100);
    into_pipe("splice a huge length", 0, HUGE_LENGTH);
    into_pipe("splice the largest length", 0, HUGE_LENGTH - 1);
    into_pipe("splice the largest length from 5", 5, HUGE_LENGTH - 1);
    into_pipe("splice from beyond the end", 100, 5);
    out_of_pipe("splice to -1", -1, 5);
    out_of_pipe("splice to the largest", LONG_MAX, 5);
    out_of_pipe("splice to the largest but two", LONG_MAX - 2, 5);
    out_of_pipe("splice to 4", 4, 5);
    out_of_pipe("splice out a huge length", 0, HUGE_LENGTH);
    out_of_pipe("splice out the largest length", 0, HUGE_LENGTH - 1);
    by_sendfile("sendfile from -1", -1, 5);
    by_sendfile("sendfile from the largest", LONG_MAX, 5);
    by_sendfile("sendfile from 4", 4, 100);
    by_sendfile("sendfile a huge length", 0, HUGE_LENGTH);
    by_sendfile("sendfile the largest length", 0, HUGE_LENGTH - 1);
    by_copy("copy from -1", -1, 0, 5);
    by_copy("copy to -1", 0, -1, 5);
    by_copy("copy from the largest", LONG_MAX, 0, 5);
    by_copy("copy to the largest", 0, LONG_MAX, 5);
    by_copy("copy to the largest but two", 0, LONG_MAX - 2, 5);
    by_copy("copy a huge length", 0, 0, HUGE_LENGTH);
    by_copy("copy the largest length", 0, 0, HUGE_LENGTH - 1);
    by_copy("copy from 4 to 2", 4, 2, 100);
    directions();
    memory();
    return 0;
}

/* A pipe's pages go from data to data: what is read is what was written, whatever the ring did. */

#include "test.h"

#include <sys/uio.h>

#define ROOM 65536

static char out[2 * ROOM], in[2 * ROOM];

static void fill(size_t len, int seed)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(i * 7 + i / PAGE + (size_t)seed);
}

/* Read @len bytes in pieces of @piece; as they were written from @at on? */
static const char *compare(int fd, size_t at, size_t len, size_t piece)
{
    for (size_t done = 0; done < len;) {
        size_t want = len - done < piece ? len - done : piece;
        ssize_t got = read(fd, in, want);

        if (got <= 0)
            return "short";
        if (memcmp(in, out + at + done, (size_t)got) != 0)
            return "different";
        done += (size_t)got;
    }
    return "same";
}

static void rounds(int *ends)
{
    static const size_t pieces[] = {ROOM, 5000, 4096, 1};

    for (int round = 0; round < 4; round++) {
        fill(ROOM, round);
        call("write", write(ends[1], out, ROOM));
        say("in pieces of %zu: %s", pieces[round], compare(ends[0], 0, ROOM, pieces[round]));
    }
}

/* Data that begin in the middle of the ring, and more than fits before half has been read. */
static void around(int *ends)
{
    fill(2 * ROOM, 9);
    call("write", write(ends[1], out, ROOM));
    say("half: %s", compare(ends[0], 0, ROOM / 2, 3 * PAGE));
    call("write more", write(ends[1], out + ROOM, ROOM / 2));
    say("all: %s", compare(ends[0], ROOM / 2, ROOM, ROOM));
}

static void resized(int *ends)
{
    fill(ROOM, 20);
    call("write", write(ends[1], out, ROOM));
    say("%s", compare(ends[0], 0, ROOM - 3 * PAGE, ROOM));
    call("smaller", fcntl(ends[0], F_SETPIPE_SZ, 4 * PAGE));
    say("rest: %s", compare(ends[0], ROOM - 3 * PAGE, 3 * PAGE, PAGE));
    call("write into the smaller", write(ends[1], out, 4 * PAGE));
    say("%s", compare(ends[0], 0, 4 * PAGE, PAGE));
    call("larger", fcntl(ends[0], F_SETPIPE_SZ, 2 * ROOM));
    call("write into the larger", write(ends[1], out, 2 * ROOM));
    say("%s", compare(ends[0], 0, 2 * ROOM, 10000));
}

/* A page that is in two pipes is not written to again. */
static void shared(int *ends)
{
    int other[2];

    must(pipe(other));
    fill(ROOM, 30);
    call("fill the other", write(other[1], out, ROOM));
    say("%s", compare(other[0], 0, ROOM, ROOM));
    call("write", write(ends[1], out, 3 * PAGE));
    call("tee", tee(ends[0], other[1], 3 * PAGE, 0));
    say("the original: %s", compare(ends[0], 0, 3 * PAGE, PAGE));
    memset(in, 'x', 3 * PAGE);
    call("write anew", write(ends[1], in, 3 * PAGE));
    say("the copy: %s", compare(other[0], 0, 3 * PAGE, PAGE));
    call("read what is new", read(ends[0], in, 3 * PAGE));
    say("%c%c", in[0], in[3 * PAGE - 1]);
    call("write", write(ends[1], out, 2 * PAGE));
    call("splice", splice(ends[0], NULL, other[1], NULL, 2 * PAGE, 0));
    memset(in, 'y', 2 * PAGE);
    call("write anew", write(ends[1], in, 2 * PAGE));
    say("what moved: %s", compare(other[0], 0, 2 * PAGE, PAGE));
    call("read", read(ends[0], in, 2 * PAGE));
    close(other[0]);
    close(other[1]);
}

/* A write whose memory ends leaves a page behind that nobody sees. */
static void faulting(int *ends)
{
    char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec parts[2] = {{pages, PAGE}, {pages + PAGE, PAGE}};

    memset(pages, 'a', PAGE);
    munmap(pages + PAGE, PAGE);
    call("write past the end", write(ends[1], pages + 100, PAGE));
    call("write a page and what is not there", writev(ends[1], parts, 2));
    memset(pages, 'b', PAGE);
    call("write", write(ends[1], pages, 10));
    call("read", read(ends[0], in, sizeof(in)));
    say("%c%c", in[0], in[9]);
    call("non-blocking", fcntl(ends[0], F_SETFL, O_NONBLOCK));
    call("read", read(ends[0], in, 1));
}

int main(void)
{
    int ends[2];

    must(pipe(ends));
    rounds(ends);
    around(ends);
    resized(ends);
    shared(ends);
    faulting(ends);
    return 0;
}

/* getrandom and /dev/urandom: lengths, flags, and that bytes differ. */

#include "test.h"

#include <sys/random.h>

int main(void)
{
    static unsigned char a[70000], b[70000];
    call("16", getrandom(a, 16, 0));
    call("70000", getrandom(a, sizeof(a), 0));
    call("again", getrandom(b, sizeof(b), GRND_NONBLOCK));
    yes("differ", memcmp(a, b, sizeof(a)) != 0);
    unsigned counts[256] = {0}, odd = 0;
    for (size_t i = 0; i < sizeof(a); i++)
        counts[a[i]]++;
    for (int i = 0; i < 256; i++)
        odd += counts[i] < 150 || counts[i] > 420;
    say("uneven byte values: %u", odd);
    call("GRND_RANDOM", getrandom(a, 16, GRND_RANDOM));
    call("unknown flag", getrandom(a, 16, 0x80));
    call("random and insecure", getrandom(a, 16, GRND_RANDOM | 4));
    call("bad pointer", getrandom((void *)8, 16, 0));
    call("0", getrandom(a, 0, 0));
    int fd = (int)must(open("/dev/urandom", O_RDWR));
    call("urandom", read(fd, a, 100));
    call("write", write(fd, a, 100));
    int full = (int)must(open("/dev/full", O_RDWR));
    call("full read", read(full, a, 10));
    call("full write", write(full, a, 10));
    int null = (int)must(open("/dev/null", O_RDWR));
    call("null read", read(null, a, 10));
    call("null write", write(null, a, 10));
    call("null write from nowhere", write(null, (void *)8, 10));
    int zero = (int)must(open("/dev/zero", O_RDWR));
    a[5] = 1;
    call("zero read", read(zero, a, 10));
    yes("is zero", a[5] == 0);
    return 0;
}

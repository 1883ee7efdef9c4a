/* Where things go in 200 runs of a program, with kernel.randomize_va_space 2, 1 and 0. seconds: 60
 */

#include "test.h"

#include <sys/auxv.h>

#define RUNS    200
#define SETTING "/proc/sys/kernel/randomize_va_space"

enum place { STACK, MAPPING, HEAP, VDSO, NR_PLACES };

static void put(const char *value)
{
    int fd = must(open(SETTING, O_WRONLY));

    must(write(fd, value, 1));
    close(fd);
}

/* In the program that is run: tell where things are. */
static int tell(int fd)
{
    unsigned long at[NR_PLACES];
    char here;

    at[STACK] = (unsigned long)&here;
    at[MAPPING] = (unsigned long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    at[HEAP] = (unsigned long)syscall(SYS_brk, 0);
    at[VDSO] = getauxval(AT_SYSINFO_EHDR);
    return write(fd, at, sizeof(at)) == sizeof(at) ? 0 : 1;
}

static void look(unsigned long at[NR_PLACES])
{
    int ends[2], status;
    char number[12];
    pid_t child;

    must(pipe(ends));
    snprintf(number, sizeof(number), "%d", ends[1]);
    child = must(vfork());
    if (child == 0) {
        execl("/proc/self/exe", "random", number, NULL);
        _exit(1);
    }
    must(read(ends[0], at, NR_PLACES * sizeof(*at)) == NR_PLACES * sizeof(*at) ? 0 : -1);
    waitpid(child, &status, 0);
    close(ends[0]);
    close(ends[1]);
}

/* Bits that were not always the same. */
static void vary(unsigned long bits[NR_PLACES])
{
    unsigned long first[NR_PLACES], next[NR_PLACES];

    memset(bits, 0, NR_PLACES * sizeof(*bits));
    look(first);
    for (int i = 1; i < RUNS; i++) {
        look(next);
        for (int place = 0; place < NR_PLACES; place++)
            bits[place] |= first[place] ^ next[place];
    }
}

static int number_of(unsigned long bits)
{
    return __builtin_popcountl(bits);
}

int main(int argc, char **argv)
{
    unsigned long bits[NR_PLACES];

    if (argc > 1)
        return tell(atoi(argv[1]));
    vary(bits);
    yes("2: mappings, 28 bits of pages", number_of(bits[MAPPING] >> 12) >= 28);
    yes("2: the stack, 22 bits of pages", number_of(bits[STACK] >> 12) >= 22);
    yes("2: the stack, 8 bits within", number_of(bits[STACK] & 0xff0) >= 8);
    yes("2: the heap, 13 bits of pages", number_of(bits[HEAP] >> 12) >= 13);
    yes("2: the vdso", number_of(bits[VDSO] >> 12) >= 22);
    say("# bits that vary: mappings %d, stack %d, heap %d, vdso %d", number_of(bits[MAPPING]),
        number_of(bits[STACK]), number_of(bits[HEAP]), number_of(bits[VDSO]));
    put("1");
    vary(bits);
    yes("1: mappings, 28 bits of pages", number_of(bits[MAPPING] >> 12) >= 28);
    yes("1: the stack, 22 bits of pages", number_of(bits[STACK] >> 12) >= 22);
    yes("1: the heap stays", bits[HEAP] == 0);
    put("0");
    vary(bits);
    yes("0: all stays",
        bits[MAPPING] == 0 && bits[STACK] == 0 && bits[HEAP] == 0 && bits[VDSO] == 0);
    put("2");
    return 0;
}

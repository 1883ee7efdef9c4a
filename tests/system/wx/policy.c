/* PR_SET_MDWE and vm.wx_policy: extensions of Quire (the prctl is Linux's since 6.3). */

#include "test.h"

#include <elf.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#define SET_MDWE 65
#define GET_MDWE 66
#define RW       (PROT_READ | PROT_WRITE)
#define RX       (PROT_READ | PROT_EXEC)
#define RWX      (RW | PROT_EXEC)

static int failures;

/* What is not so is a note: the output is the same on Linux, which has none of this. */
static void check(const char *label, bool condition)
{
    failures += !condition;
    if (!condition)
        say("# not so: %s", label);
}

static char *fresh(int prot)
{
    return mmap(NULL, PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static bool refused(void *result)
{
    return result == MAP_FAILED && errno == EACCES;
}

static bool refuses(long result)
{
    return result == -1 && errno == EACCES;
}

/* All that the rule says; @on: it is in force. */
static bool rule_holds(bool on)
{
    char *rw = fresh(RW), *rx = fresh(RX), *r = fresh(PROT_READ);
    bool good = refused(fresh(RWX)) == on;

    good &= refuses(mprotect(rw, PAGE, RWX)) == on;
    good &= refuses(mprotect(rw, PAGE, RX)) == on;
    good &= refuses(mprotect(r, PAGE, RX)) == on;
    good &= mprotect(rx, PAGE, RX) == 0;
    good &= refuses(mprotect(rx, PAGE, RWX)) == on;
    good &= mprotect(rx, PAGE, PROT_READ) == 0;
    good &= mprotect(rx, PAGE, RW) == 0;
    munmap(rw, PAGE);
    munmap(rx, PAGE);
    munmap(r, PAGE);
    return good;
}

/* A copy of this program with a writable and executable segment. */
static void make_bad_program(void)
{
    static char bytes[1 << 20];
    Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;
    int from = must(open("/proc/self/exe", O_RDONLY)), to;
    ssize_t len = must(read(from, bytes, sizeof(bytes)));

    for (int i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr *program = (Elf64_Phdr *)(bytes + header->e_phoff) + i;

        if (program->p_type == PT_LOAD && (program->p_flags & PF_W))
            program->p_flags |= PF_X;
    }
    to = must(open("/tmp/bad-program", O_CREAT | O_WRONLY, 0755));
    must(write(to, bytes, (size_t)len));
    close(from);
    close(to);
}

static int run(const char *path)
{
    int status;
    pid_t child = must(fork());

    if (child == 0) {
        execl(path, "policy", "child", NULL);
        _exit(errno == EACCES ? 13 : 1);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int status_of(void (*body)(void))
{
    int status;
    pid_t child = must(fork());

    if (child == 0) {
        body();
        _exit(failures != 0);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void grandchild(void)
{
    _exit(rule_holds(true) ? 7 : 1);
}

static void by_prctl(void)
{
    check("arguments", prctl(SET_MDWE, 2, 0, 0, 0) == -1 && errno == EINVAL &&
                           prctl(SET_MDWE, 1, 1, 0, 0) == -1 && prctl(GET_MDWE, 1, 0, 0, 0) == -1);
    check("off at first", prctl(GET_MDWE, 0, 0, 0, 0) == 0);
    check("off again", prctl(SET_MDWE, 0, 0, 0, 0) == 0);
    check("on", prctl(SET_MDWE, 1, 0, 0, 0) == 0 && prctl(GET_MDWE, 0, 0, 0, 0) == 1);
    check("on again", prctl(SET_MDWE, 1, 0, 0, 0) == 0);
    check("not off any more", prctl(SET_MDWE, 0, 0, 0, 0) == -1 && errno == EPERM);
    check("the rule", rule_holds(true));
    check("inherited by fork", status_of(grandchild) == 7);
    check("and through execve", run("/proc/self/exe") == 7);
    check("a program that breaks it is refused", run("/tmp/bad-program") == 13);
}

static bool policy_is(const char *word)
{
    char text[32];

    return file_text("/proc/sys/vm/wx_policy", text, sizeof(text)) > 0 &&
           strncmp(text, word, strlen(word)) == 0;
}

static void by_policy(void)
{
    int fd = must(open("/proc/sys/vm/wx_policy", O_WRONLY));

    check("the policy is off at first", policy_is("off\n") && rule_holds(false));
    check("the bad program runs", run("/tmp/bad-program") == 8);
    check("no such policy", write(fd, "strict", 6) == -1 && errno == EINVAL && policy_is("off\n"));
    check("enforce", pwrite(fd, "enforce\n", 8, 0) == 8 && policy_is("enforce\n"));
    check("the rule is in force for everybody", rule_holds(true));
    check("an ordinary program runs", run("/proc/self/exe") == 7);
    check("the bad one does not", run("/tmp/bad-program") == 13);
    check("off", pwrite(fd, "off", 3, 0) == 3 && rule_holds(false));
    close(fd);
}

int main(int argc, char **argv)
{
    struct utsname names;

    (void)argv;
    if (argc > 1)
        return rule_holds(true) ? 7 : rule_holds(false) ? 8 : 1;
    must(uname(&names));
    if (strstr(names.version, "Quire") == NULL) {
        check("no such prctl", prctl(GET_MDWE, 0, 0, 0, 0) == -1 && errno == EINVAL);
    } else {
        make_bad_program();
        by_policy();
        check("by prctl", status_of(by_prctl) == 0);
        unlink("/tmp/bad-program");
    }
    yes("all is as docs/limits.md says", failures == 0);
    return 0;
}

/* The initial stack: argc, argv, envp in order, 16-byte aligned, strings above the vectors. */

#include "test.h"

#include <sys/auxv.h>

extern char **environ;

int main(int argc, char **argv)
{
    if (argc == 1) {
        char *const args[] = {"name", "", "one", "two words", NULL};
        char *const envs[] = {"A=1", "NOEQUALS", "B=", NULL};
        execve("/proc/self/exe", args, envs);
        return 1;
    }
    say("argc %d", argc);
    for (int i = 0; i < argc; i++)
        say("argv[%d] = '%s'", i, argv[i]);
    yes("argv ends with null", argv[argc] == NULL);
    yes("envp follows", environ == argv + argc + 1);
    for (char **e = environ; *e; e++)
        say("env '%s'", *e);
    yes("argc is below argv, aligned to 16",
        ((unsigned long)(argv - 1) & 15) == 0 && ((long *)argv)[-1] == argc);
    yes("strings in order and contiguous",
        argv[1] == argv[0] + strlen(argv[0]) + 1 &&
            environ[0] == argv[argc - 1] + strlen(argv[argc - 1]) + 1);
    yes("the name of the file is above the environment", (char *)getauxval(AT_EXECFN) > environ[2]);
    say("execfn %s", (char *)getauxval(AT_EXECFN));
    return 0;
}

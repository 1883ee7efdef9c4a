/* #! scripts: interpreter, one argument, the path; nesting up to a limit; long lines. */

#include "test.h"

static void run(const char *label, const char *path)
{
    int status;
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        execl(path, "ZERO", "one", "two", (char *)NULL);
        say("%s: %s", label, errno_name(errno));
        _exit(1);
    }
    must(waitpid(pid, &status, 0));
    status_report(label, status);
}

int main(int argc, char **argv)
{
    char self[256], text[1024], name[32];
    if (argc > 1) {
        for (int i = 0; i < argc; i++)
            say("  [%s]", argv[i]);
        return 0;
    }
    self[must(readlink("/proc/self/exe", self, sizeof(self) - 1))] = '\0';
    static const char *const forms[] = {"#!%s\n",    "#! %s\n",         "#!  %s  \n",
                                        "#!%s -x\n", "#!%s -x  y z \n", "#!\t%s\t-t\nrest\n",
                                        "#!%s",      "#!%s -x"};
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        snprintf(text, sizeof(text), forms[i], self);
        snprintf(name, sizeof(name), "script%zu", i);
        file_put(name, text, 0755);
        run(name, name);
    }
    char previous[32] = "script0";
    for (int i = 1; i <= 6; i++) {
        snprintf(text, sizeof(text), "#!/area/%s\n", previous);
        snprintf(name, sizeof(name), "nest%d", i);
        file_put(name, text, 0755);
        strcpy(previous, name);
        run(name, name);
    }
    memset(text, 'a', sizeof(text));
    memcpy(text, "#!/", 3);
    text[300] = '\n';
    text[301] = '\0';
    file_put("long", text, 0755);
    run("interpreter of 300 characters", "long");
    return 0;
}

/* prctl: name, dumpable, parent death signal, no_new_privs, what is unknown. */

#include "test.h"

#include <sys/prctl.h>

static void body(void)
{
    int gate[2], status;
    char byte;
    must(pipe(gate));
    pid_t middle = fork();
    if (middle == 0) {
        pid_t child = fork();
        if (child == 0) {
            call("PDEATHSIG", prctl(PR_SET_PDEATHSIG, SIGUSR1));
            write(gate[1], "x", 1);
            close(gate[1]);
            for (;;)
                pause();
        }
        read(gate[0], &byte, 1);
        _exit(0);
    }
    close(gate[1]);
    must(waitpid(middle, &status, 0));
    must(wait(&status));
    status_report("the orphan", status);
}

int main(void)
{
    char name[17] = "";
    int value = -1;
    call("set name", prctl(PR_SET_NAME, "0123456789abcdefgh"));
    call("get name", prctl(PR_GET_NAME, name));
    say("%s", name);
    call("bad name", prctl(PR_SET_NAME, 8));
    call("dumpable", prctl(PR_GET_DUMPABLE));
    call("set dumpable 0", prctl(PR_SET_DUMPABLE, 0));
    call("dumpable", prctl(PR_GET_DUMPABLE));
    call("set dumpable 5", prctl(PR_SET_DUMPABLE, 5));
    call("get PDEATHSIG", prctl(PR_GET_PDEATHSIG, &value));
    say("%d", value);
    call("PDEATHSIG 99", prctl(PR_SET_PDEATHSIG, 99));
    call("no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    call("set 0", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    call("set 1", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    call("no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    call("unknown", prctl(99999));
    call("subreaper", prctl(PR_SET_CHILD_SUBREAPER, 1));
    call("get", prctl(PR_GET_CHILD_SUBREAPER, &value));
    say("%d", value);
    body();
    return 0;
}

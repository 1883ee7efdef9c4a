/* kill as an ordinary user: own processes yes, others EPERM; SIGCONT within the session. */

#include "test.h"

int main(void)
{
    int status;
    pid_t root = (pid_t)must(fork());
    if (root == 0) {
        for (;;)
            pause();
    }
    pid_t user = (pid_t)must(fork());
    if (user == 0) {
        become_user();
        call("kill root's", kill(root, SIGTERM));
        call("probe root's", kill(root, 0));
        call("SIGCONT to root's in our session", kill(root, SIGCONT));
        call("kill init", kill(1, SIGTERM));
        call("kill self", kill(getpid(), 0));
        call("setuid 0", setuid(0));
        pid_t mine = fork();
        if (mine == 0)
            for (;;)
                pause();
        call("kill own child", kill(mine, SIGKILL));
        waitpid(mine, &status, 0);
        _exit(0);
    }
    waitpid(user, &status, 0);
    status_report("user", status);
    call("root kills anything", kill(root, SIGKILL));
    waitpid(root, &status, 0);
    status_report("root's", status);
    return 0;
}

/* Message queues: receivers and senders that wait; order, removal, signals, changes.
 * seconds: 60 */

#include "../test.h"
#include <sys/ipc.h>
#include <sys/msg.h>

static int id;
static struct {
    long type;
    char text[9000];
} message;

/* A child that receives, and says so to nobody: its exit status is the length, or 100 and errno. */
static pid_t receiver(long type, size_t len, int flags)
{
    pid_t child = (pid_t)must(fork());

    if (child == 0) {
        ssize_t got = msgrcv(id, &message, len, type, flags);
        _exit(got < 0 ? 100 + errno : (int)got);
    }
    wait_until_asleep(child);
    return child;
}

static pid_t sender(long type, size_t len)
{
    pid_t child = (pid_t)must(fork());

    if (child == 0) {
        message.type = type;
        _exit(msgsnd(id, &message, len, 0) == 0 ? 0 : 100 + errno);
    }
    wait_until_asleep(child);
    return child;
}

static void ended(const char *label, pid_t child)
{
    int status;

    must(waitpid(child, &status, 0));
    if (!WIFEXITED(status))
        status_report(label, status);
    else if (WEXITSTATUS(status) >= 100)
        say("%s: %s", label, errno_name(WEXITSTATUS(status) - 100));
    else
        say("%s: %d", label, WEXITSTATUS(status));
}

static void runs(const char *label, pid_t child)
{
    yes(label, waitpid(child, NULL, WNOHANG) == 0);
}

static void on_signal(int signal)
{
    (void)signal;
}

static void put(long type, size_t len)
{
    message.type = type;
    must(msgsnd(id, &message, len, IPC_NOWAIT));
}

static void exchange(void)
{
    pid_t child = (pid_t)must(fork());
    long sum = 0;

    if (child == 0) {
        for (long i = 1; i <= 500; i++) {
            message.type = i;
            must(msgsnd(id, &message, (size_t)(i % 100), 0));
        }
        _exit(0);
    }
    for (int i = 0; i < 500; i++) {
        ssize_t got = must(msgrcv(id, &message, sizeof(message.text), i % 2 ? -1000 : 0, 0));
        sum += message.type * 1000 + got;
    }
    must(waitpid(child, NULL, 0));
    say("exchanged: %ld", sum);
}

int main(void)
{
    struct msqid_ds now;
    pid_t first, second, third;

    id = (int)must(msgget(IPC_PRIVATE, 0600));
    first = receiver(2, 100, 0);
    second = receiver(0, 100, 0);
    third = receiver(0, 100, 0);
    put(1, 11);
    ended("second", second);
    runs("the first waits", first);
    put(2, 22);
    ended("first", first);
    runs("the third waits", third);
    put(2, 33);
    ended("third", third);
    must(msgctl(id, IPC_STAT, &now));
    yes("the last receiver is the third", now.msg_lrpid == third);
    say("left: %lu", (unsigned long)now.msg_qnum);

    first = receiver(0, 5, 0);
    second = receiver(0, 5, MSG_NOERROR);
    put(1, 10);
    ended("too small a place", first);
    ended("cut", second);
    first = receiver(-5, 50, 0);
    second = receiver(7, 50, MSG_EXCEPT);
    put(7, 1);
    runs("neither", first);
    runs("nor", second);
    put(6, 2);
    ended("not 7", second);
    put(5, 3);
    ended("up to 5", first);
    must(msgrcv(id, &message, 10, 7, IPC_NOWAIT));

    put(1, 8000);
    put(1, 8000);
    first = sender(3, 1000);
    second = sender(4, 100);
    ended("what fits goes by", second);
    runs("the other waits", first);
    must(msgrcv(id, &message, 9000, 0, 0));
    ended("room", first);
    while (msgrcv(id, &message, 9000, 0, IPC_NOWAIT) >= 0)
        continue;
    exchange();

    put(1, 8000);
    put(1, 8000);
    first = sender(3, 1000);
    must(msgctl(id, IPC_STAT, &now));
    now.msg_qbytes = 32768;
    must(msgctl(id, IPC_SET, &now));
    ended("room by IPC_SET", first);
    while (msgrcv(id, &message, 9000, 0, IPC_NOWAIT) >= 0)
        continue;

    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    ualarm(30000, 30000);
    call("receive, a signal with SA_RESTART", msgrcv(id, &message, 10, 0, 0));
    ualarm(0, 0);
    now.msg_qbytes = 10;
    must(msgctl(id, IPC_SET, &now));
    message.type = 1;
    ualarm(30000, 30000);
    call("send, a signal with SA_RESTART", msgsnd(id, &message, 100, 0));
    ualarm(0, 0);
    first = receiver(0, 10, 0);
    kill(first, SIGSTOP);
    nap(20);
    kill(first, SIGCONT);
    nap(20);
    put(1, 4);
    ended("stopped and continued", first);
    first = receiver(0, 10, 0);
    kill(first, SIGKILL);
    ended("killed", first);

    first = receiver(0, 10, 0);
    second = sender(1, 100);
    call("IPC_RMID", msgctl(id, IPC_RMID, NULL));
    ended("receiver", first);
    ended("sender", second);
    return 0;
}

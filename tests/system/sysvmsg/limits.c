/* System V messages: kernel.msgmax, msgmnb, msgmni; what a queue takes. */

#include "test.h"

#include <sys/ipc.h>
#include <sys/msg.h>

static struct {
    long type;
    char text[70000];
} message = {.type = 1};

static void set(const char *name, const char *value)
{
    char path[64], text[64] = "";
    int fd;

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    fd = must(open(path, O_WRONLY));
    const char *result = write(fd, value, strlen(value)) < 0 ? errno_name(errno) : "ok";
    close(fd);
    file_text(path, text, sizeof(text));
    say("%s = %s: %s, now %.*s", name, value, result, (int)strcspn(text, "\n"), text);
}

static void show(int id)
{
    struct msqid_ds status;

    must(msgctl(id, IPC_STAT, &status));
    say("messages %ld bytes %ld room %ld", (long)status.msg_qnum, (long)status.msg_cbytes,
        (long)status.msg_qbytes);
}

static void quota(int id, unsigned long bytes)
{
    struct msqid_ds status;
    char label[48];

    must(msgctl(id, IPC_STAT, &status));
    status.msg_qbytes = bytes;
    snprintf(label, sizeof(label), "room %lu", bytes);
    call(label, msgctl(id, IPC_SET, &status));
}

static void transfers(int id)
{
    message.type = 0;
    call("type 0", msgsnd(id, &message, 1, 0));
    message.type = -1;
    call("type -1", msgsnd(id, &message, 1, 0));
    message.type = 1;
    call("8192", msgsnd(id, &message, 8192, IPC_NOWAIT));
    call("8193", msgsnd(id, &message, 8193, IPC_NOWAIT));
    call("16000 more", msgsnd(id, &message, 8192, IPC_NOWAIT));
    call("one more", msgsnd(id, &message, 1, IPC_NOWAIT));
    call("empty", msgsnd(id, &message, 0, IPC_NOWAIT));
    show(id);
    call("short", msgrcv(id, &message, 100, 0, IPC_NOWAIT));
    call("short, noerror", msgrcv(id, &message, 100, 0, IPC_NOWAIT | MSG_NOERROR));
    call("size -1", msgrcv(id, &message, -1UL, 0, IPC_NOWAIT));
    call("copy", msgrcv(id, &message, 70000, 0, IPC_NOWAIT | 040000));
    call("copy without nowait", msgrcv(id, &message, 70000, 0, 040000));
    call("copy except", msgrcv(id, &message, 70000, 0, IPC_NOWAIT | 060000));
    call("except", msgrcv(id, &message, 70000, 1, IPC_NOWAIT | 020000));
    call("type -LONG_MAX", msgrcv(id, &message, 70000, LONG_MIN, IPC_NOWAIT));
    show(id);
    call("send -1", msgsnd(id, &message, -1UL, IPC_NOWAIT));
}

static void as_user(void)
{
    int id;

    become_user();
    id = must(msgget(IPC_PRIVATE, 0600));
    quota(id, 20000);
    quota(id, 16384);
    quota(id, 16385);
    quota(id, 100);
    call("101", msgsnd(id, &message, 101, IPC_NOWAIT));
    call("100", msgsnd(id, &message, 100, IPC_NOWAIT));
    call("empty", msgsnd(id, &message, 0, IPC_NOWAIT));
    show(id);
    msgctl(id, IPC_RMID, NULL);
}

static void numbers(void)
{
    int ids[4];
    struct msginfo info;

    set("msgmni", "3");
    for (int i = 0; i < 4; i++)
        ids[i] = (int)call_ok("msgget", msgget(IPC_PRIVATE, 0600));
    yes("info", msgctl(0, IPC_INFO, (struct msqid_ds *)&info) >= 0);
    say("max %d mnb %d mni %d", info.msgmax, info.msgmnb, info.msgmni);
    for (int i = 0; i < 4; i++)
        if (ids[i] >= 0)
            msgctl(ids[i], IPC_RMID, NULL);
    set("msgmni", "-1");
    set("msgmni", "32769");
    set("msgmni", "32768");
    set("msgmni", "32000");
    set("msgmax", "-1");
    set("msgmax", "2147483648");
    set("msgmax", "65536");
    set("msgmnb", "70000");
    int id = must(msgget(IPC_PRIVATE, 0600));
    show(id);
    call("65536", msgsnd(id, &message, 65536, IPC_NOWAIT));
    call("65537", msgsnd(id, &message, 65537, IPC_NOWAIT));
    call("take", msgrcv(id, &message, 70000, 0, 0));
    msgctl(id, IPC_RMID, NULL);
    set("msgmnb", "-1");
    set("msgmnb", "16384");
    set("msgmax", "8192");
}

/* What other programs have left would count against the limits. */
static void remove_all(void)
{
    struct msginfo info;
    struct msqid_ds status;
    int last = must(msgctl(0, IPC_INFO, (struct msqid_ds *)&info));

    for (int i = 0; i <= last; i++) {
        int id = msgctl(i, MSG_STAT, &status);

        if (id >= 0)
            msgctl(id, IPC_RMID, NULL);
    }
}

int main(void)
{
    remove_all();
    int id = must(msgget(IPC_PRIVATE, 0600));

    transfers(id);
    quota(id, 1 << 20);
    show(id);
    call("unknown", msgctl(id, 99, NULL));
    call("bad", msgctl(id, IPC_STAT, (void *)8));
    call("id -1", msgctl(-1, IPC_STAT, (void *)8));
    call("remove", msgctl(id, IPC_RMID, NULL));
    call("removed", msgsnd(id, &message, 1, 0));
    in_child("user", as_user);
    numbers();
    return 0;
}

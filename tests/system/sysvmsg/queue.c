/* Message queues: arguments, order, types, limits, permissions, information, settings. */

#include "../test.h"
#include <sys/ipc.h>
#include <sys/msg.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif
#define KEY 0x52525252

static int id;
static struct {
    long type;
    char text[20000];
} message;

static long put(long type, const char *text, int flags)
{
    message.type = type;
    strcpy(message.text, text);
    return msgsnd(id, &message, strlen(text), flags);
}

static void take(const char *label, long type, size_t len, int flags)
{
    memset(&message, 0, sizeof(message));
    ssize_t got = msgrcv(id, &message, len, type, flags | IPC_NOWAIT);
    if (got < 0)
        say("%s: %s", label, errno_name(errno));
    else
        say("%s: %zd bytes, type %ld, %s", label, got, message.type, message.text);
}

static void status(const char *label)
{
    struct msqid_ds now;

    if (msgctl(id, IPC_STAT, &now) != 0) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    say("%s: mode %o, %lu bytes in %lu, at most %lu, sent %d received %d, by us %d %d", label,
        now.msg_perm.mode, (unsigned long)now.__msg_cbytes, (unsigned long)now.msg_qnum,
        (unsigned long)now.msg_qbytes, now.msg_stime != 0, now.msg_rtime != 0,
        now.msg_lspid == getpid(), now.msg_lrpid == getpid());
}

static char text[8192];

static void write_setting(const char *name, const char *value)
{
    char path[64], label[96];

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    snprintf(label, sizeof(label), "%s < %s", name, value);
    int fd = (int)must(open(path, O_WRONLY));
    call(label, write(fd, value, strlen(value)));
    close(fd);
}

static void get(const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    must(file_text(path, text, sizeof(text)) > 0 ? 0 : -1);
    say("%s: %s", name, strtok(text, "\n"));
}

static void table(void)
{
    char *line, *next;

    must(file_text("/proc/sysvipc/msg", text, sizeof(text)) > 0 ? 0 : -1);
    for (line = text; line && *line; line = next) {
        int key, found, mode, uid, gid, cuid, cgid, sender, receiver;
        unsigned long bytes, nr, st, rt, ct;

        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (line == text) {
            say("%s", line);
            continue;
        }
        if (sscanf(line, "%d %d %o %lu %lu %d %d %d %d %d %d %lu %lu %lu", &key, &found, &mode,
                   &bytes, &nr, &sender, &receiver, &uid, &gid, &cuid, &cgid, &st, &rt, &ct) != 14)
            say("a strange line: %s", line);
        else if (found == id)
            say("key %d mode %o %lu bytes in %lu, ids %d %d %d %d, times %d %d %d, length %lu", key,
                mode, bytes, nr, uid, gid, cuid, cgid, st != 0, rt != 0, ct != 0, strlen(line));
    }
}

static void as_user(void)
{
    struct msqid_ds now;

    become_user();
    call("get, read", msgget(KEY, 0444));
    call("get, write", msgget(KEY, 0222));
    call("get, nothing", msgget(KEY, 0) == id);
    call("send", put(1, "x", IPC_NOWAIT));
    take("receive", 0, 100, 0);
    call("IPC_STAT", msgctl(id, IPC_STAT, &now));
    call("MSG_STAT", msgctl(id & 32767, MSG_STAT, &now));
    call("MSG_STAT_ANY", msgctl(id & 32767, MSG_STAT_ANY, &now) == id);
    call("IPC_SET", msgctl(id, IPC_SET, &now));
    call("IPC_RMID", msgctl(id, IPC_RMID, NULL));
    id = (int)must(msgget(IPC_PRIVATE, 0600));
    must(msgctl(id, IPC_STAT, &now));
    now.msg_qbytes = 16385;
    call("own: more bytes than msgmnb", msgctl(id, IPC_SET, &now));
    now.msg_qbytes = 16384;
    call("own: as many", msgctl(id, IPC_SET, &now));
    must(msgctl(id, IPC_RMID, NULL));
}

int main(void)
{
    struct msginfo info;
    struct msqid_ds now;
    int sent = 0;

    call("no such key", msgget(KEY, 0600));
    id = (int)must(msgget(KEY, IPC_CREAT | IPC_EXCL | 0640));
    yes("found", msgget(KEY, IPC_CREAT | 0600) == id);
    call("exclusive", msgget(KEY, IPC_CREAT | IPC_EXCL));
    status("new");
    in_child("an ordinary user", as_user);

    call("send", put(3, "three", 0));
    call("send", put(1, "one", 0));
    call("send", put(2, "two", 0));
    call("send", put(1, "another one", 0));
    status("four");
    take("copy 2", 2, 100, MSG_COPY);
    take("copy 9", 9, 100, MSG_COPY);
    take("copy, except", 0, 100, MSG_COPY | MSG_EXCEPT);
    call("copy, waiting", msgrcv(id, &message, 10, 0, MSG_COPY));
    take("too long", 0, 4, 0);
    take("cut", 3, 4, MSG_NOERROR);
    take("the lowest up to 2", -2, 100, 0);
    take("the lowest up to 2", -2, 100, 0);
    take("not of type 1", 1, 100, MSG_EXCEPT);
    take("anything", 0, 100, 0);
    call("send nothing", put(5, "", 0));
    take("of type 6", 6, 100, 0);
    take("not of type 5", 5, 100, MSG_EXCEPT);
    take("the lowest up to 4", -4, 100, 0);
    take("the lowest of all", LONG_MIN, 0, 0);
    status("empty");

    call("type 0", put(0, "x", 0));
    call("type -1", put(-1, "x", 0));
    call("length -1", msgsnd(id, &message, -1, 0));
    message.type = 1;
    call("length 8193", msgsnd(id, &message, 8193, 0));
    call("identifier -1", msgsnd(-1, &message, 1, 0));
    call("from nowhere", msgsnd(id, (void *)8, 1, 0));
    call("from nowhere, identifier -1", msgsnd(-1, (void *)8, 1, 0));
    call("no such queue", msgsnd(id + 77777, &message, 1, 0));
    call("receive: identifier -1", msgrcv(-1, &message, 1, 0, IPC_NOWAIT));
    call("receive: length -1", msgrcv(id, &message, -1, 0, IPC_NOWAIT));
    call("receive: no such queue", msgrcv(id + 77777, &message, 1, 0, IPC_NOWAIT));
    call("receive: nothing", msgrcv(id, &message, 1, 0, IPC_NOWAIT));
    must(put(1, "lost", 0));
    call("receive to nowhere", msgrcv(id, (void *)8, 10, 0, IPC_NOWAIT));
    status("lost");

    message.type = 1;
    while (msgsnd(id, &message, 1000, IPC_NOWAIT) == 0)
        sent++;
    say("sent %d of 1000 bytes, then %s", sent, errno_name(errno));
    call("384 more", msgsnd(id, &message, 384, IPC_NOWAIT));
    call("an empty one", msgsnd(id, &message, 0, IPC_NOWAIT));
    status("full");
    must(msgctl(id, IPC_STAT, &now));
    now.msg_qbytes = 10;
    now.msg_perm.uid = 1000;
    now.msg_perm.mode = 0666;
    call("IPC_SET", msgctl(id, IPC_SET, &now));
    status("smaller");
    while (msgrcv(id, &message, 20000, 0, IPC_NOWAIT) >= 0)
        continue;
    sent = 0;
    while (msgsnd(id, &message, 0, IPC_NOWAIT) == 0)
        sent++;
    say("sent %d empty ones", sent);
    now.msg_perm.uid = -1;
    call("IPC_SET uid -1", msgctl(id, IPC_SET, &now));
    table();

    call("IPC_STAT of none", msgctl(id + 77777, IPC_STAT, &now));
    call("IPC_STAT to nowhere", msgctl(id, IPC_STAT, (void *)8));
    call("IPC_SET from nowhere", msgctl(id, IPC_SET, (void *)8));
    call("identifier -1", msgctl(-1, IPC_STAT, &now));
    call("command unknown", msgctl(id, 99, &now));
    yes("MSG_STAT", msgctl(id & 32767, MSG_STAT, &now) == id);
    yes("IPC_INFO", msgctl(0, IPC_INFO, (void *)&info) >= (id & 32767));
    say("pool %d map %d max %d mnb %d mni %d ssz %d tql %d seg %d", info.msgpool, info.msgmap,
        info.msgmax, info.msgmnb, info.msgmni, info.msgssz, info.msgtql, info.msgseg);
    yes("MSG_INFO", msgctl(0, MSG_INFO, (void *)&info) >= (id & 32767));
    say("queues %d messages %d bytes %d", info.msgpool, info.msgmap, info.msgtql);
    get("msgmax");
    get("msgmnb");
    get("msgmni");
    get("msg_next_id");
    write_setting("msgmax", "2");
    message.type = 1;
    call("three bytes", msgsnd(id, &message, 3, IPC_NOWAIT));
    write_setting("msgmax", "-1");
    write_setting("msgmax", "8192");
    write_setting("msgmnb", "100");
    write_setting("msgmni", "32769");
    write_setting("msg_next_id", "123456");
    call("wanted", msgget(IPC_PRIVATE, 0600));
    int old = id;
    id = 123456;
    status("it");
    call("remove", msgctl(id, IPC_RMID, NULL));
    id = old;
    write_setting("msgmnb", "16384");
    call("IPC_RMID", msgctl(id, IPC_RMID, NULL));
    call("IPC_RMID again", msgctl(id, IPC_RMID, NULL));
    return 0;
}

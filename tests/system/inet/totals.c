/* /proc/net/snmp: the names of its columns, and that what happens is counted. */

#include "inet.h"

static char text[1 << 16];

/* The value below the word @name in the group @group; -1: none. */
static long total(const char *group, const char *name)
{
    char *names, *values, *word, *keep_names, *keep_values;

    must(file_text("/proc/net/snmp", text, sizeof(text)));
    for (char *line = text; line != NULL; line = values == NULL ? NULL : strchr(values, '\n')) {
        if (*line == '\n')
            line++;
        names = line;
        values = strchr(line, '\n');
        if (values == NULL)
            return -1;
        *values++ = '\0';
        if (strncmp(names, group, strlen(group)) != 0 || names[strlen(group)] != ':')
            continue;
        word = strtok_r(names, " \n", &keep_names);
        for (char *value = strtok_r(values, " \n", &keep_values); word != NULL && value != NULL;
             value = strtok_r(NULL, " \n", &keep_values)) {
            if (strcmp(word, name) == 0)
                return atol(value);
            word = strtok_r(NULL, " \n", &keep_names);
        }
        return -1;
    }
    return -1;
}

static void names(void)
{
    char *keep, *line;
    bool is_name = true;

    must(file_text("/proc/net/snmp", text, sizeof(text)));
    for (line = strtok_r(text, "\n", &keep); line != NULL; line = strtok_r(NULL, "\n", &keep)) {
        if (is_name && strncmp(line, "IcmpMsg", 7) != 0)
            say("%s", line);
        is_name = !is_name;
    }
}

/* Counted as received when a program takes it, as an error when there is no room for it. */
static void datagrams(void)
{
    static char bytes[500];
    struct sockaddr_in at = v4("127.0.0.1", 7303);
    int in = (int)must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    int fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0)), queued = 0, sent = 0;
    long received = total("Udp", "InDatagrams"), errors = total("Udp", "InErrors");
    long no_room = total("Udp", "RcvbufErrors");

    must(set_int(in, SOL_SOCKET, SO_RCVBUF, 1));
    must(bind(in, AT(at)));
    while (sent < 50)
        sent += must(sendto(fd, bytes, sizeof(bytes), 0, AT(at))) == sizeof(bytes);
    say("before they are taken: %ld received", total("Udp", "InDatagrams") - received);
    must(recv(in, bytes, sizeof(bytes), MSG_PEEK));
    say("one is looked at: %ld received", total("Udp", "InDatagrams") - received);
    while (recv(in, bytes, sizeof(bytes), 0) >= 0)
        queued++;
    yes("taken: as many are received", total("Udp", "InDatagrams") - received == queued);
    no_room = total("Udp", "RcvbufErrors") - no_room;
    yes("all others had no room", no_room == sent - queued && no_room > 0);
    yes("which are errors", total("Udp", "InErrors") - errors == no_room);
    close(in);
    close(fd);
}

int main(void)
{
    static const char *const counted[][2] = {
        {"Udp", "OutDatagrams"}, {"Udp", "InDatagrams"},  {"Udp", "NoPorts"},
        {"Tcp", "ActiveOpens"},  {"Tcp", "PassiveOpens"}, {"Tcp", "CurrEstab"},
    };
    long before[COUNT_OF(counted)];
    struct sockaddr_in at = v4("127.0.0.1", 7301), nobody = v4("127.0.0.1", 7302);
    int fd, in, ends[2];
    char byte;

    loopback_up();
    names();
    say("forwarding %ld ttl %ld algorithm %ld", total("Ip", "Forwarding"),
        total("Ip", "DefaultTTL"), total("Tcp", "RtoAlgorithm"));
    for (size_t i = 0; i < COUNT_OF(counted); i++)
        before[i] = total(counted[i][0], counted[i][1]);
    in = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    fd = (int)must(socket(AF_INET, SOCK_DGRAM, 0));
    must(bind(in, AT(at)));
    must(sendto(fd, "a", 1, 0, AT(at)));
    must(recv(in, &byte, 1, 0));
    must(sendto(fd, "a", 1, 0, AT(nobody)));
    tcp_pair(ends);
    for (size_t i = 0; i < COUNT_OF(counted); i++)
        say("%s %s: %ld more", counted[i][0], counted[i][1],
            total(counted[i][0], counted[i][1]) - before[i]);
    datagrams();
    return 0;
}

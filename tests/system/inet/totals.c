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
    return 0;
}

/* /proc/self/maps: the layout of a line byte for byte, order, and the well-known names. */

#include "test.h"

static void check_line(const char *line)
{
    unsigned long start, end, offset, inode;
    unsigned major, minor;
    char prot[5], rebuilt[600], *path = NULL;
    int used = 0;

    sscanf(line, "%lx-%lx %4s %lx %x:%x %lu%n", &start, &end, prot, &offset, &major, &minor, &inode,
           &used);
    path = strchr(line, '[') ? strchr(line, '[') : strchr(line, '/');
    int len = sprintf(rebuilt, "%08lx-%08lx %s %08lx %02x:%02x %lu ", start, end, prot, offset,
                      major, minor, inode);
    if (path != NULL)
        sprintf(rebuilt + len, "%*s%s", len < 73 ? 73 - len : 0, "", path);
    if (strcmp(line, rebuilt) != 0)
        say("line differs:\n%s\n%s", line, rebuilt);
}

int main(void)
{
    static char text[65536];
    unsigned long last = 0, start;
    int lines = 0;

    file_text("/proc/self/maps", text, sizeof(text));
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        check_line(line);
        start = strtoul(line, NULL, 16);
        yes("ascending", start >= last);
        last = start;
        char *name = strrchr(line, ' ') + 1;
        say("%.4s %s", strchr(line, ' ') + 1, name);
        lines++;
    }
    say("%d lines", lines);
    return 0;
}

/* /proc/kallsyms and kernel.kptr_restrict. */

#include "test.h"

#include <linux/capability.h>
#include <sys/prctl.h>

#define SETTING "/proc/sys/kernel/kptr_restrict"

static char text[1 << 16];

/* Are the lines "address type name", and is there an address that is not 0? */
static void look(const char *label)
{
    FILE *stream = fopen("/proc/kallsyms", "r");
    unsigned long address;
    char line[512], type, name[400];
    int lines = 0, good = 0, shown = 0;

    if (stream == NULL) {
        say("%s: %s", label, errno_name(errno));
        return;
    }
    while (lines < 20000 && shown == 0 && fgets(line, sizeof(line), stream) != NULL) {
        lines++;
        good += sscanf(line, "%16lx %c %399s", &address, &type, name) == 3 && line[16] == ' ' &&
                strchr("aAtTdDrRbBwWvV", type) != NULL;
        shown += address != 0;
    }
    fclose(stream);
    say("%s: %s, %s, %s", label, lines > 0 ? "lines" : "empty",
        lines == good ? "all good" : "not all good", shown ? "addresses" : "no addresses");
}

static void put(const char *value)
{
    char label[32];

    snprintf(label, sizeof(label), "kptr_restrict < %s", value);
    int fd = open(SETTING, O_WRONLY);

    if (fd < 0) {
        say("%s: open %s", label, errno_name(errno));
        return;
    }
    call(label, write(fd, value, strlen(value)));
    close(fd);
}

static void with(unsigned kept)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{kept, kept, 0}, {0, 0, 0}};

    data[1].effective = data[1].permitted = 1u << (CAP_SYSLOG - 32);
    if (kept == ~0u) {
        data[1].effective = data[1].permitted = 0;
        data[0].effective = data[0].permitted = 1u << CAP_SYS_ADMIN;
    }
    must(syscall(SYS_capset, &header, data));
}

static void only_syslog(void)
{
    with(0);
    look("CAP_SYSLOG alone");
    put("0");
}

static void only_admin(void)
{
    with(~0u);
    look("CAP_SYS_ADMIN alone");
    put("1");
}

static void user(void)
{
    become_user();
    look("a user");
    put("0");
}

int main(void)
{
    struct stat info;

    must(stat("/proc/kallsyms", &info));
    say("mode %o", info.st_mode & 0777);
    must(file_text(SETTING, text, sizeof(text)));
    say("kptr_restrict %.1s", text);
    look("root");
    in_child("child", only_syslog);
    in_child("child", user);
    put("1");
    look("root, 1");
    in_child("child", only_admin);
    put("2");
    look("root, 2");
    put("3");
    put("-1");
    must(file_text(SETTING, text, sizeof(text)));
    say("kptr_restrict %.1s", text);
    put("0");
    return 0;
}

/* /sys/kernel/mm/transparent_hugepage: what its files say, what may be written to them, by whom.
 * memory: 1G */

#include "huge.h"

#include <sys/statfs.h>

static void try(const char *name, const char *text)
{
    char label[80];
    char shown[40];
    size_t len = 0;

    for (const char *c = text; *c && len < sizeof(shown) - 3; c++) {
        if (*c == '\n') {
            shown[len++] = '\\';
            shown[len++] = 'n';
        } else {
            shown[len++] = *c;
        }
    }
    shown[len] = '\0';
    snprintf(label, sizeof(label), "%s <- \"%s\"", name, shown);
    call(label, put_setting(name, text));
    say_setting(name);
}

static void say_file(const char *name)
{
    char path[128];
    struct stat status;

    snprintf(path, sizeof(path), SETTINGS "%s", name);
    if (stat(path, &status) < 0)
        say("%s: %s", name, errno_name(errno));
    else
        say("%s: mode %o, size %ld, links %ld", name, status.st_mode,
            S_ISDIR(status.st_mode) ? 0 : (long)status.st_size, (long)status.st_nlink);
}

static void as_user(void)
{
    become_user();
    say_setting("enabled");
    call("a user writes", put_setting("enabled", "never"));
    _exit(0);
}

static void positions(void)
{
    int fd = (int)must(open(SETTINGS "use_zero_page", O_RDWR));
    char text[8];

    call("read a byte", read(fd, text, 1));
    call("the next", read(fd, text, 1));
    call("the end", read(fd, text, 1));
    call("write elsewhere than the beginning", pwrite(fd, "0", 1, 5));
    say_setting("use_zero_page");
    call("write nothing", write(fd, "", 0));
    call("mmap", (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == -1 ? -1 : 0);
    close(fd);
    put_setting("use_zero_page", "1");
}

int main(void)
{
    static const char *const names[] = {
        "enabled", "defrag", "use_zero_page", "shmem_enabled", "hpage_pmd_size", "khugepaged", "."};
    static const char *const words[] = {"always", "madvise", "never"};
    static const char *const efforts[] = {"always", "defer", "defer+madvise", "madvise", "never"};
    static const char *const bad[] = {"",           "\n",     " always", "always ", "alway",
                                      "always\n\n", "Always", "0",       "defer",   "always never"};
    static const char *const numbers[] = {"0",
                                          "1\n",
                                          "2",
                                          "-1",
                                          "0x1",
                                          "00",
                                          "+1",
                                          " 1",
                                          "1 ",
                                          "1\n1",
                                          "one",
                                          "",
                                          "18446744073709551616"};
    struct statfs there;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        say_file(names[i]);
    say_setting("enabled");
    say_setting("defrag");
    say_setting("use_zero_page");
    say_setting("shmem_enabled");
    say_setting("hpage_pmd_size");
    for (size_t i = 0; i < COUNT_OF(words); i++)
        try("enabled", words[i]);
    try("enabled", "always\n");
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        try("enabled", bad[i]);
    for (size_t i = 0; i < COUNT_OF(efforts); i++)
        try("defrag", efforts[i]);
    try("defrag", "deny");
    try("defrag", "madvise\n");
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        try("use_zero_page", numbers[i]);
    try("use_zero_page", "1");
    try("shmem_enabled", "deny");
    try("shmem_enabled", "perhaps");
    try("shmem_enabled", "never\n");
    call("a constant for writing", open(SETTINGS "hpage_pmd_size", O_WRONLY));
    call("a new file", open(SETTINGS "new", O_CREAT | O_WRONLY, 0600));
    call("a new folder", mkdir(SETTINGS "new", 0700));
    call("unlink", unlink(SETTINGS "enabled"));
    positions();
    in_child("user", as_user);
    must(statfs("/sys", &there));
    say("type %lx", (unsigned long)there.f_type);
    return 0;
}

/* execve: what is refused, with which errno. */

#include "test.h"

static void attempt(const char *label, const char *path)
{
    char *const argv[] = {"x", NULL}, *const envp[] = {NULL};
    call(label, execve(path, argv, envp));
}

int main(void)
{
    char long_name[5000];
    memset(long_name, 'n', sizeof(long_name));
    long_name[4999] = '\0';
    must(mkdir("directory", 0755));
    file_put("not executable", "\177ELF", 0644);
    file_put("empty", "", 0755);
    file_put("text", "just some text\n", 0755);
    file_put("short elf", "\177ELF", 0755);
    file_put("no interpreter", "#!\n", 0755);
    file_put("missing interpreter", "#!/no/such/file\n", 0755);
    file_put("directory interpreter", "#!/tmp\n", 0755);
    symlink("loop", "loop");
    attempt("absent", "absent");
    attempt("directory", "directory");
    attempt("through a file", "text/x");
    attempt("not executable", "not executable");
    attempt("empty", "empty");
    attempt("text", "text");
    attempt("four bytes of ELF", "short elf");
    attempt("#! and nothing", "no interpreter");
    attempt("#! missing", "missing interpreter");
    attempt("#! directory", "directory interpreter");
    attempt("symlink loop", "loop");
    attempt("name too long", long_name);
    attempt("empty path", "");
    attempt("/dev/null", "/dev/null");
    call("null path", execve(NULL, NULL, NULL));
    call("bad argv", execve("/proc/self/exe", (char **)8, NULL));
    char *const bad[] = {"x", (char *)8, NULL};
    call("bad string in argv", execve("/proc/self/exe", bad, NULL));
    call("bad envp", execve("/proc/self/exe", (char *[]){"x", NULL}, (char **)0xffff800000000000));
    int fd = (int)must(open("text", O_RDWR));
    attempt("open for writing", "text");
    close(fd);
    must(chmod("not executable", 0744));
    become_user();
    attempt("no execute permission for us", "not executable");
    return 0;
}

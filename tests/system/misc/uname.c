/* uname, sethostname, setdomainname. */

#define _GNU_SOURCE
#include <unistd.h>

#include "test.h"

#include <sys/utsname.h>

int main(void)
{
    struct utsname name;
    char old[65];
    must(gethostname(old, sizeof(old)));
    call("uname", uname(&name));
    say("%s %s", name.sysname, name.machine);
    yes("release is 6.1", strncmp(name.release, "6.1.", 4) == 0);
    call("sethostname", sethostname("some host", 9));
    uname(&name);
    say("%s", name.nodename);
    call("64 characters",
         sethostname("0123456789012345678901234567890123456789012345678901234567890123", 64));
    call("65 characters",
         sethostname("01234567890123456789012345678901234567890123456789012345678901234", 65));
    call("negative", syscall(SYS_sethostname, "x", -1));
    call("bad pointer", syscall(SYS_sethostname, 8, 3));
    call("setdomainname", setdomainname("domain", 6));
    uname(&name);
    say("%s", name.domainname);
    must(sethostname(old, strlen(old)));
    become_user();
    call("as a user", sethostname("x", 1));
    return 0;
}

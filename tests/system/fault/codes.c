/* The signal, si_code and si_addr of every kind of bad memory access, by user code. */

#include "test.h"

int main(void)
{
    probe_read("null", NULL);
    probe_write("null", NULL);
    probe_exec("null", NULL);
    probe_read("page 15", (char *)0xf000);
    probe_read("kernel text", (char *)0xffffffff81000000);
    probe_write("kernel direct map", (char *)0xffff888000000000);
    probe_read("non-canonical", (char *)0x800000000000);
    probe_read("non-canonical negative", (char *)0x8000000000000000);
    probe_read("last user page", (char *)0x7ffffffff000);
    probe_read("last byte", (char *)-1);
    char *page = map_in_hole(PAGE);
    probe_read("just past an area", page + PAGE);
    probe_read("just before an area", page - 1);
    must(mprotect(page, PAGE, PROT_NONE));
    probe_read("no access", page);
    must(mprotect(page, PAGE, PROT_READ));
    probe_write("read-only", page + 123);
    probe_exec("not executable", page);
    probe_exec("non-canonical jump", (char *)0x800000000000);
    return 0;
}

/* The stack of a program with a GNU_STACK header that is not executable, and mprotect of it. */

#include "test.h"

int main(void)
{
    char code[2 * 4096];
    char *page = (char *)(((unsigned long)code + PAGE - 1) & ~(PAGE - 1));
    page[0] = (char)0xc3;
    probe_exec("stack", page);
    call("mprotect", mprotect(page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
    probe_exec("executable stack", page);
    struct maps_line line;
    maps_find(page, &line);
    say("%s", line.prot);
    static char data[2] = {(char)0xc3};
    probe_exec("data", data);
    probe_write("text", (char *)main);
    static const char constant[] = {(char)0xc3};
    probe_write("rodata", (char *)constant);
    return 0;
}

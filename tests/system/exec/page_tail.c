/* Behind the variables of a program its last page of the file is zero, to the end of the page. */

#include "test.h"

#include <elf.h>

#define BASE      0x400000
#define FILE_SIZE 0x100 /* of the segment; the file goes on */

/* exit(the byte at @offset of the page) */
static void write_program(const char *path, unsigned offset, unsigned variables)
{
    static unsigned char file[PAGE];
    Elf64_Ehdr *header = (Elf64_Ehdr *)file;
    Elf64_Phdr *segment = (Elf64_Phdr *)(header + 1);
    unsigned char *code = (unsigned char *)(segment + 1);
    unsigned address = BASE + offset;
    int fd;

    memset(file, 0xaa, sizeof(file));
    *header = (Elf64_Ehdr){.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                           .e_type = ET_EXEC,
                           .e_machine = EM_X86_64,
                           .e_version = EV_CURRENT,
                           .e_entry = BASE + (Elf64_Addr)(code - file),
                           .e_phoff = sizeof(*header),
                           .e_ehsize = sizeof(*header),
                           .e_phentsize = sizeof(*segment),
                           .e_phnum = 1};
    *segment = (Elf64_Phdr){.p_type = PT_LOAD,
                            .p_flags = PF_R | PF_W | PF_X,
                            .p_vaddr = BASE,
                            .p_filesz = FILE_SIZE,
                            .p_memsz = FILE_SIZE + variables,
                            .p_align = PAGE};
    memcpy(code, "\xb8\x3c\x00\x00\x00\x0f\xb6\x3c\x25",
           9); /* mov $60, %eax; movzbl address, %edi */
    memcpy(code + 9, &address, 4);
    memcpy(code + 13, "\x0f\x05", 2);
    fd = must(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755));
    must(write(fd, file, sizeof(file)));
    close(fd);
}

static void run(const char *label, unsigned offset, unsigned variables)
{
    pid_t child;
    int status;

    write_program("program", offset, variables);
    child = must(fork());
    if (child == 0) {
        execl("program", "program", (char *)NULL);
        _exit(1);
    }
    must(waitpid(child, &status, 0));
    say("%s: %x", label, WIFEXITED(status) ? WEXITSTATUS(status) : 0xfff);
}

int main(void)
{
    run("the first variable", FILE_SIZE, 8);
    run("behind the last variable", FILE_SIZE + 64, 8);
    run("the last byte of the page", PAGE - 1, 8);
    run("without variables", FILE_SIZE + 64, 0);
    return 0;
}

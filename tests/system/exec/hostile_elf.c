/* Two hundred broken ELF files: truncated, mutated, hostile headers. Each is refused, or its
   process dies, or (a mutation of an unused byte) it runs; the kernel and this process live.
   seconds: 60 */

#include "test.h"

#include <elf.h>
#include <sys/resource.h>

static char image[1 << 20];
static size_t image_len;
static unsigned seed = 12345;

static unsigned random_number(void)
{
    seed = seed * 1103515245 + 12345;
    return seed >> 8;
}

/* try_image: run the image. => '-' refused or killed (where that is decided is the kernel's
   business), 'e' ended by itself */
static char try_image(size_t len)
{
    int status;
    int fd = (int)must(open("victim", O_WRONLY | O_CREAT | O_TRUNC, 0755));
    must(write(fd, image, len));
    close(fd);
    pid_t pid = (pid_t)must(fork());
    if (pid == 0) {
        struct rlimit limit = {2, 2};
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        setrlimit(RLIMIT_CPU, &limit);
        alarm(3);
        char *const argv[] = {"victim", "end", NULL};
        execve("victim", argv, argv + 2);
        _exit(errno == EFAULT ? 43 : 42);
    }
    must(waitpid(pid, &status, 0));
    if (WIFSIGNALED(status))
        return '-';
    return WEXITSTATUS(status) == 42 ? '-' : 'e';
}

static const char *header_cases(void)
{
    static char result[80];
    char *at = result;
    Elf64_Ehdr *header = (Elf64_Ehdr *)image;
    Elf64_Ehdr saved = *header;

#define CASE(assignment)                                                                           \
    do {                                                                                           \
        assignment;                                                                                \
        *at++ = try_image(image_len);                                                              \
        *header = saved;                                                                           \
    } while (0)
    CASE(header->e_ident[0] = 0);
    CASE(header->e_type = ET_REL);
    CASE(header->e_type = 0xffff);
    CASE(header->e_machine = EM_ARM);
    CASE(header->e_phentsize = 55);
    CASE(header->e_phnum = 0);
    CASE(header->e_phnum = 0xffff);
    CASE(header->e_phoff = -1UL);
    CASE(header->e_phoff = 1UL << 62);
    CASE(header->e_phoff = image_len);
    CASE(header->e_entry = 0);
    CASE(header->e_entry = 0xffffffff81000000);
    CASE(header->e_entry = 0x800000000000);
    return result;
}

static const char *segment_cases(void)
{
    static char result[80];
    char *at = result;
    Elf64_Ehdr *header = (Elf64_Ehdr *)image;
    Elf64_Phdr *first = (Elf64_Phdr *)(image + header->e_phoff);
    Elf64_Phdr saved = *first;

#define SEGMENT(assignment)                                                                        \
    do {                                                                                           \
        assignment;                                                                                \
        *at++ = try_image(image_len);                                                              \
        *first = saved;                                                                            \
    } while (0)
    SEGMENT(first->p_vaddr = 0xffff800000000000);
    SEGMENT(first->p_vaddr = 0x7ffffffff000);
    SEGMENT(first->p_vaddr = -PAGE);
    SEGMENT(first->p_vaddr += 1);
    SEGMENT(first->p_memsz = -1UL);
    SEGMENT(first->p_memsz = 1UL << 47);
    SEGMENT((first->p_memsz = 0, first->p_filesz = 0x1000));
    SEGMENT(first->p_filesz = -1UL);
    SEGMENT(first->p_offset = -PAGE);
    SEGMENT(first->p_offset += 1);
    SEGMENT((first->p_type = PT_INTERP, first->p_filesz = 1UL << 40));
    SEGMENT((first->p_type = PT_INTERP, first->p_filesz = 0));
    SEGMENT((first->p_type = PT_INTERP, first->p_filesz = 2, first->p_offset = 0));
    SEGMENT((first->p_type = PT_INTERP, first->p_offset = 1UL << 60, first->p_filesz = 16));
    SEGMENT(first->p_type = PT_NULL);
    return result;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return 0;
    int fd = (int)must(open("/proc/self/exe", O_RDONLY));
    image_len = (size_t)must(read(fd, image, sizeof(image)));
    say("headers:  %s", header_cases());
    say("segments: %s", segment_cases());

    char small[65] = "";
    for (int i = 0; i < 64; i++)
        small[i] = try_image((size_t)i * 8);
    say("truncated in the headers: %s", small);
    int survived = 0;
    for (int i = 0; i < 40; i++)
        survived += try_image(random_number() % image_len) != 0;
    say("truncated anywhere: %d tried", survived);
    survived = 0;
    for (int i = 0; i < 80; i++) {
        char *where = image + random_number() % 512;
        char old = *where;
        *where = (char)random_number();
        survived += try_image(image_len) != 0;
        *where = old;
    }
    say("mutated headers: %d tried", survived);
    say("unharmed: %c", try_image(image_len));
    return 0;
}

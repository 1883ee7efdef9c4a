/*
 * The initial stack, as the System V ABI and Linux lay it out. From the top downwards:
 *
 *   8 zero bytes | file name | environment strings | argument strings | (random gap) | platform |
 *   16 random bytes | (alignment) | auxiliary vector | envp | argv | argc  <- stack pointer,
 * 16-byte aligned
 */
#include "exec_internal.h"

#include <abi/auxv.h>
#include <abi/errno.h>
#include <abi/mman.h>
#include <abi/time.h>
#include <arch/identity.h>
#include <arch/signal.h>
#include <arch/user.h>
#include <kern/panic.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <proc/task.h>
#include <proc/machine.h>
#include <proc/rlimit.h>
#include <vfs/cred.h>

#define STACK_HEADROOM (128ul << 10) /* mapped below the strings from the start, as on Linux */
#define RANDOM_GAP     8192ul
#define AUXV_WORDS     48

/* The caller's strings without the argv[0] that a script's prefix replaces. */
static const char *own_arguments(const struct exec *exec, size_t *len, u64 *count)
{
    size_t skip = 0;

    if (exec->skip_first && exec->arguments.count != 0)
        skip = strlen(exec->arguments.bytes) + 1;
    *len = exec->arguments.len - skip;
    *count = exec->arguments.count - (skip != 0);
    return exec->arguments.bytes + skip;
}

static int copy_strings(vaddr_t *at, const char *bytes, size_t len)
{
    *at -= len;
    return len == 0 ? 0 : copy_to_user((void __user *)*at, bytes, len);
}

static int place_strings(struct exec *exec)
{
    struct mm *mm = exec->mm;
    vaddr_t at = exec->stack_top - sizeof(u64);
    const char *arguments;
    size_t len;
    u64 count;
    int error;

    error = copy_strings(&at, exec->name, strlen(exec->name) + 1);
    if (error)
        return error;
    exec->name_address = at;
    mm->env_end = at;
    error = copy_strings(&at, exec->environment.bytes, exec->environment.len);
    if (error)
        return error;
    mm->env_start = at;
    mm->arg_end = at;
    arguments = own_arguments(exec, &len, &count);
    error = copy_strings(&at, arguments, len);
    if (!error)
        error = copy_strings(&at, exec->prefix.bytes, exec->prefix.len);
    mm->arg_start = at;
    exec->strings_start = at;
    return error;
}

int exec_stack_map(struct exec *exec)
{
    u64 strings =
        exec->prefix.len + exec->arguments.len + exec->environment.len + strlen(exec->name) + 16;
    u64 limit = max(align_down(rlimit_current(RLIMIT_STACK), PAGE_SIZE), PAGE_SIZE);
    u64 len = align_up(strings, PAGE_SIZE) + STACK_HEADROOM;
    struct mm_map_request request = {
        .prot = PROT_READ | PROT_WRITE | (exec->executable_stack ? PROT_EXEC : 0),
        .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN | MAP_STACK,
        .vma_flags = VMA_STACK | VMA_GROWSDOWN,
    };
    long result;

    exec->stack_top = mm_layout_stack_top(exec->fixed_layout, machine_random_u64());
    request.len = min(len, max(limit, align_up(strings, PAGE_SIZE)));
    request.addr = exec->stack_top - request.len;
    result = mm_map(exec->mm, &request);
    if (result < 0)
        return (int)result;
    return place_strings(exec);
}

/* The words below the strings, collected in kernel memory and copied at once. */
struct vectors {
    u64 *words;
    size_t nr, capacity;
};

static void push_word(struct vectors *vectors, u64 word)
{
    vectors->words[vectors->nr++] = word;
}

/* Addresses of @count strings that lie one after the other from @address. Returns the address
 * behind them. */
static vaddr_t push_pointers(struct vectors *vectors, const char *bytes, u64 count, vaddr_t address)
{
    for (u64 i = 0; i < count; i++) {
        size_t len = strlen(bytes) + 1;

        push_word(vectors, address);
        address += len;
        bytes += len;
    }
    return address;
}

struct auxv {
    unsigned long *words; /* mm->saved_auxv */
    size_t nr;
};

static void push_entry(struct auxv *auxv, u64 type, u64 value)
{
    auxv->words[auxv->nr++] = type;
    auxv->words[auxv->nr++] = value;
}

static void fill_auxv(struct exec *exec, struct auxv *auxv, vaddr_t random, vaddr_t platform)
{
    const struct credentials *credentials = current_task()->vfs.credentials;

    if (exec->mm->vdso != 0)
        push_entry(auxv, AT_SYSINFO_EHDR, exec->mm->vdso);
    push_entry(auxv, AT_MINSIGSTKSZ, arch_minimum_signal_stack());
    push_entry(auxv, AT_HWCAP, arch_hwcap());
    push_entry(auxv, AT_PAGESZ, PAGE_SIZE);
    push_entry(auxv, AT_CLKTCK, CLOCK_TICKS_PER_SECOND);
    push_entry(auxv, AT_PHDR, exec->headers);
    push_entry(auxv, AT_PHENT, sizeof(struct elf_program_header));
    push_entry(auxv, AT_PHNUM, exec->program.header.program_count);
    push_entry(auxv, AT_BASE, exec->interpreter_base);
    push_entry(auxv, AT_FLAGS, 0);
    push_entry(auxv, AT_ENTRY, exec->entry);
    push_entry(auxv, AT_UID, credentials->uid);
    push_entry(auxv, AT_EUID, credentials->euid);
    push_entry(auxv, AT_GID, credentials->gid);
    push_entry(auxv, AT_EGID, credentials->egid);
    push_entry(auxv, AT_SECURE, exec->secure);
    push_entry(auxv, AT_RANDOM, random);
    push_entry(auxv, AT_HWCAP2, arch_hwcap2());
    push_entry(auxv, AT_EXECFN, exec->name_address);
    push_entry(auxv, AT_PLATFORM, platform);
    push_entry(auxv, AT_NULL, 0);
}

static void fill_vectors(struct exec *exec, struct vectors *vectors, const struct auxv *auxv)
{
    vaddr_t at = exec->strings_start;
    const char *arguments;
    size_t len;
    u64 count;

    arguments = own_arguments(exec, &len, &count);
    push_word(vectors, exec->prefix.count + count);
    at = push_pointers(vectors, exec->prefix.bytes, exec->prefix.count, at);
    at = push_pointers(vectors, arguments, count, at);
    push_word(vectors, 0);
    push_pointers(vectors, exec->environment.bytes, exec->environment.count, at);
    push_word(vectors, 0);
    for (size_t i = 0; i < auxv->nr; i++)
        push_word(vectors, auxv->words[i]);
}

/* Copy the vectors to their place, which is as far up as they end below @at. */
static int place_vectors(struct exec *exec, struct vectors *vectors, const struct auxv *auxv,
                         vaddr_t at)
{
    vaddr_t pointer = align_down(at - vectors->capacity * sizeof(u64), 16);

    fill_vectors(exec, vectors, auxv);
    ASSERT(vectors->nr == vectors->capacity);
    exec->stack_pointer = pointer;
    exec->mm->stack_start = pointer;
    return copy_to_user((void __user *)pointer, vectors->words, vectors->nr * sizeof(u64));
}

int exec_stack_fill(struct exec *exec)
{
    const char *platform = arch_platform();
    u64 gap = exec->fixed_layout ? 0 : machine_random_u64() % RANDOM_GAP;
    vaddr_t at = align_down(exec->strings_start - gap, 16);
    struct auxv auxv = {.words = exec->mm->saved_auxv};
    struct vectors vectors = {0};
    vaddr_t platform_address;
    const char *arguments;
    u8 random[16];
    size_t len;
    u64 count;
    int error;

    error = copy_strings(&at, platform, strlen(platform) + 1);
    if (error)
        return error;
    platform_address = at;
    machine_random_bytes(random, sizeof(random));
    error = copy_strings(&at, (const char *)random, sizeof(random));
    if (error)
        return error;
    fill_auxv(exec, &auxv, at, platform_address);
    ASSERT(auxv.nr <= AUXV_WORDS);
    arguments = own_arguments(exec, &len, &count);
    (void)arguments;
    vectors.capacity = 3 + exec->prefix.count + count + exec->environment.count + auxv.nr;
    vectors.words = kmalloc_array(vectors.capacity, sizeof(u64), ALLOC_WAIT);
    if (vectors.words == NULL)
        return -ENOMEM;
    error = place_vectors(exec, &vectors, &auxv, at);
    kfree(vectors.words);
    return error;
}

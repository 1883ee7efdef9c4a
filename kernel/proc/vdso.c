/*
 * [vvar] and [vdso] in a new address space: two device objects over frames of the kernel image,
 * mapped above the stack at a random place.
 */
#include "exec_internal.h"

#include <abi/mman.h>
#include <arch/memory.h>
#include <arch/vdso.h>
#include <mm/mm.h>

#define PLACEMENT_SPAN (2ul << 20)

static pfn_t vdso_frame(struct vm_object *object __unused, u64 index)
{
    return arch_vdso_page(index) >> PAGE_SHIFT;
}

static pfn_t vvar_frame(struct vm_object *object __unused, u64 index)
{
    paddr_t page = arch_vvar_page(index);

    return page != 0 ? page >> PAGE_SHIFT : ~0ul;
}

static const struct vm_object_ops vdso_ops = {.device_frame = vdso_frame};
static const struct vm_object_ops vvar_ops = {.device_frame = vvar_frame};
static struct vm_object vdso_object, vvar_object;

void vdso_init(void)
{
    vm_object_init(&vvar_object, &vvar_ops, NULL, ARCH_VVAR_PAGES * PAGE_SIZE, VM_OBJECT_DEVICE);
    vm_object_init(&vdso_object, &vdso_ops, NULL, arch_vdso_pages() * PAGE_SIZE, VM_OBJECT_DEVICE);
}

static long map_part(struct mm *mm, struct vm_object *object, vaddr_t addr, unsigned prot,
                     const char *name)
{
    struct mm_map_request request = {
        .addr = addr,
        .len = object->size,
        .prot = prot,
        .flags = MAP_PRIVATE | MAP_FIXED,
        .object = object,
        .may = VMA_MAYREAD | (prot & PROT_EXEC ? VMA_MAYEXEC : 0),
        .vma_flags = VMA_SPECIAL | (prot & PROT_EXEC ? 0 : VMA_DONTDUMP),
        .name = name,
    };

    return mm_map(mm, &request);
}

int vdso_map(struct mm *mm, vaddr_t hint, u64 random)
{
    struct mm_map_request room = {
        .len = vvar_object.size + vdso_object.size,
        .prot = PROT_NONE,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
    };
    vaddr_t end = min(align_up(hint + room.len, PLACEMENT_SPAN), USER_END);
    long address, result;

    if (hint != 0 && end - room.len > hint)
        room.addr = hint + align_down(random % (end - room.len - hint + 1), PAGE_SIZE);
    address = mm_map(mm, &room);
    if (address < 0)
        return (int)address;
    result = map_part(mm, &vvar_object, (vaddr_t)address, PROT_READ, "[vvar]");
    if (result < 0)
        return (int)result;
    mm->vdso = (vaddr_t)address + vvar_object.size;
    result = map_part(mm, &vdso_object, mm->vdso, PROT_READ | PROT_EXEC, "[vdso]");
    return result < 0 ? (int)result : 0;
}

/* Setting the room up: caches, the page of zeroes, the hooks of kmem. */
#include <kern/panic.h>
#include <kmem/frames.h>

#include "anon_family.h"
#include "commit.h"
#include "fault.h"
#include "hugetlb.h"
#include "mm_list.h"
#include "object_pages.h"
#include "reclaim.h"
#include "settings.h"
#include "shmem.h"
#include "thp.h"
#include "write_exec.h"

struct page *zero_page;

void mm_init(void)
{
    vma_init_cache();
    mm_init_cache();
    anon_family_init_cache();
    object_init_caches();
    shmem_init_cache();
    reclaim_init();
    settings_init();
    commit_init();
    write_exec_init();
    thp_init();
    hugetlb_pool_init();
    zero_page = page_alloc(ALLOC_ZERO);
    ASSERT(zero_page != NULL);
}

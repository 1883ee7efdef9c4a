/* Pages that another gives: questions, answers, areas that forget whom they asked. */
#include "mm/program.h"

#include <abi/userfaultfd.h>
#include <kern/failpoint.h>
#include <mm/userfault.h>
#include <sched/wait.h>

#include "pt.h"
#include "thp.h"

static struct userfault *asked;
static struct userfault_question heard; /* the last question */
static unsigned nr_heard;
static vaddr_t source; /* a page to give */

/* What the handler does while the program waits. */
static int take(void)
{
    EXPECT(userfault_take(asked, &heard));
    nr_heard++;
    return 0;
}

static int give_copy(void)
{
    take();
    EXPECT_EQ(userfault_copy(asked, align_down(heard.address, PAGE), (void *)source, PAGE, false),
              PAGE);
    userfault_wake(asked, align_down(heard.address, PAGE), PAGE);
    return 0;
}

static int give_zeroes(void)
{
    take();
    EXPECT_EQ(userfault_zero(asked, align_down(heard.address, PAGE), PAGE), PAGE);
    userfault_wake(asked, align_down(heard.address, PAGE), PAGE);
    return 0;
}

static int send_signal(void)
{
    fake_on_wait = give_copy;
    return -ERESTARTSYS;
}

static int wake_only(void)
{
    take();
    userfault_wake(asked, 0, 0);
    fake_on_wait = give_copy;
    return 0;
}

static int unguard(void)
{
    take();
    EXPECT_EQ(userfault_guard(asked, align_down(heard.address, PAGE), PAGE, false), 0);
    userfault_wake(asked, align_down(heard.address, PAGE), PAGE);
    return 0;
}

static int close_it(void)
{
    take();
    userfault_close(asked);
    asked = NULL;
    return 0;
}

/* An address space with 8 registered pages, and a page to give: full of 'g'. */
static struct mm *begin(long *at, u32 features, bool user_only)
{
    struct mm *mm = program();

    nr_heard = 0;
    asked = userfault_create(mm, user_only);
    EXPECT(asked != NULL && userfault_enable(asked, features));
    EXPECT(!userfault_enable(asked, features));
    source = (vaddr_t)do_map(mm, 0, PAGE, RW, ANON);
    user_write(mm, source, 'g');
    *at = do_map(mm, 0, 16 * PAGE, RW, ANON);
    *at += 4 * PAGE;
    EXPECT_EQ(userfault_register(asked, *at, 8 * PAGE, VMA_ASK_MISSING), 0);
    return mm;
}

static void end(struct mm *mm)
{
    fake_on_wait = NULL;
    audit();
    if (asked != NULL)
        userfault_close(asked);
    audit();
    finish(mm);
}

TEST(a_fault_is_answered_with_a_copy)
{
    long at;
    struct mm *mm = begin(&at, UFFD_FEATURE_EXACT_ADDRESS, false);

    fake_on_wait = give_copy;
    EXPECT_EQ(user_read(mm, at + PAGE), 'g');
    EXPECT_EQ(heard.address, at + PAGE);
    EXPECT_EQ(heard.flags, 0);
    EXPECT_EQ(user_write(mm, at + 2 * PAGE + 9, 1), 0);
    EXPECT_EQ(heard.address, at + 2 * PAGE + 9);
    EXPECT_EQ(heard.flags, UFFD_PAGEFAULT_FLAG_WRITE);
    EXPECT_EQ(user_read(mm, at + 2 * PAGE), 'g');
    EXPECT_EQ(nr_heard, 2);
    end(mm);
}

TEST(a_fault_is_answered_with_zeroes)
{
    long at;
    struct mm *mm = begin(&at, 0, false);

    fake_on_wait = give_zeroes;
    EXPECT_EQ(user_read(mm, at + PAGE + 5), 0);
    EXPECT_EQ(heard.address, at + PAGE);
    EXPECT_EQ(user_write(mm, at + PAGE + 5, 1), 0); /* what is there is nobody else's business */
    EXPECT_EQ(nr_heard, 1);
    end(mm);
}

TEST(a_wake_and_a_signal_let_it_ask_again)
{
    long at;
    struct mm *mm = begin(&at, 0, false);

    fake_on_wait = wake_only;
    EXPECT_EQ(user_read(mm, at), 'g');
    EXPECT_EQ(nr_heard, 2);
    fake_on_wait = send_signal;
    EXPECT_EQ(user_read(mm, at + PAGE), 'g');
    EXPECT_EQ(nr_heard, 3);
    end(mm);
}

TEST(closing_lets_everybody_go_on)
{
    long at;
    struct mm *mm = begin(&at, 0, false);

    fake_on_wait = close_it;
    EXPECT_EQ(user_read(mm, at), 0);
    EXPECT_EQ(user_read(mm, at + PAGE), 0);
    EXPECT_EQ(nr_heard, 1);
    end(mm);
}

TEST(the_kernel_and_debuggers_may_not_have_to_ask)
{
    long at;
    struct mm *mm = begin(&at, 0, true);
    struct mm_fault_failure failure;
    char byte;

    EXPECT_EQ(mm_fault(mm, at, FAULT_READ, false, &failure), -EFAULT);
    EXPECT_EQ(failure.signal, SIGBUS);
    EXPECT_EQ(mm_access(mm, at, &byte, 1, false, true), -EIO);
    EXPECT_EQ(mm_populate(mm, at, PAGE, true), -EFAULT);
    EXPECT_EQ(nr_heard, 0);
    end(mm);
}

TEST(a_signal_instead_of_a_question)
{
    long at;
    struct mm *mm = begin(&at, UFFD_FEATURE_SIGBUS, false);

    EXPECT_EQ(touch(mm, at, true), SIGBUS);
    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE, false), PAGE);
    EXPECT_EQ(touch(mm, at, true), 0);
    end(mm);
}

TEST(populating_asks_for_every_page)
{
    long at;
    struct mm *mm = begin(&at, 0, false);

    fake_on_wait = give_copy;
    EXPECT_EQ(mm_populate(mm, at - PAGE, 10 * PAGE, true), 0);
    EXPECT_EQ(nr_heard, 8);
    end(mm);
}

TEST(what_is_there_stays)
{
    long at;
    struct mm *mm = begin(&at, 0, false);

    EXPECT_EQ(userfault_zero(asked, at + 2 * PAGE, PAGE), PAGE);
    EXPECT_EQ(userfault_zero(asked, at, 4 * PAGE), 2 * PAGE);
    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE, false), -EEXIST);
    EXPECT_EQ(userfault_copy(asked, at - PAGE, (void *)source, PAGE, false), -ENOENT);
    EXPECT_EQ(userfault_copy(asked, at + 7 * PAGE, (void *)source, 2 * PAGE, false), -ENOENT);
    EXPECT_EQ(userfault_copy(asked, at + 7 * PAGE, (void *)8, PAGE, false), -EFAULT);
    EXPECT_EQ(userfault_zero(asked, at + 7 * PAGE, PAGE), PAGE);
    end(mm);
}

TEST(areas_are_cut_and_become_one_again)
{
    long at;
    struct mm *mm = begin(&at, 0, false);
    struct userfault *other = userfault_create(mm, false);
    u64 nr = mm->nr_areas;

    EXPECT(userfault_enable(other, 0));
    EXPECT_EQ(userfault_register(other, at, PAGE, VMA_ASK_MISSING), -EBUSY);
    EXPECT_EQ(userfault_register(other, at + 8 * PAGE, PAGE, VMA_ASK_MISSING), 0);
    EXPECT_EQ(mm->nr_areas, nr + 1);
    audit();
    EXPECT_EQ(userfault_unregister(asked, at + 3 * PAGE, 2 * PAGE), 0);
    EXPECT_EQ(mm->nr_areas, nr + 3);
    audit();
    EXPECT_EQ(userfault_unregister(asked, at, 9 * PAGE), 0);
    EXPECT_EQ(mm->nr_areas, nr - 2);
    EXPECT_EQ(userfault_check_range(at + 1, PAGE), -EINVAL);
    EXPECT_EQ(userfault_check_range(at, 0), -EINVAL);
    EXPECT_EQ(userfault_check_range(at, USER_END), -EINVAL);
    EXPECT_EQ(userfault_check_range(0, PAGE), -EINVAL);
    userfault_close(other);
    end(mm);
}

TEST(children_and_moved_areas_ask_nobody)
{
    long at, moved;
    struct mm *mm = begin(&at, 0, false), *child;

    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE, false), PAGE);
    child = mm_fork(mm);
    EXPECT_EQ(user_read(child, at), 'g');
    EXPECT_EQ(user_read(child, at + PAGE), 0);
    EXPECT_EQ(userfault_copy(asked, at + PAGE, (void *)source, PAGE, false), PAGE);
    EXPECT_EQ(user_read(mm, at + PAGE), 'g');
    audit();
    moved = mm_remap(mm, at, 8 * PAGE, 32 * PAGE, MREMAP_MAYMOVE, 0);
    EXPECT_EQ(user_read(mm, moved), 'g');
    EXPECT_EQ(user_read(mm, moved + 2 * PAGE), 0);
    finish(child);
    end(mm);
}

/* Registering is all or nothing for want of areas; a copy stops where memory ends. */
TEST(without_memory)
{
    long at;
    struct mm *mm = begin(&at, 0, false);

    EXPECT_EQ(userfault_unregister(asked, at, 8 * PAGE), 0);
    failpoint_arm(FAILPOINT_VMA, 1, true, NULL);
    EXPECT_EQ(userfault_register(asked, at, 8 * PAGE, VMA_ASK_MISSING), -ENOMEM);
    failpoint_disarm(FAILPOINT_VMA);
    EXPECT_EQ(userfault_register(asked, at, 8 * PAGE, VMA_ASK_MISSING), 0);
    failpoint_arm(FAILPOINT_PAGE, 1, true, NULL);
    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE, false), -ENOMEM);
    failpoint_disarm(FAILPOINT_PAGE);
    failpoint_arm(FAILPOINT_SLAB, 1, true, NULL);
    EXPECT(userfault_create(mm, false) == NULL);
    failpoint_disarm(FAILPOINT_SLAB);
    end(mm);
}

/* An address space with 600 pages that were written to, registered for writes. */
static struct mm *begin_guarding(long *at)
{
    struct mm *mm = begin(at, 0, false);
    unsigned i;

    *at = do_map(mm, 0, 600 * PAGE, RW, ANON);
    for (i = 0; i < 600; i++)
        user_write(mm, *at + i * PAGE, 1);
    EXPECT_EQ(userfault_guard(asked, *at, PAGE, true), -ENOENT);
    EXPECT_EQ(userfault_register(asked, *at, 600 * PAGE, VMA_ASK_WRITE), 0);
    fake_on_wait = unguard;
    return mm;
}

TEST(a_guarded_page_is_written_to_after_the_answer)
{
    long at;
    struct mm *mm = begin_guarding(&at);

    EXPECT_EQ(userfault_guard(asked, at, 600 * PAGE, true), 0);
    audit();
    EXPECT_EQ(user_read(mm, at), 1);
    EXPECT_EQ(nr_heard, 0);
    EXPECT_EQ(user_write(mm, at + PAGE, 2), 0);
    EXPECT_EQ(heard.flags, UFFD_PAGEFAULT_FLAG_WRITE | UFFD_PAGEFAULT_FLAG_WP);
    EXPECT_EQ(user_write(mm, at + PAGE, 3), 0);
    EXPECT_EQ(nr_heard, 1);
    EXPECT_EQ(mm_protect(mm, at, 600 * PAGE, PROT_READ), 0);
    EXPECT_EQ(mm_protect(mm, at, 600 * PAGE, RW), 0);
    audit();
    EXPECT_EQ(user_write(mm, at, 3), 0);
    EXPECT_EQ(nr_heard, 2);
    end(mm);
}

TEST(guards_are_not_inherited)
{
    long at;
    struct mm *mm = begin_guarding(&at), *first = mm_fork(mm), *second;

    EXPECT_EQ(userfault_guard(asked, at, 300 * PAGE, true), 0);
    audit();
    second = mm_fork(mm);
    audit();
    EXPECT_EQ(user_write(first, at, 2), 0);
    EXPECT_EQ(user_write(second, at, 3), 0);
    EXPECT_EQ(user_write(second, at + 400 * PAGE, 3), 0);
    EXPECT_EQ(nr_heard, 0);
    EXPECT_EQ(user_write(mm, at, 4), 0);
    EXPECT_EQ(nr_heard, 1);
    audit();
    finish(first);
    finish(second);
    EXPECT_EQ(user_write(mm, at + 299 * PAGE, 4), 0);
    EXPECT_EQ(nr_heard, 2);
    end(mm);
}

TEST(guards_go_with_the_registration)
{
    long at, moved;
    struct mm *mm = begin_guarding(&at);

    EXPECT_EQ(userfault_guard(asked, at, 600 * PAGE, true), 0);
    EXPECT_EQ(userfault_unregister(asked, at, 100 * PAGE), 0);
    audit();
    EXPECT_EQ(userfault_register(asked, at + 100 * PAGE, 100 * PAGE, VMA_ASK_MISSING), 0);
    audit();
    moved = mm_remap(mm, at + 200 * PAGE, 100 * PAGE, 700 * PAGE, MREMAP_MAYMOVE, 0);
    EXPECT(moved > 0);
    audit();
    EXPECT_EQ(user_write(mm, at, 2), 0);
    EXPECT_EQ(user_write(mm, at + 100 * PAGE, 2), 0);
    EXPECT_EQ(user_write(mm, moved, 2), 0);
    EXPECT_EQ(nr_heard, 0);
    EXPECT_EQ(user_write(mm, at + 300 * PAGE, 2), 0);
    EXPECT_EQ(nr_heard, 1);
    end(mm);
}

TEST(huge_leaves_are_split_to_be_guarded)
{
    const vaddr_t size = THP_SIZE;
    long at;
    struct mm *mm = begin(&at, 0, false);

    mm_huge_set(MM_HUGE_ENABLED, MM_HUGE_ALWAYS);
    at = do_map(mm, 0x40000000, size, RW, ANON | MAP_FIXED);
    EXPECT_EQ(user_write(mm, at, 1), 0);
    EXPECT(pte_is_leaf(pt_peek_upper(mm, at), 2));
    EXPECT_EQ(userfault_register(asked, at, size, VMA_ASK_WRITE), 0);
    failpoint_arm(FAILPOINT_TABLE, 1, true, NULL);
    EXPECT_EQ(userfault_guard(asked, at, size, true), -ENOMEM);
    failpoint_disarm(FAILPOINT_TABLE);
    audit();
    EXPECT_EQ(userfault_guard(asked, at, size, true), 0);
    audit();
    fake_on_wait = unguard;
    EXPECT_EQ(user_write(mm, at + 7 * PAGE, 1), 0);
    EXPECT_EQ(nr_heard, 1);
    end(mm);
}

TEST(copies_can_be_guarded)
{
    long at;
    struct mm *mm = begin(&at, 0, false);

    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE, true), -EINVAL);
    EXPECT_EQ(userfault_register(asked, at, 8 * PAGE, VMA_ASK_MISSING | VMA_ASK_WRITE), 0);
    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE, true), PAGE);
    audit();
    fake_on_wait = unguard;
    EXPECT_EQ(user_write(mm, at, 1), 0);
    EXPECT_EQ(nr_heard, 1);
    end(mm);
}

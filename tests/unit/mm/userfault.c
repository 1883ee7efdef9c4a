/* Pages that another gives: questions, answers, areas that forget whom they asked. */
#include "mm/program.h"

#include <abi/userfaultfd.h>
#include <kern/failpoint.h>
#include <mm/userfault.h>
#include <sched/wait.h>

#include "vma.h"

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
    EXPECT_EQ(userfault_copy(asked, align_down(heard.address, PAGE), (void *)source, PAGE), PAGE);
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
    EXPECT_EQ(userfault_register(asked, *at, 8 * PAGE), 0);
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
    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE), PAGE);
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
    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE), -EEXIST);
    EXPECT_EQ(userfault_copy(asked, at - PAGE, (void *)source, PAGE), -ENOENT);
    EXPECT_EQ(userfault_copy(asked, at + 7 * PAGE, (void *)source, 2 * PAGE), -ENOENT);
    EXPECT_EQ(userfault_copy(asked, at + 7 * PAGE, (void *)8, PAGE), -EFAULT);
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
    EXPECT_EQ(userfault_register(other, at, PAGE), -EBUSY);
    EXPECT_EQ(userfault_register(other, at + 8 * PAGE, PAGE), 0);
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

    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE), PAGE);
    child = mm_fork(mm);
    EXPECT_EQ(user_read(child, at), 'g');
    EXPECT_EQ(user_read(child, at + PAGE), 0);
    EXPECT_EQ(userfault_copy(asked, at + PAGE, (void *)source, PAGE), PAGE);
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
    EXPECT_EQ(userfault_register(asked, at, 8 * PAGE), -ENOMEM);
    failpoint_disarm(FAILPOINT_VMA);
    EXPECT_EQ(userfault_register(asked, at, 8 * PAGE), 0);
    failpoint_arm(FAILPOINT_PAGE, 1, true, NULL);
    EXPECT_EQ(userfault_copy(asked, at, (void *)source, PAGE), -ENOMEM);
    failpoint_disarm(FAILPOINT_PAGE);
    failpoint_arm(FAILPOINT_SLAB, 1, true, NULL);
    EXPECT(userfault_create(mm, false) == NULL);
    failpoint_disarm(FAILPOINT_SLAB);
    end(mm);
}

/*
 * The steps of the model test: each does one thing to the real memory and to the model, and
 * compares results (model.h).
 */
#include "mm/model.h"

#include <lib/printf.h>
#include <lib/string.h>

#include "reclaim.h"

/* A step with its numbers brought into range. */
struct context {
    struct model *model;
    struct mm *mm;
    struct model_page *pages; /* the window of the process */
    unsigned process;
    unsigned start, end; /* pages of the window; start < end */
    unsigned argument;
};

bool model_is_huge;

/* What a page of the model is in memory: only its first byte is looked at. */
static u64 unit(void)
{
    return model_is_huge ? MODEL_HUGE_UNIT : PAGE;
}

static vaddr_t address(unsigned page)
{
    return WINDOW_MIDDLE + ((long)page - WINDOW_PAGES / 2) * (long)unit();
}

static vaddr_t range_len(const struct context *c)
{
    return (c->end - c->start) * unit();
}

static struct vm_object *object_of(struct model *model, enum backing backing)
{
    return backing == BACKING_SHMEM ? model->shmem : &model->store->object;
}

static u8 *content(struct model *model, const struct model_page *page)
{
    return &model->contents[page->backing == BACKING_FILE][page->index];
}

static bool is_past_end(const struct model *model, const struct model_page *page)
{
    return page->backing >= BACKING_SHMEM &&
           page->index >= model->size[page->backing == BACKING_FILE];
}

static void clear_range(struct model_page *pages, unsigned start, unsigned end)
{
    memset(&pages[start], 0, (end - start) * sizeof(*pages));
}

static u8 prot_of(unsigned argument)
{
    static const u8 prots[] = {
        RW, RW, RW, PROT_READ, PROT_READ | PROT_EXEC, PROT_NONE, RW | PROT_EXEC};

    return prots[argument % ARRAY_SIZE(prots)];
}

/* ---- the steps ---- */

static void step_map_anonymous(struct context *c)
{
    u8 prot = prot_of(c->argument);
    unsigned i;

    EXPECT_EQ(do_map(c->mm, address(c->start), range_len(c), prot, ANON | MAP_FIXED),
              address(c->start));
    clear_range(c->pages, c->start, c->end);
    for (i = c->start; i < c->end; i++) {
        c->pages[i].backing = BACKING_ANONYMOUS;
        c->pages[i].prot = prot;
    }
}

static void map_object(struct context *c)
{
    enum backing backing = c->argument & 1 ? BACKING_FILE : BACKING_SHMEM;
    bool shared = c->argument & 2;
    u8 prot = prot_of(c->argument >> 2);
    unsigned index = c->argument % 16;
    struct mm_map_request request = {.addr = address(c->start),
                                     .len = range_len(c),
                                     .prot = prot,
                                     .flags = MAP_FIXED | (shared ? MAP_SHARED : MAP_PRIVATE),
                                     .object = object_of(c->model, backing),
                                     .offset = index * PAGE,
                                     .may = VMA_MAYREAD | VMA_MAYWRITE | VMA_MAYEXEC};
    unsigned i;

    EXPECT_EQ(mm_map(c->mm, &request), address(c->start));
    for (i = c->start; i < c->end; i++)
        c->pages[i] = (struct model_page){
            .backing = backing, .shared = shared, .prot = prot, .index = index + i - c->start};
}

static void step_map_object(struct context *c)
{
    if (model_is_huge)
        step_map_anonymous(c);
    else
        map_object(c);
}

static void step_unmap(struct context *c)
{
    EXPECT_EQ(mm_unmap(c->mm, address(c->start), range_len(c)), 0);
    clear_range(c->pages, c->start, c->end);
}

static void step_protect(struct context *c)
{
    u8 prot = prot_of(c->argument);
    int expected = 0;
    unsigned i;

    for (i = c->start; i < c->end && expected == 0; i++) {
        if (c->pages[i].backing == BACKING_NONE)
            expected = -ENOMEM;
        else
            c->pages[i].prot = prot;
    }
    EXPECT_EQ(mm_protect(c->mm, address(c->start), range_len(c), prot), expected);
}

static void step_forget(struct context *c)
{
    int expected = 0;
    unsigned i;

    for (i = c->start; i < c->end; i++) {
        if (c->pages[i].backing == BACKING_NONE)
            expected = -ENOMEM;
        c->pages[i].owned = false;
    }
    EXPECT_EQ(mm_advise(c->mm, address(c->start), range_len(c), MADV_DONTNEED_LOCKED), expected);
}

/* Files and locked areas end the call. */
static void step_free(struct context *c)
{
    int err = mm_advise(c->mm, address(c->start), range_len(c), MADV_FREE);
    unsigned i;

    EXPECT(err == 0 || err == -ENOMEM || err == -EINVAL);
    for (i = c->start; i < c->end; i++)
        c->pages[i].lazy = c->pages[i].backing == BACKING_ANONYMOUS;
}

static void step_lock(struct context *c)
{
    vaddr_t at = address(c->start);
    int err = c->argument % 3 == 0 ? mm_mlock(c->mm, at, range_len(c), MLOCK_ONFAULT)
                                   : mm_munlock(c->mm, at, range_len(c));

    EXPECT(err == 0 || err == -ENOMEM);
}

/* What an access to the page must give: 0 or the signal. */
static int expected_signal(const struct context *c, const struct model_page *page, bool write)
{
    if (page->backing == BACKING_NONE || page->prot == PROT_NONE)
        return SIGSEGV;
    if (write && !(page->prot & PROT_WRITE))
        return SIGSEGV;
    return is_past_end(c->model, page) && !page->owned ? SIGBUS : 0;
}

static u8 expected_value(const struct context *c, const struct model_page *page)
{
    if (page->owned)
        return page->value;
    return page->backing == BACKING_ANONYMOUS ? 0 : *content(c->model, page);
}

static void read_page(struct context *c, unsigned i)
{
    struct model_page *page = &c->pages[i];
    int signal = expected_signal(c, page, false);
    int value = user_read(c->mm, address(i));

    if (page->owned && page->lazy && value == 0 && signal == 0)
        page->owned = false; /* from now on */
    else if (signal == 0)
        EXPECT_EQ(value, expected_value(c, page));
    else
        EXPECT(value == -1 && fake_last_failure.signal == signal);
}

static void step_read(struct context *c)
{
    unsigned i;

    for (i = c->start; i < c->end; i++)
        read_page(c, i);
}

static void step_write(struct context *c)
{
    unsigned i;

    for (i = c->start; i < c->end; i++) {
        struct model_page *page = &c->pages[i];
        u8 value = (u8)(c->argument + i);
        int signal = expected_signal(c, page, true);

        if (user_write(c->mm, address(i), value) != 0) {
            EXPECT_EQ(fake_last_failure.signal, signal);
            continue;
        }
        EXPECT_EQ(signal, 0);
        if (page->shared) {
            *content(c->model, page) = value;
        } else {
            page->owned = true;
            page->lazy = false;
            page->value = value;
        }
    }
}

static void step_fork(struct context *c)
{
    unsigned slot;

    for (slot = 0; slot < MODEL_PROCESSES && c->model->mm[slot] != NULL; slot++)
        continue;
    if (slot == MODEL_PROCESSES)
        return;
    c->model->mm[slot] = mm_fork(c->mm);
    EXPECT(!IS_ERR(c->model->mm[slot]));
    memcpy(c->model->pages[slot], c->pages, sizeof(c->model->pages[slot]));
}

static void step_exit(struct context *c)
{
    unsigned alive = 0;
    unsigned i;

    for (i = 0; i < MODEL_PROCESSES; i++)
        alive += c->model->mm[i] != NULL;
    if (alive == 1)
        return;
    finish(c->mm);
    c->model->mm[c->process] = NULL;
    clear_range(c->pages, 0, WINDOW_PAGES);
}

/* Grow or shrink where it is. */
static void step_resize(struct context *c)
{
    unsigned new_len = 1 + c->argument % (WINDOW_PAGES - c->start);
    unsigned end = c->start + new_len;
    struct model_page last = c->pages[c->end - 1];
    long result = mm_remap(c->mm, address(c->start), range_len(c), new_len * unit(), 0, 0);
    unsigned i;

    if (result < 0)
        return; /* where areas end is not the model's business; the pages are */
    EXPECT_EQ(result, address(c->start));
    if (end < c->end)
        clear_range(c->pages, end, c->end);
    last.owned = false;
    for (i = c->end; i < end; i++) {
        last.index++;
        c->pages[i] = last;
    }
}

static void move_pages(struct context *c, unsigned target, unsigned new_len, bool keep)
{
    struct model_page last = c->pages[c->end - 1];
    unsigned i;

    for (i = 0; i < new_len; i++) {
        if (c->start + i < c->end) {
            last = c->pages[c->start + i];
            c->pages[target + i] = last;
        } else {
            last.owned = false;
            last.index++;
            c->pages[target + i] = last;
        }
    }
    if (!keep)
        clear_range(c->pages, c->start, c->end);
    for (i = c->start; keep && i < c->end; i++)
        c->pages[i].owned = false;
}

/* Move somewhere else in the window; from where it came may stay mapped. */
static void step_move(struct context *c, unsigned target)
{
    bool keep = c->argument & 1;
    unsigned len = c->end - c->start;
    unsigned new_len = keep ? len : 1 + (c->argument >> 1) % 12;
    unsigned flags = MREMAP_MAYMOVE | MREMAP_FIXED | (keep ? MREMAP_DONTUNMAP : 0);
    bool overlap = c->start < target + new_len && target < c->end;
    long result;

    if (target + new_len > WINDOW_PAGES)
        return;
    result =
        mm_remap(c->mm, address(c->start), len * unit(), new_len * unit(), flags, address(target));
    if (overlap || c->pages[c->start].backing == BACKING_NONE) {
        EXPECT(result == -EINVAL || result == -EFAULT);
        return;
    }
    clear_range(c->pages, target, target + new_len); /* even when it fails */
    if (result >= 0) {
        EXPECT_EQ(result, address(target));
        move_pages(c, target, new_len, keep);
    } else {
        EXPECT_EQ(result, -EFAULT);
        if (new_len < len)
            clear_range(c->pages, c->start + new_len, c->end);
    }
}

static void step_truncate(struct context *c)
{
    enum backing backing = c->argument & 1 ? BACKING_FILE : BACKING_SHMEM;
    unsigned size = (c->argument >> 1) % OBJECT_PAGES;
    bool is_file = backing == BACKING_FILE;
    unsigned process, i;

    EXPECT_EQ(object_resize(object_of(c->model, backing), size * PAGE), 0);
    c->model->size[is_file] = size;
    memset(&c->model->contents[is_file][size], 0, sizeof(c->model->contents[0]) - size);
    for (process = 0; process < MODEL_PROCESSES; process++) {
        for (i = 0; i < WINDOW_PAGES; i++) {
            struct model_page *page = &c->model->pages[process][i];

            if (page->backing == backing && page->index >= size)
                page->owned = false;
        }
    }
}

static void step_write_file(struct context *c)
{
    bool is_file = c->argument & 1;
    unsigned index = c->start % OBJECT_PAGES;
    struct vm_object *object = is_file ? &c->model->store->object : c->model->shmem;
    u8 value = (u8)(c->argument ^ 0x5a);

    EXPECT_EQ(object_write_kernel(object, index * PAGE, &value, 1), 1);
    c->model->contents[is_file][index] = value;
    if (index >= c->model->size[is_file])
        c->model->size[is_file] = index + 1;
}

static void step_reclaim(struct context *c)
{
    if (c->argument & 1)
        EXPECT_EQ(object_sync(&c->model->store->object, 0, ~0ul), 0);
    reclaim_pages(c->argument);
}

static void step_populate(struct context *c)
{
    int err = mm_populate(c->mm, address(c->start), range_len(c), false);

    EXPECT(err == 0 || err == -EFAULT);
}

static void step_collapse(struct context *c)
{
    int err = mm_advise(c->mm, address(c->start), range_len(c), MADV_COLLAPSE);

    EXPECT(err == 0 || err == -ENOMEM || err == -EINVAL);
}

static void step_do_fork_advice(struct context *c)
{
    int err = mm_advise(c->mm, address(c->start), range_len(c),
                        c->argument & 1 ? MADV_RANDOM : MADV_NORMAL);

    EXPECT(err == 0 || err == -ENOMEM);
}

/* ---- dispatch ---- */

enum { MOVE_KIND = 11 };

static const struct {
    const char *name;
    void (*function)(struct context *context);
} kinds[] = {
    {"map_anonymous", step_map_anonymous},
    {"map_object", step_map_object},
    {"unmap", step_unmap},
    {"protect", step_protect},
    {"forget", step_forget},
    {"read", step_read},
    {"write", step_write},
    {"write", step_write},
    {"fork", step_fork},
    {"exit", step_exit},
    {"resize", step_resize},
    {"move", NULL},
    {"truncate", step_truncate},
    {"write_file", step_write_file},
    {"reclaim", step_reclaim},
    {"populate", step_populate},
    {"advise", step_do_fork_advice},
    {"map_anonymous", step_map_anonymous},
    {"free", step_free},
    {"free", step_free},
    {"lock", step_lock},
    {"collapse", step_collapse},
};

unsigned step_kinds(void)
{
    return ARRAY_SIZE(kinds);
}

/* The process a step means: the numbered one, or the next that lives. */
static unsigned choose_process(const struct model *model, unsigned number)
{
    unsigned i = number % MODEL_PROCESSES;

    while (model->mm[i] == NULL)
        i = (i + 1) % MODEL_PROCESSES;
    return i;
}

void model_apply(struct model *model, const struct step *step)
{
    struct context c = {.model = model, .argument = step->argument};

    fake_cpu_switch(step->target & 1); /* the program runs on either CPU */
    c.process = choose_process(model, step->process);
    c.mm = model->mm[c.process];
    c.pages = model->pages[c.process];
    c.start = step->start % WINDOW_PAGES;
    c.end = c.start + 1 + step->len % 12;
    if (c.end > WINDOW_PAGES)
        c.end = WINDOW_PAGES;
    if (step->kind == MOVE_KIND)
        step_move(&c, step->target % WINDOW_PAGES);
    else
        kinds[step->kind].function(&c);
}

void step_describe(const struct step *step, char *text, size_t size)
{
    snprintf(text, size, "%-13s process %u start %2u len %2u target %2u argument %3u",
             kinds[step->kind].name, step->process % MODEL_PROCESSES, step->start % WINDOW_PAGES,
             1 + step->len % 12, step->target % WINDOW_PAGES, step->argument);
}

void model_compare(struct model *model)
{
    unsigned process, i;

    for (process = 0; process < MODEL_PROCESSES; process++) {
        struct context c = {
            .model = model, .mm = model->mm[process], .pages = model->pages[process]};

        for (i = 0; c.mm != NULL && i < WINDOW_PAGES; i++)
            read_page(&c, i);
    }
}

void model_init(struct model *model)
{
    unsigned i;

    memset(model, 0, sizeof(*model));
    mm_huge_set(MM_HUGE_ENABLED, model_is_huge ? MM_HUGE_ALWAYS : MM_HUGE_NEVER);
    mm_huge_set(MM_HUGE_ZERO_PAGE, model_is_huge);
    model->mm[0] = program();
    model->shmem = vm_object_create_shmem(OBJECT_PAGES * PAGE);
    model->store = store_create(OBJECT_PAGES);
    for (i = 0; i < OBJECT_PAGES; i++)
        model->contents[1][i] = (u8)(i + 1);
    model->size[0] = OBJECT_PAGES;
    model->size[1] = OBJECT_PAGES;
}

void model_fini(struct model *model)
{
    unsigned i;

    for (i = 0; i < MODEL_PROCESSES; i++) {
        if (model->mm[i] != NULL)
            finish(model->mm[i]);
    }
    vm_object_put(model->shmem);
    store_destroy(model->store);
}

/*
 * Random steps against the model, the audit after each. A seed that fails is run again with fewer
 * and fewer steps until none can be left out; the rest is printed.
 *
 *     QUIRE_MODEL_SEED=first    QUIRE_MODEL_SEEDS=how many    QUIRE_MODEL_STEPS=of how many steps
 *
 * Each run is a process of its own with a machine of its own, so that a crash is a result, too.
 */
#include "mm/model.h"

#include <lib/string.h>

#include "fake/trial.h"

#define MAX_STEPS 2000

static struct step steps[MAX_STEPS];
static u64 state;

static u64 next_random(void)
{
    state += 0x9e3779b97f4a7c15UL;
    return (state ^ state >> 29) * 0xbf58476d1ce4e5b9UL >> 16;
}

static void make_steps(u64 seed, unsigned nr)
{
    unsigned i;

    state = seed * 0x2545f4914f6cdd1dUL;
    for (i = 0; i < nr; i++)
        steps[i] = (struct step){.kind = (u8)(next_random() % step_kinds()),
                                 .process = (u8)next_random(),
                                 .start = (u8)next_random(),
                                 .len = (u8)next_random(),
                                 .target = (u8)next_random(),
                                 .argument = (u8)next_random()};
}

static void run_steps(unsigned nr)
{
    static struct model model;
    unsigned i;

    fake_printk_silence(true);
    fake_machine_start(model_is_huge ? 256 : 16, 2);
    fake_thread_start();
    mm_init();
    model_init(&model);
    for (i = 0; i < nr; i++) {
        model_apply(&model, &steps[i]);
        fake_run_deferred();
        audit();
        if (i % 8 == 7)
            model_compare(&model);
    }
    model_compare(&model);
    model_fini(&model);
    audit();
}

/* Leave out steps, large groups first, as long as the rest still fails. */
static unsigned shrink(unsigned nr)
{
    static struct step kept[MAX_STEPS];
    unsigned group, i;

    for (group = nr / 2; group > 0; group = group == 1 ? 0 : (group + 1) / 2) {
        for (i = 0; i + group <= nr;) {
            memcpy(kept, steps, sizeof(kept));
            memmove(&steps[i], &steps[i + group], (nr - i - group) * sizeof(steps[0]));
            if (trial_passes(run_steps, nr - group, true)) {
                memcpy(steps, kept, sizeof(kept));
                i += group;
            } else {
                nr -= group;
            }
        }
    }
    return nr;
}

static void report(u64 seed, unsigned nr)
{
    char text[160];
    unsigned i;

    trial_print("seed %lu fails; shrinking %u steps\n", seed, nr);
    nr = shrink(nr);
    for (i = 0; i < nr; i++) {
        step_describe(&steps[i], text, sizeof(text));
        trial_print("  %2u %s\n", i, text);
    }
    trial_passes(run_steps, nr, false);
}

static bool seed_passes(u64 seed, unsigned nr)
{
    make_steps(seed, nr);
    if (trial_passes(run_steps, nr, true))
        return true;
    report(seed, nr);
    return false;
}

static void try_seeds(u64 seeds)
{
    u64 first = trial_number("QUIRE_MODEL_SEED", 1);
    unsigned nr = (unsigned)trial_number("QUIRE_MODEL_STEPS", 150);
    u64 seed;

    seeds = trial_number("QUIRE_MODEL_SEEDS", seeds);
    nr = nr > MAX_STEPS ? MAX_STEPS : nr;
    for (seed = first; seed < first + seeds; seed++)
        EXPECT(seed_passes(seed, nr));
}

TEST(random_steps_agree_with_the_model)
{
    try_seeds(40);
}

TEST(random_steps_agree_with_the_model_in_huge_pages)
{
    model_is_huge = true;
    try_seeds(8);
    model_is_huge = false;
}

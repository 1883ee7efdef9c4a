/* play.c: see play.h. */

#include "play.h"

#include "access.h"
#include "observe.h"
#include "thread.h"
#include "trace.h"

enum { others_every = 4 };

static const struct operation *sequence;
static int sequence_len;
static struct intervals intervals;

static bool is_alive(int slot)
{
    return control->alive & 1u << slot;
}

static int actor_of(int step)
{
    int actor = step < sequence_len ? sequence[step].actor : 0;
    return is_alive(actor) ? actor : 0;
}

static void next_step(void)
{
    control->step++;
    control->phase = phase_act;
    turn_give(actor_of(control->step));
}

/* next_observer: the turn goes to the next process that has not observed itself in this step. */
static void next_observer(int after)
{
    for (int slot = after + 1; slot < slots; slot++) {
        if (is_alive(slot) && slot != actor_of(control->step)) {
            control->phase = phase_observe;
            turn_give(slot);
            return;
        }
    }
    next_step();
}

static void say_operation(const struct operation *operation)
{
    char text[text_bytes];

    if (!control->verbose)
        return;
    operation->kind->describe(text, operation->arguments);
    say("#%d process %d%s: %s", control->step, me, operation->second ? "b" : "", text);
}

/* perform: the operation of this step, by the calling thread, which keeps the rights it then has.
 */
static long perform(const long *arguments)
{
    errno = 0;
    long result = sequence[control->step].kind->perform(arguments);
    rights_keep();
    return result;
}

static long perform_by_thread(const struct operation *operation)
{
    if (!operation->second)
        return perform(operation->arguments);
    thread_start(perform, operation->arguments);
    return thread_meet();
}

static bool is_time(int step, int interval)
{
    return step % interval == interval - 1 || step + 1 == sequence_len;
}

static bool looks_at_content(int step)
{
    return is_time(step, intervals.content);
}

static bool looks_at_figures(int step)
{
    return is_time(step, intervals.figures);
}

static void act(void)
{
    const struct operation *operation = &sequence[control->step];
    int step = control->step;

    control->leaving = -1;
    control->look_around = step % others_every == others_every - 1 || step + 1 == sequence_len;
    say_operation(operation);
    trace_result(perform_by_thread(operation));
    if (control->leaving == me) {
        control->phase = phase_reap;
        turn_give(control->parent[me]);
        _exit(0);
    }
    observe(looks_at_figures(step), looks_at_content(step));
    if (control->look_around)
        next_observer(-1);
    else
        next_step();
}

static void reap(void)
{
    int slot = control->leaving;

    must(waitpid(control->pid[slot], NULL, 0));
    control->alive &= ~(1u << slot);
    observe(false, false);
    next_step();
}

/* finish: tell the next that lives, and stay until all that this process forked are gone. */
static _Noreturn void finish(void)
{
    control->alive &= ~(1u << me);
    for (int slot = 0; slot < slots; slot++) {
        if (is_alive(slot)) {
            turn_give(slot);
            break;
        }
    }
    while (waitpid(-1, NULL, 0) > 0)
        ;
    _exit(0);
}

static _Noreturn void take_turns(void)
{
    for (;;) {
        turn_wait();
        if (control->step >= sequence_len)
            finish();
        if (control->phase == phase_reap)
            reap();
        else if (control->phase == phase_observe) {
            observe(looks_at_figures(control->step), looks_at_content(control->step));
            next_observer(me);
        } else {
            act();
        }
    }
}

_Noreturn void play_forked(void)
{
    take_turns();
}

_Noreturn void play(const struct operation *operations, int count, struct intervals every)
{
    sequence = operations;
    sequence_len = count;
    intervals = every;
    access_init();
    take_turns();
}

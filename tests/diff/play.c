/* play.c: see play.h. */

#include "play.h"

#include "access.h"
#include "observe.h"
#include "trace.h"

enum { others_every = 4 };

static const struct operation *sequence;
static int sequence_len, content_interval;

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
    say("#%d process %d: %s", control->step, me, text);
}

static bool looks_at_content(int step)
{
    return content_interval == 1 || step % content_interval == content_interval - 1 ||
           step + 1 == sequence_len;
}

static void act(void)
{
    const struct operation *operation = &sequence[control->step];
    int step = control->step;

    control->leaving = -1;
    say_operation(operation);
    errno = 0;
    trace_result(operation->kind->perform(operation->arguments));
    if (control->leaving == me) {
        control->phase = phase_reap;
        turn_give(control->parent[me]);
        _exit(0);
    }
    observe(looks_at_content(step));
    if (step % others_every == others_every - 1 || step + 1 == sequence_len)
        next_observer(-1);
    else
        next_step();
}

static void reap(void)
{
    int slot = control->leaving;

    must(waitpid(control->pid[slot], NULL, 0));
    control->alive &= ~(1u << slot);
    observe(false);
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
            observe(looks_at_content(control->step));
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

_Noreturn void play(const struct operation *operations, int count, int content_every)
{
    sequence = operations;
    sequence_len = count;
    content_interval = content_every;
    access_init();
    take_turns();
}

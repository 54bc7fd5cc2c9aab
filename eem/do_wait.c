/* do_wait.c: action wait: let time pass. The whole seconds count against maxrun, as everything a run does. */
#include "eem/eem_local.h"

static enum step perform(struct run *r, const struct action_conf *a)
{
    run_wait(r, a->wait * US_PER_S);
    return STEP_PENDING;
}

static void print(const struct action_conf *a, struct text *out)
{
    text_printf(out, "wait %u", a->wait);
}

const struct action_kind action_wait = {.perform = perform, .print = print};

/* do_wait.c: action wait: let time pass. The whole seconds count against maxrun, as everything a run does. */
#include "eem/eem_local.h"

#define WAIT_MAX 31536000

static enum step perform(struct run *r, const struct action_conf *a)
{
    int64_t seconds;
    if (!run_number(r, a->text, 1, WAIT_MAX, &seconds))
        return STEP_FAILED;
    run_wait(r, (uint64_t)seconds * US_PER_S);
    return STEP_PENDING;
}

const struct action_kind action_wait = {.perform = perform};

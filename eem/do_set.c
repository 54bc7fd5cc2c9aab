/* do_set.c: variables set by themselves: `action L set VAR VALUE`, and `set L _exit_status VALUE`, the form of the first
 * releases, which knew no other variable. */
#include "eem/eem_local.h"
#include "espial/mem.h"

static enum step perform(struct run *r, const struct action_conf *a)
{
    char *value = run_value(r, a->text);
    bool ok = value && run_set(r, a->var, value);
    mem_free(value);
    return ok ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_set = {.perform = perform}, action_set_old = {.perform = perform};

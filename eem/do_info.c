/* do_info.c: action info: ask the router about itself. `info type routername` sets $_info_routername. The other types
 * (snmp, cli, syslog, interface-names) are not there, and the grammar refuses them. */
#include "eem/eem_local.h"

static enum step perform(struct run *r, const struct action_conf *a)
{
    (void)a;
    const struct eem_env *env = &r->eem->env;
    const char *name = env->hostname ? env->hostname(env->arg) : "";
    return vars_set(&r->vars, "_info_routername", name) ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_info = {.perform = perform};

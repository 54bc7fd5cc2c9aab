/* cmd_diagnose.c: show and clear crypto isakmp|ikev2 diagnose error: the last errors of each version, newest first, and
 * how often each came in a row. How many are kept: cmd_isakmp.c, cmd_ikev2.c. */
#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/errors.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_conf.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_show.h"

static enum cmd_result show_errors(struct out *out, const struct ike_errors *e, bool on, unsigned max)
{
    const struct ike_error *one;

    out_printf(out, "Exit Path Table - status: %s, current entry %u, deleted %u, max allow %u\n",
               on ? "enable" : "disable", e->n, e->dropped, max);
    for (size_t at = 0; (one = ike_errors_next(e, &at));)
        out_printf(out, "\nError(%u): %s\n", one->count, one->text);
    return CMD_OK;
}

static enum cmd_result show_isakmp(struct cmd_ctx *c)
{
    struct ike *ike = dataplane_ike(c->self);
    const struct ike_conf *conf = ike_conf(ike);

    return show_errors(c->out, ike_errors(ike), conf->diagnose, conf->diagnose_max);
}

static enum cmd_result show_ikev2(struct cmd_ctx *c)
{
    struct v2 *v2 = ike_v2(dataplane_ike(c->self));
    unsigned max = v2_conf(v2)->diagnose_error;

    return show_errors(c->out, v2_errors(v2), max, max);
}

static enum cmd_result clear_isakmp(struct cmd_ctx *c)
{
    ike_errors_clear(ike_errors(dataplane_ike(c->self)));
    return CMD_OK;
}

static enum cmd_result clear_ikev2(struct cmd_ctx *c)
{
    ike_errors_clear(v2_errors(ike_v2(dataplane_ike(c->self))));
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    DO(EXEC, 1, "show crypto isakmp diagnose error", show_isakmp, "Shows isakmp diagnose|Shows the errors of ISAKMP"),
    DO(EXEC, 1, "show crypto ikev2 diagnose error", show_ikev2, "Shows ikev2 diagnose|Shows the errors of IKEv2"),
    DO(EXEC, 15, "clear crypto isakmp diagnose error", clear_isakmp,
       "Clears isakmp diagnose|Clears the errors of ISAKMP"),
    DO(EXEC, 15, "clear crypto ikev2 diagnose error", clear_ikev2, "Clears ikev2 diagnose|Clears the errors of IKEv2"),
};
const struct cmd_table dp_table_diagnose = CMD_TABLE("dataplane/cmd/cmd_diagnose", rows);

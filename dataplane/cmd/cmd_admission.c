/* cmd_admission.c: crypto call admission limit, show and clear crypto call admission statistics.
 *
 * There is no limit by system resources and no mode-config phase: their columns are 0 because nothing can count there.
 * `no crypto call admission limit ...` goes back to no limit, in-negotiation-sa to 1000. */
#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/admission.h"

typedef unsigned long long ull;

static void *global(void *self)
{
    return admission_conf(dataplane_ike(self));
}

static const struct cmd_scope admission_scope = {
    .size = sizeof(struct admission_conf), .init = admission_conf_init, .global = global};

static enum cmd_result show_statistics(struct cmd_ctx *c)
{
    static const char rule[] = "---------------------------------------------------------------------\n";
    struct admission_info i;
    struct out *o = c->out;

    admission_get(dataplane_ike(c->self), &i);
    const struct admission_counts *n = &i.n;
    out_printf(o, "%s               Crypto Call Admission Control Statistics\n%s", rule, rule);
    out_printf(o, "System Resource Limit: %8u Max IKE SAs: %5u Max in nego: %5u\n", 0u, i.limit.ike_sa,
               i.limit.ike_negotiating);
    out_printf(o, "Total IKE SA Count: %11u active: %10u negotiating: %5u\n", i.ike_active + i.ike_negotiating,
               i.ike_active, i.ike_negotiating);
    for (int way = ADMIT_IN; way <= ADMIT_OUT; way++)
        out_printf(o, "%s IKE Requests: %8llu accepted: %8llu rejected: %8llu\n",
                   way == ADMIT_IN ? "Incoming" : "Outgoing", (ull)(n->ike[way].accepted + n->ike[way].rejected),
                   (ull)n->ike[way].accepted, (ull)n->ike[way].rejected);
    out_printf(o, "Rejected IKE Requests: %8llu rsrc low: %8u Active SA limit: %llu\n",
               (ull)(n->ike[ADMIT_IN].rejected + n->ike[ADMIT_OUT].rejected), 0u, (ull)n->active_limit);
    out_printf(o, "                                                   In-neg SA limit: %llu\n",
               (ull)n->negotiating_limit);
    out_printf(o, "IKE packets dropped at dispatch: %8llu\n\n", (ull)n->dropped);
    out_printf(o, "Max IPSEC SAs: %5u\n", i.limit.ipsec_sa);
    out_printf(o, "Total IPSEC SA Count: %11u active: %10u negotiating: %5u\n", i.ipsec_active + i.ipsec_negotiating,
               i.ipsec_active, i.ipsec_negotiating);
    for (int way = ADMIT_IN; way <= ADMIT_OUT; way++)
        out_printf(o, "%s IPSEC Requests: %8llu accepted: %8llu rejected: %8llu\n",
                   way == ADMIT_IN ? "Incoming" : "Outgoing", (ull)(n->ipsec[way].accepted + n->ipsec[way].rejected),
                   (ull)n->ipsec[way].accepted, (ull)n->ipsec[way].rejected);
    out_text(o, "SA Strength Enforcement Rejects:  incoming:        0 outgoing:        0\n\n"
                "Phase1.5 SAs under negotiation:         0  \n");
    return CMD_OK;
}

static enum cmd_result clear_statistics(struct cmd_ctx *c)
{
    admission_clear(dataplane_ike(c->self));
    return CMD_OK;
}

#define A(field) NUM(struct admission_conf, field)
static const struct cmd_row rows[] = {
    HELP(CONFIG, "crypto call", "Configure Crypto Call Admission Control"),
    HELP(CONFIG, "crypto call admission", "Configure Crypto Call Admission Control"),
    HELP(CONFIG, "crypto call admission limit", "Configure Crypto Call Admission Control Limit"),
    HELP(CONFIG, "crypto call admission limit ike", "Configure IKE SA limits"),
    HELP(CONFIG, "crypto call admission limit ipsec", "Configure IPsec SA limits"),
    HELP(CONFIG, "crypto call admission limit all", "Configure limits of IKE and IPsec SAs together"),
    SET(CONFIG, &admission_scope, "crypto call admission limit ike sa <ike_sa:0-99999>",
        "Max number of IKE SAs|Number of IKE SAs, 0 for no limit", A(ike_sa)),
    SET(CONFIG, &admission_scope, "crypto call admission limit ike in-negotiation-sa <ike_negotiating:10-99999>",
        "Max number of IKE SAs in negotiation|Number of IKE SAs in negotiation", A(ike_negotiating)),
    SET(CONFIG, &admission_scope, "crypto call admission limit ipsec sa <ipsec_sa:0-99999>",
        "Max number of IPsec SAs|Number of IPsec SAs, 0 for no limit", A(ipsec_sa)),
    SET(CONFIG, &admission_scope, "crypto call admission limit all in-negotiation-sa <all_negotiating:10-99999>",
        "Max number of SAs in negotiation|Number of IKE and IPsec SAs in negotiation", A(all_negotiating)),
    HELP(EXEC, "show crypto call", "Show crypto call admission info"),
    HELP(EXEC, "show crypto call admission", "Show crypto call admission info"),
    DO(EXEC, 1, "show crypto call admission statistics", show_statistics,
       "Show Crypto Call Admission Control statistics"),
    HELP(EXEC, "clear crypto call", "Clear crypto call admission statistics"),
    HELP(EXEC, "clear crypto call admission", "Clear crypto call admission statistics"),
    DO(EXEC, 15, "clear crypto call admission statistics", clear_statistics,
       "Clear Crypto Call Admission Control statistics"),
};
const struct cmd_table dp_table_admission = CMD_TABLE("dataplane/cmd/cmd_admission", rows);

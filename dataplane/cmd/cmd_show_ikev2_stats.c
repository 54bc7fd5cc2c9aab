/* cmd_show_ikev2_stats.c: show crypto ikev2 stats [exchange [detailed] | timeout], and clear.
 *
 * stats exchange lists what was sent and received, requests and responses apart, by exchange and by notify; a row stands
 * as soon as one of its counters does (`detailed`: every exchange and every notify that has a name). Errors are the
 * notifies below 16384. Nothing waits for an external service, no queue has a low limit and no certificate is revoked:
 * those lines say 0, which is what there was of it. */
#include <stdio.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_show.h"

#define FIRST_STATUS 16384
typedef unsigned long long ull;

static struct v2 *v2_of(const struct cmd_ctx *c)
{
    return ike_v2(dataplane_ike(c->self));
}

static enum cmd_result show_stats(struct cmd_ctx *c)
{
    const struct v2_conf *conf = v2_conf(v2_of(c));
    struct v2_stats s;
    struct v2_sa_info i;
    unsigned active[2] = {0}, negotiating[2] = {0};

    v2_stats(v2_of(c), &s);
    for (size_t at = 0; v2_sa_next(v2_of(c), &at, &i);) {
        active[i.initiator] += i.status != V2_STATUS_IN_NEG;
        negotiating[i.initiator] += i.status == V2_STATUS_IN_NEG;
    }
    out_text(c->out, "--------------------------------------------------------------------------------\n"
                     "                          Crypto IKEv2 SA Statistics\n"
                     "--------------------------------------------------------------------------------\n");
    out_printf(c->out, "System Resource Limit:   0        Max IKEv2 SAs: %-8u Max in nego(in/out): %u/%u\n",
               conf->max_sa, conf->max_incoming ? conf->max_incoming : conf->max_negotiating,
               conf->max_outgoing ? conf->max_outgoing : conf->max_negotiating);
    out_printf(c->out, "Total incoming IKEv2 SA Count:    %-8u active:        %-8u negotiating: %-6u\n",
               active[0] + negotiating[0], active[0], negotiating[0]);
    out_printf(c->out, "Total outgoing IKEv2 SA Count:    %-8u active:        %-8u negotiating: %-6u\n",
               active[1] + negotiating[1], active[1], negotiating[1]);
    out_printf(c->out, "Incoming IKEv2 Requests: %-8llu accepted:      %-8llu rejected:    %-8llu\n",
               (ull)(s.sas_incoming + s.incoming_rejected), (ull)s.sas_incoming, (ull)s.incoming_rejected);
    out_printf(c->out, "Outgoing IKEv2 Requests: %-8llu accepted:      %-8llu rejected:    %-8llu\n",
               (ull)(s.sas_outgoing + s.outgoing_rejected), (ull)s.sas_outgoing, (ull)s.outgoing_rejected);
    out_printf(c->out, "Rejected IKEv2 Requests: %-8llu rsrc low:      0        SA limit:    %-8llu\n",
               (ull)(s.incoming_rejected + s.outgoing_rejected), (ull)(s.incoming_rejected + s.outgoing_rejected));
    out_printf(c->out, "IKEv2 packets dropped at dispatch: %-8llu\n", (ull)s.bad_messages);
    out_text(c->out, "Incoming Requests dropped as LOW Q limit reached : 0       \n");
    out_printf(c->out, "Incoming IKEV2 Cookie Challenged Requests: %-8llu\n", (ull)s.cookies_sent);
    out_printf(c->out, "    accepted: %-8llu rejected: %-8llu rejected no cookie: %-8llu\n", (ull)s.cookies_accepted,
               (ull)s.cookies_rejected, (ull)s.cookies_missing);
    out_text(c->out, "Total Deleted sessions of Cert Revoked Peers: 0       \n");
    return CMD_OK;
}

static void print_row(struct out *out, const char *name, const struct v2_stat_row *r)
{
    out_printf(out, "%-29s %10llu %10llu %10llu %10llu\n", name, (ull)r->n[V2_TX_REQ], (ull)r->n[V2_TX_RES],
               (ull)r->n[V2_RX_REQ], (ull)r->n[V2_RX_RES]);
}

/* In the order of their numbers. */
static void print_notifies(struct cmd_ctx *c, bool errors)
{
    struct v2_stat_row r, least = {0};
    uint32_t from = 0;

    for (;;) {
        bool found = false;
        for (size_t at = 0; v2_stat_notify_next(v2_of(c), &at, &r);)
            if (r.type >= from && (r.type < FIRST_STATUS) == errors && (!found || r.type < least.type)) {
                least = r;
                found = true;
            }
        if (!found)
            return;
        const char *name = v2_notify_name(least.type);
        print_row(c->out, name ? name : "UNKNOWN", &least);
        from = least.type + 1u;
    }
}

static void print_other(struct out *out, const char *name, uint64_t n)
{
    if (n)
        out_printf(out, "%-30s %10llu\n", name, (ull)n);
}

static enum cmd_result show_exchange(struct cmd_ctx *c)
{
    struct v2_stat_row r;
    struct v2_stats s;

    out_text(c->out, "EXCHANGE/NOTIFY                   TX(REQ)    TX(RES)    RX(REQ)    RX(RES)\n\nEXCHANGES\n\n");
    for (size_t at = 0; v2_stat_exchange_next(v2_of(c), &at, &r);) {
        const char *name = v2_exchange_name((uint8_t)r.type);
        print_row(c->out, name ? name : "UNKNOWN", &r);
    }
    out_text(c->out, "\nERROR NOTIFY\n\n");
    print_notifies(c, true);
    out_text(c->out, "\nOTHER NOTIFY\n\n");
    print_notifies(c, false);
    v2_stats(v2_of(c), &s);
    out_printf(
        c->out,
        "          \n          \nCONFIG PAYLOAD TYPE                    TX         RX\n          \n"
        "CFG_REQUEST                             0 %10llu\n          \n          \nOTHER COUNTERS                \n"
        "          \n",
        (ull)s.config_requests);
    print_other(c->out, "NO_NAT", s.no_nat);
    print_other(c->out, "NAT_INSIDE", s.nat_inside);
    print_other(c->out, "NAT_OUTSIDE", s.nat_outside);
    return CMD_OK;
}

static enum cmd_result show_timeout(struct cmd_ctx *c)
{
    struct v2_stats s;

    v2_stats(v2_of(c), &s);
    out_text(c->out, "-----------------------------------------\nIKEV2 TIMER                     TIMED OUT\n"
                     "-----------------------------------------\n");
    out_printf(c->out,
               "EXT SERVICE TIMER            %12u\nAUTH TIMER                   %12llu\n"
               "PACKET MAXIMUM RETRANS TIMER %12llu\nDPD MAX RETRANS TIMER        %12llu\n",
               0, (ull)s.auth_timeouts, (ull)s.timeouts, (ull)s.dpd_dead);
    return CMD_OK;
}

static enum cmd_result clear_stats(struct cmd_ctx *c)
{
    v2_stats_clear(v2_of(c));
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show crypto ikev2 stats", "Shows ikev2 sa stats"),
    DO(EXEC, 1, "show crypto ikev2 stats", show_stats, ""),
    DO(EXEC, 1, "show crypto ikev2 stats exchange", show_exchange, "Shows ikev2 exchange stats"),
    DO(EXEC, 1, "show crypto ikev2 stats timeout", show_timeout, "Shows ikev2 timer stats"),
    DO(EXEC, 15, "clear crypto ikev2 stats", clear_stats, "Clears ikev2 statistics"),
};
const struct cmd_table dp_table_show_ikev2_stats = CMD_TABLE("dataplane/cmd/cmd_show_ikev2_stats", rows);

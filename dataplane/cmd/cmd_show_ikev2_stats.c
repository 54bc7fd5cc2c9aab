/* cmd_show_ikev2_stats.c: show crypto ikev2 stats [exchange | timeout | ext-service | reconnect | psh], and clear.
 *
 * stats exchange lists what was sent and received, requests and responses apart, by exchange and by notify; a row stands
 * as soon as one of its counters does. Errors are the notifies below 16384. stats ext-service says what others did for
 * IKEv2: IPsec's policy and SAs, and the sums of Diffie-Hellman; nobody is asked for authorization, certificates, group
 * policies or dynamic post-quantum keys, clients do not reconnect, no queue has a low limit and no certificate is revoked:
 * those lines say 0, which is what there was of it (docs/choices.md). */
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
    unsigned active[2] = {0}, negotiating[2] = {0}, ppk = 0;

    v2_stats(v2_of(c), &s);
    for (size_t at = 0; v2_sa_next(v2_of(c), &at, &i);) {
        active[i.initiator] += i.status != V2_STATUS_IN_NEG;
        negotiating[i.initiator] += i.status == V2_STATUS_IN_NEG;
        ppk += i.ppk && i.status == V2_STATUS_READY;
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
    out_printf(c->out,
               "Total Deleted sessions of Cert Revoked Peers: 0       \n"
               "Total init sa request rejected due to queue limit : %-8llu\n"
               "SA Strength Enforcement Rejects - incoming:        0 outgoing:        0\n"
               "Sessions with Quantum Resistance: %-8u Manual: %-8u Dynamic: 0       \n"
               "PPK Identity Mismatch: %-8llu \n"
               "PPK Retrieve Failure    -    ALL:      %-8llu With PPK Required:    0       \n"
               "PPK Authentication Failure - ALL:      %-8llu With PPK Required:    %-8llu\n",
               (ull)s.queue_full, ppk, ppk, (ull)s.ppk_mismatches, (ull)s.ppk_missing, (ull)s.ppk_failed,
               (ull)s.ppk_failed_required);
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

/* ---- what others do for it ---- */
struct service {
    const char *name;
    struct v2_done n;
};

static void print_services(struct out *out, const char *title, const struct service *s, size_t n)
{
    out_printf(out,
               "--------------------------------------------------------------\n%-41s    PASSED     FAILED\n"
               "--------------------------------------------------------------\n",
               title);
    for (size_t i = 0; i < n; i++)
        out_printf(out, "%-40s %10llu %10llu\n", s[i].name, (ull)s[i].n.passed, (ull)s[i].n.failed);
}
#define SERVICES(out, title, ...)                                                                                      \
    do {                                                                                                               \
        const struct service s_[] = {__VA_ARGS__};                                                                     \
        print_services(out, title, s_, sizeof s_ / sizeof s_[0]);                                                      \
    } while (0)

static enum cmd_result show_services(struct cmd_ctx *c)
{
    struct v2_stats s;

    v2_stats(v2_of(c), &s);
    SERVICES(c->out, "AAA OPERATION", {.name = "RECEIVING PSKEY"}, {.name = "AUTHENTICATION USING EAP"},
             {.name = "START ACCOUNTING"}, {.name = "STOP ACCOUNTING"}, {.name = "AUTHORIZATION"});
    SERVICES(c->out, "IPSEC OPERATION", {"IPSEC POLICY VERIFICATION", s.policies}, {"SA CREATION", s.made},
             {"SA DELETION", s.gone});
    SERVICES(c->out, "CRYPTO ENGINE OPERATION", {"DH PUBKEY GENERATED", {s.dh.made_public, 0}},
             {"DH SHARED SECKEY GENERATED", {s.dh.made_shared, s.dh.failed}}, {.name = "SIGNATURE SIGN"},
             {.name = "SIGNATURE VERIFY"});
    SERVICES(c->out, "PKI OPERATION", {.name = "VERIFY CERTIFICATE"}, {.name = "FETCHING CERTIFICATE USING HTTP"},
             {.name = "FETCHING PEER CERTIFICATE USING HTTP"}, {.name = "GET ISSUERS"},
             {.name = "GET CERTIFICATES FROM ISSUERS"}, {.name = "GET DN FROM CERT"});
    SERVICES(c->out, "GKM OPERATION", {.name = "GET_POLICY"}, {.name = "SET_POLICY"});
    SERVICES(c->out, "PPK SKS  OPERATION", {.name = "PPK GET CAP"}, {.name = "PPK GET KEY"});
    SERVICES(c->out, "IKE PREROUTE IDB VERIFICATION OPERATION", {.name = "IKE PREROUTE IDB VERIFICATION"});
    return CMD_OK;
}

/* Reconnecting is for remote access clients (a cookie instead of IKE_AUTH): nobody is offered it. */
static enum cmd_result show_reconnect(struct cmd_ctx *c)
{
    out_text(c->out, "Total incoming reconnect connection: 0\nSuccess reconnect connection: 0\n"
                     "Failed reconnect connection: 0\nReconnect capable active session count: 0\n"
                     "Reconnect capable inactive session count: 0\n");
    return CMD_OK;
}

/* A handle is the local number of an IKE SA, as in `clear crypto ikev2 sa psh`. */
static enum cmd_result show_handles(struct cmd_ctx *c)
{
    struct v2_work w = v2_work(v2_of(c));

    out_printf(c->out,
               "------------------IKEV2 PSH STATS----------------------\n\nikev2 psh requested: %llu\n"
               "ikev2 psh request success: %llu\nikev2 psh return requested: %llu\nikev2 psh return success: %llu\n",
               (ull)w.made, (ull)w.made, (ull)(w.made - w.sas), (ull)(w.made - w.sas));
    return CMD_OK;
}

static enum cmd_result clear_stats(struct cmd_ctx *c)
{
    v2_stats_clear(v2_of(c), (enum v2_stats_kind)cmd_int(c, "kind"));
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show crypto ikev2 stats", "Shows ikev2 sa stats"),
    DO(EXEC, 1, "show crypto ikev2 stats", show_stats, ""),
    DO(EXEC, 1, "show crypto ikev2 stats exchange", show_exchange, "Shows ikev2 exchange stats"),
    DO(EXEC, 1, "show crypto ikev2 stats timeout", show_timeout, "Shows ikev2 timer stats"),
    DO(EXEC, 1, "show crypto ikev2 stats ext-service", show_services, "Shows ikev2 external service stats"),
    DO(EXEC, 1, "show crypto ikev2 stats reconnect", show_reconnect, "Shows ikev2 reconnect stats"),
    DO(EXEC, 1, "show crypto ikev2 stats psh", show_handles, "Shows ikev2 psh stats"),
    DO(EXEC, 15, "clear crypto ikev2 stats [exchange=kind:1|timeout=kind:2|ext-service=kind:3]", clear_stats,
       "Clears ikev2 statistics|Clears ikev2 exchange stats|Clears ikev2 timer stats|Clears ikev2 external service "
       "stats"),
};
const struct cmd_table dp_table_show_ikev2_stats = CMD_TABLE("dataplane/cmd/cmd_show_ikev2_stats", rows);

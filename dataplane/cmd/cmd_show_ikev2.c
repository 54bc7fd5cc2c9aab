/* cmd_show_ikev2.c: show crypto ikev2 sa, session, count, proposal, policy, profile; clear crypto ikev2 sa; debug crypto
 * ikev2.
 *
 * A session is what one IKE SA and its successors by rekey keep up, named by its session id; a child belongs to the IKE
 * SA it was made or inherited by. There are no VRFs (none/none), no CE (0) and no IPv6 peers: those headings stand over
 * nothing. Counters: cmd_show_ikev2_stats.c. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_show.h"

static struct v2 *v2_of(const struct cmd_ctx *c)
{
    return ike_v2(dataplane_ike(c->self));
}

static const char *status_word(enum v2_status s)
{
    static const char *const words[] = {"IN-NEG", "READY", "DELETE"};
    return words[s];
}

static void print_algorithms(struct out *out, const struct v2_sa_info *i)
{
    const char *auth = i->authenticated ? "PSK" : "Unknown - 0";

    if (!i->agreed) {
        out_text(
            out,
            "      Encr: Unknown - 0, PRF: Unknown - 0, Hash: None, DH Grp:0, Auth sign: Unknown - 0, Auth verify: "
            "Unknown - 0\n");
        return;
    }
    out_printf(out, "      Encr: %s, ", v2_encr_name(i->suite.encr));
    if (i->suite.encr.bits)
        out_printf(out, "keysize: %u, ", i->suite.encr.bits);
    out_printf(out, "PRF: %s, Hash: %s, DH Grp:%u, Auth sign: %s, Auth verify: %s%s\n", v2_prf_name(i->suite.prf),
               v2_integ_name(i->suite.integ), i->suite.group, auth, auth, i->ppk ? ", QR" : "");
}

static void print_spi(struct out *out, const char *name, const uint8_t spi[8], const char *end)
{
    out_printf(out, "%s spi: ", name);
    for (int i = 0; i < 8; i++)
        out_printf(out, "%02X", spi[i]);
    out_text(out, end);
}

static void print_ids(struct out *out, const struct v2_sa_info *i)
{
    out_printf(out, "      CE id: 0, Session-id: %u\n      ", i->session_id);
    print_spi(out, "Local", i->local_spi, "       ");
    print_spi(out, "Remote", i->remote_spi, "\n");
}

static void print_detail(struct out *out, const struct v2_sa_info *i)
{
    char local[V2_ID_MAX + 1] = "", remote[V2_ID_MAX + 1] = "";

    v2_id_text(&i->local_id, local, sizeof local);
    v2_id_text(&i->remote_id, remote, sizeof remote);
    print_ids(out, i);
    out_printf(out, "      Status Description: %s\n      Local id: %s\n      Remote id: %s\n", i->status_text, local,
               remote);
    out_printf(out, "      Local req msg id:  %-15uRemote req msg id:  %-10u\n", i->local_req_mid, i->remote_req_mid);
    out_printf(out, "      Local next msg id: %-15uRemote next msg id: %-10u\n", i->local_next_mid, i->remote_next_mid);
    out_printf(out, "      Local req queued:  %-15uRemote req queued:  %-10u\n", i->local_queued, i->remote_queued);
    out_printf(out, "      Local window:      %-15uRemote window:      %-10u\n", i->local_window, i->remote_window);
    out_printf(out, "      DPD configured for %u seconds, retry %u\n", i->dpd, i->dpd_retry);
    out_text(out,
             i->fragmentation ? "      IETF Std Fragmentation  enabled.\n" : "      Fragmentation not  configured.\n");
    out_printf(out,
               "      Dynamic Route Update: disabled\n      Extended Authentication not configured.\n"
               "      NAT-T is %sdetected %s %s\n",
               i->nat_local || i->nat_remote ? "" : "not ", i->nat_local ? "inside" : "",
               i->nat_remote ? "outside" : "");
    out_printf(out, "      Cisco Trust Security SGT is disabled\n      Initiator of SA : %s\n%s      PEER TYPE: %s\n",
               i->initiator ? "Yes" : "No", i->ppk ? "      Quantum-safe Encryption using Manual PPK\n" : "",
               i->peer_is_espial_or_ios ? "IOS-XE" : "Other");
}

static void print_sa(struct out *out, const struct v2_sa_info *i, bool detail)
{
    char local[32], remote[32];

    snprintf(local, sizeof local, "%s/%u", IP4(i->local), i->local_port);
    snprintf(remote, sizeof remote, "%s/%u", IP4(i->remote), i->remote_port);
    out_printf(out,
               "Tunnel-id Local                 Remote                fvrf/ivrf            Status \n"
               "%-9u %-21s %-21s %-20s %-6s \n",
               i->tunnel_id, local, remote, "none/none", status_word(i->status));
    print_algorithms(out, i);
    out_printf(out, "      Life/Active Time: %u/%u sec\n", i->life_s, i->active_s);
    if (detail)
        print_detail(out, i);
}

static enum cmd_result show_sa(struct cmd_ctx *c)
{
    bool some = false, filter = cmd_has(c, "local") || cmd_has(c, "remote");
    struct v2_sa_info i;

    for (size_t at = 0; v2_sa_next(v2_of(c), &at, &i);) {
        if ((cmd_has(c, "local") && i.local != cmd_ip(c, "local")) ||
            (cmd_has(c, "remote") && i.remote != cmd_ip(c, "remote")))
            continue;
        if (!some && !filter)
            out_text(c->out, " IPv4 Crypto IKEv2  SA \n\n");
        some = true;
        print_sa(c->out, &i, cmd_has(c, "detailed"));
        if (filter && !cmd_has(c, "detailed"))
            print_ids(c->out, &i);
        out_text(c->out, "\n");
    }
    if (some && !filter)
        out_text(c->out, " IPv6 Crypto IKEv2  SA \n\n");
    return CMD_OK;
}

/* ---- sessions ---- */

static void print_range(struct out *out, const struct selector *s)
{
    struct v2_ts ts;

    v2_ts_of(s, &ts);
    out_printf(out, "%s/%u - ", IP4(ts.lo), ts.port_lo);
    out_printf(out, "%s/%u\n", IP4(ts.hi), ts.port_hi);
}

static void print_child_detail(struct out *out, const struct v2_child_info *ch)
{
    const struct ipsec_transform *t = &ch->transform;
    bool ah = ch->proto == PROTO_AH;

    out_printf(out, "          AH spi in/out: 0x%X/0x%X  \n          CPI in/out: 0x0/0x0  \n", ah ? ch->spi_in : 0,
               ah ? ch->spi_out : 0);
    if (ah)
        out_text(out, "          Encr: None, esp_hmac: None\n");
    else if (t->key_bits)
        out_printf(out, "          Encr: %s, keysize: %u, esp_hmac: %s\n",
                   v2_encr_name((struct v2_encr){t->cipher, t->key_bits}), t->key_bits, v2_integ_name(t->auth));
    else
        out_printf(out, "          Encr: %s, esp_hmac: %s\n", v2_encr_name((struct v2_encr){t->cipher, 0}),
                   v2_integ_name(t->auth));
    out_printf(out, "          ah_hmac: %s, comp: IPCOMP_NONE, mode %s\n", v2_integ_name(ah ? t->auth : HASH_NONE),
               t->mode == IPSEC_TRANSPORT ? "transport" : "tunnel");
}

static void print_child(struct out *out, const struct v2_child_info *ch, bool detail)
{
    bool ah = ch->proto == PROTO_AH;

    out_text(out, "Child sa: local selector  ");
    print_range(out, &ch->local);
    out_text(out, "          remote selector ");
    print_range(out, &ch->remote);
    out_printf(out, "          ESP spi in/out: 0x%X/0x%X  \n", ah ? 0 : ch->spi_in, ah ? 0 : ch->spi_out);
    if (detail)
        print_child_detail(out, ch);
}

/* Is there an SA of this session before the one at `before`? */
static bool seen(const struct v2 *v2, uint32_t session, uint32_t before)
{
    struct v2_sa_info i;

    for (size_t at = 0; v2_sa_next(v2, &at, &i) && i.tunnel_id != before;)
        if (i.session_id == session)
            return true;
    return false;
}

static void print_session(struct cmd_ctx *c, uint32_t session, bool detail)
{
    const struct v2 *v2 = v2_of(c);
    unsigned ikes = 0, children = 0;
    bool ready = false;
    struct v2_child_info ch;
    struct v2_sa_info i;

    for (size_t at = 0; v2_sa_next(v2, &at, &i);)
        if (i.session_id == session) {
            ikes++;
            children += i.children;
            ready |= i.status == V2_STATUS_READY;
        }
    out_printf(c->out, "Session-id:%u, Status:%s, IKE count:%u, CHILD count:%u\n\n", session,
               !ready     ? "DOWN-NEGOTIATING"
               : children ? "UP-ACTIVE"
                          : "UP-IDLE",
               ikes, children);
    for (size_t at = 0; v2_sa_next(v2, &at, &i);) {
        if (i.session_id != session)
            continue;
        print_sa(c->out, &i, detail);
        for (size_t k = 0; v2_child_next(v2, &k, &ch);)
            if (ch.tunnel_id == i.tunnel_id)
                print_child(c->out, &ch, detail);
    }
    out_text(c->out, "\n");
}

static enum cmd_result show_session(struct cmd_ctx *c)
{
    struct v2_sa_info i;
    bool some = false;

    for (size_t at = 0; v2_sa_next(v2_of(c), &at, &i);) {
        if (seen(v2_of(c), i.session_id, i.tunnel_id))
            continue;
        if (!some)
            out_text(c->out, " IPv4 Crypto IKEv2 Session \n\n");
        some = true;
        print_session(c, i.session_id, cmd_has(c, "detailed"));
    }
    if (some)
        out_text(c->out, " IPv6 Crypto IKEv2 Session \n\n");
    return CMD_OK;
}

static enum cmd_result show_count(struct cmd_ctx *c)
{
    unsigned negotiating = 0, ready = 0, going = 0, all = 0, sessions = 0;
    struct v2_sa_info i;
    struct v2_stats s;

    v2_stats(v2_of(c), &s);
    for (size_t at = 0; v2_sa_next(v2_of(c), &at, &i);) {
        negotiating += i.status == V2_STATUS_IN_NEG;
        ready += i.status == V2_STATUS_READY;
        going += i.status == V2_STATUS_DELETE;
        sessions += i.status == V2_STATUS_READY && !seen(v2_of(c), i.session_id, i.tunnel_id);
        all++;
    }
    uint64_t created = s.sas_incoming + s.sas_outgoing;
    out_printf(c->out,
               "    %u Negotiating SAs\n    %u Session\n    %u Active SAs\n    %llu Created SAs\n    %llu Deleted SAs\n"
               "    %u Marked for Deletion SAs\n",
               negotiating, sessions, ready, (unsigned long long)created,
               (unsigned long long)(created > all ? created - all : 0), going);
    return CMD_OK;
}

/* ---- configuration as it counts ---- */

static void print_hashes(struct out *out, const char *what, const enum hash_alg *v, unsigned n,
                         const char *(*name)(enum hash_alg))
{
    out_printf(out, "     %s :", what);
    for (unsigned i = 0; i < n; i++)
        out_printf(out, " %s", name(v[i]));
    out_text(out, n ? "\n" : " none\n");
}

static void print_proposal(struct cmd_ctx *c, const char *name)
{
    struct v2_proposal p;
    bool is_default = !strcmp(name, "default");

    v2_conf_proposal(v2_conf(v2_of(c)), name, &p);
    out_printf(c->out, " IKEv2 proposal: %s%s\n     Encryption :", name, is_default ? " " : "");
    for (unsigned i = 0; i < p.nencr; i++) {
        out_printf(c->out, " %s", v2_encr_name(p.encr[i]));
        if (p.encr[i].bits)
            out_printf(c->out, "-%u", p.encr[i].bits);
    }
    out_text(c->out, p.nencr ? "\n" : " none\n");
    print_hashes(c->out, "Integrity ", p.integ, p.ninteg, v2_integ_name);
    print_hashes(c->out, "PRF       ", p.prf, p.nprf, v2_prf_name);
    out_text(c->out, "     DH Group   :");
    for (unsigned i = 0; i < p.ngroup; i++)
        out_printf(c->out, " DH_GROUP_%s/Group %u", v2_group_name(p.group[i]), p.group[i]);
    out_text(c->out, p.ngroup ? "\n" : " none\n");
}

static bool wanted(const struct cmd_ctx *c, const char *name)
{
    return !cmd_has(c, "name") || !strcmp(cmd_str(c, "name"), name);
}

static enum cmd_result show_proposal(struct cmd_ctx *c)
{
    if (wanted(c, "default"))
        print_proposal(c, "default");
    CONF_EACH(const struct v2_proposal_conf, p, &v2_conf(v2_of(c))->proposals)
    if (strcmp(p->name, "default") && wanted(c, p->name))
        print_proposal(c, p->name);
    return CMD_OK;
}

static void print_policy(struct out *out, const char *name, const struct v2_policy_conf *p)
{
    bool is_default = !strcmp(name, "default");

    out_printf(out, " IKEv2 policy : %s\n", name);
    out_printf(out, "      Match fvrf %s: %s\n", is_default ? "" : " ", is_default || p->fvrf_any ? "any" : "global");
    for (size_t i = 0; p && i < p->locals.n; i++)
        out_printf(out, "      Match address local : %s\n", IP4(((const struct v2_local_conf *)p->locals.v[i])->addr));
    if (!p || !p->locals.n)
        out_text(out, "      Match address local : any\n");
    for (size_t i = 0; p && i < p->proposals.n; i++)
        out_printf(out, "      Proposal    : %s\n", ((const struct v2_name_conf *)p->proposals.v[i])->name);
    if (is_default && (!p || !p->proposals.n))
        out_text(out, "      Proposal    : default\n");
    else if (!p->proposals.n)
        out_text(out, "      Proposal    : none\n");
}

static enum cmd_result show_policy(struct cmd_ctx *c)
{
    const struct v2_policy_conf *typed_default = NULL;
    const struct v2_conf *conf = v2_conf(v2_of(c));
    bool some = false;

    CONF_EACH(const struct v2_policy_conf, p, &conf->policies)
    if (!strcmp(p->name, "default"))
        typed_default = p;
    if (wanted(c, "default")) {
        print_policy(c->out, "default", typed_default);
        some = true;
    }
    CONF_EACH(const struct v2_policy_conf, p, &conf->policies)
    if (p != typed_default && wanted(c, p->name)) {
        if (some)
            out_text(c->out, "\n");
        some = true;
        print_policy(c->out, p->name, p);
    }
    return CMD_OK;
}

static const char *const kind_words[] = {"none",  "address",      "fqdn",   "fqdn domain",
                                         "email", "email domain", "key-id", "any"};

static void print_profile(struct cmd_ctx *c, const struct v2_profile_conf *p)
{
    struct v2_sa_info sa;
    unsigned users = 0;

    for (size_t at = 0; v2_sa_next(v2_of(c), &at, &sa);)
        users += !strcmp(sa.profile, p->name);
    out_printf(c->out,
               "\nIKEv2 profile: %s\n Ref Count: %u\n Match criteria: \n  Fvrf: %s\n  Local address/interface: %s\n",
               p->name, users, p->fvrf_any ? "any" : "global",
               p->match_local   ? IP4(p->match_local)
               : p->match_if[0] ? p->match_if
                                : "none");
    out_text(c->out, p->matches.n ? "  Identities: \n" : "  Identities: none\n");
    CONF_EACH(const struct v2_match_conf, m, &p->matches)
    {
        out_printf(c->out, "   %s ", kind_words[m->kind]);
        if (m->kind == V2_MATCH_ADDRESS && !m->mask)
            out_text(c->out, IP4(m->addr));
        else if (m->kind == V2_MATCH_ADDRESS)
            out_printf(c->out, "%s %s", IP4(m->addr), IP4(m->mask));
        else
            out_text(c->out, m->text);
        out_text(c->out, "\n");
    }
    out_printf(c->out, "  Certificate maps: none\n Local identity: %s", kind_words[p->local_id_kind]);
    if (p->local_id_kind)
        out_printf(c->out, " %s", p->local_id_kind == V2_MATCH_ADDRESS ? IP4(p->local_id_addr) : p->local_id);
    out_printf(c->out,
               "\n Remote identity: none\n Local authentication method: %s\n Remote authentication method(s): %s\n"
               " EAP options: none\n Keyring: %s\n Trustpoint(s): none\n Lifetime: %u seconds\n",
               p->auth_local ? "pre-share" : "none", p->auth_remote ? "pre-share" : "none",
               p->keyring[0] ? p->keyring : "none", p->lifetime);
    if (p->dpd)
        out_printf(c->out, " DPD: interval %u, retry-interval %u, %s\n", p->dpd, p->dpd_retry,
                   p->dpd_periodic ? "periodic" : "on-demand");
    else
        out_text(c->out, " DPD: disabled\n");
    if (p->nat_keepalive)
        out_printf(c->out, " NAT-keepalive: %u seconds\n", p->nat_keepalive);
    else
        out_text(c->out, " NAT-keepalive: disabled\n");
    out_text(c->out, " Ivrf: none\n Virtual-template: none\n mode auto: none\n");
}

static enum cmd_result show_profile(struct cmd_ctx *c)
{
    CONF_EACH(const struct v2_profile_conf, p, &v2_conf(v2_of(c))->profiles)
    if (wanted(c, p->name))
        print_profile(c, p);
    return CMD_OK;
}

/* ---- clear, debug ---- */

static enum cmd_result clear_sa(struct cmd_ctx *c)
{
    v2_clear(v2_of(c), cmd_ip(c, "remote"), cmd_ip(c, "local"), (uint32_t)cmd_int(c, "psh"), cmd_has(c, "fast"));
    return CMD_OK;
}

static enum cmd_result turn(struct cmd_ctx *c, bool on)
{
    static const char *const names[V2_DEBUGS] = {"default", "error", "packet", "internal"};
    int which = cmd_has(c, "which") ? (int)cmd_int(c, "which") : V2_DEBUG_DEFAULT;

    *v2_debug(v2_of(c), which) = on;
    out_printf(c->out, "IKEv2 %s debugging is %s\n", names[which], on ? "on" : "off");
    return CMD_OK;
}

static enum cmd_result debug_ikev2(struct cmd_ctx *c)
{
    return turn(c, !c->no);
}

static enum cmd_result undebug_ikev2(struct cmd_ctx *c)
{
    return turn(c, false);
}

#define WHICH      "[error=which:1|packet=which:2|internal=which:3]"
#define WHICH_HELP "Crypto IKEv2 Error Debugs|Crypto IKEv2 Packet Debugs|Crypto IKEv2 Internal Debugs"
static const struct cmd_row rows[] = {
    HELP(EXEC, "show crypto ikev2", "Shows ikev2 info"),
    HELP(EXEC, "show crypto ikev2 sa", "Shows ikev2 SAs"),
    DO(EXEC, 1, "show crypto ikev2 sa [detailed=detailed]", show_sa, "Shows ikev2 SAs in detail"),
    DO(EXEC, 1, "show crypto ikev2 sa local <ip:local> [detailed=detailed]", show_sa,
       "Show IKEv2 SAs matching the local address|Local IPv4 address|Shows ikev2 SAs in detail"),
    DO(EXEC, 1, "show crypto ikev2 sa remote <ip:remote> [detailed=detailed]", show_sa,
       "Show IKEv2 SAs matching the remote address|Remote IPv4 address|Shows ikev2 SAs in detail"),
    DO(EXEC, 1, "show crypto ikev2 session [detailed=detailed]", show_session,
       "Shows ikev2 active session|Shows ikev2 session in detail"),
    DO(EXEC, 1, "show crypto ikev2 count", show_count, "Shows ikev2 SA counts"),
    DO(EXEC, 1, "show crypto ikev2 proposal [<word:name>]", show_proposal, "Show IKEv2 proposals|Name of the proposal"),
    DO(EXEC, 1, "show crypto ikev2 policy [<word:name>]", show_policy, "Show IKEv2 policies|Name of the policy"),
    DO(EXEC, 1, "show crypto ikev2 profile [<word:name>]", show_profile, "Shows ikev2 profiles|Name of the profile"),
    HELP(EXEC, "clear crypto ikev2", "Clears ikev2 SAs and statistics"),
    DO(EXEC, 15,
       "clear crypto ikev2 sa &{[remote <ip:remote>]|[local <ip:local>]|[psh <psh:1-2147483647>]|[fast=fast]}",
       clear_sa,
       "Clear ikev2 SAs|Clear SAs matching the remote address|Remote IPv4 address|Clear SAs matching the local "
       "address|Local IPv4 address|Clear the SA of this tunnel id|Tunnel id|Clear without a word to the peer"),
    DO_NO(EXEC, 15, "debug crypto ikev2 " WHICH, debug_ikev2, "Crypto IKEv2 Debugs|" WHICH_HELP),
    DO(EXEC, 15, "undebug crypto ikev2 " WHICH, undebug_ikev2, "Crypto IKEv2 Debugs|" WHICH_HELP),
};
const struct cmd_table dp_table_show_ikev2 = CMD_TABLE("dataplane/cmd/cmd_show_ikev2", rows);

/* cmd_session.c: show crypto session [detail|brief] [remote|local|interface ...], clear crypto session.
 *
 * A session is an interface and a peer: the IPsec flows of its crypto map that name this peer, and the IKE SAs of either
 * version with it.
 * Its status follows from both:
 *
 *                  a flow has SAs     none
 *   IKE up         UP-ACTIVE          UP-IDLE
 *   negotiating    UP-NO-IKE          DOWN-NEGOTIATING
 *   no IKE         UP-NO-IKE          DOWN
 *
 * UP-NO-IKE is the state that makes a black hole possible: encryption goes on, and nobody is left to hear a DELETE. An
 * IKE SA to which no flow belongs (any more) is a session without an interface. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/ike/ike.h"
#include "dataplane/ike/ike_conf.h"
#include "dataplane/ike/ike_show.h"
#include "dataplane/ike/v2/v2_show.h"
#include "dataplane/ipsec/ipsec.h"
#include "espial/loop.h"
#include "espial/mem.h"

struct session {
    char ifname[IFNAME_MAX];
    uint32_t local, peer;
    uint16_t peer_port;
    unsigned pairs;
    bool ike_up, negotiating, port_known;
    uint64_t up_since;
    char id[80], profile[V2_NAME_MAX];
};
#define SESSIONS_MAX 8192
struct sessions {
    struct session *v;
    size_t n;
};

static struct session *add(struct sessions *all, const char *ifname, uint32_t local, uint32_t peer)
{
    if (all->n == SESSIONS_MAX)
        return NULL;
    if (all->n % 16 == 0)
        all->v = mem_resize(all->v, all->n + 16, sizeof *all->v);
    struct session *s = &all->v[all->n++];
    *s = (struct session){.local = local, .peer = peer, .peer_port = 500};
    snprintf(s->ifname, sizeof s->ifname, "%s", ifname);
    return s;
}

/* What an IKE SA of either version says about the sessions of its two ends. */
struct ike_part {
    uint32_t local, remote;
    uint16_t port;
    bool up, negotiating;
    const char *id, *profile;
};

static void add_ike(struct sessions *all, const struct ike_part *p)
{
    bool found = false;

    for (size_t i = 0; i <= all->n; i++) {
        if (i == all->n && (found || !add(all, "", p->local, p->remote)))
            break;
        struct session *s = &all->v[i];
        if (s->peer != p->remote || s->local != p->local)
            continue;
        found = true;
        s->ike_up |= p->up;
        s->negotiating |= p->negotiating;
        if (p->up) {
            s->peer_port = p->port;
            snprintf(s->id, sizeof s->id, "%s", p->id);
            snprintf(s->profile, sizeof s->profile, "%s", p->profile);
        }
    }
}

static struct sessions gather(struct dataplane *dp)
{
    struct sessions all = {0};
    struct ipsec_flow_info f;
    struct ike_sa_info sa;
    struct v2_sa_info sa2;
    struct session *s;

    for (size_t at = 0; ipsec_flow_next(dataplane_ipsec(dp), &at, &f);) {
        s = NULL;
        for (size_t i = 0; i < all.n && !s; i++)
            if (all.v[i].peer == f.peer && !strcmp(all.v[i].ifname, f.ifname))
                s = &all.v[i];
        if (!f.peer || (!s && !(s = add(&all, f.ifname, f.local, f.peer))))
            continue;
        s->pairs += f.pairs;
        if (f.pairs)
            s->peer_port = f.peer_port;
        if (f.up_since && (!s->up_since || f.up_since < s->up_since))
            s->up_since = f.up_since;
    }
    for (size_t at = 0; ike_sa_next(dataplane_ike(dp), &at, &sa);)
        if (!sa.dead)
            add_ike(&all, &(struct ike_part){sa.local, sa.remote, sa.peer_port, sa.up, sa.negotiating, sa.peer_id, sa.profile});
    for (size_t at = 0; v2_sa_next(ike_v2(dataplane_ike(dp)), &at, &sa2);) {
        char id[V2_ID_MAX + 1];
        v2_id_text(&sa2.remote_id, id, sizeof id);
        if (sa2.status != V2_STATUS_DELETE)
            add_ike(&all, &(struct ike_part){sa2.local, sa2.remote, sa2.remote_port, sa2.status == V2_STATUS_READY,
                                             sa2.status == V2_STATUS_IN_NEG, id, sa2.profile});
    }
    return all;
}

static const char *status_of(const struct session *s)
{
    if (s->pairs)
        return s->ike_up ? "UP-ACTIVE" : "UP-NO-IKE";
    return s->ike_up ? "UP-IDLE" : s->negotiating ? "DOWN-NEGOTIATING" : "DOWN";
}

static void print_side(struct out *out, const struct selector *s)
{
    if (s->mask == 0xFFFFFFFF)
        out_printf(out, "host %s ", IP4(s->addr));
    else
        out_printf(out, "%s/%s ", IP4(s->addr), IP4(s->mask));
    if (s->port)
        out_printf(out, "port %u ", s->port);
}

static void print_life(struct out *out, const struct ipsec_pair_info *p, uint32_t left_kb)
{
    if (!p)
        out_text(out, "0/0\n");
    else if (!p->life_kb)
        out_printf(out, "KB Vol Rekey Disabled/%u\n", p->left_s);
    else
        out_printf(out, "%u/%u\n", left_kb, p->left_s);
}

static void print_flow(struct cmd_ctx *c, const struct ipsec_flow_info *f, bool detail)
{
    struct ipsec_pair_info p;
    bool have = false;
    size_t at = 0;

    out_text(c->out, "  IPSEC FLOW: permit ");
    if (f->local_sel.proto)
        out_printf(c->out, "%u ", f->local_sel.proto);
    else
        out_text(c->out, "ip ");
    print_side(c->out, &f->local_sel);
    print_side(c->out, &f->remote_sel);
    out_printf(c->out, "\n        Active SAs: %u, origin: %scrypto map\n", 2 * f->pairs, f->dynamic ? "dynamic " : "");
    if (!detail)
        return;
    while (!have && ipsec_pair_next(dataplane_ipsec(c->self), f->id, &at, &p))
        have = p.current || !f->spi_out;
    out_printf(c->out, "        Inbound:  #pkts dec'ed %llu drop %llu life (KB/Sec) ", (unsigned long long)f->n.decaps,
               (unsigned long long)flow_recv_errors(&f->n));
    print_life(c->out, have ? &p : NULL, have ? p.left_kb_in : 0);
    out_printf(c->out, "        Outbound: #pkts enc'ed %llu drop %llu life (KB/Sec) ", (unsigned long long)f->n.encaps,
               (unsigned long long)flow_send_errors(&f->n));
    print_life(c->out, have ? &p : NULL, have ? p.left_kb_out : 0);
}

static uint64_t seconds_since(struct dataplane *dp, uint64_t at)
{
    return (loop_now(dataplane_env(dp)->loop) - at) / US_PER_S;
}

struct caps {
    bool dpd, nat, fragments;
};

static void print_capabilities(struct cmd_ctx *c, bool up, struct caps caps, uint32_t connid, uint32_t left_s)
{
    if (!up) {
        out_text(c->out, "          Capabilities:(none) connid:0 lifetime:0\n");
        return;
    }
    out_printf(c->out, "          Capabilities:%s%s%s%s connid:%u lifetime:%02u:%02u:%02u\n", caps.dpd ? "D" : "",
               caps.nat ? "N" : "", caps.fragments ? "F" : "",
               caps.dpd || caps.nat || caps.fragments ? "" : "(none)", connid, left_s / 3600, left_s / 60 % 60,
               left_s % 60);
}

static void print_ikev2(struct cmd_ctx *c, const struct session *s, bool detail)
{
    struct v2_sa_info sa;

    for (size_t at = 0; v2_sa_next(ike_v2(dataplane_ike(c->self)), &at, &sa);) {
        if (sa.status == V2_STATUS_DELETE || sa.remote != s->peer || sa.local != s->local)
            continue;
        bool up = sa.status == V2_STATUS_READY;
        uint32_t left = sa.life_s > sa.active_s ? sa.life_s - sa.active_s : 0;
        out_printf(c->out, "  Session ID: %u  \n  IKEv2 SA: local %s/%u remote %s/%u %s \n", sa.session_id,
                   IP4(sa.local), sa.local_port, IP4(sa.remote), sa.remote_port, up ? "Active" : "Inactive");
        if (detail)
            print_capabilities(c, up, (struct caps){sa.dpd, sa.nat_local || sa.nat_remote, sa.fragmentation},
                               sa.tunnel_id, left);
    }
}

static void print_session(struct cmd_ctx *c, const struct session *s, bool detail)
{
    struct ipsec_flow_info f;
    struct ike_sa_info sa;
    const struct ike_peer_conf *conf = ike_conf_peer(ike_conf(dataplane_ike(c->self)), s->peer);
    char span[16];

    if (s->ifname[0])
        out_printf(c->out, "Interface: %s\n", s->ifname);
    if (s->profile[0])
        out_printf(c->out, "Profile: %s\n", s->profile);
    if (detail && s->up_since)
        out_printf(c->out, "Uptime: %s\n", span_format(seconds_since(c->self, s->up_since), span));
    out_printf(c->out, "Session status: %s     \nPeer: %s port %u ", status_of(s), IP4(s->peer), s->peer_port);
    if (detail)
        out_printf(c->out, "fvrf: (none) ivrf: (none)\n      Phase1_id: %s\n      Desc: %s\n",
                   s->id[0] ? s->id : "(none)", conf && conf->description[0] ? conf->description : "(none)");
    else
        out_text(c->out, "\n");
    print_ikev2(c, s, detail);
    for (size_t at = 0; ike_sa_next(dataplane_ike(c->self), &at, &sa);) {
        if (sa.dead || sa.remote != s->peer || sa.local != s->local)
            continue;
        out_printf(c->out, "  Session ID: 0  \n  IKEv1 SA: local %s/%u remote %s/%u %s \n", IP4(sa.local),
                   sa.local_port, IP4(sa.remote), sa.peer_port, sa.up ? "Active" : "Inactive");
        if (!detail)
            continue;
        print_capabilities(c, sa.up, (struct caps){sa.dpd, sa.natt, sa.fragments}, sa.conn_id, sa.left_s);
    }
    for (size_t at = 0; s->ifname[0] && ipsec_flow_next(dataplane_ipsec(c->self), &at, &f);)
        if (f.peer == s->peer && !strcmp(f.ifname, s->ifname))
            print_flow(c, &f, detail);
    out_text(c->out, "\n");
}

static void print_brief(struct cmd_ctx *c, const struct session *s)
{
    char name[IFNAME_MAX] = "", span[16] = "";

    if (s->ifname[0])
        ifname_short(s->ifname, name);
    if (s->up_since)
        span_format(seconds_since(c->self, s->up_since), span);
    const char *status = s->pairs ? (s->ike_up ? "UA" : "UK") : s->ike_up ? "UI" : s->negotiating ? "DN" : "D";
    out_printf(c->out, "%-16s%-13s%-16s%-25s%-9s%s\n", IP4(s->peer), name, "", s->id, span, status);
}

/* Asked for a VRF, a user name or a group: no session of this router belongs to any. */
static bool elsewhere(const struct cmd_ctx *c)
{
    return cmd_has(c, "fvrf") || cmd_has(c, "ivrf") || cmd_has(c, "username") || cmd_has(c, "groups");
}

static enum cmd_result show_session(struct cmd_ctx *c)
{
    struct sessions all = gather(c->self);
    bool brief = cmd_has(c, "brief"), detail = cmd_has(c, "detail");

    out_text(c->out, "Crypto session current status\n\n");
    if (detail)
        out_text(c->out, "Code: C - IKE Configuration mode, D - Dead Peer Detection     \n"
                         "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation     \n"
                         "X - IKE Extended Authentication, F - IKE Fragmentation\n"
                         "R - IKE Auto Reconnect, U - IKE Dynamic Route Update\n"
                         "S - SIP VPN\n\n");
    if (brief)
        out_text(c->out, "Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating\n"
                         "        K - No IKE\n"
                         "ivrf = (none)\n"
                         "Peer            I/F          Username        Group/Phase1_id          Uptime   Status\n");
    for (size_t i = 0; i < all.n; i++) {
        const struct session *s = &all.v[i];
        if ((cmd_has(c, "remote") && cmd_ip(c, "remote") != s->peer) ||
            (cmd_has(c, "local") && cmd_ip(c, "local") != s->local) || elsewhere(c) ||
            (cmd_has(c, "port") && cmd_int(c, "port") != s->peer_port) ||
            (cmd_has(c, "ifname") && strcmp(cmd_str(c, "ifname"), s->ifname) != 0))
            continue;
        if (brief)
            print_brief(c, s);
        else
            print_session(c, s, detail);
    }
    mem_free(all.v);
    return CMD_OK;
}

static enum cmd_result clear_session(struct cmd_ctx *c)
{
    if (!elsewhere(c))
        ike_clear_session(dataplane_ike(c->self), cmd_ip(c, "local"), cmd_ip(c, "remote"),
                          (uint16_t)cmd_int(c, "port"));
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show crypto session", "Show crypto sessions (tunnels)"),
    DO(EXEC, 1, "show crypto session [brief=brief|detail=detail]", show_session, "brief output|detailed output"),
    DO(EXEC, 1, "show crypto session remote <ip:remote> [port <port:1-65535>] [brief=brief|detail=detail]",
       show_session,
       "show crypto sessions for a particular IKE peer|remote IKE endpoint address|remote IKE port|port number|brief "
       "output|detailed output"),
    DO(EXEC, 1, "show crypto session local <ip:local> [brief=brief|detail=detail]", show_session,
       "show crypto sessions for a particular local crypto endpoint|local crypto endpoint address|brief "
       "output|detailed output"),
    DO(EXEC, 1, "show crypto session interface <ifname> [brief=brief|detail=detail]", show_session,
       "show crypto sessions on an interface|interface name|brief output|detailed output"),
    DO(EXEC, 1, "show crypto session fvrf <word:fvrf> [ivrf <word:ivrf>] [brief=brief|detail=detail]", show_session,
       "show crypto sessions for a particular front-door VRF|VRF name|show crypto sessions for a particular inside "
       "VRF|VRF name|brief output|detailed output"),
    DO(EXEC, 1, "show crypto session ivrf <word:ivrf> [brief=brief|detail=detail]", show_session,
       "show crypto sessions for a particular inside VRF|VRF name|brief output|detailed output"),
    DO(EXEC, 1, "show crypto session username <word:username> [brief=brief|detail=detail]", show_session,
       "show crypto sessions for a particular user|user name|brief output|detailed output"),
    DO(EXEC, 1, "show crypto session groups=groups", show_session, "show crypto sessions by group"),
    HELP(EXEC, "clear crypto session", "clear crypto sessions (tunnels)"),
    DO(EXEC, 15,
       "clear crypto session &{[remote <ip:remote> [port <port:1-65535>]]|[local <ip:local>]|[fvrf <word:fvrf>]|[ivrf "
       "<word:ivrf>]|[username <word:username>]}",
       clear_session,
       "clear crypto sessions for a particular IKE peer|remote IKE endpoint address|remote IKE port|port number|clear "
       "crypto sessions for a particular local crypto endpoint|local crypto endpoint address|clear crypto sessions for "
       "a particular front-door VRF|VRF name|clear crypto sessions for a particular inside VRF|VRF name|clear crypto "
       "sessions for a particular user|user name"),
};
const struct cmd_table dp_table_session = CMD_TABLE("dataplane/cmd/cmd_session", rows);

/* cmd_session.c: show crypto session [detail|brief] [remote|local|interface ...], clear crypto session.
 *
 * A session is an interface, a peer and a version of IKE: the IPsec flows of its crypto map that name this peer and are
 * negotiated by that version, and the IKE SAs of that version with it. Interfaces with the same two ends share the SAs.
 * Behind a translator a peer is its port, too; a flow without SAs belongs to whoever is at its address.
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
#include "dataplane/net/iface.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/table.h"
#include "espial/text.h"

/* A flow or an SA, by the cursor that leads to it. */
struct spot {
    struct spot *next;
    size_t at;
};
struct chain {
    struct spot *first, **end;
};
struct ends_key { /* no holes */
    uint32_t local, peer, ikev2;
    uint32_t port; /* one that a translator gave; 0: 500 and 4500, or any */
};
/* Two addresses and a version of IKE: what the SAs say that they have. */
struct ends {
    struct ends_key key;
    struct chain sas;
    bool up, negotiating, shown;
    uint16_t port;
    char id[80], profile[V2_NAME_MAX];
};
struct session_key {
    struct ends *ends;
    char ifname[IFNAME_MAX]; /* "": no flow is theirs */
};
struct session {
    struct session_key key;
    struct ends *ends;
    struct chain flows;
    unsigned pairs;
    uint16_t port;
    uint64_t up_since;
};
struct sessions {
    struct table *ends, *sessions; /* in the order in which they were met */
    struct table *first;           /* the first ends of each address, under port 0 */
};

static void chain_add(struct chain *c, size_t at)
{
    struct spot *s = NEW(struct spot);

    s->at = at;
    *c->end = s;
    c->end = &s->next;
}

static void chain_free(struct chain *c)
{
    while (c->first) {
        struct spot *s = c->first;
        c->first = s->next;
        mem_free(s);
    }
}

static struct ends_key key_of(uint32_t local, uint32_t peer, bool ikev2, uint16_t port)
{
    return (struct ends_key){local, peer, ikev2, port == 500 || port == 4500 ? 0 : port};
}

static struct ends *ends_of(struct sessions *all, struct ends_key key)
{
    struct ends *e = table_find(all->ends, &key);

    if (e)
        return e;
    e = NEW(struct ends);
    e->key = key;
    e->sas.end = &e->sas.first;
    table_put(all->ends, &key, e);
    key.port = 0;
    if (!table_find(all->first, &key))
        table_put(all->first, &key, e);
    return e;
}

/* Those of a flow: with its SAs' port, else, when that is none of a translator's, any of its address. The IKE SAs are
 * known by now. */
static struct ends *ends_of_flow(struct sessions *all, const struct ipsec_flow_info *f)
{
    struct ends_key key = key_of(f->local, f->peer, f->ikev2, f->sent_to);
    struct ends *e = key.port ? NULL : table_find(all->ends, &key);

    if (!e && !key.port)
        e = table_find(all->first, &key);
    return e ? e : ends_of(all, key);
}

static struct session *session_of(struct sessions *all, struct ends *e, const char *ifname)
{
    struct session_key key;

    memset(&key, 0, sizeof key);
    key.ends = e;
    str_copy(key.ifname, sizeof key.ifname, ifname);
    struct session *s = table_find(all->sessions, &key);
    if (s)
        return s;
    s = NEW(struct session);
    s->key = key;
    s->ends = e;
    s->port = 500;
    s->flows.end = &s->flows.first;
    e->shown = true;
    table_put(all->sessions, &key, s);
    return s;
}

static void add_flow(struct sessions *all, const struct ipsec_flow_info *f, size_t at)
{
    struct session *s = session_of(all, ends_of_flow(all, f), f->ifname);

    chain_add(&s->flows, at);
    s->pairs += f->pairs;
    if (f->pairs)
        s->port = f->sent_to;
    if (f->up_since && (!s->up_since || f->up_since < s->up_since))
        s->up_since = f->up_since;
}

/* What an IKE SA of either version says. */
static void add_ike(struct ends *e, size_t at, bool up, bool negotiating, uint16_t port, const char *id,
                    const char *profile)
{
    chain_add(&e->sas, at);
    e->up |= up;
    e->negotiating |= negotiating;
    if (!up)
        return;
    e->port = port;
    str_copy(e->id, sizeof e->id, id);
    str_copy(e->profile, sizeof e->profile, profile);
}

/* The interface of a session without a flow: with a dynamic map there is none before the first packet and after the
 * last pair, but the map is where the peer came in. "": not known. */
static const char *map_at(struct dataplane *dp, uint32_t local)
{
    const struct iface *i = iface_by_addr(dataplane_net(dp), local);

    return i && i->conf && i->conf->crypto_map[0] ? i->name : "";
}

static struct sessions gather(struct dataplane *dp)
{
    uint64_t seed = loop_now(dataplane_env(dp)->loop); /* a show draws no chance */
    struct sessions all = {.ends = table_new(sizeof(struct ends_key), seed),
                           .sessions = table_new(sizeof(struct session_key), seed),
                           .first = table_new(sizeof(struct ends_key), seed)};
    struct ipsec_flow_info f;
    struct ike_sa_info sa;
    struct v2_sa_info sa2;
    struct ends *e;

    for (size_t at = 0, next = 0; ike_sa_next(dataplane_ike(dp), &next, &sa); at = next)
        if (!sa.dead)
            add_ike(ends_of(&all, key_of(sa.local, sa.remote, false, sa.peer_port)), at, sa.up, sa.negotiating,
                    sa.peer_port, sa.peer_id, sa.profile);
    for (size_t at = 0, next = 0; v2_sa_next(ike_v2(dataplane_ike(dp)), &next, &sa2); at = next) {
        char id[V2_ID_MAX + 1];
        v2_id_text(&sa2.remote_id, id, sizeof id);
        if (sa2.status != V2_STATUS_DELETE)
            add_ike(ends_of(&all, key_of(sa2.local, sa2.remote, true, sa2.remote_port)), at,
                    sa2.status == V2_STATUS_READY, sa2.status == V2_STATUS_IN_NEG, sa2.remote_port, id, sa2.profile);
    }
    for (size_t at = 0, next = 0; ipsec_flow_next(dataplane_ipsec(dp), &next, &f); at = next)
        if (f.peer)
            add_flow(&all, &f, at);
    for (size_t at = 0; (e = table_next(all.ends, &at));)
        if (!e->shown)
            session_of(&all, e, map_at(dp, e->key.local));
    return all;
}

static void sessions_free(struct sessions *all)
{
    struct session *s;
    struct ends *e;

    for (size_t at = 0; (s = table_next(all->sessions, &at));) {
        chain_free(&s->flows);
        mem_free(s);
    }
    for (size_t at = 0; (e = table_next(all->ends, &at));) {
        chain_free(&e->sas);
        mem_free(e);
    }
    table_free(all->sessions);
    table_free(all->first);
    table_free(all->ends);
}

static uint16_t port_of(const struct session *s)
{
    return s->ends->up ? s->ends->port : s->port;
}

static const char *status_of(const struct session *s)
{
    if (s->pairs)
        return s->ends->up ? "UP-ACTIVE" : "UP-NO-IKE";
    return s->ends->up ? "UP-IDLE" : s->ends->negotiating ? "DOWN-NEGOTIATING" : "DOWN";
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
    if (!p || p->manual)
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

static void print_ikev1(struct cmd_ctx *c, size_t at, bool detail)
{
    struct ike_sa_info sa;

    if (!ike_sa_next(dataplane_ike(c->self), &at, &sa))
        return;
    out_printf(c->out, "  Session ID: 0  \n  IKEv1 SA: local %s/%u remote %s/%u %s \n", IP4(sa.local), sa.local_port,
               IP4(sa.remote), sa.peer_port, sa.up ? "Active" : "Inactive");
    if (detail)
        print_capabilities(c, sa.up, (struct caps){sa.dpd, sa.natt, sa.fragments}, sa.conn_id, sa.left_s);
}

static void print_ikev2(struct cmd_ctx *c, size_t at, bool detail)
{
    struct v2_sa_info sa;

    if (!v2_sa_next(ike_v2(dataplane_ike(c->self)), &at, &sa))
        return;
    bool up = sa.status == V2_STATUS_READY;
    uint32_t left = sa.life_s > sa.active_s ? sa.life_s - sa.active_s : 0;
    out_printf(c->out, "  Session ID: %u  \n  IKEv2 SA: local %s/%u remote %s/%u %s \n", sa.session_id, IP4(sa.local),
               sa.local_port, IP4(sa.remote), sa.remote_port, up ? "Active" : "Inactive");
    if (detail)
        print_capabilities(c, up, (struct caps){sa.dpd, sa.nat_local || sa.nat_remote, sa.fragmentation}, sa.tunnel_id,
                           left);
}

static bool resolve(void *self, const char *name, uint32_t *out)
{
    return dataplane_resolve(self, name, out);
}

static void print_session(struct cmd_ctx *c, const struct session *s, bool detail)
{
    const struct ends *e = s->ends;
    struct ipsec_flow_info f;
    const struct ike_peer_conf *conf = ike_conf_peer(ike_conf(dataplane_ike(c->self)), e->key.peer, resolve, c->self);
    char span[16];

    if (s->key.ifname[0])
        out_printf(c->out, "Interface: %s\n", s->key.ifname);
    if (e->profile[0])
        out_printf(c->out, "Profile: %s\n", e->profile);
    if (detail && s->up_since)
        out_printf(c->out, "Uptime: %s\n", span_format(seconds_since(c->self, s->up_since), span));
    out_printf(c->out, "Session status: %s     \nPeer: %s port %u ", status_of(s), IP4(e->key.peer), port_of(s));
    if (detail)
        out_printf(c->out, "fvrf: (none) ivrf: (none)\n      Phase1_id: %s\n      Desc: %s\n",
                   e->id[0] ? e->id : "(none)", conf && conf->description[0] ? conf->description : "(none)");
    else
        out_text(c->out, "\n");
    for (const struct spot *at = e->sas.first; at; at = at->next)
        (e->key.ikev2 ? print_ikev2 : print_ikev1)(c, at->at, detail);
    for (const struct spot *spot = s->flows.first; spot; spot = spot->next) {
        size_t at = spot->at;
        if (ipsec_flow_next(dataplane_ipsec(c->self), &at, &f))
            print_flow(c, &f, detail);
    }
    out_text(c->out, "\n");
}

static void print_brief(struct cmd_ctx *c, const struct session *s)
{
    char name[IFNAME_MAX] = "", span[16] = "";

    if (s->key.ifname[0])
        ifname_short(s->key.ifname, name);
    if (s->up_since)
        span_format(seconds_since(c->self, s->up_since), span);
    const struct ends *e = s->ends;
    const char *status = s->pairs ? (e->up ? "UA" : "UK") : e->up ? "UI" : e->negotiating ? "DN" : "D";
    out_printf(c->out, "%-16s%-13s%-16s%-25s%-9s%s\n", IP4(e->key.peer), name, "", e->id, span, status);
}

/* Asked for a VRF, a user name or a group: no session of this router belongs to any, nor is one a standby's. */
static bool elsewhere(const struct cmd_ctx *c)
{
    return cmd_has(c, "fvrf") || cmd_has(c, "ivrf") || cmd_has(c, "username") || cmd_has(c, "groups") ||
           cmd_has(c, "standby");
}

static enum cmd_result show_session(struct cmd_ctx *c)
{
    struct sessions all = gather(c->self);
    const struct session *s;
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
    for (size_t at = 0; (s = table_next(all.sessions, &at));) {
        if ((cmd_has(c, "remote") && cmd_ip(c, "remote") != s->ends->key.peer) ||
            (cmd_has(c, "local") && cmd_ip(c, "local") != s->ends->key.local) || elsewhere(c) ||
            (cmd_has(c, "port") && cmd_int(c, "port") != port_of(s)) ||
            (cmd_has(c, "profile") && strcmp(cmd_str(c, "profile"), s->ends->profile) != 0) ||
            (cmd_has(c, "ifname") && strcmp(cmd_str(c, "ifname"), s->key.ifname) != 0))
            continue;
        if (brief)
            print_brief(c, s);
        else
            print_session(c, s, detail);
    }
    sessions_free(&all);
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
    DO(EXEC, 1, "show crypto session isakmp profile <word:profile> [brief=brief|detail=detail]", show_session,
       "show crypto sessions of an ISAKMP or IKEv2 profile|show crypto sessions of a profile|profile name|brief "
       "output|detailed output"),
    DO(EXEC, 1, "show crypto session {active|standby=standby} [brief=brief|detail=detail]", show_session,
       "show HA-enabled crypto sessions in the active state|show HA-enabled crypto sessions in the standby state|brief "
       "output|detailed output"),
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

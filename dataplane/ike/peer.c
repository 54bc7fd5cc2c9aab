/* Peers: what the SAs with one other end have in common: its IKE SAs, the IPsec pairs made through them, the flows and
 * the invalid SPIs that wait for an SA, and the state of dead peer detection.
 *
 * A peer exists while something of it does; an unauthenticated first message makes one only together with its bounded
 * half-open SA. An address is one peer, unless there is a translator in front of it: behind that stand as many peers as
 * it shows ports, and each is known by its own. A first message does not tell yet: it joins the peer whose port it comes
 * from, or a new one, and when phase 1 has proved who sent it and whether a translator stands between, its SA moves to
 * the peer that it belongs to (peer_identify). The port of a peer is that of its newest authentic message.
 *
 * A flow that needs an SA goes to the peer behind its address that had it last, else to the one that no translator
 * hides.
 *
 * Pairs of one flow. The pair enabled last is `current`. When we began the quick mode that made it, the pairs of that
 * flow that existed when that quick mode began are doomed and go 30 s later, with a DELETE. When the peer began it, they
 * are the peer's to delete; if it does not, they go two minutes later. A pair that came up while
 * ours was under way is left alone: when both ends begin at once, each would otherwise delete what the other has just
 * chosen. The surplus pair is not renewed (timers.c) and ends with its lifetime, so that the first rekey leaves one.
 *
 * Who has the right key may begin IKE SAs without end: of more than IKE_SAME_MAX with one address, identity and profile,
 * from whatever ports, the oldest is deleted.
 *
 * INITIAL-CONTACT removes IKE SAs and pairs that are older than the negotiation that carries it, and nothing younger:
 * what came up meanwhile came up with the peer as it is now. */
#include <string.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/v1/v1.h"

struct host_key {
    uint8_t b[8];
};

static struct host_key host_key(uint32_t local, uint32_t addr)
{
    struct host_key k;

    put32(k.b, local);
    put32(k.b + 4, addr);
    return k;
}

struct ike_peer *peer_first(const struct ike *ike, uint32_t local, uint32_t addr)
{
    struct host_key k = host_key(local, addr);

    return table_find(ike->hosts, &k);
}

struct ike_peer *peer_find(const struct ike *ike, uint32_t local, uint32_t addr)
{
    struct ike_peer *p = peer_first(ike, local, addr);

    while (p && p->translated)
        p = p->here;
    return p;
}

static struct ike_peer *peer_new(struct ike *ike, uint32_t local, uint32_t addr, uint16_t port)
{
    struct host_key k = host_key(local, addr);
    struct ike_peer *p = NEW(struct ike_peer), *first = table_find(ike->hosts, &k), **at = &first;

    *p = (struct ike_peer){.ike = ike, .local = local, .addr = addr, .port = port, .handle = ++ike->next_peer};
    timer_init(&p->dpd, ike->env.loop, timers_dpd, p);
    while (*at)
        at = &(*at)->here;
    *at = p;
    table_put(ike->hosts, &k, first);
    table_put(ike->peers, &p->handle, p);
    trace(ike, NULL, addr, TRACE_NORMAL, "Created a peer struct for %s, peer port %u", IP4(addr), port);
    trace(ike, NULL, addr, TRACE_NORMAL, "New peer created peer = 0x%llX peer_handle = 0x%llX", peer_trace_handle(p),
          0x80000000ULL + p->handle);
    return p;
}

struct ike_peer *peer_get(struct ike *ike, uint32_t local, uint32_t addr, uint16_t port)
{
    struct ike_peer *p = peer_first(ike, local, addr);

    while (p && p->port != port && (p->translated || port != 500))
        p = p->here;
    if (!p)
        return peer_new(ike, local, addr, port);
    trace(ike, NULL, addr, TRACE_NORMAL, "Found a peer struct for %s, peer port %u", IP4(addr), port);
    return p;
}

void peer_free(struct ike_peer *p)
{
    struct ike *ike = p->ike;
    struct host_key k = host_key(p->local, p->addr);
    struct ike_peer *first = table_find(ike->hosts, &k), **at = &first;

    timer_clear(&p->dpd);
    while (*at != p)
        at = &(*at)->here;
    *at = p->here;
    if (first)
        table_put(ike->hosts, &k, first);
    else
        table_remove(ike->hosts, &k);
    table_remove(ike->peers, &p->handle);
    mem_free(p);
}

void peer_identify(struct ike_sa *sa)
{
    struct ike_peer *was = sa->peer, *p;

    if (sa->initiator) { /* it was we who chose the peer */
        was->translated = sa->nat_remote;
        return;
    }
    for (p = peer_first(sa->ike, sa->local, sa->remote); p; p = p->here)
        if (sa->nat_remote ? p->translated && p->port == sa->peer_port : !p->translated && p != was)
            break;
    if (!p) { /* nobody yet: the one it came with, unless others live there */
        bool alone = was->sas == sa && !sa->peer_next && !was->pairs && !was->wants;
        bool plain = !was->translated && !sa->nat_remote;
        p = alone || plain ? was : peer_new(sa->ike, sa->local, sa->remote, sa->peer_port);
    }
    p->translated = sa->nat_remote;
    p->port = sa->peer_port;
    if (p == was)
        return;
    peer_remove_sa(was, sa);
    peer_add_sa(p, sa);
    timers_dpd_update(was);
    peer_settle(was);
}

/* Of the peers behind one address: the one that a flow is for. */
struct ike_peer *peer_of_flow(const struct ike *ike, const struct ipsec_policy *flow)
{
    struct ike_peer *first = peer_first(ike, flow->local, flow->peer), *up = NULL;

    for (struct ike_peer *p = first; p; p = p->here) {
        for (const struct ike_pair *q = p->pairs; q; q = q->next)
            if (flow_same(&q->info.policy, flow))
                return p;
        if (!peer_sa_for(p, flow))
            continue;
        for (unsigned i = 0; i < IKE_FLOWS_KEPT; i++)
            if (p->had[i].local.mask | p->had[i].remote.mask && v1_flow_same(&p->had[i].local, &flow->local_sel) &&
                v1_flow_same(&p->had[i].remote, &flow->remote_sel))
                return p;
        if (!up || !p->translated)
            up = p;
    }
    return up ? up : peer_find(ike, flow->local, flow->peer);
}

unsigned peer_refs(const struct ike_peer *p)
{
    unsigned n = 0;

    for (const struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        n++;
    return n;
}

unsigned long long peer_trace_handle(const struct ike_peer *p)
{
    return 0x7F0080000000ULL + p->handle * 0x100ULL;
}

unsigned long long ike_sa_trace_handle(const struct ike_sa *sa)
{
    return 0x7F00C0000000ULL + sa->serial * 0x100ULL;
}

void peer_settle(struct ike_peer *p)
{
    if (p->sas || p->pairs || p->wants || p->held)
        return;
    trace(p->ike, NULL, p->addr, TRACE_NORMAL, "Deleting peer node by peer_reap for %s: %llX", IP4(p->addr),
          peer_trace_handle(p));
    peer_free(p);
}

struct ike_sa *peer_sa_up(const struct ike_peer *p)
{
    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (ike_sa_up(sa) && !sa->superseded)
            return sa;
    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (ike_sa_up(sa))
            return sa;
    return NULL;
}

bool peer_delete_ipsec(const struct ike_peer *p, uint8_t proto, uint32_t spi)
{
    bool told = false;

    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (ike_sa_up(sa)) {
            v1_info_delete_ipsec(sa, proto, spi);
            told = true;
        }
    return told;
}

/* An SA may negotiate for a flow when the flow names no profile, or the SA's own. */
static bool profile_fits(const struct ike_sa *sa, const struct ipsec_policy *flow)
{
    return !flow->ike_profile[0] || strcmp(flow->ike_profile, sa->profile) == 0;
}

struct ike_sa *peer_sa_for(const struct ike_peer *p, const struct ipsec_policy *flow)
{
    struct ike_sa *old = NULL;

    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next) {
        if (!ike_sa_up(sa) || !profile_fits(sa, flow))
            continue;
        if (!sa->superseded)
            return sa;
        if (!old)
            old = sa;
    }
    return old;
}

bool peer_negotiates_for(const struct ike_peer *p, const struct ipsec_policy *flow)
{
    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (sa->initiator && !ike_sa_up(sa) && sa->state != IKE_DEST_SA && profile_fits(sa, flow))
            return true;
    return false;
}

struct ike_sa *peer_sa_negotiating(const struct ike_peer *p)
{
    for (struct ike_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (sa->initiator && !ike_sa_up(sa) && sa->state != IKE_DEST_SA)
            return sa;
    return NULL;
}

void peer_add_sa(struct ike_peer *p, struct ike_sa *sa)
{
    sa->peer = p;
    sa->peer_next = p->sas;
    p->sas = sa;
}

void peer_remove_sa(struct ike_peer *p, struct ike_sa *sa)
{
    for (struct ike_sa **at = &p->sas; *at; at = &(*at)->peer_next)
        if (*at == sa) {
            *at = sa->peer_next;
            return;
        }
}

bool flow_same(const struct ipsec_policy *a, const struct ipsec_policy *b)
{
    return a->local == b->local && a->peer == b->peer && v1_flow_same(&a->local_sel, &b->local_sel) &&
           v1_flow_same(&a->remote_sel, &b->remote_sel);
}

bool peer_want(struct ike_peer *p, struct ike_want *w)
{
    struct ike_want **at = &p->wants;

    for (; *at; at = &(*at)->next)
        if (flow_same(&(*at)->policy, &w->policy)) {
            (*at)->acquire |= w->acquire;
            ike_want_free(w);
            return true;
        }
    if (p->nwants == IKE_WANTS_MAX) {
        if (w->acquire)
            spd_acquire_done(p->ike->env.ipsec, &w->policy, false);
        ike_want_free(w);
        return false;
    }
    w->next = NULL;
    *at = w;
    p->nwants++;
    return true;
}

/* The next that this SA may negotiate for; sa NULL: the next that no SA can. */
static struct ike_want *pop_want(struct ike_peer *p, const struct ike_sa *sa)
{
    for (struct ike_want **at = &p->wants, *w; (w = *at); at = &w->next)
        if (sa ? profile_fits(sa, &w->policy) : !peer_sa_for(p, &w->policy) && !peer_negotiates_for(p, &w->policy)) {
            *at = w->next;
            p->nwants--;
            w->next = NULL;
            return w;
        }
    return NULL;
}

void peer_fail_wants(struct ike_peer *p)
{
    struct ike_want *w;

    if (!peer_sa_up(p) && !peer_sa_negotiating(p))
        p->nbad = 0;
    while ((w = pop_want(p, NULL))) {
        if (w->acquire)
            spd_acquire_done(p->ike->env.ipsec, &w->policy, false);
        ike_want_free(w);
    }
}

void peer_pair_installed(struct ike_peer *p, uint32_t id, const struct sa_pair_params *params, uint64_t began)
{
    struct ike_pair *pair = NEW(struct ike_pair);

    *pair = (struct ike_pair){
        .id = id,
        .peer = p,
        .ike = p->ike,
        .initiator = params->initiator,
        .began = began,
        .installed = loop_now(p->ike->env.loop),
        .info = {.id = id,
                 .spi_in = params->spi_in,
                 .spi_out = params->spi_out,
                 .over_in = params->over.spi_in,
                 .over_out = params->over.spi_out,
                 .initiator = params->initiator,
                 .policy = params->policy},
        .next = p->pairs,
    };
    timer_init(&pair->timer, p->ike->env.loop, timers_pair, pair);
    p->pairs = pair;
    p->had[p->nhad % IKE_FLOWS_KEPT].local = params->policy.local_sel;
    p->had[p->nhad++ % IKE_FLOWS_KEPT].remote = params->policy.remote_sel;
    table_put(p->ike->pairs, &id, pair);
    if (p->npairs++ == 0)
        p->up_since = pair->installed;
}

void peer_pair_enabled(struct ike *ike, uint32_t id)
{
    struct ike_pair *pair = table_find(ike->pairs, &id);

    if (!pair)
        return;
    bool first = true;
    for (struct ike_pair *q = pair->peer->pairs; q; q = q->next) {
        if (q == pair)
            continue;
        first &= !q->current;
        if (!flow_same(&q->info.policy, &pair->info.policy))
            continue;
        q->current = false;
        if (q->installed >= pair->began || q->doomed)
            continue;
        q->doomed = true;
        q->silent = pair->initiator && fault_strikes(ike->env.faults, FAULT_OLD_FIRST, 0);
        timer_set(&q->timer, q->silent ? 0 : pair->initiator ? IKE_OLD_PAIR_US : IKE_LEFT_PAIR_US);
    }
    pair->current = true;
    if (first)
        ike_msg_session(ike, true, pair->peer->addr, pair->peer->port, pair->peer->id);
}

void peer_pair_free(struct ike_pair *pair)
{
    struct ike_peer *p = pair->peer;
    bool was_up = false, up = false;

    for (struct ike_pair **at = &p->pairs; *at;) {
        was_up |= (*at)->current || (*at)->doomed;
        if (*at == pair) {
            *at = pair->next;
            continue;
        }
        up |= (*at)->current || (*at)->doomed;
        at = &(*at)->next;
    }
    table_remove(p->ike->pairs, &pair->id);
    timer_clear(&pair->timer);
    p->npairs--;
    if (was_up && !up)
        ike_msg_session(p->ike, false, p->addr, p->port, p->id);
    if (!p->npairs)
        p->up_since = 0;
    mem_free(pair);
}

void peer_lose_pairs(struct ike_peer *p, enum sa_gone why, uint64_t before)
{
    uint32_t ids[64];
    unsigned n;

    do { /* each report takes one out of the list */
        n = 0;
        for (struct ike_pair *q = p->pairs; q && n < 64; q = q->next)
            if (q->installed <= before)
                ids[n++] = q->id;
        unsigned gone = 0;
        for (unsigned i = 0; i < n; i++)
            gone += sad_delete(p->ike->env.ipsec, ids[i], why);
        if (!gone)
            break;
    } while (n == 64);
}

void peer_initial_contact(struct ike_sa *sa)
{
    struct ike_peer *p = sa->peer;
    uint64_t before = sa->created;

    TRACE(sa, "Process initial contact,\nbring down existing phase 1 and 2 SA's with local %s remote %s remote port %u",
          IP4(sa->local), IP4(sa->remote), sa->peer_port);
    for (struct ike_sa *q = p->sas, *next; q; q = next) {
        next = q->peer_next;
        if (q != sa && ike_sa_up(q) && q->established <= before)
            ike_sa_kill(q, "Receive initial contact");
    }
    peer_lose_pairs(p, SA_GONE_PEER_DELETE, before);
}

void peer_sa_settled(struct ike_sa *sa)
{
    struct ike_peer *p = sa->peer;
    struct ike_want *w;

    recovery_flush(sa);
    for (unsigned i = p->nwants; i > 0 && ike_sa_up(sa) && v1_quick_room(sa) && (w = pop_want(p, sa)); i--)
        v1_quick_begin(sa, w);
}

/* As they are proved, whatever ports a translator gives them. */
static void bound_same(struct ike_sa *sa)
{
    struct ike_sa *oldest = NULL;
    unsigned same = 0;

    for (struct ike_peer *p = peer_first(sa->ike, sa->local, sa->remote); p; p = p->here)
        for (struct ike_sa *q = p->sas; q; q = q->peer_next) {
            if (q == sa || !ike_sa_up(q) || strcmp(q->profile, sa->profile) || strcmp(q->peer_id, sa->peer_id))
                continue;
            same++;
            if (!oldest || q->established <= oldest->established)
                oldest = q;
        }
    if (same >= IKE_SAME_MAX)
        ike_delete_sa(oldest, true, "Too many with one peer");
}

void peer_sa_established(struct ike_sa *sa)
{
    struct ike_peer *p = sa->peer;

    bound_same(sa);
    for (struct ike_sa *q = p->sas, *next; q; q = next) {
        next = q->peer_next;
        if (q != sa && ike_sa_up(q) && strcmp(q->profile, sa->profile) == 0) {
            q->superseded = true;
            if (sa->initiator && q->established <= sa->created)
                timers_sa_retire(q);
        } else if (!sa->initiator && (q->state == IKE_I_MM1 || q->state == IKE_I_AM1) &&
                   strcmp(q->profile, sa->profile) == 0) {
            ike_sa_kill(q, "Peer was first");
        }
    }
    timers_dpd_update(p);
    if (sa->initiator && sa->aggressive)
        timers_settle(sa);
    else
        peer_sa_settled(sa);
}

/* Peers: what one pair of addresses (ours, theirs) has in common: its IKE SAs, the IPsec pairs made through them, the
 * flows and the invalid SPIs that wait for an SA, and the state of dead peer detection.
 *
 * A peer exists while something of it does; an unauthenticated first message makes one only together with its bounded
 * half-open SA. Peers behind one address translator share the peer of its address: the SA database names peers by
 * address too.
 *
 * Pairs of one flow. The pair enabled last is `current`. When we began the quick mode that made it, the pairs of that
 * flow that existed when that quick mode began are doomed and go 30 s later, with a DELETE. A pair that came up while
 * ours was under way is left alone: when both ends begin at once, each would otherwise delete what the other has just
 * chosen. The surplus pair is not renewed (timers.c) and ends with its lifetime, so that the first rekey leaves one.
 *
 * INITIAL-CONTACT removes IKE SAs and pairs that are older than the negotiation that carries it, and nothing younger:
 * what came up meanwhile came up with the peer as it is now. */
#include <string.h>

#include "dataplane/ike/engine.h"

struct peer_key {
    uint8_t b[8];
};

static struct peer_key peer_key(uint32_t local, uint32_t addr)
{
    struct peer_key k;

    put32(k.b, local);
    put32(k.b + 4, addr);
    return k;
}

struct ike_peer *peer_find(const struct ike *ike, uint32_t local, uint32_t addr)
{
    struct peer_key k = peer_key(local, addr);

    return table_find(ike->peers, &k);
}

struct ike_peer *peer_get(struct ike *ike, uint32_t local, uint32_t addr, uint16_t port)
{
    struct ike_peer *p = peer_find(ike, local, addr);

    if (p) {
        trace(ike, NULL, addr, TRACE_NORMAL, "Found a peer struct for %s, peer port %u", IP4(addr), port);
        return p;
    }
    p = NEW(struct ike_peer);
    *p = (struct ike_peer){.ike = ike, .local = local, .addr = addr, .port = port, .handle = ++ike->next_peer};
    timer_init(&p->dpd, ike->env.loop, timers_dpd, p);
    struct peer_key k = peer_key(local, addr);
    table_put(ike->peers, &k, p);
    trace(ike, NULL, addr, TRACE_NORMAL, "Created a peer struct for %s, peer port %u", IP4(addr), port);
    trace(ike, NULL, addr, TRACE_NORMAL, "New peer created peer = 0x%llX peer_handle = 0x%llX",
          0x80000000ULL + (unsigned long long)p->handle * 0x100, 0x80000000ULL + (unsigned long long)p->handle);
    return p;
}

void peer_free(struct ike_peer *p)
{
    struct peer_key k = peer_key(p->local, p->addr);

    timer_clear(&p->dpd);
    table_remove(p->ike->peers, &k);
    mem_free(p);
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
    return 0x80000000ULL + (unsigned long long)p->handle * 0x100;
}

void peer_settle(struct ike_peer *p)
{
    if (p->sas || p->pairs || p->wants)
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

static struct ike_want *pop_want(struct ike_peer *p)
{
    struct ike_want *w = p->wants;

    if (w) {
        p->wants = w->next;
        p->nwants--;
        w->next = NULL;
    }
    return w;
}

void peer_fail_wants(struct ike_peer *p)
{
    struct ike_want *w;

    p->nbad = 0;
    while ((w = pop_want(p))) {
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
                 .initiator = params->initiator,
                 .policy = params->policy},
        .next = p->pairs,
    };
    timer_init(&pair->timer, p->ike->env.loop, timers_pair, pair);
    p->pairs = pair;
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
        if (pair->initiator && q->installed < pair->began && !q->doomed) {
            q->doomed = true;
            q->silent = fault_strikes(ike->env.faults, FAULT_OLD_FIRST, 0);
            timer_set(&q->timer, q->silent ? 0 : IKE_OLD_PAIR_US);
        }
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

void peer_initial_contact(struct ike_sa *sa)
{
    struct ike_peer *p = sa->peer;
    struct ike *ike = sa->ike;
    uint64_t before = sa->created;

    TRACE(sa, "Process initial contact,");
    TRACE(sa, "bring down existing phase 1 and 2 SA's with local %s remote %s remote port %u", IP4(sa->local),
          IP4(sa->remote), sa->peer_port);
    for (struct ike_sa *q = p->sas, *next; q; q = next) {
        next = q->peer_next;
        if (q != sa && ike_sa_up(q) && q->established <= before)
            ike_sa_kill(q, "Receive initial contact");
    }
    uint32_t ids[64];
    unsigned n;
    do {
        n = 0;
        for (struct ike_pair *q = p->pairs; q && n < 64; q = q->next)
            if (q->installed <= before)
                ids[n++] = q->id;
        unsigned gone = 0;
        for (unsigned i = 0; i < n; i++)
            gone += sad_delete(ike->env.ipsec, ids[i], SA_GONE_PEER_DELETE);
        if (!gone)
            break;
    } while (n == 64);
}

void peer_sa_established(struct ike_sa *sa)
{
    struct ike_peer *p = sa->peer;
    struct ike_want *w;

    for (struct ike_sa *q = p->sas, *next; q; q = next) {
        next = q->peer_next;
        if (q != sa && ike_sa_up(q)) {
            q->superseded = true;
            if (sa->initiator && q->established <= sa->created)
                timers_sa_retire(q);
        } else if (!sa->initiator && q->state == IKE_I_MM1) {
            ike_sa_kill(q, "Peer was first");
        }
    }
    timers_dpd_update(p);
    recovery_flush(sa);
    for (unsigned i = p->nwants; i > 0 && sa->state == IKE_P1_COMPLETE && (w = pop_want(p)); i--)
        v1_quick_begin(sa, w);
}

/* What a pair of addresses (ours, theirs) has in common in IKEv2: its SAs, the flows that wait for one, the invalid
 * SPIs that do, and how many SAs of it are half open.
 *
 * An SA belongs to a profile, and a flow to the profile that its policy names: two tunnels to one address may have two
 * IKE SAs. Of several established SAs under one profile the newest is used, since it is the one that both ends know
 * best; when both ends begin at the same time both SAs are kept. A peer with the right key may go on so: of more than
 * V2_SAME_MAX under one identity and profile the older ones go that carry no flow. Some peers have an IKE SA for each
 * of their flows, and would make a deleted one anew at once.
 *
 * INITIAL_CONTACT (RFC 7296 section 2.4) removes every older SA with the same pair of identities, with its children,
 * and nothing younger than the negotiation that carries it. Nothing of a peer exists for a message that proved nothing,
 * but for its bounded half-open SAs. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

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

struct v2_peer *v2_peer_find(const struct v2 *v2, uint32_t local, uint32_t addr)
{
    struct peer_key k = peer_key(local, addr);

    return table_find(v2->peers, &k);
}

struct v2_peer *v2_peer_get(struct v2 *v2, uint32_t local, uint32_t addr)
{
    struct v2_peer *p = v2_peer_find(v2, local, addr);

    if (p)
        return p;
    p = NEW(struct v2_peer);
    *p = (struct v2_peer){.v2 = v2, .local = local, .addr = addr};
    struct peer_key k = peer_key(local, addr);
    table_put(v2->peers, &k, p);
    return p;
}

void v2_peer_settle(struct v2_peer *p)
{
    struct peer_key k = peer_key(p->local, p->addr);

    if (p->sas || p->wants)
        return;
    table_remove(p->v2->peers, &k);
    mem_free(p);
}

void v2_peer_add(struct v2_peer *p, struct v2_sa *sa)
{
    sa->peer = p;
    sa->peer_next = p->sas;
    p->sas = sa;
    p->nsas++;
}

void v2_peer_remove(struct v2_sa *sa)
{
    for (struct v2_sa **at = &sa->peer->sas; *at; at = &(*at)->peer_next)
        if (*at == sa) {
            *at = sa->peer_next;
            sa->peer->nsas--;
            break;
        }
    sa->peer = NULL;
    sa->peer_next = NULL;
}

static bool of_profile(const char *has, const char *asked)
{
    return !asked[0] || !strcmp(has, asked);
}

struct v2_sa *v2_peer_up(const struct v2_peer *p, const char *profile)
{
    struct v2_sa *old = NULL;

    for (struct v2_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (v2_sa_up(sa) && of_profile(sa->profile, profile)) {
            if (!sa->superseded)
                return sa;
            old = old ? old : sa;
        }
    return old;
}

struct v2_sa *v2_peer_negotiating(const struct v2_peer *p, const char *profile)
{
    for (struct v2_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (sa->initiator && sa->state < V2_UP && of_profile(sa->profile, profile))
            return sa;
    return NULL;
}

bool v2_peer_begins(const struct v2_peer *p)
{
    for (const struct v2_sa *sa = p->sas; sa; sa = sa->peer_next)
        if (V2_IN(sa->state) & (V2_IN(V2_R_KEYS) | V2_IN(V2_R_INIT)))
            return true;
    return false;
}

void v2_want_done(struct v2 *v2, struct ike_want *w, bool ok)
{
    if (!w)
        return;
    if (w->acquire)
        spd_acquire_done(v2->ike->env.ipsec, &w->policy, ok);
    ike_want_free(w);
}

bool v2_flow_same(const struct ipsec_policy *a, const struct ipsec_policy *b)
{
    const struct selector *al = &a->local_sel, *bl = &b->local_sel, *ar = &a->remote_sel, *br = &b->remote_sel;

    return a->local == b->local && a->peer == b->peer && al->addr == bl->addr && al->mask == bl->mask &&
           al->proto == bl->proto && al->port == bl->port && ar->addr == br->addr && ar->mask == br->mask &&
           ar->proto == br->proto && ar->port == br->port;
}

void v2_peer_want(struct v2_peer *p, struct ike_want *w)
{
    struct ike_want **at = &p->wants;

    for (; *at; at = &(*at)->next)
        if (v2_flow_same(&(*at)->policy, &w->policy)) {
            (*at)->acquire |= w->acquire;
            ike_want_free(w);
            return;
        }
    if (p->nwants == IKE_WANTS_MAX) {
        v2_want_done(p->v2, w, false);
        return;
    }
    w->next = NULL;
    *at = w;
    p->nwants++;
}

struct ike_want *v2_peer_pop(struct v2_peer *p, const char *profile)
{
    for (struct ike_want **at = &p->wants; *at; at = &(*at)->next) {
        struct ike_want *w = *at;
        if (!of_profile(w->policy.ike_profile, profile))
            continue;
        *at = w->next;
        w->next = NULL;
        p->nwants--;
        return w;
    }
    return NULL;
}

void v2_peer_fail(struct v2_peer *p, const char *profile)
{
    struct ike_want *w;

    p->nbad = 0;
    while ((w = v2_peer_pop(p, profile)))
        v2_want_done(p->v2, w, false);
}

bool v2_peer_may_tell(struct v2_peer *p)
{
    uint64_t now = v2_now(p->v2);

    if (now - p->told_at >= US_PER_S) {
        p->told_at = now;
        p->told = 0;
    }
    return p->told++ < IKE_TELL_BURST;
}

void v2_peer_remember(struct v2_peer *p, uint8_t proto, uint32_t spi)
{
    for (unsigned i = 0; i < p->nbad; i++)
        if (p->bad_spis[i].spi == spi && p->bad_spis[i].proto == proto)
            return;
    if (p->nbad < IKE_SPIS_MAX) {
        p->bad_spis[p->nbad].spi = spi;
        p->bad_spis[p->nbad++].proto = proto;
    }
}

static bool same_id(const struct v2_id *a, const struct v2_id *b)
{
    return a->type == b->type && a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

void v2_peer_initial_contact(struct v2_sa *sa)
{
    TR(sa, "Process initial contact, bring down existing IKEv2 SAs with the identity");
    for (struct v2_sa *q = v2_sa_same_ids(sa), *older; q; q = older) {
        older = q->ids_older;
        if (q != sa && q->established <= sa->created)
            v2_sa_kill(q, "Receive initial contact", SA_GONE_PEER_DELETE);
    }
}

static bool alike(const struct v2_sa *a, const struct v2_sa *b)
{
    return a->established && same_id(&a->remote_id, &b->remote_id) && !strcmp(a->profile, b->profile);
}

unsigned v2_peer_retired(const struct v2_sa *sa)
{
    unsigned n = 0;

    for (const struct v2_sa *q = sa->peer->sas; q; q = q->peer_next)
        n += (q->state == V2_REKEYED || q->state == V2_CLOSING) && alike(q, sa);
    return n;
}

/* Has it, of any flow, the child that sends or the newest, which will? */
static bool carries(const struct v2_sa *sa)
{
    for (const struct v2_child *c = sa->children; c; c = c->next) {
        const struct v2_child *newest = NULL, *sends = NULL;
        if (c->state != V2C_UP || c->deleting)
            continue;
        for (const struct v2_child *q = v2_of_flow(sa->v2, &c->policy); q; q = q->older) {
            if (q->state == V2C_LINGER || q->deleting)
                continue;
            newest = newest ? newest : q;
            if (q->turn && (!sends || q->turn > sends->turn))
                sends = q;
        }
        if (c == newest || c == sends)
            return true;
    }
    return false;
}

void v2_peer_established(struct v2_sa *sa)
{
    struct v2_peer *p = sa->peer;
    struct ike_want *w;
    unsigned same = 0;

    TR(sa, "Checking for duplicate IKEv2 SA");
    for (struct v2_sa *q = p->sas, *older; q; q = older) {
        older = q->peer_next;
        if (q == sa || !v2_sa_up(q) || !alike(q, sa))
            continue;
        q->superseded = true;
        if (++same < V2_SAME_MAX || carries(q))
            continue;
        v2_children_leave(q, SA_GONE_CLEARED);
        v2_info_say_last(q, 0);
        v2_sa_kill(q, "Too many with one peer", SA_GONE_CLEARED);
    }
    TR(sa, same ? "Duplicate IKEv2 SA found" : "No duplicate IKEv2 SA found");
    for (unsigned i = 0; i < p->nbad; i++) {
        v2_info_delete(sa, p->bad_spis[i].proto, p->bad_spis[i].spi, 0);
        if (sa->v2->ike->conf.invalid_spi_recovery)
            v2_info_invalid_spi(sa, p->bad_spis[i].spi);
    }
    p->nbad = 0;
    for (unsigned i = p->nwants; i > 0 && v2_sa_up(sa) && (w = v2_peer_pop(p, sa->profile)); i--)
        v2_child_begin(sa, w, 0);
}

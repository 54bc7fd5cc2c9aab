/* spd.c: which packets must be protected: the stages CRYPTO_OUT (leaving by an interface with a crypto map) and
 * CRYPTO_CHECK (clear, come in on one).
 *
 * A packet's answer is the first permit line of the first entry (by number) whose list does not deny it. The walk over
 * entries and lines is made once for each kind of packet: the answer stands in a cache that grows with their number up to
 * FLOW_CACHE lines, in sets of FLOW_WAYS, of which a kind has its own to begin with, valid for one generation of the policy. Outbound: no SA yet -> IKE is asked (at the end of the turn,
 * once per flow until it answers or 30 s), and the packet is dropped and counted as a send error: as on IOS, the packet
 * that starts a negotiation is lost. Too big once encapsulated: with DF -> ICMP "fragmentation needed" naming what
 * fits; without DF, or with `df-bit clear` in tunnel mode -> fragmented before encryption in tunnel mode, so that the peer need not
 * reassemble; `fragmentation after-encryption` and transport mode leave it to the outer packet. Inbound: a clear packet that, seen
 * from the other side, matches a flow should have been protected: dropped, with one message a minute per source. The
 * router's own IKE passes both ways, as do ESP and AH to us.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#include "dataplane/net/frag.h"
#include "dataplane/net/icmp.h"
#include "espial/buf.h"

#define IKE_PORT  500
#define NATT_PORT 4500
#define IP_DF     0x4000

static uint32_t cache_place(const struct ipsec *ips, const struct map_if *mi, const struct flow *f, uint8_t way)
{
    uint64_t w[2], h;
    uint32_t last;
    memcpy(w, f, sizeof w);
    memcpy(&last, (const uint8_t *)f + sizeof w, sizeof last);
    h = (w[0] + (uint64_t)(uintptr_t)mi) * UINT64_C(0x9E3779B97F4A7C15);
    h ^= h >> 32;
    h = (h + w[1] + ((uint64_t)last << 24) + ips->gen + way) * UINT64_C(0xD6E8FEB86659FD93);
    h ^= h >> 32;
    return (uint32_t)h & (ips->cache_lines - 1);
}

void spd_cache_init(struct ipsec *ips)
{
    ips->cache_lines = FLOW_CACHE_MIN;
    ips->cache = mem_aligned(ips->cache_lines * sizeof *ips->cache, sizeof *ips->cache);
}

/* Before places are reckoned: greater, and empty, where it has become too full: as a whole, or one of its sets, whose
 * kinds of packets would push out each other for ever and be walked for each time. */
static void cache_sync(struct ipsec *ips)
{
    if (ips->cache_gen != ips->gen) {
        ips->cache_gen = ips->gen;
        ips->cache_used = 0;
    }
    bool crowded = ips->cache_used > ips->cache_lines / 4 ||
                   (ips->cache_pushed && ips->cache_used > ips->cache_lines / FLOW_CACHE_SPARE);
    ips->cache_pushed = false;
    if (!crowded || ips->cache_lines >= FLOW_CACHE)
        return;
    do
        ips->cache_lines *= 2;
    while (ips->cache_used > ips->cache_lines / 4 && ips->cache_lines < FLOW_CACHE);
    mem_free(ips->cache);
    ips->cache = mem_aligned(ips->cache_lines * sizeof *ips->cache, sizeof *ips->cache);
    ips->cache_used = 0;
}

static bool cache_hit(const struct cache_line *c, const struct ipsec *ips, const struct map_if *mi,
                      const struct flow *f, uint8_t way)
{
    return c->gen == ips->gen && c->mi == mi && flow_same(&c->key, f) && c->way == way;
}

/* Count at a line, and remember it: the first free place, or one too many. */
static void count(struct cache_line *c, unsigned *n, uint64_t *hits)
{
    ++*hits;
    if (*n < SPD_HITS)
        c->hits[*n] = hits;
    ++*n;
}

/* An entry of a dynamic map. True: the answer is in c. */
static bool walk_dynamic(const struct map_entry *e, const struct flow *f, bool permitted, struct cache_line *c)
{
    if (e->acl[0] && !permitted)
        return false;
    c->flow = group_fit(e->below, f, true);
    c->drop = !c->flow && permitted; /* nobody is asked: who has no SAs yet must come by himself */
    return c->flow || c->drop;
}

/* The lines that decide, for one packet; c gets the answer, with their counters where it may stand for packets to come. */
static void walk(const struct ipsec *ips, const struct map_if *mi, const struct flow *f, uint8_t way,
                 struct cache_line *c)
{
    unsigned fitted = 0;
    bool done = false;
    for (size_t i = 0; i < mi->nentries && !done; i++) {
        const struct map_entry *e = mi->entries[i];
        const struct spd_rule *at = NULL;
        for (size_t r = 0; r < e->nrules && !at; r++)
            if (acl_rule_fits(&e->rules[r].rule, f))
                at = &e->rules[r];
        if (at && way == WAY_OUT)
            count(c, &fitted, at->hits);
        if (at && !at->rule.permit) { /* denied here: as ipv4-deny says, commonly the next entry */
            c->drop = ips->conf.deny == DENY_DROP && way == WAY_OUT;
            done = ips->conf.deny != DENY_JUMP;
        } else if (e->dynamic) {
            done = walk_dynamic(e, f, at != NULL, c);
        } else if (at && at->flow) {
            c->flow = group_fit(at->flow->below, f, true);
            if (!c->flow)
                c->flow = at->flow;
            done = true;
        }
    }
    if (fitted > SPD_HITS)
        c->gen = 0;
}

static inline void count_again(uint64_t *const hits[SPD_HITS])
{
    for (unsigned k = 0; k < SPD_HITS && hits[k]; k++)
        ++*hits[k];
}

/* An answer that does not stand in the first place of its set. */
static __attribute__((noinline)) const struct cache_line *
lookup_far(struct ipsec *ips, uint32_t place, struct map_if *mi, const struct flow *f, uint8_t way, bool *known)
{
    struct cache_line *all = ips->cache, *c;
    for (uint32_t i = 1; i < FLOW_WAYS; i++) {
        c = &all[place ^ i];
        if (cache_hit(c, ips, mi, f, way)) {
            *known = true;
            return c;
        }
    }
    *known = false;
    uint32_t last = 0; /* the first place of the set that is free, or the oldest makes room */
    while (last < FLOW_WAYS - 1 && all[place ^ last].gen == ips->gen)
        last++;
    if (all[place ^ last].gen != ips->gen)
        ips->cache_used++;
    else
        ips->cache_pushed = true;
    for (; last > 0; last--)
        all[place ^ last] = all[place ^ (last - 1)];
    c = &all[place];
    struct flow mirror = way == WAY_IN ? flow_mirror(f) : *f;
    *c = (struct cache_line){.key = *f, .gen = ips->gen, .mi = mi, .way = way};
    walk(ips, mi, &mirror, way, c);
    return c;
}

/* known: it is not counted yet at the lines that decided. */
static inline const struct cache_line *lookup_at(struct ipsec *ips, uint32_t place, struct map_if *mi,
                                                 const struct flow *f, uint8_t way, bool *known)
{
    const struct cache_line *c = &ips->cache[place];
    *known = true;
    return cache_hit(c, ips, mi, f, way) ? c : lookup_far(ips, place, mi, f, way, known);
}

const struct cache_line *spd_lookup(struct ipsec *ips, struct map_if *mi, const struct flow *f, uint8_t way)
{
    bool known;
    cache_sync(ips);
    const struct cache_line *c = lookup_at(ips, cache_place(ips, mi, f, way), mi, f, way, &known);
    if (known)
        count_again(c->hits);
    return c;
}

/* A peer that narrows would answer the same again, and make one pair after the other. */
static bool left_out(const struct ipsec_flow *f, const struct flow *key, uint64_t now)
{
    const struct ipsec_first *was = &f->first;
    bool same = was->local == key->src && was->remote == key->dst && was->proto == key->proto;
    return f->beside_at && now < f->beside_at - 1 + (same ? BESIDE_SAME_US : BESIDE_OTHER_US);
}

/* crypto ipsec optional: does what belongs to this flow go and come in the clear, as long as it has no SAs? Never what a tunnel
 * protects. */
static bool in_clear(const struct ipsec *ips, const struct ipsec_flow *f)
{
    return ips->conf.optional && !f->entry->mi->head && !f->out;
}

/* What was refused would be again: the next packet waits, but for one that SAs of their own are asked for; where the flow does
 * without SAs, all wait longer. */
static bool in_vain(const struct ipsec *ips, const struct ipsec_flow *f, const struct flow *key, uint64_t now)
{
    const struct ipsec_first *was = &f->first;
    if (!f->asked_at)
        return false;
    if (in_clear(ips, f))
        return now < f->asked_at - 1 + ips->conf.optional_retry * US_PER_S;
    return now < f->asked_at - 1 + ACQUIRE_GAP_US &&
           (!f->entry->tmpl.per_host || (was->local == key->src && was->remote == key->dst));
}

void spd_acquire(struct ipsec *ips, struct ipsec_flow *f, const struct flow *key)
{
    uint64_t now = loop_now(ips->env.loop);
    if (f->entry->tmpl.answer_only || f->entry->tmpl.ntransforms == 0 ||
        (f->acquiring && now < f->asked_at - 1 + ACQUIRE_AGAIN_US) ||
        (key && (left_out(f, key, now) || in_vain(ips, f, key, now))))
        return;
    if (key)
        f->first = (struct ipsec_first){key->src, key->dst, key->sport, key->dport, key->proto, true};
    f->acquiring = true;
    f->asked_at = now + 1;
    if (f->acquire_queued)
        return;
    f->acquire_queued = true;
    f->next_acquire = NULL;
    *ips->acquire_tail = f;
    ips->acquire_tail = &f->next_acquire;
    report_kick(ips);
}

/* The packet does not fit. True when it is disposed of. */
static bool too_big(struct ipsec *ips, struct graph *g, struct packet *p, struct sa_pair *sa, uint32_t plain)
{
    const struct map_entry *e = sa->flow->entry;
    bool transport = sa->policy.transforms[0].mode == IPSEC_TRANSPORT; /* DF stays in the header that there is */
    if ((get16(p->l3 + 6) & IP_DF) && (transport || entry_df(&ips->conf, e) != DF_CLEAR)) {
        sa->flow->n.encaps_failed++;
        flowmib_fail_packet(sa, FLOWMIB_ENCRYPT, false);
        icmp_error(ips->env.net, p, ICMP_UNREACHABLE, ICMP_UNR_FRAG, plain);
        graph_drop(g, p, DROP_OUT_CANNOT_FRAG_DF_SET_PKT);
        return true;
    }
    if (mi_frag_after(&ips->conf, e->mi) || transport || plain < 68)
        return false;
    p->sa = sa; /* and so its parts, which may not say what the line asked for */
    ipv4_fragment(ips->env.net, p, plain, STAGE_ESP_OUT);
    return true;
}

/* One packet of CRYPTO_OUT, between the passes. */
struct ask {
    struct map_if *mi; /* NULL: nothing to ask */
    struct ipsec_flow *flow;
    uint64_t *hits[SPD_HITS]; /* of lines, to be counted at when they are there */
    uint32_t place;
    bool drop;
    struct flow key;
};

/* What kind of packet it is. */
static inline void ask_read(const struct packet *p, struct ask *a)
{
    a->mi = p->oif ? p->oif->crypto : NULL;
    a->flow = NULL;
    a->drop = false;
    if (!a->mi)
        return;
    flow_of(&a->key, p->l3, p->len);
    const struct flow *k = &a->key;
    if (!a->mi->head && p->from_local && k->proto == PROTO_UDP && !k->no_ports && k->src == a->mi->local &&
        (k->sport == IKE_PORT || k->sport == NATT_PORT))
        a->mi = NULL;
}

/* Where its answer stands. (Keys are read long after they were written, piece by piece: else that would wait. Nor is a key
 * held against that of the packet before it: to packets of one SA that gives no more than it takes from those of many.) */
static inline void ask_place(struct ipsec *ips, struct ask *a)
{
    if (!a->mi)
        return;
    a->place = cache_place(ips, a->mi, &a->key, WAY_OUT);
    __builtin_prefetch(&ips->cache[a->place]);
}

static inline void out_one(struct ipsec *ips, struct graph *g, struct packet *p, const struct ask *a)
{
    struct ipsec_flow *f = a->flow;
    if (a->drop) {
        graph_drop(g, p, DROP_OUT_V4_PKT_HIT_DENY_DROP_SP);
        return;
    }
    if (!f && p->oif && p->oif->kind == IFACE_TUNNEL) { /* protected, and its head is not there: not in clear */
        graph_drop(g, p, DROP_OUT_IPV4_SA_NOT_FOUND);
        return;
    }
    if (!f) {
        p->crypto_done = true;
        graph_next(g, p, STAGE_IP4_OUT);
        return;
    }
    if (f->entry->inside_out && !acl_judges(ips->env.net, f->entry->inside_out, &a->key, p->iif, NULL)) {
        graph_drop(g, p, DROP_IP_ACL_OUT);
        return;
    }
    struct sa_pair *sa = f->out;
    if (!sa) {
        f->n.no_sa_send += !in_clear(ips, f);
        if (!f->acquiring)
            f->asked = 0;
        spd_acquire(ips, f, &a->key);
        if (in_clear(ips, f)) {
            p->crypto_done = true;
            graph_next(g, p, STAGE_IP4_OUT);
            return;
        }
        graph_drop(g, p, f->entry->keys ? DROP_OUT_IPV4_SA_NOT_FOUND : DROP_OUT_V4_PKT_HIT_IKE_START_SP);
        return;
    }
    uint32_t path = flow_path_mtu(f, mi_mtu(a->mi), ips->env.loop);
    uint32_t plain = sa->plain_mtu_for == path && path ? sa->plain_mtu : pair_plain_mtu(sa, path);
    if (p->len > plain && too_big(ips, g, p, sa, plain))
        return;
    p->sa = sa;
    graph_next(g, p, STAGE_ESP_OUT);
}

static void out_batch(struct ipsec *ips, struct graph *g, struct packet **v, unsigned n)
{
    struct ask asks[ESP_BATCH];
    for (unsigned i = 0; i < n; i++) {
        if (i + 4 < n)
            __builtin_prefetch(v[i + 4]->l3);
        ask_read(v[i], &asks[i]);
    }
    for (unsigned i = 0; i < n; i++)
        ask_place(ips, &asks[i]);
    for (unsigned i = 0; i < n; i++) {
        struct ask *a = &asks[i];
        if (!a->mi)
            continue;
        bool known;
        const struct cache_line *c = lookup_at(ips, a->place, a->mi, &a->key, WAY_OUT, &known);
        __builtin_prefetch(c->flow);
        a->flow = c->flow;
        a->drop = c->drop;
        for (unsigned k = 0; k < SPD_HITS; k++)
            a->hits[k] = known ? c->hits[k] : NULL;
        __builtin_prefetch(a->hits[0], 1);
    }
    for (unsigned i = 0; i < n; i++)
        if (asks[i].flow && asks[i].flow->out) {
            __builtin_prefetch(asks[i].flow->out);
            __builtin_prefetch((const uint8_t *)asks[i].flow->out + offsetof(struct sa_pair, out));
        }
    for (unsigned i = 0; i < n; i++) {
        if (asks[i].mi)
            count_again(asks[i].hits);
        out_one(ips, g, v[i], &asks[i]);
    }
}

void crypto_out_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct ipsec *ips = self;
    map_sync(ips);
    cache_sync(ips);
    for (unsigned at = 0; at < n; at += ESP_BATCH)
        out_batch(ips, g, v + at, n - at < ESP_BATCH ? n - at : ESP_BATCH);
}

static bool is_ours(const struct ipsec *ips, const struct map_if *mi, uint32_t addr)
{
    return addr == mi->local || iface_by_addr(ips->env.net, addr);
}

/* The other end may have SAs a moment later. */
static bool takes_clear(const struct ipsec *ips, const struct ipsec_flow *f)
{
    return in_clear(ips, f) || (ips->conf.optional && !f->entry->mi->head &&
                                loop_now(ips->env.loop) - f->up_since < OPTIONAL_LATE_US);
}

static void check_one(struct ipsec *ips, struct graph *g, struct packet *p)
{
    struct map_if *mi = p->iif ? p->iif->crypto : NULL;
    if (!mi || p->decapsulated) {
        graph_next(g, p, STAGE_IP4_ROUTE_IN);
        return;
    }
    struct flow key;
    flow_of(&key, p->l3, p->len);
    /* A part behind the first may be IKE's: the first is judged here too, and the whole packet once more (ipv4.c). */
    bool crypto = key.proto == PROTO_ESP || key.proto == PROTO_AH ||
                  (key.proto == PROTO_UDP && (key.fragment || key.dport == IKE_PORT || key.dport == NATT_PORT));
    const struct cache_line *at = crypto && is_ours(ips, mi, key.dst) ? NULL : spd_lookup(ips, mi, &key, WAY_IN);
    if (!at || (!at->flow && !at->drop) || (at->flow && takes_clear(ips, at->flow))) {
        graph_next(g, p, STAGE_IP4_ROUTE_IN);
        return;
    }
    report_clear(ips, &key);
    graph_drop(g, p,
               is_ours(ips, mi, key.dst) ? DROP_IN_US_CL_V4_PKT_FAILED_POLICY : DROP_IN_TRANS_CL_V4_PKT_FAILED_POLICY);
}

void crypto_check_stage(void *self, struct graph *g, struct packet **v, unsigned n)
{
    struct ipsec *ips = self;
    map_sync(ips);
    for (unsigned i = 0; i < n; i++)
        check_one(ips, g, v[i]);
}

/* flowmib.c: the books of the flow monitor MIB.
 *
 * A tunnel of the MIB is a flow from its first pair of SAs to the last: rekeys are refreshes of it. Its counters are
 * the flow's since then, its octets those of all its pairs, dead ones included. When the last pair goes the tunnel
 * moves to the history, with the reason of that pair. Nothing is counted twice for this: packets count at their flow
 * and their pair alone, and what a flow had is added to the books when it goes or when `clear crypto sa counters`
 * empties it; the books themselves are never cleared. A failure enters its history when its message was said, so that
 * strangers cannot wash it out faster than they may fill the log; of what fails behind the proof of a packet, one of an SA
 * and reason a minute; of negotiations, which only a proved peer can bring to fail, each. Histories are rings; a smaller
 * size forgets the oldest.
 */
#include "dataplane/ipsec/flowmib.h"

#include <string.h>

#include "dataplane/ipsec/ipsec_local.h"
#include "espial/order.h"
#include "espial/text.h"

#define FAILURES_LOOKED 16 /* how far back a repeated failure of a packet is looked for */

struct flowmib {
    struct flowmib_conf conf;
    uint32_t indices;
    struct order open; /* index -> struct ipsec_flow */
    flowmib_fn *watch;
    void *watch_arg;
    flowmib_fail_fn *fail_watch;
    void *fail_arg;
    unsigned active, ended;
    struct flow_count gone; /* of flows that are no more, or were cleared */
    struct flowmib_past past[FLOWMIB_HISTORY_MAX];
    struct flowmib_failure failures[FLOWMIB_HISTORY_MAX];
    uint32_t npast, nfailures; /* ever; the newest stand at (n - 1) % MAX */
};

void flowmib_conf_init(void *conf)
{
    *(struct flowmib_conf *)conf =
        (struct flowmib_conf){.tunnels = FLOWMIB_HISTORY_MAX, .failures = FLOWMIB_HISTORY_MAX};
}

struct flowmib *flowmib_new(void)
{
    struct flowmib *m = NEW(struct flowmib);
    flowmib_conf_init(&m->conf);
    return m;
}

void flowmib_free(struct flowmib *m)
{
    if (!m)
        return;
    order_fini(&m->open);
    mem_free(m);
}

void flowmib_watch(struct ipsec *ips, flowmib_fn *fn, void *arg)
{
    ips->mib->watch = fn;
    ips->mib->watch_arg = arg;
}

struct flowmib_conf *flowmib_conf(struct ipsec *ips)
{
    return &ips->mib->conf;
}

/* All fields of flow_count are counters of one width. */
#define COUNTERS (sizeof(struct flow_count) / sizeof(uint64_t))
_Static_assert(sizeof(struct flow_count) % sizeof(uint64_t) == 0, "only counters");

static void add(struct flow_count *sum, const struct flow_count *n, bool minus)
{
    uint64_t s[COUNTERS], v[COUNTERS];
    memcpy(s, sum, sizeof s);
    memcpy(v, n, sizeof v);
    for (size_t i = 0; i < COUNTERS; i++)
        s[i] = minus ? s[i] - v[i] : s[i] + v[i];
    memcpy(sum, s, sizeof s);
}

void flowmib_cleared(struct ipsec *ips, struct ipsec_flow *f)
{
    struct flow_count n = flow_counts(f);
    add(&ips->mib->gone, &n, false);
    add(&f->mib.base, &n, true); /* so that n - base goes on from where it was */
}

void flowmib_flow_gone(struct ipsec *ips, struct ipsec_flow *f)
{
    add(&ips->mib->gone, &f->n, false);
}

static void ways(const struct flow_count *n, struct flowmib_way *in, struct flowmib_way *out)
{
    in->packets = in->crypts = n->decaps;
    in->auths = n->verify;
    in->auth_failures = n->verify_failed;
    in->crypt_failures = n->decaps_failed;
    in->drops = flow_recv_errors(n);
    out->packets = out->crypts = n->encaps;
    out->auths = n->digest;
    out->crypt_failures = n->encaps_failed;
    out->drops = flow_send_errors(n);
}

static void tunnel(const struct ipsec_flow *f, struct flowmib_tunnel *out)
{
    const struct sa_pair *newest = f->pairs;
    const struct ipsec_policy *p = &newest->policy;
    struct flow_count n = flow_counts(f);
    add(&n, &f->mib.base, true);
    *out = (struct flowmib_tunnel){
        .index = f->mib.index,
        .flow = f->id,
        .local = p->local,
        .peer = p->peer,
        .ikev2 = p->ikev2,
        .manual = p->manual,
        .local_sel = p->local_sel,
        .remote_sel = p->remote_sel,
        .transform = p->transforms[0],
        .pfs_group = newest->pfs_group,
        .life_s = p->life_s,
        .life_kb = p->life_kb,
        .active_s = (uint32_t)((loop_now(newest->ips->env.loop) - f->mib.began) / US_PER_S),
        .refreshes = f->mib.refreshes,
        .expired = f->mib.expired,
        .began = f->mib.began,
        .in_replays = n.replay_failed,
        .ike = f->mib.ike,
        .nat = newest->udp_encap,
    };
    pair_thresholds(newest, &out->soft_s, &out->soft_kb);
    ways(&n, &out->in, &out->out);
    out->in.octets = f->mib.in_octets;
    out->out.octets = f->mib.out_octets;
    for (const struct sa_pair *sa = f->pairs; sa; sa = sa->older) {
        out->sas += sa->over ? 4 : 2;
        out->in.octets += sa->in.bytes;
        out->out.octets += sa->out.bytes;
    }
}

/* An SA of IKE that has just been made may not have its number yet: asked when a pair comes and when the last one goes. */
static void note_ike(struct sa_pair *sa)
{
    const struct ipsec_up *up = &sa->ips->up;
    const struct ipsec_policy *p = &sa->policy;
    uint32_t ike = up->ike_tunnel && !p->manual ? up->ike_tunnel(up->arg, p->local, p->peer, p->ikev2) : 0;
    if (ike)
        sa->flow->mib.ike = ike;
}

void flowmib_made(struct sa_pair *sa)
{
    struct flowmib *m = sa->ips->mib;
    struct ipsec_flow *f = sa->flow;
    if (f->mib.index) {
        f->mib.refreshes++;
        note_ike(sa);
        return;
    }
    f->mib = (struct flow_tunnel){.index = ++m->indices, .began = loop_now(sa->ips->env.loop), .base = f->n};
    note_ike(sa);
    m->active++;
    order_add(&m->open, f->mib.index, f);
    if (m->watch) {
        struct flowmib_tunnel t;
        tunnel(f, &t);
        m->watch(m->watch_arg, true, 0, &t);
    }
}

static enum flowmib_end reason_of(enum sa_gone why)
{
    switch (why) {
    case SA_GONE_EXPIRED:
    case SA_GONE_REKEYED: return FLOWMIB_NORMAL;
    case SA_GONE_CLEARED:
    case SA_GONE_CONFIG: return FLOWMIB_OPERATOR;
    case SA_GONE_PEER_DELETE: return FLOWMIB_PEER_DELETE;
    case SA_GONE_IKE_LOST: return FLOWMIB_PEER_LOST;
    default: return FLOWMIB_OTHER;
    }
}

void flowmib_gone(struct sa_pair *sa, enum sa_gone why)
{
    struct flowmib *m = sa->ips->mib;
    struct ipsec_flow *f = sa->flow;
    if (!f->mib.index)
        return;
    if (why == SA_GONE_EXPIRED || why == SA_GONE_REKEYED || sa->flow->pairs != sa)
        f->mib.expired += 2;
    if (f->pairs != sa || sa->older) { /* others are left */
        f->mib.in_octets += sa->in.bytes;
        f->mib.out_octets += sa->out.bytes;
        return;
    }
    note_ike(sa);
    struct flowmib_past *past = &m->past[m->npast % FLOWMIB_HISTORY_MAX];
    *past = (struct flowmib_past){.number = ++m->npast, .why = reason_of(why), .ended = loop_now(sa->ips->env.loop)};
    tunnel(f, &past->t);
    past->t.sas = 0;
    m->active--;
    m->ended++;
    order_remove(&m->open, f->mib.index);
    f->mib.index = 0;
    if (m->watch)
        m->watch(m->watch_arg, false, past->why, &past->t);
}

void flowmib_fail(struct ipsec *ips, enum flowmib_reason why, uint32_t src, uint32_t dst, uint32_t spi, uint32_t tunnel)
{
    struct flowmib *m = ips->mib;
    m->failures[m->nfailures % FLOWMIB_HISTORY_MAX] =
        (struct flowmib_failure){.index = m->nfailures + 1,
                                 .why = why,
                                 .at = loop_now(ips->env.loop) - ips->born,
                                 .src = src,
                                 .dst = dst,
                                 .spi = spi,
                                 .tunnel = tunnel};
    m->nfailures++;
    if (m->fail_watch)
        m->fail_watch(m->fail_arg, &m->failures[(m->nfailures - 1) % FLOWMIB_HISTORY_MAX]);
}

void flowmib_fail_packet(const struct sa_pair *sa, enum flowmib_reason why, bool in)
{
    const struct flowmib *m = sa->ips->mib;
    uint64_t now = loop_now(sa->ips->env.loop) - sa->ips->born;
    uint32_t spi = in ? sa->in.spi : sa->out.spi;
    for (uint32_t i = m->nfailures; i && i + FAILURES_LOOKED > m->nfailures; i--) {
        const struct flowmib_failure *f = &m->failures[(i - 1) % FLOWMIB_HISTORY_MAX];
        if (now - f->at >= 60 * US_PER_S)
            break;
        if (f->why == why && f->spi == spi)
            return;
    }
    const struct ipsec_policy *p = &sa->policy;
    flowmib_fail(sa->ips, why, in ? p->peer : p->local, in ? p->local : p->peer, spi, sa->flow->mib.index);
}

uint32_t flowmib_changes(const struct ipsec *ips)
{
    return ips->mib->indices + ips->mib->npast;
}

void flowmib_watch_failures(struct ipsec *ips, flowmib_fail_fn *fn, void *arg)
{
    ips->mib->fail_watch = fn;
    ips->mib->fail_arg = arg;
}

void flowmib_global(struct ipsec *ips, struct flowmib_global *out)
{
    const struct flowmib *m = ips->mib;
    struct flow_count n = m->gone;
    const struct ipsec_flow *f;
    for (size_t at = 0; (f = table_next(ips->flows, &at));) {
        struct flow_count of = flow_counts(f);
        add(&n, &of, false);
    }
    *out = (struct flowmib_global){.active = m->active,
                                   .past = m->ended,
                                   .in_replays = n.replay_failed,
                                   .no_sa = ips->totals.invalid_spi,
                                   .protocol_failures = n.invalid_prot,
                                   .capacity_failures = ips->totals.refused};
    ways(&n, &out->in, &out->out);
    out->in.octets = ips->totals.in_bytes;
    out->out.octets = ips->totals.out_bytes;
}

bool flowmib_tunnel_from(struct ipsec *ips, uint32_t from, struct flowmib_tunnel *out)
{
    const struct ipsec_flow *f = order_from(&ips->mib->open, from, NULL);
    if (!f)
        return false;
    tunnel(f, out);
    str_copy(out->ifname, sizeof out->ifname, f->entry->mi->ifname);
    out->path_mtu = flow_path_mtu(f, mi_mtu(f->entry->mi), ips->env.loop);
    return true;
}

bool flowmib_past_from(struct ipsec *ips, uint32_t from, struct flowmib_past *out)
{
    uint32_t at;
    if (!flowmib_place(ips->mib->npast, ips->mib->conf.tunnels, from, &at))
        return false;
    *out = ips->mib->past[at];
    return true;
}

bool flowmib_failure_from(struct ipsec *ips, uint32_t from, struct flowmib_failure *out)
{
    uint32_t at;
    if (!flowmib_place(ips->mib->nfailures, ips->mib->conf.failures, from, &at))
        return false;
    *out = ips->mib->failures[at];
    return true;
}

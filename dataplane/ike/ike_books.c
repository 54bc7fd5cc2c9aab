/* ike_books.c: the books of the flow monitor MIB for IKE, beside those of IPsec (dataplane/ipsec/flowmib.c).
 *
 * An SA becomes a tunnel when it is established, and has its number (never used again) until it dies; then it goes into the history, with the reason that it was
 * ended for. One that dies before is a failure. Both histories are rings, of which whoever reads them says how much counts. An SA that nobody has
 * proved anything to is no failure: strangers must not wash out the history. Reasons are known by the words that debug lines have for them. The identities of
 * the tunnels are sorted when somebody asks for them after a change.
 */
#include "dataplane/ike/ike_books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/ike/engine.h"
#include "dataplane/ike/v2/v2.h"
#include "dataplane/ike/v2/v2_show.h"
#include "espial/ip.h"
#include "espial/mib.h"
#include "espial/text.h"

struct ike_books {
    struct order open; /* index -> struct ike_book */
    uint32_t indices, npast, nfailures; /* ever; the newest stand at (n - 1) % MAX */
    struct ike_past past[FLOWMIB_HISTORY_MAX];
    struct ike_failure failures[FLOWMIB_HISTORY_MAX];
    uint64_t auth_failures;
    struct ike_ids *ids; /* sorted */
    size_t nids;
    bool ids_stale;
    struct ike_ids *corr; /* sorted; tunnel: of IPsec */
    size_t ncorr;
    uint32_t corr_of[2]; /* changes of ours and of IPsec's tunnels that it is of */
    ike_tunnel_fn *watch;
    void *watch_arg;
    ike_failure_fn *fail_watch;
    void *fail_arg;
};

struct ike_books *ike_books_new(void)
{
    return NEW(struct ike_books);
}

void ike_books_free(struct ike_books *b)
{
    if (!b)
        return;
    order_fini(&b->open);
    mem_free(b->ids);
    mem_free(b->corr);
    mem_free(b);
}

void ike_tunnel_watch(struct ike *ike, ike_tunnel_fn *fn, void *arg)
{
    ike->books->watch = fn;
    ike->books->watch_arg = arg;
}

void ike_failure_watch(struct ike *ike, ike_failure_fn *fn, void *arg)
{
    ike->books->fail_watch = fn;
    ike->books->fail_arg = arg;
}

static void view_v1(const struct ike_sa *sa, struct ike_tunnel *t)
{
    struct self_id self;
    identity_self(sa, &self);
    *t = (struct ike_tunnel){.number = sa->conn_id,
                             .local = sa->local,
                             .remote = sa->remote,
                             .aggressive = sa->aggressive,
                             .group = sa->suite.group,
                             .cipher = sa->suite.cipher,
                             .hash = sa->suite.hash,
                             .life_s = sa->suite.life_s,
                             .priority = sa->suite.priority,
                             .dpd = sa->dpd && identity_keepalive(sa).every,
                             .began = sa->established};
    str_copy(t->local_id, sizeof t->local_id, self.type == ID_IPV4_ADDR ? IP4(self.addr) : self.name);
    str_copy(t->remote_id, sizeof t->remote_id, sa->peer_id);
    memcpy(t->traffic, sa->traffic, sizeof t->traffic);
    t->soft_s = timers_sa_soft_s(sa);
}

static void view_v2(const struct v2_sa *sa, struct ike_tunnel *t)
{
    struct v2_sa_info i;
    v2_sa_view(sa, &i);
    *t = (struct ike_tunnel){.number = i.tunnel_id,
                             .ikev2 = true,
                             .local = i.local,
                             .remote = i.remote,
                             .group = i.suite.group,
                             .cipher = i.suite.encr.cipher,
                             .hash = i.suite.integ ? i.suite.integ : i.suite.prf,
                             .life_s = i.life_s,
                             .dpd = i.dpd != 0,
                             .began = i.up_since,
                             .soft_s = i.soft_s};
    v2_id_text(&i.local_id, t->local_id, sizeof t->local_id);
    v2_id_text(&i.remote_id, t->remote_id, sizeof t->remote_id);
    memcpy(t->traffic, i.traffic, sizeof t->traffic);
}

static void view(const struct ike_book *e, struct ike_tunnel *t)
{
    if (e->v2)
        view_v2(e->v2, t);
    else
        view_v1(e->v1, t);
    t->index = e->index;
}

void ike_books_up(struct ike *ike, struct ike_book *e, struct ike_sa *v1, struct v2_sa *v2)
{
    struct ike_books *b = ike->books;
    struct ike_tunnel t;
    *e = (struct ike_book){.index = ++b->indices, .v1 = v1, .v2 = v2};
    order_add(&b->open, e->index, e);
    b->ids_stale = true;
    if (!b->watch)
        return;
    view(e, &t);
    b->watch(b->watch_arg, true, &t);
}

static void down(struct ike *ike, struct ike_book *e, enum flowmib_end why)
{
    struct ike_books *b = ike->books;
    struct ike_past *p = &b->past[b->npast % FLOWMIB_HISTORY_MAX];
    *p = (struct ike_past){.number = ++b->npast, .why = why, .ended = loop_now(ike->env.loop)};
    view(e, &p->t);
    order_remove(&b->open, e->index);
    b->ids_stale = true;
    e->index = 0;
    if (b->watch)
        b->watch(b->watch_arg, false, &p->t);
}

static void fail(struct ike *ike, enum ike_failure_reason why, uint32_t local, uint32_t remote)
{
    struct ike_books *b = ike->books;
    b->failures[b->nfailures % FLOWMIB_HISTORY_MAX] = (struct ike_failure){
        .index = b->nfailures + 1, .why = why, .at = loop_now(ike->env.loop), .local = local, .remote = remote};
    b->nfailures++;
    b->auth_failures += why == IKE_FAIL_AUTH;
    if (b->fail_watch)
        b->fail_watch(b->fail_arg, &b->failures[(b->nfailures - 1) % FLOWMIB_HISTORY_MAX]);
}

void ike_books_stray(struct ike *ike, uint32_t local, uint32_t remote)
{
    fail(ike, IKE_FAIL_NO_SA, local, remote);
}

void ike_books_full(struct ike *ike, uint32_t local, uint32_t remote)
{
    fail(ike, IKE_FAIL_CAPACITY, local, remote);
}

/* Why an SA ends, in the words of debug lines. Words that are not here stand for other. */
static const struct reason {
    const char *words;
    enum flowmib_end end;          /* of a tunnel */
    enum ike_failure_reason fails; /* of a negotiation */
} reasons[] = {
    {"SA lifetime expired", FLOWMIB_NORMAL, IKE_FAIL_OTHER},
    {"Cleared by user", FLOWMIB_OPERATOR, IKE_FAIL_OPERATOR},
    {"ISAKMP is off", FLOWMIB_OPERATOR, IKE_FAIL_OPERATOR},
    {"Receive initial contact", FLOWMIB_PEER_LOST, IKE_FAIL_PEER_LOST},
    {"Negotiation timed out", FLOWMIB_PEER_LOST, IKE_FAIL_PEER_LOST},
    /* IKEv1 */
    {"No reason", FLOWMIB_PEER_DELETE, IKE_FAIL_OTHER},
    {"P1 errcounter exceeded (PEERS_ALIVE_TIMER)", FLOWMIB_PEER_LOST, IKE_FAIL_PEER_LOST},
    {"Death by retransmission P1", FLOWMIB_PEER_LOST, IKE_FAIL_PEER_LOST},
    {"Death by retransmission P2", FLOWMIB_PEER_LOST, IKE_FAIL_PEER_LOST},
    {"Bad Diffie-Hellman value", FLOWMIB_OTHER, IKE_FAIL_PROPOSAL},
    {"Identity does not fit", FLOWMIB_OTHER, IKE_FAIL_AUTH},
    /* IKEv2 */
    {"Rekeyed", FLOWMIB_NORMAL, IKE_FAIL_OTHER},
    {"Rekeyed, and not deleted by the peer", FLOWMIB_NORMAL, IKE_FAIL_OTHER},
    {"Redundant", FLOWMIB_NORMAL, IKE_FAIL_OTHER},
    {"Deleted by the peer", FLOWMIB_PEER_DELETE, IKE_FAIL_OTHER},
    {"Maximum number of retransmissions reached", FLOWMIB_PEER_LOST, IKE_FAIL_PEER_LOST},
    {"Auth exchange failed", FLOWMIB_OTHER, IKE_FAIL_AUTH},
    {"Authentication failed", FLOWMIB_OTHER, IKE_FAIL_AUTH},
    {"Refused", FLOWMIB_OTHER, IKE_FAIL_PROPOSAL},
    {"Bad choice", FLOWMIB_OTHER, IKE_FAIL_PROPOSAL},
    {"Bad KE payload", FLOWMIB_OTHER, IKE_FAIL_PROPOSAL},
    {"", FLOWMIB_OTHER, IKE_FAIL_OTHER},
};

void ike_books_end(struct ike *ike, struct ike_book *e, const char *words, bool half_open, uint32_t local,
                   uint32_t remote)
{
    const struct reason *r = reasons;
    while (r->words[0] && strcmp(r->words, words))
        r++;
    if (e->index)
        down(ike, e, r->end);
    else if (!half_open)
        fail(ike, r->fails, local, remote);
}

bool ike_tunnel_from(struct ike *ike, uint32_t from, struct ike_tunnel *out)
{
    const struct ike_book *e = order_from(&ike->books->open, from, NULL);
    if (!e)
        return false;
    view(e, out);
    return true;
}

unsigned ike_tunnel_count(const struct ike *ike)
{
    return (unsigned)order_count(&ike->books->open);
}

uint32_t ike_tunnel_previous(const struct ike *ike)
{
    return ike->books->npast;
}

uint32_t ike_tunnel_with(const struct ike *ike, uint32_t local, uint32_t remote, bool ikev2)
{
    if (ikev2)
        return v2_book_with(ike->v2, local, remote);
    for (const struct ike_peer *p = peer_first(ike, local, remote); p; p = p->here) {
        const struct ike_sa *sa = peer_sa_up(p);
        if (sa)
            return sa->book.index;
    }
    return 0;
}

bool ike_tunnel_clear(struct ike *ike, uint32_t index)
{
    struct ike_tunnel t;
    if (!ike_tunnel_from(ike, index, &t) || t.index != index)
        return false;
    if (t.ikev2)
        v2_clear(ike->v2, t.remote, t.local, t.number, false);
    else
        ike_clear_sas(ike, t.number);
    return true;
}

bool ike_past_from(const struct ike *ike, uint32_t keep, uint32_t from, struct ike_past *out)
{
    uint32_t at;
    if (!flowmib_place(ike->books->npast, keep, from, &at))
        return false;
    *out = ike->books->past[at];
    return true;
}

bool ike_failure_from(const struct ike *ike, uint32_t keep, uint32_t from, struct ike_failure *out)
{
    uint32_t at;
    if (!flowmib_place(ike->books->nfailures, keep, from, &at))
        return false;
    *out = ike->books->failures[at];
    return true;
}

uint64_t ike_auth_failures(const struct ike *ike)
{
    return ike->books->auth_failures;
}

/* ---- identities ---- */

bool ike_id_is_address(const char *id)
{
    uint32_t addr;
    return ip4_parse(id, &addr);
}

void ike_id_value(const char *id, char out[IKE_ID_VALUE])
{
    uint32_t a;
    if (ip4_parse(id, &a))
        snprintf(out, IKE_ID_VALUE, "%03u.%03u.%03u.%03u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
    else
        str_copy(out, IKE_ID_VALUE, id);
}

static bool key_add(struct ike_ids *p, const char *id)
{
    char value[IKE_ID_VALUE];
    ike_id_value(id, value);
    size_t len = strlen(value);
    if (p->n + 2 + len >= IKE_IDS_KEY) /* one is left for the last number */
        return false;
    p->key[p->n++] = ike_id_is_address(id) ? 1 : 2;
    p->key[p->n++] = (uint32_t)len;
    for (size_t i = 0; i < len; i++)
        p->key[p->n++] = (uint8_t)value[i];
    return true;
}

/* False: too long. */
static bool ids_of(const struct ike_tunnel *t, struct ike_ids *out)
{
    *out = (struct ike_ids){.tunnel = t->index};
    if (!key_add(out, t->local_id) || !key_add(out, t->remote_id))
        return false;
    out->key[out->n++] = 1;
    return true;
}

void ike_ids_of(const struct ike_tunnel *t, struct ike_ids *out)
{
    (void)!ids_of(t, out);
}

/* Of one key the newest tunnel first. */
static int ids_cmp(const void *a, const void *b)
{
    const struct ike_ids *x = a, *y = b;
    int c = mib_compare(x->key, x->n, y->key, y->n);
    return c ? c : x->tunnel > y->tunnel ? -1 : x->tunnel < y->tunnel;
}

static void sort_ids(struct ike_books *b)
{
    struct ike_tunnel t;
    struct ike_book *e;
    size_t n = 0;
    if (!b->ids_stale)
        return;
    b->ids_stale = false;
    mem_free(b->ids);
    b->ids = mem_array(order_count(&b->open) + 1, sizeof *b->ids);
    for (uint32_t at = 0; (e = order_from(&b->open, at, &at)); at++) {
        view(e, &t);
        n += ids_of(&t, &b->ids[n]);
    }
    qsort(b->ids, n, sizeof *b->ids, ids_cmp);
    b->nids = 0;
    for (size_t i = 0; i < n; i++) {
        if (!i || mib_compare(b->ids[i].key, b->ids[i].n, b->ids[b->nids - 1].key, b->ids[b->nids - 1].n))
            b->ids[b->nids++] = b->ids[i];
    }
}

/* How many of a sorted list are not behind this key. */
static size_t ids_upto(const struct ike_ids *v, size_t n, const uint32_t *key, size_t len)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (mib_compare(v[mid].key, v[mid].n, key, len) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static const struct ike_ids *ids_find(const struct ike_ids *v, size_t n, const uint32_t *key, size_t len)
{
    size_t at = ids_upto(v, n, key, len);
    return at && !mib_compare(v[at - 1].key, v[at - 1].n, key, len) ? &v[at - 1] : NULL;
}

const struct ike_ids *ike_ids_behind(struct ike *ike, const uint32_t *key, size_t n)
{
    struct ike_books *b = ike->books;
    sort_ids(b);
    size_t at = ids_upto(b->ids, b->nids, key, n);
    return at < b->nids ? &b->ids[at] : NULL;
}

const struct ike_ids *ike_ids_find(struct ike *ike, const uint32_t *key, size_t n)
{
    struct ike_books *b = ike->books;
    sort_ids(b);
    return ids_find(b->ids, b->nids, key, n);
}

/* ---- tunnels of IPsec by identities ---- */

/* Of one pair of identities the oldest tunnel first. */
static int corr_cmp(const void *a, const void *b)
{
    const struct ike_ids *x = a, *y = b;
    int c = mib_compare(x->key, x->n, y->key, y->n);
    return c ? c : x->tunnel < y->tunnel ? -1 : x->tunnel > y->tunnel;
}

static void sort_corr(struct ike *ike)
{
    struct ike_books *b = ike->books;
    struct ipsec *ips = ike->env.ipsec;
    const uint32_t now[2] = {b->indices + b->npast, flowmib_changes(ips)};
    struct flowmib_tunnel f;
    struct ike_tunnel t;
    size_t n = 0, cap = 0;
    if (!memcmp(now, b->corr_of, sizeof now))
        return;
    memcpy(b->corr_of, now, sizeof now);
    for (uint32_t at = 0; flowmib_tunnel_from(ips, at, &f); at = f.index + 1) {
        uint32_t index = ike_tunnel_with(ike, f.local, f.peer, f.ikev2);
        if (n == cap)
            b->corr = mem_resize(b->corr, cap = cap ? 2 * cap : 16, sizeof *b->corr);
        if (!index || !ike_tunnel_from(ike, index, &t) || t.index != index || !ids_of(&t, &b->corr[n]) ||
            b->corr[n].n == IKE_IDS_KEY)
            continue;
        b->corr[n++].tunnel = f.index;
    }
    if (n)
        qsort(b->corr, n, sizeof *b->corr, corr_cmp);
    b->ncorr = n;
    for (size_t i = 0, number = 0; i < n; i++) {
        struct ike_ids *c = &b->corr[i];
        bool same = i && !mib_compare(c->key, c->n, c[-1].key, c[-1].n - 1u);
        number = same ? number + 1 : 1;
        c->key[c->n++] = (uint32_t)number;
    }
}

uint32_t ike_corr_behind(struct ike *ike, const uint32_t *key, size_t n, struct ike_ids *out)
{
    const struct ike_books *b = ike->books;
    sort_corr(ike);
    size_t at = ids_upto(b->corr, b->ncorr, key, n);
    if (at == b->ncorr)
        return 0;
    *out = b->corr[at];
    return out->tunnel;
}

uint32_t ike_corr_find(struct ike *ike, const uint32_t *key, size_t n)
{
    const struct ike_books *b = ike->books;
    sort_corr(ike);
    const struct ike_ids *c = ids_find(b->corr, b->ncorr, key, n);
    return c ? c->tunnel : 0;
}

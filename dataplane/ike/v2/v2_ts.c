/* Traffic selectors of IKEv2 (RFC 7296 section 2.9) and the flows they meet here.
 *
 * A flow of ours is one pair of subnets, protocol and port, so a child gets exactly one selector on each side. As
 * responder the flows of the policies with that peer (IKEv2, under the SA's profile) are held against all that is
 * offered; what they have in common is the answer. Of several flows that one is taken which has the packet that began
 * it in it (when two or more selectors are offered, the first is that packet's), then one for which something acceptable
 * is offered, then the greatest. Policies that know no flow beforehand (dynamic maps) are asked with the offered
 * selectors themselves. Where SAs are per host, what is agreed goes no further than the two hosts of that packet, if the
 * peer says which they are. A child that replaces another one has that one's selectors when they are offered, whatever
 * else would be greater (section 2.9.2).
 *
 * As initiator the answer must lie within what was asked. Of several selectors of a side the child has the one with the
 * packet in it that began this (else the greatest), and of a range that is no subnet the block with that packet; what the
 * others have is asked for when a packet wants it, and taken in by this one, too (ipsec_policy.several).
 *
 * In transport mode a translator between the ends gives each of them another view of their addresses. Selectors of a
 * single address are then read with the addresses of the IKE messages as they arrive here: that of the end behind the
 * translator is replaced, before anything is compared (section 2.23.1). Nobody can name a third party so. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

struct search {
    const struct v2_sa *sa;
    const char *profile;
    struct v2_ts_body i, r; /* the peer's side, ours */
    const struct v2_ts_offer *offer;
    struct ipsec_policy *out;
    int best;
};

enum { HAS_PACKET = 2048, IS_OFFERED = 1024 }; /* more than any width, one more than the other */

static int width(const struct selector *s)
{
    int n = 32 - ip4_mask_len(s->mask);

    return 4 * n + (s->proto ? 0 : 2) + (s->port ? 0 : 1);
}

bool v2_ts_allowed(const struct v2_sa *sa, const struct ipsec_policy *p)
{
    const struct v2_id *id = &sa->remote_id;

    if (identity_allowed(sa->v2->ike, p->identity, BYTES(id->bytes, id->type == ID_FQDN ? id->len : 0)))
        return true;
    TR_ERR(sa, "Peer is not of crypto identity %s", p->identity);
    return false;
}

/* sa: whose peer asks; NULL: we are asked for nothing yet. */
static bool ours(const struct v2_sa *sa, const struct ipsec_policy *p, const char *profile)
{
    return p->ikev2 && (!profile[0] || !strcmp(p->ike_profile, profile)) && (!sa || v2_ts_allowed(sa, p));
}

/* The best pair of selectors under one policy; -1: none. */
static int meet_best(const struct search *s, const struct ipsec_policy *p, struct selector *local_sel,
                     struct selector *remote_sel)
{
    const struct v2_ts *fi = &s->i.v[0], *fr = &s->r.v[0];
    struct selector local, remote;
    struct v2_ts ti, tr;
    int best = -1;
    bool exact;

    for (unsigned i = 0; i < s->i.n; i++) {
        if (!v2_ts_narrow(&s->i.v[i], &p->remote_sel, &remote, &exact))
            continue;
        for (unsigned r = 0; r < s->r.n; r++) {
            if (!v2_ts_narrow(&s->r.v[r], &p->local_sel, &local, &exact))
                continue;
            if (p->protection && (width(&local) != width(&p->local_sel) || width(&remote) != width(&p->remote_sel)))
                continue; /* a tunnel is protected whole */
            int score = width(&local) + width(&remote);
            v2_ts_of(&remote, &ti);
            v2_ts_of(&local, &tr);
            if (fi->lo >= ti.lo && fi->lo <= ti.hi && fr->lo >= tr.lo && fr->lo <= tr.hi)
                score += HAS_PACKET;
            if (score <= best)
                continue;
            best = score;
            *local_sel = local;
            *remote_sel = remote;
        }
    }
    return best;
}

static bool meet(void *arg, const struct ipsec_policy *p)
{
    struct search *s = arg;
    struct selector local, remote;
    int score = ours(s->sa, p, s->profile) ? meet_best(s, p, &local, &remote) : -1;

    if (score < 0 || score + IS_OFFERED <= s->best)
        return false;
    if (s->offer->fits(s->offer->arg, p))
        score += IS_OFFERED;
    if (score > s->best) {
        s->best = score;
        *s->out = *p;
        s->out->local_sel = local;
        s->out->remote_sel = remote;
    }
    return false;
}

/* A range as a selector, when it is one. */
static bool whole(const struct v2_ts *ts, struct selector *out)
{
    static const struct selector any;
    bool exact;

    return v2_ts_narrow(ts, &any, out, &exact) && exact;
}

/* An entry that is for this SA, and for which something acceptable is offered. The first of the former is remembered. */
static bool takes(void *arg, const struct ipsec_policy *p)
{
    struct search *s = arg;

    if (!ours(s->sa, p, s->profile))
        return false;
    if (s->best < 0)
        *s->out = *p;
    s->best = 0;
    return s->offer->fits(s->offer->arg, p);
}

static bool ask_with_theirs(const struct v2_sa *sa, struct search *s)
{
    struct selector local, remote;
    struct ipsec_policy found;

    for (unsigned i = s->i.n; i-- > 0;)
        for (unsigned r = s->r.n; r-- > 0;)
            if (whole(&s->i.v[i], &remote) && whole(&s->r.v[r], &local) &&
                spd_find_fit(sa->v2->ike->env.ipsec, sa->local, sa->remote, &local, &remote, takes, s, &found) ==
                    SPD_OK) {
                *s->out = found;
                return true;
            }
    return s->best >= 0;
}

/* All entries of the one address that a host in transport mode has. */
static void replace(struct v2_ts_body *b, bool behind, uint32_t addr)
{
    for (unsigned i = 0; i < b->n; i++)
        behind &= b->v[i].lo == b->v[i].hi && b->v[i].lo == b->v[0].lo;
    for (unsigned i = 0; behind && i < b->n; i++)
        b->v[i].lo = b->v[i].hi = addr;
}

/* The two sides of a payload pair: ours, the peer's. */
static void as_seen(const struct v2_sa *sa, struct v2_ts_body *ours, struct v2_ts_body *theirs)
{
    replace(ours, sa->nat_local, sa->local);
    replace(theirs, sa->nat_remote, sa->remote);
}

/* The policy that stands behind exactly these selectors, with the modes that fit them: of the entry of `of`, if that has them. */
static bool ask_with(struct v2_sa *sa, const struct ipsec_policy *of, const struct selector *local,
                     const struct selector *remote, struct ipsec_policy *out)
{
    struct ipsec_policy asked;

    if (!spd_find_again(sa->v2->ike->env.ipsec, of, local, remote, &asked) || !ours(sa, &asked, sa->profile))
        return false;
    *out = asked;
    return true;
}

static bool offered(const struct v2_ts_body *b, const struct selector *s)
{
    struct v2_ts all;

    v2_ts_of(s, &all);
    for (unsigned i = 0; i < b->n; i++) {
        const struct v2_ts *ts = &b->v[i];
        if (ts->lo <= all.lo && ts->hi >= all.hi && (!ts->proto || ts->proto == all.proto) &&
            ts->port_lo <= all.port_lo && ts->port_hi >= all.port_hi)
            return true;
    }
    return false;
}

/* A single address, of that selector: narrow it to that. */
static bool to_host(const struct v2_ts *first, struct selector *s)
{
    if (first->lo != first->hi || (first->lo & s->mask) != s->addr)
        return false;
    s->addr = first->lo;
    s->mask = UINT32_MAX;
    return true;
}

bool v2_ts_find(struct v2_sa *sa, const struct v2_payloads *ps, bool translated, const struct v2_ts_offer *offer,
                const struct ipsec_policy *old, struct ipsec_policy *out)
{
    const struct v2_payload *i = v2_one(ps, V2_TSI), *r = v2_one(ps, V2_TSR);
    struct search s = {.sa = sa, .profile = sa->profile, .offer = offer, .out = out, .best = -1};
    struct selector local, remote;

    if (!i || !r || v2_tsb(i, &s.i) != CODEC_OK || v2_tsb(r, &s.r) != CODEC_OK || !s.i.n || !s.r.n)
        return false;
    if (translated)
        as_seen(sa, &s.r, &s.i);
    if (old && offered(&s.i, &old->remote_sel) && offered(&s.r, &old->local_sel) &&
        ask_with(sa, old, &old->local_sel, &old->remote_sel, out))
        return true;
    spd_each_flow(sa->v2->ike->env.ipsec, sa->local, sa->remote, meet, &s);
    bool known = s.best >= 0;
    if (!known && !ask_with_theirs(sa, &s))
        return false;
    local = out->local_sel;
    remote = out->remote_sel;
    if (!old && out->per_host && to_host(&s.i.v[0], &remote) && to_host(&s.r.v[0], &local) &&
        ask_with(sa, out, &local, &remote, out))
        return true;
    if (known)
        (void)ask_with(sa, out, &out->local_sel, &out->remote_sel, out);
    return true;
}

/* One side of an answer to `asked`: the selector with the packet in it (has; its address, port and protocol), else the
 * greatest. several: the answer has more. False: it has nothing that was asked for. */
static bool take_side(const struct v2_ts_body *b, const struct ipsec_first *f, uint32_t addr, uint16_t port,
                      struct selector *asked, bool *has, bool *several)
{
    const struct v2_ts *best = NULL;
    struct selector got, chosen = {0};
    int score = -1;
    bool exact;

    for (unsigned k = 0; k < b->n; k++) {
        const struct v2_ts *ts = &b->v[k];
        struct v2_ts all;
        v2_ts_of(asked, &all);
        if (ts->lo < all.lo || ts->hi > all.hi || !v2_ts_narrow(ts, asked, &got, &exact) ||
            (asked->proto && ts->proto != asked->proto) || ts->port_lo < all.port_lo || ts->port_hi > all.port_hi)
            continue;
        bool around =
            !exact && f->there && ip4_mask_len(asked->mask) >= 0 && v2_ts_around(ts, f->proto, addr, port, &got);
        struct v2_ts whole;
        v2_ts_of(&got, &whole);
        bool in = f->there && addr >= whole.lo && addr <= whole.hi && (!got.proto || got.proto == f->proto) &&
                  (!got.port || !port || got.port == port);
        int s = width(&got) + (in || around ? 1024 : 0);
        if (best && (best->lo != ts->lo || best->hi != ts->hi))
            *several = true;
        *several |= !exact;
        if (s > score) {
            score = s;
            best = ts;
            chosen = got;
            *has = in || around;
        }
    }
    if (!best)
        return false;
    *asked = chosen;
    return true;
}

bool v2_ts_taken(const struct v2_sa *sa, const struct v2_payloads *ps, bool translated, struct ipsec_policy *policy,
                 bool *beside)
{
    const struct v2_payload *i = v2_one(ps, V2_TSI), *r = v2_one(ps, V2_TSR);
    const struct ipsec_first *f = &policy->first;
    struct selector local = policy->local_sel, remote = policy->remote_sel;
    struct v2_ts_body ti, tr;
    bool in_local, in_remote;

    policy->several = false;
    if (!i || !r || v2_tsb(i, &ti) != CODEC_OK || v2_tsb(r, &tr) != CODEC_OK)
        return false;
    if (translated)
        as_seen(sa, &ti, &tr);
    if (!take_side(&ti, f, f->local, f->local_port, &local, &in_local, &policy->several) ||
        !take_side(&tr, f, f->remote, f->remote_port, &remote, &in_remote, &policy->several))
        return false;
    *beside = f->there && !(in_local && in_remote);
    policy->local_sel = local;
    policy->remote_sel = remote;
    return true;
}

struct first {
    const char *profile;
    struct ipsec_policy *out;
};

static bool take_first(void *arg, const struct ipsec_policy *p)
{
    struct first *f = arg;

    if (!ours(NULL, p, f->profile))
        return false;
    *f->out = *p;
    return true;
}

bool v2_ts_first(struct v2 *v2, uint32_t local, uint32_t peer, const char *profile, struct ipsec_policy *out)
{
    struct first f = {.profile = profile, .out = out};

    return spd_each_flow(v2->ike->env.ipsec, local, peer, take_first, &f);
}

/* Traffic selectors of IKEv2 (RFC 7296 section 2.9) and the flows they meet here.
 *
 * A flow of ours is one pair of subnets, protocol and port, so a child gets exactly one selector on each side. As
 * responder the flows of the policies with that peer (IKEv2, under the SA's profile) are held against all that is
 * offered; what they have in common is the answer. Of several flows that one is taken which has the packet that began
 * it in it (when two or more selectors are offered, the first is that packet's), then the greatest. Policies that know
 * no flow beforehand (dynamic maps) are asked with the offered selectors themselves.
 *
 * As initiator the answer must lie within what was asked; the first selector of each side that does is the child's. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

struct search {
    const char *profile;
    struct v2_ts_body i, r; /* the peer's side, ours */
    struct ipsec_policy *out;
    int best;
};

static int width(const struct selector *s)
{
    int n = 32 - ip4_mask_len(s->mask);

    return 4 * n + (s->proto ? 0 : 2) + (s->port ? 0 : 1);
}

static bool ours(const struct ipsec_policy *p, const char *profile)
{
    return p->ikev2 && (!profile[0] || !strcmp(p->ike_profile, profile));
}

static bool meet(void *arg, const struct ipsec_policy *p)
{
    struct search *s = arg;
    struct selector local, remote;
    struct v2_ts ti, tr;
    bool exact;

    if (!ours(p, s->profile))
        return false;
    for (unsigned i = 0; i < s->i.n; i++)
        for (unsigned r = 0; r < s->r.n; r++) {
            if (!v2_ts_narrow(&s->i.v[i], &p->remote_sel, &remote, &exact) ||
                !v2_ts_narrow(&s->r.v[r], &p->local_sel, &local, &exact))
                continue;
            if (p->protection && (width(&local) != width(&p->local_sel) || width(&remote) != width(&p->remote_sel)))
                continue; /* a tunnel is protected whole */
            int score = width(&local) + width(&remote);
            v2_ts_of(&remote, &ti);
            v2_ts_of(&local, &tr);
            const struct v2_ts *fi = &s->i.v[0], *fr = &s->r.v[0];
            if (fi->lo >= ti.lo && fi->lo <= ti.hi && fr->lo >= tr.lo && fr->lo <= tr.hi)
                score += 1024;
            if (score <= s->best)
                continue;
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

static bool ask_with_theirs(struct v2_sa *sa, struct search *s)
{
    struct selector local, remote;

    for (unsigned i = s->i.n; i-- > 0;)
        for (unsigned r = s->r.n; r-- > 0;)
            if (whole(&s->i.v[i], &remote) && whole(&s->r.v[r], &local) &&
                spd_find_policy(sa->v2->ike->env.ipsec, sa->local, sa->remote, &local, &remote, s->out) == SPD_OK &&
                ours(s->out, s->profile))
                return true;
    return false;
}

bool v2_ts_find(struct v2_sa *sa, const struct v2_payloads *ps, struct ipsec_policy *out)
{
    const struct v2_payload *i = v2_one(ps, V2_TSI), *r = v2_one(ps, V2_TSR);
    struct search s = {.profile = sa->profile, .out = out, .best = -1};
    struct ipsec_policy asked;

    if (!i || !r || v2_tsb(i, &s.i) != CODEC_OK || v2_tsb(r, &s.r) != CODEC_OK || !s.i.n || !s.r.n)
        return false;
    spd_each_flow(sa->v2->ike->env.ipsec, sa->local, sa->remote, meet, &s);
    if (s.best < 0)
        return ask_with_theirs(sa, &s);
    /* The policy that stands behind exactly these, with the modes that fit them. */
    if (spd_find_policy(sa->v2->ike->env.ipsec, sa->local, sa->remote, &out->local_sel, &out->remote_sel, &asked) ==
            SPD_OK &&
        ours(&asked, s.profile))
        *out = asked;
    return true;
}

bool v2_ts_taken(const struct v2_payloads *ps, struct ipsec_policy *policy)
{
    const struct v2_payload *i = v2_one(ps, V2_TSI), *r = v2_one(ps, V2_TSR);
    struct v2_ts_body ti, tr;
    struct selector local, remote;
    bool le = false, re = false;

    if (!i || !r || v2_tsb(i, &ti) != CODEC_OK || v2_tsb(r, &tr) != CODEC_OK)
        return false;
    for (unsigned k = 0; k < ti.n && !le; k++)
        le = v2_ts_narrow(&ti.v[k], &policy->local_sel, &local, &le) && le;
    for (unsigned k = 0; k < tr.n && !re; k++)
        re = v2_ts_narrow(&tr.v[k], &policy->remote_sel, &remote, &re) && re;
    if (!le || !re)
        return false;
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

    if (!ours(p, f->profile))
        return false;
    *f->out = *p;
    return true;
}

bool v2_ts_first(struct v2 *v2, uint32_t local, uint32_t peer, const char *profile, struct ipsec_policy *out)
{
    struct first f = {.profile = profile, .out = out};

    return spd_each_flow(v2->ike->env.ipsec, local, peer, take_first, &f);
}

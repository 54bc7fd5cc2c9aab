/* protect.c: tunnels protected by IPsec (`tunnel protection ipsec profile`): when SAs are asked for, and what they mean
 * for the tunnel.
 *
 * A head stands in ipsec while the tunnel has both ends and is not shut. IKE is asked as soon as the destination can be
 * reached, and again whenever the SAs are lost:
 *
 *   reachable, no SAs --> START_JITTER at most --> IKE is asked --> SAs
 *                          2, 4, 8 ... 60 s later  <--' none came
 *
 * The jitter keeps two ends that come up together from both beginning in the same moment, which works but leaves a pair
 * too many. SAs that lived for STEADY make the next loss start from the beginning, and so does a clear at this end;
 * after others that came and went it waits for 2, 4, then 8 s. With `responder-only` nothing is asked. The line protocol
 * of a tunnel in ipsec mode is up only with SAs; that of protected GRE does not ask for them, as on IOS, and packets
 * without an SA die in ipsec, which asks too. The MTU is what fits inside the SAs. */
#include "dataplane/tunnel/tunnel_local.h"

#include <string.h>

#include "espial/text.h"

#define START_JITTER_US (200 * US_PER_MS)
#define STEADY_US       (60 * US_PER_S)
#define AGAIN_MOST_S    60u
#define TRIES_SHORT     3 /* after SAs that did not live for STEADY */

static uint64_t next_start(struct tunnel *t)
{
    uint64_t s = t->tries < 6 ? 1u << t->tries : AGAIN_MOST_S;

    return t->tries ? (s < AGAIN_MOST_S ? s : AGAIN_MOST_S) * US_PER_S : rnd_u32(t->ts->env.rnd) % START_JITTER_US;
}

static void on_start(void *arg)
{
    struct tunnel *t = arg;

    t->tries++;
    timer_set(&t->start, next_start(t));
    ipsec_protect_start(t->ts->env.ipsec, t->ifc);
}

static void ask(struct tunnel *t, bool reachable)
{
    uint64_t now = loop_now(t->ts->env.loop);

    if (t->sa.up && !t->sa_since)
        t->sa_since = now;
    if (!t->sa.up && t->sa_since) {
        if (now - t->sa_since >= STEADY_US || t->sa.cleared != t->cleared)
            t->tries = 0;
        else if (t->tries > TRIES_SHORT)
            t->tries = TRIES_SHORT;
        t->sa_since = 0;
    }
    t->cleared = t->sa.cleared;
    if (!reachable || !t->sa.ready || t->sa.up || t->sa.answer_only)
        timer_clear(&t->start);
    else if (!timer_pending(&t->start))
        timer_set(&t->start, next_start(t));
}

void protect_look(struct tunnel *t, bool known, bool reachable, const struct iface *out)
{
    const struct tunnel_conf *c = tunnel_conf(t);
    struct ipsec *ips = t->ts->env.ipsec;

    if (!known || !c->profile[0] || !t->ifc->admin_up) {
        ipsec_unprotect(ips, t->ifc);
        t->sa = (struct ipsec_protect_state){0};
        t->tries = 0;
        t->sa_since = 0;
        timer_clear(&t->start);
        return;
    }
    struct ipsec_protect want = {
        .local = t->local, .peer = t->remote, .vti = c->mode == TUNNEL_IPSEC, .path_mtu = out ? out->mtu : 1500};
    want.pmtud = c->pmtud;
    want.pmtu_age = c->pmtu_age * 60u;
    want.pmtu_min = c->pmtu_min;
    str_copy(want.profile, sizeof want.profile, c->profile);
    want.ikev2 = c->ikev2_profile[0];
    want.shared = c->shared;
    if (want.vti)
        str_copy(want.acl, sizeof want.acl, c->policy);
    str_copy(want.ike_profile, sizeof want.ike_profile, want.ikev2 ? c->ikev2_profile : c->isakmp_profile);
    if (out)
        str_copy(want.out_ifname, sizeof want.out_ifname, out->name);
    ipsec_protect(ips, t->ifc, &want);
    (void)ipsec_protect_state(ips, t->ifc, &t->sa);
    if (t->sa.path_until)
        timer_set(&t->path_age, t->sa.path_until - loop_now(t->ts->env.loop));
    ask(t, reachable);
}

void protect_start(struct tunnel *t)
{
    timer_init(&t->start, t->ts->env.loop, on_start, t);
}

void protect_stop(struct tunnel *t)
{
    timer_clear(&t->start);
    ipsec_unprotect(t->ts->env.ipsec, t->ifc);
}

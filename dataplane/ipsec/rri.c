/* rri.c: reverse route injection: static routes to what is behind a peer.
 *
 * `reverse-route`: while a flow has SAs to send with, there is a route to its remote side, by way of the peer; `static`:
 * always, for the lines of the entry's access list. `remote-peer A`: by way of A instead; `remote-peer A gateway`: by
 * way of the peer, and a second route leads to the peer by way of A. `set reverse-route`: distance (1 if not said),
 * tag, gateway: by way of that one in place of the peer.
 *
 * Of a profile's: the routes to what the other end narrowed the tunnel's any to, by way of the tunnel itself, or of the
 * gateway; a tunnel that has all, or GRE, needs none.
 *
 * The routes are those of the flow: made and taken back with its SAs (rekeying changes nothing; a peer that is lost or
 * changed does), and with the flow. There is none to a peer itself, and none to anywhere (0.0.0.0/0): it would share
 * with the route by which the peer is reached.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "espial/text.h"

static void take_back(struct ipsec *ips, struct ipsec_flow *f)
{
    for (int i = 0; i < RRI_ROUTES; i++) {
        route_take_back(ips->env.net, f->rri[i]);
        f->rri[i] = NULL;
    }
    f->rri_peer = 0;
}

/* ifname: "" none */
static struct route_extra *put(struct ipsec *ips, const struct rri_conf *c, uint32_t prefix, uint32_t mask,
                               uint32_t hop, const char *ifname)
{
    struct route_conf r = {.prefix = prefix, .mask = mask, .hop = hop, .distance = c->distance, .tag = c->tag};
    str_copy(r.ifname, sizeof r.ifname, ifname);
    return route_put(ips->env.net, &r);
}

void rri_update(struct ipsec *ips, struct ipsec_flow *f)
{
    const struct rri_conf *c = &f->entry->rri;
    const struct selector *to = &f->remote_sel;
    uint32_t peer = f->out ? f->out->policy.peer : c->fixed && !f->group ? flow_peer(f) : 0;

    if (!c->on || to->mask == 0 || (to->mask == UINT32_MAX && to->addr == peer))
        peer = 0;
    if (peer == f->rri_peer && (!peer || !memcmp(c, &f->rri_made, sizeof *c)))
        return;
    take_back(ips, f);
    if (!peer)
        return;
    f->rri_peer = peer;
    f->rri_made = *c;
    const struct protect_head *h = f->entry->mi->head;
    if (h && !c->hop) {
        f->rri[0] = put(ips, c, to->addr, to->mask, 0, h->ifc->name);
        return;
    }
    f->rri[0] = put(ips, c, to->addr, to->mask, c->hop ? c->hop : c->via && !c->gateway ? c->via : peer, "");
    if (c->via && c->gateway)
        f->rri[1] = put(ips, c, peer, UINT32_MAX, c->via, "");
}

void rri_flow_gone(struct ipsec *ips, struct ipsec_flow *f)
{
    take_back(ips, f);
}

static void update_group(struct ipsec *ips, const struct flow_group *g)
{
    for (struct ipsec_flow *f = g ? g->first : NULL; f; f = f->next_below)
        rri_update(ips, f);
}

void rri_entry(struct ipsec *ips, const struct map_entry *e)
{
    for (size_t i = 0; i < e->nrules; i++)
        if (e->rules[i].flow) {
            rri_update(ips, e->rules[i].flow);
            update_group(ips, e->rules[i].flow->below);
        }
    update_group(ips, e->below);
}

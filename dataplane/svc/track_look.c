/* track_look.c: what a tracked object looks like: the state of an interface, of a route, of other objects, of a stub.
 *
 * Interface: line-protocol is what the interface says; ip routing needs an address too. Route: exactly this prefix is in
 * the table and packets can leave by it (Null0 is a way to leave). A metric counts scaled to 0-255 as IOS does: by 10
 * for static routes, not at all for connected ones. Lists: `and` with no members is down, a member that does not exist
 * is down, whatever `not` says of it. A threshold list changes only when what is up passes a bound; between them it
 * stays as it is. IP SLA: the latest result of an operation that is active; state wants it within the threshold,
 * reachability wants an answer. */
#include <stdio.h>
#include <string.h>

#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "dataplane/svc/ipsla.h"
#include "dataplane/svc/track_local.h"
#include "espial/text.h"

enum { STATIC_RESOLUTION = 10 };

static struct track_view look_interface(const struct track_object *o)
{
    const struct iface *ifc = iface_by_name(o->track->env.net, o->conf->ifname);

    if (!ifc)
        return (struct track_view){.why = TRACK_WHY_NO_INTERFACE};
    if (!ifc->admin_up)
        return (struct track_view){.why = TRACK_WHY_ADMIN_DOWN};
    if (!ifc->up)
        return (struct track_view){.why = ifc->link_up ? TRACK_WHY_NONE : TRACK_WHY_HW_DOWN};
    if (o->conf->routing && !ifc->addr)
        return (struct track_view){.why = TRACK_WHY_NO_ADDRESS};
    return (struct track_view){.up = true};
}

static struct track_view look_route(const struct track_object *o)
{
    const struct track_conf *c = o->conf;
    struct track_view v = {.why = TRACK_WHY_NO_ROUTE};
    const struct route *r = route_exact(o->track->env.net, c->prefix, (uint8_t)ip4_mask_len(c->mask));

    if (!r || (!r->out && !r->discard))
        return v;
    v.why = TRACK_WHY_ROUTE;
    v.protocol = route_kind_name(r->kind);
    v.metric = route_metric(r);
    v.scaled = r->kind == ROUTE_STATIC ? v.metric / STATIC_RESOLUTION : v.metric;
    str_copy(v.ifname, sizeof v.ifname, r->discard ? "Null0" : r->out->name);
    if (c->kind == TRACK_REACHABILITY)
        v.up = true;
    else if (v.scaled <= c->metric_up)
        v.up = true;
    else
        v.up = o->seen.up && v.scaled < c->metric_down;
    return v;
}

static struct track_view look_sla(const struct track_object *o)
{
    const struct track_conf *c = o->conf;
    struct ipsla_info i;
    bool ran =
        o->track->env.ipsla && ipsla_info(o->track->env.ipsla, c->operation, &i) && i.conf->number == c->operation;

    return (struct track_view){.up = ran && (i.code == IPSLA_OK || (c->reachability && i.code == IPSLA_OVER))};
}

void track_bounds(const struct track_conf *c, uint32_t whole, uint32_t *up, uint32_t *down)
{
    uint32_t all = c->kind == TRACK_PERCENTAGE ? 100 : whole;

    *up = c->part_up ? c->part_up : c->part_down ? c->part_down + 1 : all;
    *down = c->part_down ? c->part_down : *up ? *up - 1 : 0;
}

static struct track_view look_list(const struct track_object *o)
{
    const struct track_conf *c = o->conf;
    struct track_view v = {0};
    uint32_t members = 0, ups = 0, up, down;

    CONF_EACH(const struct track_member_conf, m, &c->members)
    {
        const struct track_object *other = o->track->objects[m->object];
        bool is_up = other && other->said.up != m->negated;
        members++;
        ups += is_up;
        v.whole += m->weight;
        v.part += is_up ? m->weight : 0;
    }
    if (c->kind == TRACK_BOOLEAN) {
        v.up = members && (c->any ? ups > 0 : ups == members);
        return v;
    }
    if (c->kind == TRACK_PERCENTAGE) {
        v.part = members ? ups * 100 / members : 0;
        v.whole = 100;
    }
    track_bounds(c, v.whole, &up, &down);
    v.up = members && (v.part >= up || (o->seen.up && v.part > down));
    return v;
}

struct track_view track_look(const struct track_object *o)
{
    switch (o->conf->kind) {
    case TRACK_INTERFACE: return look_interface(o);
    case TRACK_REACHABILITY:
    case TRACK_METRIC: return look_route(o);
    case TRACK_SLA: return look_sla(o);
    case TRACK_STUB: return (struct track_view){.up = o->stub_set ? o->stub_up : o->conf->default_state};
    default: return look_list(o);
    }
}

char *track_text(const struct track_conf *c, bool brief, char out[TRACK_TEXT_MAX])
{
    char name[IFNAME_MAX];

    if (brief)
        ifname_short(c->ifname, name);
    else
        str_copy(name, sizeof name, c->ifname);
    switch (c->kind) {
    case TRACK_INTERFACE:
        snprintf(out, TRACK_TEXT_MAX, "interface %s %s", name, c->routing ? "ip routing" : "line-protocol");
        break;
    case TRACK_REACHABILITY:
    case TRACK_METRIC:
        snprintf(out, TRACK_TEXT_MAX, "ip route %s/%d %s", IP4(c->prefix), ip4_mask_len(c->mask),
                 c->kind == TRACK_METRIC ? "metric threshold" : "reachability");
        break;
    case TRACK_SLA:
        snprintf(out, TRACK_TEXT_MAX, "ip sla %u %s", c->operation, c->reachability ? "reachability" : "state");
        break;
    case TRACK_BOOLEAN: snprintf(out, TRACK_TEXT_MAX, "list boolean %s", c->any ? "or" : "and"); break;
    case TRACK_PERCENTAGE: snprintf(out, TRACK_TEXT_MAX, "list threshold percentage"); break;
    case TRACK_WEIGHT: snprintf(out, TRACK_TEXT_MAX, "list threshold weight"); break;
    default: snprintf(out, TRACK_TEXT_MAX, "stub-object"); break;
    }
    return out;
}

/* track.c: tracked objects: when they are looked at, when what is seen is told, and to whom.
 *
 *   something changed --> the turn's end: look --> the same: nothing
 *                                           \--> another state: seen --delay up / down--> said: message, fact, routes, lists
 *                                                 ^  back before the delay is over: nothing was said
 * Interfaces, routes and IP SLAs say when they changed; lists are looked at when a member's said state did. All of it happens once
 * at the end of a turn, leaves first, then lists until none changes any more.
 *
 * A static route that holds while an object is up can be what that object looks at, and lists can be built in circles: so
 * an object that has changed twice within the interval of its kind (IOS's polling intervals: 1 s, 15 s for routes, 5 s for
 * IP SLAs) is looked at again only when the older change is that long ago. Stub objects are set from outside and need no
 * bound.
 *
 * The first look at a new object is its state from the beginning, told only when it is up, without a delay. Changing what
 * an object is (another kind) is refused by the command. An object that is removed takes its routes and lists along: who
 * is not there is down.
 *
 * What it does not do: carrier-delay, VRFs, IPv6, applications, resolution of metrics. */
#include "dataplane/svc/track.h"

#include <stdio.h>
#include <string.h>

#include "dataplane/net/iface.h"
#include "dataplane/net/route.h"
#include "dataplane/svc/ipsla.h"
#include "dataplane/svc/track_local.h"
#include "espial/bus.h"
#include "espial/debug.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/text.h"

MSG(MSG_TRACKING, "TRACKING", 5, "STATE", 0, "%u %s %s->%s");
MSG(MSG_TRACK, "TRACK", 6, "STATE", 0, "%u %s %s -> %s");

#define LISTS (1u << TRACK_BOOLEAN | 1u << TRACK_PERCENTAGE | 1u << TRACK_WEIGHT)

uint64_t track_interval(enum track_kind kind)
{
    static const uint8_t seconds[TRACK_KINDS] = {
        [TRACK_INTERFACE] = 1, [TRACK_REACHABILITY] = 15, [TRACK_METRIC] = 15, [TRACK_SLA] = 5,
        [TRACK_BOOLEAN] = 1,   [TRACK_PERCENTAGE] = 1,    [TRACK_WEIGHT] = 1,  [TRACK_STUB] = 1};

    return seconds[kind] * US_PER_S;
}

static void dirty(struct track *t, uint32_t kinds)
{
    t->dirty |= kinds;
    loop_defer(t->env.loop, &t->turn);
}

/* ---- what others make of it ---- */

/* Does a static route hold by this object? */
static bool routed(const struct track *t, uint32_t number)
{
    CONF_EACH(const struct route_conf, r, &net_conf(t->env.net)->routes)
    if (r->track == number)
        return true;
    return false;
}

static void spread(struct track *t, uint32_t number)
{
    if (routed(t, number))
        route_rebuild(t->env.net);
    dirty(t, LISTS);
}

static bool route_holds(void *arg, uint32_t number)
{
    bool up;

    return track_state(arg, number, &up) && up;
}

/* ---- said ---- */

static const char *word(bool up)
{
    return up ? "Up" : "Down";
}

static void say(struct track_object *o)
{
    struct track *t = o->track;
    struct fact_track f = {.number = o->conf->number, .up = o->seen.up};
    char text[TRACK_TEXT_MAX];
    bool turns = o->said.up != o->seen.up;

    timer_clear(&o->delay);
    if (o->seen.ifname[0])
        o->was_ifname[0] = 0;
    else if (o->said.ifname[0])
        memcpy(o->was_ifname, o->said.ifname, sizeof o->was_ifname);
    o->said = o->seen;
    if (!turns && o->changes)
        return;
    o->changes++;
    o->changed_at = loop_now(t->env.loop);
    if (!turns)
        return; /* a new object that is down */
    track_text(o->conf, true, text);
    if (t->debug)
        msg_debug(t->env.log, "Track: %u Change #%u %s %s->%s", f.number, o->changes, text, word(!f.up), word(f.up));
    msg_post(t->env.log, t->env.iosxe ? &MSG_TRACK : &MSG_TRACKING, f.number, text, word(!f.up), word(f.up));
    if (t->env.bus)
        bus_publish(t->env.bus, FACT_TRACK, &f, sizeof f);
    spread(t, f.number);
}

static void on_delay(void *arg)
{
    say(arg);
}

/* ---- seen ---- */

/* May it turn again? Else it is looked at again when it may. */
static bool free_to_turn(struct track_object *o)
{
    uint64_t now = 1 + loop_now(o->track->env.loop), until = o->turned[1] + track_interval(o->conf->kind);

    if (o->conf->kind == TRACK_STUB || !o->turned[1] || now >= until)
        return true;
    if (!timer_pending(&o->again))
        timer_set(&o->again, until - now);
    return false;
}

/* True when what is said is another state now. */
static bool look(struct track_object *o)
{
    struct track_view v = track_look(o);
    bool was = o->said.up, first = !o->looked;

    if (!first && v.up != o->seen.up) {
        if (!free_to_turn(o))
            return false;
        o->turned[1] = o->turned[0];
        o->turned[0] = 1 + loop_now(o->track->env.loop);
    }
    bool turned = v.up != o->seen.up;
    o->looked = true;
    o->seen = v;
    uint32_t delay = v.up ? o->conf->delay_up : o->conf->delay_down;
    if (first || v.up == o->said.up || !delay)
        say(o);
    else if (turned || !timer_pending(&o->delay))
        timer_set(&o->delay, delay * US_PER_S);
    return o->said.up != was;
}

static void on_again(void *arg)
{
    struct track_object *o = arg;

    dirty(o->track, 1u << o->conf->kind);
}

static bool look_at(struct track *t, uint32_t kinds)
{
    bool any = false;

    for (uint32_t n = 1; n <= TRACK_MAX; n++)
        if (t->objects[n] && kinds >> t->objects[n]->conf->kind & 1)
            any |= look(t->objects[n]);
    return any;
}

static void on_turn(void *arg)
{
    struct track *t = arg;
    uint32_t kinds = t->dirty;

    t->dirty = 0;
    look_at(t, kinds & ~LISTS);
    if ((kinds | t->dirty) & LISTS)
        while (look_at(t, LISTS))
            ;
    t->dirty &= ~LISTS;
}

static void on_iface(void *arg, struct iface *ifc, enum iface_event what)
{
    (void)ifc;
    (void)what;
    dirty(arg, 1u << TRACK_INTERFACE);
}

static void on_routes(void *arg)
{
    dirty(arg, 1u << TRACK_REACHABILITY | 1u << TRACK_METRIC);
}

static void on_sla(void *arg, uint32_t operation)
{
    (void)operation;
    dirty(arg, 1u << TRACK_SLA);
}

/* ---- objects ---- */

static int by_number(const void *a, const void *b)
{
    const struct track_conf *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

static int by_object(const void *a, const void *b)
{
    const struct track_member_conf *x = a, *y = b;

    return x->object < y->object ? -1 : x->object > y->object;
}

void track_conf_init(struct track_conf *c)
{
    c->metric_up = 254;
    c->metric_down = 255;
    conf_list_init(&c->members, sizeof(struct track_member_conf), by_object, NULL);
}

void track_conf_fini(struct track_conf *c)
{
    conf_list_clear(&c->members);
}

struct tracks_conf *track_conf(struct track *t)
{
    return &t->conf;
}

static void object_free(struct track_object *o)
{
    timer_clear(&o->again);
    timer_clear(&o->delay);
    mem_free(o);
}

void track_conf_changed(struct track *t, struct track_conf *c, bool removed)
{
    struct track_object **at = &t->objects[c->number], *o = *at;

    if (removed) {
        if (!o)
            return;
        *at = NULL;
        object_free(o);
        spread(t, c->number);
        return;
    }
    if (!o) {
        o = *at = NEW(struct track_object);
        o->track = t;
        timer_init(&o->again, t->env.loop, on_again, o);
        timer_init(&o->delay, t->env.loop, on_delay, o);
    }
    o->conf = c;
    dirty(t, 1u << c->kind);
}

bool track_exists(const struct track *t, uint32_t number)
{
    return number <= TRACK_MAX && t->objects[number];
}

bool track_state(const struct track *t, uint32_t number, bool *up)
{
    if (!track_exists(t, number))
        return false;
    *up = t->objects[number]->said.up;
    return true;
}

bool track_set_stub(struct track *t, uint32_t number, bool up)
{
    if (!track_exists(t, number) || t->objects[number]->conf->kind != TRACK_STUB)
        return false;
    t->objects[number]->stub_set = true;
    t->objects[number]->stub_up = up;
    dirty(t, 1u << TRACK_STUB);
    return true;
}

bool track_info(const struct track *t, uint32_t number, struct track_info *out)
{
    while (number <= TRACK_MAX && !t->objects[number])
        number++;
    if (number > TRACK_MAX)
        return false;
    const struct track_object *o = t->objects[number];
    *out = (struct track_info){.conf = o->conf,
                               .said = o->said,
                               .seen = o->seen,
                               .delayed = timer_pending(&o->delay),
                               .delay_left = timer_left(&o->delay),
                               .changes = o->changes,
                               .changed_at = o->changed_at};
    memcpy(out->was_ifname, o->was_ifname, sizeof out->was_ifname);
    return true;
}

uint64_t track_held(const struct track *t, enum track_kind kind)
{
    uint64_t least = 0;

    for (uint32_t n = 1; n <= TRACK_MAX; n++) {
        const struct track_object *o = t->objects[n];
        uint64_t left = o && o->conf->kind == kind ? timer_left(&o->again) : 0;
        if (left && (!least || left < least))
            least = left;
    }
    return least;
}

bool *track_debug(struct track *t)
{
    return &t->debug;
}

struct track *track_new(const struct track_env *env)
{
    struct track *t = NEW(struct track);
    const struct debug_item item = {"Tracking", "Object tracking debugging", &t->debug};

    t->env = *env;
    conf_list_init(&t->conf.objects, sizeof(struct track_conf), by_number, (void (*)(void *))track_conf_fini);
    t->turn = (struct deferred){.fn = on_turn, .arg = t};
    t->watch = (struct net_watch){.iface = on_iface, .routes = on_routes, .arg = t};
    net_watch(env->net, &t->watch);
    route_gate(env->net, route_holds, t);
    if (env->ipsla)
        ipsla_watch(env->ipsla, on_sla, t);
    if (env->debug)
        debug_register(env->debug, &item, 1, NULL, t);
    return t;
}

void track_free(struct track *t)
{
    if (!t)
        return;
    if (t->env.debug)
        debug_unregister(t->env.debug, t);
    route_gate(t->env.net, NULL, NULL);
    if (t->env.ipsla)
        ipsla_watch(t->env.ipsla, NULL, NULL);
    net_unwatch(t->env.net, &t->watch);
    for (uint32_t n = 1; n <= TRACK_MAX; n++)
        if (t->objects[n])
            object_free(t->objects[n]);
    loop_undefer(t->env.loop, &t->turn);
    conf_list_clear(&t->conf.objects);
    mem_free(t);
}

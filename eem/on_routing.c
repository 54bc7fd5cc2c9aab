/* on_routing.c: event routing: a route came, went or changed.
 *
 * `network P/L` alone is that very prefix. With ge, le or ne it is every prefix within P/L whose length is at least,
 * at most or other than so many bits, as in a prefix list: ge alone goes up to 32, le and ne begin at L. protocol is the
 * source of the route ("connected", "static", "local"). There is one table: `vrf default` and `vrf all` mean it, `vrf
 * name RE` means it when the expression fits "default". With `event manager detector routing bootup-delay` nothing is
 * heard of the changes of that many seconds after the start. */
#include <inttypes.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/patterns.h"
#include "espial/ip.h"
#include "espial/mem.h"
#include "espial/regex.h"

static const char *const changes[] = {"add", "remove", "modify", "all"};

struct hearing {
    uint32_t network;
    uint8_t len;
    bool vrf; /* it hears of the one table */
};

static bool parse_prefix(const char *s, uint32_t *network, uint8_t *len)
{
    char addr[IP4_STRLEN];
    int64_t n;
    const char *slash = strchr(s, '/');
    if (!slash || (size_t)(slash - s) >= sizeof addr || !str_int(slash + 1, 0, 32, &n))
        return false;
    memcpy(addr, s, (size_t)(slash - s));
    addr[slash - s] = '\0';
    *len = (uint8_t)n;
    return ip4_parse(addr, network) && !(*network & ~ip4_mask(*len));
}

static bool within(const struct hearing *h, const struct event_conf *ev, const struct fact_route *f)
{
    bool exact = !ev->ge && !ev->le && !ev->ne;
    if ((f->network & ip4_mask(h->len)) != h->network)
        return false;
    if (exact)
        return f->prefix_len == h->len;
    return f->prefix_len >= (ev->ge ? ev->ge : h->len) && f->prefix_len <= (ev->le ? ev->le : 32) &&
           (!ev->ne || f->prefix_len != ev->ne);
}

static bool in_vrf(const struct event_conf *ev)
{
    char err[128];
    if (ev->vrf_choice != EEM_VRF_NAME)
        return true;
    struct regex *re = pattern_compile(ev->vrf, REGEX_EVENT, err);
    bool is = re && regex_match(re, "default", strlen("default"));
    regex_free(re);
    return is;
}

static bool concerns(const struct watch *w, const struct fact_route *f)
{
    const struct event_conf *ev = w->ev;
    if (ev->route_change != EEM_ROUTE_ALL && ev->route_change != f->change)
        return false;
    if (ev->protocol && strcmp(eem_protocols[ev->protocol], f->protocol))
        return false;
    const struct hearing *h = w->state;
    return h->vrf && f->prefix_len >= h->len && within(h, ev, f);
}

static void arm(struct watch *w)
{
    struct hearing *h = w->state = NEW(struct hearing);
    h->vrf = parse_prefix(w->ev->network, &h->network, &h->len) && in_vrf(w->ev);
}

static void disarm(struct watch *w)
{
    mem_free(w->state);
}

void on_route_fact(void *eem, const void *fact)
{
    const struct eem *e = eem;
    const struct fact_route *f = fact;
    int64_t wall = clock_wall(e->env.clock);
    if (loop_now(e->env.loop) - e->began < e->conf.routing_delay * US_PER_MS)
        return;
    EEM_WATCHES(w, e, EEM_ROUTING)
    {
        char addr[IP4_STRLEN];
        struct vars vars = {0};
        if (!concerns(w, f))
            continue;
        vars_set(&vars, "_routing_network", ip4_format(f->network, addr));
        vars_set(&vars, "_routing_mask", ip4_format(ip4_mask(f->prefix_len), addr));
        vars_setf(&vars, "_routing_prefix_len", "%u", f->prefix_len);
        vars_set(&vars, "_routing_protocol", f->protocol);
        vars_set(&vars, "_routing_type", changes[f->change % 3]);
        vars_set(&vars, "_routing_tag_name", "");
        vars_set(&vars, "_routing_vrf_name", "default");
        vars_set(&vars, "_routing_topo_name", "base");
        vars_set(&vars, "_routing_lastgateway", ip4_format(f->gateway, addr));
        vars_setf(&vars, "_routing_distance", "%u", f->distance);
        vars_setf(&vars, "_routing_time", "%" PRId64 ".%03u", wall / 1000000, (unsigned)(wall / 1000 % 1000));
        vars_setf(&vars, "_routing_time_sec", "%" PRId64, wall / 1000000);
        vars_setf(&vars, "_routing_time_msec", "%u", (unsigned)(wall / 1000 % 1000));
        vars_setf(&vars, "_routing_metric", "%" PRIu32, f->metric);
        vars_set(&vars, "_routing_lastinterface", f->ifname);
        vars_set(&vars, "_routing_afi", "ipv4");
        eem_trigger(w, &vars);
    }
}

static bool check(const struct event_conf *ev, char why[128])
{
    struct hearing h;
    struct regex *re = ev->vrf_choice == EEM_VRF_NAME ? pattern_compile(ev->vrf, REGEX_EVENT, why) : NULL;
    if (ev->vrf_choice == EEM_VRF_NAME && !re)
        return false;
    regex_free(re);
    if (!parse_prefix(ev->network, &h.network, &h.len)) {
        str_copy(why, 128, "network must be A.B.C.D/N, without bits beyond N");
        return false;
    }
    uint8_t ge = ev->ge ? ev->ge : h.len, le = ev->le ? ev->le : 32;
    if (ge >= h.len && le >= ge && (!ev->ne || ev->ne >= h.len))
        return true;
    str_copy(why, 128, "lengths must be: prefix length <= ge <= le, and ne not below the prefix length");
    return false;
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    (void)applet_name;
    text_printf(out, "network {%s}", ev->network);
    if (ev->ge)
        text_printf(out, " ge {%u}", ev->ge);
    if (ev->le)
        text_printf(out, " le {%u}", ev->le);
    if (ev->ne)
        text_printf(out, " ne {%u}", ev->ne);
    text_printf(out, " protocol {%s} type {%s}", eem_protocols[ev->protocol], changes[ev->route_change % 4]);
}

static const char variables[] =
    "_routing_network _routing_mask _routing_prefix_len _routing_protocol _routing_type "
    "_routing_tag_name _routing_vrf_name _routing_topo_name _routing_lastgateway _routing_distance "
    "_routing_time _routing_time_sec _routing_time_msec _routing_metric _routing_lastinterface "
    "_routing_afi";
const struct detector detector_routing = {.type = EEM_ROUTING,
                                          .name = "routing",
                                          .check = check,
                                          .arm = arm,
                                          .disarm = disarm,
                                          .describe = describe,
                                          .variables = variables};

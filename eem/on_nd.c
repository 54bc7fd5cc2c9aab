/* on_nd.c: event neighbor-discovery: the link or the line protocol of an interface changed.
 *
 * A link is what `shutdown` changes (up, admindown), the line is line protocol: a shutdown is an event of both kinds, and
 * triggers once. The other kinds of link-event belong to hardware that can fail and are never seen. There are no
 * neighbors: neither CDP nor LLDP runs here, which is said at registration of an event that asks for them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/patterns.h"
#include "espial/mem.h"
#include "espial/regex.h"

enum { LINE_UP = 1, LINE_DOWN, LINE_ALL };

/* An interface as it was last told; one that was never heard of is down. */
static struct link_seen *seen(struct eem *e, const char *ifname)
{
    for (size_t i = 0; i < e->nlinks; i++)
        if (!strcmp(e->links[i].ifname, ifname))
            return &e->links[i];
    e->links = mem_resize(e->links, e->nlinks + 1, sizeof *e->links);
    struct link_seen *l = &e->links[e->nlinks++];
    *l = (struct link_seen){0};
    str_copy(l->ifname, sizeof l->ifname, ifname);
    return l;
}

/* "Ethernet0/0" is Et0/0. */
static void short_name(const char *ifname, char out[16])
{
    const char *digits = ifname;
    while (*digits && !isdigit((unsigned char)*digits))
        digits++;
    snprintf(out, 16, "%.2s%.13s", ifname, digits);
}

static bool on_interface(const struct watch *w, const char *ifname)
{
    if (!w->ev->by_regexp)
        return !strcmp(w->ev->name, ifname);
    return w->state && regex_match(w->state, ifname, strlen(ifname));
}

static bool wants_link(const struct event_conf *ev, bool up)
{
    const char *what = ev->link_event ? eem_link_events[ev->link_event - 1] : "";
    return !strcmp(what, "all") || !strcmp(what, up ? "up" : "admindown");
}

static bool wants_line(const struct event_conf *ev, bool up)
{
    return ev->line_event == LINE_ALL || ev->line_event == (up ? LINE_UP : LINE_DOWN);
}

void on_link_fact(void *eem, const void *fact)
{
    struct eem *e = eem;
    const struct fact_link *f = fact;
    struct link_seen *was = seen(e, f->ifname);
    bool link = was->link != f->admin_up, line = was->line != f->line_up;
    was->link = f->admin_up;
    was->line = f->line_up;
    EEM_WATCHES(w, e, EEM_ND)
    {
        bool by_link = link && wants_link(w->ev, f->admin_up), by_line = line && wants_line(w->ev, f->line_up);
        char name[16];
        struct vars vars = {0};
        if (!(by_link || by_line) || !on_interface(w, f->ifname))
            continue;
        vars_set(&vars, "_nd_notification", by_link ? "link-event" : "line-event");
        vars_set(&vars, "_nd_intf_linkstatus", f->admin_up ? "up" : "admindown");
        vars_set(&vars, "_nd_intf_linestatus", f->line_up ? "up" : "down");
        vars_set(&vars, "_nd_local_intf_name", f->ifname);
        short_name(f->ifname, name);
        vars_set(&vars, "_nd_short_local_intf_name", name);
        vars_set(&vars, "_nd_port_id", "");
        vars_set(&vars, "_nd_protocol", "");
        vars_set(&vars, "_nd_proto_notif", "");
        vars_set(&vars, "_nd_proto_new_entry", "");
        eem_trigger(w, &vars);
    }
}

static bool check(const struct event_conf *ev, char why[128])
{
    if (!ev->link_event && !ev->line_event && !ev->cdp && !ev->lldp) {
        str_copy(why, 128, "cdp, lldp, link-event or line-event is needed");
        return false;
    }
    struct regex *re = ev->by_regexp ? pattern_compile(ev->pattern, REGEX_EVENT, why) : NULL;
    regex_free(re);
    return re || !ev->by_regexp;
}

static void arm(struct watch *w)
{
    char why[128];
    if (w->ev->by_regexp)
        w->state = pattern_compile(w->ev->pattern, REGEX_EVENT, why); /* check has accepted it */
}

static void disarm(struct watch *w)
{
    regex_free(w->state);
}

static const char *mute(const struct event_conf *ev)
{
    return ev->cdp && ev->lldp ? "cdp and lldp" : ev->cdp ? "cdp" : ev->lldp ? "lldp" : NULL;
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    static const char *const entries[] = {"add", "update", "delete", "all"}, *const lines[] = {"up", "down", "all"};
    (void)applet_name;
    text_printf(out, "interface %s{%s}", ev->by_regexp ? "regexp " : "", ev->by_regexp ? ev->pattern : ev->name);
    if (ev->cdp)
        text_printf(out, " cdp {%s}", entries[(ev->cdp - 1) % 4]);
    if (ev->lldp)
        text_printf(out, " lldp {%s}", entries[(ev->lldp - 1) % 4]);
    if (ev->link_event)
        text_printf(out, " link-event {%s}", eem_link_events[ev->link_event - 1]);
    if (ev->line_event)
        text_printf(out, " line-event {%s}", lines[(ev->line_event - 1) % 3]);
}

static const char variables[] =
    "_nd_notification _nd_intf_linkstatus _nd_intf_linestatus _nd_local_intf_name "
    "_nd_short_local_intf_name _nd_port_id _nd_protocol _nd_proto_notif _nd_proto_new_entry";
const struct detector detector_nd = {.type = EEM_ND,
                                     .name = "neighbor-discovery",
                                     .check = check,
                                     .arm = arm,
                                     .disarm = disarm,
                                     .describe = describe, .variables = variables,
                                     .mute = mute};

/* cmd_show_track.c: show track [N | interface | ip {route | sla} | list | stub-object] [brief], show track timers.
 *
 * The state is what was told; while a delay runs, what is seen stands behind it. "Tracked by" names the static routes and
 * lists that hold by the object. The interval of `timers` is how long an object that changed twice within it is left
 * alone: nothing is polled, and "expired" says that a change would be seen at once. */
#include <stdio.h>
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/net/net.h"
#include "dataplane/net/net_conf.h"
#include "dataplane/svc/ipsla.h"
#include "dataplane/svc/track.h"
#include "espial/loop.h"

static const struct {
    const char *type, *param;
} kinds[TRACK_KINDS] = {
    [TRACK_INTERFACE] = {"interface", ""},
    [TRACK_REACHABILITY] = {"ip route", "reachability"},
    [TRACK_METRIC] = {"ip route", "metric threshold"},
    [TRACK_SLA] = {"ip sla", ""},
    [TRACK_BOOLEAN] = {"list", "boolean"},
    [TRACK_PERCENTAGE] = {"list", "percentage"},
    [TRACK_WEIGHT] = {"list", "weight"},
    [TRACK_STUB] = {"stub-object", ""},
};

static const char *word(bool up)
{
    return up ? "Up" : "Down";
}

static const char *param_of(const struct track_conf *c)
{
    if (c->kind == TRACK_INTERFACE)
        return c->routing ? "ip routing" : "line-protocol";
    if (c->kind == TRACK_SLA)
        return c->reachability ? "reachability" : "state";
    return kinds[c->kind].param;
}

static const char *instance_of(const struct track_conf *c, char out[IFNAME_MAX])
{
    out[0] = 0;
    if (c->kind == TRACK_INTERFACE)
        return c->ifname;
    if (c->kind == TRACK_SLA)
        snprintf(out, IFNAME_MAX, "%u", c->operation);
    if (c->kind == TRACK_REACHABILITY || c->kind == TRACK_METRIC)
        snprintf(out, IFNAME_MAX, "%s/%d", IP4(c->prefix), ip4_mask_len(c->mask));
    return out;
}

static char *ago(struct cmd_ctx *c, uint64_t at, char out[16])
{
    return span_format((loop_now(net_loop(dataplane_net(c->self))) - at) / US_PER_S, out);
}

/* " (connected)", or nothing. */
static void reason(struct cmd_ctx *c, const struct track_conf *t, const struct track_view *v)
{
    static const char *const texts[] = {[TRACK_WHY_ADMIN_DOWN] = "hw admin-down",
                                        [TRACK_WHY_HW_DOWN] = "hw down",
                                        [TRACK_WHY_NO_INTERFACE] = "hw not present",
                                        [TRACK_WHY_NO_ADDRESS] = "no IP addr",
                                        [TRACK_WHY_NO_ROUTE] = "no ip route"};

    if (t->kind == TRACK_PERCENTAGE || t->kind == TRACK_WEIGHT)
        out_printf(c->out, " (%u/%u)", v->part, v->whole);
    else if (v->why == TRACK_WHY_ROUTE && t->kind == TRACK_METRIC)
        out_printf(c->out, " (%s/%u/%u)", v->protocol, v->metric, v->scaled);
    else if (v->why == TRACK_WHY_NO_ROUTE && t->kind == TRACK_METRIC)
        out_text(c->out, " (no route)");
    else if (v->why == TRACK_WHY_ROUTE)
        out_printf(c->out, " (%s)", v->protocol);
    else if (v->why != TRACK_WHY_NONE)
        out_printf(c->out, " (%s)", texts[v->why]);
}

static const char *heading(const struct track_conf *t)
{
    switch (t->kind) {
    case TRACK_INTERFACE: return t->routing ? "IP routing" : "Line protocol";
    case TRACK_REACHABILITY: return "Reachability";
    case TRACK_METRIC: return "Metric threshold";
    case TRACK_SLA: return t->reachability ? "Reachability" : "State";
    case TRACK_BOOLEAN: return t->any ? "Boolean OR" : "Boolean AND";
    case TRACK_PERCENTAGE: return "Threshold percentage";
    case TRACK_WEIGHT: return "Threshold weight";
    default: return "State";
    }
}

static void what_line(struct cmd_ctx *c, const struct track_conf *t)
{
    char text[TRACK_TEXT_MAX];

    if (t->kind == TRACK_REACHABILITY || t->kind == TRACK_METRIC)
        out_printf(c->out, "  IP route %s %s %s\n", IP4(t->prefix), IP4(t->mask), kinds[t->kind].param);
    else if (t->kind == TRACK_SLA)
        out_printf(c->out, "  IP SLA %u %s\n", t->operation, param_of(t));
    else {
        track_text(t, false, text);
        out_printf(c->out, "  %c%s\n", text[0] - 'a' + 'A', text + 1);
    }
}

static void state_lines(struct cmd_ctx *c, const struct track_info *i)
{
    char span[16];

    out_printf(c->out, "  %s is %s", heading(i->conf), word(i->said.up));
    reason(c, i->conf, &i->said);
    if (i->delayed) {
        uint64_t left = (i->delay_left + US_PER_S - 1) / US_PER_S;
        out_printf(c->out, ", delayed %s (%llu sec%s remaining)", word(i->seen.up), (unsigned long long)left,
                   left == 1 ? "" : "s");
        reason(c, i->conf, &i->seen);
    }
    out_printf(c->out, "\n    %u change%s, last change %s\n", i->changes, i->changes == 1 ? "" : "s",
               ago(c, i->changed_at, span));
}

static void member_lines(struct cmd_ctx *c, const struct track_info *i)
{
    uint32_t up, down;

    CONF_EACH(const struct track_member_conf, m, &i->conf->members)
    {
        bool is_up = false, known = track_state(dataplane_track(c->self), m->object, &is_up);
        out_printf(c->out, "    object %u", m->object);
        if (m->negated)
            out_text(c->out, " not");
        if (i->conf->kind == TRACK_WEIGHT)
            out_printf(c->out, " weight %u", m->weight);
        out_printf(c->out, " %s\n", known ? word(is_up) : "Undefined");
    }
    if (i->conf->kind == TRACK_PERCENTAGE || i->conf->kind == TRACK_WEIGHT) {
        track_bounds(i->conf, i->seen.whole, &up, &down);
        out_printf(c->out, "  %s down %u up %u\n", heading(i->conf), down, up);
    }
}

static void delay_line(struct cmd_ctx *c, const struct track_conf *t)
{
    if (t->delay_up)
        out_printf(c->out, "  Delay up %u sec%s", t->delay_up, t->delay_up == 1 ? "" : "s");
    if (t->delay_down)
        out_printf(c->out, "%s down %u sec%s", t->delay_up ? "," : "  Delay", t->delay_down,
                   t->delay_down == 1 ? "" : "s");
    if (t->delay_up || t->delay_down)
        out_text(c->out, "\n");
}

static void sla_lines(struct cmd_ctx *c, const struct track_conf *t)
{
    struct ipsla_info i;

    if (t->kind != TRACK_SLA)
        return;
    if (!ipsla_info(dataplane_ipsla(c->self), t->operation, &i) || i.conf->number != t->operation)
        i = (struct ipsla_info){.code = IPSLA_UNKNOWN};
    out_printf(c->out, "  Latest operation return code: %s\n", ipsla_code_text(i.code));
    if (i.code == IPSLA_OK || i.code == IPSLA_OVER)
        out_printf(c->out, "  Latest RTT (millisecs) %u\n", i.rtt);
}

static void hop_line(struct cmd_ctx *c, const struct track_info *i)
{
    if (i->conf->kind == TRACK_METRIC)
        out_printf(c->out, "  Metric threshold down %u up %u\n", i->conf->metric_down, i->conf->metric_up);
    delay_line(c, i->conf);
    if (i->conf->kind != TRACK_METRIC && i->conf->kind != TRACK_REACHABILITY)
        return;
    if (i->said.ifname[0])
        out_printf(c->out, "  First-hop interface is %s\n", i->said.ifname);
    else if (i->was_ifname[0])
        out_printf(c->out, "  First-hop interface is unknown (was %s)\n", i->was_ifname);
    else
        out_text(c->out, "  First-hop interface is unknown\n");
}

static void client(struct cmd_ctx *c, bool *any, const char *what, uint32_t number)
{
    out_printf(c->out, "%s    %s %u\n", *any ? "" : "  Tracked by:\n", what, number);
    *any = true;
}

static void client_lines(struct cmd_ctx *c, const struct track_conf *t)
{
    struct track_info other;
    bool any = false, routed = false;

    CONF_EACH(const struct route_conf, r, &net_conf(dataplane_net(c->self))->routes)
    routed |= r->track == t->number;
    if (routed)
        client(c, &any, "Static IP Routing", 0);
    for (uint32_t n = 1; track_info(dataplane_track(c->self), n, &other); n = other.conf->number + 1)
        CONF_EACH(const struct track_member_conf, m, &other.conf->members)
    if (m->object == t->number)
        client(c, &any, "Track-list", other.conf->number);
}

static void one(struct cmd_ctx *c, const struct track_info *i)
{
    out_printf(c->out, "Track %u\n", i->conf->number);
    what_line(c, i->conf);
    state_lines(c, i);
    member_lines(c, i);
    hop_line(c, i);
    sla_lines(c, i->conf);
    client_lines(c, i->conf);
}

static void brief(struct cmd_ctx *c, const struct track_info *i)
{
    char instance[IFNAME_MAX], span[16];

    out_printf(c->out, "%-5u %-11s %-26s %-16s %-5s %s\n", i->conf->number, kinds[i->conf->kind].type,
               instance_of(i->conf, instance), param_of(i->conf), word(i->said.up), ago(c, i->changed_at, span));
}

/* Is it one of those asked for? */
static bool wanted(const struct cmd_ctx *c, const struct track_conf *t)
{
    return (!cmd_has(c, "number") || t->number == (uint32_t)cmd_int(c, "number")) &&
           (!cmd_has(c, "type") || !strcmp(kinds[cmd_int(c, "type")].type, kinds[t->kind].type)) &&
           (!cmd_has(c, "ifname") || !strcmp(cmd_str(c, "ifname"), t->ifname));
}

static enum cmd_result show(struct cmd_ctx *c)
{
    struct track_info i;
    bool any = false;

    for (uint32_t n = 1; track_info(dataplane_track(c->self), n, &i); n = i.conf->number + 1) {
        if (!wanted(c, i.conf))
            continue;
        if (cmd_has(c, "brief") && !any)
            out_text(c->out, "Track Type        Instance                   Parameter        State Last Change\n");
        any = true;
        (cmd_has(c, "brief") ? brief : one)(c, &i);
    }
    return CMD_OK;
}

static enum cmd_result timers(struct cmd_ctx *c)
{
    static const enum track_kind rows[] = {TRACK_INTERFACE, TRACK_REACHABILITY, TRACK_SLA, TRACK_BOOLEAN};

    out_text(c->out, "Object type      Poll Interval  Time to next poll\n");
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        uint64_t left = 0;
        for (int kind = 0; kind < TRACK_KINDS; kind++) {
            uint64_t own =
                strcmp(kinds[kind].type, kinds[rows[k]].type) ? 0 : track_held(dataplane_track(c->self), kind);
            left = own && (!left || own < left) ? own : left;
        }
        out_printf(c->out, "%-16s %-14llu ", kinds[rows[k]].type,
                   (unsigned long long)(track_interval(rows[k]) / US_PER_S));
        if (left)
            out_printf(c->out, "%llu.%03llu\n", (unsigned long long)(left / US_PER_S),
                       (unsigned long long)(left % US_PER_S / US_PER_MS));
        else
            out_text(c->out, "expired\n");
    }
    return CMD_OK;
}

static const struct cmd_row rows[] = {
    HELP(EXEC, "show track", "Tracking information"),
    DO(EXEC, 1, "show track [brief=brief]", show, "Brief display"),
    DO(EXEC, 1, "show track <number:1-1000> [brief=brief]", show, "Tracked object|Brief display"),
    DO(EXEC, 1, "show track interface=type:0 [<ifname>] [brief=brief]", show,
       "Tracked interface objects|Interface|Brief display"),
    HELP(EXEC, "show track ip", "Tracked IP objects"),
    DO(EXEC, 1, "show track ip route=type:1 [brief=brief]", show, "Tracked IP route objects|Brief display"),
    DO(EXEC, 1, "show track ip sla=type:3 [brief=brief]", show, "Tracked IP SLAs objects|Brief display"),
    DO(EXEC, 1, "show track list=type:4 [brief=brief]", show, "Tracked list objects|Brief display"),
    DO(EXEC, 1, "show track stub-object=type:7 [brief=brief]", show, "Tracked stub objects|Brief display"),
    DO(EXEC, 1, "show track timers", timers, "Polling interval timers"),
};
const struct cmd_table dp_table_show_track = CMD_TABLE("dataplane/cmd/cmd_show_track", rows);

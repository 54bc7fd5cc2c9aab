/* cmd_track.c: track N ...: objects to be tracked, their delays, members and thresholds; debug track.
 *
 * What an object is decides which lines it takes, so each kind with lines of its own has a mode; they all look the same.
 * A number that is taken by an object of another kind is refused until that one is removed; `track N` alone enters what
 * there is. An interface or operation need not exist: it may come later in a configuration, and is down until then. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/svc/track.h"

static void *tracks_global(void *self)
{
    return track_conf(dataplane_track(self));
}

static void object_init(void *obj)
{
    track_conf_init(obj);
}

static void object_fini(void *obj)
{
    track_conf_fini(obj);
}

static void object_changed(void *self, void *obj, enum cmd_change what)
{
    track_conf_changed(dataplane_track(self), obj, what == CMD_REMOVED);
}

static const struct track_conf *object_of(void *self, uint32_t number)
{
    struct track_info i;

    return track_info(dataplane_track(self), number, &i) && i.conf->number == number ? i.conf : NULL;
}

static bool same_object(const struct track_conf *a, const struct track_conf *b)
{
    return a->kind == b->kind && !strcmp(a->ifname, b->ifname) && a->routing == b->routing && a->prefix == b->prefix &&
           a->mask == b->mask && a->operation == b->operation && a->reachability == b->reachability && a->any == b->any;
}

static bool object_check(void *self, const void *obj, struct out *out)
{
    const struct track_conf *c = obj, *old = object_of(self, c->number);

    if (old && !same_object(old, c)) {
        out_printf(out, "Cannot change tracked object %u - delete old config first\n", c->number);
        return false;
    }
    if ((c->kind == TRACK_REACHABILITY || c->kind == TRACK_METRIC) &&
        (ip4_mask_len(c->mask) < 0 || (c->prefix & ~c->mask))) {
        out_text(out, "%Inconsistent address and mask\n");
        return false;
    }
    if (c->metric_up >= c->metric_down || (c->part_up && c->part_down && c->part_up <= c->part_down)) {
        out_text(out, "% Threshold up and down values overlap\n");
        return false;
    }
    return true;
}

static bool member_joins(void *self, const void *parent, const void *obj, struct out *out)
{
    const struct track_conf *c = parent;
    const struct track_member_conf *m = obj;

    (void)self;
    if (m->object != c->number)
        return true;
    out_text(out, "% A list cannot contain itself\n");
    return false;
}

static void member_init(void *obj)
{
    ((struct track_member_conf *)obj)->weight = 10;
}

static const struct cmd_scope tracks_scope = {.size = sizeof(struct tracks_conf), .global = tracks_global};
static const struct cmd_scope object_scope = {.size = sizeof(struct track_conf),
                                              .init = object_init,
                                              .fini = object_fini,
                                              .changed = object_changed,
                                              .check = object_check};
static const struct cmd_scope member_scope = {
    .size = sizeof(struct track_member_conf), .init = member_init, .joins = member_joins};

/* track N: into the mode of what there is. */
static enum cmd_result enter(struct cmd_ctx *c)
{
    static const enum cmd_mode modes[TRACK_KINDS] = {
        [TRACK_INTERFACE] = CONFIG_TRACK,       [TRACK_REACHABILITY] = CONFIG_TRACK,
        [TRACK_METRIC] = CONFIG_TRACK_METRIC,   [TRACK_SLA] = CONFIG_TRACK,
        [TRACK_BOOLEAN] = CONFIG_TRACK_BOOLEAN, [TRACK_PERCENTAGE] = CONFIG_TRACK_PERCENTAGE,
        [TRACK_WEIGHT] = CONFIG_TRACK_WEIGHT,   [TRACK_STUB] = CONFIG_TRACK_STUB};
    struct tracks_conf *all = track_conf(dataplane_track(c->self));

    CONF_EACH(struct track_conf, t, &all->objects)
    if (t->number == (uint32_t)cmd_int(c, "number")) {
        c->host->enter(c->shell, modes[t->kind], t);
        return CMD_OK;
    }
    out_text(c->out, "% Incomplete command.\n");
    return CMD_FAIL;
}

static enum cmd_result debug(struct cmd_ctx *c, bool on)
{
    *track_debug(dataplane_track(c->self)) = on;
    out_printf(c->out, "Object tracking debugging is %s\n", on ? "on" : "off");
    return CMD_OK;
}

static enum cmd_result debug_on(struct cmd_ctx *c)
{
    return debug(c, !c->no);
}

static enum cmd_result debug_off(struct cmd_ctx *c)
{
    return debug(c, false);
}

#define N(f) NUM(struct track_conf, f)
#define OBJECT(enters_mode, sent, text, ...)                                                                           \
    {.kind = CMD_MODE_ROW, .mode = CONFIG, .enters = enters_mode, .flags = CMD_ANEW,                                   \
     .sentence = "track <number:1-1000> " sent, .help = text, .scope = &object_scope, .parent = &tracks_scope,         \
     .list_off = offsetof(struct tracks_conf, objects),                                                                \
     .binds = CMD_BINDS(KEY_NUM(struct track_conf, number), N(kind) __VA_OPT__(, ) __VA_ARGS__)}
#define DELAY(mode)                                                                                                    \
    SET(mode, NULL, "delay &{[down <delay_down:0-180>]|[up <delay_up:0-180>]}",                                        \
        "Tracking delay|Delay down change notification|Delay value (seconds)|Delay up change notification|Delay "      \
        "value (seconds)",                                                                                             \
        N(delay_up), N(delay_down))
#define MEMBER(mode, sent, text, ...)                                                                                  \
    LINE(mode, &member_scope, NULL, struct track_conf, members, "object <object:1-1000>" sent,                         \
         "Specify a tracked object|Tracked object" text,                                                               \
         KEY_NUM(struct track_member_conf, object) __VA_OPT__(, ) __VA_ARGS__)

static const struct cmd_row rows[] = {
    HELP(CONFIG, "track", "Object tracking configuration commands"),
    DO_F(CONFIG, 15, CMD_IN_CONFIG, "track <number:1-1000>", enter, "Tracked object"),
    OBJECT(CONFIG_TRACK, "interface=kind:0 <ifname> {line-protocol|ip routing}=routing",
           "|Select an interface to track|Interface|Track interface line-protocol|IP protocol|Track interface IP "
           "routing state",
           TXT(struct track_conf, ifname), N(routing)),
    OBJECT(CONFIG_TRACK, "ip route <ip:prefix> <mask> reachability=kind:1",
           "|IP protocol|IP route|IP address|Network mask|Track IP route reachability", N(prefix), N(mask)),
    OBJECT(CONFIG_TRACK_METRIC, "ip route <ip:prefix> <mask> metric=kind:2 threshold",
           "|||||Track IP route metric|Track IP route metric threshold", N(prefix), N(mask)),
    OBJECT(CONFIG_TRACK, "ip sla=kind:3 <operation:1-2147483647> [state|reachability]=reachability",
           "||IP Service Level Agreement|Entry number|Return code state|Whether the route is reachable", N(operation),
           N(reachability)),
    {.kind = CMD_MODE_ROW,
     .mode = CONFIG,
     .enters = CONFIG_TRACK,
     .flags = CMD_HIDDEN,
     .sentence = "track <number:1-1000> rtr=kind:3 <operation:1-2147483647> [state|reachability]=reachability",
     .help = "|IP Service Level Agreement|Entry number|Return code state|Whether the route is reachable",
     .scope = &object_scope,
     .parent = &tracks_scope,
     .list_off = offsetof(struct tracks_conf, objects),
     .binds = CMD_BINDS(KEY_NUM(struct track_conf, number), N(kind), N(operation), N(reachability))},
    OBJECT(CONFIG_TRACK_BOOLEAN, "list boolean=kind:4 {and|or}=any",
           "|Group objects in a list|List based on boolean calculation|Specify a boolean 'and' calculation|Specify a "
           "boolean 'or' calculation",
           N(any)),
    OBJECT(CONFIG_TRACK_PERCENTAGE, "list threshold percentage=kind:5",
           "||List based on object weight or percentages|Percentage threshold"),
    OBJECT(CONFIG_TRACK_WEIGHT, "list threshold weight=kind:6", "|||Weight threshold"),
    OBJECT(CONFIG_TRACK_STUB, "stub-object=kind:7", "|Stub tracking object"),
    DELAY(CONFIG_TRACK),
    DELAY(CONFIG_TRACK_METRIC),
    SET(CONFIG_TRACK_METRIC, NULL, "threshold metric &{[down <metric_down:1-255>]|[up <metric_up:0-254>]}",
        "Tracking threshold|Metric threshold|Threshold down|Metric|Threshold up|Metric", N(metric_down), N(metric_up)),
    DELAY(CONFIG_TRACK_BOOLEAN),
    MEMBER(CONFIG_TRACK_BOOLEAN, " [not=negated]", "|Negate the state of the tracked object",
           NUM(struct track_member_conf, negated)),
    DELAY(CONFIG_TRACK_PERCENTAGE),
    MEMBER(CONFIG_TRACK_PERCENTAGE, "", ""),
    SET(CONFIG_TRACK_PERCENTAGE, NULL, "threshold percentage &{[down <part_down:0-99>]|[up <part_up:1-100>]}",
        "Tracking threshold|Percentage threshold|Threshold down|Percentage|Threshold up|Percentage", N(part_down),
        N(part_up)),
    DELAY(CONFIG_TRACK_WEIGHT),
    MEMBER(CONFIG_TRACK_WEIGHT, " [weight <weight:1-255>]", "|Weight of the tracked object|Weight",
           NUM(struct track_member_conf, weight)),
    SET(CONFIG_TRACK_WEIGHT, NULL, "threshold weight &{[down <part_down:0-254>]|[up <part_up:1-255>]}",
        "Tracking threshold|Weight threshold|Threshold down|Weight|Threshold up|Weight", N(part_down), N(part_up)),
    DELAY(CONFIG_TRACK_STUB),
    SET(CONFIG_TRACK_STUB, NULL, "default-state {down|up}=default_state",
        "Default state of the stub object|Default state down|Default state up", N(default_state)),
    DO_NO(EXEC, 15, "debug track", debug_on, "Object tracking"),
    DO(EXEC, 15, "undebug track", debug_off, "Object tracking"),
};
const struct cmd_table dp_table_track = CMD_TABLE("dataplane/cmd/cmd_track", rows);

/* cmd_ipsla.c: ip sla N and its lines, ip sla schedule, ip sla reaction-configuration; debug ip sla trace.
 *
 * An operation that is scheduled runs and may not be changed: `no ip sla schedule N` first, as on IOS. What an operation
 * is decides the prompt: (config-ip-sla), and (config-ip-sla-echo) when it is an echo. */
#include <string.h>

#include "dataplane/cmd/cmd.h"
#include "dataplane/dataplane.h"
#include "dataplane/svc/ipsla.h"

static void *slas_global(void *self)
{
    return ipsla_conf(dataplane_ipsla(self));
}

static void op_init(void *obj)
{
    sla_conf_init(obj);
}

static void op_changed(void *self, void *obj, enum cmd_change what)
{
    ipsla_op_changed(dataplane_ipsla(self), obj, what == CMD_REMOVED);
}

static bool op_check(void *self, const void *obj, struct out *out)
{
    if (!ipsla_scheduled(dataplane_ipsla(self), ((const struct sla_conf *)obj)->number))
        return true;
    out_text(out, "Entry already running and cannot be modified\n"
                  "        (only can delete (no) and start over)\n"
                  "        (check to see if the probe has finished exiting)\n");
    return false;
}

static const char *op_prompt(const void *obj)
{
    return ((const struct sla_conf *)obj)->kind == SLA_ICMP_ECHO ? "(config-ip-sla-echo)" : NULL;
}

static bool op_exists(void *self, uint32_t number, struct out *out)
{
    struct ipsla_info i;

    if (ipsla_info(dataplane_ipsla(self), number, &i) && i.conf->number == number)
        return true;
    out_printf(out, "%%Entry %u is not configured\n", number);
    return false;
}

static void schedule_init(void *obj)
{
    sla_schedule_conf_init(obj);
}

static bool schedule_check(void *self, const void *obj, struct out *out)
{
    return op_exists(self, ((const struct sla_schedule_conf *)obj)->number, out);
}

static void schedule_changed(void *self, void *obj, enum cmd_change what)
{
    ipsla_schedule_changed(dataplane_ipsla(self), obj, what == CMD_REMOVED);
}

static void react_init(void *obj)
{
    sla_react_conf_init(obj);
}

static bool react_check(void *self, const void *obj, struct out *out)
{
    const struct sla_react_conf *c = obj;

    if (c->lower > c->upper) {
        out_text(out, "%Illegal Value: lower threshold is above the upper one\n");
        return false;
    }
    if (c->x > c->y) {
        out_text(out, "%Illegal Value: X is greater than Y\n");
        return false;
    }
    return op_exists(self, c->number, out);
}

static void react_changed(void *self, void *obj, enum cmd_change what)
{
    (void)what;
    ipsla_react_changed(dataplane_ipsla(self), obj);
}

static const struct cmd_scope slas_scope = {.size = sizeof(struct slas_conf), .global = slas_global};
static const struct cmd_scope op_scope = {
    .size = sizeof(struct sla_conf), .init = op_init, .changed = op_changed, .check = op_check, .prompt = op_prompt};
static const struct cmd_scope schedule_scope = {.size = sizeof(struct sla_schedule_conf),
                                                .init = schedule_init,
                                                .changed = schedule_changed,
                                                .check = schedule_check};
static const struct cmd_scope react_scope = {
    .size = sizeof(struct sla_react_conf), .init = react_init, .changed = react_changed, .check = react_check};

/* no ip sla reaction-configuration N: all of them. */
static enum cmd_result no_reactions(struct cmd_ctx *c)
{
    struct conf_list *list = &ipsla_conf(dataplane_ipsla(c->self))->reactions;

    for (size_t i = list->n; i-- > 0;) {
        const struct sla_react_conf *r = list->v[i];
        if (r->number != (uint32_t)cmd_int(c, "number"))
            continue;
        ipsla_react_changed(dataplane_ipsla(c->self), r);
        conf_list_remove(list, i);
    }
    return CMD_OK;
}

static enum cmd_result debug(struct cmd_ctx *c, bool on)
{
    *ipsla_debug(dataplane_ipsla(c->self)) = on;
    out_printf(c->out, "IP SLAs trace debugging for all operations is %s\n", on ? "on" : "off");
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

#define O(f) NUM(struct sla_conf, f)
#define S(f) NUM(struct sla_schedule_conf, f)
#define R(f) NUM(struct sla_react_conf, f)
static const struct cmd_row rows[] = {
    HELP(CONFIG, "ip sla", "IP Service Level Agreement"),
    MODE(CONFIG, CONFIG_SLA, &op_scope, &slas_scope, struct slas_conf, ops, "ip sla <number:1-2147483647>",
         "Entry Number", KEY_NUM(struct sla_conf, number)),
    SET(CONFIG_SLA, NULL, "icmp-echo=kind:1 <ip:dst> [source-ip <ip:src>|source-interface <ifname:src_if>]",
        "ICMP Echo Operation|Destination IP address|Source address|Source IP address|Source Interface|Interface",
        O(kind), O(dst), O(src), TXT(struct sla_conf, src_if)),
    SET(CONFIG_SLA, NULL, "owner <word:owner>", "Owner of Entry|Owner", TXT(struct sla_conf, owner)),
    SET(CONFIG_SLA, NULL, "tag <word:tag>", "User defined tag|Tag", TXT(struct sla_conf, tag)),
    SET(CONFIG_SLA, NULL, "tos <tos:0-255>", "Type Of Service|Type of service value", O(tos)),
    SET(CONFIG_SLA, NULL, "request-data-size <data_size:0-16384>", "Request data size|Number of bytes in payload",
        O(data_size)),
    SET(CONFIG_SLA, NULL, "verify-data=verify", "Verify data", O(verify)),
    SET(CONFIG_SLA, NULL, "threshold <threshold:0-60000>", "Operation threshold in milliseconds|Millisecond threshold",
        O(threshold)),
    SET(CONFIG_SLA, NULL, "timeout <timeout:0-604800000>", "Timeout of an operation|Millisecond timeout value",
        O(timeout)),
    SET(CONFIG_SLA, NULL, "frequency <frequency:1-604800>", "Frequency of an operation|Frequency in seconds",
        O(frequency)),
    LINE(
        CONFIG, &schedule_scope, &slas_scope, struct slas_conf, schedules,
        "ip sla schedule <number:1-2147483647> &{[life {forever=forever|<life:0-2147483647>}]|[start-time "
        "{pending=start:1|now=start:2|after=start:3 <hhmmss:after>}]}",
        "IP SLAs Entry Scheduling|Entry number|Length of time to execute in seconds|continue running forever|Life "
        "seconds|When to start this entry|Start pending|Start now|Start after a certain amount of time from now|Hours, "
        "minutes, seconds",
        KEY_NUM(struct sla_schedule_conf, number), S(forever), S(life), S(start), S(after)),
    HELP(CONFIG, "ip sla reaction-configuration", "IP SLAs Reaction-Configuration"),
    LINE(CONFIG, &react_scope, &slas_scope, struct slas_conf, reactions,
         "ip sla reaction-configuration <number:1-2147483647> react {connectionLoss|rtt|timeout|verifyError}=element "
         "&{[threshold-value <upper:0-60000> <lower:0-60000>]|[threshold-type {never|immediate|consecutive "
         "[<consecutive:1-16>]|xofy [<x:1-16> <y:1-16>]|average [<average:1-16>]}=threshold]|[action-type "
         "{none|trapOnly}=action]}",
         "Entry number|Set the monitored element|React on connection loss|React on round trip time|React on "
         "timeout|React on error verification|Threshold values|Upper threshold|Lower threshold|Threshold type|Never "
         "react|React on each violation|Consecutive violations|Number of violations|X of Y violations|X|Y|Average of "
         "measurements|Number of measurements|Type of action|No action|Send traps",
         KEY_NUM(struct sla_react_conf, number), KEY_NUM(struct sla_react_conf, element), R(upper), R(lower),
         R(threshold), R(consecutive), R(x), R(y), R(average), R(action)),
    NO_ONLY(CONFIG, 15, "ip sla reaction-configuration <number:1-2147483647>", no_reactions, ""),
    HELP(CONFIG, "ip sla enable", "Enable"),
    SET(CONFIG, &slas_scope, "ip sla enable reaction-alerts=alerts", "Enable reaction alerts",
        NUM(struct slas_conf, alerts)),
    HELP(CONFIG, "ip sla logging", "Enable Syslog"),
    SET(CONFIG, &slas_scope, "ip sla logging traps=logging", "Generate Syslog traps", NUM(struct slas_conf, logging)),
    HELP(EXEC, "debug ip", "IP information"),
    HELP(EXEC, "debug ip sla", "IP Service Level Agreement"),
    DO_NO(EXEC, 15, "debug ip sla trace", debug_on, "IP SLAs trace messages"),
    HELP(EXEC, "undebug ip", "IP information"),
    HELP(EXEC, "undebug ip sla", "IP Service Level Agreement"),
    DO(EXEC, 15, "undebug ip sla trace", debug_off, "IP SLAs trace messages"),
};
const struct cmd_table dp_table_ipsla = CMD_TABLE("dataplane/cmd/cmd_ipsla", rows);

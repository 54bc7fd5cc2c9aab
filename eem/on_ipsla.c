/* on_ipsla.c: event ipsla: a reaction of an IP SLA operation occurred or cleared. Operations are named by their number,
 * or by a group; there are no groups of operations here, so a group-name alone waits for ever, and beside operation-id
 * is handed on as it stands. Without reaction-type every reaction counts. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "eem/eem_local.h"
#include "espial/ip.h"

void on_ipsla_fact(void *eem, const void *fact)
{
    const struct eem *e = eem;
    const struct fact_ipsla *f = fact;
    EEM_WATCHES(w, e, EEM_IPSLA)
    {
        const struct event_conf *ev = w->ev;
        char addr[IP4_STRLEN];
        struct vars vars = {0};
        if (!ev->has_number || ev->number != f->operation || (ev->dst_ip && ev->dst_ip != f->dst) ||
            (ev->reaction && strcmp(eem_reactions[ev->reaction - 1], f->reaction)))
            continue;
        vars_set(&vars, "_ipsla_group_name", ev->name);
        vars_setf(&vars, "_ipsla_oper_id", "%" PRIu32, f->operation);
        vars_set(&vars, "_ipsla_condition", f->occurred ? "Occurred" : "Cleared");
        vars_set(&vars, "_ipsla_react_type", f->reaction);
        vars_set(&vars, "_ipsla_threshold_type", f->threshold);
        vars_set(&vars, "_ipsla_dest_ip_addr", ip4_format(f->dst, addr));
        vars_setf(&vars, "_ipsla_threshold_rising", "%" PRId64, f->rising);
        vars_setf(&vars, "_ipsla_threshold_falling", "%" PRId64, f->falling);
        vars_setf(&vars, "_ipsla_threshold_count", "%" PRId64, f->count);
        vars_setf(&vars, "_ipsla_threshold_count2", "%" PRId64, f->count2);
        vars_setf(&vars, "_ipsla_measured_threshold_value", "%" PRId64, f->measured);
        eem_trigger(w, &vars);
    }
}

static bool check(const struct event_conf *ev, char why[128])
{
    if (ev->has_number || ev->name[0])
        return true;
    str_copy(why, 128, "group-name or operation-id is needed");
    return false;
}

static void describe(const struct event_conf *ev, const char *applet_name, struct text *out)
{
    char addr[IP4_STRLEN];
    (void)applet_name;
    text_add(out, "");
    if (ev->name[0])
        text_printf(out, "group-name {%s} ", ev->name);
    if (ev->has_number)
        text_printf(out, "operation-id {%" PRIu32 "} ", ev->number);
    if (ev->reaction)
        text_printf(out, "reaction-type {%s} ", eem_reactions[ev->reaction - 1]);
    if (ev->dst_ip)
        text_printf(out, "dest-ip-address {%s}", ip4_format(ev->dst_ip, addr));
}

static const char variables[] =
    "_ipsla_group_name _ipsla_oper_id _ipsla_condition _ipsla_react_type _ipsla_threshold_type "
    "_ipsla_dest_ip_addr _ipsla_threshold_rising _ipsla_threshold_falling _ipsla_threshold_count "
    "_ipsla_threshold_count2 _ipsla_measured_threshold_value";
const struct detector detector_ipsla = {
    .type = EEM_IPSLA, .name = "ipsla", .check = check, .describe = describe, .variables = variables};

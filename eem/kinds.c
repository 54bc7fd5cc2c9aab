/* kinds.c: the events that can be waited for and the actions that can be done: one line each, in a file on_*.c or do_*.c
 * of their own. What has no line here is not there, and the grammar has no row for it. */
#include "eem/eem_local.h"

extern const struct detector detector_syslog, detector_snmp_notification, detector_none, detector_watchdog,
    detector_countdown, detector_absolute, detector_cron, detector_counter, detector_cli, detector_application,
    detector_interface, detector_snmp, detector_track, detector_config, detector_routing, detector_ipsla, detector_nd,
    detector_env, detector_gold, detector_identity, detector_ioswd, detector_mat, detector_nf, detector_oir,
    detector_rf, detector_rpc, detector_snmp_object, detector_resource;

const struct detector *detector_of(uint8_t type)
{
    static const struct detector *const all[] = {
        &detector_syslog,      &detector_snmp_notification,
        &detector_none,        &detector_watchdog,
        &detector_countdown,   &detector_absolute,
        &detector_cron,        &detector_counter,
        &detector_cli,         &detector_application,
        &detector_interface,   &detector_snmp,
        &detector_track,       &detector_config,
        &detector_routing,     &detector_ipsla,
        &detector_nd,          &detector_env,
        &detector_gold,        &detector_identity,
        &detector_ioswd,       &detector_mat,
        &detector_nf,          &detector_oir,
        &detector_rf,          &detector_rpc,
        &detector_snmp_object, &detector_resource,
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->type == type)
            return all[i];
    return NULL;
}

extern const struct action_kind action_cli, action_syslog, action_wait, action_snmp_trap, action_info, action_set,
    action_set_old, action_if, action_elseif, action_else, action_end, action_while, action_foreach, action_break,
    action_continue, action_exit, action_comment, action_append, action_string, action_regexp, action_increment,
    action_counter, action_context, action_track, action_puts, action_gets, action_handle_error, action_decrement,
    action_add, action_subtract, action_multiply, action_divide, action_file, action_publish_event, action_policy,
    action_cns_event, action_reload, action_force_switchover, action_help, action_mail, action_snmp_object_value;

const struct action_kind *action_kind_of(uint8_t verb)
{
    static const struct action_kind *const kinds[ACTION_VERBS] = {
        [ACTION_CLI] = &action_cli,
        [ACTION_SYSLOG] = &action_syslog,
        [ACTION_WAIT] = &action_wait,
        [ACTION_SNMP_TRAP] = &action_snmp_trap,
        [ACTION_INFO] = &action_info,
        [ACTION_SET] = &action_set,
        [ACTION_SET_OLD] = &action_set_old,
        [ACTION_IF] = &action_if,
        [ACTION_ELSEIF] = &action_elseif,
        [ACTION_ELSE] = &action_else,
        [ACTION_END] = &action_end,
        [ACTION_WHILE] = &action_while,
        [ACTION_FOREACH] = &action_foreach,
        [ACTION_BREAK] = &action_break,
        [ACTION_CONTINUE] = &action_continue,
        [ACTION_EXIT] = &action_exit,
        [ACTION_APPEND] = &action_append,
        [ACTION_INCREMENT] = &action_increment,
        [ACTION_DECREMENT] = &action_decrement,
        [ACTION_ADD] = &action_add,
        [ACTION_SUBTRACT] = &action_subtract,
        [ACTION_MULTIPLY] = &action_multiply,
        [ACTION_DIVIDE] = &action_divide,
        [ACTION_REGEXP] = &action_regexp,
        [ACTION_COUNTER] = &action_counter,
        [ACTION_CONTEXT] = &action_context,
        [ACTION_TRACK] = &action_track,
        [ACTION_PUTS] = &action_puts,
        [ACTION_GETS] = &action_gets,
        [ACTION_HANDLE_ERROR] = &action_handle_error,
        [ACTION_STRING] = &action_string,
        [ACTION_FILE] = &action_file,
        [ACTION_PUBLISH_EVENT] = &action_publish_event,
        [ACTION_POLICY] = &action_policy,
        [ACTION_CNS_EVENT] = &action_cns_event,
        [ACTION_RELOAD] = &action_reload,
        [ACTION_FORCE_SWITCHOVER] = &action_force_switchover,
        [ACTION_HELP] = &action_help,
        [ACTION_MAIL] = &action_mail,
        [ACTION_COMMENT] = &action_comment,
        [ACTION_SNMP_OBJECT_VALUE] = &action_snmp_object_value,
    };
    return verb < ACTION_VERBS ? kinds[verb] : NULL;
}

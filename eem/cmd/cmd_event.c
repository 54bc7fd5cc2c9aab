/* cmd_event.c: what an applet waits for: `event ...` in applet mode, a row a detector: messages, commands, timers, what
 * applets tell each other. Others: cmd_event_watch.c (the router's own state) and cmd_event_inert.c.
 *
 * The constant in the row (syslog=type:11) tells whose line an element of the list is; numbers are those of eem_conf.h.
 * Keywords may come in any order where IOS takes them so; they are printed in the order written here. Typing an event
 * with the same tag (or none) replaces the earlier one. */
#include "eem/cmd/event_rows.h"

static bool event_check(void *self, const void *obj, struct out *out)
{
    char why[128];
    if (eem_event_possible(self, obj, why))
        return true;
    out_printf(out, "%% Invalid event: %s\n", why);
    return false;
}

const struct cmd_scope eem_event_scope = {
    .size = sizeof(struct event_conf), .init = event_conf_init, .check = event_check};

#define LEVELS_ALL "{emergencies|alerts|critical|errors|warnings|notifications|informational|debugging|all}=priority"
#define TIMER(kind, text)                                                                                              \
    EVENT("timer " kind " &{time <seconds:time>|[name <arg:timer_name>]|" TIMES "}",                                  \
          text "|Timer time|Seconds|Timer name|Name of timer|" TIMES_HELP, NUM(struct event_conf, time),               \
          TXT(struct event_conf, timer_name))

static const struct cmd_row rows[] = {
    HELP(CONFIG_APPLET, "event", "Add or modify event information"),
    HELP(CONFIG_APPLET, "event timer", "Timer event"),
    EVENT("none=type:20 &{[sync {yes|no}=sync_no]|[default <seconds:dflt>]|" TIMES "}",
          "Event tag identifier|Event tag|Manually run policy event|Sync the policy with the command|"
          "Wait for the policy|Do not wait|How long the command waits|Seconds|" TIMES_HELP,
          NUM(struct event_conf, sync_no), EV(dflt)),
    EVENT("cli=type:19 &{pattern <string:pattern>|[enter=enter]|[questionmark=question]|[tab=tab_key]|[sync "
          "{no=sync:0|yes=sync:1}]|[skip=skip_given {no=skip:0|yes=skip:1}]|[verifyprc "
          "{no=verify:0|yes=verify:1}]|[occurs <occurs:1-32>]|[period "
          "<seconds:period>]|[default <seconds:dflt>]|[mode <arg:mode>]|" TIMES "}",
          "||CLI event|Command pattern|Regular expression|The Enter key|The question mark|The Tab key|Hold the command "
          "for "
          "the policy|Do not hold it|Hold it|Drop the command|Run it|Drop it|Verify the parser return "
          "code|No|Yes|Number of "
          "occurrences before raising event|Number of occurrences|Occurrence period|Period in seconds|How long to hold "
          "the command|Seconds|Parser mode|Name of the mode|" TIMES_HELP,
          TXT(struct event_conf, pattern), NUM(struct event_conf, enter), NUM(struct event_conf, question),
          NUM(struct event_conf, tab_key), NUM(struct event_conf, sync), EV(skip_given), EV(skip),
          NUM(struct event_conf, occurs), NUM(struct event_conf, period), NUM(struct event_conf, dflt),
          TXT(struct event_conf, mode), NUM(struct event_conf, verify)),
    EVENT("configuration=type:24 &{" TIMES "}", "||Configuration event|" TIMES_HELP),
    EVENT("syslog=type:11 &{[pattern <string:pattern>]|[sequence <string:sequence>]|[timestamp "
          "<string:timestamp>]|[facility "
          "<string:facility>]|[mnemonic <string:mnemonic>]|[occurs <occurs:1-32>]|[period <seconds:period>]|"
          "[priority {" LEVELS_ALL
          "|<priority:0-7>}]|[severity-fatal=sev_fatal]|[severity-critical=sev_critical]|[severity-major=sev_major]|"
          "[severity-minor=sev_minor]|[severity-warning=sev_warning]|[severity-notification=sev_notification]|"
          "[severity-normal=sev_normal]|[severity-debugging=sev_debugging]|" TIMES "}",
          "||Syslog event|Syslog message pattern|Regular expression|Sequence number|Regular expression|Time "
          "stamp|Regular "
          "expression|Facility of the message|Regular expression|Mnemonic of the message|Regular expression|Number of "
          "occurrences before raising event|"
          "Number of occurrences|Occurrence period|Period in seconds|Syslog priority|" LEVELS_HELP
          "|All messages|Priority as a number|Level 0|Level 1|Level 2|Level 3|Level 4|Level 5|Level 6|Level "
          "7|" TIMES_HELP,
          EV_TXT(pattern), EV_TXT(sequence), EV_TXT(timestamp), EV_TXT(facility), EV_TXT(mnemonic), EV(occurs),
          EV(period), EV(priority), EV(sev_fatal), EV(sev_critical), EV(sev_major), EV(sev_minor), EV(sev_warning),
          EV(sev_notification), EV(sev_normal), EV(sev_debugging)),
    EVENT(
        "snmp-notification=type:29 &{oid <oid>|oid-val <string:oid_val>|op " OPS
        "|[src-ip-address <ip:src_ip>]|[dest-ip-address <ip:dst_ip>]|[default <seconds:dflt>]|[direction "
        "{incoming|outgoing}="
        "direction]|[msg-op {send|drop}=msg_op]|" TIMES "}",
        "||SNMP notification event|Object ID of a varbind, a trailing dot for all below|Object ID|"
        "Value to compare with|Value|Comparison operator|" OPS_HELP
        "|Source IP address|Address|Destination IP address|Address|Time until the default action|Seconds|Which way it "
        "goes|Received|About to be sent|What becomes of it|It is sent|It is not sent|" TIMES_HELP,
        EV(dflt), EV(direction), EV(msg_op), TXT(struct event_conf, oid), TXT(struct event_conf, oid_val),
        NUM(struct event_conf, op), NUM(struct event_conf, src_ip), NUM(struct event_conf, dst_ip)),
    LINE(CONFIG_APPLET, &eem_event_scope, NULL, struct applet_conf, events,
         "event [tag <word:tag>] counter=type:10 name <arg:name> &{entry-val <arg:entry_val>|entry-op " OPS_OF(
             "entry_op") "|[exit-val <arg:exit_val>]|[exit-op " OPS_OF("exit_op") "]|[maxrun <seconds:maxrun>]}",
         "||Counter event|Name of the counter|Name|Entry value|Value|Entry comparison|" OPS_HELP
         "|Exit value|Value|Exit comparison|" OPS_HELP "|Maximum runtime of policy|Maximum runtime in seconds",
         KEY_TXT(struct event_conf, tag), EV(type), EV(maxrun), EV_TXT(name), EV_TXT(entry_val), EV(entry_op),
         EV_TXT(exit_val), EV(exit_op)),
    EVENT(
        "application=type:0 sub-system <sub_system:1-4294967295> type <number:1-4294967295> [maxrun <seconds:maxrun>] "
        "[ratelimit <seconds:ratelimit>]",
        "||Application specific event|Sub-system that publishes|798 is that of applets|Type of the "
        "event|Number|" TIMES_HELP,
        NUM(struct event_conf, sub_system), NUM(struct event_conf, number)),
    TIMER("countdown=type:7", "||Fires once"),
    TIMER("watchdog=type:6", "||Fires again and again"),
    TIMER("absolute=type:8", "||Fires at a time in seconds since 1970"),
    EVENT("timer cron=type:9 &{cron-entry <string:cron>|[name <arg:timer_name>]|" TIMES "}",
          "||Fires by the calendar|Cron entry|minute hour day month weekday|Timer name|Name of timer|" TIMES_HELP,
          TXT(struct event_conf, cron), TXT(struct event_conf, timer_name)),
};

const struct cmd_table eem_table_event = CMD_TABLE("eem/cmd/cmd_event", rows);

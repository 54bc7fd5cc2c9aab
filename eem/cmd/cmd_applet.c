/* cmd_applet.c: `event manager ...` in configuration mode, and the applet mode.
 *
 * Rows stand in the order running-config prints them. Events and actions are one list each, one row a detector or verb;
 * the constant in the row (syslog=type:11) tells whose line an element is. Numbers are those of eem_conf.h. Keywords
 * may come in any order where IOS takes them so; they are printed in the order written here. Typing an event with the
 * same tag (or none) replaces the earlier one, typing a label again replaces that action. An applet is registered when
 * its mode is left; what it lacks is said by the engine's own messages (FMPD_NO_EVENT ...), as on IOS. What the engine
 * cannot do has no row, so the parser refuses it. */
#include <string.h>

#include "eem/cmd/cmd.h"
#include "eem/eem.h"

static void *global_conf(void *self)
{
    return eem_conf(self);
}

static void conf_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    eem_conf_changed(self);
}

static const struct cmd_scope eem_scope = {.size = sizeof(struct eem_conf),
                                           .init = eem_conf_init,
                                           .fini = eem_conf_fini,
                                           .global = global_conf,
                                           .changed = conf_changed};
static const struct cmd_scope environment_scope = {.size = sizeof(struct environment_conf)};

/* ---- applets */

static bool applet_check(void *self, const void *obj, struct out *out)
{
    const char *name = ((const struct applet_conf *)obj)->class_name;
    (void)self;
    if (!name[0] || !strcmp(name, "default") || (name[0] >= 'A' && name[0] <= 'Z' && !name[1]))
        return true;
    out_text(out, "% Class must be default or a letter from A to Z\n");
    return false;
}

static void applet_changed(void *self, void *obj, enum cmd_change what)
{
    if (what == CMD_REMOVED)
        eem_unregister(self, ((struct applet_conf *)obj)->name);
}

static void applet_left(void *self, void *obj, struct out *out)
{
    (void)out;
    enum eem_registered outcome = eem_register(self, obj); /* what is wrong was logged */
    (void)outcome;
}

static bool event_check(void *self, const void *obj, struct out *out)
{
    char why[128];
    (void)self;
    if (eem_event_check(obj, why))
        return true;
    out_printf(out, "%% Invalid event: %s\n", why);
    return false;
}

static const struct cmd_scope applet_scope = {
    .size = sizeof(struct applet_conf),
    .init = applet_conf_init,
    .fini = applet_conf_fini,
    .changed = applet_changed,
    .check = applet_check,
    .left = applet_left,
};
static const struct cmd_scope event_scope = {
    .size = sizeof(struct event_conf), .init = event_conf_init, .check = event_check};
static const struct cmd_scope action_scope = {.size = sizeof(struct action_conf), .init = action_conf_init};

#define LEVELS     "{emergencies|alerts|critical|errors|warnings|notifications|informational|debugging}=priority"
#define LEVELS_ALL "{emergencies|alerts|critical|errors|warnings|notifications|informational|debugging|all}=priority"
#define LEVELS_HELP                                                                                                    \
    "System is unusable|Immediate action needed|Critical conditions|Error conditions|Warning conditions|Normal but "   \
    "significant conditions|"                                                                                          \
    "Informational messages|Debugging messages"
#define OPS        "{gt|ge|eq|ne|lt|le}=op"
#define OPS_HELP   "Greater than|Greater than or equal to|Equal to|Not equal to|Less than|Less than or equal to"
#define TIMES      "[maxrun <seconds:maxrun>]|[ratelimit <seconds:ratelimit>]"
#define TIMES_HELP "Maximum runtime of policy|Maximum runtime in seconds|Rate limit of event|Seconds between triggers"

#define EVENT(sent, text, ...)                                                                                         \
    LINE(CONFIG_APPLET, &event_scope, NULL, struct applet_conf, events, "event [tag <word:tag>] " sent, text,          \
         KEY_TXT(struct event_conf, tag), NUM(struct event_conf, type), NUM(struct event_conf, maxrun),                \
         NUM(struct event_conf, ratelimit), __VA_ARGS__)
#define TIMER(kind, text)                                                                                              \
    EVENT("timer " kind " &{time <seconds:time>|[name <word:timer_name>]|" TIMES "}",                                  \
          text "|Timer time|Seconds|Timer name|Name of timer|" TIMES_HELP, NUM(struct event_conf, time),               \
          TXT(struct event_conf, timer_name))
#define ACTION(sent, text, ...)                                                                                        \
    LINE(CONFIG_APPLET, &action_scope, NULL, struct applet_conf, actions, "action <word:label> " sent, text,           \
         KEY_TXT(struct action_conf, label), NUM(struct action_conf, verb) __VA_OPT__(, ) __VA_ARGS__)

static const struct cmd_row rows[] = {
    HELP(CONFIG, "event", "Event related configuration commands"),
    HELP(CONFIG, "event manager", "Event manager configuration commands"),
    HELP(CONFIG, "event manager history", "Event manager history configuration"),
    HELP(CONFIG, "event manager history size", "Event manager history table size"),
    LINE(CONFIG, &environment_scope, &eem_scope, struct eem_conf, environment,
         "event manager environment <word:name> <line:value>",
         "Set an event manager global environment variable|Name of the event manager environment variable|"
         "Value of the event manager environment variable",
         KEY_TXT(struct environment_conf, name), TXT(struct environment_conf, value)),
    SET(CONFIG, &eem_scope,
        "event manager session cli username <word:session_user> [privilege <session_privilege:0-15>]",
        "Event manager session configuration|Event manager CLI session|Event manager CLI session username|"
        "Username assigned to CLI sessions|Privilege level of CLI sessions|Privilege level",
        TXT(struct eem_conf, session_user), NUM(struct eem_conf, session_privilege)),
    SET(CONFIG, &eem_scope, "event manager scheduler applet thread class default number <threads:1-65535>",
        "Event manager scheduler configuration|Applet scheduling|Scheduler threads|Classes served|Default class|"
        "Number of threads|Number of threads",
        NUM(struct eem_conf, threads)),
    SET(CONFIG, &eem_scope, "event manager history size events <history_events:0-50>",
        "Event manager events history|Number of entries", NUM(struct eem_conf, history_events)),
    SET(CONFIG, &eem_scope, "event manager history size traps <history_traps:0-50>",
        "Event manager traps history|Number of entries", NUM(struct eem_conf, history_traps)),
    MODE(CONFIG, CONFIG_APPLET, &applet_scope, &eem_scope, struct eem_conf, applets,
         "event manager applet <word:name> [authorization bypass=bypass] [class <word:class_name>] [trap=trap]",
         "Register an Event Manager applet|Name of the Event Manager applet|AAA authorization type for policy|"
         "Bypass authorization|EEM policy class|default or a letter from A to Z|"
         "Generate an SNMP trap when policy is triggered",
         KEY_TXT(struct applet_conf, name), NUM(struct applet_conf, bypass), TXT(struct applet_conf, class_name),
         NUM(struct applet_conf, trap)),

    SET(CONFIG_APPLET, NULL, "description <line:description>", "Add or modify an applet description|Applet description",
        TXT(struct applet_conf, description)),

    HELP(CONFIG_APPLET, "event", "Add or modify event information"),
    HELP(CONFIG_APPLET, "event timer", "Timer event"),
    EVENT("none=type:20 [sync {yes|no}=sync_no] [maxrun <seconds:maxrun>] [ratelimit <seconds:ratelimit>]",
          "Event tag identifier|Event tag|Manually run policy event|Sync the policy with the command|"
          "Wait for the policy|Do not wait|" TIMES_HELP,
          NUM(struct event_conf, sync_no)),
    EVENT("syslog=type:11 &{pattern <string:pattern>|[occurs <occurs:1-32>]|[period <seconds:period>]|"
          "[priority " LEVELS_ALL "]|" TIMES "}",
          "||Syslog event|Syslog message pattern|Regular expression|Number of occurrences before raising event|"
          "Number of occurrences|Occurrence period|Period in seconds|Syslog priority|" LEVELS_HELP
          "|All messages|" TIMES_HELP,
          TXT(struct event_conf, pattern), NUM(struct event_conf, occurs), NUM(struct event_conf, period),
          NUM(struct event_conf, priority)),
    EVENT("snmp-notification=type:29 &{oid <oid>|oid-val <string:oid_val>|op " OPS
          "|[src-ip-address <ip:src_ip>]|[dest-ip-address <ip:dst_ip>]|" TIMES "}",
          "||SNMP notification event|Object ID of a varbind, a trailing dot for all below|Object ID|"
          "Value to compare with|Value|Comparison operator|" OPS_HELP
          "|Source IP address|Address|Destination IP address|Address|" TIMES_HELP,
          TXT(struct event_conf, oid), TXT(struct event_conf, oid_val), NUM(struct event_conf, op),
          NUM(struct event_conf, src_ip), NUM(struct event_conf, dst_ip)),
    TIMER("countdown=type:7", "||Fires once"),
    TIMER("watchdog=type:6", "||Fires again and again"),
    TIMER("absolute=type:8", "||Fires at a time in seconds since 1970"),
    EVENT("timer cron=type:9 &{cron-entry <string:cron>|[name <word:timer_name>]|" TIMES "}",
          "||Fires by the calendar|Cron entry|minute hour day month weekday|Timer name|Name of timer|" TIMES_HELP,
          TXT(struct event_conf, cron), TXT(struct event_conf, timer_name)),

    HELP(CONFIG_APPLET, "action", "Add or modify an action statement"),
    ACTION("cli=verb:1 command <string:text> [pattern <string:pattern>]",
           "Label|Execute a CLI command|CLI command to execute|Command|Answer pattern|"
           "Regular expression awaited instead of the prompt",
           TXT(struct action_conf, text), TXT(struct action_conf, pattern)),
    ACTION("syslog=verb:2 &{[priority " LEVELS "]|msg <string:text>|[facility <string:facility>]}",
           "|Log a syslog message|Priority of message|" LEVELS_HELP "|Message text|Text|Facility of message|Facility",
           TXT(struct action_conf, text), NUM(struct action_conf, priority), TXT(struct action_conf, facility)),
    ACTION("wait=verb:3 <wait:1-31536000>", "|Wait for a specified amount of time|Seconds",
           NUM(struct action_conf, wait)),
    ACTION("snmp-trap=verb:4 &{[intdata1=has_int1 <int1:-2147483648-2147483647>]|"
           "[intdata2=has_int2 <int2:-2147483648-2147483647>]|[strdata=has_str <string:text>]}",
           "|Send an SNMP trap|First integer|Value|Second integer|Value|String|Value",
           NUM(struct action_conf, has_int1), SNUM(struct action_conf, int1), NUM(struct action_conf, has_int2),
           SNUM(struct action_conf, int2), NUM(struct action_conf, has_str), TXT(struct action_conf, text)),
    ACTION("info=verb:5 type routername", "|Obtain system specific information|Type of information|Name of the router"),
};

const struct cmd_table eem_table_applet = CMD_TABLE("eem/cmd/cmd_applet", rows);

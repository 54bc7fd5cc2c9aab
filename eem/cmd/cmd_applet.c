/* cmd_applet.c: `event manager ...` in configuration mode, the applet mode and what joins an applet's events.
 *
 * Rows stand in the order running-config prints them; those of events and actions are in cmd_event.c and cmd_action.c. An
 * applet is registered when its mode is left; what it lacks is said by the engine's own messages (FMPD_NO_EVENT ...), as
 * on IOS. What the engine cannot do has no row, so the parser refuses it. */
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

static bool settings_check(void *self, const void *obj, struct out *out)
{
    (void)self;
    if (((const struct eem_conf *)obj)->routing_delay <= 31536000999)
        return true;
    out_text(out, "% Invalid delay: 0 to 31536000.999 seconds\n");
    return false;
}

static const struct cmd_scope eem_scope = {.size = sizeof(struct eem_conf),
                                           .init = eem_conf_init,
                                           .fini = eem_conf_fini,
                                           .global = global_conf,
                                           .check = settings_check,
                                           .changed = conf_changed};
static const struct cmd_scope environment_scope = {.size = sizeof(struct environment_conf)};


static bool threads_check(void *self, const void *obj, struct out *out)
{
    const char *s = ((const struct threads_conf *)obj)->classes;
    (void)self;
    if (s[0] >= 'A' && s[0] <= 'Z' && (!s[1] || (s[1] == '-' && s[2] >= s[0] && s[2] <= 'Z' && !s[3])))
        return true;
    out_text(out, "% Class must be default, a letter from A to Z or a range of them\n");
    return false;
}

static const struct cmd_scope threads_scope = {
    .size = sizeof(struct threads_conf), .check = threads_check, .changed = conf_changed};

static enum cmd_result no_tcl(struct cmd_ctx *c)
{
    out_text(c->out, "% EEM Tcl policies are not supported\n");
    return CMD_FAIL;
}

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
    applet_nest(obj);
    if (what == CMD_REMOVED)
        eem_unregister(self, ((struct applet_conf *)obj)->name);
}

static void applet_left(void *self, void *obj, struct out *out)
{
    (void)out;
    enum eem_registered outcome = eem_register(self, obj); /* what is wrong was logged */
    (void)outcome;
}

static const struct cmd_scope applet_scope = {
    .size = sizeof(struct applet_conf),
    .init = applet_conf_init,
    .fini = applet_conf_fini,
    .changed = applet_changed,
    .check = applet_check,
    .left = applet_left,
};
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
        "event manager session cli username <string:session_user> [privilege <session_privilege:0-15>]",
        "Event manager session configuration|Event manager CLI session|Event manager CLI session username|"
        "Username assigned to CLI sessions|Privilege level of CLI sessions|Privilege level",
        TXT(struct eem_conf, session_user), NUM(struct eem_conf, session_privilege)),
    HELP(CONFIG, "event manager detector", "Event detector configuration"),
    SET(CONFIG, &eem_scope, "event manager detector routing bootup-delay <seconds:routing_delay>",
        "Routing event detector|Time after the start in which routes are not monitored|Seconds",
        NUM(struct eem_conf, routing_delay)),
    SET(CONFIG, &eem_scope, "event manager detector rpc max-sessions <rpc_sessions:4-16>",
        "RPC event detector|Sessions at once|Number of sessions", NUM(struct eem_conf, rpc_sessions)),
    SET(CONFIG, &eem_scope, "event manager scheduler applet thread class default number <threads:1-65535>",
        "Event manager scheduler configuration|Applet scheduling|Scheduler threads|Classes served|Default class|"
        "Number of threads|Number of threads",
        NUM(struct eem_conf, threads)),
    LINE(CONFIG, &threads_scope, &eem_scope, struct eem_conf, class_threads,
         "event manager scheduler applet thread class <word:classes> number <number:1-65535>",
         "||||A letter or a range of them: A, A-D|Number of threads|Number of threads",
         KEY_TXT(struct threads_conf, classes), NUM(struct threads_conf, number)),
    SET(CONFIG, &eem_scope,
        "event manager scheduler script thread class default number <default_script_threads:1-65535>",
        "|Script scheduling|Scheduler threads|Classes served|Default class|Number of threads|Number of threads",
        NUM(struct eem_conf, default_script_threads)),
    LINE(CONFIG, &threads_scope, &eem_scope, struct eem_conf, script_threads,
         "event manager scheduler script thread class <word:classes> number <number:1-65535>",
         "||||A letter or a range of them: A, A-D|Number of threads|Number of threads",
         KEY_TXT(struct threads_conf, classes), NUM(struct threads_conf, number)),
    SET(CONFIG, &eem_scope, "event manager scheduler suspend=suspended", "|Start no policies",
        NUM(struct eem_conf, suspended)),
    DO_F(CONFIG, 15, CMD_IN_CONFIG, "event manager policy <line:file>", no_tcl,
         "Register a Tcl policy|File of the policy"),
    SET(CONFIG, &eem_scope, "event manager directory user policy <string:policy_directory>",
        "Directories of policies|Of the user|Of policies|Path", TXT(struct eem_conf, policy_directory)),
    SET(CONFIG, &eem_scope, "event manager directory user library <string:library_directory>", "||Of libraries|Path",
        TXT(struct eem_conf, library_directory)),
    SET(CONFIG, &eem_scope, "event manager directory user repository <string:repository>",
        "||Where policies are updated from|Path or URL", TXT(struct eem_conf, repository)),
    SET(CONFIG, &eem_scope, "event manager history size events <history_events:0-50>",
        "Event manager events history|Number of entries", NUM(struct eem_conf, history_events)),
    SET(CONFIG, &eem_scope, "event manager history size traps <history_traps:0-50>",
        "Event manager traps history|Number of entries", NUM(struct eem_conf, history_traps)),
    SET(CONFIG, &eem_scope, "event manager mib-root {91=mib_root:91|134=mib_root:134}",
        "Below which object the notifications lie that are sent|ciscoExperiment 91: OLD-CISCO-EMBEDDED-EVENT-MGR-MIB|"
        "ciscoExperiment 134: CISCO-EMBEDDED-EVENT-MGR-MIB",
        NUM(struct eem_conf, mib_root)),
    SET(CONFIG, &eem_scope, "event manager lint=lint", "Log what is doubtful in an applet when it is registered",
        NUM(struct eem_conf, lint)),
    MODE(CONFIG, CONFIG_APPLET, &applet_scope, &eem_scope, struct eem_conf, applets,
         "event manager applet <word:name> [authorization bypass=bypass] [class <word:class_name>] [trap=trap]",
         "Register an Event Manager applet|Name of the Event Manager applet|AAA authorization type for policy|"
         "Bypass authorization|EEM policy class|default or a letter from A to Z|"
         "Generate an SNMP trap when policy is triggered",
         KEY_TXT(struct applet_conf, name), NUM(struct applet_conf, bypass), TXT(struct applet_conf, class_name),
         NUM(struct applet_conf, trap)),

    SET(CONFIG_APPLET, NULL, "description <line:description>", "Add or modify an applet description|Applet description",
        TXT(struct applet_conf, description)),

};

const struct cmd_table eem_table_applet = CMD_TABLE("eem/cmd/cmd_applet", rows);

/* ---- trigger. Its own table: in running-config it stands behind the events. */

static const struct cmd_scope trigger_scope = {
    .size = sizeof(struct trigger_conf), .init = trigger_conf_init, .fini = trigger_conf_fini};
static void attribute_conf_init(void *obj)
{
    ((struct attribute_conf *)obj)->occurs = 1;
}
static const struct cmd_scope attribute_scope = {.size = sizeof(struct attribute_conf), .init = attribute_conf_init};

#define OPERAND(n)      "{event <word:tag" #n ">|track <track" #n ":1-1000>}"
#define JOINED(n, more) " [{or=join" #n ":1|and=join" #n ":2|andnot=join" #n ":3} " OPERAND(n) more "]"
#define CORRELATE                                                                                                      \
    OPERAND(0) JOINED(1, JOINED(2, JOINED(3, JOINED(4, JOINED(5, JOINED(6, JOINED(7, "")))))))
#define OPERAND_HELP "|Event|Event tag|Tracked object|Number of the object"
#define JOINED_HELP  "|Either|Both|The former and not the latter" OPERAND_HELP
#define OPERAND_BINDS(n) TXT(struct trigger_conf, tag##n), NUM(struct trigger_conf, track##n)
#define JOINED_BINDS(n)  OPERAND_BINDS(n), NUM(struct trigger_conf, join##n)

static const struct cmd_row trigger_rows[] = {
    MODE(CONFIG_APPLET, CONFIG_APPLET_TRIGGER, &trigger_scope, NULL, struct applet_conf, triggers,
         "trigger [occurs <occurs:1-4294967295>] [period <seconds:period>] [period-start <string:period_start>] "
         "[delay <seconds:delay>]",
         "Enter the trigger mode|Number of times the condition becomes true before the policy is run|Number of "
         "occurrences|Period within which the events must occur|Period in seconds|Start of the period|Cron entry|Delay "
         "before the policy is run|Delay in seconds",
         NUM(struct trigger_conf, occurs), NUM(struct trigger_conf, period), TXT(struct trigger_conf, period_start),
         NUM(struct trigger_conf, delay)),
    SET(CONFIG_APPLET_TRIGGER, NULL, "correlate=correlate " CORRELATE,
        "Correlate events" OPERAND_HELP JOINED_HELP JOINED_HELP JOINED_HELP JOINED_HELP JOINED_HELP JOINED_HELP
            JOINED_HELP,
        NUM(struct trigger_conf, correlate), OPERAND_BINDS(0), JOINED_BINDS(1), JOINED_BINDS(2), JOINED_BINDS(3),
        JOINED_BINDS(4), JOINED_BINDS(5), JOINED_BINDS(6), JOINED_BINDS(7)),
    HELP(CONFIG_APPLET_TRIGGER, "attribute", "Attributes of an event"),
    LINE(CONFIG_APPLET_TRIGGER, &attribute_scope, NULL, struct trigger_conf, attributes,
         "attribute tag <word:tag> [occurs <occurs:1-4294967295>]",
         "Event tag|Event tag|Number of times the event occurs before it counts|Number of occurrences",
         KEY_TXT(struct attribute_conf, tag), NUM(struct attribute_conf, occurs)),
};

const struct cmd_table eem_table_trigger = CMD_TABLE("eem/cmd/cmd_applet (trigger)", trigger_rows);

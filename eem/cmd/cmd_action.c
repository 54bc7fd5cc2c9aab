/* cmd_action.c: what an applet does: `action LABEL ...` in applet mode, a row a verb (or a form of one).
 *
 * The constant in the row (syslog=verb:2) tells whose line an element of the list is; numbers are those of eem_conf.h.
 * Typing a label again replaces that action. Within blocks running-config has a blank more before the verb for each
 * block. */
#include <string.h>

#include "eem/cmd/cmd.h"
#include "eem/cmd/words.h"
#include "eem/eem.h"

static unsigned action_nested(const void *obj)
{
    return ((const struct action_conf *)obj)->depth;
}

/* A number, or the variable that will hold it. */
static bool number_ok(const char *typed, int64_t low, int64_t high)
{
    int64_t n;
    return strchr(typed, '$') || str_int(typed, low, high, &n);
}

static bool action_check(void *self, const void *obj, struct out *out)
{
    const struct action_conf *a = obj;
    (void)self;
    if (a->verb == ACTION_WAIT && !number_ok(a->text, 1, 31536000)) {
        out_text(out, "% Invalid time to wait: 1 to 31536000 seconds\n");
        return false;
    }
    bool trap = a->verb == ACTION_SNMP_TRAP;
    if ((trap && a->has_int1 && !number_ok(a->int1, INT32_MIN, INT32_MAX)) ||
        (trap && a->has_int2 && !number_ok(a->int2, INT32_MIN, INT32_MAX)) ||
        (a->verb == ACTION_COUNTER && a->pattern[0] && !number_ok(a->pattern, INT32_MIN, INT32_MAX))) {
        out_text(out, "% Invalid integer: -2147483648 to 2147483647\n");
        return false;
    }
    return true;
}

/* A text as it was typed to the end of the line, in `rest`: outer quotes go. */
static void action_settle(void *obj)
{
    struct action_conf *a = obj;
    const char *s = a->rest;
    size_t n = strlen(s);
    while (n && s[n - 1] == ' ')
        n--;
    bool quoted = *s == '"';
    if (!n)
        return;
    s += quoted;
    n -= quoted;
    if (quoted && n)
        n--;
    size_t to = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] != '\\' || i + 1 == n || s[i + 1] != '"')
            a->text[to++] = s[i];
    a->text[to] = '\0';
    a->rest[0] = '\0';
}

static const struct cmd_scope action_scope = {.size = sizeof(struct action_conf),
                                              .init = action_conf_init,
                                              .check = action_check,
                                              .settle = action_settle,
                                              .nested = action_nested};

#define ACTION(sent, text, ...)                                                                                        \
    LINE(CONFIG_APPLET, &action_scope, NULL, struct applet_conf, actions, "action <arg:label> " sent, text,           \
         KEY_TXT(struct action_conf, label), NUM(struct action_conf, verb) __VA_OPT__(, ) __VA_ARGS__)
/* What people write without quotes, or with quotes within quotes: all of the line that follows is the text. */
#define UNQUOTED(sent, text, ...)                                                                                      \
    {.kind = CMD_LINE_ROW,                                                                                             \
     .mode = CONFIG_APPLET,                                                                                            \
     .flags = CMD_HIDDEN,                                                                                              \
     .sentence = "action <arg:label> " sent " <loose:rest>",                                                           \
     .help = text,                                                                                                     \
     .scope = &action_scope,                                                                                           \
     .list_off = offsetof(struct applet_conf, actions),                                                                \
     .binds = CMD_BINDS(KEY_TXT(struct action_conf, label), NUM(struct action_conf, verb),                             \
                        TXT(struct action_conf, rest) __VA_OPT__(, ) __VA_ARGS__)}
#define COMPARES(verb_is, help_is)                                                                                     \
    ACTION(verb_is " <arg:text> " OPS " <string:pattern>", help_is "|Value or variable|" OPS_HELP "|Value",            \
           TXT(struct action_conf, text), NUM(struct action_conf, op), TXT(struct action_conf, pattern))
#define ARITHMETIC(verb_is, help_is)                                                                                   \
    ACTION(verb_is " <arg:text> <arg:pattern>", help_is "|Value or variable|Value or variable",                        \
           TXT(struct action_conf, text), TXT(struct action_conf, pattern))
#define STRING NUM(struct action_conf, kind), TXT(struct action_conf, text)
#define TRIM(kind_is, help_is)                                                                                         \
    ACTION("string=verb:25 " kind_is " <string:text> [<string:pattern>]", help_is "|String|Characters to take away",   \
           STRING, TXT(struct action_conf, pattern))

#define AGENT       " [community <arg:more>] [ipaddr <arg:x>]"
#define AGENT_HELP  "|Community|Name|Agent|Address"
#define AGENT_BINDS TXT(struct action_conf, more), TXT(struct action_conf, x)

#define PRIORITIES  "{" LEVELS "|<priority:0-7>}"

static const struct cmd_row rows[] = {
    HELP(CONFIG_APPLET, "action", "Add or modify an action statement"),
    ACTION("cli=verb:1 command <string:text> [pattern <string:pattern>]",
           "Label|Execute a CLI command|CLI command to execute|Command|Answer pattern|"
           "Regular expression awaited instead of the prompt",
           TXT(struct action_conf, text), TXT(struct action_conf, pattern)),
    ACTION("syslog=verb:2 &{[priority " PRIORITIES "]|msg <string:text>|[facility <string:facility>]}",
           "|Log a syslog message|Priority of message|" LEVELS_HELP
           "|Severity as a number|Message text|Text|Facility of message|Facility",
           TXT(struct action_conf, text), NUM(struct action_conf, priority), TXT(struct action_conf, facility)),
    UNQUOTED("cli=verb:1 command", "|||Command"),
    UNQUOTED("syslog=verb:2 [priority " PRIORITIES "] msg", "|||" LEVELS_HELP "|Severity as a number||Text",
             NUM(struct action_conf, priority)),
    ACTION("wait=verb:3 <arg:text>", "|Wait for a specified amount of time|Seconds", TXT(struct action_conf, text)),
    ACTION("snmp-trap=verb:4 &{[intdata1=has_int1 <arg:int1>]|"
           "[intdata2=has_int2 <arg:int2>]|[strdata=has_str <string:text>]}",
           "|Send an SNMP trap|First integer|Value|Second integer|Value|String|Value",
           NUM(struct action_conf, has_int1), TXT(struct action_conf, int1), NUM(struct action_conf, has_int2),
           TXT(struct action_conf, int2), NUM(struct action_conf, has_str), TXT(struct action_conf, text)),
    ACTION("set=verb:6 <arg:var> <string:text>", "|Set a variable|Name of the variable|Value",
           TXT(struct action_conf, var), TXT(struct action_conf, text)),
    ACTION("append=verb:8 <arg:var> [<string:text>]", "|Append to a variable|Name of the variable|Text",
           TXT(struct action_conf, var), TXT(struct action_conf, text)),
    ACTION("increment=verb:9 <arg:var> [<arg:text>]", "|Increment a variable|Name of the variable|By how much",
           TXT(struct action_conf, var), TXT(struct action_conf, text)),
    ACTION("decrement=verb:10 <arg:var> [<arg:text>]", "|Decrement a variable|Name of the variable|By how much",
           TXT(struct action_conf, var), TXT(struct action_conf, text)),
    ARITHMETIC("add=verb:11", "|Add"),
    ARITHMETIC("subtract=verb:12", "|Subtract"),
    ARITHMETIC("multiply=verb:13", "|Multiply"),
    ARITHMETIC("divide=verb:14", "|Divide"),
    COMPARES("if=verb:15", "|if conditional"),
    ACTION("if=verb:15 <arg:text> " OPS " <string:pattern> goto <arg:more>",
           "||Value or variable|" OPS_HELP "|Value|Go to another action|Label of the action",
           TXT(struct action_conf, text), NUM(struct action_conf, op), TXT(struct action_conf, pattern),
           TXT(struct action_conf, more)),
    COMPARES("elseif=verb:16", "|elseif conditional"),
    ACTION("else=verb:17", "|else conditional"),
    ACTION("end=verb:18", "|end conditional block"),
    COMPARES("while=verb:19", "|while loop"),
    ACTION("foreach=verb:20 <arg:var> <string:text> [<string:pattern>]",
           "|foreach loop|Variable that holds the word|List|Characters between words", TXT(struct action_conf, var),
           TXT(struct action_conf, text), TXT(struct action_conf, pattern)),
    ACTION("break=verb:21", "|Break out of a conditional loop"),
    ACTION("continue=verb:22", "|Continue to next loop iteration"),
    ACTION("exit=verb:23 [<arg:text>]", "|Exit from applet run|Exit status", TXT(struct action_conf, text)),
    ACTION("regexp=verb:24 <string:pattern> <string:text> [<arg:var> [<arg:sub1> [<arg:sub2> [<arg:sub3>]]]]",
           "|regular expression match|Regular expression|Text to search|Variable of the match|Variable of the first "
           "group|Variable of the second group|Variable of the third group",
           TXT(struct action_conf, pattern), TXT(struct action_conf, text), TXT(struct action_conf, var),
           TXT(struct action_conf, sub1), TXT(struct action_conf, sub2), TXT(struct action_conf, sub3)),
    ACTION("string=verb:25 compare=kind:0 [nocase=flag] [length <arg:more>] <string:text> <string:pattern>",
           "|String commands|Compare two strings|Ignore case|Compare the beginnings only|How many characters|First "
           "string|Second string",
           STRING, NUM(struct action_conf, flag), TXT(struct action_conf, more), TXT(struct action_conf, pattern)),
    ACTION("string=verb:25 equal=kind:1 [nocase=flag] [length <arg:more>] <string:text> <string:pattern>",
           "||Are two strings equal?|Ignore case|Compare the beginnings only|How many characters|First string|Second "
           "string",
           STRING, NUM(struct action_conf, flag), TXT(struct action_conf, more), TXT(struct action_conf, pattern)),
    ACTION("string=verb:25 first=kind:2 <string:text> <string:pattern>",
           "||First occurrence of a string in another|String to find|String to search", STRING,
           TXT(struct action_conf, pattern)),
    ACTION("string=verb:25 index=kind:3 <string:text> <arg:pattern>", "||Character at a position|String|Position",
           STRING, TXT(struct action_conf, pattern)),
    ACTION("string=verb:25 last=kind:4 <string:text> <string:pattern>",
           "||Last occurrence of a string in another|String to find|String to search", STRING,
           TXT(struct action_conf, pattern)),
    ACTION("string=verb:25 length=kind:5 <string:text>", "||Number of characters|String", STRING),
    ACTION("string=verb:25 match=kind:6 [nocase=flag] <string:text> <string:pattern>",
           "||Does a string fit a glob?|Ignore case|Glob|String", STRING, NUM(struct action_conf, flag),
           TXT(struct action_conf, pattern)),
    ACTION("string=verb:25 range=kind:7 <string:text> <arg:pattern> <arg:more>",
           "||Part of a string|String|First position|Last position", STRING, TXT(struct action_conf, pattern),
           TXT(struct action_conf, more)),
    ACTION("string=verb:25 replace=kind:8 <string:text> <arg:pattern> <arg:more> [<string:x>]",
           "||Replace part of a string|String|First position|Last position|New text", STRING,
           TXT(struct action_conf, pattern), TXT(struct action_conf, more), TXT(struct action_conf, x)),
    ACTION("string=verb:25 tolower=kind:9 <string:text> [<arg:pattern> [<arg:more>]]",
           "||In lower case|String|First position|Last position", STRING, TXT(struct action_conf, pattern),
           TXT(struct action_conf, more)),
    ACTION("string=verb:25 toupper=kind:10 <string:text> [<arg:pattern> [<arg:more>]]",
           "||In upper case|String|First position|Last position", STRING, TXT(struct action_conf, pattern),
           TXT(struct action_conf, more)),
    TRIM("trim=kind:11", "||Without blanks at both ends"),
    TRIM("trimleft=kind:12", "||Without blanks at the beginning"),
    TRIM("trimright=kind:13", "||Without blanks at the end"),
    ACTION("puts=verb:26 [nonewline=flag] <string:text>", "|print data to active tty|Without a line end|Text",
           NUM(struct action_conf, flag), TXT(struct action_conf, text)),
    UNQUOTED("puts=verb:26 [nonewline=flag]", "|||Text", NUM(struct action_conf, flag)),
    ACTION("gets=verb:27 <arg:var>", "|get line of input from active tty|Name of the variable",
           TXT(struct action_conf, var)),
    ACTION("counter=verb:28 name <arg:text> &{op {nop|set|inc|dec}=kind|[value <arg:pattern>]}",
           "|Modify a counter value|Counter name|Name of the counter|Operation|No operation|Set to the value|Add the "
           "value|Subtract the value|Value|Value or variable",
           TXT(struct action_conf, text), NUM(struct action_conf, kind), TXT(struct action_conf, pattern)),
    ACTION("context=verb:29 save=kind:0 key <arg:text> variable <arg:pattern>",
           "|Save or retrieve context information|Save variables|Key|Key|Variables to save|Name or glob",
           NUM(struct action_conf, kind), TXT(struct action_conf, text), TXT(struct action_conf, pattern)),
    ACTION("context=verb:29 retrieve=kind:1 key <arg:text> [variable <arg:pattern>]",
           "||Retrieve variables|Key|Key|Variables to retrieve|Name or glob", NUM(struct action_conf, kind),
           TXT(struct action_conf, text), TXT(struct action_conf, pattern)),
    ACTION("track=verb:30 read=kind:0 <number:1-1000>",
           "|Read/Set a tracking object|Read the state|Number of the object", NUM(struct action_conf, kind),
           NUM(struct action_conf, number)),
    ACTION("track=verb:30 set <number:1-1000> state {up=kind:1|down=kind:2}",
           "||Set the state of a stub object|Number of the object|State|Up|Down", NUM(struct action_conf, kind),
           NUM(struct action_conf, number)),
    ACTION("publish-event=verb:31 sub-system <sub_system:798-798> type <number:1-4294967295> [arg1 <arg:text>] "
           "[arg2 <arg:pattern>] [arg3 <arg:more>] [arg4 <arg:x>]",
           "|Publish an application specific event|Sub-system that publishes|That of applets|Type of the "
           "event|Number|First "
           "argument|Value|Second argument|Value|Third argument|Value|Fourth argument|Value",
           NUM(struct action_conf, sub_system), NUM(struct action_conf, number), TXT(struct action_conf, text),
           TXT(struct action_conf, pattern), TXT(struct action_conf, more), TXT(struct action_conf, x)),
    ACTION("policy=verb:32 <arg:text>", "|Run a pre-registered policy|Name of the policy",
           TXT(struct action_conf, text)),
    ACTION("cns-event=verb:33 msg <string:text>", "|Send a CNS event|Message text|Text", TXT(struct action_conf, text)),
    ACTION("reload=verb:34", "|Reload system"),
    ACTION("force-switchover=verb:35", "|Force a software switchover"),
    ACTION("help=verb:41", "|Read/Set parser help buffer"),
    ACTION("file=verb:37 open=kind:0 <arg:var> <arg:text> {r|r+|w|w+|a|a+}=op",
           "|Files|Open a file|Name of the handle|Path of the file|Read|Read and write|Write anew|Write anew and "
           "read|Append|Append and read",
           NUM(struct action_conf, kind), TXT(struct action_conf, var), TXT(struct action_conf, text),
           NUM(struct action_conf, op)),
    ACTION("file=verb:37 close=kind:1 <arg:var>", "||Close a handle|Name of the handle", NUM(struct action_conf, kind),
           TXT(struct action_conf, var)),
    ACTION("file=verb:37 gets=kind:2 <arg:var> <arg:sub1>",
           "||Get a line|Name of the handle|Variable that holds the line", NUM(struct action_conf, kind),
           TXT(struct action_conf, var), TXT(struct action_conf, sub1)),
    ACTION("file=verb:37 puts=kind:3 <arg:var> [nonewline=flag] <string:text>",
           "||Put a line|Name of the handle|Without a line end|Text", NUM(struct action_conf, kind),
           TXT(struct action_conf, var), NUM(struct action_conf, flag), TXT(struct action_conf, text)),
    ACTION("file=verb:37 read=kind:4 <arg:var> <arg:sub1> <arg:pattern>",
           "||Read characters|Name of the handle|Variable that holds them|How many", NUM(struct action_conf, kind),
           TXT(struct action_conf, var), TXT(struct action_conf, sub1), TXT(struct action_conf, pattern)),
    ACTION("file=verb:37 write=kind:5 <arg:var> <string:text> <arg:pattern>",
           "||Write characters|Name of the handle|Text|How many", NUM(struct action_conf, kind),
           TXT(struct action_conf, var), TXT(struct action_conf, text), TXT(struct action_conf, pattern)),
    ACTION("file=verb:37 delete=kind:6 <arg:text>", "||Delete a file|Path of the file", NUM(struct action_conf, kind),
           TXT(struct action_conf, text)),
    ACTION(
        "mail=verb:38 server <string:text> to <string:pattern> from <string:more> [cc <string:x>] subject <string:y> "
        "[body <string:z>] &{[port <number:1-65535>]|[source-interface <ifname:sub1>|source-address <ip:source>]}",
        "|Send an e-mail|SMTP server|[user:password@]name or address|Recipients|Addresses, parted by commas|Sender|"
        "Address|Carbon copy|Addresses, parted by commas|Subject|Text|Body|Text|Port of the server|Port|Interface "
        "whose address we are called by|Interface|Address we are called by|Address",
        TXT(struct action_conf, text), TXT(struct action_conf, pattern), TXT(struct action_conf, more),
        TXT(struct action_conf, x), TXT(struct action_conf, y), TXT(struct action_conf, z),
        NUM(struct action_conf, number), TXT(struct action_conf, sub1), NUM(struct action_conf, source)),
    ACTION("handle-error=verb:36 type {exit|ignore|warn}=kind", "|On error action|Type|End the run|Go on|Log and go on",
           NUM(struct action_conf, kind)),
    ACTION("comment=verb:40 <line:text>", "|add comment|Text", TXT(struct action_conf, text)),
    ACTION("info=verb:5 type routername=kind:0",
           "|Obtain system specific information|Type of information|Name of the router", NUM(struct action_conf, kind)),
    ACTION("info=verb:5 type snmp oid <arg:text> get-type=kind:1 {exact|next}=op" AGENT,
           "|||SNMP information|Object|Object ID|Get it|The object itself|The one behind it" AGENT_HELP,
           NUM(struct action_conf, kind), TXT(struct action_conf, text), NUM(struct action_conf, op), AGENT_BINDS),
    ACTION("info=verb:5 type snmp oid <arg:text> set-type=kind:2 "
           "{counter32|gauge|integer|ipv4|octet|string|unsigned32}=op "
           "<arg:pattern>" AGENT,
           "|||||Object ID|Set it|Counter|Gauge|Integer|Address|Octets in hexadecimal|Text|Unsigned "
           "integer|Value" AGENT_HELP,
           NUM(struct action_conf, kind), TXT(struct action_conf, text), NUM(struct action_conf, op),
           TXT(struct action_conf, pattern), AGENT_BINDS),
    ACTION("info=verb:5 type snmp getid=kind:3" AGENT, "||||Objects of the system group" AGENT_HELP,
           NUM(struct action_conf, kind), AGENT_BINDS),
    ACTION("info=verb:5 type snmp var=kind:4 <arg:var> oid <arg:text> {counter|gauge|int|ipv4|octet|string|uint}=op "
           "<arg:pattern>",
           "||||Variable of a notification|Name|Object|Object ID|Counter|Gauge|Integer|Address|Octets in "
           "hexadecimal|Text|Unsigned integer|Value",
           NUM(struct action_conf, kind), TXT(struct action_conf, var), TXT(struct action_conf, text),
           NUM(struct action_conf, op), TXT(struct action_conf, pattern)),
    ACTION("info=verb:5 type snmp trap=kind:5 [enterprise-oid <arg:y>] [generic-trapnum <arg:int1>] [specific-trapnum "
           "<arg:int2>] trap-oid <arg:text> trap-var <arg:var>",
           "||||Send a trap|Enterprise of version 1|Object ID|Generic number of version 1|Number|Specific number of "
           "version 1|Number|Trap's object|Object ID|Variables kept under a name|Name",
           NUM(struct action_conf, kind), TXT(struct action_conf, y), TXT(struct action_conf, int1),
           TXT(struct action_conf, int2), TXT(struct action_conf, text), TXT(struct action_conf, var)),
    ACTION("info=verb:5 type snmp inform=kind:6 trap-oid <arg:text> trap-var <arg:var>" AGENT,
           "||||Send an inform|Inform's object|Object ID|Variables kept under a name|Name" AGENT_HELP,
           NUM(struct action_conf, kind), TXT(struct action_conf, text), TXT(struct action_conf, var), AGENT_BINDS),
    ACTION("info=verb:5 type cli frequency=kind:7", "|||Commands|How often events matched",
           NUM(struct action_conf, kind)),
    ACTION("info=verb:5 type cli history=kind:8", "||||The last ones", NUM(struct action_conf, kind)),
    ACTION("info=verb:5 type interface-names=kind:9 [{include=op:1|exclude=op:2|regexp=op:3} <arg:text>]",
           "|||Names of interfaces|Those that hold a text|Those that do not|Those that match a regular expression|Text",
           NUM(struct action_conf, kind), NUM(struct action_conf, op), TXT(struct action_conf, text)),
    ACTION("info=verb:5 type syslog frequency=kind:10", "|||Log|How often events matched",
           NUM(struct action_conf, kind)),
    ACTION("info=verb:5 type syslog history=kind:11", "||||The last lines", NUM(struct action_conf, kind)),
    ACTION("snmp-object-value=verb:39 {counter|counter64|gauge|int|ipv4|octet|oid|string|uint}=op <arg:text> [next-oid "
           "<arg:pattern>]",
           "|Value of a requested object|Counter|Counter of 64 bits|Gauge|Integer|Address|Octets in hexadecimal|Object "
           "ID|Text|Unsigned integer|Value|Name of the object behind it|Object ID",
           NUM(struct action_conf, op), TXT(struct action_conf, text), TXT(struct action_conf, pattern)),
    LINE(CONFIG_APPLET, &action_scope, NULL, struct applet_conf, actions,
         "set=verb:7 <arg:label> <arg:var> <string:text>", "Set a variable|Label|Name of the variable|Value",
         KEY_TXT(struct action_conf, label), NUM(struct action_conf, verb), TXT(struct action_conf, var),
         TXT(struct action_conf, text)),
};

const struct cmd_table eem_table_action = CMD_TABLE("eem/cmd/cmd_action", rows);

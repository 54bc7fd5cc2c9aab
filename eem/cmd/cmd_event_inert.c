/* cmd_event_inert.c: `event ...` of what this router has not: cards, redundancy, MAC tables, authentication of hosts, flow
 * monitors, RPC. Lines are kept as IOS has them and nothing raises the events (eem/on_inert.c). */
#include "eem/cmd/event_rows.h"

#define IOSWD_SUB(n, is, kind, task, op, value, period, percent)                                                       \
    n "=" is " {cpu-proc|mem-proc}=" kind " taskname <word:" task                                                      \
      "> op " OPS_OF(op) " val <" value ":0-4294967295> period <seconds:" period "> [is-percent {false=" percent       \
                         ":0|true=" percent ":1}]"
#define IOSWD_HELP                                                                                                     \
    "|Processor of a process|Memory of a process|Name of the process|Name|Comparison|" OPS_HELP                        \
    "|Value|Value|Period|Seconds|The value is a percentage|No|Yes"
#define AUTH(name, field) "[" name " {success=" field ":1|fail=" field ":2|all=" field ":3}]"
#define NF_TYPES(field)   "{create|update|delete}=" field

static const struct cmd_row rows[] = {
    EVENT("environmental=type:25 &{[severity {major=choice1:1|minor=choice1:2}]|" TIMES "}",
          "||Environmental event|Severity|Major|Minor|" TIMES_HELP, EV(choice1)),
    EVENT("gold=type:17 &{card <arg:word1>|[sub-card <arg:word2>]|[new-failure {true=choice1:1|false=choice1:2}]|"
          "[severity-major=choice2]|[severity-minor=choice3]|[severity-normal=choice4]|" TIMES "}",
          "||GOLD event|Card|Number|Sub-card|Number|New failures|Yes|No|Major|Minor|Normal|" TIMES_HELP, EV_TXT(word1),
          EV_TXT(word2), EV(choice1), EV(choice2), EV(choice3), EV(choice4)),
    EVENT("identity=type:35 interface {<ifname:name>|regexp=by_regexp <string:pattern>} &{" AUTH(
              "authc", "choice1") "|" AUTH("authz", "choice2") "|[authz-complete=choice3]|[aaa-attribute "
                                                               "<arg:word1>]|[mac-address <arg:word2>]|" TIMES "}",
          "||Identity event|Interface|Name of the interface|Interfaces by name|Regular expression|Authentication|"
          "Successful|Failed|All|Authorization|Successful|Failed|All|Authorization is complete|AAA attribute|Name|MAC "
          "address|Address|" TIMES_HELP,
          EV_TXT(name), EV(by_regexp), EV_TXT(pattern), EV(choice1), EV(choice2), EV(choice3), EV_TXT(word1),
          EV_TXT(word2)),
    EVENT(
        "ioswdsysmon=type:15 [timewin <seconds:seconds1>] [sub12-op "
        "{and=choice1:1|or=choice1:2|andnot=choice1:3}] " IOSWD_SUB(
            "sub1", "choice2", "choice3", "word1", "op", "number1", "seconds2",
            "choice4") " [" IOSWD_SUB("sub2", "choice5", "choice6", "word2", "entry_op", "number2", "seconds3",
                                      "exit_event") "] [maxrun <seconds:maxrun>] [ratelimit "
                                                    "<seconds:ratelimit>]",
        "||IOS watchdog event|Time window|Seconds|How both are combined|Both|Either|The first without the second|First "
        "condition" IOSWD_HELP "|Second condition" IOSWD_HELP "|" TIMES_HELP,
        EV(seconds1), EV(choice1), EV(choice2), EV(choice3), EV_TXT(word1), EV(op), EV(number1), EV(seconds2),
        EV(choice4), EV(choice5), EV(choice6), EV_TXT(word2), EV(entry_op), EV(number2), EV(seconds3), EV(exit_event)),
    EVENT("mat=type:37 {interface=choice1 {<ifname:name>|regexp=by_regexp <string:pattern>}|mac-address <arg:word1>} "
          "&{[type "
          "{add=choice2:1|delete=choice2:2}]|[hold-down <seconds:seconds1>]|[use-mat-db "
          "{yes=choice3:1|no=choice3:2}]|" TIMES "}",
          "||MAC address table event|Interface|Name of the interface|Interfaces by name|Regular expression|MAC address|"
          "Address|Kind of change|Added|Deleted|Hold-down time|Seconds|Use the database|Yes|No|" TIMES_HELP,
          EV(choice1), EV_TXT(name), EV(by_regexp), EV_TXT(pattern), EV_TXT(word1), EV(choice2), EV(seconds1),
          EV(choice3)),
    LINE(CONFIG_APPLET, &eem_event_scope, NULL, struct applet_conf, events,
         "event [tag <word:tag>] nf=type:32 monitor-name <string:word1> event-type " NF_TYPES(
             "choice1") " exit-event-type " NF_TYPES("choice2") " <line:text>",
         "||NetFlow event|Flow monitor|Name|Event type|Created|Updated|Deleted|Exit event type|Created|Updated|Deleted|"
         "event1 to event4 with field, entry-value, entry-op ...",
         KEY_TXT(struct event_conf, tag), EV(type), EV_TXT(word1), EV(choice1), EV(choice2), EV_TXT(text)),
    EVENT("oir=type:21 &{[event {all=choice1:1|insert=choice1:2|removal=choice1:3}]|" TIMES "}",
          "||OIR event|What happens|All|Insertion|Removal|" TIMES_HELP, EV(choice1)),
    EVENT("rf=type:16 event <arg:word1> [maxrun <seconds:maxrun>] [ratelimit <seconds:ratelimit>]",
          "||Redundancy facility event|Event|Name of the event|" TIMES_HELP, EV_TXT(word1)),
    EVENT("rpc=type:28 &{[default <seconds:dflt>]|" TIMES "}",
          "||Remote procedure call event|Time until the default action|Seconds|" TIMES_HELP, EV(dflt)),
};

const struct cmd_table eem_table_event_inert = CMD_TABLE("eem/cmd/cmd_event_inert", rows);

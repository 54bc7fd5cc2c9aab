/* eem_conf.h: what was asked of the event manager: applets (events, what joins them, and actions) and the settings around
 * them. Written by the grammar through the bindings of eem/cmd; read by the engine, which registers a copy of an applet
 * when its mode is left. */
#ifndef EEM_CONF_H
#define EEM_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/conf.h"

/* Event types by the numbers that the MIB and $_event_type carry. */
enum eem_event_type {
    EEM_APPLICATION = 0,
    EEM_WATCHDOG = 6,
    EEM_COUNTDOWN = 7,
    EEM_ABSOLUTE = 8,
    EEM_CRON = 9,
    EEM_COUNTER = 10,
    EEM_SYSLOG = 11,
    EEM_SNMP = 12,
    EEM_INTERFACE = 14,
    EEM_IOSWD = 15,
    EEM_RF = 16,
    EEM_GOLD = 17,
    EEM_CLI = 19,
    EEM_NONE = 20,
    EEM_OIR = 21,
    EEM_CONFIG = 24,
    EEM_ENV = 25,
    EEM_RESOURCE = 26,
    EEM_TRACK = 27,
    EEM_RPC = 28,
    EEM_SNMP_NOTIFICATION = 29,
    EEM_IPSLA = 30,
    EEM_ROUTING = 31,
    EEM_NF = 32,
    EEM_SNMP_OBJECT = 33,
    EEM_IDENTITY = 35,
    EEM_ND = 36,
    EEM_MAT = 37,
    EEM_UNSET = 255, /* of an event_conf without a row */
};
enum eem_op { EEM_GT, EEM_GE, EEM_EQ, EEM_NE, EEM_LT, EEM_LE, EEM_OPS };
extern const char *const eem_op_names[EEM_OPS]; /* "gt" .. "le" */
enum eem_entry_type { EEM_VALUE, EEM_INCREMENT, EEM_RATE };
enum eem_comb { EEM_EXIT_OR, EEM_EXIT_AND };
enum eem_state { EEM_UP, EEM_DOWN, EEM_ANY };
#define EEM_ROUTE_ALL 3 /* event routing type all; else enum route_change */
enum eem_vrf { EEM_VRF_UNSET, EEM_VRF_ALL, EEM_VRF_DEFAULT, EEM_VRF_NAME };
/* Words of the grammar that events compare with: NULL at the end. */
extern const char *const eem_interface_parameters[]; /* event interface parameter */
extern const char *const eem_reactions[];            /* event ipsla reaction-type */
extern const char *const eem_protocols[];            /* event routing protocol: "all", "bgp" ... */
extern const char *const eem_link_events[];          /* event neighbor-discovery link-event */

#define EEM_PRIORITY_ALL   8 /* event syslog priority all, the default */
#define EEM_PRIORITY_UNSET 8 /* action syslog without priority: logged as informational */
#define EEM_TEXT_MAX       256
#define EEM_NAME_MAX       64
#define EEM_OID_TEXT_MAX   256
#define EEM_MAXRUN_DEFAULT 20000 /* ms */

enum eem_sync { EEM_SYNC_NO, EEM_SYNC_YES, EEM_SYNC_UNSAID }; /* unsaid: yes */

struct event_conf {
    char tag[32]; /* "" for the one untagged event */
    uint8_t type; /* enum eem_event_type */
    /* all */
    uint64_t maxrun;    /* ms; 0: no limit */
    uint64_t ratelimit; /* ms between triggers; 0: none */
    uint64_t dflt;      /* ms a held request waits for the run; 0: as long as it takes */
    uint32_t occurs;    /* syslog 1-32, cli */
    uint64_t period;    /* ms; 0: no limit */
    bool sync_no;       /* none: `sync no` */
    uint8_t sync;       /* cli, snmp-object: enum eem_sync */
    bool skip_given, skip; /* cli: was anything said; cli, snmp-object: `skip yes` */
    char text[EEM_TEXT_MAX]; /* the rest of the line of a detector that nothing will raise */
    /* syslog, cli: regular expressions */
    char pattern[EEM_TEXT_MAX];
    char sequence[EEM_TEXT_MAX], timestamp[EEM_TEXT_MAX], facility[EEM_TEXT_MAX], mnemonic[EEM_TEXT_MAX];
    uint8_t priority; /* 0-7; EEM_PRIORITY_ALL */
    bool sev_fatal, sev_critical, sev_major, sev_minor, sev_warning, sev_notification, sev_normal, sev_debugging;
    bool enter, tab_key, question; /* cli: which keys publish; none: enter */
    char mode[24];                 /* cli; "": any */
    bool verify;                   /* cli: verifyprc yes; what the parser refuses is never an event here */
    /* snmp, snmp-notification, snmp-object */
    char oid[EEM_OID_TEXT_MAX]; /* dotted; a trailing dot makes it a prefix */
    char oid_val[EEM_TEXT_MAX];
    uint8_t op;              /* enum eem_op */
    uint32_t src_ip, dst_ip; /* 0: any */
    uint8_t direction;       /* 0 incoming, 1 outgoing */
    uint8_t msg_op;          /* 0 send, 1 drop */
    bool get_next;           /* snmp: get-type next */
    uint8_t object_type;     /* snmp-object: enum eem_object */
    bool istable;
    /* snmp, interface, counter: crossing a value and coming back */
    char name[EEM_NAME_MAX]; /* counter, interface; resource: policy; ipsla: group */
    uint8_t parameter;       /* interface: of eem_interface_parameters */
    uint64_t poll;           /* ms */
    char entry_val[24];
    char exit_val[24];              /* "": none */
    uint8_t entry_op, exit_op;      /* enum eem_op; EEM_OPS: not asked */
    uint8_t entry_type, exit_type;  /* enum eem_entry_type */
    uint8_t exit_comb;              /* enum eem_comb */
    uint64_t exit_time;             /* ms; 0: none */
    bool exit_event;
    uint32_t average_factor; /* 1-64 */
    /* track, ipsla, application */
    uint32_t number;  /* track N, operation-id N, type N */
    bool has_number;
    uint8_t state;    /* enum eem_state */
    uint32_t sub_system;
    uint8_t reaction; /* ipsla: of eem_reactions, from 1; 0: any */
    /* routing */
    char network[24];     /* A.B.C.D/N */
    uint8_t ge, le, ne;   /* 0 when not asked */
    uint8_t route_change; /* enum route_change of bus.h; EEM_ROUTE_ALL */
    uint8_t protocol;     /* of eem_protocols; 0: all */
    uint8_t vrf_choice;   /* enum eem_vrf */
    char vrf[32];         /* a regular expression */
    /* neighbor-discovery */
    bool by_regexp;
    uint8_t link_event; /* of eem_link_events, from 1; 0: not asked */
    uint8_t line_event; /* 1 up, 2 down, 3 all; 0: not asked */
    uint8_t cdp, lldp;  /* 1 add, 2 update, 3 delete, 4 all; 0: not asked */
    /* detectors that nothing will raise: their words and choices, kept to be printed */
    uint8_t choice1, choice2, choice3, choice4, choice5, choice6;
    char word1[EEM_NAME_MAX], word2[EEM_NAME_MAX], word3[EEM_NAME_MAX], word4[EEM_NAME_MAX];
    uint32_t number1, number2, number3, number4;
    uint64_t seconds1, seconds2, seconds3;
    /* timer */
    uint64_t time; /* ms; absolute: since 1970 */
    char timer_name[32];
    char cron[EEM_TEXT_MAX];
};
void event_conf_init(void *event_conf);

/* trigger and the lines below it: how several events make one trigger. */
#define EEM_OPERANDS_MAX 8
enum eem_join { EEM_JOIN_NONE, EEM_JOIN_OR, EEM_JOIN_AND, EEM_JOIN_ANDNOT };
struct attribute_conf { /* attribute tag TAG occurs N */
    char tag[32];
    uint32_t occurs;
};
struct trigger_conf {
    uint32_t occurs; /* 1-4294967295 */
    uint64_t period; /* ms; 0: none */
    uint64_t delay;  /* ms */
    char period_start[EEM_TEXT_MAX]; /* cron */
    /* correlate A op B op C ..: an operand is an event's tag, or track N where the tag is "" */
    bool correlate;
    char tag0[32], tag1[32], tag2[32], tag3[32], tag4[32], tag5[32], tag6[32], tag7[32];
    uint32_t track0, track1, track2, track3, track4, track5, track6, track7;
    uint8_t join1, join2, join3, join4, join5, join6, join7; /* enum eem_join */
    struct conf_list attributes;                             /* struct attribute_conf */
};
void trigger_conf_init(void *trigger_conf);
void trigger_conf_fini(void *trigger_conf);
struct eem_operand {
    const char *tag; /* "": track */
    uint32_t track;
    uint8_t join; /* enum eem_join with what stands left of it */
};
/* The operands of correlate, in order; how many. */
size_t trigger_operands(const struct trigger_conf *t, struct eem_operand out[EEM_OPERANDS_MAX]);

enum action_verb {
    ACTION_CLI = 1,
    ACTION_SYSLOG,
    ACTION_WAIT,
    ACTION_SNMP_TRAP,
    ACTION_INFO,
    ACTION_SET,
    ACTION_SET_OLD, /* set LABEL _exit_status VALUE */
    ACTION_APPEND,
    ACTION_INCREMENT,
    ACTION_DECREMENT,
    ACTION_ADD,
    ACTION_SUBTRACT,
    ACTION_MULTIPLY,
    ACTION_DIVIDE,
    ACTION_IF,
    ACTION_ELSEIF,
    ACTION_ELSE,
    ACTION_END,
    ACTION_WHILE,
    ACTION_FOREACH,
    ACTION_BREAK,
    ACTION_CONTINUE,
    ACTION_EXIT,
    ACTION_REGEXP,
    ACTION_STRING,
    ACTION_PUTS,
    ACTION_GETS,
    ACTION_COUNTER,
    ACTION_CONTEXT,
    ACTION_TRACK,
    ACTION_PUBLISH_EVENT,
    ACTION_POLICY,
    ACTION_CNS_EVENT,
    ACTION_RELOAD,
    ACTION_FORCE_SWITCHOVER,
    ACTION_HANDLE_ERROR,
    ACTION_FILE,
    ACTION_MAIL,
    ACTION_SNMP_OBJECT_VALUE,
    ACTION_COMMENT,
    ACTION_HELP,
    ACTION_VERBS
};

/* action string: struct action_conf's kind */
enum eem_string {
    EEM_STRING_COMPARE,
    EEM_STRING_EQUAL,
    EEM_STRING_FIRST,
    EEM_STRING_INDEX,
    EEM_STRING_LAST,
    EEM_STRING_LENGTH,
    EEM_STRING_MATCH,
    EEM_STRING_RANGE,
    EEM_STRING_REPLACE,
    EEM_STRING_TOLOWER,
    EEM_STRING_TOUPPER,
    EEM_STRING_TRIM,
    EEM_STRING_TRIMLEFT,
    EEM_STRING_TRIMRIGHT,
};

/* action info: kind; interface-names: op */
enum eem_info {
    EEM_INFO_ROUTERNAME,
    EEM_INFO_SNMP_GET,
    EEM_INFO_SNMP_SET,
    EEM_INFO_SNMP_GETID,
    EEM_INFO_SNMP_VAR,
    EEM_INFO_SNMP_TRAP,
    EEM_INFO_SNMP_INFORM,
    EEM_INFO_CLI_FREQUENCY,
    EEM_INFO_CLI_HISTORY,
    EEM_INFO_INTERFACE_NAMES,
    EEM_INFO_SYSLOG_FREQUENCY,
    EEM_INFO_SYSLOG_HISTORY,
};
enum eem_names { EEM_NAMES_ALL, EEM_NAMES_INCLUDE, EEM_NAMES_EXCLUDE, EEM_NAMES_REGEXP };
/* action file: kind; open's mode: op */
enum eem_file {
    EEM_FILE_OPEN,
    EEM_FILE_CLOSE,
    EEM_FILE_GETS,
    EEM_FILE_PUTS,
    EEM_FILE_READ,
    EEM_FILE_WRITE,
    EEM_FILE_DELETE
};
#define EEM_FILE_MODES 6
extern const char *const eem_file_modes[EEM_FILE_MODES]; /* "r" .. "a+" */
enum eem_context { EEM_CONTEXT_SAVE, EEM_CONTEXT_RETRIEVE };
enum eem_track { EEM_TRACK_READ, EEM_TRACK_SET_UP, EEM_TRACK_SET_DOWN };
enum eem_on_error { EEM_ERROR_EXIT, EEM_ERROR_IGNORE, EEM_ERROR_WARN };

/* One action. Texts may hold $names, replaced when it runs; what a field means to a verb stands beside the verb's row. */
struct action_conf {
    char label[32];
    uint8_t verb;               /* enum action_verb */
    uint8_t kind; /* which form of the verb: string's operation, file's, info's type ... by its place in the row */
    uint8_t op;                 /* enum eem_op, of if, elseif, while */
    uint8_t depth;              /* in how many blocks it stands: set by applet_nest, for printing */
    char rest[EEM_TEXT_MAX];    /* while a line is typed: what becomes `text` */
    char text[EEM_TEXT_MAX];    /* cli command, syslog msg, snmp-trap strdata; the first operand */
    char pattern[EEM_TEXT_MAX]; /* cli: awaited instead of the prompt; regexp; the second operand */
    char more[EEM_TEXT_MAX];    /* further operands */
    char x[EEM_TEXT_MAX], y[EEM_TEXT_MAX], z[EEM_TEXT_MAX];
    char var[EEM_NAME_MAX];     /* the variable written to */
    char sub1[EEM_NAME_MAX], sub2[EEM_NAME_MAX], sub3[EEM_NAME_MAX];
    uint8_t priority;           /* syslog: 0-7; EEM_PRIORITY_UNSET */
    char facility[24];          /* syslog; "": HA_EM */
    uint32_t number;            /* track N, type N, port */
    uint32_t sub_system;        /* publish-event */
    uint32_t source;            /* mail: address; 0: none */
    bool has_int1, has_int2, has_str, flag;
    char int1[24], int2[24];    /* snmp-trap: numbers or $names */
};
void action_conf_init(void *action_conf);

struct applet_conf {
    char name[EEM_NAME_MAX];
    bool bypass;        /* authorization bypass */
    bool trap;          /* send cEventMgrServerEvent after each run */
    char class_name[8]; /* "A".."Z"; "": default */
    char description[EEM_TEXT_MAX];
    struct conf_list events;   /* struct event_conf, as typed */
    struct conf_list triggers; /* struct trigger_conf, none or one */
    struct conf_list actions;  /* struct action_conf, by label as a string */
};
void applet_conf_init(void *applet_conf);
void applet_conf_fini(void *applet_conf);
/* Count the blocks around each action anew, after actions came or went. */
void applet_nest(struct applet_conf *a);

struct environment_conf {
    char name[EEM_NAME_MAX];
    char value[EEM_TEXT_MAX];
};

/* Threads that some classes share: a letter or a range of them, "A" or "A-D". */
struct threads_conf {
    char classes[4];
    uint32_t number;
};

struct eem_conf {
    bool lint; /* what is doubtful in an applet is logged when it is registered */
    struct conf_list environment; /* struct environment_conf, by name */
    struct conf_list applets;     /* struct applet_conf, in order of entry */
    struct conf_list resources;   /* struct resource_conf (resource_conf.h), none or one */
    uint8_t mib_root;             /* enum eem_mib_root: under which notifications are sent */
    uint32_t history_events;      /* 0-50 */
    uint32_t history_traps;       /* 0-50 */
    uint32_t threads;             /* that run applets of one class at once */
    struct conf_list class_threads;  /* struct threads_conf: of applets of other classes than default */
    struct conf_list script_threads; /* the same of scripts, which this router has none of */
    uint32_t default_script_threads;
    bool suspended;               /* no run starts */
    char policy_directory[EEM_TEXT_MAX], library_directory[EEM_TEXT_MAX], repository[EEM_TEXT_MAX];
    char session_user[65];        /* of the CLI sessions; "" for none */
    uint32_t session_privilege;   /* 0-15, before `enable` */
    uint64_t routing_delay;       /* ms after the start of which event routing hears nothing */
    uint32_t rpc_sessions;        /* 4-16; kept: there is no RPC */
};
enum eem_mib_root { EEM_MIB_CLASSIC = 91, EEM_MIB_CURRENT = 134 }; /* 1.3.6.1.4.1.9.10.N */
#define EEM_HISTORY_MAX     50
#define EEM_HISTORY_DEFAULT 10
#define EEM_THREADS_DEFAULT 32
#define EEM_SCRIPT_THREADS_DEFAULT 1
void eem_conf_init(void *eem_conf);
void eem_conf_fini(void *eem_conf);
#endif

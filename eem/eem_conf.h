/* eem_conf.h: what was asked of the event manager: applets (an event and actions each) and the settings around them.
 * Written by the grammar through the bindings of eem/cmd; read by the engine, which registers a copy of an applet when
 * its mode is left. */
#ifndef EEM_CONF_H
#define EEM_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/conf.h"

/* Event types by the numbers that the MIB and $_event_type carry. */
enum eem_event_type {
    EEM_WATCHDOG = 6,
    EEM_COUNTDOWN = 7,
    EEM_ABSOLUTE = 8,
    EEM_CRON = 9,
    EEM_SYSLOG = 11,
    EEM_NONE = 20,
    EEM_SNMP_NOTIFICATION = 29,
};
enum eem_op { EEM_GT, EEM_GE, EEM_EQ, EEM_NE, EEM_LT, EEM_LE };

#define EEM_PRIORITY_ALL   8 /* event syslog priority all, the default */
#define EEM_PRIORITY_UNSET 8 /* action syslog without priority: logged as informational */
#define EEM_TEXT_MAX       256
#define EEM_NAME_MAX       64
#define EEM_OID_TEXT_MAX   256
#define EEM_MAXRUN_DEFAULT 20000 /* ms */

struct event_conf {
    char tag[32]; /* "" for the one untagged event */
    uint8_t type; /* enum eem_event_type */
    /* syslog */
    char pattern[EEM_TEXT_MAX];
    uint32_t occurs;  /* 1-32 */
    uint64_t period;  /* ms; 0: no limit */
    uint8_t priority; /* 0-7; EEM_PRIORITY_ALL */
    /* snmp-notification */
    char oid[EEM_OID_TEXT_MAX]; /* dotted; a trailing dot makes it a prefix */
    char oid_val[EEM_TEXT_MAX];
    uint8_t op;              /* enum eem_op */
    uint32_t src_ip, dst_ip; /* 0: any */
    /* none */
    bool sync_no; /* `event manager run` does not wait */
    /* timer */
    uint64_t time; /* ms; absolute: since 1970 */
    char timer_name[32];
    char cron[EEM_TEXT_MAX];
    /* all */
    uint64_t maxrun;    /* ms; 0: no limit */
    uint64_t ratelimit; /* ms between triggers; 0: none */
};
void event_conf_init(void *event_conf);

enum action_verb { ACTION_CLI = 1, ACTION_SYSLOG, ACTION_WAIT, ACTION_SNMP_TRAP, ACTION_INFO_ROUTERNAME, ACTION_VERBS };

struct action_conf {
    char label[32];
    uint8_t verb;               /* enum action_verb */
    char text[EEM_TEXT_MAX];    /* cli command, syslog msg, snmp-trap strdata */
    char pattern[EEM_TEXT_MAX]; /* cli: awaited instead of the prompt */
    uint8_t priority;           /* syslog: 0-7; EEM_PRIORITY_UNSET */
    char facility[24];          /* syslog; "": HA_EM */
    uint32_t wait;              /* seconds */
    bool has_int1, has_int2, has_str;
    int32_t int1, int2;
};
void action_conf_init(void *action_conf);

struct applet_conf {
    char name[EEM_NAME_MAX];
    bool bypass;        /* authorization bypass */
    bool trap;          /* send cEventMgrServerEvent after each run */
    char class_name[8]; /* "A".."Z"; "": default */
    char description[EEM_TEXT_MAX];
    struct conf_list events;  /* struct event_conf, as typed */
    struct conf_list actions; /* struct action_conf, by label as a string */
};
void applet_conf_init(void *applet_conf);
void applet_conf_fini(void *applet_conf);

struct environment_conf {
    char name[EEM_NAME_MAX];
    char value[EEM_TEXT_MAX];
};

struct eem_conf {
    struct conf_list environment; /* struct environment_conf, by name */
    struct conf_list applets;     /* struct applet_conf, in order of entry */
    uint32_t history_events;      /* 0-50 */
    uint32_t history_traps;       /* 0-50 */
    uint32_t threads;             /* that run applets of one class at once */
    char session_user[65];        /* of the CLI sessions; "" for none */
    uint32_t session_privilege;   /* 0-15, before `enable` */
};
#define EEM_HISTORY_MAX     50
#define EEM_HISTORY_DEFAULT 10
#define EEM_THREADS_DEFAULT 32
void eem_conf_init(void *eem_conf);
void eem_conf_fini(void *eem_conf);
#endif

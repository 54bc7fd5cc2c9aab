/* eem_local.h: running layouts of the event manager, for eem/ only. */
#ifndef EEM_LOCAL_H
#define EEM_LOCAL_H

#include "eem/eem.h"
#include "eem/vars.h"
#include "espial/account.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/shell.h"
#include "espial/text.h"

struct patterns;
struct detector;
struct run;

/* ---- applet.c: a registered applet: an immutable copy of its configuration, shared by the registry and its runs. */
struct applet {
    unsigned refs;
    struct applet_conf conf;
};
struct applet *applet_new(const struct applet_conf *from); /* deep copy, one reference */
struct applet *applet_ref(struct applet *a);
void applet_unref(struct applet *a); /* NULL-safe */

/* ---- a registration: an applet in force with the state of its detector. */
#define OCCURS_MAX 32
struct policy {
    struct eem *eem;
    struct applet *applet;
    const struct detector *detector;
    const struct event_conf *ev;
    int64_t registered_wall;
    uint64_t last_trigger; /* loop time; valid when triggered > 0 */
    uint64_t triggered, suppressed, runs, run_us_total, run_us_max;
    /* detector state */
    uint64_t seen[OCCURS_MAX]; /* syslog: loop times of the last matches */
    unsigned nseen;
    uint32_t oid[TRAP_OID_MAX]; /* snmp-notification */
    uint8_t oid_len;
    bool oid_prefix;
    struct timer timer; /* timer */
    int64_t due;        /* timer absolute, cron: wall time, us */
    struct clock_watch set; /* absolute, cron: the clock was set */
};

/* One event detector: a file on_*.c each. */
struct detector {
    uint8_t type;     /* enum eem_event_type */
    const char *name; /* "timer watchdog": shows and $_event_type_string */
    bool (*check)(const struct event_conf *ev, char why[128]);
    void (*arm)(struct policy *p);
    void (*disarm)(struct policy *p);
    void (*describe)(const struct event_conf *ev, const char *applet_name, struct text *out);
};
extern const struct detector detector_syslog, detector_snmp_notification, detector_none, detector_watchdog,
    detector_countdown, detector_absolute, detector_cron;
const struct detector *detector_of(uint8_t type);

/* ---- eem.c */
#define JOB_CLASSES 27 /* default, A-Z */
struct job_class {
    struct run *queue_head, **queue_tail;
    unsigned queued, running;
    bool overflowing; /* said so already */
};
struct ended_job {
    uint32_t job;
    char applet[EEM_NAME_MAX];
    const char *event_name;
    uint8_t job_class;
    int64_t event_wall;
    bool ok;
};
struct sent_trap {
    char applet[EEM_NAME_MAX];
    bool policy;
    int64_t wall;
};
struct history {
    struct ended_job jobs[EEM_HISTORY_MAX];
    size_t first, n;
    struct sent_trap traps[EEM_HISTORY_MAX];
    size_t traps_first, traps_n;
};
struct eem {
    struct eem_env env;
    struct eem_conf conf;
    struct eem_debug debug;
    struct policy **policies;
    size_t npolicies;
    struct patterns *patterns; /* of the syslog policies */
    struct job_class classes[JOB_CLASSES];
    struct run *running; /* those that have a thread */
    struct timer dispatch;
    uint64_t second_began; /* loop time */
    unsigned started_this_second;
    bool stopped;
    uint32_t last_job; /* also ceemHistoryEventIndex */
    struct history history;
};
/* An event of this policy happened: count, obey ratelimit, queue a run. Takes the variables over. NULL when nothing was
 * queued. */
struct run *eem_trigger(struct policy *p, struct vars *vars);
struct policy *eem_policy_find(const struct eem *e, const char *name);

void on_syslog_fact(void *eem, const void *fact);
void on_trap_fact(void *eem, const void *fact);

/* ---- run.c: one running applet. */
enum run_state { RUN_QUEUED, RUN_STEP, RUN_WAIT, RUN_CLI };
struct run {
    struct run *next, **link;
    struct eem *eem;
    struct applet *applet;
    const struct detector *detector;
    const struct event_conf *ev;
    uint8_t job_class;
    uint32_t job;
    int64_t event_wall;
    uint64_t started; /* loop time */
    enum run_state state;
    size_t pc; /* next action */
    struct vars vars;
    struct shell *shell;
    bool cli_over;     /* the session ended by itself */
    bool cli_question; /* the last command stopped at its pattern */
    struct timer step, maxrun;
    int32_t exit_status;
    void (*done)(void *arg, bool ok);
    void *arg;
};
/* What an action left behind: go on at once; wait (the action calls run_resume); failed (FMPD_ERROR, the run ends). */
enum step { STEP_NEXT, STEP_PENDING, STEP_FAILED };
struct action_kind {
    enum step (*perform)(struct run *r, const struct action_conf *a);
    void (*print)(const struct action_conf *a, struct text *out); /* after the label */
};
extern const struct action_kind action_cli, action_syslog, action_wait, action_snmp_trap, action_info;
const struct action_kind *action_kind_of(uint8_t verb);
void action_quote(const char *s, struct text *out); /* "s", with \" inside */

struct run *run_new(struct policy *p, struct vars *vars, uint32_t job);
void run_start(struct run *r); /* it has a thread */
void run_free(struct run *r);  /* without history or messages; NULL-safe */
/* A pending action is complete: the next one follows in a later turn. */
void run_resume(struct run *r, bool ok);
void run_wait(struct run *r, uint64_t us);
/* Replace $names of `in`; an unset one is logged and the action must fail. */
bool run_expand(struct run *r, const char *in, struct text *out) MUST_USE;
void cli_close_session(struct run *r); /* do_cli.c */
void trap_server_event(struct run *r); /* do_trap.c */

/* ---- sched.c: which run gets a thread, and when. */
void sched_init(struct eem *e);
bool sched_submit(struct eem *e, struct run *r); /* false: the queue is full; the run is the caller's still */
void sched_ended(struct eem *e, struct run *r);  /* gives the thread back; the run is the caller's */
void sched_kick(struct eem *e);
void sched_stop(struct eem *e); /* drop every run */
const char *sched_class_name(uint8_t job_class);
uint8_t sched_class_of(const struct applet_conf *a);

/* ---- history.c */
void history_ended(struct eem *e, const struct run *r, bool ok);
void history_trap(struct eem *e, const char *applet, bool policy);
void history_trim(struct eem *e);
#endif

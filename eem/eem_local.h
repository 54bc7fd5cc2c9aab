/* eem_local.h: running layouts of the event manager, for eem/ only. */
#ifndef EEM_LOCAL_H
#define EEM_LOCAL_H

#include "eem/eem.h"
#include "eem/vars.h"
#include "espial/account.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/gate.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/order.h"
#include "espial/shell.h"
#include "espial/text.h"

struct patterns;
struct regex;
struct detector;
struct run;
struct run_file;
struct run_varbind { /* action info type snmp var */
    char name[EEM_NAME_MAX];
    struct trap_var var;
};
#define EEM_COMMANDS 20
struct heard_command {
    int64_t wall;
    char text[256];
};

/* ---- applet.c: a registered applet: an immutable copy of its configuration, shared by the registry and its runs, with
 * where its blocks begin and end and what it has done so far. */
struct applet {
    unsigned refs;
    struct applet_conf conf;
    struct block *blocks; /* one an action (flow.c) */
    uint64_t triggered, suppressed, runs, run_us_total, run_us_max;
    int64_t ran_wall; /* when a run of it last began; 0: never */
};
/* How long a run may take, ms, 0 for no limit: the longest that one of its events was given, whichever event begins it. */
uint64_t applet_maxrun(const struct applet_conf *a);
struct applet *applet_new(const struct applet_conf *from); /* deep copy, one reference */
struct applet *applet_ref(struct applet *a);
void applet_unref(struct applet *a); /* NULL-safe */

/* ---- a registration: an applet in force, and what watches for its events. */
struct watch {
    struct policy *policy;
    const struct detector *detector;
    const struct event_conf *ev;
    struct watch *next, **link; /* of all that wait for this type of event */
    void *state;           /* the detector's own, made by arm and freed by disarm */
    uint64_t last_trigger; /* loop time; valid when triggered > 0 */
    uint64_t triggered;
    uint64_t matched; /* syslog, cli: lines and commands that fit */
    /* trigger.c: while other events are awaited */
    uint32_t occurred;
    struct vars vars; /* of the last time */
};
struct policy {
    struct eem *eem;
    struct applet *applet;
    struct watch *watches;
    size_t nwatches;
    int64_t registered_wall;
    uint32_t number; /* of the registration; ceemRegisteredPolicyIndex */
    /* trigger.c */
    const struct trigger_conf *trigger; /* NULL: the one event is the trigger */
    bool window;                        /* counting within a period, until: */
    uint32_t times;                     /* the condition was true */
    struct timer window_end;
    struct run *delayed; /* those that `delay` holds back */
};

/* One event detector: a file on_*.c each. */
struct detector {
    uint8_t type;     /* enum eem_event_type */
    const char *name; /* "timer watchdog": shows and $_event_type_string */
    /* Can this be waited for? Otherwise why says what is wrong. NULL: always. */
    bool (*check)(const struct event_conf *ev, char why[128]);
    void (*arm)(struct watch *w);    /* NULL: nothing to do */
    void (*disarm)(struct watch *w); /* frees w->state; NULL: nothing to do */
    void (*describe)(const struct event_conf *ev, const char *applet_name, struct text *out);
    const char
        *variables; /* that each event brings, between blanks; _x_x: the varbinds of a notification. NULL: none */
    bool inert; /* nothing in this router will ever raise it: said once at registration */
    const char *(*mute)(const struct event_conf *ev); /* of it, what nothing will raise: said likewise. NULL: nothing */
};
/* kinds.c: all there are, by number; NULL for others. */
const struct detector *detector_of(uint8_t type);

/* ---- eem.c */
#define JOB_CLASSES 27 /* default, A-Z */
#define SCHED_QUEUE_MAX 100000 /* jobs that wait in a class */
struct job_class {
    struct run *queue_head, **queue_tail;
    struct run *held; /* by `event manager scheduler hold`, in order of their events; not counted in queued */
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
    char details[EEM_DETAILS_MAX]; /* the variables of its event */
};
struct sent_trap {
    char applet[EEM_NAME_MAX];
    bool policy;
    int64_t wall;
};
struct mib_event { /* an entry of ceemHistoryEventTable: an event that triggered a run, and what became of it */
    uint32_t job;
    char applet[EEM_NAME_MAX];
    uint8_t types[EEM_OPERANDS_MAX], ntypes;
    bool ended;
    int32_t exit_status;
    uint8_t notified; /* 0: nothing was sent; else the last one's ceemHistoryNotifyType */
    bool has_int1, has_int2, has_str;
    int32_t int1, int2;
    char str[256];
};
struct history {
    struct ended_job jobs[EEM_HISTORY_MAX];
    size_t first, n;
    struct sent_trap traps[EEM_HISTORY_MAX];
    size_t traps_first, traps_n;
    struct mib_event events[EEM_HISTORY_MAX];
    size_t events_first, events_n;
};
struct context { /* do_state.c: variables saved under a key */
    char *key;
    struct vars vars;
};
struct resource { /* on_resource.c: the thresholds of the policy in use */
    struct timer timer;
    struct resource_watched {
        bool up, turning; /* turning since: */
        uint64_t since;   /* loop time */
    } watched[2][3];      /* processor, memory; by enum resource_level */
};
void resource_free(struct eem *e);
struct link_seen { /* on_nd.c: an interface as FACT_LINK last said */
    char ifname[32];
    bool link, line;
};
struct watching {
    struct watch *head, **tail;
};
struct eem {
    struct eem_env env;
    struct eem_conf conf;
    struct eem_debug debug;
    char (*debug_names)[64]; /* of the registry's items */
    uint64_t raised[EEM_UNSET]; /* events that concerned an applet, by enum eem_event_type; since `clear` */
    struct policy **policies;
    size_t npolicies;
    struct order registrations; /* policy.number -> struct policy */
    uint32_t last_registration;
    struct watching watching[EEM_UNSET]; /* by enum eem_event_type */
    struct patterns *patterns; /* of the syslog events */
    struct job_class classes[JOB_CLASSES];
    struct run *running; /* those that have a thread */
    struct timer dispatch;
    uint64_t second_began; /* loop time */
    unsigned started_this_second;
    uint64_t throttled; /* seconds in which no more runs might start */
    uint64_t triggered, dropped, runs, run_us_total; /* jobs: queued, lost for want of room, ended; since `clear` */
    unsigned queued_max;
    bool swollen; /* the queues held so many that their memory is given back when they are empty */
    struct timer prepare; /* patterns: some time after applets came or went, before a line would wait for it */
    uint64_t patterns_given_up;
    bool stopped;
    uint32_t last_job; /* also ceemHistoryEventIndex */
    struct history history;
    struct held *held; /* on_cli.c: commands that wait for runs */
    struct held_request *requests; /* on_snmp_object.c: likewise */
    struct counter *counters;
    size_t ncounters;
    struct context *contexts;
    size_t ncontexts;
    struct heard_command commands[EEM_COMMANDS]; /* the last ones, by ncommands modulo EEM_COMMANDS */
    uint64_t ncommands;
    uint64_t began; /* loop time */
    struct resource *resource; /* on_resource.c; NULL: no policy was ever configured */
    struct link_seen *links; /* on_nd.c */
    size_t nlinks;
};
void contexts_free(struct eem *e); /* do_state.c */
struct policy *eem_policy_find(const struct eem *e, const char *name);
/* Every watch of one type, in order of registration: EEM_WATCHES(w, e, EEM_TRACK) { ... }. The body must not register. */
#define EEM_WATCHES(w, e, kind) for (struct watch *w = (e)->watching[kind].head; w; w = w->next)

/* ---- trigger.c: from an event to a trigger. An event of this watch happened: obey ratelimit, join it with the others of
 * its policy, count, queue a run. Takes the variables over. NULL when nothing was queued (yet). */
struct run *eem_trigger(struct watch *w, struct vars *vars);
void trigger_init(struct policy *p);
void trigger_fini(struct policy *p);
bool trigger_check(const struct applet_conf *a, char why[128]);
/* A tag that correlate names and no event has; NULL. */
const char *trigger_unknown_tag(const struct applet_conf *a);
void trigger_track_changed(struct eem *e, uint32_t number);
/* The lines of a trigger in `show event manager policy registered`. */
void trigger_describe(const struct trigger_conf *t, struct text *out);

/* ---- on_syslog.c: a line of the log as its event sees it. */
struct syslog_parts {
    char sequence[24];
    size_t stamp, stamp_end; /* in the line; the sequence number in front of it is not the timestamp's */
};
void syslog_parts(const struct fact_syslog *f, struct syslog_parts *p);
/* A bit for each severity that a severity-* keyword names; 0: none does. They are those of Call Home, one a level. */
unsigned syslog_severities(const struct event_conf *ev);

/* ---- the bus: every fact has one hearer here */
void on_syslog_fact(void *eem, const void *fact);
void on_trap_fact(void *eem, const void *fact);
void info_command_fact(void *eem, const void *fact); /* do_info.c */
void on_config_fact(void *eem, const void *fact);
void on_track_fact(void *eem, const void *fact);
void on_route_fact(void *eem, const void *fact);
void on_link_fact(void *eem, const void *fact);
void on_ipsla_fact(void *eem, const void *fact);

/* on_cli.c: the watcher of commands */
bool cli_wants(void *eem, enum gate_key key);
enum gate_verdict cli_ask(void *eem, const struct gate_question *q, void (*resume)(void *session, bool run),
                          void *session);
void cli_forget(void *eem, void *session);

/* on_snmp_notification.c, on_snmp_object.c: the watchers of what SNMP sends and is asked */
bool trap_wants(void *eem);
bool trap_pass(void *eem, const struct fact_trap *t, uint64_t serial);
bool object_wants(void *eem);
enum gate_verdict object_ask(void *eem, const struct object_question *q,
                             void (*answer)(void *request, enum object_outcome how, const struct trap_var *v),
                             void *request);
void object_forget(void *eem, void *request);
void objects_stop(struct eem *e); /* nobody is held any more */

/* `mode` of event cli as a question of the gate has it: "exec" where none is asked for. */
const char *cli_mode_name(const char *asked);
/* An integer, blanks and line ends around it left out: what a regexp took to the end of a line is one. */
bool eem_int(const char *s, int64_t low, int64_t high, int64_t *out);
/* Compare as EEM does: as numbers when both are integers, else as text. */
bool eem_compare(uint8_t op, const char *value, const char *wanted);

/* ---- run.c: one running applet. */
enum run_state { RUN_QUEUED, RUN_STEP, RUN_WAIT, RUN_CLI, RUN_OTHER };
#define RUN_LOOPS_MAX 16
struct run_loop { /* a foreach that has begun */
    size_t at;    /* its action */
    char *list;   /* what is left of it begins at: */
    size_t pos;
};
enum on_error { ON_ERROR_EXIT, ON_ERROR_IGNORE, ON_ERROR_WARN };
struct run {
    struct run *next, **link;
    struct eem *eem;
    struct applet *applet;
    const char *event_name;   /* "multiple" when its policy has several */
    const char *event_string; /* of the last one */
    uint8_t types[EEM_OPERANDS_MAX]; /* of the events that triggered it */
    uint8_t ntypes;
    uint64_t maxrun_ms; /* 0: no limit */
    uint8_t job_class;
    uint32_t job;
    int64_t event_wall;
    uint64_t started; /* loop time */
    enum run_state state;
    size_t pc; /* next action */
    uint64_t steps, rested; /* actions done; those done when it last waited for time to pass */
    struct run_loop *loops; /* RUN_LOOPS_MAX of them; NULL before the first foreach */
    size_t nloops;
    enum on_error on_error;
    const char *error; /* name of the last failure: "FH_EMEMORY" */
    struct vars vars;
    size_t event_vars; /* the first so many are those of its event */
    struct shell *shell;
    struct run_varbind *varbinds; /* TRAP_VARBINDS_MAX of them; NULL before the first */
    size_t nvarbinds;
    struct trap_var *object; /* action snmp-object-value; NULL: none */
    struct run_file *files; /* open handles (do_file.c) */
    struct text cli_typed, cli_printed; /* of an action cli: what is typed, and what its lines have printed so far */
    size_t cli_at;     /* what is left to be typed begins there */
    bool cli_over;     /* the session ended by itself */
    bool cli_question; /* the last command stopped at its pattern */
    bool timed_out;
    const struct action_conf *doing; /* a pending action, for the observer */
    struct timer step, maxrun;
    bool halted; /* by `event manager scheduler clear` */
    void (*pending_stop)(struct run *r); /* ends what a pending action of the kind RUN_OTHER has begun; NULL: nothing */
    void *pending;                       /* that action's own */
    struct eem_caller caller;            /* done NULL: nobody waits */
    struct timer patience;               /* event none default: how long the caller waits */
    struct policy *delayed_by;           /* it is in the list of `delayed` */
};
/* What an action left behind: go on at once; wait (the action calls run_resume); failed; the run is over. */
enum step { STEP_NEXT, STEP_PENDING, STEP_FAILED, STEP_END };
struct action_kind {
    enum step (*perform)(struct run *r, const struct action_conf *a);
};
/* kinds.c: what performs a verb; NULL for none. */
const struct action_kind *action_kind_of(uint8_t verb);

struct run *run_new(struct policy *p, const struct watch *w, struct vars *vars, uint32_t job);
void run_start(struct run *r); /* it has a thread */
void run_halt(struct run *r);  /* a running one: it ends in a later turn, unfinished */
void run_free(struct run *r);  /* without history or messages; NULL-safe */
/* A pending action is complete: the next one follows in a later turn. */
void run_resume(struct run *r, bool ok);
void run_wait(struct run *r, uint64_t us);
/* Replace $names of `in`; an unset one is logged and the action must fail. */
bool run_expand(struct run *r, const char *in, struct text *out) MUST_USE;
/* \n, \r and \t become what they stand for; appended. */
void run_unescape(const char *s, struct text *out);
/* The same for a text to be read by people: before that, \n, \r and \t of the configured text become what they stand for; behind it lines end with LF. */
bool run_expand_text(struct run *r, const char *in, struct text *out) MUST_USE;
/* The same to a new string (mem_free), NULL when it fails. */
char *run_value(struct run *r, const char *in) MUST_USE;
/* Log what an operand is not; false, with r->error set. */
bool run_bad_operand(struct run *r, const char *expected, const char *got);
/* The same to a number. False: unset, or no integer from low to high (r->error is set, the log says it). */
bool run_number(struct run *r, const char *in, int64_t low, int64_t high, int64_t *out) MUST_USE;
/* "x" and "$x" both name the variable. */
bool run_set(struct run *r, const char *name, const char *value) MUST_USE;
int32_t run_exit_status(const struct run *r); /* $_exit_status; 0 when it was never set */
void cli_close_session(struct run *r);        /* do_cli.c */
void cli_clear(struct run *r);                /* what its last action cli typed and printed */
enum step info_snmp(struct run *r, const struct action_conf *a); /* do_snmp.c */
void files_close(struct run *r);              /* do_file.c: all handles */
void trap_server_event(struct run *r);        /* do_trap.c */
/* on_application.c: an event of this sub-system and type, with its data. */
void application_published(struct eem *e, uint32_t sub_system, uint32_t type, const char *const data[4]);

/* ---- flow.c: the blocks of an applet. */
struct block {
    uint32_t
        next; /* if, elseif: the elseif, else or end that follows; while, foreach: its end; end: the head of its loop */
    uint32_t end;  /* if, elseif, else, break: the end of the block (of the loop) */
    bool loop;     /* end: of a loop; next is its head */
    bool ok;
};
/* One entry for each action, in order; freed with mem_free. What is wrong is told to complain (may be NULL): the action's
 * place and the words. */
struct block *flow_blocks(const struct applet_conf *a, void (*complain)(void *arg, size_t at, const char *what),
                          void *arg);

/* ---- sched.c: which run gets a thread, and when. */
void sched_init(struct eem *e);
bool sched_submit(struct eem *e, struct run *r); /* false: the queue is full; the run is the caller's still */
void sched_ended(struct eem *e, struct run *r);  /* gives the thread back; the run is the caller's */
void sched_kick(struct eem *e);
void sched_stop(struct eem *e); /* drop every run */
void run_link(struct run **head, struct run *r);
void run_unlink(struct run *r);
const char *sched_class_name(uint8_t job_class);
uint8_t sched_class_of(const struct applet_conf *a);

/* ---- observe.c: what the observer is told; nothing when there is none. */
void observe_event(const struct watch *w, enum eem_seen what, uint32_t job, uint64_t n, uint64_t of);
void observe_began(const struct run *r);
void observe_step(struct run *r, const struct action_conf *a, enum eem_step step);
bool observe_mail(const struct run *r, const struct eem_mail_seen *mail); /* false: send it */
void observe_ended(const struct run *r, bool ok);

/* eem.c: an expression was given up at the bounds of its work: counted, and said once a minute. */
void pattern_gave_up(struct eem *e, const char *applet);
/* Does this expression of the watch's own match? When it is given up: as above. */
bool watch_matches(const struct watch *w, struct regex *re, const char *text, size_t len);

/* ---- debug.c: what `debug event manager` shows; each tests its own bit. */
void debug_init(struct eem *e);
void debug_fini(struct eem *e);
void debug_watch(const struct watch *w, bool begins);
void debug_event(const struct watch *w, const struct vars *vars, const char *what);
void debug_queued(const struct run *r);
void debug_started(const struct run *r);
void debug_ended(const struct run *r, bool ok);

/* ---- history.c */
void history_ended(struct eem *e, const struct run *r, bool ok);
void history_trap(struct eem *e, const char *applet, bool policy);
void history_event(struct eem *e, const struct run *r); /* a run was queued */
/* The entry of the least job that is `from` or more. NULL: none. */
struct mib_event *history_event_from(struct eem *e, uint32_t from);
/* That of this job; NULL: it has fallen out. */
struct mib_event *history_event_of(struct eem *e, uint32_t job);
void history_trim(struct eem *e);
#endif

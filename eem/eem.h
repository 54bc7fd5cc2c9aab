/* eem.h: the embedded event manager of one router. It hears facts on the bus, runs the applets that wait for them,
 * types their commands into a shell, and publishes what they ask for. It knows no other engine. */
#ifndef EEM_H
#define EEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eem/eem_conf.h"
#include "espial/mem.h"

struct eem;
struct bus;
struct clock;
struct debug_registry;
struct log;
struct loop;
struct shells;
struct text;
struct trap_var;
struct files;
struct gate;
struct object_gate;
struct trap_gate;
struct inet;
struct mib;
struct streams;
struct vars;

/* Somebody who looks on, as `espial eem test` does: told of every event of a registered applet that its detector has
 * recognised, and of every step of its runs. Everything is borrowed for the call, which must not change anything. */
enum eem_seen {
    EEM_SEEN_TRIGGERED,  /* a run was queued: job */
    EEM_SEEN_RATELIMIT,  /* too soon after the last one: n milliseconds are left */
    EEM_SEEN_OCCURS,     /* the nth of `of` occurrences that are needed */
    EEM_SEEN_JOINED,     /* noted; the trigger waits for other events, or has been true n of `of` times */
    EEM_SEEN_BETWEEN,    /* between two periods of the trigger: not counted */
    EEM_SEEN_QUEUE_FULL, /* discarded */
};
struct eem_event_seen {
    const struct applet_conf *applet;
    const struct event_conf *event;
    enum eem_seen what;
    uint32_t job;
    uint64_t n, of;
};
enum eem_step { EEM_STEP_BEGINS, EEM_STEP_DONE, EEM_STEP_PENDING, EEM_STEP_FAILED };
enum eem_end { EEM_END_SUCCESS, EEM_END_ABORT, EEM_END_TIMEOUT };
struct eem_run_seen {
    const struct applet_conf *applet;
    uint32_t job;
    uint64_t took_us, maxrun_ms; /* since it got its thread; maxrun 0: no limit */
    const char *error;           /* of a failed step: "FH_EMEMORY"; NULL: none */
    int32_t exit_status;
    const struct vars *vars;     /* eem/vars.h */
};
struct eem_mail_seen {
    const char *server, *from, *to, *subject,
        *body; /* server without user and password; to: all addresses, "a@b, c@d" */
};
struct eem_observer {
    void *arg;
    void (*event)(void *arg, const struct eem_event_seen *seen);
    void (*began)(void *arg, const struct eem_run_seen *run);
    /* PENDING: it goes on, and DONE or FAILED follows. */
    void (*step)(void *arg, const struct eem_run_seen *run, const struct action_conf *a, enum eem_step step);
    void (*ended)(void *arg, const struct eem_run_seen *run, enum eem_end how);
    /* A mail is handed over here and goes to no server. NULL: it goes there. */
    void (*mail)(void *arg, const struct eem_run_seen *run, const struct eem_mail_seen *mail);
};

struct eem_env {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct shells *shells;
    struct debug_registry *debug;
    const char *(*hostname)(void *arg); /* for action info type routername */
    void *arg;
    /* What is NULL is not there: what needs it fails in words. */
    struct files *files;
    struct streams *streams; /* to mail servers */
    struct gate *gate;       /* eem makes itself its watcher: event cli */
    struct trap_gate *trap_gate;     /* likewise: event snmp-notification direction outgoing */
    struct object_gate *object_gate; /* likewise: event snmp-object */
    struct manager *manager; /* info type snmp of other agents */
    struct mib *mib;         /* event snmp, info type snmp */
    bool (*resolve)(void *arg, const char *name, uint32_t *addr);
    uint32_t (*if_addr)(void *arg, const char *ifname); /* primary address; 0: none */
    const char *(*ifname)(void *arg, size_t i);         /* of the i-th interface; NULL behind the last */
    bool (*own_addr)(void *arg, uint32_t addr);         /* is it one of the router's? */
    bool (*track_get)(void *arg, uint32_t number, bool *up); /* false: there is no such object */
    bool (*track_set)(void *arg, uint32_t number, bool up);  /* false: none, or not a stub-object */
    bool (*counter)(void *arg, const char *ifname, const char *parameter, int64_t *value); /* event interface */
    bool (*resource)(void *arg, const char *what, int64_t *percent); /* "cpu", "memory": 0-100 */
    void (*reload)(void *arg);
    bool (*quiet_prompts)(void *arg);    /* `file prompt quiet`; NULL: no */
    bool (*spell)(void *arg, const char *mode, const char *line,
                  struct text *full);    /* as eem_lint_env's; NULL: unknown */
    const struct eem_observer *observer; /* NULL: nobody */
};

/* Somebody who waits for the end of a run, with the terminal that puts and gets speak to (NULL: none). */
struct eem_run_end {
    bool ok;
    int32_t exit_status; /* $_exit_status; 0 when it was never set */
    /* What action snmp-object-value left: type and value, and as its name that of next-oid (oid_len 0: not given); NULL:
     * nothing. Valid during the call. */
    const struct trap_var *object;
};
struct eem_caller {
    void (*done)(void *arg,
                 const struct eem_run_end *end); /* called once, never from inside the call that began the run */
    void (*put)(void *arg, const char *text);
    void (*get)(void *arg, void (*answer)(void *aarg, const char *line), void *aarg);
    void *arg;
};

/* All pointers of env must outlive the eem. */
struct eem *eem_new(const struct eem_env *env);
/* End every run, closing its shell, and start no more: before the shells go. What is registered stays, so that sessions
 * that leave applet mode on their end still find us: eem_stop, then shells_free, then eem_free. */
void eem_stop(struct eem *e);
/* Stops first. NULL-safe. */
void eem_free(struct eem *e);
/* CISCO-EMBEDDED-EVENT-MGR-MIB, into the router's tree. False, with the name in err: see mib_add. */
bool eem_rows_add(struct eem *e, struct mib *m, char err[128]) MUST_USE;
/* The startup configuration has been read: `event timer cron cron-entry "@reboot"` happens. */
void eem_booted(struct eem *e);
/* The live configuration. */
struct eem_conf *eem_conf(struct eem *e);
/* After history sizes or threads were written. */
void eem_conf_changed(struct eem *e);

/* Something in resource policies was written. */
void eem_resources_changed(struct eem *e);

enum eem_registered {
    EEM_REGISTERED,
    EEM_NOT_NO_EVENT,    /* no event statement: FMPD_NO_EVENT was logged, an earlier version is no longer in force */
    EEM_NOT_MANY_EVENTS, /* several events and nothing that joins them: logged likewise */
    EEM_NOT_BAD_EVENT,   /* a pattern, OID or cron entry that cannot be used (refused at entry; reached by programs) */
    EEM_NOT_BAD_BLOCKS,  /* if, while, foreach, else and end do not pair: logged as FMPD_EEM_CONFIG */
};
/* Put a copy of this version in force (the mode was left, or the router booted). Runs of the earlier version go on with
 * it. */
enum eem_registered eem_register(struct eem *e, const struct applet_conf *a) MUST_USE;
void eem_unregister(struct eem *e, const char *name);
/* Can this event be waited for? Otherwise why says what is wrong: "unmatched parenthesis". */
bool eem_event_check(const struct event_conf *ev, char why[128]) MUST_USE;
/* The same with the environment variables that it names. */
bool eem_event_possible(const struct eem *e, const struct event_conf *ev, char why[128]) MUST_USE;

enum eem_run_outcome {
    EEM_RUN_STARTED,
    EEM_RUN_UNKNOWN,    /* no such applet registered */
    EEM_RUN_NOT_NONE,   /* it has no `event none` */
    EEM_RUN_QUEUE_FULL, /* or its rate limit */
};
#define EEM_RUN_ARGS 15
/* event manager run: trigger an `event none` applet. caller->done (caller may be NULL) is called once when the run has
 * ended, never from inside this call; *waits tells whether the caller should wait for it (sync yes). */
enum eem_run_outcome eem_run(struct eem *e, const char *name, const char *const *argv, size_t argc,
                             const struct eem_caller *caller, bool *waits) MUST_USE;
/* As if the first event of this applet happened, whatever it is, with these variables ("_snmp_oid_val"): for trying. False:
 * there is no such applet. */
bool eem_raise(struct eem *e, const char *name, const char *const *vars, const char *const *values, size_t n) MUST_USE;
/* Do not call the caller of this arg any more (the run goes on). */
void eem_run_forget(struct eem *e, const void *arg);

/* What is registered, in order of registration. cursor starts at 0; false at the end. Strings and conf are valid until
 * the loop's next turn. */
struct eem_policy_info {
    const struct applet_conf *conf; /* the version in force */
    const char *event_name;         /* "syslog", "timer watchdog" */
    const char *class_name;         /* "default" or a letter */
    int64_t registered_wall;        /* us */
    uint64_t maxrun;                /* ms; 0: no limit */
    uint64_t triggered, suppressed;
    uint64_t run_us_total, run_us_max;
    uint64_t runs; /* ended */
};
bool eem_policy_next(const struct eem *e, size_t *cursor, struct eem_policy_info *out);
/* The line of the event in `show event manager policy registered`: "pattern {RE}". */
void eem_event_describe(const struct event_conf *ev, const char *applet_name, struct text *out);
/* "syslog", "timer watchdog" */
const char *eem_event_name(const struct event_conf *ev);
/* The lines of its trigger, each with a blank in front. */
void eem_trigger_describe(const struct trigger_conf *t, struct text *out);

/* Jobs: those running or waiting for a thread, and those that have ended (oldest first). */
struct eem_job_info {
    uint32_t job;
    const char *applet, *event_name, *class_name;
    int64_t event_wall; /* us */
    const char *status; /* "success" "abort"; "running" "pend" "held" */
    const char *details; /* ended: the variables of its event, "msg {..} priority {5}" */
};
#define EEM_DETAILS_MAX 512
#define EEM_DETECTORS_MAX 40
bool eem_history_next(const struct eem *e, size_t *cursor, struct eem_job_info *out);
/* {0} to begin with; the jobs must be the same as long as it is used. */
struct eem_job_cursor {
    const struct run *next;
    unsigned list;
};
bool eem_active_next(const struct eem *e, struct eem_job_cursor *cursor, struct eem_job_info *out);
bool eem_pending_next(const struct eem *e, struct eem_job_cursor *cursor, struct eem_job_info *out);
/* Is a run held back by the delay of its trigger? */
bool eem_delayed(const struct eem *e);
struct eem_trap_info {
    const char *applet;
    bool policy; /* sent by an action; else by the server */
    int64_t wall;
};
bool eem_trap_history_next(const struct eem *e, size_t *cursor, struct eem_trap_info *out);

/* Jobs chosen by number, by class, or all. */
struct eem_choice {
    uint32_t job;           /* 0: any */
    const char *class_name; /* "default", "A"; NULL: any */
};
/* How many were meant. Clear drops those that wait and ends those that run (in a later turn); hold takes waiting ones out
 * of their queue until they are released; modify moves waiting ones to another class. */
unsigned eem_jobs_clear(struct eem *e, const struct eem_choice *which);
unsigned eem_jobs_hold(struct eem *e, const struct eem_choice *which);
unsigned eem_jobs_release(struct eem *e, const struct eem_choice *which);
unsigned eem_jobs_modify(struct eem *e, const struct eem_choice *which, const char *class_name);
struct eem_threads_info {
    const char *classes; /* "default", "A-D" */
    uint32_t total;
    unsigned running;
};
bool eem_threads_next(const struct eem *e, size_t *cursor, struct eem_threads_info *out);
struct eem_queue_info {
    uint64_t triggered, dropped; /* jobs queued, and lost because their queue was full */
    unsigned size, max, largest; /* waiting now, room in a class, most that ever waited in one */
    uint64_t average_us;
    uint64_t throttled; /* seconds whose starts were used up */
    uint64_t given_up;  /* matches of expressions that took too long */
};
void eem_queue_info(const struct eem *e, struct eem_queue_info *out);
/* The named counters, in the order in which they began to exist. *name stays until the next counter is made. */
bool eem_counter_next(const struct eem *e, size_t *cursor, const char **name, int32_t *value);
/* The timers of applets that run, countdown before watchdog, absolute and cron; an unnamed one has its applet's name. */
struct eem_timer_info {
    const char *name, *type; /* "countdown" */
    uint64_t left;           /* us until it is due */
};
void eem_timers(const struct eem *e, void (*each)(void *arg, const struct eem_timer_info *timer), void *arg);
/* clear event manager ...: the figures begin anew. */
void eem_clear_statistics(struct eem *e);
void eem_clear_history(struct eem *e);
/* NULL: of all. False: there is no such detector. */
bool eem_clear_detector(struct eem *e, const char *name);

/* What can be waited for, in order of name: "syslog", "timer" once. */
struct eem_detector_info {
    char name[32];
    uint64_t events; /* that concerned an applet */
    const char *
        variables; /* that its events bring beside eem_event_variables, between blanks: "" none; _x_x_x_x_x_x stands for any OID */
};
extern const char eem_event_variables[]; /* that every event brings */
bool eem_detector_next(const struct eem *e, size_t *cursor, struct eem_detector_info *out);
bool eem_detector_is(const char *name, unsigned type); /* enum eem_event_type: "timer" is of four */

/* The bits of debug event manager. */
struct eem_debug {
    bool action_cli, action_mail;
    bool server_events, server_scheduling;
    bool detectors[EEM_DETECTORS_MAX]; /* by eem_detector_bit */
};
struct eem_debug *eem_debug(struct eem *e);
/* The place of a detector's bit, by its name ("timer"); -1: there is no such. */
int eem_detector_bit(const char *name);
/* What it was made with: its files, NULL without; the calendar its times are read by. */
struct files *eem_files(const struct eem *e);
const struct clock *eem_clock(const struct eem *e);
#endif

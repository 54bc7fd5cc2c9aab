/* shell_local.h: running layouts of cli/shell. */
#ifndef CLI_SHELL_SHELL_LOCAL_H
#define CLI_SHELL_SHELL_LOCAL_H

#include "cli/aaa/aaa.h"
#include "cli/config/config.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/filter.h"
#include "cli/shell/session.h"
#include "espial/gate.h"
#include "espial/account.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/regex.h"

#define QUEUE_MAX       1024 /* lines typed ahead */
#define HISTORY_MAX     256
#define HELD_OUTPUT_MAX                                                                                                \
    (32u * 1024 * 1024) /* of one command: behind --More-- or a slow reader, or captured for a program */
#define UNTIL_WINDOW    4096                /* how far back `until` is looked for */

struct output {
    struct out out;   /* what handlers print to */
    struct out paged; /* behind the filter */
    struct out shown; /* behind the pager's own filter */
    struct shell *sh;
    struct filter *filter; /* | include ... */
    bool filtered;         /* and it has ended: only texts to be sent are left in it */
    struct filter *narrow; /* chosen at --More-- */
    unsigned lines;        /* rows since the last page began */
    size_t column;         /* bytes of the line being written */
    bool more;             /* --More-- is on the screen */
    bool stalled;          /* the terminal is full: the rest waits until it takes more */
    bool typing;           /* an expression is being typed at --More-- */
    bool discard;          /* stopped at --More--: the rest is dropped */
    bool ended;            /* the command is over; the rest waits */
    char key;              /* '/', '+' or '-' */
    struct text pattern;
    struct text held;
    size_t held_at;
    bool midline; /* the last byte shown was not a line end */
    bool unpaged; /* the running command's output scrolls by, however long (ping) */
};

struct lines {
    char **v;
    size_t n;
};

struct asking {
    bool on, key, secret, raw, ctrl_z;
    void (*answer)(void *arg, const char *text);
    void *arg;
};

/* Before the first prompt (login.c). */
struct login {
    bool on;        /* the dialogue goes on */
    bool by_user;   /* a name is asked for, not the line's password alone */
    bool at_secret; /* the password is being asked */
    unsigned tries;
    char user[AAA_USER_MAX + 1];
    struct aaa_question *question;
    struct timer timeout;
};

struct config_lock { /* lock.c */
    struct shell *owner; /* NULL: free */
    struct timer idle;
    unsigned idle_s;
    uint64_t since_us;
    char command[64];
};

struct named { /* named.c */
    void *asking; /* NULL: nobody is asked */
    char *line;   /* what waits for the answer */
    unsigned tried;
    bool typo;  /* it is a word that is no command */
    bool asked; /* the line about to run has its answer */
};

struct maker {
    struct shells shells; /* first */
    struct shells_env env;
    struct grammar *grammar;
    struct shell *first;
    struct config_history history;
    unsigned config_sessions;
    const struct shell *typing;
    struct config_lock lock;
    unsigned uses[1 + VTY_LINES];
};

struct shell {
    struct shell_base base; /* first */
    struct maker *maker;
    struct shell *next;
    struct channel *channel; /* NULL: typed by program */
    bool vty;
    int n;
    char user[AAA_USER_MAX + 1], location[64], origin[160];
    char cwd[256];
    uint8_t privilege;
    enum cmd_mode mode;
    void *obj;
    bool several; /* entered by enter_each: */
    void **more;  /* its further objects, owned */
    size_t nmore;
    enum session_state state;
    bool quitting, closing;
    unsigned depth; /* calls into this session on the stack */
    bool doomed;    /* freed by its owner from inside such a call: torn down when the last returns */

    bool waiting;                /* a handler returned CMD_WAIT, or is about to */
    bool in_handler, done_early; /* done was called before the handler returned */
    bool refused, ran;
    enum cmd_mode ran_mode;
    void *sending; /* away.c */
    enum cmd_result sending_after;
    char sending_url[256];
    void (*abort_fn)(void *arg, bool closing);
    void *abort_arg;
    void (*room_fn)(void *arg); /* a handler waits for room for its output */
    void *room_arg;
    struct asking ask;
    struct match match;
    struct cmd_ctx ctx;
    struct output output;
    struct lines queue;
    struct lines history[2]; /* EXEC, configuration */

    struct line_settings set, line_set; /* as they are; as the line gave them */
    bool history_on, monitor;
    struct timer idle, absolute;
    struct login login;
    bool bypass;   /* commands are not authorized */
    bool by_person, answers, patient;
    char applet[64]; /* EEM's applet that types here; "" */
    char *held;      /* the line that whoever watches commands holds; NULL */
    bool passed;     /* the line about to run was asked about */
    void (*held_answer)(void *arg, const char *line);
    void *held_arg;
    struct named named;
    bool keeps;    /* the running DO row keeps configuration: when it is done, that counts as a change */
    enum channel_end close_why;
    uint64_t started_us, active_us;

    bool echo, config_file;
    bool merging; /* config_file, but into a router that runs: its lines count as a change */
    unsigned config_session; /* this run of configuration mode, counted from 1 */
    bool replacing; /* merging, and whoever types tells of it by himself */
    unsigned line_number;
    char file_name[64];
    struct text capture;
    shell_done_fn *done;
    void *done_arg;
    enum account_owner done_owner; /* who typed: hears on its own time */
    struct regex *until;
    bool matched;

    struct deferred step;
    bool room_due, next_due, answer_due, deliver_due, notify_due, login_due, close_due;
    char prompt[160];
};

/* session.c */
void session_init(struct shell *sh, struct maker *m);
void session_teardown(struct shell *sh); /* ends and frees; nobody is told */
void session_doom(struct shell *sh);     /* the same, safe from inside its own calls */
void session_emit(struct shell *sh, const char *s,
                  size_t len); /* to the terminal or the capture, past filter and pager */
void session_enter(struct shell *sh, enum cmd_mode mode, void *obj);
void session_enter_each(struct shell *sh, enum cmd_mode mode, void *const *objs, size_t n);
void session_output_drained(struct shell *sh); /* all is shown of a command that is over */
void session_output_room(struct shell *sh);    /* all is shown of a command that goes on */
void session_notify(struct shell *sh); /* channel->changed, in a later turn */
void session_say(struct shell *sh, const char *s);
void session_over(struct shell *sh, enum cmd_result r); /* the command is done */
void session_look(struct shell *sh);                    /* for `until` in what was captured */
void session_at_prompt(struct shell *sh);
void session_limit(struct shell *sh); /* absolute-timeout from the settings */
void session_changed(struct shell *sh); /* the configuration: whoever asks for unsaved changes hears of it (exec.c) */

void session_resume(struct shell *sh, const char *line); /* a held line runs now; "": it does not */

/* gate.c */
enum gate_verdict gate_line(struct shell *sh, enum cmd_mode mode, const char *text, const char *typed, bool refused);
/* May this key do what it does? */
bool gate_key(struct shell *sh, enum gate_key key, enum cmd_mode mode, const char *partial);
void session_mode_name(enum cmd_mode mode, char out[24]); /* "exec", "config-if" */

/* named.c: does the line that was matched wait for the address of a name? Is what is no command a name that is asked for? */
bool named_waits(struct shell *sh, const char *typed);
bool named_typo(struct shell *sh, const char *typed);

/* host.c */
extern const struct cmd_host session_host;
void session_ask(struct shell *sh, const char *prompt, struct asking how);
enum answer_from { FROM_TYPED, FROM_QUEUE, FROM_NOBODY };
void session_answer(struct shell *sh, const char *text, enum answer_from from);
void session_take_answer(struct shell *sh);
void session_answer_defaults(struct shell *sh); /* what the running command asks, one question after the other */

/* login.c */
void login_init(struct shell *sh);
/* A terminal's session was made: is anything to be asked or shown before its prompt? */
void login_prepare(struct shell *sh, bool is_logged_in);
void login_begin(struct shell *sh);
void login_interrupt(struct shell *sh);
void login_end(struct shell *sh); /* idempotent */
struct aaa_door login_door(const struct shell *sh);
const char *login_place(const struct shell *sh); /* the address for messages; 0.0.0.0 on the console */
void session_set_origin(struct shell *sh);       /* the words of CONFIG_I from user and place (shells.c) */

/* exec.c: one line. EXEC_WAIT: it goes on. */
enum exec_result { EXEC_DONE, EXEC_WAIT };
enum exec_result exec_line(struct shell *sh, const char *line);
/* Offset of the EXEC command in a line: 0 in EXEC, behind `do` in a configuration mode; SIZE_MAX: the line is
 * configuration. */
size_t exec_offset(const struct shell *sh, const char *line);
bool exec_may_filter(const char *expanded);
/* Offset of the `|` behind a whole command that shows something, which is left in *m; SIZE_MAX: there is none, and *r
 * says what was wrong with what stands before a `|` of its own (OK: nothing). */
size_t exec_modifiers(struct grammar *g, uint8_t privilege, const char *line, struct match *m, enum match_result *r);

/* lock.c */
void lock_init(struct maker *m);
bool lock_keeps_out(const struct shell *sh, struct out *out); /* somebody else alone may configure, and out was told */
void lock_leave(const struct shell *sh);                      /* it configures no longer */

/* output.c */
void output_init(struct output *o, struct shell *sh);
void output_begin(struct output *o);
/* The command is over; is there a text to be sent to another machine? */
bool output_remote(struct output *o, char url[256], struct text *text);
bool output_end(struct output *o); /* false: the rest waits, for keys or for the terminal */
bool output_waits(const struct output *o);
void output_resume(struct output *o); /* the terminal takes text again */
void output_key(struct output *o, char c);
void output_flush(struct output *o); /* show what waits, without paging */
void output_fini(struct output *o);
/* Keep output for later: what goes beyond HELD_OUTPUT_MAX is left out, and a last line says so. */
void held_add(struct text *held, const char *s, size_t len);

/* away.c: the command is over but for texts that are sent to other machines; true: session_over is called again when one has gone. */
bool away_sends(struct shell *sh, enum cmd_result r);

void lines_add(struct lines *l, const char *s, size_t max); /* drops the oldest */
char *lines_take(struct lines *l);                          /* the oldest, the caller's */
void lines_clear(struct lines *l);
/* A line of a file as it may be shown: at most max bytes, a dot for each control character, and a line end. */
void quote_line(struct text *out, const char *line, size_t max);
#endif

/* shell_local.h: running layouts of cli/shell. */
#ifndef CLI_SHELL_SHELL_LOCAL_H
#define CLI_SHELL_SHELL_LOCAL_H

#include "cli/config/config.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/filter.h"
#include "cli/shell/session.h"
#include "espial/account.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/regex.h"

#define QUEUE_MAX       1024 /* lines typed ahead */
#define HISTORY_MAX     256
#define HELD_OUTPUT_MAX (32u * 1024 * 1024) /* of one command: behind --More--, or captured for a program */
#define UNTIL_WINDOW    4096                /* how far back `until` is looked for */

struct output {
    struct out out;   /* what handlers print to */
    struct out paged; /* behind the filter */
    struct out shown; /* behind the pager's own filter */
    struct shell *sh;
    struct filter *filter; /* | include ... */
    struct filter *narrow; /* chosen at --More-- */
    unsigned lines;        /* rows since the last page began */
    size_t column;         /* bytes of the line being written */
    bool more;             /* --More-- is on the screen */
    bool typing;           /* an expression is being typed at --More-- */
    bool discard;          /* stopped at --More--: the rest is dropped */
    bool ended;            /* the command is over; the rest waits behind --More-- */
    char key;              /* '/', '+' or '-' */
    struct text pattern;
    struct text held;
    size_t held_at;
    bool midline; /* the last byte shown was not a line end */
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

struct maker {
    struct shells shells; /* first */
    struct shells_env env;
    struct grammar *grammar;
    struct shell *first;
    struct config_history history;
    unsigned config_sessions;
    const struct shell *typing;
    unsigned uses[1 + VTY_LINES];
};

struct shell {
    struct shell_base base; /* first */
    struct maker *maker;
    struct shell *next;
    struct channel *channel; /* NULL: typed by program */
    bool vty;
    int n;
    char user[32], location[64], origin[160];
    char cwd[256];
    uint8_t privilege;
    enum cmd_mode mode;
    void *obj;
    enum session_state state;
    bool quitting, closing;
    unsigned depth; /* calls into this session on the stack */
    bool doomed;    /* freed by its owner from inside such a call: torn down when the last returns */

    bool waiting;                /* a handler returned CMD_WAIT, or is about to */
    bool in_handler, done_early; /* done was called before the handler returned */
    bool refused, ran;
    enum cmd_mode ran_mode;
    void (*abort_fn)(void *arg, bool closing);
    void *abort_arg;
    struct asking ask;
    struct match match;
    struct cmd_ctx ctx;
    struct output output;
    struct lines queue;
    struct lines history[2]; /* EXEC, configuration */

    struct line_settings set, line_set; /* as they are; as the line gave them */
    bool history_on, monitor;
    struct timer idle;
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
    bool next_due, answer_due, deliver_due, notify_due, close_due;
    char prompt[160];
};

/* session.c */
void session_init(struct shell *sh, struct maker *m);
void session_teardown(struct shell *sh); /* ends and frees; nobody is told */
void session_doom(struct shell *sh);     /* the same, safe from inside its own calls */
void session_run(struct shell *sh, const char *line);
void session_emit(struct shell *sh, const char *s,
                  size_t len); /* to the terminal or the capture, past filter and pager */
void session_enter(struct shell *sh, enum cmd_mode mode, void *obj);
void session_output_drained(struct shell *sh);
void session_notify(struct shell *sh); /* channel->changed, in a later turn */
extern const struct cmd_host session_host;

/* exec.c: one line. EXEC_WAIT: it goes on. */
enum exec_result { EXEC_DONE, EXEC_WAIT };
enum exec_result exec_line(struct shell *sh, const char *line);
/* Offset of the EXEC command in a line: 0 in EXEC, behind `do` in a configuration mode; SIZE_MAX: the line is
 * configuration. */
size_t exec_offset(const struct shell *sh, const char *line);
bool exec_may_filter(const char *expanded);

/* output.c */
void output_init(struct output *o, struct shell *sh);
void output_begin(struct output *o);
void output_end(struct output *o); /* more: the rest waits for keys */
void output_key(struct output *o, char c);
void output_stop(struct output *o);  /* drop what waits */
void output_flush(struct output *o); /* show what waits, without paging */
void output_fini(struct output *o);

void lines_add(struct lines *l, const char *s, size_t max); /* drops the oldest */
char *lines_take(struct lines *l);                          /* the oldest, the caller's */
void lines_clear(struct lines *l);
#endif

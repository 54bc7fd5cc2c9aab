/* session.h: sessions as a terminal front end and the root use them. A session is a `struct shell` of espial/shell.h:
 * with a channel it belongs to a terminal, without one to a program (shell_open). The root makes one maker of sessions
 * for a router (shells_new); lines are con 0 and vty 0-15.
 *
 * A TERMINAL asks session_state() after each call and whenever channel->changed is called (always in a later loop turn,
 * never from inside a call below):
 *   SESSION_PROMPT   draw session_prompt(), edit a line, session_line() at Enter; session_help() at `?`,
 *                    session_complete() at Tab
 *   SESSION_ANSWER   the question has been written; read a line (echoed), session_line() at Enter
 *   SESSION_SECRET   the same, without echo
 *   SESSION_KEY      one key without Enter ([confirm], --More--): session_key()
 *   SESSION_BUSY     a command runs, or its output waits for a full channel: keep what is typed, or hand whole lines over with session_line(), which queues
 *                    them; session_interrupt() at Ctrl-C, Ctrl-Shift-6
 *   SESSION_CLOSED   the session has ended; channel->closed follows
 * Lines handed over while busy are run in order, each echoed after its prompt by the session, and may answer a
 * command's question. */
#ifndef CLI_SHELL_SESSION_H
#define CLI_SHELL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/shell/alias.h"
#include "cli/shell/channel.h"
#include "espial/cmd.h"
#include "espial/shell.h"
#include "espial/text.h"

struct aaa;
struct loop;
struct bus;
struct clock;
struct log;
struct files;
struct grammar;

#define VTY_LINES        16
#define LOGIN_ANSWER_S   30 /* seconds to answer each question of a login */
#define SESSION_LINE_MAX 1024 /* bytes of a command line; longer ones are refused */

/* What `line con 0` or `line vty 0 4` gives a session, when it starts and when the line is changed. */
struct line_settings {
    unsigned length, width;  /* 24 80; 0: no pager, unlimited */
    unsigned history;        /* lines kept, 0-256 */
    uint32_t exec_timeout_s; /* 0: never */
    uint32_t absolute_timeout_s; /* 0: never */
    bool logging_sync;
    uint8_t sync_from; /* ... for messages of this severity and milder ones */
    bool is_editing; /* true; false: `no editing` */
    bool is_stamped; /* exec prompt timestamp */
    uint8_t escape;  /* the character that interrupts, 30 (Ctrl-^); 0: none */
    bool no_names;     /* a word that is no command is not looked up (transport preferred none) */
    uint8_t privilege; /* a terminal session begins with it when its own is lower; 1 */
};

enum session_banner { BANNER_MOTD, BANNER_LOGIN, BANNER_EXEC, BANNER_INCOMING, BANNERS };
/* How somebody comes in over the network. */
enum session_protocol { SESSION_SSH, SESSION_TELNET };

struct session_view;
struct shells_env {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct files *files;
    const char *(*hostname)(void *arg);
    /* Texts for files of other machines (| redirect tftp:...): is it such a name; send *text (taken over), then done(why) in a later turn, why NULL when it went
     * well; forget one that is under way. All NULL: there are no such files. */
    bool (*is_remote)(void *arg, const char *url);
    void *(*send)(void *arg, const char *url, struct text *text, void (*done)(void *done_arg, const char *why),
                  void *done_arg);
    void (*send_cancel)(void *sending);
    /* Names of other machines: may this one be asked for, and is it not known yet? Ask: `tried` tells each server that is, done in a later turn; forget a question. All
     * NULL: nobody is asked. */
    bool (*name_wanted)(void *arg, const char *name);
    void *(*name_ask)(void *arg, const char *name, void (*tried)(void *done_arg, uint32_t server),
                      void (*done)(void *done_arg, bool found), void *done_arg);
    void (*name_cancel)(void *asking);
    const char *config_version; /* after "version" in running-config: "16.9" */
    /* May leave *out as it is (IOS's defaults). line: "con 0" is vty false, n 0. */
    void (*line_settings)(void *arg, bool vty, unsigned n, struct line_settings *out);
    struct aaa *aaa; /* NULL: nobody has to log in (tests) */
    /* `banner motd|login|exec|incoming`, its text as typed; "" for none. May be NULL. */
    const char *(*banner)(void *arg, enum session_banner which);
    const char *(*domain)(void *arg); /* for $(domain) in banners; may be NULL */
    bool (*vty_admits)(void *arg, unsigned n, enum session_protocol protocol, uint32_t source); /* NULL: everybody */
    /* A configuration line was taken: by whom, in which run of configuration mode (counted), in a sub-mode or not, and the line with its words in full. May be NULL. */
    void (*config_line)(void *arg, const struct session_view *v, unsigned session, bool sub, const char *line);
    /* What stands before the output of a show with `exec prompt timestamp`. May be NULL. */
    void (*stamp)(void *arg, struct out *out);
    void (*startup_saved)(void *arg); /* startup-config was written; may be NULL */
    /* `prompt` (a format, "" for IOS's own) and whether configuration modes have one; NULL: IOS's own. */
    const char *(*prompt)(void *arg, bool *config);
    struct gate *gate; /* who watches commands; NULL: nobody can */
    alias_nth_fn *alias; /* the aliases that were configured; NULL: none */
    void *arg;
};
/* No session can be opened before the grammar is set; it is borrowed and must outlive the sessions. */
struct shells *shells_new(const struct shells_env *env);
void shells_set_grammar(struct shells *s, struct grammar *g);
struct grammar *shells_grammar(struct shells *s);
/* Ends every session (channels are told). */
void shells_free(struct shells *s);

/* What running-config's header and reload ask. */
struct config_history {
    int64_t changed_wall_us, saved_wall_us; /* 0: not since start */
    char changed_by[32], saved_by[32];
    bool unsaved; /* changed since the start or the last save */
};
struct config_history *shells_config_history(struct shells *s);
/* The session whose configuration line is being done, for who hears of the change from inside it; NULL else. */
const struct shell *shells_typing(struct shells *s);

/* May a connection of this protocol from `source` (host order) take vty n: its `transport input` and `access-class ACL
 * in`? _for: the first free vty that lets it in; -1: none. */
bool shells_vty_admits(struct shells *s, unsigned n, enum session_protocol protocol, uint32_t source);
int shells_vty_for(struct shells *s, enum session_protocol protocol, uint32_t source);

struct aaa *shells_aaa(struct shells *s); /* who may enter; NULL in tests without */
/* A banner as it is shown on vty n (-1: the console, or a vty not taken yet): $(hostname), $(domain), $(line) filled in, ending in a line end. Nothing when
 * there is none. `banner login` is what SSH sends before the password; motd and exec are shown by the session. */
void shells_banner(struct shells *s, enum session_banner which, int n, struct text *out);

struct session_params {
    bool vty;
    int n;                   /* line: con 0, vty N; -1: the first free vty */
    const char *user;        /* "" before login and on a console without one */
    const char *location;    /* address the user comes from, for vtys; "" */
    bool is_logged_in;       /* was let in already (SSH): user and privilege hold, no login is asked for */
    uint8_t privilege;       /* 0-15 */
    unsigned length, width;  /* of the window when known, else 0: the line's settings */
    struct channel *channel; /* borrowed */
};
/* NULL when the line is taken. Nothing is written yet. The session begins at SESSION_PROMPT, or, where a login is asked for or a banner shown, at
 * SESSION_BUSY. */
struct shell *session_new(struct shells *s, const struct session_params *p);
void session_free(struct shell *sh); /* hang-up by the terminal: channel->closed is not called */

enum session_state { SESSION_PROMPT, SESSION_BUSY, SESSION_ANSWER, SESSION_SECRET, SESSION_KEY, SESSION_CLOSED };
enum session_state session_state(const struct shell *sh);
const char *session_prompt(struct shell *sh); /* "hub(config-if)#" */

/* Enter was pressed on text (without line end). The terminal has echoed text and the line end, unless the session was
 * busy. */
void session_line(struct shell *sh, const char *text);
/* Ctrl-Z on a line: in a configuration mode run it when it is not empty, then go to EXEC. */
void session_ctrl_z(struct shell *sh, const char *text);
/* A key in SESSION_KEY (pager, [confirm]). */
void session_key(struct shell *sh, char c);
/* Ctrl-C or Ctrl-Shift-6: stop what runs or asks; in a configuration mode at the prompt, leave to EXEC. Harmless at an
 * EXEC prompt. */
void session_interrupt(struct shell *sh);
/* The channel was full, and takes text again: the command's output goes on. */
void session_drained(struct shell *sh);
/* Anything typed restarts the exec-timeout; the calls above do it themselves. */
void session_touch(struct shell *sh);
void session_resize(struct shell *sh, unsigned length, unsigned width);

/* `?` with the cursor at the end of `partial`: the text to print after the echoed line, ready to be followed by the
 * prompt and the unchanged line. */
void session_help(struct shell *sh, const char *partial, struct text *out);
/* The same, written to the terminal through the pager: with --More-- the state is SESSION_KEY until it is over, then
 * SESSION_PROMPT again. */
void session_help_page(struct shell *sh, const char *partial);
/* Tab: what is to be appended to partial, "" when there is no single completion (the line is drawn again as it is). */
void session_complete(struct shell *sh, const char *partial, struct text *out);
/* Up and down: the i-th last line (0: the newest) of the current mode group; NULL past the oldest. */
const char *session_history(const struct shell *sh, size_t i);

/* A log line (one or several lines, without the last line end): on a fresh line of its own; at the prompt with `logging
 * synchronous` of its severity channel->redraw follows. */
void session_log_line(struct shell *sh, const char *line, uint8_t severity);
bool session_wants_log(const struct shell *sh); /* a console, or a vty with `terminal monitor` */

/* A message of another user: on lines of its own; at a prompt, prompt and unfinished input are drawn again. */
void session_message(struct shell *sh, const char *text);
/* Ends the session in a later turn, whatever it does (`clear line`); channel->closed is called. */
void session_hang_up(struct shell *sh);

/* Every session of the router: cursor from 0, NULL at the end; in order of lines, those without a line last. */
struct shell *shells_next(struct shells *s, size_t *cursor);

/* The settings of lines were changed: open terminals take over what is different now, and keep the rest. */
void shells_lines_changed(struct shells *s);

/* Sessions that a line has had. */
unsigned shells_line_uses(const struct shells *s, bool vty, unsigned n);

/* What commands ask and set (cli/cmd). */
struct session_view {
    bool terminal, vty, monitor, is_history_on;
    bool by_person; /* terminals are, and what somebody sends who logged in; not applets, files, the lab */
    int n;        /* -1: no line */
    uint32_t tty; /* absolute line: con 0 is 0, vty N is 1 + N */
    const char *user, *location, *origin;
    uint8_t privilege;
    enum cmd_mode mode;
    unsigned length, width, history;
    uint32_t exec_timeout_s;
    bool logging_sync, is_editing;
    uint8_t escape;                 /* the character that interrupts; 0: none */
    uint64_t started_us, active_us; /* loop time */
};
void session_view(const struct shell *sh, struct session_view *out);
/* The current folder, canonical ("disk0:/" to begin with): where names without a file system are (file_resolve). */
const char *session_cwd(const struct shell *sh);
void session_set_cwd(struct shell *sh, const char *canonical);
void session_set_length(struct shell *sh, unsigned lines);
void session_set_width(struct shell *sh, unsigned columns);
void session_set_history(struct shell *sh, bool on, unsigned lines);
void session_set_monitor(struct shell *sh, bool on);
void session_set_editing(struct shell *sh, bool on);
void session_set_stamped(struct shell *sh, bool on); /* the load and the time before what a show prints */
void session_set_escape(struct shell *sh, uint8_t character); /* 0: none */
#endif

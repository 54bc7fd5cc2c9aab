/* gate.h: questions asked before something is done, of whoever watches it (EEM); one gate of a kind a router, made by the root. Without a watcher everything is done.
 *
 * The one before a command runs: may it? The shell asks when a line has been accepted by the parser (or refused by it, or a key of interest was pressed), before
 * anything is done; whoever watches commands (EEM's event cli) answers at once or later. */
#ifndef ESPIAL_GATE_H
#define ESPIAL_GATE_H

#include <stdbool.h>
#include <stdint.h>

enum gate_key { GATE_ENTER, GATE_TAB, GATE_QUESTION };
enum gate_verdict {
    GATE_GO,   /* run it */
    GATE_SKIP, /* do not: the line is dropped without a word */
    GATE_HOLD, /* the answer comes later: resume is called once, never from inside ask */
};
struct gate_question {
    enum gate_key key;
    const char *text;     /* fully expanded: "show running-config | include x"; for Tab and ? what stands on the line */
    const char *typed;    /* as typed */
    const char *mode;     /* "exec", "config", "config-if": as fact_command */
    const char *user;     /* "" for none */
    const char *host;     /* from where: an address; "" for the console */
    uint32_t tty;         /* number of the line */
    uint8_t privilege;
    bool refused;         /* the parser did not take it: text is as typed */
    const char *by;       /* typed by this applet's own session: its name; else NULL */
    /* The terminal while the line is held: text to it, and one line from it (answer NULL: the session is gone or has no terminal). Callable only until resume. */
    void *term;
    void (*put)(void *term, const char *text);
    void (*get)(void *term, void (*answer)(void *arg, const char *line), void *arg);
};
struct gate {
    void *arg; /* NULL: nobody watches */
    enum gate_verdict (*ask)(void *arg, const struct gate_question *q, void (*resume)(void *session, bool run),
                             void *session);
    /* The session ended, or its user interrupted, while held: neither resume nor put nor get may be called any more. */
    void (*forget)(void *arg, void *session);
    bool (*wants)(void *arg, enum gate_key key); /* cheap: is anybody interested in this key? */
};

struct trap_var;
struct fact_trap;

/* Before a notification goes to a host: may it? t->src, dst and version are those of what is about to be sent. serial: the same for all hosts of one notification. */
struct trap_gate {
    void *arg; /* NULL: nobody watches */
    bool (*wants)(void *arg); /* cheap: is anybody interested at all? */
    bool (*pass)(void *arg, const struct fact_trap *t, uint64_t serial);
};

/* Before a request of an SNMP manager for one object is answered from the MIB: does somebody else answer it? */
struct object_question {
    const struct trap_var *var; /* the name asked for; a SET: with its value */
    bool set, next;             /* next: the first object behind that name is wanted */
};
enum object_outcome {
    OBJECT_DEFAULT, /* answer as if nobody had been asked */
    OBJECT_NONE,    /* there is no such object */
    OBJECT_ANSWER,  /* it has this name and value; a SET was done */
};
struct object_gate {
    void *arg; /* NULL: nobody watches */
    bool (*wants)(void *arg); /* cheap: is anybody interested at all? */
    /* GO: OBJECT_DEFAULT. SKIP: OBJECT_NONE. HOLD: answer is called once, later, never from inside ask (v: of OBJECT_ANSWER, valid during the call). */
    enum gate_verdict (*ask)(void *arg, const struct object_question *q,
                             void (*answer)(void *request, enum object_outcome how, const struct trap_var *v),
                             void *request);
    /* Nobody waits for that answer any more. */
    void (*forget)(void *arg, void *request);
};
#endif

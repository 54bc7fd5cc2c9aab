/* console.h: the router's console line (con 0), which outlives reloads: one viewer at a time. */
#ifndef CLI_APP_CONSOLE_H
#define CLI_APP_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

struct console;
struct loop;
struct router;

struct viewer {
    void (*write)(void *arg, const char *bytes, size_t len);
    bool (*full)(void *arg); /* enough waits to be written; console_drained when it is so no more; may be NULL */
    void (*left)(void *arg); /* the session was ended by `exit`, or by the end of the input; called from a later turn */
    void *arg;
    bool crlf;               /* a terminal in raw mode */
    bool script;             /* no person: no pager */
    unsigned rows, columns;  /* 0: unknown */
};

struct console *console_new(struct loop *loop);
void console_free(struct console *c);
/* The router there is now; NULL before a reload frees it. */
void console_set_router(struct console *c, struct router *r);
/* Sit down at the console. False when somebody does already. */
bool console_attach(struct console *c, const struct viewer *v);
bool console_taken(const struct console *c);
/* What the boot says, for who sits there; false when nobody does. */
bool console_say(struct console *c, const char *s, size_t len);
void console_detach(struct console *c);
void console_drained(struct console *c);
/* Bytes typed; false when the caller should stop reading until console_ready. */
bool console_input(struct console *c, const char *bytes, size_t len);
bool console_ready(const struct console *c);
/* No more will be typed: viewer.left is called when everything typed has been carried out. */
void console_end_input(struct console *c);
#endif

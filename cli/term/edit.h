/* edit.h: one line being edited, with the help of libedit. Keys in, events out; drawing is render.h's, from the line and the cursor this gives. */
#ifndef CLI_TERM_EDIT_H
#define CLI_TERM_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "espial/mem.h"

struct edit;

enum edit_event {
    EDIT_MORE,   /* the line or the cursor may have changed: draw */
    EDIT_WAIT,   /* the key is not complete (ESC ..., Ctrl-V): nothing happened yet */
    EDIT_ENTER,
    EDIT_HELP,   /* `?` */
    EDIT_TAB,
    EDIT_UP,
    EDIT_DOWN,
    EDIT_REDRAW, /* Ctrl-R, Ctrl-L */
    EDIT_END,    /* Ctrl-Z */
    EDIT_BREAK,  /* Ctrl-C, Ctrl-Shift-6 */
    EDIT_FULL,   /* the line takes no more: ring the bell */
};

/* NULL with errno when no pseudo-terminal can be had (libedit insists on one). */
struct edit *edit_new(void);
void edit_free(struct edit *e); /* NULL-safe */

/* Feed bytes as they come; handles one key and says in *used how many bytes it took (0 only with EDIT_WAIT: call again with more bytes behind these). len >= 1. */
MUST_USE enum edit_event edit_key(struct edit *e, const char *bytes, size_t len, size_t *used);
/* `no editing`: only what rubs out is left, and Ctrl-V; no moves, no history keys. */
void edit_set_plain(struct edit *e, bool is_plain);
/* The line (NUL-ended, valid until the next call), its length and the cursor (0..length). */
const char *edit_line(struct edit *e, size_t *len, size_t *cursor);
/* Replace the line; the cursor goes to its end. */
void edit_set(struct edit *e, const char *text);
void edit_add(struct edit *e, const char *text); /* at the end of the line */
void edit_put(struct edit *e, const char *text); /* at the cursor */
#endif

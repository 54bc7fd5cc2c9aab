/* render.h: prompt and line on a terminal, drawn with carriage return, backspace, blank and `$` alone: clients strip no escape sequences. */
#ifndef CLI_TERM_RENDER_H
#define CLI_TERM_RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "espial/text.h"

/* What is on the screen's current line. {0} is a fresh line. */
struct render {
    char shown[1400]; /* prompt and the visible part of the line */
    size_t len;       /* of shown */
    size_t cursor;    /* column */
    size_t prompt;    /* columns of the prompt */
    size_t hidden;    /* bytes of the input that stand on an earlier line (a log line came in between) */
    size_t offset;    /* first byte of the input in view */
};
/* Begin on a fresh line with this prompt (drawn). */
void render_start(struct render *r, const char *prompt, struct text *out);
/* Draw what changed. width: columns of the terminal, 0 unlimited. echo false: draw nothing (a password). */
void render_line(struct render *r, const char *line, size_t len, size_t cursor, unsigned width, struct text *out);
/* Something else was written, ending on a fresh line: what is typed from now on appears there alone. */
void render_interrupted(struct render *r, size_t len);
/* Put the cursor behind the last byte shown (before a line end). */
void render_finish(struct render *r, struct text *out);
#endif

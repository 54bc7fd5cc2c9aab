/* term.h: a terminal on a session: bytes from a person's keyboard in, bytes for the screen out. Who carries the bytes (this program's own terminal, a lab's
 * client, SSH) is the caller's business. */
#ifndef CLI_TERM_TERM_H
#define CLI_TERM_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/shell/session.h"

struct term;
struct term_params {
    struct shells *shells;
    struct session_params session; /* its channel is made here */
    bool newline_is_crlf;          /* '\n' goes out as CR LF */
    void (*write)(void *arg, const char *bytes, size_t len);
    /* Does enough of what was written still wait for a slow reader? While it is so, output of commands stays in the session, and no further line is read; who
     * answered true calls term_drained when it is so no more. NULL: never. */
    bool (*full)(void *arg);
    /* The session ended by itself; called in no call of this header's but term_input. The term must be freed afterwards, not inside. */
    void (*closed)(void *arg);
    void *arg;
};
/* Opens the session; its first prompt is drawn by term_prompt, or by the first byte typed. NULL: the line is taken, or no pseudo-terminal (errno). */
struct term *term_new(const struct term_params *p);
void term_free(struct term *t); /* NULL-safe; ends the session */

/* Bytes typed. Kept while a command runs; false when so much is waiting that the caller should stop reading until term_waiting falls. */
bool term_input(struct term *t, const char *bytes, size_t len);
void term_drained(struct term *t); /* full() became false again; harmless else */
/* Bytes typed and not yet consumed; term_waiting_bytes: they themselves, valid until the next call. */
size_t term_waiting(const struct term *t);
const char *term_waiting_bytes(const struct term *t);
/* No more will be typed: when what is waiting is consumed and the router waits for more, the session ends (closed is called). */
void term_end_input(struct term *t);
void term_redraw(struct term *t); /* a new viewer: prompt and line on a fresh line */
void term_prompt(struct term *t); /* draws the prompt where none stands yet */
void term_set_crlf(struct term *t, bool crlf);
enum channel_end term_ended_by(const struct term *t); /* after closed: why */
struct shell *term_session(struct term *t);
#endif

/* channel.h: bytes in and out of one session, abstract. A terminal (console, SSH) implements it and hands it to
 * session_new; bytes in come as calls of session.h. Everything is called on the loop's thread, never after `closed`. */
#ifndef CLI_SHELL_CHANNEL_H
#define CLI_SHELL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

enum channel_end {
    CHANNEL_EXIT,    /* `exit` and the like */
    CHANNEL_TIMEOUT, /* nobody typed, or not in time */
    CHANNEL_REFUSED, /* nobody was let in */
};

struct channel {
    /* Text out. Line ends are '\n' (a terminal makes CR LF of them); backspaces are sent as they are. Never blocks: the
     * terminal keeps what it cannot write. */
    void (*write)(struct channel *, const char *s, size_t len);
    /* Does so much wait for a slow reader that a command's output should stay in the session? Who answers true calls
     * session_drained when it is otherwise. NULL: never. */
    bool (*full)(struct channel *);
    /* The state (session_state) is another: draw the prompt, read a line or a key, or wait. Called in a turn of its
     * own, after the output before it was written; the session may be called, or freed, from inside. */
    void (*changed)(struct channel *);
    /* A log line was written at the prompt and `logging synchronous` is on: draw the prompt and the unfinished input
     * again. */
    void (*redraw)(struct channel *);
    /* The session ended (exit, exec-timeout): hang up. The session is gone when this returns. */
    void (*closed)(struct channel *);
    /* Does the cursor stand at the beginning of an empty line? NULL: nobody knows. */
    bool (*at_start)(struct channel *);
    enum channel_end ended; /* set before closed is called: why */
};
#endif

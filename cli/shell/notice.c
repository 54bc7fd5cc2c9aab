/* notice.c: what comes to a terminal unasked: log lines, messages of other users, the end (`clear line`).
 *
 * Each stands on lines of its own. At a prompt a log line leaves the unfinished input where it stands, unless `logging
 * synchronous` has prompt and input drawn again behind it; a message of another user always does. While --More-- waits,
 * they stand behind it.
 */
#include <string.h>

#include "cli/shell/shell_local.h"

void session_log_line(struct shell *sh, const char *line, uint8_t severity)
{
    if (!sh->channel || sh->closing)
        return;
    enum session_state st = session_state(sh);
    bool waits = st == SESSION_PROMPT || st == SESSION_ANSWER || st == SESSION_SECRET || st == SESSION_KEY;
    bool fresh = sh->channel->at_start && sh->channel->at_start(sh->channel); /* behind the line before, say */
    if ((waits || sh->output.midline) && !fresh)
        session_emit(sh, "\n", 1);
    session_emit(sh, line, strlen(line));
    session_emit(sh, "\n", 1);
    sh->output.midline = false;
    if (st == SESSION_PROMPT && sh->set.logging_sync && severity >= sh->set.sync_from)
        sh->channel->redraw(sh->channel);
}

void session_message(struct shell *sh, const char *text)
{
    if (!sh->channel || sh->closing)
        return;
    session_emit(sh, text, strlen(text));
    session_emit(sh, "\n", 1);
    sh->output.midline = false;
    if (session_state(sh) == SESSION_PROMPT)
        sh->channel->redraw(sh->channel);
}

void session_hang_up(struct shell *sh)
{
    if (!sh->channel) {
        sh->quitting = true;
        session_interrupt(sh);
        return;
    }
    sh->close_due = true;
    sh->close_why = CHANNEL_REFUSED;
    loop_defer(sh->maker->env.loop, &sh->step);
}

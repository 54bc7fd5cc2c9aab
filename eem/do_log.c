/* do_log.c: action syslog: a line of the log, "%HA_EM-6-LOG: applet: text".
 *
 * The digit is that of the priority, informational when none was asked for; `facility` replaces HA_EM. "\n" in the
 * configured text is a line break; $names are replaced afterwards, so a value is logged as it is. The line goes the way
 * of all messages: it is stamped, buffered, and may itself be the event of an applet. */
#include "eem/eem_local.h"

static enum step perform(struct run *r, const struct action_conf *a)
{
    struct text line = {0};
    text_printf(&line, "%s: ", r->applet->conf.name);
    bool ok = run_expand_text(r, a->text, &line);
    if (ok) {
        uint8_t severity = a->priority < EEM_PRIORITY_UNSET ? a->priority : (uint8_t)LOG_INFO;
        msg_post_text(r->eem->env.log, a->facility[0] ? a->facility : "HA_EM", severity, "LOG", text_str(&line));
    }
    text_free(&line);
    return ok ? STEP_NEXT : STEP_FAILED;
}

const struct action_kind action_syslog = {.perform = perform};

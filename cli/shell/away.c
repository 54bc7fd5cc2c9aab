/* away.c: what `| redirect` and `| tee` hold for files of other machines, sent when the command is over.
 *
 *     command over -> a text is left? -- yes --> it is sent, the session stays busy --> sent, or not: told --> the next one
 *                                     `- no ---> the prompt
 *
 * An interruption, or the end of the session, stops the sending at once. Who sends is the root's business (shells_env.send): here nothing is known about networks.
 */
#include "cli/shell/shell_local.h"

#include <stdio.h>

static void away_abort(void *arg, bool closing)
{
    struct shell *sh = arg;
    sh->maker->env.send_cancel(sh->sending);
    sh->sending = NULL;
    if (!closing)
        session_host.done(sh, CMD_FAIL);
}

static void away_done(void *arg, const char *why)
{
    struct shell *sh = arg;
    sh->sending = NULL;
    if (why) {
        char line[400];
        int n = snprintf(line, sizeof line, "%%Error opening %s (%s)\n", sh->sending_url, why);
        sh->output.paged.write(&sh->output.paged, line, (size_t)n); /* behind the filter, which has ended */
        sh->sending_after = CMD_FAIL;
    }
    session_host.done(sh, sh->sending_after);
}

bool away_sends(struct shell *sh, enum cmd_result r)
{
    struct text text = {0};
    struct maker *m = sh->maker;
    if (sh->closing || !output_remote(&sh->output, sh->sending_url, &text))
        return false;
    sh->sending_after = r;
    sh->waiting = true;
    sh->abort_fn = away_abort;
    sh->abort_arg = sh;
    sh->sending = m->env.send(m->env.arg, sh->sending_url, &text, away_done, sh);
    return true;
}

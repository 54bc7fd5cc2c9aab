/* waiting.c: the life of a command that asks, or that takes longer than one turn.
 *
 *     waiting_begin --- answers, turns of the loop ---> waiting_end: freed, then done
 *           |------------ interrupted ----------------> freed, then done (CMD_FAIL)
 *           `------------ the session closes ---------> freed
 *
 * A question alone, which keeps nothing, needs none of this: the context itself outlives it. */
#include "cli/cmd/waiting.h"

#include <string.h>
#include <strings.h>

static void interrupted(void *arg, bool closing)
{
    struct waiting *w = arg;
    struct cmd_ctx *c = w->c;
    w->free(w);
    if (!closing)
        cmd_done(c->host, c->shell, CMD_FAIL);
}

void waiting_begin(struct waiting *w, struct cmd_ctx *c, void (*free)(struct waiting *w))
{
    w->c = c;
    w->free = free;
    c->host->on_abort(c->shell, interrupted, w);
}

void waiting_end(struct waiting *w, enum cmd_result r)
{
    struct cmd_ctx *c = w->c;
    c->host->on_abort(c->shell, NULL, NULL);
    w->free(w);
    cmd_done(c->host, c->shell, r);
}

bool confirmed(const char *key)
{
    return !key[0] || key[0] == 'y' || key[0] == 'Y';
}

int yes_or_no(const char *text)
{
    size_t n = strlen(text);
    return n && n <= 3 && !strncasecmp(text, "yes", n) ? 1 : n && n <= 2 && !strncasecmp(text, "no", n) ? 0 : -1;
}

void please_answer(struct cmd_ctx *c)
{
    out_text(c->out, "% Please answer 'yes' or 'no'.\n");
}

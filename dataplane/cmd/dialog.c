/* dialog.c: options asked for one by one. An empty answer is the default; a wrong one is told and asked for again, but
 * for the target address, without which there is nothing to do. Whoever types by program gives every default, and so
 * ends at the address. Interrupted (Ctrl-C, Ctrl-Shift-6), the dialogue is over and nothing was done. */
#include "dataplane/cmd/dialog.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "espial/ip.h"
#include "espial/mem.h"

struct dialog {
    struct cmd_ctx c; /* of the handler, which has returned */
    const struct dialog_question *questions;
    size_t n, at;
    struct dialog_answers a;
    enum cmd_result (*done)(struct cmd_ctx *c, const struct dialog_answers *a);
};

static void dialog_next(struct dialog *d);

static void dialog_end(struct dialog *d, enum cmd_result r, bool tell)
{
    const struct cmd_host *host = d->c.host;
    struct shell *shell = d->c.shell;

    mem_free(d);
    if (tell)
        host->done(shell, r);
}

static void dialog_abort(void *arg, bool closing)
{
    struct dialog *d = arg;

    d->c.host->on_abort(d->c.shell, NULL, NULL);
    dialog_end(d, CMD_FAIL, !closing);
}

/* The answer to the question asked: true when it will do; else what is wrong was told. */
static bool take(struct dialog *d, const char *text)
{
    const struct dialog_question *q = &d->questions[d->at];
    struct out *out = d->c.out;
    uint32_t *number = &d->a.number[d->at];
    uint64_t n;

    *number = q->otherwise;
    if (!str_copy(d->a.text[d->at], DIALOG_ANSWER, text)) {
        out_text(out, "% Too long\n");
        return false;
    }
    if (!*text)
        return q->kind != ASK_ADDRESS;
    switch (q->kind) {
    case ASK_WORD:
        if (str_iprefix(text, q->words))
            return true;
        out_printf(out, "%% Unknown protocol or option - \"%s\"\n", text);
        return false;
    case ASK_ADDRESS: return ip4_parse(text, number) && *number;
    case ASK_SOURCE: return true; /* looked at with the rest */
    case ASK_NUMBER:
        if (str_uint(text, q->lo, q->hi, &n)) {
            *number = (uint32_t)n;
            return true;
        }
        out_printf(out, "%% A decimal number between %u and %u.\n", q->lo, q->hi);
        return false;
    case ASK_YES:
        *number = str_iprefix(text, "yes");
        if (*number || str_iprefix(text, "no"))
            return true;
        out_text(out, "% Please answer 'yes' or 'no'.\n");
        return false;
    case ASK_HEX:
        if (str_hex(text, 0, UINT16_MAX, &n)) {
            *number = (uint32_t)n;
            return true;
        }
        out_text(out, "% Bad hex value\n");
        return false;
    }
    return false;
}

static void dialog_answer(void *arg, const char *text)
{
    struct dialog *d = arg;

    while (isspace((unsigned char)*text))
        text++;
    if (take(d, text)) {
        d->at++;
    } else if (d->questions[d->at].kind == ASK_ADDRESS) {
        out_text(d->c.out, "% Unrecognized host or address, or protocol not running.\n");
        d->c.host->on_abort(d->c.shell, NULL, NULL);
        dialog_end(d, CMD_FAIL, true);
        return;
    }
    dialog_next(d);
}

static void dialog_next(struct dialog *d)
{
    while (d->at < d->n) {
        const struct dialog_question *q = &d->questions[d->at];
        if (!q->only_if || d->a.number[q->only_if - 1]) {
            d->c.host->ask(d->c.shell, q->prompt, false, dialog_answer, d);
            return;
        }
        d->a.number[d->at++] = q->otherwise;
    }
    d->c.host->on_abort(d->c.shell, NULL, NULL);
    enum cmd_result r = d->done(&d->c, &d->a);
    dialog_end(d, r, r != CMD_WAIT);
}

enum cmd_result dialog_ask(struct cmd_ctx *c, const struct dialog_question *questions, size_t n,
                           enum cmd_result (*done)(struct cmd_ctx *c, const struct dialog_answers *a))
{
    struct dialog *d = NEW(struct dialog);

    d->c = *c;
    d->c.vals = NULL; /* of a line that is gone when the answers come */
    d->c.nvals = 0;
    d->questions = questions;
    d->n = n;
    d->done = done;
    c->host->on_abort(c->shell, dialog_abort, d);
    dialog_next(d);
    return CMD_WAIT;
}

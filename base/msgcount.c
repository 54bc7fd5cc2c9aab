/* msgcount.c: `logging count`: how often each message was said, and when last.
 *
 * Kept by facility in alphabetical order, within one in the order of the first time. Bounded: a router has a few hundred rows, but applets make messages too, so
 * behind COUNTS_MAX kinds new ones are not counted. Debug lines are no messages. */
#include "base/log_local.h"

#include <stdlib.h>
#include <string.h>

#include "espial/mem.h"
#include "espial/text.h"

enum { COUNTS_MAX = 1000 };

/* Where the facility's rows end, or where its first belongs. */
static size_t behind(const struct log *log, const char *facility)
{
    size_t i = 0;
    while (i < log->ncounts && strcmp(log->counts[i].facility, facility) <= 0)
        i++;
    return i;
}

void msgcount_add(struct log *log, const struct fact_syslog *f)
{
    static const struct stamp_conf full = {.kind = 2, .msec = true};
    struct log_count *c = NULL;
    if (!log->conf.count || f->debug)
        return;
    for (size_t i = 0; i < log->ncounts && !c; i++)
        if (log->counts[i].severity == f->severity && !strcmp(log->counts[i].facility, f->facility) &&
            !strcmp(log->counts[i].mnemonic, f->mnemonic))
            c = &log->counts[i];
    if (!c) {
        if (log->ncounts == COUNTS_MAX)
            return;
        size_t at = behind(log, f->facility);
        log->counts = mem_resize(log->counts, log->ncounts + 1, sizeof *c);
        c = &log->counts[at];
        memmove(c + 1, c, (log->ncounts++ - at) * sizeof *c);
        *c = (struct log_count){.severity = f->severity};
        str_copy(c->facility, sizeof c->facility, f->facility);
        str_copy(c->mnemonic, sizeof c->mnemonic, f->mnemonic);
    }
    c->n++;
    struct stamp_conf stamp = full;
    stamp.localtime = log->conf.stamp_log.localtime;
    log_stamp(log, &stamp, c->last);
}

void msgcount_clear(struct log *log)
{
    mem_free(log->counts);
    log->counts = NULL;
    log->ncounts = 0;
}

const struct log_count *log_counts(const struct log *log, size_t *n)
{
    *n = log->ncounts;
    return log->counts;
}

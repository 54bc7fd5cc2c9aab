/* evtrace.c: rings of what happened, for `show monitor event-trace crypto`.
 *
 * A ring is made when its first event comes, and is bounded by its number of entries; the oldest goes first. Events are
 * those of the control plane (SAs asked for, made, enabled, deleted), a few for each negotiation, so that a text is
 * made for each; packets never come here. The internal trace of PKI is off until somebody switches it on, as on IOS-XE.
 */
#include "dataplane/ipsec/evtrace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"

#define TEXT_MAX 400

const char *const evtrace_names[EVTRACES] = {
    "pki_event",   "pki_internal_event", "pki_error",   "ikev2_event", "ikev2_internal_event",
    "ikev2_error", "ikev2_exception",    "ipsec_event", "ipsec_error", "ipsec_exception",
};

struct entry {
    uint64_t at; /* loop time, us */
    char *text;  /* owned; with its stamp */
    int body;    /* where what was said begins */
};
struct ring {
    struct entry *v;
    uint64_t n; /* ever; the newest stands at (n - 1) % EVTRACE_SIZE */
    uint64_t seen;
    enum evtrace_state state;
};
struct evtrace {
    struct loop *loop;
    struct log *log;
    uint64_t born;
    struct ring rings[EVTRACES];
};

struct evtrace *evtrace_new(struct loop *loop, struct log *log)
{
    struct evtrace *t = NEW(struct evtrace);
    t->loop = loop;
    t->born = loop_now(loop);
    t->log = log;
    t->rings[EV_PKI_INTERNAL].state = EVTRACE_OFF;
    return t;
}

static void empty(struct ring *r)
{
    for (unsigned i = 0; r->v && i < EVTRACE_SIZE; i++)
        mem_free(r->v[i].text);
    mem_free(r->v);
    r->v = NULL;
    r->n = 0;
}

void evtrace_free(struct evtrace *t)
{
    if (!t)
        return;
    for (int i = 0; i < EVTRACES; i++)
        empty(&t->rings[i]);
    mem_free(t);
}

void evtrace_add(struct evtrace *t, enum evtrace_id id, const char *fmt, ...)
{
    static const struct stamp_conf stamp = {.kind = 2, .msec = true};
    struct ring *r = &t->rings[id];
    char text[TEXT_MAX], when[64] = "";
    va_list ap;

    if (r->state == EVTRACE_OFF)
        return;
    if (!r->v)
        r->v = mem_array(EVTRACE_SIZE, sizeof *r->v);
    if (t->log)
        log_stamp(t->log, &stamp, when);
    int len = snprintf(text, sizeof text, "%s: ", when);
    va_start(ap, fmt);
    vsnprintf(text + len, sizeof text - (size_t)len, fmt, ap);
    va_end(ap);
    struct entry *e = &r->v[r->n++ % EVTRACE_SIZE];
    mem_free(e->text);
    e->text = mem_strdup(text);
    e->body = len;
    e->at = loop_now(t->loop);
}

bool evtrace_next(const struct evtrace *t, enum evtrace_id id, uint64_t since, size_t *cursor,
                  struct evtrace_entry *out)
{
    const struct ring *r = &t->rings[id];
    uint64_t first = r->n > EVTRACE_SIZE ? r->n - EVTRACE_SIZE : 0;

    while (first + *cursor < r->n) {
        const struct entry *e = &r->v[(first + (*cursor)++) % EVTRACE_SIZE];
        if (e->at < since)
            continue;
        *out = (struct evtrace_entry){.at = e->at, .line = e->text, .text = e->text + e->body};
        return true;
    }
    return false;
}

uint64_t evtrace_born(const struct evtrace *t)
{
    return t->born;
}

uint64_t evtrace_seen(const struct evtrace *t, enum evtrace_id id)
{
    return t->rings[id].seen;
}

void evtrace_see(struct evtrace *t, enum evtrace_id id)
{
    t->rings[id].seen = loop_now(t->loop) + 1;
}

enum evtrace_state evtrace_state(const struct evtrace *t, enum evtrace_id id)
{
    return t->rings[id].state;
}

void evtrace_switch(struct evtrace *t, enum evtrace_id id, bool on)
{
    t->rings[id].state = on ? EVTRACE_ON_BY_EXEC : EVTRACE_OFF;
}

void evtrace_clear(struct evtrace *t, enum evtrace_id id)
{
    empty(&t->rings[id]);
}

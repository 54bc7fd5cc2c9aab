/* copy.c: configurations copied at a manager's word: what the rows of CISCO-CONFIG-COPY-MIB ask for is typed as a `copy` command into a session without a terminal.
 *
 *   columns and RowStatus of one entry, in one set or several -> active -> (end of the turn) `copy FROM TO` -> successful or failed -> gone after five minutes
 *
 * All that was set in one message is there when the copy begins, in whatever order its objects stood. An entry of which only columns were set is gone at the end of the
 * turn. TFTP alone is spoken; `snmp-server tftp-server-list` says to and from whom. Names are taken when they can stand in a command: printable, without blanks and
 * question marks. An entry that is destroyed while it runs ends its copy. The end is told by ccCopyCompletion when the entry asked for it and
 * `snmp-server enable traps config-copy` is there.
 */
#include "snmp/copy.h"

#include <stdio.h>
#include <string.h>

#include "espial/mib.h"
#include "espial/shell.h"
#include "snmp/snmp_local.h"

#define KEPT_US (300 * (uint64_t)US_PER_S)

struct copying {
    struct copy_asked c; /* first */
    struct copying *next;
    struct snmp *s;
    uint32_t by;         /* who made it */
    struct shell *shell; /* while it runs, and until the end of the turn in which it ended */
    struct timer timer;
};

static void end(struct copying *k)
{
    struct copying **at = &k->s->copies;
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    shell_close(k->shell);
    timer_clear(&k->timer);
    mem_free(k);
}

static void tell(struct copying *k)
{
    static const uint32_t completion[] = {1, 3, 6, 1, 4, 1, 9, 9, 96, 2, 1, 1},
                          entry[] = {1, 3, 6, 1, 4, 1, 9, 9, 96, 1, 1, 1, 1};
    static const uint32_t columns[] = {5, 6, 10, 11, 12, 13};
    struct fact_trap t = {.trap_oid_len = sizeof completion / sizeof completion[0]};
    str_copy(t.kind, sizeof t.kind, "config-copy");
    memcpy(t.trap_oid, completion, sizeof completion);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        struct trap_var *v = &t.vars[t.nvars];
        memset(v, 0, sizeof *v);
        memcpy(v->oid, entry, sizeof entry);
        v->oid_len = sizeof entry / sizeof entry[0];
        v->oid[v->oid_len++] = columns[i];
        v->oid[v->oid_len++] = k->c.index;
        if (k->s->env.mib && mib_get(k->s->env.mib, v) == MIB_FOUND) /* of a success there is no cause */
            t.nvars++;
    }
    notify_send(k->s, &t);
}

static void finish(struct copying *k, enum copy_state state, enum copy_cause cause)
{
    k->c.state = state;
    k->c.cause = cause;
    k->c.ended = snmp_uptime(k->s);
    if (k->c.notify && notify_enabled(k->s, "config-copy"))
        tell(k);
    timer_set(&k->timer, k->shell ? 0 : KEPT_US);
}

static bool says(const struct shell_result *r, const char *what)
{
    return memmem(r->output, r->len, what, strlen(what));
}

static void typed(void *arg, const struct shell_result *r)
{
    struct copying *k = arg;
    if (!r->refused && !says(r, "%Error") && (says(r, "bytes copied") || says(r, "[OK")))
        finish(k, COPY_SUCCESSFUL, 0);
    else
        finish(k, COPY_FAILED,
               says(r, "Timed out")                             ? COPY_TIMEOUT
               : says(r, "No such file") || says(r, "filename") ? COPY_BAD_NAME
                                                                : COPY_UNKNOWN);
}

/* Can it stand in a command, as one word? */
static bool name_fits(const char *name)
{
    if (!name[0])
        return false;
    for (const char *p = name; *p; p++)
        if (*p <= ' ' || *p > '~' || strchr("?|\"", *p))
            return false;
    return true;
}

/* The words of `copy` for one end. */
static void place(const struct copy_asked *c, enum copy_place which, struct text *out)
{
    switch (which) {
    case PLACE_NETWORK: text_printf(out, " tftp://%s/%s", IP4(c->server), c->file); break;
    case PLACE_FILE: text_printf(out, " %s", c->file); break;
    case PLACE_STARTUP: text_add(out, " startup-config"); break;
    default: text_add(out, " running-config"); break;
    }
}

/* Why it cannot begin; 0: it can. */
static enum copy_cause hindered(const struct copying *k)
{
    const struct copy_asked *c = &k->c;
    bool network = c->from == PLACE_NETWORK || c->to == PLACE_NETWORK,
         named = network || c->from == PLACE_FILE || c->to == PLACE_FILE;
    const struct snmp_env *env = &k->s->env;
    const char *acl = k->s->conf.tftp_acl;
    if (!c->from || !c->to || c->from == c->to)
        return COPY_UNKNOWN;
    if (network && c->protocol != 1)
        return COPY_PROTOCOL;
    if (named && !name_fits(c->file))
        return COPY_BAD_NAME;
    if (network && (!c->server || (acl[0] && env->permits && !env->permits(env->arg, acl, c->server))))
        return COPY_ABORTED;
    return env->shells ? 0 : COPY_NOT_READY;
}

static void begin(struct copying *k)
{
    enum copy_cause why = hindered(k);
    char origin[32];
    snprintf(origin, sizeof origin, "%s by snmp", IP4(k->by));
    k->c.state = COPY_RUNS;
    k->c.began = snmp_uptime(k->s);
    if (!why && !(k->shell = shell_open(k->s->env.shells,
                                        &(struct shell_params){.user = "", .origin = origin, .privilege = 15})))
        why = COPY_NOT_READY;
    if (why) {
        finish(k, COPY_FAILED, why);
        return;
    }
    struct text line = {0};
    text_add(&line, "copy");
    place(&k->c, k->c.from, &line);
    place(&k->c, k->c.to, &line);
    shell_type(k->shell, line.s, NULL, typed, k);
    text_free(&line);
}

/* The turn is over, or the time of an entry. */
static void due(void *arg)
{
    struct copying *k = arg;
    if (k->c.status == ROW_ACTIVE && k->c.state == COPY_WAITING) {
        begin(k);
    } else if (k->shell) {
        shell_close(k->shell);
        k->shell = NULL;
        timer_set(&k->timer, KEPT_US);
    } else {
        end(k);
    }
}

const struct copy_asked *snmp_copy_from(const struct snmp *s, uint32_t from)
{
    for (const struct copying *k = s->copies; k; k = k->next)
        if (k->c.index >= from && k->c.status)
            return &k->c;
    return NULL;
}

struct copy_asked *snmp_copy_at(struct snmp *s, uint32_t index)
{
    for (struct copying *k = s->copies; k; k = k->next)
        if (k->c.index == index)
            return &k->c;
    return NULL;
}

bool snmp_copy_room(const struct snmp *s)
{
    size_t n = 0;
    for (const struct copying *k = s->copies; k; k = k->next)
        n++;
    return n < COPIES_MAX;
}

struct copy_asked *snmp_copy_make(struct snmp *s, uint32_t index)
{
    struct copy_asked *c = snmp_copy_at(s, index);
    if (c || !snmp_copy_room(s))
        return c;
    struct copying *k = NEW(struct copying), **at = &s->copies;
    *k = (struct copying){.s = s, .by = s->arrived.data ? s->arrived.from->src : 0, .c = {.index = index, .protocol = 1, .state = COPY_WAITING}};
    timer_init(&k->timer, s->env.loop, due, k);
    timer_set(&k->timer, 0);
    while (*at && (*at)->c.index < index)
        at = &(*at)->next;
    k->next = *at;
    *at = k;
    return &k->c;
}

void snmp_copy_set(struct copy_asked *c, enum row_status status)
{
    struct copying *k = (struct copying *)c;
    if (status == ROW_DESTROY) {
        end(k);
        return;
    }
    c->status = status == ROW_CREATE_AND_GO ? ROW_ACTIVE : status == ROW_CREATE_AND_WAIT ? ROW_NOT_IN_SERVICE : status;
    timer_set(&k->timer, c->status == ROW_ACTIVE ? 0 : KEPT_US);
}

void snmp_copy_clear(struct snmp *s)
{
    while (s->copies)
        end(s->copies);
}

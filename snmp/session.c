/* session.c: the sessions of the manager's half, as `show snmp sessions` lists them: what we have asked of one engine, by one version and name, and what it said.
 *
 *   first request or inform ---> [pending > 0: stays] <---> [idle] ---(snmp-server manager session-timeout)---> forgotten
 *
 * Sessions only count. One that is idle for its time is forgotten when somebody looks; of at most SESSIONS_MAX the one that has been idle the longest gives way, and
 * while none is idle nothing is counted for a new one. A session is of the version, address, port and name that a request goes to; notifications from its address count too.
 */
#include "snmp/snmp_local.h"

#include <string.h>

#define SESSIONS_MAX 64

static void drop(struct snmp *s, struct session **at)
{
    struct session *gone = *at;
    if (s->debug_sessions)
        trace_session(s, &gone->n, "removed");
    *at = gone->next;
    s->nsessions--;
    mem_free(gone);
}

/* Those whose time is over. */
static void purge(struct snmp *s)
{
    uint64_t now = loop_now(s->env.loop);
    for (struct session **at = &s->sessions; *at;) {
        const struct snmp_session *n = &(*at)->n;
        if (!n->pending && now - (*at)->used >= s->conf.session_timeout * (uint64_t)US_PER_S)
            drop(s, at);
        else
            at = &(*at)->next;
    }
}

static bool make_room(struct snmp *s)
{
    struct session **oldest = NULL;
    if (s->nsessions < SESSIONS_MAX)
        return true;
    for (struct session **at = &s->sessions; *at; at = &(*at)->next)
        if (!(*at)->n.pending && (!oldest || (*at)->used < (*oldest)->used))
            oldest = at;
    if (oldest)
        drop(s, oldest);
    return oldest != NULL;
}

struct session *session_begin(struct snmp *s, uint32_t addr, uint16_t port, int version, const char *who)
{
    struct session **end = &s->sessions;
    purge(s);
    while (*end && !((*end)->n.addr == addr && (*end)->n.port == port && (*end)->n.version == version &&
                     !strcmp((*end)->n.who, who)))
        end = &(*end)->next;
    if (!*end) {
        if (!make_room(s))
            return NULL;
        for (end = &s->sessions; *end;)
            end = &(*end)->next;
        *end = NEW(struct session);
        (*end)->n = (struct snmp_session){.addr = addr, .port = port, .version = version};
        str_copy((*end)->n.who, sizeof(*end)->n.who, who);
        s->nsessions++;
        if (s->debug_sessions)
            trace_session(s, &(*end)->n, "created");
    }
    (*end)->n.pending++;
    (*end)->used = loop_now(s->env.loop);
    return *end;
}

void session_end(struct snmp *s, struct session *at, const uint64_t *sent)
{
    uint64_t now = loop_now(s->env.loop);
    if (!at)
        return;
    at->n.pending--;
    at->used = now;
    if (!sent)
        return;
    uint32_t ms = (uint32_t)((now - *sent) / US_PER_MS);
    at->n.rtt_last = ms;
    at->n.rtt_min = at->n.responses && at->n.rtt_min < ms ? at->n.rtt_min : ms;
    at->n.rtt_max = at->n.rtt_max > ms ? at->n.rtt_max : ms;
    at->n.responses++;
}

void session_heard(struct snmp *s, uint32_t addr, bool inform)
{
    for (struct session *at = s->sessions; at; at = at->next)
        if (at->n.addr == addr)
            ++*(inform ? &at->n.informs_in : &at->n.traps_in);
}

void session_clear(struct snmp *s)
{
    while (s->sessions)
        drop(s, &s->sessions);
}

const struct snmp_session *snmp_session(struct snmp *s, size_t i)
{
    if (!i)
        purge(s);
    for (struct session *at = s->sessions; at; at = at->next) {
        if (i--)
            continue;
        uint64_t end = at->used + s->conf.session_timeout * (uint64_t)US_PER_S, now = loop_now(s->env.loop);
        at->n.expires = end > now ? (uint32_t)((end - now) / US_PER_S) : 0;
        return &at->n;
    }
    return NULL;
}

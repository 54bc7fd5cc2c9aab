/* polls.c: who has asked this agent, and for what, as `show snmp stats hosts` and `show snmp stats oid` count it.
 *
 * A host counts when its request was answered, so that strangers write nothing here; of at most HOSTS_MAX the one that has been silent the longest gives way. An object
 * counts once for each name of a request that belongs to it: a get-bulk's names, not what it brings back. Both lists are there from the first request to `clear snmp stats`.
 */
#include "snmp/snmp_local.h"

#include <string.h>

#include "espial/mib.h"

#define HOSTS_MAX 64

struct polls {
    struct snmp_poll_host hosts[HOSTS_MAX]; /* in the order of their first request */
    size_t nhosts, nobjects, room;
    struct snmp_poll_object *objects; /* by the address of their row */
};

static struct polls *polls_of(struct snmp *s)
{
    if (!s->polls)
        s->polls = NEW(struct polls);
    return s->polls;
}

void polls_host(struct snmp *s, uint32_t addr)
{
    struct polls *p = polls_of(s);
    size_t i = 0, oldest = 0;
    for (; i < p->nhosts && p->hosts[i].addr != addr; i++)
        if (p->hosts[i].last < p->hosts[oldest].last)
            oldest = i;
    if (i == HOSTS_MAX) {
        memmove(p->hosts + oldest, p->hosts + oldest + 1, (HOSTS_MAX - 1 - oldest) * sizeof p->hosts[0]);
        p->nhosts = i = HOSTS_MAX - 1;
    }
    if (i == p->nhosts)
        p->hosts[p->nhosts++] = (struct snmp_poll_host){.addr = addr};
    p->hosts[i].requests++;
    p->hosts[i].last = loop_now(s->env.loop);
}

/* Where this row stands, or would. */
static size_t place_of(const struct polls *p, const struct mib_row *row)
{
    size_t lo = 0, hi = p->nobjects;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if ((uintptr_t)p->objects[mid].row < (uintptr_t)row)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void polls_object(struct snmp *s, const uint32_t *oid, size_t n)
{
    const struct mib_row *row = mib_row_of(s->env.mib, oid, n);
    if (!row)
        return;
    struct polls *p = polls_of(s);
    size_t i = place_of(p, row);
    if (i == p->nobjects || p->objects[i].row != row) {
        if (p->nobjects == p->room) {
            p->room = p->room ? 2 * p->room : 16;
            p->objects = mem_resize(p->objects, p->room, sizeof *p->objects);
        }
        memmove(p->objects + i + 1, p->objects + i, (p->nobjects++ - i) * sizeof *p->objects);
        p->objects[i] = (struct snmp_poll_object){.row = row};
    }
    p->objects[i].requests++;
    p->objects[i].last = loop_now(s->env.loop);
}

void snmp_polls_clear(struct snmp *s, bool hosts, bool objects)
{
    struct polls *p = s->polls;
    if (!p)
        return;
    if (hosts)
        p->nhosts = 0;
    if (objects) {
        mem_free(p->objects);
        p->objects = NULL;
        p->nobjects = p->room = 0;
    }
}

void polls_free(struct snmp *s)
{
    snmp_polls_clear(s, true, true);
    mem_free(s->polls);
    s->polls = NULL;
}

const struct snmp_poll_host *snmp_poll_host(const struct snmp *s, size_t i)
{
    return s->polls && i < s->polls->nhosts ? &s->polls->hosts[i] : NULL;
}

const struct snmp_poll_object *snmp_poll_object(const struct snmp *s, const struct mib_row *row)
{
    size_t i = s->polls ? place_of(s->polls, row) : 0;
    return s->polls && i < s->polls->nobjects && s->polls->objects[i].row == row ? &s->polls->objects[i] : NULL;
}

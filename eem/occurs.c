/* occurs.c: `occurs N period S` of event syslog and event cli: what fits makes an event at the Nth time within the last S
 * seconds, and counting begins anew; without period the times may be any time apart. N is at most OCCURS_MAX, so that the
 * times themselves are kept: the period slides. */
#include "eem/occurs.h"

#include <string.h>

#include "eem/eem_local.h"

bool occurs_enough(struct occurs *o, struct watch *w)
{
    uint64_t now = loop_now(w->policy->eem->env.loop), period = w->ev->period * US_PER_MS;
    unsigned old = 0;
    w->matched++;
    if (w->ev->occurs <= 1)
        return true;
    while (period && old < o->n && now - o->seen[old] > period)
        old++;
    memmove(o->seen, o->seen + old, (o->n - old) * sizeof o->seen[0]);
    o->n -= old;
    o->seen[o->n++] = now; /* there is room: it is emptied on reaching OCCURS_MAX */
    if (o->n < w->ev->occurs && o->n < OCCURS_MAX) {
        observe_event(w, EEM_SEEN_OCCURS, 0, o->n, w->ev->occurs);
        return false;
    }
    o->n = 0;
    return true;
}

void occurs_describe(const struct event_conf *ev, struct text *out)
{
    if (ev->occurs > 1)
        text_printf(out, " occurs %u", ev->occurs);
    if (ev->period)
        text_printf(out, " period %llu.%03llu", (unsigned long long)ev->period / 1000,
                    (unsigned long long)ev->period % 1000);
}

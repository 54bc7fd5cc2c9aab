/* ntp_select.c: which servers tell the truth, and whom the system follows (RFC 5905 section 11.2).
 *
 *   fit -> intersection: the largest set whose correctness intervals [offset - distance, offset + distance] share a point; who is outside is a falseticker ('x')
 *       -> cluster: the worst of the rest are cast out ('-') while that lowers the spread, down to three
 *       -> the survivors ('+') are averaged by distance; the first in rank is the system peer ('*'); one that is `prefer`red and survives leads
 *
 * The local clock of `ntp master` counts only while nobody else is fit: it agrees with nobody but itself.
 *
 * Rank is stratum first, then distance. No majority: no system peer, and the clock is lost. With a new sample of the system peer the discipline
 * (ntp_discipline.c) hears the combined offset. */
#include <math.h>
#include <stdlib.h>

#include "dataplane/svc/ntp_local.h"
#include "espial/ip.h"

MSG(MSG_SYNC, "NTP", 5, "PEERSYNC", 0, "NTP synced to peer %s");
MSG(MSG_UNSYNC, "NTP", 4, "UNSYNC", 0, "NTP sync is lost");

enum { KEEP_MIN = 3, CANDIDATES_MAX = NTP_SERVERS_MAX + 1 };

struct edge {
    double at;
    int kind; /* -1 lower, 0 middle, +1 upper */
};

static int by_edge(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at ? 1 : x->kind - y->kind;
}

/* The interval that most agree on: false when there is no majority. */
static bool intersect(const struct ntp *n, struct ntp_assoc *const *v, unsigned count, double *low, double *high)
{
    struct edge e[3 * CANDIDATES_MAX];
    uint64_t now = loop_now(n->env.loop);
    unsigned ne = 0;
    for (unsigned i = 0; i < count; i++) {
        double d = ntp_root_distance(v[i], now), o = v[i]->filter.offset;
        e[ne++] = (struct edge){o - d, -1};
        e[ne++] = (struct edge){o, 0};
        e[ne++] = (struct edge){o + d, 1};
    }
    qsort(e, ne, sizeof e[0], by_edge);
    for (unsigned allow = 0; 2 * allow < count; allow++) {
        unsigned outside = 0;
        int chime = 0, need = (int)(count - allow);
        bool has_low = false, has_high = false;
        *low = *high = 0;
        for (unsigned i = 0; i < ne && !has_low; i++) {
            chime -= e[i].kind; /* a lower end adds one, an upper takes one */
            if (chime >= need) {
                *low = e[i].at;
                has_low = true;
            }
            outside += e[i].kind == 0;
        }
        chime = 0;
        for (unsigned i = ne; i-- > 0 && !has_high;) {
            chime += e[i].kind;
            if (chime >= need) {
                *high = e[i].at;
                has_high = true;
            }
            outside += e[i].kind == 0;
        }
        if (outside <= allow && has_low && has_high && *high >= *low)
            return true;
    }
    return false;
}

static double rank(const struct ntp_assoc *a, uint64_t now)
{
    return a->stratum * NTP_MAXDIST + ntp_root_distance(a, now);
}

/* Cast out whoever spreads the offsets most, while that spread is more than the samples' own jitter. */
static unsigned cluster(struct ntp_assoc **v, unsigned count)
{
    while (count > KEEP_MIN) {
        double worst = -1, least = HUGE_VAL;
        unsigned out = 0;
        for (unsigned i = 0; i < count; i++) {
            double squares = 0;
            for (unsigned k = 0; k < count; k++) {
                double d = v[i]->filter.offset - v[k]->filter.offset;
                squares += d * d;
            }
            double spread = sqrt(squares / (count - 1));
            if (spread > worst) {
                worst = spread;
                out = i;
            }
            least = fmin(least, v[i]->filter.jitter);
        }
        if (worst < least || v[out]->conf.prefer)
            break;
        v[out]->fate = NTP_OUTLYER;
        for (unsigned i = out; i + 1 < count; i++)
            v[i] = v[i + 1];
        count--;
    }
    return count;
}

static void combine(struct ntp *n, struct ntp_assoc *const *v, unsigned count)
{
    uint64_t now = loop_now(n->env.loop);
    double weights = 0, offsets = 0, squares = 0;
    for (unsigned i = 0; i < count; i++) {
        double w = 1 / ntp_root_distance(v[i], now), d = v[i]->filter.offset - v[0]->filter.offset;
        weights += w;
        offsets += w * v[i]->filter.offset;
        squares += w * d * d;
    }
    n->offset = offsets / weights;
    n->jitter = sqrt(squares / weights + n->peer->filter.jitter * n->peer->filter.jitter);
}

static void lose(struct ntp *n)
{
    if (!n->peer)
        return;
    n->peer = NULL;
    n->leap = 3;
    n->stratum = NTP_STRATUM_MAX;
    clock_lost(n->env.clock);
    if (n->conf.logging)
        msg_post(n->env.log, &MSG_UNSYNC);
}

static void follow(struct ntp *n, struct ntp_assoc *const *v, unsigned count)
{
    struct ntp_assoc *p = v[0], *was = n->peer;
    n->peer = p;
    if (was == p && p->filter.used == n->sample_used)
        return;
    n->sample_used = p->filter.used;
    combine(n, v, count);
    if (was && was->local && !p->local) { /* the first real server: its first offset may step */
        n->state = NTP_NSET;
        n->ever = false;
    }
    switch (ntp_discipline(n, n->offset, p->filter.used)) {
    case NTP_IGNORED:
        n->peer = was;
        return;
    case NTP_STEPPED: return; /* nobody is known any more */
    case NTP_SLEWED: break;
    }
    n->leap = p->leap;
    n->stratum = (uint8_t)(p->stratum + 1);
    n->refid = p->local && n->stratum == 1 ? NTP_LOCAL_REFID : p->conf.addr;
    n->reftime = ntp_stamp(clock_wall(n->env.clock));
    n->root_delay = p->root_delay + p->filter.delay;
    n->root_disp = p->root_disp + fmax(p->filter.disp + n->jitter + fabs(n->offset), NTP_MINDISP);
    if (was != p && n->conf.logging)
        msg_post(n->env.log, &MSG_SYNC, IP4(p->conf.addr));
}

void ntp_select(struct ntp *n)
{
    struct ntp_assoc *v[CANDIDATES_MAX];
    uint64_t now = loop_now(n->env.loop);
    unsigned count = 0, kept = 0;
    double low, high;
    for (struct ntp_assoc *a = n->assocs; a; a = a->next) {
        a->fate = NTP_REJECT;
        if (!a->local && ntp_fit(a, now) && count < CANDIDATES_MAX)
            v[count++] = a;
    }
    for (struct ntp_assoc *a = n->assocs; a && !count; a = a->next)
        if (a->local && ntp_fit(a, now))
            v[count++] = a;
    if (!count || !intersect(n, v, count, &low, &high)) {
        lose(n);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        double d = ntp_root_distance(v[i], now), o = v[i]->filter.offset;
        if (o + d < low || o - d > high) {
            v[i]->fate = NTP_FALSETICK;
            continue;
        }
        struct ntp_assoc *a = v[i];
        unsigned k = kept++;
        for (; k > 0 && rank(v[k - 1], now) > rank(a, now); k--)
            v[k] = v[k - 1];
        v[k] = a;
    }
    if (!kept) {
        lose(n);
        return;
    }
    kept = cluster(v, kept);
    for (unsigned i = 0; i < kept; i++) {
        v[i]->fate = NTP_CANDIDATE;
        if (v[i]->conf.prefer && !v[0]->conf.prefer) {
            struct ntp_assoc *a = v[i];
            v[i] = v[0];
            v[0] = a;
        }
    }
    follow(n, v, kept);
    if (n->peer)
        n->peer->fate = NTP_SYSPEER;
}

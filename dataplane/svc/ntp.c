/* ntp.c: the network time protocol, version 4 (RFC 5905): associations with the servers configured, and answers to whoever asks.
 *
 * An association asks every 2^poll seconds (`iburst`: eight questions two seconds apart while nothing has been heard); an answer is believed only when it comes from that
 * server's address and port 123, repeats the random number that our question carried as its transmit time (so nobody who did not see the question can forge
 * one), and is the first to do so. The moment of the question itself stays here. An answer with stratum 0 is a kiss: DENY and RSTR end the association until it is
 * configured anew, RATE makes it ask less often. Eight questions without an answer make a server unreachable; after twelve it is asked half as often, and so on.
 *
 *   offset = ((T2 - T1) + (T3 - T4)) / 2, delay = (T4 - T1) - (T3 - T2)    -> ntp_filter.c -> ntp_select.c -> ntp_discipline.c -> clock.h
 *
 * `ntp master` is an association with the local clock 127.127.1.1, one stratum above, which never errs: with nothing better the router serves its own time.
 * Port 123 is open while something is configured; a client's question (mode 3) gets one answer of the same size, with the system's stratum, or "unsynchronized".
 * There are no keys, no symmetric or broadcast modes, no control messages: such packets are not answered.
 *
 * When somebody else sets the clock, everything measured against it is thrown away and asked for anew, and the first new estimate may step. */
#include "dataplane/svc/ntp.h"

#include <math.h>
#include <string.h>

#include "dataplane/svc/ntp_local.h"
#include "espial/account.h"
#include "espial/ip.h"

MSG(MSG_REACH, "NTP", 6, "PEERREACH", 0, "Peer %s is reachable");
MSG(MSG_UNREACH, "NTP", 6, "PEERUNREACH", 0, "Peer %s is unreachable");

enum { REF_INIT = 0x494E4954, REF_RATE = 0x52415445, REF_DENY = 0x44454E59, REF_RSTR = 0x52535452, LOCAL_POLL = 4 };

void ntp_server_conf_init(struct ntp_server_conf *c)
{
    *c = (struct ntp_server_conf){.version = 4, .minpoll = NTP_MIN_POLL, .maxpoll = NTP_MAX_POLL};
}

void ntp_conf_init(struct ntp_conf *c)
{
    *c = (struct ntp_conf){.stratum = NTP_MASTER_STRATUM};
    conf_list_init(&c->servers, sizeof(struct ntp_server_conf), NULL, NULL);
}

double ntp_root_distance(const struct ntp_assoc *a, uint64_t now)
{
    const struct ntp_filter *f = &a->filter;
    return fmax(NTP_MINDISP, a->root_delay + f->delay) / 2 + a->root_disp + f->disp + f->jitter +
           NTP_PHI * (double)(now - f->aged) / 1e6;
}

bool ntp_fit(const struct ntp_assoc *a, uint64_t now)
{
    double poll = ldexp(1, a->hpoll);
    if (a->leap == 3 || a->stratum >= NTP_STRATUM_MAX || !a->reach || !a->filter.used)
        return false;
    uint32_t own = a->local ? 0 : inet_source_for(a->ntp->env.inet, a->conf.addr);
    if (own && (own == a->refid || own == a->conf.addr))
        return false; /* it follows us, or is us */
    return ntp_root_distance(a, now) < NTP_MAXDIST + NTP_PHI * poll;
}

/* ---- asking ---- */

static void assoc_clear(struct ntp_assoc *a, uint32_t refid)
{
    ntp_filter_clear(&a->filter, loop_now(a->ntp->env.loop));
    a->leap = 3;
    a->stratum = NTP_STRATUM_MAX;
    a->refid = refid;
    a->reach = a->unreach = 0;
    a->root_delay = a->root_disp = 0;
    a->reftime = a->cookie = 0;
    a->fate = NTP_REJECT;
    a->hpoll = a->local ? LOCAL_POLL : a->conf.minpoll;
    a->burst = a->conf.iburst ? NTP_IBURST : 0;
}

static void ask(struct ntp_assoc *a)
{
    struct ntp *n = a->ntp;
    uint8_t bytes[NTP_PACKET];
    const char *source = a->conf.source[0] ? a->conf.source : n->conf.source;
    rnd_fill(n->env.rnd, &a->cookie, sizeof a->cookie);
    a->cookie |= 1; /* not zero */
    a->asked_wall = clock_wall(n->env.clock);
    struct ntp_packet p = {.leap = n->leap,
                           .version = a->conf.version,
                           .mode = NTP_MODE_CLIENT,
                           .poll = a->hpoll,
                           .precision = NTP_PRECISION,
                           .xmt = a->cookie};
    ntp_encode(&p, bytes);
    a->out++;
    if (!n->sock || udp_send(n->sock, source[0] ? inet_if_addr(n->env.inet, source) : 0, a->conf.addr, NTP_PORT, bytes,
                             sizeof bytes) != 0)
        a->cookie = 0;
}

/* The local clock answers itself. */
static void ask_local(struct ntp_assoc *a)
{
    struct ntp *n = a->ntp;
    uint64_t now = loop_now(n->env.loop);
    a->leap = 0;
    a->stratum = (uint8_t)(n->conf.stratum - 1);
    a->refid = NTP_LOCAL_REFID;
    a->heard = now;
    a->heard_ever = true;
    a->precision = NTP_PRECISION;
    a->ppoll = a->hpoll;
    a->reach |= 1;
    a->rec = a->xmt = a->reftime = ntp_stamp(clock_wall(n->env.clock));
    a->out++;
    a->in++;
    if (ntp_filter_add(&a->filter, now, 0, 0, ldexp(1, NTP_PRECISION), ldexp(1, a->hpoll)))
        ntp_select(n);
}

static void set_poll(struct ntp_assoc *a)
{
    uint8_t poll = a->unreach > NTP_UNREACH ? a->hpoll : a->ntp->poll;
    if (poll < a->conf.minpoll)
        poll = a->conf.minpoll;
    if (poll > a->conf.maxpoll)
        poll = a->conf.maxpoll;
    a->hpoll = poll;
}

static void on_poll(void *arg)
{
    struct ntp_assoc *a = arg;
    struct ntp *n = a->ntp;
    if (a->local) {
        a->reach = (uint8_t)(a->reach << 1);
        timer_set(&a->timer, US_PER_S << a->hpoll);
        ask_local(a);
        return;
    }
    bool was = a->reach;
    a->reach = (uint8_t)(a->reach << 1);
    if (was && !a->reach) {
        if (n->conf.logging)
            msg_post(n->env.log, &MSG_UNREACH, IP4(a->conf.addr));
        a->leap = 3;
    }
    if (!(a->reach & 7))
        ntp_filter_add(&a->filter, loop_now(n->env.loop), 0, 0, NTP_MAXDISP, ldexp(1, a->hpoll));
    if (a->unreach < UINT8_MAX)
        a->unreach++;
    if (a->unreach > NTP_UNREACH && a->hpoll < a->conf.maxpoll)
        a->hpoll++;
    else
        set_poll(a);
    uint64_t next = US_PER_S << a->hpoll;
    if (a->burst && --a->burst)
        next = NTP_IBURST_GAP_S * US_PER_S;
    timer_set(&a->timer, next);
    ask(a);
    ntp_select(n);
}

/* ---- hearing ---- */

static void kissed(struct ntp_assoc *a, const struct ntp_packet *p)
{
    a->refid = p->refid;
    a->stratum = NTP_STRATUM_MAX;
    if (p->refid == REF_DENY || p->refid == REF_RSTR) {
        a->denied = true;
        a->leap = 3;
        a->reach = 0;
        timer_clear(&a->timer);
    } else if (p->refid == REF_RATE) {
        a->burst = 0;
        a->conf.minpoll = a->hpoll < a->conf.maxpoll ? (uint8_t)(a->hpoll + 1) : a->conf.maxpoll;
        a->hpoll = a->conf.minpoll;
        timer_set(&a->timer, US_PER_S << a->hpoll);
    }
    ntp_select(a->ntp);
}

static void answered(struct ntp_assoc *a, const struct ntp_packet *p)
{
    struct ntp *n = a->ntp;
    uint64_t now = loop_now(n->env.loop), t4 = ntp_stamp(clock_wall(n->env.clock)), t1 = ntp_stamp(a->asked_wall);
    a->cookie = 0;
    a->heard = now;
    a->heard_ever = true;
    a->org = p->xmt;
    a->rec = t4;
    a->xmt = t1;
    a->ppoll = p->poll;
    a->precision = p->precision;
    if (p->stratum == 0) {
        kissed(a, p);
        return;
    }
    a->leap = p->leap;
    a->stratum = p->stratum < NTP_STRATUM_MAX ? p->stratum : NTP_STRATUM_MAX;
    a->refid = p->refid;
    a->reftime = p->reftime;
    a->root_delay = p->root_delay;
    a->root_disp = p->root_disp;
    if (a->leap == 3 || a->stratum >= NTP_STRATUM_MAX || p->root_delay / 2 + p->root_disp >= NTP_MAXDISP ||
        ntp_diff(p->reftime, p->xmt) > 0)
        return;
    if (!a->reach && n->conf.logging)
        msg_post(n->env.log, &MSG_REACH, IP4(a->conf.addr));
    a->reach |= 1;
    a->unreach = 0;
    double offset = (ntp_diff(p->rec, t1) + ntp_diff(p->xmt, t4)) / 2 - (double)clock_pending(n->env.clock) / 1e6;
    double delay = fmax(ntp_diff(t4, t1) - ntp_diff(p->xmt, p->rec), ldexp(1, NTP_PRECISION));
    double disp = ldexp(1, p->precision < 0 ? p->precision : 0) + ldexp(1, NTP_PRECISION) + NTP_PHI * ntp_diff(t4, t1);
    if (ntp_filter_add(&a->filter, now, offset, delay, disp, ldexp(1, a->hpoll)))
        ntp_select(n);
}

static void serve(struct ntp *n, const struct udp_from *from, const struct ntp_packet *q)
{
    uint8_t bytes[NTP_PACKET];
    uint64_t now = ntp_stamp(clock_wall(n->env.clock));
    double age = n->ever ? (double)(loop_now(n->env.loop) - n->updated) / 1e6 : 0;
    struct ntp_packet p = {
        .leap = n->leap,
        .version = q->version,
        .mode = NTP_MODE_SERVER,
        .stratum = n->stratum,
        .poll = q->poll,
        .precision = NTP_PRECISION,
        .root_delay = n->root_delay,
        .root_disp = n->root_disp + NTP_PHI * age,
        .refid = n->stratum < NTP_STRATUM_MAX ? n->refid : REF_INIT,
        .reftime = n->reftime,
        .org = q->xmt,
        .rec = now,
        .xmt = now,
    };
    ntp_encode(&p, bytes);
    (void)!udp_send(n->sock, from->dst, from->src, from->sport, bytes, sizeof bytes);
}

static void hear(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    struct ntp *n = arg;
    struct ntp_packet p;
    if (!ntp_decode(data, len, &p))
        return;
    if (p.mode == NTP_MODE_CLIENT) {
        serve(n, from, &p);
        return;
    }
    if (p.mode != NTP_MODE_SERVER || from->sport != NTP_PORT)
        return;
    for (struct ntp_assoc *a = n->assocs; a; a = a->next) {
        if (a->local || a->conf.addr != from->src)
            continue;
        a->in++;
        if (!a->cookie || p.org != a->cookie || !p.xmt || !p.rec)
            a->errors++;
        else
            answered(a, &p);
        return;
    }
}

/* ---- making and unmaking ---- */

void ntp_clear_all(struct ntp *n, uint32_t refid)
{
    n->peer = NULL;
    n->leap = 3;
    n->stratum = NTP_STRATUM_MAX;
    n->sample_used = 0;
    for (struct ntp_assoc *a = n->assocs; a; a = a->next) {
        if (a->denied)
            continue;
        assoc_clear(a, refid);
        timer_set(&a->timer, a->local ? 0 : NTP_IBURST_GAP_S * US_PER_S);
    }
}

static void clock_was_set(void *arg)
{
    struct ntp *n = arg;
    if (n->stepping || clock_by(n->env.clock) == CLOCK_BY_NTP) /* our own step, or a zone changed */
        return;
    n->state = NTP_NSET;
    n->ever = false;
    ntp_clear_all(n, 0x53544550u);
}

struct ntp *ntp_new(const struct ntp_env *env)
{
    struct ntp *n = NEW(struct ntp);
    n->env = *env;
    n->leap = 3;
    n->stratum = NTP_STRATUM_MAX;
    n->poll = NTP_MIN_POLL;
    ntp_conf_init(&n->conf);
    n->watch = (struct clock_watch){.fn = clock_was_set, .arg = n};
    clock_watch(env->clock, &n->watch);
    return n;
}

static void assoc_free(struct ntp_assoc *a)
{
    struct ntp *n = a->ntp;
    struct ntp_assoc **p = &n->assocs;
    while (*p != a)
        p = &(*p)->next;
    *p = a->next;
    timer_clear(&a->timer);
    if (n->peer == a) {
        n->peer = NULL;
        n->leap = 3;
        n->stratum = NTP_STRATUM_MAX;
        clock_lost(n->env.clock);
    }
    mem_free(a);
}

void ntp_free(struct ntp *n)
{
    if (!n)
        return;
    while (n->assocs)
        assoc_free(n->assocs);
    udp_close(n->sock);
    clock_unwatch(n->env.clock, &n->watch);
    conf_list_clear(&n->conf.servers);
    mem_free(n);
}

struct ntp_conf *ntp_conf(struct ntp *n)
{
    return &n->conf;
}

const struct clock *ntp_clock(const struct ntp *n)
{
    return n->env.clock;
}

bool ntp_running(const struct ntp *n)
{
    return n->conf.master || n->conf.servers.n;
}

static void assoc_new(struct ntp *n, const struct ntp_server_conf *conf, bool local)
{
    struct ntp_assoc *a = NEW(struct ntp_assoc), **p = &n->assocs;
    a->ntp = n;
    a->conf = *conf;
    a->local = local;
    a->id = ++n->last_id;
    timer_init(&a->timer, n->env.loop, on_poll, a);
    assoc_clear(a, REF_INIT);
    while (*p)
        p = &(*p)->next;
    *p = a;
    /* Two routers that boot together need not ask together. */
    timer_set(&a->timer, local ? 0 : US_PER_S + rnd_u32(n->env.rnd) % US_PER_S);
}

static bool same_server(const struct ntp_server_conf *x, const struct ntp_server_conf *y)
{
    return x->addr == y->addr && x->version == y->version && x->minpoll == y->minpoll && x->maxpoll == y->maxpoll &&
           x->prefer == y->prefer && x->iburst == y->iburst && !strcmp(x->source, y->source);
}

static const struct ntp_server_conf *wanted(const struct ntp *n, const struct ntp_assoc *a)
{
    CONF_EACH(const struct ntp_server_conf, s, &n->conf.servers)
    if (s->addr == a->conf.addr)
        return s;
    return NULL;
}

void ntp_conf_changed(struct ntp *n)
{
    bool running = ntp_running(n), local = false;
    enum account_owner was = account_enter(n->env.loop, ACCOUNT_NTP);
    if (running && !n->sock) {
        n->sock = udp_open(n->env.inet, NTP_PORT, hear, n);
        n->began = loop_now(n->env.loop);
    }
    for (struct ntp_assoc *a = n->assocs, *next; a; a = next) {
        next = a->next;
        const struct ntp_server_conf *s = a->local ? NULL : wanted(n, a);
        struct ntp_server_conf as_asked = a->conf;
        if (s && s->minpoll < a->conf.minpoll) /* a RATE kiss made it larger: that is no change */
            as_asked.minpoll = s->minpoll;
        bool stays = a->local ? n->conf.master : s && same_server(s, &as_asked);
        if (!stays)
            assoc_free(a);
        else
            local |= a->local;
    }
    if (n->conf.master && !local)
        assoc_new(n,
                  &(struct ntp_server_conf){
                      .addr = NTP_LOCAL_ADDR, .version = 4, .minpoll = LOCAL_POLL, .maxpoll = LOCAL_POLL},
                  true);
    CONF_EACH(const struct ntp_server_conf, s, &n->conf.servers)
    {
        struct ntp_assoc *a = n->assocs;
        while (a && (a->local || a->conf.addr != s->addr))
            a = a->next;
        if (!a)
            assoc_new(n, s, false);
    }
    ntp_select(n);
    if (!running) {
        udp_close(n->sock);
        n->sock = NULL;
    }
    account_leave(n->env.loop, was);
}

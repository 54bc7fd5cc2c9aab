/* outbox.c: notifications that are not done when they are sent: informs, and traps that found no way.
 *
 *   inform:  sent --(timeout)--> sent again ... --(retries used up)--> dropped        trap:  no route --(trap-timeout)--> tried again ... --> sent
 *              `--(response with its request-id, from the host)--> done
 *
 * For each host there wait at most `snmp-server queue-length` traps, of which a further one is dropped, and `informs pending` informs, of which the oldest gives way.
 * Each try is made anew, so that its addresses are those of now; time and request-id are the first try's. A removed host's go with it, as
 * do all when the agent stops.
 */
#include "snmp/notify.h"

#include <string.h>

#include "snmp/ber.h"

struct outgoing {
    struct outgoing *next;
    struct snmp *s;
    struct snmp_host_conf to; /* the host line it goes by */
    bool inform;
    unsigned left; /* tries */
    struct session *session; /* of an inform */
    uint64_t sent;           /* its last try; 0: none */
    struct timer timer;
    struct notification n;
};

/* answered: by its acknowledgement. */
static void drop(struct outgoing *o, bool answered)
{
    struct outgoing **at = &o->s->outgoing;
    while (*at != o)
        at = &(*at)->next;
    *at = o->next;
    timer_clear(&o->timer);
    session_end(o->s, o->session, answered && o->sent ? &o->sent : NULL);
    mem_free(o);
}

static const struct snmp_host_conf *host_of(const struct snmp *s, const struct snmp_host_conf *line, struct target **to)
{
    for (size_t i = 0; i < s->conf.hosts.n && i < s->nhosts; i++) {
        const struct snmp_host_conf *h = s->conf.hosts.v[i];
        if (host_same(h, line) && host_same(&s->hosts[i].line, line)) {
            *to = &s->hosts[i];
            return h;
        }
    }
    return NULL;
}

static void wait(struct outgoing *o)
{
    const struct snmp_conf *c = &o->s->conf;
    timer_set(&o->timer, (o->inform ? c->inform_timeout : c->trap_timeout) * (uint64_t)US_PER_S);
}

static void note_sent(struct outgoing *o)
{
    o->sent = loop_now(o->s->env.loop);
    if (o->session)
        o->session->n.informs++;
}

/* It has waited for its time. */
static void again(void *arg)
{
    struct outgoing *o = arg;
    struct snmp *s = o->s;
    struct target *to;
    const struct snmp_host_conf *h = host_of(s, &o->to, &to);
    if (!h) {
        drop(o, false);
        return;
    }
    if (o->inform && !o->left--) {
        s->stats.inform_timeouts++;
        to->n.dropped++;
        if (o->session)
            o->session->n.timeouts++;
        drop(o, false);
        return;
    }
    enum notify_result r = notify_transmit(s, &o->n, h);
    if (r == NOTIFY_CANNOT)
        to->n.dropped++;
    if (r == NOTIFY_SENT && !o->sent) /* the first time; a trap is done with then */
        to->n.sent++;
    if (o->inform && r == NOTIFY_SENT)
        note_sent(o);
    if (r == NOTIFY_CANNOT || (!o->inform && r == NOTIFY_SENT))
        drop(o, false);
    else
        wait(o);
}

/* How many wait for a host; *oldest (may be NULL) is the first of them. */
static unsigned waiting(const struct snmp *s, const struct snmp_host_conf *h, bool inform, struct outgoing **oldest)
{
    unsigned n = 0;
    for (struct outgoing *o = s->outgoing; o; o = o->next) {
        if (o->inform != inform || !host_same(&o->to, h))
            continue;
        if (!n++ && oldest)
            *oldest = o;
    }
    return n;
}

unsigned outbox_waiting(const struct snmp *s, const struct snmp_host_conf *h)
{
    return waiting(s, h, false, NULL) + waiting(s, h, true, NULL);
}

static void keep(struct snmp *s, const struct snmp_host_conf *h, const struct notification *n, bool sent)
{
    struct outgoing *o = NEW(struct outgoing), **end = &s->outgoing;
    *o = (struct outgoing){.s = s, .to = *h, .inform = h->informs, .left = s->conf.inform_retries, .n = *n};
    timer_init(&o->timer, s->env.loop, again, o);
    while (*end)
        end = &(*end)->next;
    *end = o;
    if (o->inform)
        o->session = session_begin(s, h->addr, h->udp_port, h->version, h->community);
    if (o->inform && sent)
        note_sent(o);
    wait(o);
}

void outbox_post(struct snmp *s, const struct snmp_host_conf *h, const struct fact_trap *t)
{
    struct notification n = {.uptime = snmp_uptime(s), .trap = *t};
    struct target *to;
    struct outgoing *oldest = NULL;
    if (!host_of(s, h, &to))
        return;
    if (h->version != SNMP_HOST_V1)
        n.request_id = s->request_id = s->request_id % INT32_MAX + 1;
    if (h->informs && s->debug_requests)
        trace_manager(s, h, s->conf.inform_retries, s->conf.inform_timeout);
    enum notify_result r = notify_transmit(s, &n, h);
    if (r == NOTIFY_CANNOT) {
        to->n.dropped++;
    } else if (h->informs) {
        to->n.sent += r == NOTIFY_SENT;
        if (waiting(s, h, true, &oldest) >= s->conf.inform_pending && oldest) {
            to->n.dropped++;
            drop(oldest, false);
        }
        keep(s, h, &n, r == NOTIFY_SENT);
    } else if (r == NOTIFY_SENT) {
        to->n.sent++;
    } else if (waiting(s, h, false, NULL) < s->conf.queue_length) {
        keep(s, h, &n, false);
    } else {
        to->n.dropped++;
    }
}

bool snmp_pending(struct snmp *s, size_t i, struct snmp_pending *out)
{
    struct target *to;
    for (struct outgoing *o = s->outgoing; o; o = o->next) {
        const struct snmp_host_conf *h = o->inform ? host_of(s, &o->to, &to) : NULL;
        if (!h || i--)
            continue;
        *out = (struct snmp_pending){.request_id = o->n.request_id, .addr = h->addr, .port = h->udp_port, .host = h, .expires = (unsigned)(timer_left(&o->timer) / US_PER_S)};
        return true;
    }
    return ask_pending(s, i, out);
}

static struct outgoing *inform_of(struct snmp *s, const struct snmp_host_conf *h, uint32_t request_id)
{
    for (struct outgoing *o = s->outgoing; o; o = o->next) {
        if (o->inform && host_same(&o->to, h) && (!request_id || o->n.request_id == request_id))
            return o;
    }
    return NULL;
}

/* Is it this host's answer? Then it is done with. */
static bool take_answer(struct snmp *s, const struct snmp_host_conf *h, const uint8_t *data, size_t len)
{
    struct snmp_message m;
    uint32_t id = 0;
    bool retry = false;
    if (h->version == SNMP_HOST_V3) {
        if (!notify_v3_answer(s, h, data, len, &id, &retry) && !retry)
            return false;
    } else if (codec_read(data, len, &m) == CODEC_OK && m.pdu == SNMP_PDU_RESPONSE &&
               m.community_len == strlen(h->community) && !memcmp(m.community, h->community, m.community_len)) {
        id = m.request_id;
    } else {
        return false;
    }
    if (retry) { /* now we know his time: what waits for it need not wait longer */
        for (struct outgoing *o = s->outgoing; o; o = o->next) {
            if (!o->inform || !host_same(&o->to, h))
                continue;
            o->left++; /* that was none of its tries */
            timer_set(&o->timer, 0);
        }
        return true;
    }
    struct outgoing *o = id ? inform_of(s, h, id) : NULL;
    if (o) {
        drop(o, true);
        s->stats.in_responses++;
    }
    return o;
}

/* Several lines may name one address and port: the answer is that of one of them. */
void outbox_datagram(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    struct snmp *s = arg;
    bool known = false;
    CONF_EACH(const struct snmp_host_conf, h, &s->conf.hosts) {
        if (h->addr != from->src || h->udp_port != from->sport)
            continue;
        s->stats.in_pkts += !known;
        known = true;
        if (take_answer(s, h, data, len))
            return;
    }
}

void outbox_settle(struct snmp *s)
{
    struct target *to;
    for (struct outgoing *o = s->outgoing, *next; o; o = next) {
        next = o->next;
        const struct snmp_host_conf *h = s->running ? host_of(s, &o->to, &to) : NULL;
        if (!h)
            drop(o, false);
    }
}

void outbox_clear(struct snmp *s)
{
    while (s->outgoing)
        drop(s->outgoing, false);
}

/* ask.c: requests of our own to the agents of others (RFC 3416 section 4.2, RFC 3584 section 4.2 for version 1): get, get-next, get-bulk, set.
 *
 *   asked --> sent --(timeout)--> sent again ... --(retries used up)--> not answered
 *               |--(report: not in time window, proved)--> sent again at once, with its time (once a try)
 *               `--(response: our request-id, from the address and port asked, under the same name)--> answered
 *
 * One socket on an ephemeral port while anything is under way; at most ASKS_MAX questions at a time. Each try is made anew, so that a v3 message carries the time of now.
 * A v3 user is one of the agent's engine (`snmp-server engineID remote`, `snmp-server user ... remote`): there is no discovery, since his keys are localized when
 * the line is typed. What answers to nobody's question is counted with the packets that came in, and forgotten.
 */
#include "snmp/agent.h"
#include "snmp/notify.h"
#include "snmp/usm.h"

#include <string.h>

#define ASKS_MAX   64
#define VALUES_MAX 256 /* of an answer; what is behind them is left out */

struct agent_ask {
    struct agent_ask *next;
    struct snmp *s;
    struct snmp_host_conf
        peer; /* address, port, version, name, level; as of one who takes informs: his engine decides */
    struct session *session;
    enum agent_op op;
    int32_t id;
    unsigned left, timeout_s;
    bool synced, resend; /* this try has learned his time; it is to be sent again for that */
    uint64_t sent;
    struct timer timer;
    agent_done_fn *done;
    void *arg;
    size_t len;
    uint8_t pdu[SNMP_OUT_MAX]; /* the content of the PDU */
};

static uint8_t tag_of(enum agent_op op)
{
    static const uint8_t tags[] = {BER_GET, BER_GET_NEXT, BER_GET_BULK, BER_SET};
    return tags[op];
}

static void unlink_ask(struct agent_ask *a)
{
    struct agent_ask **at = &a->s->asks;
    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    a->s->nasks--;
    timer_clear(&a->timer);
    if (!a->s->asks) {
        udp_close(a->s->asker);
        a->s->asker = NULL;
    }
}

static void finish(struct agent_ask *a, const struct agent_answer *answer)
{
    agent_done_fn *done = a->done;
    void *arg = a->arg;
    session_end(a->s, a->session, answer->answered ? &a->sent : NULL);
    unlink_ask(a);
    mem_free(a);
    done(arg, answer);
}

static bool put_pdu(struct agent_ask *a, const struct agent_question *q)
{
    struct bw w = bw_of(a->pdu, sizeof a->pdu);
    for (size_t i = q->nvars; i--;) {
        struct trap_var v = q->vars[i];
        size_t from = bw_len(&w);
        if (q->op != AGENT_SET)
            v.type = TRAP_NONE;
        bw_value(&w, &v, BER_NULL);
        bw_oid(&w, v.oid, v.oid_len);
        bw_wrap(&w, BER_SEQUENCE, from);
    }
    bw_wrap(&w, BER_SEQUENCE, 0);
    bw_int(&w, q->op == AGENT_GET_BULK ? q->max_repetitions : 0);
    bw_int(&w, q->op == AGENT_GET_BULK ? q->non_repeaters : 0);
    bw_int(&w, a->id);
    if (w.bad)
        return false;
    a->len = bw_len(&w);
    memmove(a->pdu, a->pdu + w.at, a->len);
    return true;
}

/* The whole message into out (SNMP_MESSAGE_MAX); 0: it cannot be said. */
static size_t put_message(struct agent_ask *a, uint8_t *out)
{
    struct snmp *s = a->s;
    if (a->peer.version == SNMP_HOST_V3)
        return notify_v3_wrap(s, &a->peer, (uint32_t)a->id, tag_of(a->op), rd_of(a->pdu, a->len), out);
    struct bw w = bw_of(out, SNMP_MESSAGE_MAX);
    bw_bytes(&w, a->pdu, a->len);
    bw_wrap(&w, tag_of(a->op), 0);
    bw_octets(&w, BER_OCTETS, a->peer.community, strlen(a->peer.community));
    bw_int(&w, a->peer.version == SNMP_HOST_V1 ? 0 : 1);
    bw_wrap(&w, BER_SEQUENCE, 0);
    if (w.bad)
        return 0;
    memmove(out, out + w.at, bw_len(&w));
    return bw_len(&w);
}

static void count_sent(struct agent_ask *a)
{
    struct snmp_stats *n = &a->s->stats;
    uint64_t *const all[] = {&n->out_get_requests, &n->out_get_nexts, &n->out_get_bulks, &n->out_set_requests};
    n->out_pkts++;
    ++*all[a->op];
    if (!a->session)
        return;
    uint64_t *const its[] = {&a->session->n.gets, &a->session->n.get_nexts, &a->session->n.get_bulks,
                             &a->session->n.sets};
    ++*its[a->op];
}

/* 0, or why it cannot be asked. */
static int transmit(struct agent_ask *a)
{
    uint8_t out[SNMP_MESSAGE_MAX];
    struct snmp *s = a->s;
    size_t n = put_message(a, out);
    if (!n)
        return a->peer.version == SNMP_HOST_V3 ? AGENT_NO_USER : AGENT_TOO_BIG;
    if (n > s->conf.packet_size)
        return AGENT_TOO_BIG;
    if (s->debug_packets)
        trace_ask(s, tag_of(a->op), rd_of(a->pdu, a->len), a->peer.addr);
    if (!s->asker || udp_send(s->asker, 0, a->peer.addr, a->peer.udp_port, out, n) != 0)
        return AGENT_NO_WAY;
    a->sent = loop_now(s->env.loop);
    count_sent(a);
    return 0;
}

static void wait(struct agent_ask *a)
{
    timer_set(&a->timer, a->timeout_s * (uint64_t)US_PER_S);
}

static void again(void *arg)
{
    struct agent_ask *a = arg;
    if (a->resend) {
        a->resend = false;
        (void)!transmit(a);
        wait(a);
        return;
    }
    if (!a->left) {
        a->s->stats.ask_timeouts++;
        if (a->session)
            a->session->n.timeouts++;
        finish(a, &(struct agent_answer){.id = a->id});
        return;
    }
    a->left--;
    a->synced = false;
    (void)!transmit(a); /* no way: the next try may have one */
    wait(a);
}

/* ---- what comes back ---- */

static size_t values_of(struct rd list, struct agent_value *out)
{
    size_t n = 0;
    for (; list.left && n < VALUES_MAX; n++) {
        struct agent_value *v = &out[n];
        bool whole;
        uint8_t tag;
        struct rd pair = ber_of(&list, BER_SEQUENCE), name = ber_of(&pair, BER_OID), c = ber_next(&pair, &tag);
        v->var.oid_len = (uint8_t)ber_oid_of(&name, v->var.oid, TRAP_OID_MAX, &whole);
        if (list.bad || pair.bad || name.bad)
            return n;
        if (tag == BER_OCTETS && c.left > sizeof v->var.data)
            c.left = sizeof v->var.data;
        if (value_of(tag, c, &v->var) == SNMP_NO_ERROR)
            continue;
        v->var.type = TRAP_NONE;
        v->absence = tag == BER_NO_OBJECT     ? AGENT_NO_OBJECT
                     : tag == BER_NO_INSTANCE ? AGENT_NO_INSTANCE
                     : tag == BER_END_OF_VIEW ? AGENT_END_OF_VIEW
                                              : AGENT_NULL;
    }
    return n;
}

static void answered(struct agent_ask *a, const struct request *r)
{
    struct snmp *s = a->s;
    size_t room = r->nvars < VALUES_MAX ? r->nvars : VALUES_MAX;
    struct agent_value *values = room ? mem_array(room, sizeof *values) : NULL;
    struct agent_answer answer = {.answered = true,
                                  .id = r->id,
                                  .status = r->a,
                                  .index = r->b,
                                  .values = values,
                                  .nvalues = values_of(r->list, values)};
    s->stats.in_responses++;
    response_count(s, (uint32_t)r->a);
    if (a->session && r->a)
        a->session->n.errors++;
    if (s->debug_packets)
        trace_response(s, r, a->peer.addr);
    finish(a, &answer);
    mem_free(values);
}

/* Version 1 or 2c, behind the version: is it the answer to this question? */
static bool by_community(const struct agent_ask *a, struct rd body, struct request *r)
{
    struct rd community = ber_of(&body, BER_OCTETS), pdu = ber_next(&body, &r->pdu);
    size_t n = strlen(a->peer.community);
    return !body.bad && !body.left && r->pdu == BER_RESPONSE && community.left == n &&
           !memcmp(community.p, a->peer.community, n) && request_parse(pdu, r) && r->id == a->id;
}

static bool by_user(struct agent_ask *a, const uint8_t *data, size_t len, struct request *r)
{
    uint32_t id;
    bool late = false;
    if (notify_v3_answer(a->s, &a->peer, data, len, &id, &late))
        return (int32_t)id == a->id && request_parse(a->s->v3->pdu, r);
    if (late && !a->synced) {
        a->synced = a->resend = true;
        timer_set(&a->timer, 0);
    }
    return false;
}

static void ask_datagram(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    struct snmp *s = arg;
    struct rd whole = rd_of(data, len), body = ber_of(&whole, BER_SEQUENCE);
    int32_t version = ber_int(&body);
    s->stats.in_pkts++;
    if (whole.bad || whole.left || body.bad || len > SNMP_IN_MAX) {
        s->stats.in_asn_errors++;
        return;
    }
    for (struct agent_ask *a = s->asks; a; a = a->next) {
        struct request r = {.version = (uint8_t)(version + (version < 3)), .pdu = BER_RESPONSE};
        if (a->peer.addr != from->src || a->peer.udp_port != from->sport ||
            version != (a->peer.version == SNMP_HOST_V3 ? 3 : a->peer.version - SNMP_HOST_V1))
            continue;
        if (version == 3 ? by_user(a, data, len, &r) : by_community(a, body, &r)) {
            answered(a, &r);
            return;
        }
    }
}

/* ---- what others call ---- */

static struct agent_ask *ask(void *arg, const struct agent_question *q, agent_done_fn *done, void *done_arg,
                             enum agent_refusal *why)
{
    struct snmp *s = arg;
    snmp_settle(s);
    if (s->nasks >= ASKS_MAX) {
        *why = AGENT_BUSY;
        return NULL;
    }
    if (!s->asker)
        s->asker = udp_open(s->env.inet, 0, ask_datagram, s);
    s->request_id = s->request_id % INT32_MAX + 1;
    struct agent_ask *a = NEW(struct agent_ask);
    *a = (struct agent_ask){.next = s->asks,
                            .s = s,
                            .op = q->op,
                            .id = (int32_t)s->request_id,
                            .left = q->retries,
                            .timeout_s = q->timeout_s ? q->timeout_s : 1,
                            .done = done,
                            .arg = done_arg,
                            .peer = {.addr = q->addr,
                                     .version = q->version == 3   ? SNMP_HOST_V3
                                                : q->version == 1 ? SNMP_HOST_V1
                                                                  : SNMP_HOST_V2C,
                                     .level = q->level,
                                     .informs = 1,
                                     .udp_port = q->port ? q->port : SNMP_PORT}};
    str_copy(a->peer.community, sizeof a->peer.community, q->who);
    timer_init(&a->timer, s->env.loop, again, a);
    s->asks = a;
    s->nasks++;
    a->session = session_begin(s, a->peer.addr, a->peer.udp_port, a->peer.version, a->peer.community);
    if (s->debug_requests)
        trace_manager(s, &a->peer, q->retries, a->timeout_s);
    int refused = put_pdu(a, q) ? transmit(a) : AGENT_TOO_BIG;
    if (refused) {
        *why = (enum agent_refusal)refused;
        if (a->session)
            a->session->n.drops++;
        s->stats.ask_drops++;
        session_end(s, a->session, NULL);
        unlink_ask(a);
        mem_free(a);
        return NULL;
    }
    wait(a);
    return a;
}

static void forget(void *arg, struct agent_ask *a)
{
    (void)arg;
    session_end(a->s, a->session, NULL);
    unlink_ask(a);
    mem_free(a);
}

void snmp_manager(struct snmp *s, struct manager *out)
{
    *out = (struct manager){.arg = s, .ask = ask, .forget = forget};
}

bool ask_pending(struct snmp *s, size_t i, struct snmp_pending *out)
{
    for (struct agent_ask *a = s->asks; a; a = a->next) {
        if (i--)
            continue;
        *out = (struct snmp_pending){.request_id = (uint32_t)a->id,
                                     .addr = a->peer.addr,
                                     .port = a->peer.udp_port,
                                     .host = &a->peer,
                                     .expires = (unsigned)(timer_left(&a->timer) / US_PER_S)};
        return true;
    }
    return false;
}

void ask_clear(struct snmp *s)
{
    while (s->asks)
        forget(s, s->asks);
}

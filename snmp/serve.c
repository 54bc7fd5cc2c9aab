/* serve.c: the agent's ear: requests on UDP 161, their envelope, who may ask, and the way back.
 *
 *   datagram -> one well-formed message? -> version -> v1, v2c: a community we know, from an address its list permits -> agent.c -> response
 *                                              `--> v3: serve_v3.c
 *
 * Each arrow that a datagram does not pass is a counter of `show snmp` (RFC 3418, group snmp), and no state is kept for a sender. An unknown community is also a
 * message, at most one a second for each sender, with an authenticationFailure notification when those are enabled; it is not answered. A set under a read-only
 * community is an illegal use and refused in the answer. What is answered leaves in the same turn: the input queue of `show snmp` is the loop's, and always
 * empty. Responses and notifications that come here are counted and not heard: their port is 162 (receive.c).
 * RFC 3417 (UDP), RFC 1157 section 4, RFC 1901, RFC 3584 section 5.2 (communities and views).
 */
#include "snmp/agent.h"

#include <string.h>

#define ENVELOPE_MAX 40 /* octets of a v1 or v2c response beside community and varbinds */

struct arrival {
    const struct udp_from *from;
    struct request request;
    const uint8_t *community;
    size_t community_len;
};

static size_t refuse(struct snmp *s, uint64_t *counter, const char *why, uint32_t src)
{
    ++*counter;
    if (s->debug_packets)
        trace_refused(s, why, src);
    return 0;
}

static bool is_request(const struct request *r)
{
    return r->pdu == BER_GET || r->pdu == BER_GET_NEXT || r->pdu == BER_SET ||
           (r->pdu == BER_GET_BULK && r->version > 1);
}

/* Those that an agent gets by mistake. */
static bool is_other(const struct request *r)
{
    return r->pdu == BER_RESPONSE || r->pdu == BER_TRAP || r->pdu == BER_INFORM || r->pdu == BER_TRAP_V1;
}

static size_t respond(struct snmp *s, struct arrival *m, uint8_t *out)
{
    struct answer *a = s->answer;
    size_t limit = s->conf.packet_size, over = ENVELOPE_MAX + m->community_len;
    a->room = limit > over ? limit - over : 0;
    if (!agent_answer(s, &m->request, a)) {
        s->stats.silent_drops += !a->waits;
        return 0;
    }
    struct bw w = bw_of(out, SNMP_MESSAGE_MAX);
    answer_write(&m->request, a, &w);
    bw_octets(&w, BER_OCTETS, m->community, m->community_len);
    bw_int(&w, m->request.version - 1);
    bw_wrap(&w, BER_SEQUENCE, 0);
    if (w.bad)
        return 0;
    s->stats.out_responses++;
    memmove(out, out + w.at, bw_len(&w));
    return bw_len(&w);
}

/* Version 1 or 2c, behind the version. */
static size_t serve_community(struct snmp *s, struct arrival *m, struct rd rest, uint8_t *out)
{
    struct request *r = &m->request;
    uint32_t src = m->from->src;
    struct rd community = ber_of(&rest, BER_OCTETS), pdu = ber_next(&rest, &r->pdu);
    if (rest.bad || rest.left)
        return refuse(s, &s->stats.in_asn_errors, "encoding error", src);
    m->community = community.p;
    m->community_len = community.left;
    if (is_other(r)) {
        ++*(r->pdu == BER_RESPONSE ? &s->stats.in_responses
            : r->pdu == BER_INFORM ? &s->stats.in_informs
                                   : &s->stats.in_traps);
        return 0;
    }
    if (!is_request(r) || !request_parse(pdu, r))
        return refuse(s, &s->stats.in_asn_errors, "encoding error", src);
    enum access access = access_community(s, r->version, m->community, m->community_len, src, &r->grant);
    if (access == ACCESS_NONE) {
        refuse_sender(s, src, false);
        return refuse(s, &s->stats.in_bad_communities, "unknown community name", src);
    }
    if (access < ACCESS_READ)
        return refuse(s, &s->stats.in_bad_uses, "illegal operation for community name", src);
    if (r->pdu == BER_SET && access < ACCESS_WRITE)
        s->stats.in_bad_uses++;
    if (s->debug_headers)
        trace_header(s, r->version, m->community, m->community_len);
    if (s->debug_packets)
        trace_request(s, r, m->from);
    size_t n = respond(s, m, out);
    if (n && s->debug_packets)
        trace_answer(s, r, s->answer, src);
    return n;
}

size_t snmp_request(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len,
                    uint8_t out[SNMP_MESSAGE_MAX])
{
    struct rd r = rd_of(data, len);
    struct arrival m = {.from = from};
    snmp_settle(s);
    if (!s->running || !s->env.mib)
        return 0;
    s->stats.in_pkts++;
    struct rd body = ber_of(&r, BER_SEQUENCE);
    int32_t version = ber_int(&body);
    if (r.bad || r.left || body.bad || len > SNMP_IN_MAX)
        return refuse(s, &s->stats.in_asn_errors, "encoding error", from->src);
    size_t n = 0;
    if (version == 0 || version == 1) {
        m.request.version = (uint8_t)(version + 1);
        n = serve_community(s, &m, body, out);
    } else if (version == 3) {
        n = serve_v3(s, from, data, len, body, out);
    } else {
        return refuse(s, &s->stats.in_bad_versions, "bad SNMP version", from->src);
    }
    s->stats.out_pkts += n != 0;
    if (n)
        polls_host(s, from->src);
    return n;
}

void snmp_serve(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len, snmp_reply_fn *reply,
                void *arg)
{
    uint8_t out[SNMP_MESSAGE_MAX];
    struct snmp_stats was = s->stats;
    s->arrived = (struct arrived){.from = from, .data = data, .len = len, .reply = reply, .arg = arg};
    size_t n = snmp_request(s, from, data, len, out);
    if (s->arrived.kept)
        s->stats = was;
    s->arrived.data = NULL;
    if (n)
        reply(arg, from, out, n);
}

static void reply_by_router(void *arg, const struct udp_from *to, const uint8_t *data, size_t len)
{
    struct snmp *s = arg;
    if (s->agent && udp_send(s->agent, to->dst, to->src, to->sport, data, len) != 0 && s->debug_packets)
        msg_debug(s->env.log, "SNMP: Response to %s could not be sent", IP4(to->src));
}

void serve_datagram(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    snmp_serve(arg, from, data, len, reply_by_router, arg);
}

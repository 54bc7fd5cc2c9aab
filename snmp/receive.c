/* receive.c: the ear of `snmp-server manager`: datagrams on UDP 162.
 *
 *   datagram -> one well-formed v1 or v2c message? -> known community? -> trap or inform -> FACT_TRAP_HEARD -> (inform) acknowledge
 *                                            `--> v3: receive_v3.c
 *
 * Each arrow that a datagram does not pass is a counter of `show snmp`, and nothing else changes: no state is kept for a sender. A wrong community is also a
 * message, at most one a second for each sender, and with it an authenticationFailure trap when those are enabled. An authenticationFailure trap that itself
 * comes with a wrong community raises none in return: two routers that disagree about a string would otherwise send them to each other for ever.
 * Requests (get, set) that arrive here are counted, also against what their community allows, and left unanswered: port 162 is no agent. An inform that is repeated because its acknowledgement was lost
 * is heard again, as on IOS. RFC 3416 sections 4.2.6 and 4.2.7; the v1 form of a trap: coexist.c.
 */
#include "snmp/snmp_local.h"

#include <string.h>

MSG(MSG_AUTHFAIL, "SNMP", 3, "AUTHFAIL", 1000, "Authentication failure for SNMP req from host %s");

static bool is_authentication_failure(const struct snmp_message *m)
{
    static const uint32_t oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 5, 5};
    const struct fact_trap *t = &m->trap;
    return t->trap_oid_len == sizeof(oid) / sizeof(oid[0]) && !memcmp(t->trap_oid, oid, sizeof(oid));
}

void refuse_sender(struct snmp *s, uint32_t src, bool quiet)
{
    if (msg_post_key(s->env.log, &MSG_AUTHFAIL, src, IP4(src)) && !quiet)
        raise_authentication_failure(s, src);
}

static void refuse_community(struct snmp *s, const struct snmp_message *m, uint32_t src)
{
    s->stats.in_bad_communities++;
    if (s->debug_packets)
        trace_refused(s, "unknown community name", src);
    refuse_sender(s, src, m && is_authentication_failure(m));
}

static void acknowledge(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len)
{
    uint8_t reply[SNMP_IN_MAX];
    size_t reply_len = 0;
    enum codec_result r = codec_acknowledge(data, len, reply, sizeof(reply), &reply_len);
    if (r == CODEC_OK && udp_send(s->listener, from->dst, from->src, from->sport, reply, reply_len) == 0) {
        s->stats.out_pkts++;
        s->stats.out_responses++;
    }
}

void receive_hear(struct snmp *s, struct snmp_message *m, const struct udp_from *from)
{
    ++*(m->pdu == SNMP_PDU_INFORM ? &s->stats.in_informs : &s->stats.in_traps);
    m->trap.src = from->src;
    m->trap.dst = from->dst;
    session_heard(s, from->src, m->pdu == SNMP_PDU_INFORM);
    if (m->lost)
        s->stats.in_shortened++;
    if (s->debug_packets)
        trace_received(s, m, from->src);
    bus_publish(s->env.bus, FACT_TRAP_HEARD, &m->trap, sizeof(m->trap));
}

static void count_request(struct snmp *s, const struct snmp_message *m, enum access access)
{
    bool set = m->pdu == SNMP_PDU_SET;
    if (access < (set ? ACCESS_WRITE : ACCESS_READ))
        s->stats.in_bad_uses++;
    if (!set)
        s->stats.in_request_vars += m->nvars;
    ++*(set ? &s->stats.in_set_requests : m->pdu == SNMP_PDU_GET ? &s->stats.in_get_requests : &s->stats.in_get_nexts);
}

void response_count(struct snmp *s, uint32_t status)
{
    uint64_t *const counters[] = {NULL,
                                  &s->stats.in_too_big,
                                  &s->stats.in_no_such_name,
                                  &s->stats.in_bad_value,
                                  &s->stats.in_read_only,
                                  &s->stats.in_gen_err};
    if (status)
        s->stats.in_response_errors++;
    if (status && status < sizeof counters / sizeof counters[0])
        ++*counters[status];
}

static void take(struct snmp *s, struct snmp_message *m, enum access access, const struct udp_from *from,
                 const uint8_t *data, size_t len)
{
    switch (m->pdu) {
    case SNMP_PDU_TRAP:
        receive_hear(s, m, from);
        break;
    case SNMP_PDU_INFORM:
        receive_hear(s, m, from);
        acknowledge(s, from, data, len);
        break;
    case SNMP_PDU_GET:
    case SNMP_PDU_GET_NEXT:
    case SNMP_PDU_GET_BULK:
    case SNMP_PDU_SET:
        count_request(s, m, access);
        break;
    case SNMP_PDU_RESPONSE:
        s->stats.in_responses++;
        response_count(s, m->error_status);
        break;
    }
}

void receive_datagram(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    struct snmp *s = arg;
    struct snmp_message m;
    enum access access;
    s->stats.in_pkts++;
    switch (codec_read(data, len, &m)) {
    case CODEC_OK:
        access = access_of(s, m.community, m.community_len, from->src);
        if (access == ACCESS_NONE)
            refuse_community(s, &m, from->src);
        else
            take(s, &m, access, from, data, len);
        break;
    case CODEC_BAD_COMMUNITY:
        refuse_community(s, NULL, from->src);
        break;
    case CODEC_BAD_VERSION:
        if (receive_v3(s, from, data, len))
            break;
        s->stats.in_bad_versions++;
        if (s->debug_packets)
            trace_refused(s, "bad SNMP version", from->src);
        break;
    case CODEC_BAD_ASN:
    case CODEC_TOO_BIG:
    case CODEC_FAILED:
        s->stats.in_asn_errors++;
        if (s->debug_packets)
            trace_refused(s, "encoding error", from->src);
        break;
    }
}

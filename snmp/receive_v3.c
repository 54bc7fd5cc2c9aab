/* receive_v3.c: notifications in SNMPv3 on UDP 162, of a user who has proved himself (prove_v3.c).
 *
 *   trap:   the sender's engine decides: `snmp-server engineID remote` and `snmp-server user ... remote` say whose keys those are
 *   inform: our engine decides: a user of our own; a sender that does not know our engine, boots or time learns them from a Report, and the inform is acknowledged
 *
 * The level of the message must be one that the user's group has a row for, as for a request: who asks for signed messages does not hear unsigned ones. A refused sender is
 * a line of the log and no notification, since the message that was refused could itself have been one. Anything but traps and informs is left unanswered. What hears a
 * notification does not know its version: the PDU is put into an envelope of version 2c and read as such (codec.c). RFC 3413 section 3.4, RFC 3416 section 4.2.7.
 */
#include "snmp/agent.h"
#include "snmp/usm.h"

/* The PDU of s->v3 as a message of version 2c. */
static bool read_pdu(const struct v3 *v, struct snmp_message *m)
{
    uint8_t data[SNMP_IN_MAX];
    struct bw w = bw_of(data, sizeof data);
    bw_bytes(&w, v->pdu.p, v->pdu.left);
    bw_wrap(&w, v->pdu_tag, 0);
    bw_octets(&w, BER_OCTETS, NULL, 0);
    bw_int(&w, 1);
    bw_wrap(&w, BER_SEQUENCE, 0);
    if (w.bad || codec_read(data + w.at, bw_len(&w), m) != CODEC_OK ||
        (m->pdu != SNMP_PDU_TRAP && m->pdu != SNMP_PDU_INFORM))
        return false;
    m->trap.version = 3;
    return true;
}

static void say(struct snmp *s, const struct udp_from *to, const uint8_t *data, size_t len)
{
    if (len && udp_send(s->listener, to->dst, to->src, to->sport, data, len) == 0)
        s->stats.out_pkts++;
}

static void acknowledge(struct snmp *s, const struct snmp_user *u, const struct udp_from *from)
{
    uint8_t out[SNMP_MESSAGE_MAX];
    const struct v3 *v = s->v3;
    struct request r = {.version = 3, .pdu = v->pdu_tag};
    struct answer *a = s->answer;
    if (!request_parse(v->pdu, &r))
        return;
    a->status = a->index = 0;
    a->echo = true;
    struct bw w = bw_of(out, sizeof out);
    answer_write(&r, a, &w);
    say(s, from, out, answer_v3(s, v, u, &w, out));
}

bool receive_v3(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len)
{
    uint8_t out[SNMP_MESSAGE_MAX];
    struct snmp_message m;
    struct grant grant;
    size_t said;
    struct rd r = rd_of(data, len), body = ber_of(&r, BER_SEQUENCE);
    if (ber_int(&body) != 3 || r.bad || r.left || body.bad)
        return false;
    const struct snmp_user *u = prove_v3(s, from->src, data, len, body, true, out, &said);
    if (!u) {
        if (s->debug_packets)
            trace_refused(s, "SNMPv3 security", from->src);
        say(s, from, out, said);
        return true;
    }
    if (!read_pdu(s->v3, &m)) {
        s->stats.in_asn_errors++;
    } else if (m.pdu == SNMP_PDU_INFORM && !usm_engine_is_ours(s, s->v3->engine)) {
        s->stats.invalid_msgs++;
    } else if (!access_user(s, u, v3_level(s->v3), "", from->src, &grant)) {
        s->stats.in_bad_uses++;
    } else {
        receive_hear(s, &m, from);
        if (m.pdu == SNMP_PDU_INFORM)
            acknowledge(s, u, from);
    }
    return true;
}

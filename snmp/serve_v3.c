/* serve_v3.c: requests in SNMPv3, of a user who has proved himself (prove_v3.c): their context, the rows of his group, and the answer (agent.c) under his keys.
 *
 * A request for another engine or for a context that nobody named is a Report (RFC 3412 section 7.2, RFC 3413 section 3.2), signed when the request was.
 */
#include "snmp/agent.h"
#include "snmp/usm.h"

#include <string.h>

static bool context_known(const struct snmp *s, const struct v3 *m, char name[SNMP_NAME_MAX + 1])
{
    if (m->context_name.left > SNMP_NAME_MAX)
        return false;
    memcpy(name, m->context_name.p, m->context_name.left);
    name[m->context_name.left] = '\0';
    if (!m->context_name.left)
        return true;
    CONF_EACH(const struct snmp_context_conf, c, &s->conf.contexts)
        if (strlen(c->name) == m->context_name.left && !memcmp(c->name, name, m->context_name.left))
            return true;
    return false;
}

static size_t respond(struct snmp *s, const struct v3 *m, const struct snmp_user *u, const struct request *r,
                      uint8_t *out)
{
    struct answer *a = s->answer;
    size_t limit = (size_t)m->max_size < s->conf.packet_size ? (size_t)m->max_size : s->conf.packet_size;
    a->room = limit > V3_OVERHEAD_MAX ? limit - V3_OVERHEAD_MAX : 0;
    if (!agent_answer(s, r, a)) {
        s->stats.silent_drops += !a->waits;
        return 0;
    }
    struct bw w = bw_of(out, SNMP_MESSAGE_MAX);
    answer_write(r, a, &w);
    return answer_v3(s, m, u, &w, out);
}

size_t serve_v3(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len, struct rd rest,
                uint8_t *out)
{
    const struct v3 *m = s->v3;
    struct request r = {.version = 3};
    char context[SNMP_NAME_MAX + 1];
    size_t said;
    const struct snmp_user *u = prove_v3(s, from->src, data, len, rest, false, out, &said);
    if (!u)
        return said;
    r.pdu = m->pdu_tag;
    bool known = r.pdu == BER_GET || r.pdu == BER_GET_NEXT || r.pdu == BER_GET_BULK || r.pdu == BER_SET;
    if (!known || !request_parse(m->pdu, &r)) {
        s->stats.in_asn_errors++;
        return 0;
    }
    const struct snmp_user *signs = m->flags & V3_AUTH ? u : NULL;
    if (!usm_engine_is_ours(s, m->context_engine))
        return report_v3(s, m, signs, V3_UNKNOWN_HANDLER, r.id, out);
    if (!context_known(s, m, context))
        return report_v3(s, m, signs, V3_UNKNOWN_CONTEXT, r.id, out);
    bool allowed = access_user(s, u, v3_level(m), context, from->src, &r.grant);
    if (s->debug_packets)
        trace_request(s, &r, from);
    if (!allowed && r.pdu == BER_SET)
        s->stats.in_bad_uses++;
    said = respond(s, m, u, &r, out);
    if (said && s->debug_packets)
        trace_answer(s, &r, s->answer, from->src);
    return said;
}

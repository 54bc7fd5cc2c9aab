/* serve_v3.c: requests in SNMPv3: the order of proof, and what is said when one fails (RFC 3412 section 7.2, RFC 3414 section 3.2).
 *
 *   shape -> security model -> engine -> user -> level -> sum -> time window -> decryption -> context -> the rows of his group -> agent.c
 *
 * Each failure is a counter (usmStats, snmpMPDStats) and, when the sender asked for it, a Report that names the counter: that is how a manager learns our engine's
 * id, boots and time. A Report about the time is signed, all earlier ones are not. Wrong sums and unknown users are also authentication failures of the log. Nothing is
 * remembered of a sender: we are the authoritative engine, the window is around our own time, and a message older than 150 s or of an earlier boot is refused.
 */
#include "snmp/agent.h"
#include "snmp/usm.h"

#include <string.h>

static const uint32_t usm_stats[] = {1, 3, 6, 1, 6, 3, 15, 1, 1}, mpd_stats[] = {1, 3, 6, 1, 6, 3, 11, 2, 1}, target_stats[] = {1, 3, 6, 1, 6, 3, 12, 1};

static void head_of(struct snmp *s, const struct v3 *m, const struct snmp_user *u, uint8_t flags, struct v3_head *h)
{
    *h = (struct v3_head){.id = m->id, .flags = flags, .user = u, .user_name = m->user_name, .reeder = m->reeder, .engine = s->engine, .engine_len = s->engine_len,
                          .boots = s->boots, .time = usm_time(s), .context_engine = s->engine, .context_engine_len = s->engine_len, .context_name = m->context_name};
}

static size_t finish(struct bw *w, uint8_t *out)
{
    if (w->bad)
        return 0;
    memmove(out, out + w->at, bw_len(w));
    return bw_len(w);
}

/* Count, and tell the sender if he wants to know. u: whose signature it has; NULL for none. */
static size_t report(struct snmp *s, const struct v3 *m, const struct snmp_user *u, const uint32_t *group, size_t n, uint32_t which, uint64_t *counter, int32_t request_id, uint8_t *out)
{
    struct trap_var v = {.oid_len = (uint8_t)(n + 2), .type = TRAP_COUNTER};
    struct v3_head h;
    ++*counter;
    if (!(m->flags & V3_REPORTABLE))
        return 0;
    memcpy(v.oid, group, n * sizeof v.oid[0]);
    v.oid[n] = which;
    v.num = (uint32_t)*counter;
    struct bw w = bw_of(out, SNMP_MESSAGE_MAX);
    bw_value(&w, &v, BER_NULL);
    bw_oid(&w, v.oid, v.oid_len);
    bw_wrap(&w, BER_SEQUENCE, 0);
    bw_wrap(&w, BER_SEQUENCE, 0);
    bw_int(&w, 0);
    bw_int(&w, 0);
    bw_int(&w, request_id);
    bw_wrap(&w, BER_REPORT, 0);
    head_of(s, m, u, u ? V3_AUTH : 0, &h);
    if (!u || !m->context_name.p)
        h.context_name = (struct rd){0};
    v3_seal(s, &h, &w);
    return finish(&w, out);
}
#define REPORT(group, which, counter, u, id) report(s, m, u, group, sizeof(group) / sizeof((group)[0]), which, &s->stats.counter, id, out)

/* The request-id of a message that hides nothing; 0 for others. */
static int32_t request_id(struct v3 *m)
{
    if ((m->flags & V3_PRIV) || !v3_scoped(NULL, m))
        return 0;
    struct rd pdu = m->pdu;
    int32_t id = ber_int(&pdu);
    return pdu.bad ? 0 : id;
}

/* Security: the message is the user's, now. *done: it is not, and *said octets of a report are in out. */
static const struct snmp_user *prove(struct snmp *s, struct v3 *m, const uint8_t *data, size_t len, uint32_t src, uint8_t *out, size_t *said)
{
    *said = 0;
    if (m->engine.left != s->engine_len || memcmp(m->engine.p, s->engine, s->engine_len) != 0) {
        *said = REPORT(usm_stats, 4, usm_unknown_engines, NULL, request_id(m));
        return NULL;
    }
    const struct snmp_user *u = usm_user(s, s->engine, s->engine_len, m->user_name.p, m->user_name.left);
    if (!u) {
        refuse_sender(s, src, false);
        *said = REPORT(usm_stats, 3, usm_unknown_users, NULL, request_id(m));
        return NULL;
    }
    if (((m->flags & V3_AUTH) && !u->auth) || ((m->flags & V3_PRIV) && !u->priv)) {
        *said = REPORT(usm_stats, 1, usm_unsupported_levels, NULL, request_id(m));
        return NULL;
    }
    if (!(m->flags & V3_AUTH))
        return u;
    if (!v3_proved(u, m, data, len)) {
        refuse_sender(s, src, false);
        *said = REPORT(usm_stats, 5, usm_wrong_digests, NULL, request_id(m));
        return NULL;
    }
    int64_t apart = (int64_t)m->time - usm_time(s);
    if (s->boots == INT32_MAX || m->boots != s->boots || apart > USM_WINDOW || apart < -USM_WINDOW) {
        *said = REPORT(usm_stats, 2, usm_not_in_window, u, request_id(m));
        return NULL;
    }
    return u;
}

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

static size_t respond(struct snmp *s, const struct v3 *m, const struct snmp_user *u, const struct request *r, uint8_t *out)
{
    struct answer *a = s->answer;
    struct v3_head h;
    size_t limit = (size_t)m->max_size < s->conf.packet_size ? (size_t)m->max_size : s->conf.packet_size;
    a->room = limit > V3_OVERHEAD_MAX ? limit - V3_OVERHEAD_MAX : 0;
    if (!agent_answer(s, r, a)) {
        s->stats.silent_drops += !a->waits;
        return 0;
    }
    struct bw w = bw_of(out, SNMP_MESSAGE_MAX);
    answer_write(r, a, &w);
    head_of(s, m, u, m->flags & (V3_AUTH | V3_PRIV), &h);
    v3_seal(s, &h, &w);
    s->stats.out_responses += !w.bad;
    return finish(&w, out);
}

size_t serve_v3(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len, struct rd rest, uint8_t *out)
{
    struct v3 *m = s->v3;
    struct request r = {.version = 3};
    char context[SNMP_NAME_MAX + 1];
    size_t said;
    m->context_name = m->context_engine = (struct rd){0};
    if (!v3_parse(rest, m)) {
        s->stats.in_asn_errors++;
        return 0;
    }
    if (m->model != USM_MODEL) {
        s->stats.unknown_models++;
        return 0;
    }
    if ((m->flags & (V3_AUTH | V3_PRIV)) == V3_PRIV) {
        s->stats.invalid_msgs++;
        return 0;
    }
    if (s->debug_headers)
        trace_header_v3(s, m);
    const struct snmp_user *u = prove(s, m, data, len, from->src, out, &said);
    if (!u)
        return said;
    if (!v3_scoped(u, m)) {
        if (m->flags & V3_PRIV)
            return REPORT(usm_stats, 6, usm_decryption_errors, NULL, 0);
        s->stats.in_asn_errors++;
        return 0;
    }
    r.pdu = m->pdu_tag;
    bool known = r.pdu == BER_GET || r.pdu == BER_GET_NEXT || r.pdu == BER_GET_BULK || r.pdu == BER_SET;
    if (!known || !request_parse(m->pdu, &r)) {
        s->stats.in_asn_errors++;
        return 0;
    }
    const struct snmp_user *signs = m->flags & V3_AUTH ? u : NULL;
    if (m->context_engine.left != s->engine_len || memcmp(m->context_engine.p, s->engine, s->engine_len) != 0)
        return REPORT(mpd_stats, 3, unknown_handlers, signs, r.id);
    if (!context_known(s, m, context))
        return REPORT(target_stats, 5, unknown_contexts, signs, r.id);
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

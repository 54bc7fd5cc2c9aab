/* prove_v3.c: a message of SNMPv3 that came in: the order of proof, and what is said when one fails (RFC 3412 section 7.2, RFC 3414 section 3.2).
 *
 *   shape -> security model -> engine -> user -> level -> sum -> time window -> decryption -> scoped PDU: requests go on in serve_v3.c, notifications in receive_v3.c
 *
 * Each failure is a counter (usmStats, snmpMPDStats) and, when the sender asked for it, a Report that names the counter: that is how a manager learns our engine's
 * id, boots and time. A Report about the time is signed, all earlier ones are not. Wrong sums and unknown users are also authentication failures of the log.
 * Of requests and informs we are the authoritative engine: the window is around our own time, a message older than 150 s or of an earlier boot is refused, and nothing is
 * remembered of a sender. Of a trap the sender is: his engine is one that a `remote` user has keys for, and the window is around what his last messages said, forward only.
 */
#include "snmp/usm.h"

#include <string.h>

static const struct {
    uint32_t group[9], n, which;
    size_t counter; /* in struct snmp_stats */
} reports[] = {
#define USM_STATS {1, 3, 6, 1, 6, 3, 15, 1, 1}, 9
#define MPD_STATS {1, 3, 6, 1, 6, 3, 11, 2, 1}, 9
#define TARGET    {1, 3, 6, 1, 6, 3, 12, 1}, 8
#define COUNTER(f) offsetof(struct snmp_stats, f)
    [V3_UNSUPPORTED_LEVEL] = {USM_STATS, 1, COUNTER(usm_unsupported_levels)},
    [V3_NOT_IN_WINDOW] = {USM_STATS, 2, COUNTER(usm_not_in_window)},
    [V3_UNKNOWN_USER] = {USM_STATS, 3, COUNTER(usm_unknown_users)},
    [V3_UNKNOWN_ENGINE] = {USM_STATS, 4, COUNTER(usm_unknown_engines)},
    [V3_WRONG_DIGEST] = {USM_STATS, 5, COUNTER(usm_wrong_digests)},
    [V3_DECRYPTION] = {USM_STATS, 6, COUNTER(usm_decryption_errors)},
    [V3_UNKNOWN_HANDLER] = {MPD_STATS, 3, COUNTER(unknown_handlers)},
    [V3_UNKNOWN_CONTEXT] = {TARGET, 5, COUNTER(unknown_contexts)},
};

static void head_of(struct snmp *s, const struct v3 *m, const struct snmp_user *u, uint8_t flags, struct v3_head *h)
{
    *h = (struct v3_head){.id = m->id,
                          .flags = flags,
                          .user = u,
                          .user_name = m->user_name,
                          .reeder = m->reeder,
                          .engine = s->engine,
                          .engine_len = s->engine_len,
                          .boots = s->boots,
                          .time = usm_time(s),
                          .context_engine = s->engine,
                          .context_engine_len = s->engine_len,
                          .context_name = m->context_name};
}

static size_t finish(struct bw *w, uint8_t *out)
{
    if (w->bad)
        return 0;
    memmove(out, out + w->at, bw_len(w));
    return bw_len(w);
}

size_t report_v3(struct snmp *s, const struct v3 *m, const struct snmp_user *u, enum v3_report what, int32_t request_id,
                 uint8_t *out)
{
    uint32_t n = reports[what].n;
    uint64_t *counter = (uint64_t *)((char *)&s->stats + reports[what].counter);
    struct trap_var v = {.oid_len = (uint8_t)(n + 2), .type = TRAP_COUNTER};
    struct v3_head h;
    ++*counter;
    if (!(m->flags & V3_REPORTABLE))
        return 0;
    memcpy(v.oid, reports[what].group, n * sizeof v.oid[0]);
    v.oid[n] = reports[what].which;
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

size_t answer_v3(struct snmp *s, const struct v3 *m, const struct snmp_user *u, struct bw *w, uint8_t *out)
{
    struct v3_head h;
    head_of(s, m, u, m->flags & (V3_AUTH | V3_PRIV), &h);
    h.context_engine = m->context_engine.p; /* that of an inform is the sender's (RFC 3412, 7.1) */
    h.context_engine_len = m->context_engine.left;
    v3_seal(s, &h, w);
    s->stats.out_responses += !w->bad;
    return finish(w, out);
}

/* The request-id of a message that hides nothing; 0 for others. */
static int32_t request_id(struct v3 *m)
{
    if ((m->flags & V3_PRIV) || !v3_scoped(NULL, m))
        return 0;
    struct rd pdu = m->pdu;
    int32_t id = ber_int(&pdu);
    return pdu.bad ? 0 : id;
}

/* As its authoritative engine sees the time; that of another is learned from what it says. */
static bool in_window(struct snmp *s, const struct v3 *m, struct snmp_user *u, bool ours)
{
    int64_t apart = (int64_t)m->time - usm_time(s);
    if (ours)
        return s->boots != INT32_MAX && m->boots == s->boots && apart <= USM_WINDOW && apart >= -USM_WINDOW;
    if (!usm_clock_fits(s, u, m->boots, m->time))
        return false;
    usm_clock_learn(s, u, m->boots, m->time);
    return true;
}

/* Security: the user, when the message is his and of now; else *why. */
static struct snmp_user *user_of(struct snmp *s, struct v3 *m, const uint8_t *data, size_t len, bool others,
                                 enum v3_report *why)
{
    bool ours = usm_engine_is_ours(s, m->engine);
    *why = V3_UNKNOWN_ENGINE;
    if (!ours && !(others && usm_engine_known(s, m->engine)))
        return NULL;
    struct snmp_user *u = usm_user(s, m->engine.p, m->engine.left, m->user_name.p, m->user_name.left);
    *why = V3_UNKNOWN_USER;
    if (!u)
        return NULL;
    *why = V3_UNSUPPORTED_LEVEL;
    if (((m->flags & V3_AUTH) && !u->auth) || ((m->flags & V3_PRIV) && !u->priv))
        return NULL;
    if (!(m->flags & V3_AUTH))
        return u;
    *why = V3_WRONG_DIGEST;
    if (!v3_proved(u, m, data, len))
        return NULL;
    *why = V3_NOT_IN_WINDOW;
    return in_window(s, m, u, ours) ? u : NULL;
}

struct snmp_user *prove_v3(struct snmp *s, uint32_t src, const uint8_t *data, size_t len, struct rd rest, bool others,
                           uint8_t *out, size_t *said)
{
    struct v3 *m = s->v3;
    uint64_t *counter = NULL;
    enum v3_report why;
    *said = 0;
    m->context_name = m->context_engine = (struct rd){0};
    if (!v3_parse(rest, m))
        counter = &s->stats.in_asn_errors;
    else if (m->model != USM_MODEL)
        counter = &s->stats.unknown_models;
    else if ((m->flags & (V3_AUTH | V3_PRIV)) == V3_PRIV)
        counter = &s->stats.invalid_msgs;
    if (counter) {
        ++*counter;
        return NULL;
    }
    if (s->debug_headers)
        trace_header_v3(s, m);
    struct snmp_user *u = user_of(s, m, data, len, others, &why);
    if (!u) {
        if (why == V3_UNKNOWN_USER || why == V3_WRONG_DIGEST)
            refuse_sender(s, src, others);
        const struct snmp_user *signs = why == V3_NOT_IN_WINDOW && usm_engine_is_ours(s, m->engine)
                                            ? usm_user(s, s->engine, s->engine_len, m->user_name.p, m->user_name.left)
                                            : NULL;
        *said = report_v3(s, m, signs, why, request_id(m), out);
        if (why == V3_UNKNOWN_USER && s->conf.drop_unknown_user)
            *said = 0;
        return NULL;
    }
    if (v3_scoped(u, m))
        return u;
    if (m->flags & V3_PRIV)
        *said = report_v3(s, m, NULL, V3_DECRYPTION, 0, out);
    else
        s->stats.in_asn_errors++;
    return NULL;
}

/* notify_v3.c: notifications under SNMPv3's user-based security, out and back (RFC 3414).
 *
 * The sender of a trap is authoritative: our engine, our boots and time, a local user's keys. Of an inform the receiver is: his engine is a line of the configuration
 * (`snmp-server engineID remote`), and the user's keys are made for it (`snmp-server user ... remote`). His boots and time we learn from the report that answers
 * the first inform (its sum proves it), and send again at once. A host whose user is missing, or has not what its level asks for,
 * or whose group has no row for it, or a notify view without these objects (access.c), gets nothing.
 */
#include "snmp/notify.h"

#include <string.h>

#include "snmp/usm.h"

/* That of his port, or of his address: an agent on port 161 is the engine that hears on 162. */
static const struct snmp_remote_conf *remote_of(const struct snmp *s, const struct snmp_host_conf *h)
{
    const struct snmp_remote_conf *found = NULL;
    CONF_EACH(const struct snmp_remote_conf, r, &s->conf.remotes) {
        if (r->addr == h->addr && (!found || r->udp_port == h->udp_port))
            found = r;
    }
    return found;
}

/* Whose engine decides; 0: not known. */
static size_t engine_of(const struct snmp *s, const struct snmp_host_conf *h, uint8_t engine[ENGINE_ID_MAX])
{
    const struct snmp_remote_conf *r;
    if (!h->informs) {
        memcpy(engine, s->engine, s->engine_len);
        return s->engine_len;
    }
    return (r = remote_of(s, h)) ? snmp_hex(r->engine, engine, ENGINE_ID_MAX) : 0;
}

static struct snmp_user *user_of(const struct snmp *s, const struct snmp_host_conf *h, const uint8_t *engine,
                                 size_t len)
{
    struct snmp_user *u = len ? usm_user(s, engine, len, (const uint8_t *)h->community, strlen(h->community)) : NULL;
    return u && (h->level < 1 || u->auth) && (h->level < 2 || u->priv) ? u : NULL;
}

size_t notify_v3_wrap(struct snmp *s, const struct snmp_host_conf *h, uint32_t id, uint8_t tag, struct rd pdu,
                      uint8_t out[SNMP_MESSAGE_MAX])
{
    uint8_t engine[ENGINE_ID_MAX];
    bool ours = tag == BER_TRAP || tag == BER_INFORM; /* whose context it is (RFC 3412, 7.1) */
    size_t n = engine_of(s, h, engine);
    const struct snmp_user *u = user_of(s, h, engine, n);
    if (!u)
        return 0;
    struct bw w = bw_of(out, SNMP_MESSAGE_MAX);
    bw_bytes(&w, pdu.p, pdu.left);
    bw_wrap(&w, tag, 0);
    struct v3_head head = {
        .id = (int32_t)id,
        .flags = (uint8_t)((h->level ? V3_AUTH : 0) | (h->level == 2 ? V3_PRIV : 0) | (h->informs ? V3_REPORTABLE : 0)),
        .user = u,
        .engine = engine,
        .engine_len = n,
        .boots = h->informs ? u->clock.boots : s->boots,
        .time = h->informs ? usm_clock_now(s, u) : usm_time(s),
        .context_engine = ours ? s->engine : engine,
        .context_engine_len = ours ? s->engine_len : n};
    v3_seal(s, &head, &w);
    if (w.bad)
        return 0;
    memmove(out, out + w.at, bw_len(&w));
    return bw_len(&w);
}

bool notify_v3_seal(struct snmp *s, const struct snmp_host_conf *h, uint32_t id, const struct fact_trap *t,
                    const uint8_t *data, size_t *len, uint8_t sealed[SNMP_MESSAGE_MAX])
{
    uint8_t engine[ENGINE_ID_MAX], tag;
    const struct snmp_user *u = user_of(s, h, engine, engine_of(s, h, engine));
    struct rd r = rd_of(data, *len), body = ber_of(&r, BER_SEQUENCE);
    ber_int(&body);
    ber_of(&body, BER_OCTETS);
    struct rd pdu = ber_next(&body, &tag);
    if (!u || body.bad || !access_notifies(s, u, h->level, t))
        return false;
    *len = notify_v3_wrap(s, h, id, tag, pdu, sealed);
    return *len != 0;
}

bool notify_v3_answer(struct snmp *s, const struct snmp_host_conf *h, const uint8_t *data, size_t len,
                      uint32_t *request_id, bool *again)
{
    static const uint32_t not_in_window[] = {1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0};
    struct v3 *m = s->v3;
    uint8_t engine[ENGINE_ID_MAX];
    size_t n = engine_of(s, h, engine);
    struct snmp_user *u = h->informs ? user_of(s, h, engine, n) : NULL;
    struct rd r = rd_of(data, len), body = ber_of(&r, BER_SEQUENCE);
    if (!u || len > SNMP_IN_MAX || ber_int(&body) != 3 || body.bad || !v3_parse(body, m) || m->model != USM_MODEL)
        return false;
    if (m->engine.left != n || memcmp(m->engine.p, engine, n) || m->user_name.left != strlen(u->name) ||
        memcmp(m->user_name.p, u->name, m->user_name.left))
        return false;
    if ((h->level && !(m->flags & V3_AUTH)) || ((m->flags & V3_AUTH) && !v3_proved(u, m, data, len)) ||
        !v3_scoped(u, m))
        return false;
    struct rd pdu = m->pdu;
    *request_id = (uint32_t)ber_int(&pdu);
    if (m->pdu_tag == BER_RESPONSE)
        return !pdu.bad;
    if (m->pdu_tag != BER_REPORT)
        return false;
    ber_int(&pdu);
    ber_int(&pdu);
    struct rd list = ber_of(&pdu, BER_SEQUENCE), pair = ber_of(&list, BER_SEQUENCE), name = ber_of(&pair, BER_OID);
    uint32_t oid[TRAP_OID_MAX];
    bool whole;
    size_t named = ber_oid_of(&name, oid, TRAP_OID_MAX, &whole);
    if (pdu.bad || list.bad || pair.bad || named != sizeof not_in_window / sizeof not_in_window[0] ||
        memcmp(oid, not_in_window, sizeof not_in_window))
        return false;
    *again = m->boots > u->clock.boots || (m->boots == u->clock.boots && m->time > usm_clock_now(s, u));
    if (*again)
        usm_clock_learn(s, u, m->boots, m->time);
    return false;
}

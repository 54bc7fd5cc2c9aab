/* What IKEv2 says and counts: debug lines of `debug crypto ikev2 [error|packet|internal]` in the form of IOS-XE 16,
 * filtered by `debug crypto condition`; %CRYPTO-5-IKEV2_SESSION_STATUS; the errors of `crypto ikev2 diagnose error`; the
 * counters of `show crypto ikev2 stats`. Event traces: v2_events.c.
 *
 *   IKEv2:(SESSION ID = 31,SA ID = 1):text      IKEv2:text without an SA      IKEv2-ERROR:(...):: text
 *
 * A line is made only when its bit is on and the conditions let it pass. What anybody on the wire can cause has no
 * syslog message; errors are kept in a ring of the configured size, an error that repeats counts up. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"
#include "espial/msg.h"
#include "espial/text.h"

static bool conditions_pass(const struct v2 *v2, const struct v2_sa *sa, uint32_t peer, enum debug_side side)
{
    struct debug_about about = {.peer = peer};
    char id[IKE_ID_MAX] = "";

    if (sa) {
        about.peer = sa->remote;
        about.local = sa->local;
        about.conn[0] = sa->tunnel_id;
        if (sa->remote_id.len)
            v2_id_text(&sa->remote_id, id, sizeof id);
        about.id = id;
    }
    return ike_debug_pass(v2->ike, &about, side);
}

static bool passes(const struct v2 *v2, const struct v2_sa *sa, uint32_t peer, int which)
{
    return (v2->debug[which] || (which == V2_DEBUG_ERROR && v2->debug[V2_DEBUG_DEFAULT])) &&
           conditions_pass(v2, sa, peer, DEBUG_SIDE_ISAKMP);
}

void v2_trace_key_engine(const struct v2_sa *sa, const char *order)
{
    struct ike *ike = sa->v2->ike;

    if (!ike->debug_ipsec || !conditions_pass(sa->v2, sa, sa->remote, DEBUG_SIDE_IPSEC))
        return;
    msg_debug(ike->env.log, "IPSEC(key_engine): got a queue event with 1 KMI message(s)");
    if (order)
        msg_debug(ike->env.log, "IPSEC(%s", order);
}

static void say(struct v2 *v2, const struct v2_sa *sa, int which, const char *text)
{
    const char *prefix = which == V2_DEBUG_ERROR      ? "IKEv2-ERROR"
                         : which == V2_DEBUG_PACKET   ? "IKEv2-PAK"
                         : which == V2_DEBUG_INTERNAL ? "IKEv2-INTERNAL"
                                                      : "IKEv2";
    const char *colon = which == V2_DEBUG_ERROR && sa ? ": " : "";

    if (sa)
        msg_debug(v2->ike->env.log, "%s:(SESSION ID = %u,SA ID = %u):%s%s", prefix, sa->session_id, sa->tunnel_id,
                  colon, text);
    else
        msg_debug(v2->ike->env.log, "%s:%s", prefix, text);
}

void v2_trace(struct v2 *v2, const struct v2_sa *sa, uint32_t peer, int which, const char *fmt, ...)
{
    char text[768];
    va_list ap;

    if (!passes(v2, sa, peer, which))
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    say(v2, sa, which, text);
}

void v2_error(struct v2 *v2, const struct v2_sa *sa, uint32_t peer, const char *fmt, ...)
{
    char text[120];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (passes(v2, sa, peer, V2_DEBUG_ERROR))
        say(v2, sa, V2_DEBUG_ERROR, text);
    v2_event_error(v2, sa, peer, text);
    if (sa && sa->first)
        str_copy(sa->first->error, sizeof sa->first->error, text);
    ike_errors_add(&v2->errors, v2->conf.diagnose_error, peer, text);
}

void v2_msg_abort(const struct v2_sa *sa)
{
    if (sa->first && sa->first->error[0])
        ike_msg(sa->v2->ike, IKE_MSG_NEG_ABORT, sa->remote, sa->first->error);
}

static const char *payload_name(uint8_t type)
{
    static const struct {
        uint8_t type;
        const char *name;
    } names[] = {
        {V2_SA, "SA"},           {V2_KE, "KE"},     {V2_IDI, "IDi"}, {V2_IDR, "IDr"},       {V2_CERT, "CERT"},
        {V2_CERTREQ, "CERTREQ"}, {V2_AUTH, "AUTH"}, {V2_NONCE, "N"}, {V2_NOTIFY, "NOTIFY"}, {V2_DELETE, "DELETE"},
        {V2_VENDOR, "VID"},      {V2_TSI, "TSi"},   {V2_TSR, "TSr"}, {V2_SK, "ENCR"},       {V2_CP, "CFG"},
        {V2_EAP, "EAP"},         {V2_SKF, "SKF"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            return names[i].name;
    return "Unknown";
}

/* " SA KE N NOTIFY(NAT_DETECTION_SOURCE_IP)". The chain may be malformed: it is shown as far as it goes. */
static void contents(uint8_t type, const uint8_t *p, size_t len, char *out, size_t cap)
{
    size_t at = 0;

    out[0] = 0;
    while (type != V2_NONE && len >= 4 && at + 64 < cap) {
        size_t n = get16(p + 2);
        if (n < 4 || n > len)
            return;
        if (type == V2_NOTIFY && n >= 8) {
            const char *name = v2_notify_name(get16(p + 6));
            if (name)
                at += (size_t)snprintf(out + at, cap - at, " NOTIFY(%.48s)", name);
            else
                at += (size_t)snprintf(out + at, cap - at, " NOTIFY(Unknown - %u)", get16(p + 6));
        } else {
            at += (size_t)snprintf(out + at, cap - at, " %s", payload_name(type));
        }
        if (type == V2_SK || type == V2_SKF)
            return;
        type = p[0];
        p += n;
        len -= n;
    }
}

/* `debug crypto ikev2 packet` has a line for each payload; of a notification or a deletion it tells the SPI's size. */
static void say_payloads(struct v2 *v2, const struct v2_sa *sa, uint8_t type, const uint8_t *p, size_t len)
{
    static const char *const protocols[] = {"Unknown - 0", "IKE", "AH", "ESP"};

    while (type != V2_NONE && len >= 4) {
        char text[256];
        size_t n = get16(p + 2), at;
        if (n < 4 || n > len)
            return;
        bool notify = type == V2_NOTIFY, more = n >= 8 && (notify || type == V2_DELETE);
        const char *name = notify && more ? v2_notify_name(get16(p + 6)) : NULL;
        at = (size_t)snprintf(text, sizeof text, " %s%s%.48s%s  Next payload: %s, reserved: 0x%x, length: %zu",
                              payload_name(type), name ? "(" : "", name ? name : "", name ? ")" : "",
                              p[0] == V2_NONE ? "NONE" : payload_name(p[0]), p[1], n);
        if (more)
            at += (size_t)snprintf(text + at, sizeof text - at, "\n    Security protocol id: %s, spi size: %u, ",
                                   p[4] < 4 ? protocols[p[4]] : "Unknown", p[5]);
        if (name)
            snprintf(text + at, sizeof text - at, "type: %.48s", name);
        else if (more)
            snprintf(text + at, sizeof text - at, notify ? "type: Unknown - %u" : "num of spi: %u", get16(p + 6));
        say(v2, sa, V2_DEBUG_PACKET, text);
        if (type == V2_SK || type == V2_SKF)
            return;
        type = p[0];
        p += n;
        len -= n;
    }
}

void v2_trace_packet(struct v2 *v2, const struct v2_sa *sa, bool sent, uint32_t peer, uint16_t peer_port,
                     uint32_t local, uint16_t local_port, const uint8_t *msg, size_t len)
{
    char list[512], text[768];
    const char *name;

    if (len < V2_HDR)
        return;
    name = v2_exchange_name(msg[18]);
    if (passes(v2, sa, peer, V2_DEBUG_DEFAULT)) {
        contents(msg[16], msg + V2_HDR, len - V2_HDR, list, sizeof list);
        snprintf(
            text, sizeof text,
            "%s Packet [%s %s:%u/%s %s:%u/VRF i0:f0] \nInitiator SPI : %08X%08X - Responder SPI : %08X%08X Message "
            "id: %u\nIKEv2 %s Exchange %s \nPayload contents: \n%s \n",
            sent ? "Sending" : "Received", sent ? "To" : "From", IP4(peer), peer_port, sent ? "From" : "To", IP4(local),
            local_port, get32(msg), get32(msg + 4), get32(msg + 8), get32(msg + 12), get32(msg + 20),
            name ? name : "Unknown", msg[19] & V2_FLAG_RESPONSE ? "RESPONSE" : "REQUEST", list);
        say(v2, sa, V2_DEBUG_DEFAULT, text);
    }
    if (passes(v2, sa, peer, V2_DEBUG_PACKET)) {
        snprintf(text, sizeof text,
                 "Next payload: %s, version: %u.%u Exchange type: %s, flags: %s%s Message id: %u, length: %u\n"
                 "Payload contents: ",
                 payload_name(msg[16]), msg[17] >> 4, msg[17] & 15, name ? name : "Unknown",
                 msg[19] & V2_FLAG_INITIATOR ? "INITIATOR" : "RESPONDER",
                 msg[19] & V2_FLAG_RESPONSE ? " MSG-RESPONSE" : "", get32(msg + 20), get32(msg + 24));
        say(v2, sa, V2_DEBUG_PACKET, text);
        say_payloads(v2, sa, msg[16], msg + V2_HDR, len - V2_HDR);
    }
}

void v2_trace_inner(const struct v2_sa *sa, const char *what, uint8_t first, const uint8_t *p, size_t len)
{
    char list[512];

    if (passes(sa->v2, sa, sa->remote, V2_DEBUG_DEFAULT)) {
        contents(first, p, len, list, sizeof list);
        TR(sa, "%s  \nPayload contents: \n%s ", what, list);
    }
    if (passes(sa->v2, sa, sa->remote, V2_DEBUG_PACKET)) {
        say(sa->v2, sa, V2_DEBUG_PACKET, "Payload contents: ");
        say_payloads(sa->v2, sa, first, p, len);
    }
}

void v2_trace_proposals(const struct v2_sa *sa, const struct v2_proposal *v, unsigned n, const char *why)
{
    if (!passes(sa->v2, sa, sa->remote, V2_DEBUG_DEFAULT))
        return;
    for (unsigned i = 0; i < n; i++) {
        char names[400];
        size_t at = 0;
        names[0] = 0;
        for (unsigned k = 0; k < v[i].nencr; k++)
            at += (size_t)snprintf(names + at, sizeof names - at, "   %s", v2_encr_name(v[i].encr[k]));
        for (unsigned k = 0; k < v[i].nprf; k++)
            at += (size_t)snprintf(names + at, sizeof names - at, "   %s", v2_prf_name(v[i].prf[k]));
        for (unsigned k = 0; k < v[i].ninteg; k++)
            at += (size_t)snprintf(names + at, sizeof names - at, "   %s", v2_integ_name(v[i].integ[k]));
        for (unsigned k = 0; k < v[i].ngroup && at + 40 < sizeof names; k++)
            at += (size_t)snprintf(names + at, sizeof names - at, "   DH_GROUP_%s/Group %u",
                                   v2_group_name(v[i].group[k]), v[i].group[k]);
        TR(sa, "IKE Proposal: %u, SPI size: 0 (%s), \nNum. transforms: %u\n%s", i + 1, why,
           (unsigned)(v[i].nencr + v[i].nprf + v[i].ninteg + v[i].ngroup), names);
    }
}

void v2_trace_child_offer(const struct v2_sa *sa, const struct ipsec_policy *p)
{
    for (unsigned i = 0; i < p->ntransforms; i++) {
        const struct ipsec_transform *t = &p->transforms[i];
        bool ah = t->proto == PROTO_AH, auth = t->auth != HASH_NONE;
        TR(sa, "%s Proposal: %u, SPI size: 4 (IPSec negotiation), \nNum. transforms: %u\n%s%s%s%s   %s",
           ah ? "AH" : "ESP", i + 1, 1u + !ah + auth, ah ? "" : "   ",
           ah ? "" : v2_encr_name((struct v2_encr){t->cipher, t->key_bits}), auth ? "   " : "",
           auth ? v2_integ_name(t->auth) : "", t->esn ? "Use ESN" : "Don't use ESN");
    }
}

MSG(MSG_V2_SESSION, "CRYPTO", 5, "IKEV2_SESSION_STATUS", 0, "Crypto tunnel v2 is %s.  Peer %s:%u       Id: %s");

/* Ends that have begun with each other at once have two IKE SAs, and one session. */
static bool session_has_another(const struct v2_sa *sa)
{
    for (const struct v2_sa *q = v2_sa_same_ids(sa); q; q = q->ids_older)
        if (q != sa && q->in_session && !q->kept_session && q->remote == sa->remote && q->local == sa->local &&
            !strcmp(q->profile, sa->profile))
            return true;
    return false;
}

void v2_msg_session(struct v2_sa *sa, bool up)
{
    char id[V2_ID_MAX + 8];
    bool news = sa->in_session != up && !session_has_another(sa);

    sa->in_session = up;
    if (!news || !sa->v2->conf.logging)
        return;
    v2_id_text(&sa->remote_id, id, sizeof id);
    msg_post(sa->v2->ike->env.log, &MSG_V2_SESSION, up ? "UP" : "DOWN", IP4(sa->remote), sa->peer_port, id);
}

static void count(struct v2_stat_row *rows, unsigned *n, unsigned most, uint16_t type, bool response, bool in)
{
    unsigned way = in ? (response ? V2_RX_RES : V2_RX_REQ) : (response ? V2_TX_RES : V2_TX_REQ), i = 0;

    while (i < *n && rows[i].type != type)
        i++;
    if (i == *n) {
        if (*n == most)
            return;
        rows[(*n)++] = (struct v2_stat_row){.type = type};
    }
    rows[i].n[way]++;
}

void v2_count_exchange(struct v2 *v2, uint8_t exchange, bool response, bool in)
{
    if (v2_exchange_name(exchange))
        count(v2->exchanges, &v2->nexchanges, sizeof v2->exchanges / sizeof v2->exchanges[0], exchange, response, in);
}

void v2_count_notify(struct v2 *v2, uint16_t type, bool response, bool in)
{
    if (v2_notify_name(type))
        count(v2->notifies, &v2->nnotifies, V2_STATS_MAX, type, response, in);
}

/* What the flow monitor counts of one payload; phase 2 is CREATE_CHILD_SA here. */
static void count_payload(struct v2_sa *sa, uint8_t exchange, uint8_t type, const uint8_t *p, size_t n, bool response,
                          bool in)
{
    struct ike_traffic *way = &sa->traffic[in ? IKE_IN : IKE_OUT],
                       *begun = &sa->traffic[in == response ? IKE_OUT : IKE_IN];

    if (type == V2_DELETE && n >= 5 && p[4] != V2_PROTO_IKE && !response)
        way->deletes++;
    if (type != V2_NOTIFY || n < 8)
        return;
    way->notifies++;
    if (exchange != V2_CREATE_CHILD_SA || !response || get16(p + 6) >= V2N_INITIAL_CONTACT)
        return;
    if (get16(p + 6) == V2N_INVALID_SYNTAX)
        begun->invalids++;
    else
        begun->rejects++;
}

void v2_count_message(struct v2 *v2, struct v2_sa *sa, uint8_t exchange, uint8_t first, const uint8_t *p, size_t len,
                      bool response, bool in)
{
    v2_count_exchange(v2, exchange, response, in);
    if (sa) {
        v2_event_message(sa, exchange, response, in);
        sa->traffic[in ? IKE_IN : IKE_OUT].exchanges += exchange == V2_CREATE_CHILD_SA && !response;
    }
    while (first != V2_NONE && len >= 4) {
        size_t n = get16(p + 2);
        if (n < 4 || n > len)
            return;
        if (first == V2_NOTIFY && n >= 8)
            v2_count_notify(v2, get16(p + 6), response, in);
        if (first == V2_CP && n >= 5 && p[4] == 1) /* CFG_REQUEST */
            v2->stats.config_requests += in;
        if (sa)
            count_payload(sa, exchange, first, p, n, response, in);
        if (sa && exchange == V2_INFORMATIONAL)
            v2_event_carries(sa, first, response, in);
        first = p[0];
        p += n;
        len -= n;
    }
}

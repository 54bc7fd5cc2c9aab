/* usm.c: SNMPv3 messages (RFC 3412 section 6) and the user-based security model's part of them (RFC 3414 sections 2 and 3).
 *
 * In, the order of proof is that of prove_v3.c. Of a sender nothing is kept but the clock of an engine that is not ours, with the user whose sum proved it. Out, a message is written backwards around its PDU; the sum goes last into the place left for it.
 *
 * A salt never repeats under a key: it is a counter of the router, begun by chance, beside the engine's boots (RFC 3414 8.1.1.1, RFC 3826 3.1.1.1). AES with keys
 * longer than the hash gives has two ways to lengthen them in the field: net-snmp's and IOS's. Both keys are kept; a message is tried with the first, and if
 * what comes out is no scoped PDU, with the second. Keys are compared and wiped as keys are.
 */
#include "snmp/usm.h"

#include <string.h>

#include "espial/crypto.h"
#include "espial/rand.h"
#include "snmp/sums.h"

#define PADDING_MAX 16 /* octets: a block of AES */

bool v3_parse(struct rd rest, struct v3 *m)
{
    struct rd global = ber_of(&rest, BER_SEQUENCE);
    m->id = ber_int(&global);
    m->max_size = ber_int(&global);
    struct rd flags = ber_of(&global, BER_OCTETS);
    m->model = ber_int(&global);
    struct rd params = ber_of(&rest, BER_OCTETS);
    if (rest.bad || global.bad || global.left || flags.left != 1 || m->id < 0 || m->max_size < SNMP_PACKET_MIN)
        return false;
    m->flags = flags.p[0];
    m->reeder = 0;
    m->body = rest;
    if (m->model != USM_MODEL)
        return true;
    struct rd usm = ber_of(&params, BER_SEQUENCE);
    m->engine = ber_of(&usm, BER_OCTETS);
    m->boots = ber_int(&usm);
    m->time = ber_int(&usm);
    m->user_name = ber_of(&usm, BER_OCTETS);
    m->auth = ber_of(&usm, BER_OCTETS);
    m->priv = ber_of(&usm, BER_OCTETS);
    return !usm.bad && !usm.left && !params.bad && !params.left && m->engine.left <= ENGINE_ID_MAX &&
           m->user_name.left <= SNMP_NAME_MAX && m->boots >= 0 && m->time >= 0;
}

bool v3_proved(const struct snmp_user *u, const struct v3 *m, const uint8_t *data, size_t len)
{
    uint8_t copy[SNMP_IN_MAX], mac[USM_MAC_MAX];
    size_t n = sums_mac_len(u->auth), at = (size_t)(m->auth.p - data);
    if (m->auth.left != n || len > sizeof copy || at + n > len)
        return false;
    memcpy(copy, data, len);
    memset(copy + at, 0, n);
    return sums_mac(u->auth, u->auth_key, copy, len, mac) && mem_equal_ct(mac, m->auth.p, n);
}

/* The vector of one message: RFC 3414 8.1.1.1, RFC 3826 3.1.2.1. */
static void vector_of(enum usm_priv p, const uint8_t *key, int32_t boots, int32_t time, const uint8_t salt[8],
                      uint8_t iv[16])
{
    if (sums_in_blocks(p)) {
        for (size_t i = 0; i < 8; i++)
            iv[i] = key[sums_cipher_len(p) - 8 + i] ^ salt[i];
        return;
    }
    put32(iv, (uint32_t)boots);
    put32(iv + 4, (uint32_t)time);
    memcpy(iv + 8, salt, 8);
}

/* SEQUENCE { contextEngineID, contextName, PDU }. Behind it there may be padding: of DES less than a block, but some managers add a whole one, and one of AES too. */
static bool take_scoped(struct v3 *m, struct rd r, bool padded)
{
    struct rd scoped = ber_of(&r, BER_SEQUENCE);
    m->context_engine = ber_of(&scoped, BER_OCTETS);
    m->context_name = ber_of(&scoped, BER_OCTETS);
    m->pdu = ber_next(&scoped, &m->pdu_tag);
    return !r.bad && r.left <= (padded ? PADDING_MAX : 0) && !scoped.bad && !scoped.left;
}

bool v3_scoped(const struct snmp_user *u, struct v3 *m)
{
    if (!(m->flags & V3_PRIV))
        return take_scoped(m, m->body, false);
    struct rd r = m->body, hidden = ber_of(&r, BER_OCTETS);
    if (r.bad || r.left || m->priv.left != 8 || hidden.left > sizeof m->plain ||
        (sums_in_blocks(u->priv) && hidden.left % 8))
        return false;
    size_t ways = memcmp(u->priv_key[0], u->priv_key[1], sizeof u->priv_key[0]) ? 2 : 1;
    for (m->reeder = 0; m->reeder < ways; m->reeder++) {
        uint8_t iv[16];
        const uint8_t *key = u->priv_key[m->reeder];
        vector_of(u->priv, key, m->boots, m->time, m->priv.p, iv);
        if (sums_cipher(u->priv, false, key, iv, hidden.p, m->plain, hidden.left) &&
            take_scoped(m, rd_of(m->plain, hidden.left), true))
            return true;
    }
    return false;
}

/* What w holds becomes an OCTET STRING that hides it; the salt is told. */
static void hide(struct snmp *s, const struct v3_head *h, struct bw *w, uint8_t salt[8])
{
    uint8_t plain[SNMP_IN_MAX + 8], hidden[SNMP_IN_MAX + 8], iv[16];
    size_t n = bw_len(w);
    const uint8_t *key = h->user->priv_key[h->reeder];
    if (w->bad || n > SNMP_IN_MAX) {
        w->bad = true;
        return;
    }
    memcpy(plain, w->base + w->at, n);
    while (sums_in_blocks(h->user->priv) && n % 8)
        plain[n++] = 0;
    uint64_t counter = s->salt++;
    put32(salt, sums_in_blocks(h->user->priv) ? (uint32_t)h->boots : (uint32_t)(counter >> 32));
    put32(salt + 4, (uint32_t)counter);
    vector_of(h->user->priv, key, h->boots, h->time, salt, iv);
    w->at = w->cap;
    if (!sums_cipher(h->user->priv, true, key, iv, plain, hidden, n))
        w->bad = true;
    bw_octets(w, BER_OCTETS, hidden, n);
}

void v3_seal(struct snmp *s, const struct v3_head *h, struct bw *w)
{
    static const uint8_t zero[USM_MAC_MAX];
    uint8_t salt[8], mac[USM_MAC_MAX];
    size_t mac_len = h->flags & V3_AUTH ? sums_mac_len(h->user->auth) : 0, from;
    bw_octets(w, BER_OCTETS, h->context_name.p, h->context_name.left);
    bw_octets(w, BER_OCTETS, h->context_engine, h->context_engine_len);
    bw_wrap(w, BER_SEQUENCE, 0);
    if (h->flags & V3_PRIV)
        hide(s, h, w, salt);
    from = bw_len(w);
    bw_octets(w, BER_OCTETS, salt, h->flags & V3_PRIV ? sizeof salt : 0);
    bw_bytes(w, zero, mac_len);
    size_t mac_at = w->at;
    bw_wrap(w, BER_OCTETS, w->cap - mac_at - mac_len);
    if (h->user)
        bw_octets(w, BER_OCTETS, h->user->name, strlen(h->user->name));
    else
        bw_octets(w, BER_OCTETS, h->user_name.p, h->user_name.left);
    bw_int(w, h->time);
    bw_int(w, h->boots);
    bw_octets(w, BER_OCTETS, h->engine, h->engine_len);
    bw_wrap(w, BER_SEQUENCE, from);
    bw_wrap(w, BER_OCTETS, from);
    from = bw_len(w);
    bw_int(w, USM_MODEL);
    bw_octets(w, BER_OCTETS, &h->flags, 1);
    bw_int(w, SNMP_PACKET_MAX);
    bw_int(w, h->id);
    bw_wrap(w, BER_SEQUENCE, from);
    bw_int(w, 3);
    bw_wrap(w, BER_SEQUENCE, 0);
    if (!mac_len || w->bad)
        return;
    if (!sums_mac(h->user->auth, h->user->auth_key, w->base + w->at, bw_len(w), mac))
        w->bad = true;
    memcpy(w->base + mac_at, mac, mac_len);
}

/* ---- our own engine and its users ---- */

int32_t usm_time(const struct snmp *s)
{
    return (int32_t)((loop_now(s->env.loop) - s->env.boot_us) / 1000000);
}

static bool engine_is(const struct snmp_user *u, const uint8_t *engine, size_t len)
{
    return u->engine_len == len && !memcmp(u->engine, engine, len);
}

struct snmp_user *usm_user(const struct snmp *s, const uint8_t *engine, size_t engine_len, const uint8_t *name,
                           size_t name_len)
{
    for (size_t i = 0; i < s->nusers; i++) {
        struct snmp_user *u = &s->users[i];
        if (strlen(u->name) == name_len && !memcmp(u->name, name, name_len) && engine_is(u, engine, engine_len))
            return u;
    }
    return NULL;
}

bool usm_engine_is_ours(const struct snmp *s, struct rd engine)
{
    return engine.left == s->engine_len && !memcmp(engine.p, s->engine, s->engine_len);
}

bool usm_engine_known(const struct snmp *s, struct rd engine)
{
    for (size_t i = 0; i < s->nusers; i++)
        if (engine_is(&s->users[i], engine.p, engine.left))
            return true;
    return false;
}

int32_t usm_clock_now(const struct snmp *s, const struct snmp_user *u)
{
    const struct engine_clock *c = &u->clock;
    return c->learned ? c->time + (int32_t)((loop_now(s->env.loop) - c->learned) / US_PER_S) : 0;
}

bool usm_clock_fits(const struct snmp *s, const struct snmp_user *u, int32_t boots, int32_t time)
{
    int32_t was = u->clock.boots;
    return was != INT32_MAX && boots >= was && (boots > was || time >= usm_clock_now(s, u) - USM_WINDOW);
}

void usm_clock_learn(const struct snmp *s, struct snmp_user *u, int32_t boots, int32_t time)
{
    struct engine_clock *c = &u->clock;
    if (!c->learned || boots > c->boots || (boots == c->boots && time > c->time))
        *c = (struct engine_clock){.boots = boots, .time = time, .learned = loop_now(s->env.loop)};
}

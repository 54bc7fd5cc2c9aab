/* Offers and choices: phase-1 suites and phase-2 transforms written as attributes and read back (RFC 2409 appendix A,
 * RFC 2407 section 4.5).
 *
 * The beginner offers everything its policies allow, in order; the answerer takes the first offered transform that one
 * of its own policies accepts, with the smaller lifetime of the two; the beginner then checks that the answer is
 * exactly one of its offers, unchanged. A transform with an attribute that we do not know is not acceptable but does not
 * spoil the others. AH over ESP is two proposals of one number (propose_over.c). Durations up to 65535 go as TV ("basic"), larger
 * ones as 4-byte TLV ("VPI"). A life that is not said is 28800 s.
 *
 * The debug lines of `debug crypto isakmp` that show the comparison are made here, at the moment it is done. */
#include <stdio.h>

#include "dataplane/ike/engine.h"
#include "espial/msg.h"

enum p1_attr {
    A1_ENCRYPTION = 1,
    A1_HASH = 2,
    A1_AUTH = 3,
    A1_GROUP = 4,
    A1_LIFE_TYPE = 11,
    A1_LIFE = 12,
    A1_KEY_LENGTH = 14
};
enum p2_attr {
    A2_LIFE_TYPE = 1,
    A2_LIFE = 2,
    A2_GROUP = 3,
    A2_ENCAPS = 4,
    A2_AUTH = 5,
    A2_KEY_LENGTH = 6,
    A2_ESN = 11
};
enum { ESN_64_BIT = 1 }; /* RFC 4304 section 3 */
enum { LIFE_SECONDS = 1, LIFE_KILOBYTES = 2, AUTH_PSK = 1, LIFE_UNSAID = 28800 };

static const struct {
    enum cipher_alg cipher;
    uint8_t ike, esp; /* attribute value; transform id */
    const char *name, *esp_name;
} ciphers[] = {
    {CIPHER_DES_CBC, 1, 2, "DES-CBC", "ESP_DES"},   {CIPHER_3DES_CBC, 5, 3, "3DES-CBC", "ESP_3DES"},
    {CIPHER_AES_CBC, 7, 12, "AES-CBC", "ESP_AES "}, {CIPHER_NULL, 0, 11, "NULL", "ESP_NULL"},
    {CIPHER_AES_GCM, 0, 20, "AES-GCM", "ESP_GCM"},  {CIPHER_AES_GMAC, 0, 23, "AES-GMAC", "ESP_GMAC"},
};
#define NCIPHERS (sizeof ciphers / sizeof ciphers[0])
static const struct {
    enum hash_alg hash;
    uint8_t ike, ipsec, ah; /* phase 1; phase-2 authentication attribute; AH transform id */
    const char *name, *hmac, *ah_name;
} hashes[] = {
    {HASH_MD5, 1, 1, 2, "MD5", "HMAC-MD5", "AH_MD5"},
    {HASH_SHA1, 2, 2, 3, "SHA", "HMAC-SHA", "AH_SHA"},
    {HASH_SHA256, 4, 5, 5, "SHA256", "HMAC-SHA256", "AH_SHA256"},
    {HASH_SHA384, 5, 6, 6, "SHA384", "HMAC-SHA384", "AH_SHA384"},
    {HASH_SHA512, 6, 7, 7, "SHA512", "HMAC-SHA512", "AH_SHA512"},
};
#define NHASHES (sizeof hashes / sizeof hashes[0])

#define SAY(sa, ...)                                                                                                   \
    do {                                                                                                               \
        if (sa)                                                                                                        \
            TRACE((sa), __VA_ARGS__);                                                                                  \
    } while (0)

static uint8_t cipher_ike(enum cipher_alg a)
{
    for (size_t i = 0; i < NCIPHERS; i++)
        if (ciphers[i].cipher == a)
            return ciphers[i].ike;
    return 0;
}

static uint8_t cipher_esp(enum cipher_alg a)
{
    for (size_t i = 0; i < NCIPHERS; i++)
        if (ciphers[i].cipher == a)
            return ciphers[i].esp;
    return 0;
}

static size_t hash_row(enum hash_alg a)
{
    for (size_t i = 0; i < NHASHES; i++)
        if (hashes[i].hash == a)
            return i;
    return 0;
}

size_t p1_key_len(const struct p1_suite *s)
{
    switch (s->cipher) {
    case CIPHER_DES_CBC: return 8;
    case CIPHER_3DES_CBC: return 24;
    default: return s->key_bits / 8u;
    }
}

struct p1_suite p1_suite_of(const struct ike_policy_conf *p)
{
    static const enum cipher_alg cipher[] = {
        [IKE_ENC_DES] = CIPHER_DES_CBC, [IKE_ENC_3DES] = CIPHER_3DES_CBC, [IKE_ENC_AES] = CIPHER_AES_CBC};
    static const uint16_t bits[] = {[IKE_BITS_128] = 128, [IKE_BITS_192] = 192, [IKE_BITS_256] = 256};
    static const enum hash_alg hash[] = {[IKE_HASH_SHA] = HASH_SHA1,
                                         [IKE_HASH_MD5] = HASH_MD5,
                                         [IKE_HASH_SHA256] = HASH_SHA256,
                                         [IKE_HASH_SHA384] = HASH_SHA384,
                                         [IKE_HASH_SHA512] = HASH_SHA512};
    static const uint8_t auth[] = {[IKE_AUTH_RSA_SIG] = 3, [IKE_AUTH_RSA_ENCR] = 4, [IKE_AUTH_PSK] = AUTH_PSK};

    return (struct p1_suite){
        .priority = p->priority,
        .cipher = cipher[p->encryption],
        .key_bits = p->encryption == IKE_ENC_AES ? bits[p->aes_bits] : 0,
        .hash = hash[p->hash],
        .auth = auth[p->authentication],
        .group = p->group,
        .life_s = p->lifetime,
    };
}

unsigned p1_suites(const struct ike_conf *c, struct p1_suite out[P1_SUITES_MAX])
{
    struct ike_policy_conf p;
    unsigned n = 0;

    for (unsigned i = 0; n < P1_SUITES_MAX && ike_conf_policy(c, i, &p); i++)
        if (p.authentication == IKE_AUTH_PSK && dh_known(p.group))
            out[n++] = p1_suite_of(&p);
    return n;
}

void p1_write_offer(struct msg_wr *m, const struct p1_suite *v, unsigned n)
{
    msg_sa_open(m);
    size_t prop = msg_proposal_open(m, false, 1, IPROTO_ISAKMP, NULL, 0, (uint8_t)n);
    for (unsigned i = 0; i < n; i++) {
        size_t at = msg_transform_open(m, i + 1 < n, (uint8_t)(i + 1), 1);
        msg_attr(m, A1_ENCRYPTION, cipher_ike(v[i].cipher));
        if (v[i].key_bits)
            msg_attr(m, A1_KEY_LENGTH, v[i].key_bits);
        msg_attr(m, A1_HASH, hashes[hash_row(v[i].hash)].ike);
        msg_attr(m, A1_GROUP, v[i].group);
        msg_attr(m, A1_AUTH, v[i].auth);
        msg_attr(m, A1_LIFE_TYPE, LIFE_SECONDS);
        msg_attr(m, A1_LIFE, v[i].life_s);
        msg_transform_close(m, at);
    }
    msg_proposal_close(m, prop);
    msg_close(m);
}

void p1_write_choice(struct msg_wr *m, const struct sa_transform *t)
{
    msg_sa_open(m);
    size_t prop = msg_proposal_open(m, false, t->proposal, t->protocol, t->spi, t->spi_len, 1);
    size_t at = msg_transform_open(m, false, t->number, t->id);
    wr_bytes(&m->w, t->attrs.p, t->attrs.left);
    msg_transform_close(m, at);
    msg_proposal_close(m, prop);
    msg_close(m);
}

static void say_life(const struct ike_sa *sa, const struct attr *a, const char *what)
{
    char bytes[64] = "";
    size_t at = 0;

    if (!sa || !trace_on(sa->ike, sa, sa->remote))
        return;
    if (a->basic) {
        TRACE(sa, "      %s (basic) of %u", what, a->value);
        return;
    }
    for (uint16_t i = 0; i < a->len && at + 6 < sizeof bytes; i++)
        at += (size_t)snprintf(bytes + at, sizeof bytes - at, " 0x%X", a->data[i]);
    msg_debug(sa->ike->env.log, "ISAKMP:      %s (VPI) of %s ", what, bytes); /* without its connection id */
}

/* Reads a phase-1 transform. False when it holds what we do not know. */
static bool p1_read(const struct ike_sa *sa, const struct sa_transform *t, struct p1_suite *out)
{
    struct rd r = t->attrs;
    struct attr a;
    bool known = true, seconds = true, named = false;
    uint32_t enc = 0, hash = 0;

    *out = (struct p1_suite){.life_s = LIFE_UNSAID};
    while (attr_next(&r, &a)) {
        switch (a.type) {
        case A1_ENCRYPTION:
            enc = a.value;
            named = false;
            for (size_t i = 0; i < NCIPHERS; i++)
                if (ciphers[i].ike && ciphers[i].ike == enc) {
                    out->cipher = ciphers[i].cipher;
                    named = true;
                    SAY(sa, "      encryption %s", ciphers[i].name);
                }
            if (!named)
                SAY(sa, "      encryption %u", enc);
            known &= named;
            break;
        case A1_KEY_LENGTH:
            out->key_bits = (uint16_t)a.value;
            known &= a.value <= UINT16_MAX;
            SAY(sa, "      keylength of %u", a.value);
            break;
        case A1_HASH:
            hash = a.value;
            named = false;
            for (size_t i = 0; i < NHASHES; i++)
                if (hashes[i].ike == hash) {
                    out->hash = hashes[i].hash;
                    named = true;
                    SAY(sa, "      hash %s", hashes[i].name);
                }
            if (!named)
                SAY(sa, "      hash %u", hash);
            known &= named;
            break;
        case A1_AUTH:
            out->auth = a.value > UINT8_MAX ? 0 : (uint8_t)a.value;
            if (a.value == AUTH_PSK)
                SAY(sa, "      auth pre-share");
            else
                SAY(sa, "      auth %u", a.value);
            break;
        case A1_GROUP:
            out->group = a.value > UINT8_MAX ? 0 : (uint8_t)a.value;
            SAY(sa, "      default group %u", a.value);
            break;
        case A1_LIFE_TYPE:
            seconds = a.value == LIFE_SECONDS;
            known &= seconds || a.value == LIFE_KILOBYTES;
            SAY(sa, "      life type in %s", seconds ? "seconds" : "kilobytes");
            break;
        case A1_LIFE:
            if (seconds)
                out->life_s = a.value;
            say_life(sa, &a, "life duration");
            break;
        default: known = false;
        }
    }
    if (out->cipher != CIPHER_AES_CBC && out->key_bits)
        known = false;
    if (out->cipher == CIPHER_AES_CBC && !out->key_bits)
        out->key_bits = 128;
    return known && enc && hash;
}

/* Does the offer fit the policy, lifetime aside? */
static bool p1_fits(const struct ike_sa *sa, const struct p1_suite *offer, const struct p1_suite *ours)
{
    if (offer->cipher != ours->cipher)
        SAY(sa, "Encryption algorithm offered does not match policy!");
    else if (offer->key_bits != ours->key_bits)
        SAY(sa, "Proposed key length does not match policy");
    else if (offer->hash != ours->hash)
        SAY(sa, "Hash algorithm offered does not match policy!");
    else if (offer->group != ours->group)
        SAY(sa, "Diffie-Hellman group offered does not match policy!");
    else if (offer->auth != ours->auth)
        SAY(sa, "Authentication method offered does not match policy!");
    else
        return true;
    return false;
}

/* actual: the life of our own policy, where it is we who choose. */
static void say_accepted(const struct ike_sa *sa, const struct p1_suite *s, uint32_t actual)
{
    SAY(sa, "atts are acceptable. Next payload is 0");
    SAY(sa, "Acceptable atts:actual life: %u", actual);
    SAY(sa, "Acceptable atts:life: 0");
    if (s->life_s > UINT16_MAX) {
        SAY(sa, "Fill atts in sa vpi_length:4");
        SAY(sa, "Fill atts in sa life_in_seconds:%u", s->life_s);
    } else {
        SAY(sa, "Basic life_in_seconds:%u", s->life_s);
    }
    SAY(sa, "Returning Actual lifetime: %u", s->life_s);
    SAY(sa, "Started lifetime timer: %u.\n\n", s->life_s);
}

int p1_choose(const struct ike_sa *sa, const struct sa_body *body, const struct p1_suite *ours, unsigned n,
              struct p1_suite *out)
{
    for (unsigned j = 0; j < n; j++) {
        for (unsigned i = 0; i < body->n; i++) {
            const struct sa_transform *t = &body->v[i];
            struct p1_suite offer;
            if (t->protocol != IPROTO_ISAKMP || t->id != 1 || t->bundle)
                continue;
            SAY(sa, "Checking ISAKMP transform %u against priority %u policy", t->number, ours[j].priority);
            bool known = p1_read(sa, t, &offer);
            if (known && offer.life_s && p1_fits(sa, &offer, &ours[j])) {
                *out = ours[j];
                out->offered_s = offer.life_s;
                if (offer.life_s < out->life_s)
                    out->life_s = offer.life_s;
                say_accepted(sa, out, ours[j].life_s);
                return (int)i;
            }
            SAY(sa, "atts are not acceptable. Next payload is %u", i + 1 < body->n ? PL_TRANSFORM : PL_NONE);
        }
    }
    return -1;
}

bool p1_match(const struct ike_sa *sa, const struct sa_body *body, const struct p1_suite *ours, unsigned n,
              struct p1_suite *out)
{
    struct p1_suite answer;
    const struct sa_transform *t = &body->v[0];

    if (body->n != 1 || t->protocol != IPROTO_ISAKMP || t->id != 1 || t->number < 1 || t->number > n)
        return false;
    const struct p1_suite *offered = &ours[t->number - 1];
    SAY(sa, "Checking ISAKMP transform %u against priority %u policy", t->number, offered->priority);
    if (!p1_read(sa, t, &answer) || !p1_fits(sa, &answer, offered) || !answer.life_s) {
        SAY(sa, "atts are not acceptable. Next payload is 0");
        return false;
    }
    *out = *offered;
    if (answer.life_s < out->life_s)
        out->life_s = answer.life_s;
    say_accepted(sa, out, 0);
    return true;
}

uint8_t p2_protocol(uint8_t ip_proto)
{
    return ip_proto == PROTO_AH ? IPROTO_AH : IPROTO_ESP;
}

/* RFC 3947 section 5.1 and, of the drafts before it, their private values. */
#define ENCAPS_DRAFT 61440u
static uint32_t encaps_value(enum ipsec_mode mode, enum p2_udp udp)
{
    uint32_t v = (mode == IPSEC_TRANSPORT ? 2u : 1u) + (udp != P2_UDP_NO ? 2u : 0u);

    return udp == P2_UDP_DRAFT ? ENCAPS_DRAFT + v : v;
}

/* One protocol's transform of the policy, in an open proposal. */
static void p2_write_transform(struct msg_wr *m, const struct ipsec_policy *p, const struct ipsec_transform *t,
                               enum p2_udp udp)
{
    bool ah = t->proto == PROTO_AH;
    size_t at = msg_transform_open(m, false, 1, ah ? hashes[hash_row(t->auth)].ah : cipher_esp(t->cipher));

    msg_attr(m, A2_ENCAPS, encaps_value(t->mode, udp));
    msg_attr(m, A2_LIFE_TYPE, LIFE_SECONDS);
    msg_attr(m, A2_LIFE, p->life_s);
    if (p->life_kb) {
        msg_attr(m, A2_LIFE_TYPE, LIFE_KILOBYTES);
        msg_attr(m, A2_LIFE, p->life_kb);
    }
    if (t->auth != HASH_NONE)
        msg_attr(m, A2_AUTH, hashes[hash_row(t->auth)].ipsec);
    if (t->key_bits)
        msg_attr(m, A2_KEY_LENGTH, t->key_bits);
    if (p->pfs_group)
        msg_attr(m, A2_GROUP, p->pfs_group);
    if (t->esn)
        msg_attr(m, A2_ESN, ESN_64_BIT);
    msg_transform_close(m, at);
}

void p2_write_offer(struct msg_wr *m, const struct ipsec_policy *p, uint32_t spi_esp, uint32_t spi_ah,
                    enum p2_udp udp)
{
    struct ipsec_transform parts[2];

    msg_sa_open(m);
    for (unsigned i = 0; i < p->ntransforms; i++) {
        unsigned n = ipsec_transform_parts(&p->transforms[i], parts);
        for (unsigned k = 0; k < n; k++) {
            uint8_t spi[4];
            put32(spi, parts[k].proto == PROTO_AH ? spi_ah : spi_esp);
            size_t prop = msg_proposal_open(m, i + 1 < p->ntransforms || k + 1 < n, (uint8_t)(i + 1),
                                            p2_protocol(parts[k].proto), spi, 4, 1);
            p2_write_transform(m, p, &parts[k], udp);
            msg_proposal_close(m, prop);
        }
    }
    msg_close(m);
}

void p2_write_choice(struct msg_wr *m, const struct sa_transform *t, unsigned n)
{
    msg_sa_open(m);
    for (unsigned i = 0; i < n; i++) {
        size_t prop = msg_proposal_open(m, i + 1 < n, t[i].proposal, t[i].protocol, t[i].spi, t[i].spi_len, 1);
        size_t at = msg_transform_open(m, false, t[i].number, t[i].id);
        wr_bytes(&m->w, t[i].attrs.p, t[i].attrs.left);
        msg_transform_close(m, at);
        msg_proposal_close(m, prop);
    }
    msg_close(m);
}

static bool p2_read_id(const struct ike_sa *sa, const struct sa_transform *t, struct ipsec_transform *out)
{
    if (t->protocol == IPROTO_AH) {
        out->proto = PROTO_AH;
        for (size_t i = 0; i < NHASHES; i++)
            if (hashes[i].ah == t->id) {
                out->auth = hashes[i].hash;
                TRACE(sa, "transform %u, %s", t->number, hashes[i].ah_name);
                return true;
            }
    } else if (t->protocol == IPROTO_ESP) {
        out->proto = PROTO_ESP;
        for (size_t i = 0; i < NCIPHERS; i++)
            if (ciphers[i].esp == t->id) {
                out->cipher = ciphers[i].cipher;
                TRACE(sa, "transform %u, %s", t->number, ciphers[i].esp_name);
                return true;
            }
    }
    TRACE(sa, "transform %u, unknown transform ID %u", t->number, t->id);
    return false;
}

/* RFC 2407 section 4.5.3: what is said twice must be the same, except that each type of life has its own. True: it is. */
static bool p2_agrees(const struct attr *a, uint32_t life_type, uint32_t said[A2_ESN + 2], uint32_t *seen)
{
    unsigned i = a->type == A2_LIFE && life_type == LIFE_KILOBYTES ? A2_ESN + 1u : a->type;

    if (a->type > A2_ESN || a->type == A2_LIFE_TYPE)
        return true;
    bool first = !(*seen >> i & 1);
    if (first)
        said[i] = a->value;
    *seen |= 1u << i;
    return first || said[i] == a->value;
}

bool p2_read(const struct ike_sa *sa, const struct sa_transform *t, struct p2_choice *out)
{
    static const char *const modes[] = {"", "Tunnel", "Transport", "Tunnel-UDP", "Transport-UDP"};
    struct rd r = t->attrs;
    struct attr a;
    uint32_t encaps = 0, life_type = LIFE_SECONDS, said[A2_ESN + 2], seen = 0;
    enum hash_alg auth = HASH_NONE;

    *out = (struct p2_choice){.number = t->proposal, .transform_number = t->number};
    TRACE(sa, "Checking IPSec proposal %u", t->proposal);
    if (t->spi_len != 4 || !p2_read_id(sa, t, &out->transform))
        return false;
    out->spi = get32(t->spi);
    bool known = out->spi >= 256;
    TRACE(sa, "   attributes in transform:");
    while (attr_next(&r, &a)) {
        known &= p2_agrees(&a, life_type, said, &seen);
        switch (a.type) {
        case A2_LIFE_TYPE:
            life_type = a.value;
            known &= life_type == LIFE_SECONDS || life_type == LIFE_KILOBYTES;
            TRACE(sa, "      SA life type in %s", life_type == LIFE_KILOBYTES ? "kilobytes" : "seconds");
            break;
        case A2_LIFE:
            if (life_type == LIFE_KILOBYTES)
                out->life_kb = a.value;
            else
                out->life_s = a.value;
            say_life(sa, &a, "SA life duration");
            break;
        case A2_GROUP:
            out->group = (uint16_t)a.value;
            known &= a.value <= UINT16_MAX;
            TRACE(sa, "      group is %u", a.value);
            break;
        case A2_ENCAPS:
            encaps = a.value > ENCAPS_DRAFT + 2 && a.value <= ENCAPS_DRAFT + 4 ? a.value - ENCAPS_DRAFT : a.value;
            TRACE(sa, "      encaps is %u%s%s%s", encaps, encaps >= 1 && encaps <= 4 ? " (" : "",
                  encaps >= 1 && encaps <= 4 ? modes[encaps] : "", encaps >= 1 && encaps <= 4 ? ")" : "");
            break;
        case A2_AUTH:
            auth = HASH_NONE;
            for (size_t i = 0; i < NHASHES; i++)
                if (hashes[i].ipsec == a.value) {
                    auth = hashes[i].hash;
                    TRACE(sa, "      authenticator is %s", hashes[i].hmac);
                }
            known &= auth != HASH_NONE;
            break;
        case A2_KEY_LENGTH:
            out->transform.key_bits = (uint16_t)a.value;
            known &= a.value <= UINT16_MAX;
            TRACE(sa, "      key length is %u", a.value);
            break;
        case A2_ESN:
            known &= a.value == ESN_64_BIT;
            out->transform.esn = true;
            TRACE(sa, "      Extended Sequence Number is %u", a.value);
            break;
        default: known = false;
        }
    }
    if (encaps < 1 || encaps > 4)
        return false;
    if (out->transform.cipher == CIPHER_AES_CBC && !out->transform.key_bits && out->transform.proto == PROTO_ESP)
        out->transform.key_bits = 128; /* RFC 3602 section 2.1: what an AES without a length has */
    if (out->transform.proto == PROTO_AH)
        known &= auth == out->transform.auth;
    else
        out->transform.auth = auth;
    out->transform.mode = encaps == 2 || encaps == 4 ? IPSEC_TRANSPORT : IPSEC_TUNNEL;
    out->udp = encaps > 2;
    return known;
}

static bool transform_same(const struct ipsec_transform *a, const struct ipsec_transform *b)
{
    return a->proto == b->proto && a->over == b->over && a->cipher == b->cipher && a->key_bits == b->key_bits &&
           a->auth == b->auth && a->mode == b->mode && a->esn == b->esn;
}

/* Ours as the peer's offer has it: transport mode is what we ask for, not what we insist on, unless it is required. */
static bool transform_fits(const struct ipsec_transform *offer, struct ipsec_transform ours)
{
    if (offer->mode == IPSEC_TUNNEL && !ours.require)
        ours.mode = IPSEC_TUNNEL;
    return transform_same(offer, &ours);
}

/* known: what was offered at place i was understood, and is in out. */
static bool p2_accept(const struct ike_sa *sa, const struct sa_body *body, unsigned i, const struct ipsec_policy *p,
                      bool known, bool have_ke, struct p2_choice *out)
{
    bool group_ok =
        known && (out->group ? dh_known(out->group) && have_ke && (!p->pfs_group || out->group == p->pfs_group)
                             : !p->pfs_group && !have_ke);

    for (unsigned j = 0; group_ok && j < p->ntransforms; j++)
        if (transform_fits(&out->transform, p->transforms[j])) {
            out->place = (int)i;
            TRACE(sa, "atts are acceptable.");
            return true;
        }
    TRACE_ERR(sa, "atts not acceptable. Next payload is %u", i + 1 < body->n ? PL_TRANSFORM : PL_NONE);
    return false;
}

bool p2_choose(const struct ike_sa *sa, const struct sa_body *body, const struct ipsec_policy *p, bool udp_known,
               bool have_ke, struct p2_choice *out)
{
    for (unsigned i = 0; i < body->n; i++) {
        const struct sa_transform *t = &body->v[i];
        if (!t->bundle) {
            bool known = p2_read(sa, t, out) && (!out->udp || udp_known);
            if (p2_accept(sa, body, i, p, known, have_ke, out))
                return true;
        } else if (t->protocol == IPROTO_ESP && p2_over_whole(body, i)) {
            for (unsigned ah = 0; p2_over_next(body, i, &ah); ah++)
                if (p2_accept(sa, body, i, p, p2_over_read(sa, body, i, ah, out), have_ke, out))
                    return true;
        } else if (t->protocol != IPROTO_AH) {
            TRACE_ERR(sa, "atts not acceptable. Next payload is %u", i + 1 < body->n ? PL_TRANSFORM : PL_NONE);
        }
    }
    return false;
}

bool p2_match(const struct ike_sa *sa, const struct sa_body *body, const struct ipsec_policy *p, bool udp,
              struct p2_choice *out)
{
    unsigned esp = body->n == 2 && body->v[1].protocol == IPROTO_ESP;

    if (body->n == 2 ? !body->v[0].bundle || !p2_over_whole(body, esp) || !p2_over_read(sa, body, esp, !esp, out)
                     : body->n != 1 || !p2_read(sa, &body->v[0], out))
        return false;
    if (out->number < 1 || out->number > p->ntransforms ||
        !transform_same(&out->transform, &p->transforms[out->number - 1]) || out->udp != udp ||
        out->group != p->pfs_group)
        return false;
    TRACE(sa, "atts are acceptable.");
    return true;
}

/* Cookies against floods of IKE_SA_INIT (RFC 7296 section 2.6): the responder keeps nothing and computes nothing large
 * until the sender has shown that it receives at its address.
 *
 *   cookie = number of the secret | HMAC-SHA256(secret, Ni | address | port | SPIi)
 *
 * The secret changes every minute while cookies are asked for; the one before is good too. They are asked for when as
 * many SAs are half open as `crypto ikev2 cookie-challenge` says, and, whatever is configured, when half of the room
 * for such SAs, in all or of that address, is used: who forges an address cannot keep its owner out. */
#include <string.h>

#include "dataplane/ike/v2/v2_local.h"

#define SECRET_US (60 * US_PER_S)

bool v2_cookie_wanted(const struct v2 *v2, const struct v2_peer *p)
{
    uint16_t from = v2->conf.cookie_challenge;

    return (from != UINT16_MAX && v2->half_open >= from) || v2->half_open >= V2_HALF_OPEN_MAX / 2 ||
           (p && p->half_open >= V2_HALF_OPEN_PEER_MAX / 2);
}

static void sum(const uint8_t key[32], const struct v2_msg *m, const struct v2_payload *nonce, uint8_t *out)
{
    uint8_t where[6];
    struct bytes parts[] = {BYTES(nonce->body, nonce->len), BYTES(where, sizeof where), BYTES(m->hdr.ispi, V2_SPI)};

    put32(where, m->from->src);
    put16(where + 4, m->from->sport);
    hmac_parts(HASH_SHA256, key, 32, parts, 3, out);
}

void v2_cookie_make(struct v2 *v2, const struct v2_msg *m, const struct v2_payload *nonce, uint8_t out[V2_COOKIE])
{
    uint64_t now = v2_now(v2);

    if (!v2->secret_number || now - v2->secret[0].since + 1 >= SECRET_US) {
        v2->secret[1] = v2->secret[0];
        rnd_fill(v2->ike->env.rnd, v2->secret[0].key, sizeof v2->secret[0].key);
        v2->secret[0].since = now + 1;
        v2->secret_number = v2->secret_number == UINT8_MAX ? 1 : (uint8_t)(v2->secret_number + 1);
    }
    out[0] = v2->secret_number;
    sum(v2->secret[0].key, m, nonce, out + 1);
}

bool v2_cookie_good(struct v2 *v2, const struct v2_msg *m, const struct v2_payload *nonce, const uint8_t *p, size_t len)
{
    uint8_t before = v2->secret_number == 1 ? UINT8_MAX : (uint8_t)(v2->secret_number - 1), want[HASH_MAX];
    uint64_t now = v2_now(v2);

    if (len != V2_COOKIE || !v2->secret_number || (p[0] != v2->secret_number && p[0] != before))
        return false;
    int which = p[0] == v2->secret_number ? 0 : 1;
    if (!v2->secret[which].since || now - v2->secret[which].since >= 2 * SECRET_US)
        return false;
    sum(v2->secret[which].key, m, nonce, want);
    return mem_equal_ct(want, p + 1, 32);
}

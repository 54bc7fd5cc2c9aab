/* Cookies (RFC 2408 section 2.5.3) and the tables that find an SA by them.
 *
 * A cookie is SHA-256 over a secret of this engine, the peer's address, a count and fresh chance, cut to 8 bytes:
 * unique, and not to be guessed by those who do not see our packets.
 *
 * by_cookies holds every SA that has both cookies, under both. half holds SAs under (initiator cookie, peer address):
 * the key of a message whose sender has not seen, or has forgotten, the responder's cookie: a repeated first message to
 * us, and the first answer to our own. An SA stays in both until it dies, so that a late repeat finds it instead of
 * beginning anew. dead holds those that died and are not reaped yet: nothing is done with what comes for them, but it
 * is no surprise. */
#include <string.h>

#include "dataplane/ike/engine.h"

void cookie_make(struct ike *ike, uint32_t peer, uint8_t out[COOKIE_LEN])
{
    uint8_t sum[HASH_MAX], fresh[16], where[12];
    struct bytes parts[] = {BYTES(ike->secret, sizeof ike->secret), BYTES(where, sizeof where),
                            BYTES(fresh, sizeof fresh)};

    rnd_fill(ike->env.rnd, fresh, sizeof fresh);
    put32(where, peer);
    put32(where + 4, (uint32_t)(ike->cookie_count >> 32));
    put32(where + 8, (uint32_t)ike->cookie_count++);
    hash_parts(HASH_SHA256, parts, 3, sum);
    sum[0] |= 1; /* never all zero: that means "none" */
    memcpy(out, sum, COOKIE_LEN);
}

struct cookie_key {
    uint8_t i[COOKIE_LEN], r[COOKIE_LEN];
};
struct half_key {
    uint8_t i[COOKIE_LEN], addr[4];
};

static struct cookie_key cookie_key(const uint8_t *i, const uint8_t *r)
{
    struct cookie_key k;

    memcpy(k.i, i, COOKIE_LEN);
    memcpy(k.r, r, COOKIE_LEN);
    return k;
}

static struct half_key half_key(const uint8_t *i, uint32_t addr)
{
    struct half_key k;

    memcpy(k.i, i, COOKIE_LEN);
    put32(k.addr, addr);
    return k;
}

static bool has_rcookie(const struct ike_sa *sa)
{
    static const uint8_t none[COOKIE_LEN];

    return memcmp(sa->rcookie, none, COOKIE_LEN) != 0;
}

void cookie_insert(struct ike_sa *sa)
{
    struct half_key h = half_key(sa->icookie, sa->remote);
    struct cookie_key k = cookie_key(sa->icookie, sa->rcookie);

    table_put(sa->ike->half, &h, sa);
    if (has_rcookie(sa))
        table_put(sa->ike->by_cookies, &k, sa);
}

void cookie_remove(struct ike_sa *sa)
{
    struct half_key h = half_key(sa->icookie, sa->remote);
    struct cookie_key k = cookie_key(sa->icookie, sa->rcookie);

    if (table_find(sa->ike->half, &h) == sa)
        table_remove(sa->ike->half, &h);
    if (has_rcookie(sa) && table_find(sa->ike->by_cookies, &k) == sa)
        table_remove(sa->ike->by_cookies, &k);
}

void cookie_bury(struct ike_sa *sa)
{
    struct cookie_key k = cookie_key(sa->icookie, sa->rcookie);

    table_put(sa->ike->dead, &k, sa); /* one that waited for its first answer: without a responder's */
}

void cookie_forget(struct ike_sa *sa)
{
    struct cookie_key k = cookie_key(sa->icookie, sa->rcookie);

    if (table_find(sa->ike->dead, &k) == sa)
        table_remove(sa->ike->dead, &k);
}

bool cookie_dead(const struct ike *ike, const uint8_t *icookie, const uint8_t *rcookie, uint32_t addr)
{
    static const uint8_t none[COOKIE_LEN];
    struct cookie_key k = cookie_key(icookie, rcookie), first = cookie_key(icookie, none);
    const struct ike_sa *sa = table_find(ike->dead, &k);

    if (!sa)
        sa = table_find(ike->dead, &first);
    return sa && sa->remote == addr;
}

struct ike_sa *cookie_find(const struct ike *ike, const uint8_t *icookie, const uint8_t *rcookie)
{
    struct cookie_key k = cookie_key(icookie, rcookie);

    return table_find(ike->by_cookies, &k);
}

struct ike_sa *cookie_find_half(const struct ike *ike, const uint8_t *icookie, uint32_t addr)
{
    struct half_key h = half_key(icookie, addr);

    return table_find(ike->half, &h);
}

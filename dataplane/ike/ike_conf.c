/* What was asked of IKE, and the two questions a negotiation asks of it: which policies are in force, and which
 * pre-shared key a peer has.
 *
 * When no `crypto isakmp policy` was typed, the eight built-in ones of IOS count (65507-65514: AES-128 or 3DES, SHA or
 * MD5, RSA signatures or pre-shared keys; groups 5 and 2). Keys are found by the longest mask, as routes are; 0.0.0.0
 * 0.0.0.0 is the wildcard. Nothing here acts: engines read it when they need it. */
#include "dataplane/ike/ike_conf.h"

#include "espial/ip.h"

void ike_policy_conf_init(void *policy)
{
    struct ike_policy_conf *p = policy;

    p->encryption = IKE_ENC_DES;
    p->aes_bits = IKE_BITS_128;
    p->hash = IKE_HASH_SHA;
    p->authentication = IKE_AUTH_RSA_SIG;
    p->group = 1;
    p->lifetime = 86400;
}

void ike_psk_conf_init(void *psk)
{
    struct ike_psk_conf *p = psk;

    p->mask = 0xFFFFFFFF;
}

static int by_priority(const void *a, const void *b)
{
    const struct ike_policy_conf *x = a, *y = b;

    return (x->priority > y->priority) - (x->priority < y->priority);
}

void ike_conf_init(struct ike_conf *c)
{
    *c = (struct ike_conf){.enable = true, .keepalive_retry = 2};
    conf_list_init(&c->policies, sizeof(struct ike_policy_conf), by_priority, NULL);
    conf_list_init(&c->psks, sizeof(struct ike_psk_conf), NULL, NULL);
}

void ike_conf_fini(struct ike_conf *c)
{
    conf_list_clear(&c->policies);
    conf_list_clear(&c->psks);
}

/* 0.0.0.0 without a mask is everybody. */
static uint32_t mask_of(const struct ike_psk_conf *psk)
{
    return psk->addr ? psk->mask : 0;
}

const struct ike_psk_conf *ike_conf_psk(const struct ike_conf *c, uint32_t peer)
{
    const struct ike_psk_conf *best = NULL;

    CONF_EACH(const struct ike_psk_conf, psk, &c->psks)
    if ((peer & mask_of(psk)) == (psk->addr & mask_of(psk)) && (!best || mask_of(psk) > mask_of(best)))
        best = psk;
    return best;
}

static const struct ike_policy_conf built_in[] = {
    {65507, IKE_ENC_AES, IKE_BITS_128, IKE_HASH_SHA, IKE_AUTH_RSA_SIG, 5, 86400},
    {65508, IKE_ENC_AES, IKE_BITS_128, IKE_HASH_SHA, IKE_AUTH_PSK, 5, 86400},
    {65509, IKE_ENC_AES, IKE_BITS_128, IKE_HASH_MD5, IKE_AUTH_RSA_SIG, 5, 86400},
    {65510, IKE_ENC_AES, IKE_BITS_128, IKE_HASH_MD5, IKE_AUTH_PSK, 5, 86400},
    {65511, IKE_ENC_3DES, 0, IKE_HASH_SHA, IKE_AUTH_RSA_SIG, 2, 86400},
    {65512, IKE_ENC_3DES, 0, IKE_HASH_SHA, IKE_AUTH_PSK, 2, 86400},
    {65513, IKE_ENC_3DES, 0, IKE_HASH_MD5, IKE_AUTH_RSA_SIG, 2, 86400},
    {65514, IKE_ENC_3DES, 0, IKE_HASH_MD5, IKE_AUTH_PSK, 2, 86400},
};

bool ike_conf_policy(const struct ike_conf *c, unsigned i, struct ike_policy_conf *out)
{
    if (c->policies.n) {
        if (i >= c->policies.n)
            return false;
        *out = *(const struct ike_policy_conf *)c->policies.v[i];
        return true;
    }
    if (i >= sizeof built_in / sizeof built_in[0])
        return false;
    *out = built_in[i];
    return true;
}

/* What was asked of IKE, and the questions that are answered by looking at it alone: which policies are in force, which
 * key of a list a peer has.
 *
 * When no `crypto isakmp policy` was typed, the eight built-in ones of IOS count (65507-65514: AES-128 or 3DES, SHA or
 * MD5, RSA signatures or pre-shared keys; groups 5 and 2). Keys are found by the longest mask, as routes are; 0.0.0.0
 * 0.0.0.0 is the wildcard. Which list is asked for whom, and who somebody is, says identity.c. Nothing here acts. */
#include "dataplane/ike/ike_conf.h"

#include <string.h>
#include <strings.h>

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

void ike_keyring_conf_init(void *keyring)
{
    conf_list_init(&((struct ike_keyring_conf *)keyring)->psks, sizeof(struct ike_psk_conf), NULL, NULL);
}

void ike_keyring_conf_fini(void *keyring)
{
    conf_list_clear(&((struct ike_keyring_conf *)keyring)->psks);
}

void ike_profile_conf_init(void *profile)
{
    struct ike_profile_conf *p = profile;

    p->keepalive_retry = 2;
    conf_list_init(&p->matches, sizeof(struct ike_match_conf), NULL, NULL);
}

void ike_profile_conf_fini(void *profile)
{
    conf_list_clear(&((struct ike_profile_conf *)profile)->matches);
}

void ike_identity_conf_init(void *identity)
{
    conf_list_init(&((struct ike_identity_conf *)identity)->names, sizeof(struct ike_fqdn_conf), NULL, NULL);
}

void ike_identity_conf_fini(void *identity)
{
    conf_list_clear(&((struct ike_identity_conf *)identity)->names);
}

static int by_addr(const void *a, const void *b)
{
    const struct ike_peer_conf *x = a, *y = b;

    return (x->addr > y->addr) - (x->addr < y->addr);
}

void ike_conf_init(struct ike_conf *c)
{
    *c = (struct ike_conf){.enable = true, .keepalive_retry = 2, .default_policy = true, .nat_transparency = true, .diagnose_max = 50};
    conf_list_init(&c->policies, sizeof(struct ike_policy_conf), by_priority, NULL);
    conf_list_init(&c->psks, sizeof(struct ike_psk_conf), NULL, NULL);
    conf_list_init(&c->keyrings, sizeof(struct ike_keyring_conf), NULL, ike_keyring_conf_fini);
    conf_list_init(&c->profiles, sizeof(struct ike_profile_conf), NULL, ike_profile_conf_fini);
    conf_list_init(&c->peers, sizeof(struct ike_peer_conf), by_addr, NULL);
    conf_list_init(&c->identities, sizeof(struct ike_identity_conf), NULL, ike_identity_conf_fini);
}

void ike_conf_fini(struct ike_conf *c)
{
    conf_list_clear(&c->policies);
    conf_list_clear(&c->psks);
    conf_list_clear(&c->keyrings);
    conf_list_clear(&c->profiles);
    conf_list_clear(&c->peers);
    conf_list_clear(&c->identities);
}

/* 0.0.0.0 without a mask is everybody. */
static uint32_t mask_of(const struct ike_psk_conf *psk)
{
    return psk->addr ? psk->mask : 0;
}

const struct ike_psk_conf *ike_psk_by_addr(const struct conf_list *psks, uint32_t peer)
{
    const struct ike_psk_conf *best = NULL;

    CONF_EACH(const struct ike_psk_conf, psk, psks)
    if (psk->kind == IKE_PSK_ADDRESS && (peer & mask_of(psk)) == (psk->addr & mask_of(psk)) &&
        (!best || mask_of(psk) > mask_of(best)))
        best = psk;
    return best;
}

const struct ike_psk_conf *ike_psk_by_name(const struct conf_list *psks, const char *name, size_t len)
{
    CONF_EACH(const struct ike_psk_conf, psk, psks)
    if (psk->kind == IKE_PSK_HOST && strlen(psk->host) == len && strncasecmp(psk->host, name, len) == 0)
        return psk;
    return NULL;
}

const struct ike_profile_conf *ike_conf_profile(const struct ike_conf *c, const char *name)
{
    CONF_EACH(const struct ike_profile_conf, p, &c->profiles)
    if (name[0] && strcmp(p->name, name) == 0)
        return p;
    return NULL;
}

const struct ike_keyring_conf *ike_conf_keyring(const struct ike_conf *c, const char *name)
{
    CONF_EACH(const struct ike_keyring_conf, k, &c->keyrings)
    if (name[0] && strcmp(k->name, name) == 0)
        return k;
    return NULL;
}

const struct ike_peer_conf *ike_conf_peer(const struct ike_conf *c, uint32_t addr,
                                          bool (*resolve)(void *arg, const char *name, uint32_t *out), void *arg)
{
    uint32_t named;

    CONF_EACH(const struct ike_peer_conf, p, &c->peers)
    if (p->kind == IKE_PSK_ADDRESS && p->addr == addr)
        return p;
    CONF_EACH(const struct ike_peer_conf, p, &c->peers)
    if (p->kind == IKE_PSK_HOST && resolve && resolve(arg, p->host, &named) && named == addr)
        return p;
    return NULL;
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
    if (!c->default_policy || i >= sizeof built_in / sizeof built_in[0])
        return false;
    *out = built_in[i];
    return true;
}

/* What was asked of IKEv2, and the questions the engine asks of it: which proposals count at an address, which profile
 * a peer falls under, who we are there, and which key proves either end.
 *
 * Smart defaults are answers: a proposal `default` (AES-CBC-256; SHA-512 and SHA-384; groups 19, 14, 21) and a policy
 * `default` (any address, that proposal) exist as long as nothing else is typed under their names; lines typed under
 * `default` replace the list they name and leave the others. A proposal that is not complete (a cipher, a group, and
 * an integrity algorithm, or a PRF for AES-GCM) does not count, nor does a policy without a complete proposal, nor a
 * profile without a match and both ways of authentication. Names of hosts and domains are compared without regard to
 * case. Nothing here acts or is kept: engines ask when they need to know. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dataplane/ike/v2/v2_conf.h"
#include "espial/text.h"

void v2_proposal_conf_init(void *c)
{
    (void)c; /* all zero: nothing typed */
}

void v2_policy_conf_init(void *c)
{
    struct v2_policy_conf *p = c;

    conf_list_init(&p->proposals, sizeof(struct v2_name_conf), NULL, NULL);
    conf_list_init(&p->locals, sizeof(struct v2_local_conf), NULL, NULL);
}

void v2_policy_conf_fini(void *c)
{
    struct v2_policy_conf *p = c;

    conf_list_clear(&p->proposals);
    conf_list_clear(&p->locals);
}

void v2_peer_conf_init(void *c)
{
    struct v2_peer_conf *p = c;

    p->mask = 0xFFFFFFFF;
}

/* Keys do not stay behind in freed memory. */
void v2_peer_conf_fini(void *c)
{
    struct v2_peer_conf *p = c;

    mem_wipe(p->key, sizeof p->key);
    mem_wipe(p->key_local, sizeof p->key_local);
    mem_wipe(p->key_remote, sizeof p->key_remote);
    mem_wipe(p->ppk_key, sizeof p->ppk_key);
}

void v2_keyring_conf_init(void *c)
{
    struct v2_keyring_conf *k = c;

    conf_list_init(&k->peers, sizeof(struct v2_peer_conf), NULL, v2_peer_conf_fini);
}

void v2_keyring_conf_fini(void *c)
{
    struct v2_keyring_conf *k = c;

    conf_list_clear(&k->peers);
}

void v2_profile_conf_init(void *c)
{
    struct v2_profile_conf *p = c;

    conf_list_init(&p->matches, sizeof(struct v2_match_conf), NULL, NULL);
    p->lifetime = 86400;
}

void v2_profile_conf_fini(void *c)
{
    struct v2_profile_conf *p = c;

    conf_list_clear(&p->matches);
    mem_wipe(p->key_local, sizeof p->key_local);
    mem_wipe(p->key_remote, sizeof p->key_remote);
}

void v2_match_conf_settle(void *c)
{
    struct v2_match_conf *m = c;

    if (m->kind == V2_MATCH_ADDRESS && !m->mask && m->addr)
        m->mask = 0xFFFFFFFF;
    if (m->kind == V2_MATCH_ADDRESS)
        m->addr &= m->mask;
}

static int by_name(const void *a, const void *b)
{
    const struct v2_policy_conf *x = a, *y = b;

    return strcmp(x->name, y->name);
}

void v2_conf_init(struct v2_conf *c)
{
    *c = (struct v2_conf){.window = 5, .cookie_challenge = UINT16_MAX, .frag_mtu = 576, .max_queue = 5000};
    conf_list_init(&c->proposals, sizeof(struct v2_proposal_conf), NULL, NULL);
    conf_list_init(&c->policies, sizeof(struct v2_policy_conf), by_name, v2_policy_conf_fini);
    conf_list_init(&c->keyrings, sizeof(struct v2_keyring_conf), NULL, v2_keyring_conf_fini);
    conf_list_init(&c->profiles, sizeof(struct v2_profile_conf), NULL, v2_profile_conf_fini);
}

void v2_conf_fini(struct v2_conf *c)
{
    conf_list_clear(&c->proposals);
    conf_list_clear(&c->policies);
    conf_list_clear(&c->keyrings);
    conf_list_clear(&c->profiles);
}

const struct v2_proposal_conf *v2_conf_find_proposal(const struct v2_conf *c, const char *name)
{
    CONF_EACH(const struct v2_proposal_conf, p, &c->proposals)
    if (!strcmp(p->name, name))
        return p;
    return NULL;
}

const struct v2_keyring_conf *v2_conf_find_keyring(const struct v2_conf *c, const char *name)
{
    CONF_EACH(const struct v2_keyring_conf, k, &c->keyrings)
    if (!strcmp(k->name, name))
        return k;
    return NULL;
}

/* ---- proposals ---- */

/* By the positions of the words in cmd_ikev2.c, from 1. */
static const struct v2_encr encrs[] = {{CIPHER_DES_CBC, 0},   {CIPHER_3DES_CBC, 0},  {CIPHER_AES_CBC, 128},
                                       {CIPHER_AES_CBC, 192}, {CIPHER_AES_CBC, 256}, {CIPHER_AES_GCM, 128},
                                       {CIPHER_AES_GCM, 256}};
static const enum hash_alg hash_words[] = {HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512};
#define NENCRS  (sizeof encrs / sizeof encrs[0])
#define NHASHES (sizeof hash_words / sizeof hash_words[0])

static uint8_t read_hashes(const uint8_t *said, enum hash_alg *out)
{
    uint8_t n = 0;

    for (unsigned i = 0; i < V2_ALGS_MAX && said[i]; i++)
        if (said[i] <= NHASHES)
            out[n++] = hash_words[said[i] - 1];
    return n;
}

bool v2_conf_proposal(const struct v2_conf *c, const char *name, struct v2_proposal *out)
{
    static const struct v2_proposal built_in = {.encr = {{CIPHER_AES_CBC, 256}},
                                                .nencr = 1,
                                                .integ = {HASH_SHA512, HASH_SHA384},
                                                .ninteg = 2,
                                                .group = {19, 14, 21},
                                                .ngroup = 3};
    const struct v2_proposal_conf *p = v2_conf_find_proposal(c, name);
    bool is_default = !strcmp(name, "default"), cbc = false, gcm = false;
    struct v2_proposal v = {0};

    for (unsigned i = 0; p && i < V2_ALGS_MAX && p->encr[i]; i++)
        if (p->encr[i] <= NENCRS)
            v.encr[v.nencr++] = encrs[p->encr[i] - 1];
    for (unsigned i = 0; p && i < V2_ALGS_MAX && p->group[i]; i++)
        v.group[v.ngroup++] = p->group[i];
    if (p) {
        v.ninteg = read_hashes(p->integ, v.integ);
        v.nprf = read_hashes(p->prf, v.prf);
    }
    if (is_default && !v.nencr) {
        memcpy(v.encr, built_in.encr, sizeof v.encr);
        v.nencr = built_in.nencr;
    }
    if (is_default && !v.ninteg) {
        memcpy(v.integ, built_in.integ, sizeof v.integ);
        v.ninteg = built_in.ninteg;
    }
    if (is_default && !v.ngroup) {
        memcpy(v.group, built_in.group, sizeof v.group);
        v.ngroup = built_in.ngroup;
    }
    if (!v.nprf) { /* as the integrity algorithms */
        memcpy(v.prf, v.integ, sizeof v.prf);
        v.nprf = v.ninteg;
    }
    for (unsigned i = 0; i < v.nencr; i++) {
        gcm |= v.encr[i].cipher == CIPHER_AES_GCM;
        cbc |= v.encr[i].cipher != CIPHER_AES_GCM;
    }
    *out = v;
    return (cbc || gcm) && v.ngroup && v.nprf && (!cbc || v.ninteg);
}

static bool policy_fits(const struct v2_policy_conf *p, uint32_t local)
{
    CONF_EACH(const struct v2_local_conf, l, &p->locals)
    if (l->addr == local)
        return true;
    return p->locals.n == 0;
}

static unsigned policy_proposals(const struct v2_conf *c, const struct v2_policy_conf *p,
                                 struct v2_proposal out[V2_PROPOSALS_MAX])
{
    unsigned n = 0;

    CONF_EACH(const struct v2_name_conf, name, &p->proposals)
    if (n < V2_PROPOSALS_MAX && v2_conf_proposal(c, name->name, &out[n]))
        n++;
    return n;
}

unsigned v2_conf_proposals(const struct v2_conf *c, uint32_t local, struct v2_proposal out[V2_PROPOSALS_MAX],
                           const char **policy)
{
    const struct v2_policy_conf *last = NULL;
    const char *unsaid;
    unsigned n;

    policy = policy ? policy : &unsaid;
    CONF_EACH(const struct v2_policy_conf, p, &c->policies)
    {
        *policy = p->name;
        if (!strcmp(p->name, "default"))
            last = p;
        else if (policy_fits(p, local) && (n = policy_proposals(c, p, out)))
            return n;
    }
    *policy = "default";
    if (last && last->proposals.n)
        return policy_fits(last, local) ? policy_proposals(c, last, out) : 0;
    if (last && !policy_fits(last, local))
        return 0;
    return v2_conf_proposal(c, "default", &out[0]) ? 1 : 0;
}

/* ---- identities ---- */

void v2_id_text(const struct v2_id *id, char *out, size_t cap)
{
    bool words = id->type == ID_FQDN || id->type == ID_USER_FQDN, printable = id->len > 0;

    for (unsigned i = 0; i < id->len; i++)
        printable &= id->bytes[i] > 0x20 && id->bytes[i] < 0x7F;
    words |= id->type == ID_KEY_ID && printable;
    struct id_body as = {.type = words ? ID_FQDN : ID_KEY_ID, .data = id->bytes, .len = id->len};
    if (id->type == ID_IPV4_ADDR && id->len == 4)
        as.type = ID_IPV4_ADDR;
    id_text(&as, out, cap);
}

static bool same_text(const struct v2_id *id, const char *text)
{
    size_t n = strlen(text);

    return id->len == n && !strncasecmp((const char *)id->bytes, text, n);
}

/* Does it end in the domain, at a label's beginning (`mark`: '.' of host names, '@' of mail addresses)? */
static bool in_domain(const struct v2_id *id, const char *domain, char mark)
{
    size_t n = strlen(domain);

    if (!n || id->len < n || strncasecmp((const char *)id->bytes + id->len - n, domain, n))
        return false;
    return (id->len == n && mark == '.') || (id->len > n && id->bytes[id->len - n - 1] == (uint8_t)mark);
}

#define WHOLE 10000
/* How exactly an identity is met: 0 not at all, 1 as anybody is, WHOLE as itself. */
static unsigned meets(uint8_t kind, uint32_t addr, uint32_t mask, const char *text, const struct v2_id *id)
{
    int len;

    switch (kind) {
    case V2_MATCH_ADDRESS:
        if (id->type != ID_IPV4_ADDR || id->len != 4 || ((get32(id->bytes) ^ addr) & mask))
            return 0;
        len = ip4_mask_len(mask);
        return mask == 0xFFFFFFFF ? WHOLE : 2 + (len > 0 ? (unsigned)len : 0);
    case V2_MATCH_FQDN: return id->type == ID_FQDN && same_text(id, text) ? WHOLE : 0;
    case V2_MATCH_FQDN_DOMAIN: return id->type == ID_FQDN && in_domain(id, text, '.') ? 2 + (unsigned)strlen(text) : 0;
    case V2_MATCH_EMAIL: return id->type == ID_USER_FQDN && same_text(id, text) ? WHOLE : 0;
    case V2_MATCH_EMAIL_DOMAIN:
        return id->type == ID_USER_FQDN && in_domain(id, text, '@') ? 2 + (unsigned)strlen(text) : 0;
    case V2_MATCH_KEY_ID:
        return id->type == ID_KEY_ID && id->len == strlen(text) && !memcmp(id->bytes, text, id->len) ? WHOLE : 0;
    case V2_MATCH_ANY: return 1;
    default: return 0;
    }
}

/* ---- profiles ---- */

static bool complete(const struct v2_profile_conf *p)
{
    return !p->shutdown && p->matches.n && p->auth_local && p->auth_remote;
}

const struct v2_profile_conf *v2_conf_profile(const struct v2_conf *c, const char *name)
{
    CONF_EACH(const struct v2_profile_conf, p, &c->profiles)
    if (!strcmp(p->name, name))
        return complete(p) ? p : NULL;
    return NULL;
}

/* Is it one of this local address? */
static bool profile_here(const struct v2_profile_conf *p, const struct v2_names *names, uint32_t local)
{
    return complete(p) && (!p->match_local || p->match_local == local) &&
           (!p->match_if[0] || (names && names->if_addr && names->if_addr(names->if_arg, p->match_if) == local));
}

/* How exactly, as meets. */
static unsigned profile_meets(const struct v2_profile_conf *p, const struct v2_names *names, uint32_t local,
                              const struct v2_id *remote)
{
    unsigned best = 0, fit;

    if (!profile_here(p, names, local))
        return 0;
    CONF_EACH(const struct v2_match_conf, m, &p->matches)
    if ((fit = meets(m->kind, m->addr, m->mask, m->text, remote)) > best)
        best = fit;
    return best;
}

bool v2_conf_profile_fits(const struct v2_profile_conf *p, const struct v2_names *names, uint32_t local,
                          const struct v2_id *remote)
{
    return profile_meets(p, names, local, remote) != 0;
}

const struct v2_profile_conf *v2_conf_profile_for(const struct v2_conf *c, const struct v2_names *names, uint32_t local,
                                                  const struct v2_id *remote)
{
    const struct v2_profile_conf *best = NULL;
    unsigned best_fit = 0;

    CONF_EACH(const struct v2_profile_conf, p, &c->profiles)
    {
        unsigned fit = profile_meets(p, names, local, remote);
        if (fit > best_fit) {
            best_fit = fit;
            best = p;
        }
    }
    return best;
}

void v2_conf_local_id(const struct v2_profile_conf *p, uint32_t local, struct v2_id *out)
{
    static const uint8_t types[] = {
        [V2_MATCH_FQDN] = ID_FQDN, [V2_MATCH_EMAIL] = ID_USER_FQDN, [V2_MATCH_KEY_ID] = ID_KEY_ID};
    uint8_t kind = p ? p->local_id_kind : V2_MATCH_NONE;

    *out = (struct v2_id){.type = ID_IPV4_ADDR, .len = 4};
    if (kind == V2_MATCH_FQDN || kind == V2_MATCH_EMAIL || kind == V2_MATCH_KEY_ID) {
        out->type = types[kind];
        out->len = (uint8_t)strlen(p->local_id);
        memcpy(out->bytes, p->local_id, out->len);
    } else {
        put32(out->bytes, kind == V2_MATCH_ADDRESS && p->local_id_addr ? p->local_id_addr : local);
    }
}

/* ---- keys ---- */

static bool take_key(const char *text, bool hex, struct key *out)
{
    uint8_t b[V2_KEY_MAX];
    size_t n = strlen(text);

    if (!n || (hex && n % 2))
        return false;
    if (!hex) {
        key_set(out, text, n);
        return true;
    }
    bool good = str_unhex(text, b, n / 2);
    if (good)
        key_set(out, b, n / 2);
    mem_wipe(b, sizeof b);
    return good;
}

static bool peer_key(const struct v2_peer_conf *p, bool local, struct key *out)
{
    if (local ? p->key_local[0] : p->key_remote[0])
        return take_key(local ? p->key_local : p->key_remote, local ? p->hex_local : p->hex_remote, out);
    return take_key(p->key, p->hex, out);
}

/* How well a keyring's peer fits an address: the bits that are the same and one more; 0 not at all. */
static unsigned fits_address(const struct v2_peer_conf *e, const struct v2_names *names, uint32_t peer)
{
    uint32_t named, mask = e->addr ? e->mask : 0;

    if (e->hostname[0] && names && names->resolve && names->resolve(names->arg, e->hostname, &named) && named == peer)
        return 33;
    return e->has_addr && !((peer ^ e->addr) & mask) ? 1 + (unsigned)__builtin_popcount(mask) : 0;
}

/* The block of a peer: by its identity, or (id NULL) by its address. */
static const struct v2_peer_conf *block_of(const struct v2_keyring_conf *k, const struct v2_names *names, uint32_t peer,
                                           const struct v2_id *id)
{
    const struct v2_peer_conf *best = NULL;
    unsigned best_fit = 0;

    for (size_t i = 0; k && i < k->peers.n; i++) {
        const struct v2_peer_conf *e = k->peers.v[i];
        unsigned fit = id ? meets(e->id_kind, e->id_addr, 0xFFFFFFFF, e->id, id) : fits_address(e, names, peer);
        if (fit > best_fit) {
            best_fit = fit;
            best = e;
        }
    }
    return best;
}

bool v2_conf_key(const struct v2_conf *c, const struct v2_names *names, const struct v2_profile_conf *p, bool local,
                 uint32_t peer, const struct v2_id *peer_id, struct key *out)
{
    const char *own = local ? p->key_local : p->key_remote;
    const struct v2_keyring_conf *k = v2_conf_find_keyring(c, p->keyring);

    if (own[0])
        return take_key(own, false, out);
    const struct v2_peer_conf *e = peer_id ? block_of(k, names, peer, peer_id) : NULL;
    if (e && peer_key(e, local, out))
        return true;
    e = block_of(k, names, peer, NULL);
    return e && peer_key(e, local, out);
}

/* ---- postquantum preshared keys ---- */

bool v2_conf_ppk(const struct v2_conf *c, const struct v2_names *names, const struct v2_profile_conf *p, uint32_t peer,
                 const struct v2_id *peer_id, struct v2_ppk *out)
{
    const struct v2_keyring_conf *k = p->keyring_ppk[0] ? v2_conf_find_keyring(c, p->keyring_ppk) : NULL;
    const struct v2_peer_conf *e = peer_id ? block_of(k, names, peer, peer_id) : NULL;
    struct key key;

    *out = (struct v2_ppk){0};
    if (!e || !e->ppk_id[0])
        e = block_of(k, names, peer, NULL);
    if (!e || !e->ppk_id[0] || !take_key(e->ppk_key, e->ppk_hex, &key))
        return false;
    memcpy(out->id, e->ppk_id, sizeof out->id);
    out->required = e->ppk_required;
    out->len = (uint8_t)key.len;
    memcpy(out->key, key.b, key.len);
    key_wipe(&key);
    return true;
}

static bool may_hold(const struct v2_keyring_conf *k, const struct v2_names *names, uint32_t peer)
{
    for (size_t i = 0; k && i < k->peers.n; i++) {
        const struct v2_peer_conf *e = k->peers.v[i];
        if (e->ppk_id[0] && (e->id_kind || fits_address(e, names, peer)))
            return true;
    }
    return false;
}

bool v2_conf_ppk_may(const struct v2_conf *c, const struct v2_names *names, uint32_t local, uint32_t peer)
{
    CONF_EACH(const struct v2_profile_conf, p, &c->profiles)
    if (p->keyring_ppk[0] && profile_here(p, names, local) &&
        may_hold(v2_conf_find_keyring(c, p->keyring_ppk), names, peer))
        return true;
    return false;
}

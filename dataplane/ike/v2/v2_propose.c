/* Algorithms of IKEv2 offered and chosen (RFC 7296 sections 2.7 and 3.3; RFC 5282 section 8; RFC 8247 for the numbers).
 *
 * A configured proposal is all combinations of its lists. Ciphers with integrity of their own and those without cannot
 * stand in one proposal on the wire, so that one asked may become two offered; ours_flat makes the list that is really
 * offered, and an answer is held against the entry whose number it bears. The answerer takes the first of the peer's
 * proposals that one of ours fits, and within it our order of preference decides.
 *
 * A proposal with a transform type that does not belong there (or that we do not know, RFC 7296 section 3.3.6) is not
 * acceptable; a transform with a strange attribute is as if it were not there. */
#include "dataplane/ike/v2/v2_propose.h"

enum { T_ATTR_KEY_LENGTH = 0x8000 | 14, INTEG_NONE = 0, GROUP_NONE = 0 };

static const struct {
    enum cipher_alg cipher;
    uint16_t id;
    uint8_t key; /* bytes; 0: by the key length */
    const char *name;
} ciphers[] = {
    {CIPHER_DES_CBC, 2, 8, "DES"},      {CIPHER_3DES_CBC, 3, 24, "3DES"},   {CIPHER_NULL, 11, 0, "NULL"},
    {CIPHER_AES_CBC, 12, 0, "AES-CBC"}, {CIPHER_AES_GCM, 20, 0, "AES-GCM"},
    {CIPHER_AES_GMAC, 21, 0, "AES-GMAC"}, /* of children alone */
};
#define NCIPHERS (sizeof ciphers / sizeof ciphers[0])

static const struct {
    uint16_t prf, integ;
    uint8_t icv;
    const char *prf_name, *integ_name;
} hashes[HASH_ALGS] = {
    [HASH_NONE] = {0, 0, 0, "None", "None"},         [HASH_MD5] = {1, 1, 12, "MD5", "MD596"},
    [HASH_SHA1] = {2, 2, 12, "SHA1", "SHA96"},       [HASH_SHA256] = {5, 12, 16, "SHA256", "SHA256"},
    [HASH_SHA384] = {6, 13, 24, "SHA384", "SHA384"}, [HASH_SHA512] = {7, 14, 32, "SHA512", "SHA512"},
};

static size_t cipher_row(enum cipher_alg a)
{
    for (size_t i = 0; i < NCIPHERS; i++)
        if (ciphers[i].cipher == a)
            return i;
    return 0;
}

static uint16_t cipher_id(enum cipher_alg a)
{
    return ciphers[cipher_row(a)].id;
}

/* AES says its key length; the others have one. */
static uint16_t said_bits(enum cipher_alg a, uint16_t bits)
{
    return a == CIPHER_AES_CBC || cipher_is_aead(a) ? bits : 0;
}

const char *v2_encr_name(struct v2_encr e)
{
    return ciphers[cipher_row(e.cipher)].name;
}

const char *v2_integ_name(enum hash_alg a)
{
    return hashes[a].integ_name;
}

const char *v2_prf_name(enum hash_alg a)
{
    return hashes[a].prf_name;
}

const char *v2_group_name(unsigned group)
{
    static const struct {
        uint8_t group;
        const char *name;
    } names[] = {{1, "768_MODP"},   {2, "1024_MODP"},      {5, "1536_MODP"},  {14, "2048_MODP"}, {15, "3072_MODP"},
                 {16, "4096_MODP"}, {17, "6144_MODP"},     {18, "8192_MODP"}, {19, "256_ECP"},   {20, "384_ECP"},
                 {21, "521_ECP"},   {24, "2048_256_MODP"}, {31, "CURVE25519"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].group == group)
            return names[i].name;
    return "UNKNOWN";
}

bool v2_offers_group(const struct v2_proposal *v, unsigned n, unsigned group)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < v[i].ngroup; k++)
            if (v[i].group[k] == group)
                return dh_known(group);
    return false;
}

size_t v2_suite_key_len(const struct v2_suite *s)
{
    size_t fixed = ciphers[cipher_row(s->encr.cipher)].key;
    return fixed ? fixed : s->encr.bits / 8u + (s->encr.cipher == CIPHER_AES_GCM ? 4 : 0);
}

size_t v2_suite_integ_len(const struct v2_suite *s)
{
    return s->encr.cipher == CIPHER_AES_GCM ? 0 : hash_len(s->integ);
}

size_t v2_suite_icv_len(const struct v2_suite *s)
{
    return s->encr.cipher == CIPHER_AES_GCM ? 16 : hashes[s->integ].icv;
}

size_t v2_suite_iv_len(const struct v2_suite *s)
{
    return cipher_iv_len(s->encr.cipher);
}

/* One proposal as it goes out: of `from`, the ciphers that are AEADs, or those that are not. */
struct flat {
    const struct v2_proposal *from;
    bool gcm;
};
#define FLAT_MAX (2 * V2_PROPOSALS_MAX)

static bool is_gcm(struct v2_encr e)
{
    return e.cipher == CIPHER_AES_GCM;
}

/* Pseudorandom functions default to the hashes of the integrity list. */
static const enum hash_alg *prfs(const struct v2_proposal *p, unsigned *n)
{
    *n = p->nprf ? p->nprf : p->ninteg;
    return p->nprf ? p->prf : p->integ;
}

static bool has_prf(const struct v2_proposal *p, enum hash_alg prf)
{
    unsigned n;
    const enum hash_alg *v = prfs(p, &n);

    for (unsigned i = 0; i < n; i++)
        if (v[i] == prf)
            return true;
    return false;
}

unsigned v2_with_prf(struct v2_proposal *v, unsigned n, enum hash_alg prf)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < n; i++)
        if (has_prf(&v[i], prf)) {
            v[kept] = v[i];
            v[kept].prf[0] = prf;
            v[kept++].nprf = 1;
        }
    return kept;
}

static bool offers(const struct v2_proposal *p, bool gcm)
{
    unsigned nprf, ciphered = 0;

    prfs(p, &nprf);
    for (unsigned i = 0; i < p->nencr; i++)
        ciphered += is_gcm(p->encr[i]) == gcm;
    return ciphered && nprf && p->ngroup && (gcm || p->ninteg);
}

/* What is on the wire, in order; the kind of a proposal's first cipher goes first. */
static unsigned ours_flat(const struct v2_proposal *v, unsigned n, struct flat out[FLAT_MAX])
{
    unsigned at = 0;

    for (unsigned i = 0; i < n && i < V2_PROPOSALS_MAX; i++) {
        bool first = v[i].nencr && is_gcm(v[i].encr[0]);
        if (offers(&v[i], first))
            out[at++] = (struct flat){&v[i], first};
        if (offers(&v[i], !first))
            out[at++] = (struct flat){&v[i], !first};
    }
    return at;
}

/* Writing: proposal and transform substructures. The "more" byte of a transform is known when the next is begun. */
struct prop_wr {
    size_t at, last;
    uint8_t n;
};

static struct prop_wr prop_open(struct v2_wr *m, bool more, uint8_t number, uint8_t protocol, const void *spi,
                                uint8_t spi_len)
{
    struct prop_wr p = {.at = m->w.len};

    wr_u8(&m->w, more ? 2 : 0);
    wr_u8(&m->w, 0);
    wr_u16(&m->w, 0);
    wr_u8(&m->w, number);
    wr_u8(&m->w, protocol);
    wr_u8(&m->w, spi_len);
    wr_u8(&m->w, 0);
    if (spi_len)
        wr_bytes(&m->w, spi, spi_len);
    return p;
}

static void prop_transform(struct v2_wr *m, struct prop_wr *p, uint8_t type, uint16_t id, uint16_t bits)
{
    p->last = m->w.len;
    p->n++;
    wr_u8(&m->w, 3);
    wr_u8(&m->w, 0);
    wr_u16(&m->w, bits ? 12 : 8);
    wr_u8(&m->w, type);
    wr_u8(&m->w, 0);
    wr_u16(&m->w, id);
    if (bits) {
        wr_u16(&m->w, T_ATTR_KEY_LENGTH);
        wr_u16(&m->w, bits);
    }
}

static void prop_close(struct v2_wr *m, struct prop_wr *p)
{
    if (m->w.bad)
        return;
    if (p->n)
        m->w.base[p->last] = 0;
    m->w.base[p->at + 7] = p->n;
    wr_put16(&m->w, p->at + 2, (uint16_t)(m->w.len - p->at));
}

void v2_write_ike_offer(struct v2_wr *m, const struct v2_proposal *v, unsigned n, const uint8_t *spi)
{
    struct flat flat[FLAT_MAX];
    unsigned count = ours_flat(v, n, flat), nprf;

    v2_open(m, V2_SA);
    for (unsigned i = 0; i < count; i++) {
        const struct v2_proposal *f = flat[i].from;
        const enum hash_alg *prf = prfs(f, &nprf);
        struct prop_wr p = prop_open(m, i + 1 < count, (uint8_t)(i + 1), V2_PROTO_IKE, spi, spi ? 8 : 0);
        for (unsigned j = 0; j < f->nencr; j++)
            if (is_gcm(f->encr[j]) == flat[i].gcm)
                prop_transform(m, &p, V2_T_ENCR, cipher_id(f->encr[j].cipher),
                               said_bits(f->encr[j].cipher, f->encr[j].bits));
        for (unsigned j = 0; j < nprf; j++)
            prop_transform(m, &p, V2_T_PRF, hashes[prf[j]].prf, 0);
        for (unsigned j = 0; !flat[i].gcm && j < f->ninteg; j++)
            prop_transform(m, &p, V2_T_INTEG, hashes[f->integ[j]].integ, 0);
        for (unsigned j = 0; j < f->ngroup; j++)
            prop_transform(m, &p, V2_T_DH, f->group[j], 0);
        prop_close(m, &p);
    }
    v2_close(m);
}

void v2_write_ike_choice(struct v2_wr *m, const struct v2_suite *s, const uint8_t *spi)
{
    v2_open(m, V2_SA);
    struct prop_wr p = prop_open(m, false, s->number, V2_PROTO_IKE, spi, spi ? 8 : 0);
    prop_transform(m, &p, V2_T_ENCR, cipher_id(s->encr.cipher), said_bits(s->encr.cipher, s->encr.bits));
    prop_transform(m, &p, V2_T_PRF, hashes[s->prf].prf, 0);
    if (!is_gcm(s->encr))
        prop_transform(m, &p, V2_T_INTEG, hashes[s->integ].integ, 0);
    prop_transform(m, &p, V2_T_DH, s->group, 0);
    prop_close(m, &p);
    v2_close(m);
}

static bool has(const struct v2_sa_body *b, const struct v2_sa_proposal *p, uint8_t type, uint16_t id, uint16_t bits)
{
    for (unsigned i = 0; i < p->n; i++) {
        const struct v2_transform *t = &b->t[p->first + i];
        if (t->type == type && t->id == id && t->key_bits == bits && !t->strange)
            return true;
    }
    return false;
}

static unsigned count_of(const struct v2_sa_body *b, const struct v2_sa_proposal *p, uint8_t type)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->n; i++)
        n += b->t[p->first + i].type == type;
    return n;
}

/* Are all of its transforms of the types in `types` (bits)? */
static bool only_types(const struct v2_sa_body *b, const struct v2_sa_proposal *p, unsigned types)
{
    for (unsigned i = 0; i < p->n; i++)
        if (b->t[p->first + i].type > V2_T_ESN || !(types >> b->t[p->first + i].type & 1))
            return false;
    return true;
}
#define TYPES_IKE (1u << V2_T_ENCR | 1u << V2_T_PRF | 1u << V2_T_INTEG | 1u << V2_T_DH)
#define TYPES_ESP (1u << V2_T_ENCR | 1u << V2_T_INTEG | 1u << V2_T_DH | 1u << V2_T_ESN)
#define TYPES_AH  (1u << V2_T_INTEG | 1u << V2_T_DH | 1u << V2_T_ESN)

/* No integrity algorithm, or the word for none. */
static bool integ_none(const struct v2_sa_body *b, const struct v2_sa_proposal *p)
{
    return !count_of(b, p, V2_T_INTEG) || has(b, p, V2_T_INTEG, INTEG_NONE, 0);
}

/* The combination of one flat proposal of ours that the peer's proposal allows. */
static bool fits_ike(const struct v2_sa_body *b, const struct v2_sa_proposal *p, const struct flat *f,
                     struct v2_suite *out)
{
    const struct v2_proposal *o = f->from;
    unsigned nprf, i;
    const enum hash_alg *prf = prfs(o, &nprf);

    *out = (struct v2_suite){.number = p->number};
    if (p->protocol != V2_PROTO_IKE || !only_types(b, p, TYPES_IKE))
        return false;
    for (i = 0; i < o->nencr; i++)
        if (is_gcm(o->encr[i]) == f->gcm &&
            has(b, p, V2_T_ENCR, cipher_id(o->encr[i].cipher), said_bits(o->encr[i].cipher, o->encr[i].bits)))
            break;
    if (i == o->nencr)
        return false;
    out->encr = o->encr[i];
    for (i = 0; i < nprf && !has(b, p, V2_T_PRF, hashes[prf[i]].prf, 0);)
        i++;
    if (i == nprf)
        return false;
    out->prf = prf[i];
    if (f->gcm) {
        if (!integ_none(b, p))
            return false;
    } else {
        for (i = 0; i < o->ninteg && !has(b, p, V2_T_INTEG, hashes[o->integ[i]].integ, 0);)
            i++;
        if (i == o->ninteg)
            return false;
        out->integ = o->integ[i];
    }
    for (i = 0; i < o->ngroup && !(dh_known(o->group[i]) && has(b, p, V2_T_DH, o->group[i], 0));)
        i++;
    if (i == o->ngroup)
        return false;
    out->group = o->group[i];
    return true;
}

static bool ike_spi(const struct v2_sa_proposal *p, uint8_t *peer_spi)
{
    static const uint8_t none[8];

    if (!peer_spi)
        return p->spi_len == 0 || p->spi_len == 8;
    if (p->spi_len != 8 || memcmp(p->spi, none, 8) == 0)
        return false;
    memcpy(peer_spi, p->spi, 8);
    return true;
}

bool v2_choose_ike(const struct v2_sa_body *offer, const struct v2_proposal *ours, unsigned n, struct v2_suite *out,
                   uint8_t *peer_spi)
{
    struct flat flat[FLAT_MAX];
    unsigned count = ours_flat(ours, n, flat);

    for (unsigned i = 0; i < offer->n; i++)
        for (unsigned j = 0; j < count; j++)
            if (fits_ike(offer, &offer->v[i], &flat[j], out) && ike_spi(&offer->v[i], peer_spi))
                return true;
    return false;
}

bool v2_match_ike(const struct v2_sa_body *answer, const struct v2_proposal *ours, unsigned n, struct v2_suite *out,
                  uint8_t *peer_spi)
{
    struct flat flat[FLAT_MAX];
    unsigned count = ours_flat(ours, n, flat);
    const struct v2_sa_proposal *p = &answer->v[0];

    if (answer->n != 1 || p->number < 1 || p->number > count)
        return false;
    const struct flat *f = &flat[p->number - 1];
    return count_of(answer, p, V2_T_ENCR) == 1 && count_of(answer, p, V2_T_PRF) == 1 &&
           count_of(answer, p, V2_T_INTEG) <= 1 && count_of(answer, p, V2_T_DH) == 1 && fits_ike(answer, p, f, out) &&
           ike_spi(p, peer_spi);
}

static uint8_t child_protocol(const struct ipsec_transform *t)
{
    return t->proto == PROTO_AH ? V2_PROTO_AH : V2_PROTO_ESP;
}

static void write_child(struct v2_wr *m, struct prop_wr *p, const struct ipsec_transform *t, unsigned group)
{
    if (t->proto == PROTO_ESP)
        prop_transform(m, p, V2_T_ENCR, cipher_id(t->cipher), said_bits(t->cipher, t->key_bits));
    if (t->auth != HASH_NONE)
        prop_transform(m, p, V2_T_INTEG, hashes[t->auth].integ, 0);
    if (group)
        prop_transform(m, p, V2_T_DH, (uint16_t)group, 0);
}

void v2_write_child_offer(struct v2_wr *m, const struct ipsec_policy *p, uint32_t spi, bool with_group)
{
    uint8_t b[4];

    put32(b, spi);
    v2_open(m, V2_SA);
    for (unsigned i = 0; i < p->ntransforms; i++) {
        const struct ipsec_transform *t = &p->transforms[i];
        struct prop_wr w = prop_open(m, i + 1 < p->ntransforms, (uint8_t)(i + 1), child_protocol(t), b, 4);
        write_child(m, &w, t, with_group ? p->pfs_group : 0);
        if (t->esn)
            prop_transform(m, &w, V2_T_ESN, 1, 0);
        prop_transform(m, &w, V2_T_ESN, 0, 0);
        prop_close(m, &w);
    }
    v2_close(m);
}

void v2_write_child_choice(struct v2_wr *m, const struct v2_child_choice *c, uint32_t spi)
{
    uint8_t b[4];

    put32(b, spi);
    v2_open(m, V2_SA);
    struct prop_wr w = prop_open(m, false, c->number, child_protocol(&c->transform), b, 4);
    write_child(m, &w, &c->transform, c->group);
    prop_transform(m, &w, V2_T_ESN, c->transform.esn, 0);
    prop_close(m, &w);
    v2_close(m);
}

/* Protocol, cipher, integrity, SPI and sequence numbers; the group is the caller's. */
static bool fits_child(const struct v2_sa_body *b, const struct v2_sa_proposal *p, const struct ipsec_transform *t,
                       struct v2_child_choice *out)
{
    bool ah = t->proto == PROTO_AH;

    if (p->protocol != child_protocol(t) || p->spi_len != 4 || get32(p->spi) < 256 ||
        !only_types(b, p, ah ? TYPES_AH : TYPES_ESP))
        return false;
    if (!ah && !has(b, p, V2_T_ENCR, cipher_id(t->cipher), said_bits(t->cipher, t->key_bits)))
        return false;
    if (t->auth == HASH_NONE ? !integ_none(b, p) : !has(b, p, V2_T_INTEG, hashes[t->auth].integ, 0))
        return false;
    *out = (struct v2_child_choice){.transform = *t, .spi = get32(p->spi), .number = p->number};
    out->transform.esn = t->esn && has(b, p, V2_T_ESN, 1, 0);
    return out->transform.esn || has(b, p, V2_T_ESN, 0, 0);
}

/* The group of a proposal under a policy: false when they do not fit. insist: the peer's wish for a group that we did
 * not ask for is granted. */
static bool fits_group(const struct v2_sa_body *b, const struct v2_sa_proposal *p, unsigned wanted, bool insist,
                       uint8_t *group)
{
    *group = 0;
    if (wanted) {
        *group = (uint8_t)wanted;
        return dh_known(wanted) && has(b, p, V2_T_DH, (uint16_t)wanted, 0);
    }
    if (!count_of(b, p, V2_T_DH) || has(b, p, V2_T_DH, GROUP_NONE, 0))
        return true;
    for (unsigned i = 0; insist && i < p->n; i++) {
        const struct v2_transform *t = &b->t[p->first + i];
        if (t->type == V2_T_DH && t->id <= UINT8_MAX && !t->strange && dh_known(t->id)) {
            *group = (uint8_t)t->id;
            return true;
        }
    }
    return false;
}

bool v2_choose_child(const struct v2_sa_body *offer, const struct ipsec_policy *p, bool with_group,
                     struct v2_child_choice *out)
{
    uint8_t group = 0;

    for (int insist = 0; insist < 2; insist++)
        for (unsigned i = 0; i < offer->n; i++)
            for (unsigned j = 0; j < p->ntransforms; j++)
                if (fits_child(offer, &offer->v[i], &p->transforms[j], out) &&
                    (!with_group || fits_group(offer, &offer->v[i], p->pfs_group, insist, &group))) {
                    out->group = group;
                    return true;
                }
    return false;
}

bool v2_match_child(const struct v2_sa_body *answer, const struct ipsec_policy *p, bool with_group,
                    struct v2_child_choice *out)
{
    const struct v2_sa_proposal *a = &answer->v[0];
    unsigned group = with_group ? p->pfs_group : 0;

    if (answer->n != 1 || a->number < 1 || a->number > p->ntransforms || count_of(answer, a, V2_T_ESN) != 1 ||
        count_of(answer, a, V2_T_ENCR) > 1 || count_of(answer, a, V2_T_INTEG) > 1 || count_of(answer, a, V2_T_DH) > 1)
        return false;
    return fits_child(answer, a, &p->transforms[a->number - 1], out) &&
           fits_group(answer, a, group, false, &out->group);
}

/* sa.c: what one SA is made of: transforms with their lengths and names, what fits through them, and initialisation
 * vectors.
 *
 * A transform is either ESP (RFC 4303) with a cipher and a truncated HMAC (RFC 2403 2404 4868) or with AES-GCM alone
 * (RFC 4106) or AES-GMAC (RFC 4543), or AH (RFC 4302) with an HMAC. Key material stands in the order of RFC 2409's KEYMAT: cipher key, GCM
 * salt, authentication key (sad_keymat_len bytes in all). IVs of CBC must not be foreseeable (RFC 3602 section 2.1):
 * they are stretched from the router's chance, 4 KB at a time. AH over ESP is a transform of ESP that names AH's hash
 * too; its key material and numbers are those of the ESP, AH's stand with over.c.
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <stdio.h>
#include <string.h>

#include "espial/text.h"

#define OUTER_IP 20
#define UDP_HEAD 8
#define ESP_HEAD 8
#define AH_HEAD  12

bool transform_valid(const struct ipsec_transform *t)
{
    bool aes = t->key_bits == 128 || t->key_bits == 192 || t->key_bits == 256, hmac = hash_len(t->auth) > 0;
    bool bare = t->auth == HASH_NONE && !t->esn; /* half of an extended number is known from the ICV alone */
    if (t->mode != IPSEC_TUNNEL && t->mode != IPSEC_TRANSPORT)
        return false;
    if (t->proto == PROTO_AH)
        return hmac && t->over == HASH_NONE;
    if (t->proto != PROTO_ESP || (t->over != HASH_NONE && !hash_len(t->over)))
        return false;
    switch (t->cipher) {
    case CIPHER_AES_GMAC:
    case CIPHER_AES_GCM: return aes && t->auth == HASH_NONE;
    case CIPHER_AES_CBC: return aes && (hmac || bare);
    case CIPHER_DES_CBC:
    case CIPHER_3DES_CBC: return hmac || bare;
    case CIPHER_NULL: return hmac;
    default: return false;
    }
}

size_t hmac_icv(enum hash_alg a)
{
    static const uint8_t len[HASH_ALGS] = {
        [HASH_MD5] = 12, [HASH_SHA1] = 12, [HASH_SHA256] = 16, [HASH_SHA384] = 24, [HASH_SHA512] = 32};
    return (unsigned)a < HASH_ALGS ? len[a] : 0;
}

size_t transform_icv(const struct ipsec_transform *t)
{
    return t->proto == PROTO_ESP && cipher_is_aead(t->cipher) ? 16 : hmac_icv(t->auth);
}

size_t transform_cipher_key(const struct ipsec_transform *t)
{
    if (t->proto == PROTO_AH)
        return 0;
    switch (t->cipher) {
    case CIPHER_DES_CBC: return 8;
    case CIPHER_3DES_CBC: return 24;
    case CIPHER_AES_CBC:
    case CIPHER_AES_GMAC:
    case CIPHER_AES_GCM: return t->key_bits / 8;
    default: return 0;
    }
}

size_t sad_keymat_len(const struct ipsec_transform *t)
{
    size_t salt = t->proto == PROTO_ESP && cipher_is_aead(t->cipher) ? 4 : 0;
    return transform_cipher_key(t) + salt + hash_len(t->auth);
}

uint32_t ipsec_plain_mtu(const struct ipsec_transform *t, bool udp_encap, uint32_t path_mtu)
{
    uint32_t head = t->mode == IPSEC_TRANSPORT ? OUTER_IP : 0, icv = (uint32_t)transform_icv(t), over;
    if (t->proto == PROTO_AH) {
        over = AH_HEAD + icv + (OUTER_IP - head);
        return path_mtu > over ? path_mtu - over : 0;
    }
    uint32_t unit = (uint32_t)cipher_block(t->cipher);
    if (unit < 4)
        unit = 4;
    over = OUTER_IP + (t->over != HASH_NONE ? AH_HEAD + (uint32_t)hmac_icv(t->over) : 0) + (udp_encap ? UDP_HEAD : 0) +
           ESP_HEAD + (uint32_t)cipher_iv_len(t->cipher) + icv;
    uint32_t room = path_mtu > over ? (path_mtu - over) / unit * unit : 0;
    return room > 2 ? head + room - 2 : 0;
}

static const char *const esp_auth[HASH_ALGS] = {
    "", "esp-md5-hmac ", "esp-sha-hmac ", "esp-sha256-hmac ", "esp-sha384-hmac ", "esp-sha512-hmac "};
static const char *const ah_auth[HASH_ALGS] = {
    "", "ah-md5-hmac ", "ah-sha-hmac ", "ah-sha256-hmac ", "ah-sha384-hmac ", "ah-sha512-hmac "};

char *ipsec_transform_text(const struct ipsec_transform *t, char out[IPSEC_TRANSFORM_TEXT])
{
    char cipher[24] = "";
    unsigned auth = (unsigned)t->auth < HASH_ALGS ? t->auth : HASH_NONE, bits = t->key_bits;
    if (t->proto == PROTO_AH) {
        snprintf(out, IPSEC_TRANSFORM_TEXT, "%s", ah_auth[auth]);
        return out;
    }
    switch (t->cipher) {
    case CIPHER_DES_CBC: str_copy(cipher, sizeof cipher, "esp-des "); break;
    case CIPHER_3DES_CBC: str_copy(cipher, sizeof cipher, "esp-3des "); break;
    case CIPHER_AES_CBC:
        if (bits == 128)
            str_copy(cipher, sizeof cipher, "esp-aes ");
        else
            snprintf(cipher, sizeof cipher, "esp-%u-aes ", bits);
        break;
    case CIPHER_AES_GMAC:
    case CIPHER_AES_GCM: {
        const char *name = t->cipher == CIPHER_AES_GCM ? "gcm" : "gmac";
        if (bits == 128)
            snprintf(cipher, sizeof cipher, "esp-%s ", name);
        else
            snprintf(cipher, sizeof cipher, "esp-%s %u ", name, bits);
        break;
    }
    default: str_copy(cipher, sizeof cipher, "esp-null ");
    }
    snprintf(out, IPSEC_TRANSFORM_TEXT, "%s%s", cipher, esp_auth[auth]);
    return out;
}

char *ipsec_engine_text(const struct ipsec_transform *t, char out[IPSEC_TRANSFORM_TEXT])
{
    static const char *const hash[HASH_ALGS] = {"", "MD5", "SHA", "SHA256", "SHA384", "SHA512"};
    char cipher[16] = "NULL";
    const char *h = (unsigned)t->auth < HASH_ALGS ? hash[t->auth] : "";
    if (t->proto == PROTO_AH) {
        snprintf(out, IPSEC_TRANSFORM_TEXT, "%s", h);
        return out;
    }
    if (t->cipher == CIPHER_DES_CBC || t->cipher == CIPHER_3DES_CBC)
        str_copy(cipher, sizeof cipher, t->cipher == CIPHER_DES_CBC ? "DES" : "3DES");
    else if (t->cipher == CIPHER_AES_CBC || cipher_is_aead(t->cipher))
        snprintf(cipher, sizeof cipher, "AES%s%u",
                 t->cipher == CIPHER_AES_GCM    ? "-GCM"
                 : t->cipher == CIPHER_AES_GMAC ? "-GMAC"
                                                : "",
                 (unsigned)t->key_bits);
    snprintf(out, IPSEC_TRANSFORM_TEXT, "%s%s%s", cipher, *h ? "+" : "", h);
    return out;
}

static void hex(struct text *t, const uint8_t *p, size_t len)
{
    text_add(t, len ? "\"0x" : "\"");
    for (size_t i = 0; i < len; i++)
        text_printf(t, "%02x", p[i]);
    text_add(t, "\"");
}

char *ipsec_wireshark_line(const struct ipsec_key_export *k, char out[IPSEC_WIRESHARK_LINE])
{
    static const char *const auth[HASH_ALGS] = {
        "NULL",
        "HMAC-MD5-96 [RFC2403]",
        "HMAC-SHA-1-96 [RFC2404]",
        "HMAC-SHA-256-128 [RFC4868]",
        "HMAC-SHA-384-192 [RFC4868]",
        "HMAC-SHA-512-256 [RFC4868]",
    };
    static const char *const cipher[CIPHER_ALGS] = {
        "NULL",
        "DES-CBC [RFC2405]",
        "TripleDES-CBC [RFC2451]",
        "AES-CBC [RFC3602]",
        "AES-GCM with 16 octet ICV [RFC4106]",
        NULL, /* it has no name there */
    };
    struct text t = {0};
    out[0] = '\0';
    if (k->transform.proto != PROTO_ESP || (unsigned)k->transform.cipher >= CIPHER_ALGS ||
        (unsigned)k->transform.auth >= HASH_ALGS || !cipher[k->transform.cipher])
        return out;
    text_printf(&t, "\"IPv4\",\"%s\",\"%s\",\"0x%08x\",\"%s\",", IP4(k->src), IP4(k->dst), k->spi,
                cipher[k->transform.cipher]);
    hex(&t, k->cipher_key, k->cipher_key_len);
    text_printf(&t, ",\"%s\",", auth[k->transform.auth]);
    hex(&t, k->auth_key, k->auth_key_len);
    str_copy(out, IPSEC_WIRESHARK_LINE, text_str(&t));
    mem_wipe(t.s, t.len);
    text_free(&t);
    return out;
}

static bool hash_of(uint8_t set_auth, enum hash_alg *out)
{
    static const uint8_t map[] = {HASH_NONE, HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512};
    if (set_auth >= sizeof map)
        return false;
    *out = map[set_auth];
    return true;
}

bool ipsec_transform_of(const struct transform_set_conf *set, struct ipsec_transform *out)
{
    static const uint8_t cipher[] = {CIPHER_NULL,     CIPHER_NULL,    CIPHER_DES_CBC,
                                     CIPHER_3DES_CBC, CIPHER_AES_CBC, CIPHER_AES_GCM, CIPHER_AES_GMAC};
    memset(out, 0, sizeof *out);
    out->mode = set->mode ? IPSEC_TRANSPORT : IPSEC_TUNNEL;
    out->require = set->mode && set->require;
    out->esn = set->esn;
    if (set->ah && !set->cipher && !set->auth) {
        out->proto = PROTO_AH;
        return hash_of(set->ah, &out->auth) && transform_valid(out);
    }
    out->proto = PROTO_ESP;
    if (set->cipher >= sizeof cipher || !hash_of(set->auth, &out->auth) || !hash_of(set->ah, &out->over))
        return false;
    out->cipher = cipher[set->cipher];
    if (out->cipher == CIPHER_AES_CBC || cipher_is_aead(out->cipher))
        out->key_bits = set->bits;
    return transform_valid(out);
}

const struct transform_set_conf *ipsec_default_set(void)
{
    static const struct transform_set_conf dflt = {
        .name = "default", .cipher = SET_ESP_AES, .bits = 128, .auth = SET_SHA, .mode = IPSEC_TRANSPORT};
    return &dflt;
}

const struct transform_set_conf *ipsec_set_find(struct ipsec *ips, const char *name)
{
    CONF_EACH(const struct transform_set_conf, s, &ips->conf.sets)
    if (!strcmp(s->name, name))
        return s;
    return strcmp(name, "default") ? NULL : ipsec_default_set();
}

void ipsec_iv(struct ipsec *ips, uint8_t *iv, size_t len)
{
    if (len > ips->chance_left) {
        rnd_fill(ips->ivs ? ips->ivs : ips->env.ivs, ips->chance, sizeof ips->chance);
        ips->chance_left = sizeof ips->chance;
    }
    ips->chance_left -= len;
    memcpy(iv, ips->chance + ips->chance_left, len);
}

static struct seal_spec spec_of(const struct ipsec_transform *t, bool encrypt, const uint8_t *key)
{
    size_t ckey = transform_cipher_key(t), auth = hash_len(t->auth), salt = sad_keymat_len(t) - ckey - auth;
    return (struct seal_spec){.cipher = t->cipher,
                              .encrypt = encrypt,
                              .key = key,
                              .key_len = ckey,
                              .salt = key + ckey,
                              .hash = t->auth,
                              .mac_key = key + ckey + salt,
                              .mac_key_len = auth,
                              .icv_len = (unsigned)transform_icv(t)};
}

struct sa_pair *pair_take(struct ipsec *ips, const struct sa_pair_params *p)
{
    const struct ipsec_transform *t = &p->policy.transforms[0];
    struct seal_spec in = spec_of(t, false, p->key_in), out = spec_of(t, true, p->key_out);
    bool esp = t->proto == PROTO_ESP;
    size_t first = esp ? seal_size(ips->crypto, &in) : 0, second = esp ? seal_size(ips->crypto, &out) : 0;
    struct sa_pair *sa = store_take(ips->store, sizeof *sa + first + second);
    uint8_t *behind = (uint8_t *)sa + sizeof *sa;
    sa->size = (uint32_t)(sizeof *sa + first + second);
    sa->out.spi = p->spi_out;
    sa->in.spi = p->spi_in;
    if (esp) {
        sa->in.seal = seal_make(ips->crypto, &in, behind);
        sa->out.seal = seal_make(ips->crypto, &out, behind + first);
    } else {
        sa->out.mac = mac_new(t->auth, p->key_out, out.mac_key_len);
        sa->in.mac = mac_new(t->auth, p->key_in, in.mac_key_len);
    }
    return sa;
}

void pair_give(struct ipsec *ips, struct sa_pair *sa)
{
    over_free(sa);
    if (sa->policy.transforms[0].proto == PROTO_AH) {
        mac_free(sa->out.mac);
        mac_free(sa->in.mac);
    } else {
        seal_end(sa->out.seal);
        seal_end(sa->in.seal);
    }
    store_give(ips->store, sa, sa->size);
}

/* keypair.c: key pairs of the router (crypto key generate): made, written and read as PEM, and their public halves in the two forms that are shown and sent:
 * SubjectPublicKeyInfo (RFC 5280) and SSH's (RFC 4253 6.6 for RSA, RFC 5656 3.1 for curves).
 *
 * Nothing here signs: host keys are used by the child of an SSH connection alone. A key read from a file is taken only when its kind and size are among those this
 * router makes. */
#include "espial/keypair.h"

#include <string.h>

#include "espial/crypto.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

struct keypair {
    EVP_PKEY *key;
    enum keypair_kind kind;
    unsigned bits;
};

static const struct {
    unsigned bits;
    const char *curve, *group, *ssh;
} curves[] = {
    {256, "P-256", "prime256v1", "nistp256"},
    {384, "P-384", "secp384r1", "nistp384"},
    {521, "P-521", "secp521r1", "nistp521"},
};

static struct keypair *wrap(EVP_PKEY *key)
{
    int bits = key ? EVP_PKEY_get_bits(key) : 0;
    char group[32] = "";
    if (!key)
        return NULL;
    struct keypair *k = NEW(struct keypair);
    k->key = key;
    k->bits = (unsigned)bits;
    if (EVP_PKEY_is_a(key, "ED25519")) {
        k->kind = KEYPAIR_ED25519;
        k->bits = 256; /* libcrypto counts 253 */
        return k;
    }
    k->kind = KEYPAIR_RSA;
    if (EVP_PKEY_is_a(key, "RSA") && bits >= 1024 && bits <= 4096)
        return k;
    if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, NULL)) {
        k->kind = KEYPAIR_EC;
        for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
            if (!strcmp(group, curves[i].group) && k->bits == curves[i].bits)
                return k;
    }
    keypair_free(k);
    return NULL;
}

struct keypair *keypair_new(enum keypair_kind kind, unsigned bits)
{
    if (kind == KEYPAIR_RSA)
        return bits >= 1024 && bits <= 4096 ? wrap(EVP_RSA_gen(bits)) : NULL;
    if (kind == KEYPAIR_ED25519)
        return wrap(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++)
        if (bits == curves[i].bits)
            return wrap(EVP_EC_gen(curves[i].curve));
    return NULL;
}

void keypair_free(struct keypair *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->key);
    mem_free(k);
}

bool keypair_to_pem(const struct keypair *k, struct text *out)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *p = NULL;
    bool ok = bio && PEM_write_bio_PKCS8PrivateKey(bio, k->key, NULL, NULL, 0, NULL, NULL) == 1;
    long n = ok ? BIO_get_mem_data(bio, &p) : 0;
    if (n > 0)
        text_addn(out, p, (size_t)n);
    BIO_free(bio);
    return n > 0;
}

static int no_password(char *buf, int size, int writing, void *arg)
{
    (void)buf, (void)size, (void)writing, (void)arg;
    return -1;
}

struct keypair *keypair_from_pem(const char *pem, size_t len)
{
    BIO *bio = len < 65536 ? BIO_new_mem_buf(pem, (int)len) : NULL;
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    BIO_free(bio);
    return wrap(key);
}

enum keypair_kind keypair_kind(const struct keypair *k)
{
    return k->kind;
}

unsigned keypair_bits(const struct keypair *k)
{
    return k->bits;
}

size_t keypair_public_der(const struct keypair *k, uint8_t *out, size_t cap)
{
    int len = i2d_PUBKEY(k->key, NULL);
    if (len <= 0 || (size_t)len > cap)
        return 0;
    return i2d_PUBKEY(k->key, &out) == len ? (size_t)len : 0;
}

struct ssh_bytes {
    uint8_t *p;
    size_t len, cap;
    bool over;
};

static void put(struct ssh_bytes *b, const void *bytes, size_t len)
{
    if (b->over || len > b->cap - b->len) {
        b->over = true;
        return;
    }
    memcpy(b->p + b->len, bytes, len);
    b->len += len;
}

static void put_string(struct ssh_bytes *b, const void *bytes, size_t len)
{
    const uint8_t n[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len};
    put(b, n, 4);
    put(b, bytes, len);
}

/* mpint (RFC 4251 5): a zero byte first where the highest bit is set. */
static bool put_number(struct ssh_bytes *b, const EVP_PKEY *key, const char *name)
{
    BIGNUM *n = NULL;
    uint8_t raw[1 + 512];
    int len;
    if (!EVP_PKEY_get_bn_param(key, name, &n))
        return false;
    len = BN_num_bytes(n);
    raw[0] = 0;
    if (len > 0 && len <= 512) {
        BN_bn2bin(n, raw + 1);
        bool high = raw[1] & 0x80;
        put_string(b, raw + !high, (size_t)len + high);
    }
    BN_free(n);
    return len > 0 && len <= 512;
}

size_t keypair_public_ssh(const struct keypair *k, uint8_t *out, size_t cap)
{
    struct ssh_bytes b = {.p = out, .cap = cap};
    const char *name = keypair_ssh_name(k);
    put_string(&b, name, strlen(name));
    if (k->kind == KEYPAIR_RSA) {
        if (!put_number(&b, k->key, OSSL_PKEY_PARAM_RSA_E) || !put_number(&b, k->key, OSSL_PKEY_PARAM_RSA_N))
            return 0;
    } else if (k->kind == KEYPAIR_ED25519) {
        uint8_t raw[32];
        size_t len = sizeof raw;
        if (EVP_PKEY_get_raw_public_key(k->key, raw, &len) != 1 || len != sizeof raw)
            return 0;
        put_string(&b, raw, len);
    } else {
        uint8_t point[1 + 2 * 66];
        size_t len = 0;
        if (!EVP_PKEY_get_octet_string_param(k->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) ||
            point[0] != 4)
            return 0;
        put_string(&b, name + strlen("ecdsa-sha2-"), strlen(name) - strlen("ecdsa-sha2-"));
        put_string(&b, point, len);
    }
    return b.over ? 0 : b.len;
}

/* OpenSSH's own format (its PROTOCOL.key), not encrypted: libssh takes an Ed25519 pair with both halves in it, and from PKCS #8 only one. */
static bool ed25519_pem(const struct keypair *k, struct text *out)
{
    static const char magic[] = "openssh-key-v1";
    static const uint8_t none[] = "\0\0\0\4none\0\0\0\4none\0\0\0\0\0\0\0\1", checks[8] = {0},
                         padding[] = {1, 2, 3, 4, 5, 6, 7};
    uint8_t public[64], secret[256], whole[512], pair[64];
    struct ssh_bytes s = {.p = secret, .cap = sizeof secret}, w = {.p = whole, .cap = sizeof whole};
    size_t n = 32, m = 32, len = keypair_public_ssh(k, public, sizeof public);
    bool ok = len && EVP_PKEY_get_raw_private_key(k->key, pair, &n) == 1 &&
              EVP_PKEY_get_raw_public_key(k->key, pair + 32, &m) == 1 && n == 32 && m == 32;
    put(&s, checks, sizeof checks);
    put(&s, public, len); /* name and public half, as they stand there too */
    put_string(&s, pair, sizeof pair);
    put_string(&s, "", 0);
    put(&s, padding, (8 - s.len % 8) % 8);
    put(&w, magic, sizeof magic);
    put(&w, none, sizeof none - 1);
    put_string(&w, public, len);
    put_string(&w, secret, s.len);
    BIO *bio = BIO_new(BIO_s_secmem());
    char *p = NULL;
    ok = ok && !s.over && !w.over && bio && PEM_write_bio(bio, "OPENSSH PRIVATE KEY", "", whole, (long)w.len) > 0;
    long written = ok ? BIO_get_mem_data(bio, &p) : 0;
    if (written > 0)
        text_addn(out, p, (size_t)written);
    BIO_free(bio);
    mem_wipe(pair, sizeof pair);
    mem_wipe(secret, sizeof secret);
    mem_wipe(whole, sizeof whole);
    return written > 0;
}

bool keypair_to_ssh_pem(const struct keypair *k, struct text *out)
{
    return k->kind == KEYPAIR_ED25519 ? ed25519_pem(k, out) : keypair_to_pem(k, out);
}

const char *keypair_ssh_name(const struct keypair *k)
{
    if (k->kind == KEYPAIR_RSA)
        return "ssh-rsa";
    if (k->kind == KEYPAIR_ED25519)
        return "ssh-ed25519";
    return k->bits == 256 ? "ecdsa-sha2-nistp256" : k->bits == 384 ? "ecdsa-sha2-nistp384" : "ecdsa-sha2-nistp521";
}

/* multi_none.c: in place of multi.c where espial was built without Intel's multi-buffer library: multi_new has none to
 * give, and nothing else here is ever called.
 */
#include "base/crypto/crypto_local.h"

#ifndef ESPIAL_MULTI_BUFFER

struct multi *multi_new(void)
{
    return NULL;
}

void multi_free(struct multi *m)
{
    (void)m;
}

const char *multi_name(const struct multi *m, enum hash_alg a)
{
    (void)m, (void)a;
    return "";
}

bool multi_has_cipher(enum cipher_alg a)
{
    (void)a;
    return false;
}

bool multi_has_hash(enum hash_alg a)
{
    (void)a;
    return false;
}

bool multi_has_icv(enum hash_alg a, unsigned len)
{
    (void)a, (void)len;
    return false;
}

size_t multi_key_size(const struct multi *m, enum cipher_alg a)
{
    (void)m, (void)a;
    return 0;
}

size_t multi_lead(const struct multi *m, enum cipher_alg a)
{
    (void)m, (void)a;
    return 0;
}

bool multi_key_first(const struct multi *m, enum cipher_alg a)
{
    (void)m, (void)a;
    return false;
}

size_t multi_pad_size(void)
{
    return 0;
}

void multi_set_cipher(struct multi *m, struct seal *s, const void *key)
{
    (void)m, (void)s, (void)key;
}

void multi_set_hash(struct multi *m, struct seal *s, const void *key, size_t key_len)
{
    (void)m, (void)s, (void)key, (void)key_len;
}

void multi_gcm_seal(struct multi *m, const struct seal_job *j)
{
    (void)m, (void)j;
}

bool multi_gcm_open(struct multi *m, const struct seal_job *j)
{
    (void)m, (void)j;
    return false;
}

void multi_cbc(struct multi *m, struct seal_job *jobs, unsigned n)
{
    (void)m, (void)jobs, (void)n;
}

void multi_hash_write(struct multi *m, struct seal_job *jobs, unsigned n)
{
    (void)m, (void)jobs, (void)n;
}

void multi_hash_check(struct multi *m, struct seal_job *jobs, unsigned n)
{
    (void)m, (void)jobs, (void)n;
}

#endif

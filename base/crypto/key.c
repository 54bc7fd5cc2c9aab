/* key.c: key material, and the two things one does to secrets that plain memset and memcmp must not do: wipe so that
 * the compiler cannot leave it out, and compare in a time that does not depend on where the bytes differ.
 */
#include "espial/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

void mem_wipe(void *p, size_t len)
{
    if (p && len)
        OPENSSL_cleanse(p, len);
}

bool mem_equal_ct(const void *a, const void *b, size_t len)
{
    return len == 0 || CRYPTO_memcmp(a, b, len) == 0;
}

void key_set(struct key *k, const void *p, size_t len)
{
    if (len > KEY_MAX) {
        fprintf(stderr, "key_set: %zu bytes are more than a key holds\n", len);
        abort();
    }
    uint8_t copy[KEY_MAX]; /* p may point into k */
    if (len)
        memcpy(copy, p, len);
    key_wipe(k);
    if (len)
        memcpy(k->b, copy, len);
    k->len = (uint16_t)len;
    mem_wipe(copy, len);
}

void key_wipe(struct key *k)
{
    mem_wipe(k, sizeof *k);
}

/* crypto_vectors.h: published vectors that more than one test holds the sums against: HMAC (RFC 2202, RFC 4231), CBC
 * (FIPS 81, SP 800-67, RFC 3602, SP 800-38A). */
#ifndef TESTS_UNIT_CRYPTO_VECTORS_H
#define TESTS_UNIT_CRYPTO_VECTORS_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "espial/crypto.h"

static inline size_t unhex(const char *s, uint8_t *out)
{
    size_t n = 0;
    unsigned v;
    for (; s[0] && s[1]; s += 2, n++) {
        assert_int_equal(sscanf(s, "%2x", &v), 1);
        out[n] = (uint8_t)v;
    }
    return n;
}

static inline void assert_hex(const uint8_t *got, size_t len, const char *want)
{
    uint8_t b[1024];
    assert_int_equal(unhex(want, b), len);
    assert_memory_equal(got, b, len);
}

struct hmac_row {
    enum hash_alg alg;
    uint8_t key_byte; /* 0: key_text; 1: the bytes 01..19 */
    size_t key_len;
    uint8_t data_byte; /* 0: text */
    size_t data_len;
    const char *text, *want;
};
#define LARGE_KEY "Test Using Larger Than Block-Size Key - Hash Key First"
#define LARGE_BOTH                                                                                                     \
    "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed " \
    "before being used by the HMAC "                                                                                   \
    "algorithm."

static const struct hmac_row hmac_rows[] = {
    /* RFC 2202 */
    {HASH_MD5, 0x0b, 16, 0, 0, "Hi There", "9294727a3638bb1c13f48ef8158bfc9d"},
    {HASH_MD5, 0, 4, 0, 0, "what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738"},
    {HASH_MD5, 0xaa, 16, 0xdd, 50, NULL, "56be34521d144c88dbb8c733f0e8b3f6"},
    {HASH_MD5, 1, 25, 0xcd, 50, NULL, "697eaf0aca3a3aea3a75164746ffaa79"},
    {HASH_MD5, 0xaa, 80, 0, 0, LARGE_KEY, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"},
    {HASH_SHA1, 0x0b, 20, 0, 0, "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"},
    {HASH_SHA1, 0, 4, 0, 0, "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {HASH_SHA1, 0xaa, 20, 0xdd, 50, NULL, "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
    {HASH_SHA1, 1, 25, 0xcd, 50, NULL, "4c9007f4026250c6bc8414f9bf50c86c2d7235da"},
    {HASH_SHA1, 0xaa, 80, 0, 0, LARGE_KEY, "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
    /* RFC 4231 */
    {HASH_SHA256, 0x0b, 20, 0, 0, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {HASH_SHA256, 0, 4, 0, 0, "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {HASH_SHA256, 0xaa, 20, 0xdd, 50, NULL, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {HASH_SHA256, 1, 25, 0xcd, 50, NULL, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {HASH_SHA256, 0xaa, 131, 0, 0, LARGE_KEY, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {HASH_SHA256, 0xaa, 131, 0, 0, LARGE_BOTH, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    {HASH_SHA384, 0x0b, 20, 0, 0, "Hi There",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6"},
    {HASH_SHA384, 0, 4, 0, 0, "what do ya want for nothing?",
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"},
    {HASH_SHA384, 0xaa, 131, 0, 0, LARGE_BOTH,
     "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e"},
    {HASH_SHA512, 0x0b, 20, 0, 0, "Hi There",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702"
     "e696c203a126854"},
    {HASH_SHA512, 0xaa, 20, 0xdd, 50, NULL,
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee894267"
     "4278859e13292fb"},
    {HASH_SHA512, 0xaa, 131, 0, 0, LARGE_KEY,
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8"
     "b915a985d786598"},
    {HASH_SHA512, 0xaa, 131, 0, 0, LARGE_BOTH,
     "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de044606"
     "5c97440fa8c6a58"},
};

/* The key and the text of a row. Returns the text's length. */
static inline size_t hmac_row_text(const struct hmac_row *r, uint8_t key[256], uint8_t data[256])
{
    memcpy(key, "Jefe", 4);
    for (size_t j = 0; r->key_byte && j < r->key_len; j++)
        key[j] = r->key_byte == 1 ? (uint8_t)(j + 1) : r->key_byte;
    memset(data, r->data_byte, 256);
    size_t len = r->text ? strlen(r->text) : r->data_len;
    if (r->text)
        memcpy(data, r->text, len);
    return len;
}

#define TWO_BLOCKS "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
static const struct cbc_row {
    enum cipher_alg alg;
    const char *key, *iv, *plain, *want;
} cbc_rows[] = {
    /* FIPS 81, table C2: "Now is the time for all " */
    {CIPHER_DES_CBC, "0123456789abcdef", "1234567890abcdef", "4e6f77206973207468652074696d6520666f7220616c6c20",
     "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"},
    {CIPHER_3DES_CBC, "0123456789abcdef23456789abcdef01456789abcdef0123", "f69f2445df4f9b17", TWO_BLOCKS,
     "2079c3d53aa763e193b79e2569ab5262516570481f25b50f73c0bda85c8e0da7"},
    /* RFC 3602 section 4, cases 1 and 2 */
    {CIPHER_AES_CBC, "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41",
     "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a"},
    {CIPHER_AES_CBC, "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1"},
    /* SP 800-38A F.2.3, F.2.5 */
    {CIPHER_AES_CBC, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "000102030405060708090a0b0c0d0e0f", TWO_BLOCKS,
     "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"},
    {CIPHER_AES_CBC, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "000102030405060708090a0b0c0d0e0f", TWO_BLOCKS,
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
    {CIPHER_NULL, "", "", "616263", "616263"},
};
#endif

/* Key derivation of IKEv1 against values computed elsewhere: RFC 2409 with pre-shared keys for every formula of
 * dataplane/ike/keys.c. The expected values come from this program over Python's hashlib and hmac, which share nothing
 * with ours:
 *
 *   def prf(h, k, *p): return hmac.new(k, b"".join(p), h).digest()
 *   psk = b"cisco123"; ni = bytes(range(0x10, 0x30)); nr = bytes(range(0x40, 0x54))
 *   gxy = bytes((i*7+1) & 255 for i in range(128)); gxi = bytes((i*3+2) & 255 for i in range(128)); gxr = bytes((i*5+3)
 * & 255 for i in range(128)) ci = fromhex("0102030405060708"); cr = fromhex("a1a2a3a4a5a6a7a8"); sai =
 * bytes(range(0x60, 0x90)) idii = fromhex("011101f4c0000201"); idir = fromhex("011101f4c6336402"); mid =
 * fromhex("4f1d0053"); rest = bytes(range(0x20, 0x60)) s = prf(h, psk, ni, nr); d = prf(h, s, gxy, ci, cr, b"\0"); a =
 * prf(h, s, d, gxy, ci, cr, b"\1"); e = prf(h, s, a, gxy, ci, cr, b"\2") enc = e[:n] or, when e is too short, K1 =
 * prf(h, e, b"\0"), K2 = prf(h, e, K1), ... joined and cut iv1 = hash(gxi + gxr)[:16]; iv2 = hash(iv1 + mid)[:16]
 *   hash_i = prf(h, s, gxi, gxr, ci, cr, sai, idii); hash_r = prf(h, s, gxr, gxi, cr, ci, sai, idir)
 *   hash1 = prf(h, a, mid, rest); hash2 = prf(h, a, mid, ni, rest); hash3 = prf(h, a, b"\0", mid, ni, nr)
 *   keymat: K = prf(h, d, K, [gxy,] b"\3", fromhex("b761863e"), ni, nr) from K = b"", joined, 52 bytes
 *   natd = hash(ci + cr + fromhex("c0000201") + fromhex("01f4"))
 *
 * The first row is AES-256 with SHA-1: SKEYID_e has 20 bytes, the cipher wants 32. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ike/keys.h"

struct vector {
    enum hash_alg hash;
    size_t enc_len;
    const char *skeyid, *d, *a, *e, *enc, *iv1, *iv2, *hash_i, *hash_r, *hash1, *hash2, *hash3, *keymat, *keymat_pfs,
        *natd;
};
static const struct vector vectors[] = {
    {
        .hash = HASH_SHA1,
        .enc_len = 32,
        .skeyid = "92d3194589fad3b1f7b4cbb2e7677f6a8600b4c4",
        .d = "9e3e8b32d6f91c9dd40d24ec6d636610b4e6ab0d",
        .a = "ffa9d19f2133bc469195f4d47d5615412e9f5522",
        .e = "a54439c431b0a9f2178fad21f2bb9d09c4d810b8",
        .enc = "a846e9fb28a60c24ddffadf8363634b0140c59e31f230bb0a69fcd8584405fbe",
        .iv1 = "1d9f49792078d337f8668556b8158fc5",
        .iv2 = "f85da69617fd4ce8337e78c196921813",
        .hash_i = "c0828ffbabebe9a29e8441b266cd07f109239e8b",
        .hash_r = "3abc3db53e9ecbe33533951028489de56d0a6693",
        .hash1 = "744b55fd3751e116872338f71a7f9a814d128c2a",
        .hash2 = "1770bee8cb9af72af78c061ef52fc859f9f33fe3",
        .hash3 = "f9d4159f640a5ffc98fc11015b3a9dd19eee23ae",
        .keymat =
            "93f2102d72629158f800f101c56977cfbf8f651708d937d0f910c4ed555ab8724f45ce5ff3549c1da59feda5d0f9d62d28d5d1c2",
        .keymat_pfs =
            "b576e3c6b07cb9a98132f95dfdd2b0468fd1d590ff7482d16f7a80b1ecac98db4523fd25851a30791046e063d907d83b1f5436b7",
        .natd = "7382fc0a797574a3274c755f37b3852b7394b414",
    },
    {
        .hash = HASH_SHA1,
        .enc_len = 16,
        .skeyid = "92d3194589fad3b1f7b4cbb2e7677f6a8600b4c4",
        .d = "9e3e8b32d6f91c9dd40d24ec6d636610b4e6ab0d",
        .a = "ffa9d19f2133bc469195f4d47d5615412e9f5522",
        .e = "a54439c431b0a9f2178fad21f2bb9d09c4d810b8",
        .enc = "a54439c431b0a9f2178fad21f2bb9d09",
        .iv1 = "1d9f49792078d337f8668556b8158fc5",
        .iv2 = "f85da69617fd4ce8337e78c196921813",
        .hash_i = "c0828ffbabebe9a29e8441b266cd07f109239e8b",
        .hash_r = "3abc3db53e9ecbe33533951028489de56d0a6693",
        .hash1 = "744b55fd3751e116872338f71a7f9a814d128c2a",
        .hash2 = "1770bee8cb9af72af78c061ef52fc859f9f33fe3",
        .hash3 = "f9d4159f640a5ffc98fc11015b3a9dd19eee23ae",
        .keymat =
            "93f2102d72629158f800f101c56977cfbf8f651708d937d0f910c4ed555ab8724f45ce5ff3549c1da59feda5d0f9d62d28d5d1c2",
        .keymat_pfs =
            "b576e3c6b07cb9a98132f95dfdd2b0468fd1d590ff7482d16f7a80b1ecac98db4523fd25851a30791046e063d907d83b1f5436b7",
        .natd = "7382fc0a797574a3274c755f37b3852b7394b414",
    },
    {
        .hash = HASH_MD5,
        .enc_len = 24,
        .skeyid = "daa429c19d981d6fb927c2dd934e4d61",
        .d = "f2decf5ba42652db0ed871faaad0d042",
        .a = "bf04f292090c832402437390dda3750b",
        .e = "53e5a4bc2d846b426c30d964658fa990",
        .enc = "bcccd025c68fddb5cf7e7031adda09e7da387a5cd322607c",
        .iv1 = "00dc8572d3b4f75886b3f960b986a18d",
        .iv2 = "dc7f83ffda1088c8d71918075e236993",
        .hash_i = "4f7972f0a9b5a344e7e441caa1e966b3",
        .hash_r = "57c5e37382270fef79d63d99a750ef0c",
        .hash1 = "c01191a1fa3d3adbcbd50dfd1be40906",
        .hash2 = "8b508cd38362fc785fae01999570260b",
        .hash3 = "40f5eee78f2ae4f4de65e40a8c79a823",
        .keymat =
            "98b97f232c3452cda8cdcc0338f01ae24385ada4fb99a2dfa00e5ca2f3d5a6ba83e09e6c7b6fdd708c34f3a486d88acbff276d3c",
        .keymat_pfs =
            "43644a765b5d58bcf31ad140919878527af4229f8bb22a2c765dd103fcb1033aefae259eda335ae288e76b73ac19527de4af9e2e",
        .natd = "f30c38340cdd5425c606bc89b195f82c",
    },
    {
        .hash = HASH_SHA256,
        .enc_len = 32,
        .skeyid = "d4955dd5bd56c0ef52434b7fe9654426adf25fa665d90fc24f0394007aad1d84",
        .d = "ade531dec93884c29c47c8768ecb571a98266aba541b8051260514a57f16b5d5",
        .a = "404e09f12e9f92b46aa5ef32aad4ee20d50a8e92f4b34018651d1d9e50cab0c2",
        .e = "c6709c80389c5c5bbf325377cbc2ecf3ab4b9eb0f1e8baf94f2e3f0426a77e46",
        .enc = "c6709c80389c5c5bbf325377cbc2ecf3ab4b9eb0f1e8baf94f2e3f0426a77e46",
        .iv1 = "6798707d01500206101a70f37c36a4bc",
        .iv2 = "08c186715bd1f8fbe861b920205f7e3e",
        .hash_i = "bea03453a348416922e2239172c58937d5709b66edd1bf670ab1ddff5e42f832",
        .hash_r = "f3fa45809eac1b99c4eaa87b2d8a409d998b53b4435f91cb87ad5450795612b4",
        .hash1 = "69aac28aebf0b6d91fd4e8d41c7ca7188ba20d75e4b5d690f2251271cf8182a0",
        .hash2 = "b313e1f61580a5bd5b096c9aa02dca2ab6fbadc636161c58b5640c47fb5b60d7",
        .hash3 = "bb635a6fe7b9388ff61b6879a881caf46db46db3093e513831b7167f45853c88",
        .keymat =
            "0f79f6617de7274a93c6a279071fb0de3546cb6d66ef1e11249aa085480dfd6db491d482f37b4ddaf71308af1e27f5fd3502a91d",
        .keymat_pfs =
            "c7472c73c94b7b55ff4a17d9f39f076a1212ff53d0362af81f33d2f094b4ec69641830f1e14dfe41f6a7fc0c8795003fde6cbafa",
        .natd = "7c7d8b0e3876fc8743c01e04f931f6a19d20cd485d33e3895c1b8a0f606807a4",
    },
    {
        .hash = HASH_SHA512,
        .enc_len = 32,
        .skeyid = "54b7aaa8c07a128e6a8953b88aea2687775a8dcf0bea8cf8fdd6b151afcba592a30a272e16aeea3b20838d44d243efb7a014"
                  "a90bb1e1f958e1ca72cd688ebb10",
        .d = "27cbb2184a9b04fc988c994d93aa0db5ba2e0673f84d70a74cacea2edc108fe32f7b31e4ab1af2a0254b53f9bb3ef32450e1d7565"
             "3c556e7c485398b79312067",
        .a = "a689d2061527f29a1db9eb422f4145081f42912d0c3c4321b1ad30f10f5e10ee9b5f5a645cbdbf86dc8db6a0704f0372012235ed4"
             "5bfa077f9f87d676aa45696",
        .e = "36e6c1e0f2477f6a89ffd1bde0067c87940b4d91151abd7783f8c35c7333d29850d3945385c95eae3c01c2add96e84a9965be5f61"
             "cfadae8c2cf6442c602f283",
        .enc = "36e6c1e0f2477f6a89ffd1bde0067c87940b4d91151abd7783f8c35c7333d298",
        .iv1 = "a728f644a44190606ad375e554f332f2",
        .iv2 = "0ccd91eabee67021a601f4d614798980",
        .hash_i = "86796998dd7e34d0e740fbf743b4ed31198380cf182eba0f5352ec2709e2980c77faf557a5bedd1d5af3d41381081f37fd07"
                  "40f485e526351a0e3af35ed66f3d",
        .hash_r = "d9512491daeca6d113f641f6aa1ac373eddb0780dee41740a1f87223129acb66ecaae33466ead2e31e3a12afe18c5484113a"
                  "90c921a2c7772acb277e8af739b5",
        .hash1 = "f1f147013347fd6d29b22b82fecc58f731b566ba75787e5d46569f7894f31bd8f233ac6cc64259d65f50799148572e896476b"
                 "e56a2c9ddc1954e5a6dd72b8d08",
        .hash2 = "39c79d4433cf9f55dd93dcc655d12f295173ed9cfcfcab8eaf2d2cfc56fbfd2aeed3f7c34201eb5d0942b0c5fa652a6b63aec"
                 "d88afd1c5464e14a3e0b5fcff85",
        .hash3 = "f19a71a7c3d64a4a00da5f0f07d3444a232efb240e12882ee08f37fe06a5f5659fdab87d2561f0e8181a1b11c0a20adce43f6"
                 "9df9328d6a5e84eedac8b3fe683",
        .keymat =
            "694c4ee0df527647b5bb852690ad21d7e12e323ccdb70d6d4564a13a3cafc459206a1865e065c259d4549f6721103d219ddc25ac",
        .keymat_pfs =
            "30b3385dc3816e682ff81c5e328a79e54333258a77d136ee6d43077e25b65643176e472bf85bd622e9b3e74466eda11eba01e178",
        .natd = "0841714769a7042f86a6eecd9570502122048e5d38255c67cefe1f6ac1f3d6d02158ce48fb3fcbdc2e5cf0f7db40573bd875a7"
                "a369cbf99c976251083f6a83bf",
    },
};

static void ramp(uint8_t *p, size_t n, unsigned step, unsigned first)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(i * step + first);
}

static void same(const char *what, const void *got, size_t len, const char *hex)
{
    char text[2 * 64 + 1];

    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)got)[i]);
    if (strcmp(text, hex) != 0)
        fail_msg("%s: %s, not %s", what, text, hex);
}

static void test_vectors(void **state)
{
    static const uint8_t ci[] = {1, 2, 3, 4, 5, 6, 7, 8}, cr[] = {0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8};
    static const uint8_t idii[] = {1, 0x11, 1, 0xf4, 0xc0, 0, 2, 1}, idir[] = {1, 0x11, 1, 0xf4, 0xc6, 0x33, 0x64, 2};
    uint8_t ni[32], nr[20], gxy[128], gxi[128], gxr[128], sai[48], rest[64], out[64], iv[16];

    (void)state;
    ramp(ni, sizeof ni, 1, 0x10);
    ramp(nr, sizeof nr, 1, 0x40);
    ramp(gxy, sizeof gxy, 7, 1);
    ramp(gxi, sizeof gxi, 3, 2);
    ramp(gxr, sizeof gxr, 5, 3);
    ramp(sai, sizeof sai, 1, 0x60);
    ramp(rest, sizeof rest, 1, 0x20);
    struct bytes bni = BYTES(ni, sizeof ni), bnr = BYTES(nr, sizeof nr), bgxy = BYTES(gxy, 128), bgxi = BYTES(gxi, 128),
                 bgxr = BYTES(gxr, 128);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        const struct vector *v = &vectors[i];
        struct ike_keys k = {.prf = v->hash};
        size_t hlen = hash_len(v->hash);
        keys_skeyid_psk(v->hash, BYTES("cisco123", 8), bni, bnr, &k.skeyid);
        same("SKEYID", k.skeyid.b, k.skeyid.len, v->skeyid);
        keys_derive(&k, bgxy, ci, cr, v->enc_len);
        same("SKEYID_d", k.d.b, k.d.len, v->d);
        same("SKEYID_a", k.a.b, k.a.len, v->a);
        same("SKEYID_e", k.e.b, k.e.len, v->e);
        assert_int_equal(k.enc.len, v->enc_len);
        same("cipher key", k.enc.b, k.enc.len, v->enc);
        keys_iv_main(v->hash, bgxi, bgxr, iv, 16);
        same("IV of phase 1", iv, 16, v->iv1);
        keys_iv_phase2(v->hash, iv, 0x4f1d0053, out, 16);
        same("IV of phase 2", out, 16, v->iv2);
        keys_hash_main(&k, bgxi, bgxr, ci, cr, BYTES(sai, sizeof sai), BYTES(idii, 8), out);
        same("HASH_I", out, hlen, v->hash_i);
        keys_hash_main(&k, bgxr, bgxi, cr, ci, BYTES(sai, sizeof sai), BYTES(idir, 8), out);
        same("HASH_R", out, hlen, v->hash_r);
        struct bytes parts[] = {bni, BYTES(rest, sizeof rest)};
        keys_hash_mid(&k, 0x4f1d0053, parts + 1, 1, out);
        same("HASH(1)", out, hlen, v->hash1);
        keys_hash_mid(&k, 0x4f1d0053, parts, 2, out);
        same("HASH(2)", out, hlen, v->hash2);
        keys_hash3(&k, 0x4f1d0053, bni, bnr, out);
        same("HASH(3)", out, hlen, v->hash3);
        keys_keymat(&k, BYTES(NULL, 0), 3, 0xb761863e, bni, bnr, out, 52);
        same("KEYMAT", out, 52, v->keymat);
        keys_keymat(&k, bgxy, 3, 0xb761863e, bni, bnr, out, 52);
        same("KEYMAT with PFS", out, 52, v->keymat_pfs);
        keys_nat_d(v->hash, ci, cr, 0xC0000201, 500, out);
        same("NAT-D", out, hlen, v->natd);
        ike_keys_wipe(&k);
        assert_int_equal(k.skeyid.len + k.d.len + k.a.len + k.e.len + k.enc.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The router's key pairs: made, written, read, shown in SSH's form, kept in nvram:private-config. The two fixed pairs were made by openssl and their public halves
 * by ssh-keygen; they guard nothing. */
#include "tests/unit/files_box.h"

#include <sys/stat.h>

#include "cli/ssh/hostkey.h"
#include "cli/ssh/wire.h"
#include "espial/loop.h"

static const char rsa_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAKxhVmDUSWj2wHZs\n"
    "ZG5+iPt7Ztx5qVfw8ICqi+Mevo02szyk9RcyE8ZVSAmaGqvEzdaVwgpkcPE7yGnD\n"
    "a01405EYqtrSOZ9/jsQIEbizE6xTZ0dG14cStuD8mgPZbITNXKDkgajdFLrPBPPM\n"
    "Wqmewf3fdP17L32FLiTwqx+IJN8rAgMBAAECgYEAitrRkKgQBiwVto7zi4oD38d0\n"
    "gQ7DWWJs6Mf4bNgcGHZChQw/nRKqmS2jHJD1AP5D7KGvr11fGQLWGlPfAIXerQRC\n"
    "EyFZL4a0Pu05nuZ9D9vwb+YgvbWW12bvFplJNzoxhwtO4kWmq//4BtDhd8fiptdl\n"
    "VDpn5Kq/ywQQeJuwDHkCQQDfjSFASMAZx/hXl0lCBSGMrLGocUCrGQtjfEkcUJa6\n"
    "2rS+nj9tXfm+zni1maNm2x7KqSdok8gzc21FsqE7f5e3AkEAxWbCK7OLRHQDzaYp\n"
    "NCPS9BQC6iXCtJ71noQRFW9zt6MwBQ8QAzI+WhUOOOgE7T6dvcs92CnrOJkWr5qw\n"
    "mvpsLQJBAMoH5bEPDm0+R7YBR3ee438a40Pzdhoq/BvgysIIIvCjjw1mPrQ8ZeSG\n"
    "/JhCTWY7SUymKrNcO2YkPvDqSsRWv2kCQAYgZFJa5i2ftCaDy6+UlQ2COXzu4xYc\n"
    "AN+ElcsmhF7kr67YgtS2kHzXPnPBr7V1RgwH7Mlys5w0FCIrGOQWdZkCQBDlHDSe\n"
    "+d+NLlKZ5kCve5lCLck4u/Ropeq8on2bdDyjizOSewvcnJHJwaCMMXKmAZSvNU9e\n"
    "1SeIrDntYaXrPmY=\n"
    "-----END PRIVATE KEY-----\n";
static const char rsa_public[] =
    "AAAAB3NzaC1yc2EAAAADAQABAAAAgQCsYVZg1Elo9sB2bGRufoj7e2bcealX8PCAqovjHr6NNrM8pPUXMhPGVUgJmhqrxM3WlcIK"
    "ZHDxO8hpw2tNeNORGKra0jmff47ECBG4sxOsU2dHRteHErbg/JoD2WyEzVyg5IGo3RS6zwTzzFqpnsH933T9ey99hS4k8KsfiCTf"
    "Kw==";
static const char ec_pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6RLRN9451q6SLaVI\n"
    "k8p/xAVUE3nY+gomSU1mC3ZJ2wChRANCAAQHSgCmBxtowFr8vf1+PfzLdXNzs8r4\n"
    "9IRsX4tZNz794E0y11tzJpLUrkUwdWETWxwCLOMd9UCVw3s/VL0Mpypd\n"
    "-----END PRIVATE KEY-----\n";
static const char ec_public[] =
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAdKAKYHG2jAWvy9/X49/Mt1c3Ozyvj0hGxfi1k3Pv3gTTLX"
    "W3MmktSuRTB1YRNbHAIs4x31QJXDez9UvQynKl0=";
static const char ec_der[] =
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004074a00a6071b68c05afcbdfd7e3dfccb757373b3caf8f4"
    "846c5f8b59373efde04d32d75b732692d4ae45307561135b1c022ce31df54095c37b3f54bd0ca72a5d";

static void assert_public(const struct keypair *k, const char *want)
{
    uint8_t blob[1024];
    struct text t = {0};
    size_t len = keypair_public_ssh(k, blob, sizeof blob);
    assert_true(len > 0);
    base64_encode(blob, len, 0, &t);
    assert_string_equal(text_str(&t), want);
    text_free(&t);
    assert_int_equal(keypair_public_ssh(k, blob, len - 1), 0);
}

static void test_known_pairs(void **state)
{
    uint8_t der[256];
    char hex[512];
    (void)state;
    struct keypair *k = keypair_from_pem(rsa_pem, strlen(rsa_pem));
    assert_non_null(k);
    assert_int_equal(keypair_kind(k), KEYPAIR_RSA);
    assert_int_equal(keypair_bits(k), 1024);
    assert_string_equal(keypair_ssh_name(k), "ssh-rsa");
    assert_public(k, rsa_public);
    keypair_free(k);
    k = keypair_from_pem(ec_pem, strlen(ec_pem));
    assert_non_null(k);
    assert_int_equal(keypair_kind(k), KEYPAIR_EC);
    assert_int_equal(keypair_bits(k), 256);
    assert_string_equal(keypair_ssh_name(k), "ecdsa-sha2-nistp256");
    assert_public(k, ec_public);
    size_t len = keypair_public_der(k, der, sizeof der);
    for (size_t i = 0; i < len; i++)
        snprintf(hex + 2 * i, 3, "%02x", der[i]);
    assert_string_equal(hex, ec_der);
    assert_int_equal(keypair_public_der(k, der, len - 1), 0);
    keypair_free(k);
}

static void test_no_keys(void **state)
{
    struct text cut = {0};
    (void)state;
    assert_null(keypair_from_pem("", 0));
    assert_null(keypair_from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 60));
    text_addn(&cut, rsa_pem, strlen(rsa_pem) / 2);
    assert_null(keypair_from_pem(cut.s, cut.len));
    text_free(&cut);
    assert_null(keypair_new(KEYPAIR_RSA, 512));
    assert_null(keypair_new(KEYPAIR_EC, 255));
}

/* Every kind that can be made can be written and read again as the same pair. */
static void test_made(void **state)
{
    static const struct {
        enum keypair_kind kind;
        unsigned bits;
    } made[] = {{KEYPAIR_RSA, 1024}, {KEYPAIR_RSA, 2048}, {KEYPAIR_EC, 256}, {KEYPAIR_EC, 384}, {KEYPAIR_EC, 521}, {KEYPAIR_ED25519, 256}};
    (void)state;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        struct text pem = {0};
        uint8_t a[1024], b[1024];
        struct keypair *k = keypair_new(made[i].kind, made[i].bits);
        assert_non_null(k);
        assert_int_equal(keypair_bits(k), made[i].bits);
        assert_true(keypair_to_pem(k, &pem));
        struct keypair *again = keypair_from_pem(pem.s, pem.len);
        assert_non_null(again);
        size_t n = keypair_public_ssh(k, a, sizeof a);
        assert_true(n > 0);
        assert_int_equal(keypair_public_ssh(again, b, sizeof b), n);
        assert_memory_equal(a, b, n);
        text_free(&pem);
        keypair_free(k);
        keypair_free(again);
    }
}

/* The private key of RFC 8032, 7.1, TEST 1, as RFC 8410 writes it; its public half in SSH's form (RFC 8709, section 4). */
static void test_ed25519(void **state)
{
    static const char pem[] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    static const uint8_t expected[] = "\0\0\0\x0Bssh-ed25519\0\0\0\x20"
                                      "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a"
                                      "\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
    uint8_t out[128];
    struct keypair *k = keypair_from_pem(pem, strlen(pem));
    (void)state;
    assert_non_null(k);
    assert_int_equal(keypair_kind(k), KEYPAIR_ED25519);
    assert_string_equal(keypair_ssh_name(k), "ssh-ed25519");
    assert_int_equal(keypair_public_ssh(k, out, sizeof out), sizeof expected - 1);
    assert_memory_equal(out, expected, sizeof expected - 1);
    assert_int_equal(keypair_public_ssh(k, out, sizeof expected - 2), 0);
    /* as `ssh-keygen -y` takes it: OpenSSH's PROTOCOL.key, unencrypted, checks of 0, no comment */
    static const char ssh_pem[] =
        "-----BEGIN OPENSSH PRIVATE KEY-----\n"
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz\n"
        "c2gtZWQyNTUxOQAAACDXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGgAA\n"
        "AIgAAAAAAAAAAAAAAAtzc2gtZWQyNTUxOQAAACDXWpgBgrEKt9VL/tPJZAc6DuFy\n"
        "89qmIyWvAhpo9wdRGgAAAECdYbGd7/1aYLqESvSS7CzEREnFaXsyaRlwO6wDHK5/\n"
        "YNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1EaAAAAAAECAwQF\n"
        "-----END OPENSSH PRIVATE KEY-----\n";
    struct text text = {0};
    assert_true(keypair_to_ssh_pem(k, &text));
    assert_string_equal(text_str(&text), ssh_pem);
    text_free(&text);
    keypair_free(k);
}

static struct keypair *ec_pair(void)
{
    return keypair_from_pem(ec_pem, strlen(ec_pem));
}

static void test_kept(void **state)
{
    const struct place *p = *state;
    struct files *files = p->f;
    char path[96];
    struct stat st;
    struct hostkeys *h = hostkeys_new(files, true);
    assert_int_equal(hostkeys_load(h), 0);
    assert_true(hostkeys_put(h, "R1.example.com", keypair_from_pem(rsa_pem, strlen(rsa_pem)), false, 1000 * (int64_t)US_PER_S));
    assert_true(hostkeys_put(h, "R1.example.com", ec_pair(), true, 2000 * (int64_t)US_PER_S)); /* of another kind: beside it */
    assert_false(hostkeys_put(h, "two words", ec_pair(), true, 0));
    snprintf(path, sizeof path, "%s/nvram/private-config", p->dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct text stolen = {0};
    struct file_reader *reader;
    struct file_writer *writer;
    assert_int_equal(file_read(files, "nvram:/private-config", &stolen), FILE_READ_ONLY); /* `more`, `copy`, scp: none of them */
    assert_int_equal(file_open(files, "NVRAM:private-config", &reader, NULL), FILE_READ_ONLY);
    assert_int_equal(file_create(files, "nvram:private-config", &writer), FILE_READ_ONLY);
    assert_int_equal(file_rename(files, "nvram:private-config", "nvram:x"), FILE_READ_ONLY);
    assert_int_equal(file_append(files, "nvram:private-config", "x", 1), FILE_READ_ONLY);
    assert_int_equal(file_replace(files, "nvram:private-config", "x", 1), FILE_READ_ONLY);
    assert_int_equal(stolen.len, 0);
    hostkeys_free(h);

    h = hostkeys_new(files, true); /* after a reload */
    assert_int_equal(hostkeys_load(h), 2);
    const struct hostkey *rsa = hostkeys_nth(h, 0), *ec = hostkeys_nth(h, 1);
    assert_ptr_equal(hostkeys_find(h, KEYPAIR_RSA, "R1.example.com"), rsa);
    assert_ptr_equal(hostkeys_find(h, KEYPAIR_EC, "R1.example.com"), ec);
    assert_null(hostkeys_find(h, KEYPAIR_EC, "R1"));
    assert_int_equal(rsa->made_wall_us, 1000 * (int64_t)US_PER_S);
    assert_false(rsa->exportable);
    assert_true(ec->exportable);
    assert_public(rsa->pair, rsa_public);
    assert_public(ec->pair, ec_public);

    assert_int_equal(hostkeys_remove(h, KEYPAIR_EC, "other"), 0);
    assert_int_equal(hostkeys_remove(h, KEYPAIR_RSA, NULL), 1);
    hostkeys_free(h);
    h = hostkeys_new(files, true);
    assert_int_equal(hostkeys_load(h), 1);
    assert_int_equal(hostkeys_remove(h, KEYPAIR_EC, "R1.example.com"), 1);
    assert_int_equal(stat(path, &st), -1); /* the last one takes the file along */
    hostkeys_free(h);

    h = hostkeys_new(files, false); /* --seed */
    assert_true(hostkeys_put(h, "R1", ec_pair(), false, 0));
    assert_int_equal(stat(path, &st), -1);
    hostkeys_free(h);
}

/* A file that somebody has spoiled gives the keys that can be read. */
static void test_spoiled(void **state)
{
    struct files *files = files_memory_new();
    struct text t = {0};
    (void)state;
    text_add(&t, "key A 5 fixed\nno key\nkey B x fixed\n");
    text_add(&t, ec_pem);
    text_add(&t, "key C 5\n\nkey D 7 exportable\n");
    text_add(&t, ec_pem);
    text_add(&t, "key D 8 exportable\n");
    text_add(&t, ec_pem);
    text_add(&t, "key E 9 fixed\n-----BEGIN PRIVATE KEY-----\nAAAA");
    assert_int_equal(file_private_replace(files, FILE_PRIVATE, t.s, t.len), FILE_OK);
    struct hostkeys *h = hostkeys_new(files, true);
    assert_int_equal(hostkeys_load(h), 1);
    assert_string_equal(hostkeys_nth(h, 0)->name, "D");
    assert_int_equal(hostkeys_nth(h, 0)->made_wall_us, 7 * (int64_t)US_PER_S);
    hostkeys_free(h);
    text_free(&t);
    files_free(files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_pairs), cmocka_unit_test(test_no_keys), cmocka_unit_test(test_made), cmocka_unit_test(test_ed25519), DISK(test_kept), cmocka_unit_test(test_spoiled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tftp_codec.c: TFTP's packets byte for byte (RFC 1350 section 5, RFC 2347, 2348, 2349), names of remote files, and what curl is told about them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cli/copy/curl_config.h"
#include "cli/copy/scp_child.h"
#include "cli/copy/tftp_codec.h"
#include "cli/copy/url.h"

static void requests(void **state)
{
    uint8_t out[600];
    static const char plain[] = "\0\1hub.cfg\0octet", put[] = "\0\2x\0octet\0blksize\0001428\0tsize\0000", sized[] = "\0\2x\0octet\0tsize\000673";
    (void)state;
    assert_int_equal(tftp_request(out, sizeof out, TFTP_RRQ, "hub.cfg", 0, UINT64_MAX), sizeof plain);
    assert_memory_equal(out, plain, sizeof plain);
    assert_int_equal(tftp_request(out, sizeof out, TFTP_WRQ, "x", 1428, 0), sizeof put);
    assert_memory_equal(out, put, sizeof put);
    assert_int_equal(tftp_request(out, sizeof out, TFTP_WRQ, "x", 0, 673), sizeof sized);
    assert_memory_equal(out, sized, sizeof sized);
    assert_int_equal(tftp_request(out, 16, TFTP_RRQ, "hub.cfg", 0, UINT64_MAX), sizeof plain);
    assert_int_equal(tftp_request(out, 15, TFTP_RRQ, "hub.cfg", 0, UINT64_MAX), 0);
    assert_int_equal(tftp_ack(out, 0xABCD), 4);
    assert_memory_equal(out, "\0\4\xAB\xCD", 4);
    assert_int_equal(tftp_error(out, sizeof out, TFTP_UNKNOWN_ID, "no"), 7);
    assert_memory_equal(out, "\0\5\0\5no", 7);
}

#define P(s) (const uint8_t *)(s), sizeof(s) - 1
static void what_a_client_hears(void **state)
{
    struct tftp_packet k;
    (void)state;
    assert_true(tftp_decode(P("\0\3\0\1abc"), &k));
    assert_int_equal(k.op, TFTP_DATA);
    assert_int_equal(k.number, 1);
    assert_int_equal(k.len, 3);
    assert_memory_equal(k.data, "abc", 3);
    assert_true(tftp_decode(P("\0\3\xFF\xFF"), &k));
    assert_int_equal(k.number, 65535);
    assert_int_equal(k.len, 0);
    assert_true(tftp_decode(P("\0\4\1\2"), &k));
    assert_int_equal(k.op, TFTP_ACK);
    assert_int_equal(k.number, 258);
    assert_true(tftp_decode(P("\0\5\0\1File not found\0"), &k));
    assert_int_equal(k.op, TFTP_ERROR);
    assert_int_equal(k.number, TFTP_NOT_FOUND);
    assert_true(tftp_decode(P("\0\5\0\2"), &k)); /* the text is not read, there or not */
    assert_true(tftp_decode(P("\0\6BLKSIZE\0001024\0tsize\00067108864\0"), &k));
    assert_int_equal(k.op, TFTP_OACK);
    assert_true(k.has_block && k.has_size);
    assert_int_equal(k.block, 1024);
    assert_int_equal(k.size, 67108864);
    assert_true(tftp_decode(P("\0\6"), &k));
    assert_false(k.has_block || k.has_size);
}

static void what_is_no_packet(void **state)
{
    struct tftp_packet k;
    (void)state;
    static const struct {
        const char *p;
        size_t len;
    } facts[] = {
#define NO(s) {s, sizeof(s) - 1}
        NO(""),
        NO("\0"),
        NO("\0\3"),
        NO("\0\3\0"),
        NO("\0\4"),
        NO("\0\4\0"),
        NO("\0\5\0"),
        NO("\0\0\0\1"),
        NO("\0\7\0\1"),
        NO("\1\3\0\1x"),
        NO("\0\1x\0octet\0"),                      /* a client asks, it is not asked */
        NO("\0\6blksize\0001024"),                 /* unended */
        NO("\0\6blksize\0"),                       /* no value */
        NO("\0\6blksize\0007\0"),                  /* below 8 */
        NO("\0\6blksize\00065464\0"),              /* more than this client ever asks for */
        NO("\0\6blksize\000-1\0"),
        NO("\0\6blksize\000 512\0"),
        NO("\0\6blksize\0000x200\0"),
        NO("\0\6blksize\0\0"),
        NO("\0\6blksize\000512\0blksize\000512\0"), /* twice */
        NO("\0\6tsize\00099999999999999999999999\0"),
        NO("\0\6tsize\000123456789012345678901234567890\0"),
        NO("\0\6timeout\0003\0"),                  /* never asked for */
        NO("\0\6aVeryLongOptionNameIndeed\0001\0"),
        NO("\0\6\0\0"),
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        uint8_t *exact = malloc(facts[i].len + 1); /* for the sanitizer */
        memcpy(exact, facts[i].p, facts[i].len);
        uint8_t *shrunk = realloc(exact, facts[i].len ? facts[i].len : 1);
        if (tftp_decode(shrunk, facts[i].len, &k))
            fail_msg("%zu was taken for a packet", i);
        free(shrunk);
    }
}

static void names_of_remote_files(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        enum url_scheme scheme;
        const char *user, *password, *host;
        unsigned port;
        const char *path, *shown;
    } facts[] = {
        {"tftp:", URL_TFTP, NULL, NULL, "", 0, "", "tftp:"},
        {"tftp:x.cfg", URL_TFTP, NULL, NULL, "", 0, "x.cfg", "tftp:x.cfg"},
        {"TFTP://10.0.0.1/dir/x", URL_TFTP, NULL, NULL, "10.0.0.1", 0, "dir/x", "tftp://10.0.0.1/dir/x"},
        {"tftp://10.0.0.1", URL_TFTP, NULL, NULL, "10.0.0.1", 0, "", "tftp://10.0.0.1/"},
        {"scp://bob@h/x", URL_SCP, "bob", NULL, "h", 0, "x", "scp://*****:*****@h/x"},
        {"scp://bob:s:e@c@h:2022//etc/x", URL_SCP, "bob", "s:e@c", "h", 2022, "/etc/x", "scp://*****:*****@h:2022//etc/x"},
        {"ftp://a:@h/x", URL_FTP, "a", "", "h", 0, "x", "ftp://*****:*****@h/x"},
        {"http://h:8080/a?b=1", URL_HTTP, NULL, NULL, "h", 8080, "a?b=1", "http://h:8080/a?b=1"},
        {"https://h/", URL_HTTPS, NULL, NULL, "h", 0, "", "https://h/"},
    };
    static const char *const bad[] = {"disk0:x", "x", "", "tftpx://h/x", "http://h:0/x", "http://h:65536/x", "http://h:x/x", "http://h:/x", "tftp://h/a\nb", "tftp://h\x1b/x", "tftp:\x7f"};
    struct url u;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        char text[URL_TEXT_MAX];
        assert_true(url_is_remote(facts[i].typed));
        assert_true(url_parse(facts[i].typed, &u));
        assert_int_equal(u.scheme, facts[i].scheme);
        assert_int_equal(u.has_user, facts[i].user != NULL);
        assert_int_equal(u.has_password, facts[i].password != NULL);
        assert_string_equal(u.user, facts[i].user ? facts[i].user : "");
        assert_string_equal(u.password, facts[i].password ? facts[i].password : "");
        assert_string_equal(u.host, facts[i].host);
        assert_int_equal(u.port, facts[i].port);
        assert_string_equal(u.path, facts[i].path);
        assert_string_equal(url_text(&u, text), facts[i].shown);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(url_parse(bad[i], &u));
    char longer[400] = "tftp://h/";
    memset(longer + strlen(longer), 'x', sizeof longer - 1 - strlen(longer));
    assert_false(url_parse(longer, &u)); /* a path of 390 */
    memcpy(longer, "scp://", 6);
    memset(longer + 6, 'u', 200);
    assert_false(url_parse(longer, &u)); /* a host of 390 */
    assert_true(url_parse("tftp://h/dir/x", &u));
    assert_string_equal(url_leaf(&u), "x");
}

static void expect_config(const char *typed, bool put, const char *first, const char *without)
{
    struct url u;
    struct text t = {0};
    assert_true(url_parse(typed, &u));
    curl_config(&u, put, &t);
    if (strncmp(t.s, first, strlen(first)))
        fail_msg("%s: %s", typed, t.s);
    if (without)
        assert_null(strstr(t.s, without));
    for (const char *p = t.s; *p; p += strcspn(p, "\n") + 1) { /* one setting a line, quotes in pairs */
        size_t n = strcspn(p, "\n"), quotes = 0;
        for (size_t i = 0; i < n; i++) {
            if (p[i] == '\\')
                i++;
            else
                quotes += p[i] == '"';
        }
        assert_true(quotes == 0 || quotes == 2);
    }
    text_free(&t);
}

static void what_curl_is_told(void **state)
{
    (void)state;
    expect_config("ftp://bob:pw@h/x", false, "url = \"ftp://h/x\"\nuser = \"bob:pw\"\nproto = \"=ftp\"\n", "upload-file");
    expect_config("ftp://bob:pw@h:2021//etc/x", false, "url = \"ftp://h:2021//etc/x\"\nuser = \"bob:pw\"\n", NULL);
    expect_config("ftp://h/a b", false, "url = \"ftp://h/a%20b\"\nproto = \"=ftp\"\n", "user");
    expect_config("https://h/a?b=1", false, "url = \"https://h/a?b=1\"\nproto = \"=https\"\n", "insecure");
    expect_config("ftp://a\"b:c\\d@h/x\"y", false, "url = \"ftp://h/x%22y\"\nuser = \"a\\\"b:c\\\\d\"\n", NULL);
    expect_config("ftp://h/x;type=a#f?q", false, "url = \"ftp://h/x%3Btype%3Da%23f%3Fq\"\n", NULL); /* none of it is syntax */
    expect_config("ftp://h/{a,b}[1-9]", false, "url = \"ftp://h/%7Ba%2Cb%7D%5B1-9%5D\"\n", NULL);
    struct url u;
    struct text t = {0};
    assert_true(url_parse("http://h/x", &u));
    curl_config(&u, true, &t);
    assert_non_null(strstr(t.s, "\nupload-file = \"/dev/fd/3\"\n"));
    text_clear(&t);
    /* A password is asked for, and a program may answer with anything: a line end in it is no line of curl's (its own escapes, curl(1) "-K"). */
    u.has_user = u.has_password = true;
    strcpy(u.user, "u");
    strcpy(u.password, "a\"\noutput = \"/tmp/x\r\t\v\001");
    curl_config(&u, false, &t);
    assert_non_null(strstr(t.s, "\nuser = \"u:a\\\"\\noutput = \\\"/tmp/x\\r\\t\\v\001\"\nproto"));
    assert_null(strstr(t.s, "\noutput"));
    text_free(&t);
}

/* scp: one field after the other, each with its NUL: nothing that a name or a password holds can become another field. */
static void what_the_scp_child_is_told(void **state)
{
    struct url u;
    struct text t = {0};
    (void)state;
    assert_true(url_parse("scp://bob:pw@h:2022//etc/x", &u));
    scp_config(&u, true, &t);
    static const char want[] = "h\0002022\0bob\0pw\0/etc/x\0put";
    assert_int_equal(t.len, sizeof want);
    assert_memory_equal(t.s, want, sizeof want);
    text_clear(&t);
    assert_true(url_parse("scp://h/x", &u));
    strcpy(u.password, "a\nget\n");
    scp_config(&u, false, &t);
    static const char bare[] = "h\00022\0\0a\nget\n\0x\0get";
    assert_int_equal(t.len, sizeof bare);
    assert_memory_equal(t.s, bare, sizeof bare);
    text_free(&t);
}

static void what_curl_ends_with(void **state)
{
    (void)state;
    assert_int_equal(curl_end(0, 200), TRANSFER_OK);
    assert_int_equal(curl_end(7, 0), TRANSFER_REFUSED);
    assert_int_equal(curl_end(22, 404), TRANSFER_NOT_FOUND);
    assert_int_equal(curl_end(22, 401), TRANSFER_DENIED);
    assert_int_equal(curl_end(22, 500), TRANSFER_UNDEFINED);
    assert_int_equal(curl_end(28, 0), TRANSFER_TIMEOUT);
    assert_int_equal(curl_end(67, 0), TRANSFER_DENIED);
    assert_int_equal(curl_end(99, 0), TRANSFER_UNDEFINED);
    for (int e = 0; e < TRANSFER_ENDS; e++)
        assert_true(transfer_end_text((enum transfer_end)e)[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(what_a_client_hears),
        cmocka_unit_test(what_is_no_packet),
        cmocka_unit_test(names_of_remote_files),
        cmocka_unit_test(what_curl_is_told),
        cmocka_unit_test(what_the_scp_child_is_told),
        cmocka_unit_test(what_curl_ends_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

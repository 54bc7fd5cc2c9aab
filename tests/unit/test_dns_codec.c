/* test_dns_codec.c: questions and answers of DNS byte for byte (RFC 1035, section 4.1), and answers that lie about their own shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/names/dns_codec.h"

static void names(void **state)
{
    char label[80] = "", name[300] = "";
    (void)state;
    assert_true(dns_name_ok("a"));
    assert_true(dns_name_ok("web.lab.test"));
    assert_true(dns_name_ok("web.lab.test."));
    assert_true(dns_name_ok("_x-1.A"));
    assert_false(dns_name_ok(""));
    assert_false(dns_name_ok("."));
    assert_false(dns_name_ok("a..b"));
    assert_false(dns_name_ok(".a"));
    assert_false(dns_name_ok("a.."));
    assert_false(dns_name_ok("a b"));
    assert_false(dns_name_ok("a/b"));
    memset(label, 'x', 63);
    assert_true(dns_name_ok(label));
    label[63] = 'x';
    assert_false(dns_name_ok(label));
    label[63] = 0;
    snprintf(name, sizeof name, "%s.%s.%s.%.61s", label, label, label, label); /* 253 */
    assert_true(dns_name_ok(name));
    snprintf(name, sizeof name, "%s.%s.%s.%.62s", label, label, label, label);
    assert_false(dns_name_ok(name));
}

static void question(void **state)
{
    static const uint8_t expected[] = "\xAB\xCD\1\0\0\1\0\0\0\0\0\0\3web\3lab\4test\0\0\1\0\1";
    uint8_t out[DNS_QUERY_MAX];
    (void)state;
    assert_int_equal(dns_query(out, 0xABCD, "web.lab.test"), sizeof expected - 1);
    assert_memory_equal(out, expected, sizeof expected - 1);
    assert_int_equal(dns_query(out, 0xABCD, "web.lab.test."), sizeof expected - 1);
}

#define ASKED "\3web\3lab\4test\0\0\1\0\1"
#define OK(n)  "\xAB\xCD\x81\x80\0\1\0" n "\0\0\0\0" ASKED
#define A      "\0\1\0\1\0\0\0\x3C\0\4"
#define SAYS(text, wanted) says((const uint8_t *)(text), sizeof(text) - 1, wanted, __LINE__)

static uint32_t addr, ttl;

static void says(const uint8_t *p, size_t len, enum dns_said wanted, int line)
{
    enum dns_said said = dns_answer(p, len, 0xABCD, "WEB.lab.test", &addr, &ttl);
    if (said != wanted)
        fail_msg("line %d: %d, not %d", line, said, wanted);
}

static void answers(void **state)
{
    (void)state;
    SAYS(OK("\1") "\xC0\x0C" A "\x0A\0\1\2", DNS_ADDRESS);
    assert_int_equal(addr, 0x0A000102);
    assert_int_equal(ttl, 60);
    SAYS(OK("\1") "\3WEB\xC0\x10" A "\xC0\0\2\7", DNS_ADDRESS); /* letters of either case, a tail elsewhere */
    assert_int_equal(addr, 0xC0000207);
    /* an alias, behind the address it stands for and before it; the shorter life counts */
    SAYS(OK("\2") "\1h\xC0\x10" A "\x0A\0\1\3" "\xC0\x0C" "\0\5\0\1\0\0\0\x05\0\4" "\1h\xC0\x10", DNS_ADDRESS);
    assert_int_equal(addr, 0x0A000103);
    assert_int_equal(ttl, 5);
    SAYS(OK("\2") "\xC0\x0C" "\0\5\0\1\0\0\0\x7F\0\4" "\1h\xC0\x10" "\1h\xC0\x10" A "\x0A\0\1\3", DNS_ADDRESS);
    assert_int_equal(ttl, 60);
    /* what is somebody else's, of another class or kind is stepped over */
    SAYS(OK("\4") "\3foo\0" A "\1\1\1\1" "\xC0\x0C" "\0\1\0\3\0\0\0\x3C\0\4\1\1\1\1" "\xC0\x0C" "\0\x10\0\1\0\0\0\x3C\0\2\1x" "\xC0\x0C" A "\x0A\0\1\2", DNS_ADDRESS);
    assert_int_equal(addr, 0x0A000102);
    SAYS(OK("\0"), DNS_NO_NAME);
    SAYS(OK("\1") "\xC0\x0C" "\0\x1C\0\1\0\0\0\x3C\0\4\1\1\1\1", DNS_NO_NAME);
    SAYS("\xAB\xCD\x81\x83\0\1\0\0\0\0\0\0" ASKED, DNS_NO_NAME);
    SAYS("\xAB\xCD\x81\x82\0\1\0\0\0\0\0\0" ASKED, DNS_FAILED);
    SAYS("\xAB\xCD\x81\x85\0\1\0\0\0\0\0\0" ASKED, DNS_FAILED);
    SAYS("\xAB\xCD\x83\x80\0\1\0\0\0\0\0\0" ASKED, DNS_FAILED); /* cut off before the address */
    /* addresses that no host has */
    SAYS(OK("\1") "\xC0\x0C" A "\0\0\0\0", DNS_NO_NAME);
    SAYS(OK("\1") "\xC0\x0C" A "\x7F\0\0\1", DNS_NO_NAME);
    SAYS(OK("\1") "\xC0\x0C" A "\xE0\0\0\1", DNS_NO_NAME);
    SAYS(OK("\1") "\xC0\x0C" A "\xFF\xFF\xFF\xFF", DNS_NO_NAME);
}

static void lies(void **state)
{
    (void)state;
    SAYS("", DNS_STRANGE);
    SAYS("\xAB\xCD\x81\x80\0\1\0\0\0\0\0", DNS_STRANGE);
    SAYS("\xAB\xCE\x81\x80\0\1\0\1\0\0\0\0" ASKED "\xC0\x0C" A "\x0A\0\1\2", DNS_STRANGE);
    SAYS("\xAB\xCD\x01\x00\0\1\0\0\0\0\0\0" ASKED, DNS_STRANGE); /* a question */
    SAYS("\xAB\xCD\x91\x80\0\1\0\0\0\0\0\0" ASKED, DNS_STRANGE); /* another opcode */
    SAYS("\xAB\xCD\x81\x80\0\0\0\0\0\0\0\0" ASKED, DNS_STRANGE);
    SAYS("\xAB\xCD\x81\x80\0\2\0\0\0\0\0\0" ASKED ASKED, DNS_STRANGE);
    SAYS("\xAB\xCD\x81\x80\0\1\0\0\0\0\0\0" "\3wex\3lab\4test\0\0\1\0\1", DNS_STRANGE);
    SAYS("\xAB\xCD\x81\x80\0\1\0\0\0\0\0\0" "\3web\3lab\4test\0\0\x1C\0\1", DNS_STRANGE);
    SAYS("\xAB\xCD\x81\x80\0\1\0\0\0\0\0\0" "\3web\3lab\4test\0\0\1\0", DNS_STRANGE);
    SAYS("\xAB\xCD\x81\x80\0\1\0\0\0\0\0\0" "\xC0\x0C", DNS_STRANGE); /* a name that leads to itself */
    SAYS(OK("\1"), DNS_FAILED);
    SAYS(OK("\1") "\xC0", DNS_FAILED);
    SAYS(OK("\1") "\xC0\xFF" A "\x0A\0\1\2", DNS_FAILED);  /* behind itself */
    SAYS(OK("\1") "\xC0\x1E" A "\x0A\0\1\2", DNS_FAILED);  /* itself: the record begins at 30 */
    SAYS(OK("\1") "\x41" "x\0" A "\x0A\0\1\2", DNS_FAILED); /* a label of no kind */
    SAYS(OK("\1") "\3we", DNS_FAILED);
    SAYS(OK("\1") "\xC0\x0C" "\0\1\0\1\0\0\0\x3C\0\5\x0A\0\1\2", DNS_FAILED);
    SAYS(OK("\1") "\xC0\x0C" "\0\1\0\1\0\0\0\x3C\0\3\x0A\0\1", DNS_NO_NAME);
    SAYS(OK("\1") "\xC0\x0C" "\0\5\0\1\0\0\0\x3C\0\2\xC0\x0C", DNS_FAILED);       /* an alias of itself */
    SAYS(OK("\1") "\xC0\x0C" "\0\5\0\1\0\0\0\x3C\0\3\xC0\x10\0", DNS_FAILED);     /* more than a name */
    SAYS(OK("\2") "\xC0\x0C" "\0\5\0\1\0\0\0\x3C\0\4\1h\xC0\x10" "\1h\xC0\x10" "\0\5\0\1\0\0\0\x3C\0\2\xC0\x0C", DNS_FAILED); /* two in a circle */
    SAYS(OK("\1") "\xC0\x0C" "\0\1\0\1\x80\0\0\0\0\4\x0A\0\1\2", DNS_ADDRESS);    /* a life that is no number */
    assert_int_equal(ttl, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(question), cmocka_unit_test(answers), cmocka_unit_test(lies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

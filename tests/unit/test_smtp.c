/* test_smtp.c: the client's half of an SMTP dialogue, against replies written by hand after RFC 5321 (appendix D), RFC
 * 4954 and RFC 4616, and the text of a mail after RFC 5322 and 2047. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "eem/smtp.h"

static struct mail letter(const char *from, const char *to, const char *cc, const char *subject, const char *body)
{
    struct mail m = {0};
    assert_true(mail_set_sender(&m, from));
    assert_true(mail_add_recipients(&m, to, false));
    if (cc)
        assert_true(mail_add_recipients(&m, cc, true));
    m.subject = mem_strdup(subject);
    m.body = mem_strdup(body);
    m.helo = mem_strdup("hub");
    return m;
}

struct turn {
    const char *server, *client; /* what it says, and what must be answered */
};

static enum smtp_outcome play(struct smtp *s, const struct turn *turns, size_t n)
{
    enum smtp_outcome outcome = SMTP_GOING;
    for (size_t i = 0; i < n; i++) {
        struct text out = {0};
        assert_int_equal(outcome, SMTP_GOING);
        for (const char *p = turns[i].server; *p; p++) { /* byte by byte: pieces fall anywhere */
            assert_string_equal(text_str(&out), "");
            assert_int_equal(outcome, SMTP_GOING);
            outcome = smtp_heard(s, p, 1, &out);
        }
        assert_string_equal(text_str(&out), turns[i].client);
        text_free(&out);
    }
    return outcome;
}
#define PLAY(s, t) play(s, t, sizeof(t) / sizeof((t)[0]))

static void test_sent(void **state)
{
    (void)state;
    static const struct turn turns[] = {
        {"220 foo.com Simple Mail Transfer Service Ready\r\n", "EHLO hub\r\n"},
        {"250-foo.com greets hub\r\n250-8BITMIME\r\n250-SIZE\r\n250 HELP\r\n", "MAIL FROM:<Smith@bar.com>\r\n"},
        {"250 OK\r\n", "RCPT TO:<Jones@foo.com>\r\n"},
        {"250 OK\r\n", "RCPT TO:<Green@foo.com>\r\n"},
        {"550 No such user here\r\n", "RCPT TO:<Brown@foo.com>\r\n"},
        {"251 User not local; will forward\r\n", "DATA\r\n"},
        {"354 Start mail input; end with <CRLF>.<CRLF>\r\n", "Blah\r\n.\r\n"},
        {"250 OK\r\n", "QUIT\r\n"},
        {"221 foo.com Service closing transmission channel\r\n", ""},
    };
    struct mail m = letter("Smith@bar.com", "Jones@foo.com, Green@foo.com", "Brown@foo.com", "", "");
    struct smtp s;
    smtp_init(&s, &m, "Blah\r\n.\r\n", 9);
    assert_int_equal(PLAY(&s, turns), SMTP_OVER);
    assert_true(s.sent);
    assert_int_equal(smtp_refused(&s), 1);
    mail_free(&m);
}

/* A server of RFC 821, whose lines end as they like. */
static void test_old_server(void **state)
{
    (void)state;
    static const struct turn turns[] = {
        {"220-old\n220\n", "EHLO hub\r\n"}, {"500 what?\n", "HELO hub\r\n"}, {"250 hub\n", "MAIL FROM:<a@b>\r\n"},
        {"250\n", "RCPT TO:<c@d>\r\n"},     {"250 \n", "DATA\r\n"},
    };
    struct mail m = letter("a@b", "c@d", NULL, "", "");
    struct smtp s;
    smtp_init(&s, &m, "", 0);
    assert_int_equal(PLAY(&s, turns), SMTP_GOING);
    mail_free(&m);
}

/* RFC 4616: the message is NUL authcid NUL passwd; "tim" "tanstaaftanstaaf" is its section 4 example. */
static void test_plain(void **state)
{
    (void)state;
    static const struct turn turns[] = {
        {"220 x\r\n", "EHLO hub\r\n"},
        {"250-x\r\n250 AUTH LOGIN PLAIN\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"},
        {"235 2.7.0 Authentication successful\r\n", "MAIL FROM:<a@b>\r\n"},
    };
    struct mail m = letter("a@b", "c@d", NULL, "", "");
    m.user = mem_strdup("tim");
    m.password = mem_strdup("tanstaaftanstaaf");
    struct smtp s;
    smtp_init(&s, &m, "", 0);
    assert_int_equal(PLAY(&s, turns), SMTP_GOING);
    mail_free(&m);
}

static void test_login(void **state)
{
    (void)state;
    static const struct turn turns[] = {
        {"220 x\r\n", "EHLO hub\r\n"},        {"250-x\r\n250 AUTH=LOGIN\r\n", "AUTH LOGIN\r\n"},
        {"334 VXNlcm5hbWU6\r\n", "am9l\r\n"}, {"334 UGFzc3dvcmQ6\r\n", "c2VjcmV0IQ==\r\n"},
        {"535 no\r\n", "QUIT\r\n"},
    };
    struct mail m = letter("a@b", "c@d", NULL, "", "");
    m.user = mem_strdup("joe");
    m.password = mem_strdup("secret!");
    struct smtp s;
    smtp_init(&s, &m, "", 0);
    assert_int_equal(PLAY(&s, turns), SMTP_REFUSED);
    assert_false(s.sent);
    mail_free(&m);
}

static void test_no_auth_offered(void **state)
{
    (void)state;
    static const struct turn turns[] = {
        {"220 x\r\n", "EHLO hub\r\n"},
        {"250-AUTHENTIC PLAIN\r\n250 AUTH CRAM-MD5\r\n", "MAIL FROM:<a@b>\r\n"},
    };
    struct mail m = letter("a@b", "c@d", NULL, "", "");
    m.user = mem_strdup("joe");
    m.password = mem_strdup("secret!");
    struct smtp s;
    smtp_init(&s, &m, "", 0);
    assert_int_equal(PLAY(&s, turns), SMTP_GOING);
    mail_free(&m);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const replies[] = {
        "554 no\r\n", "421 busy\r\n",  "HTTP/1.1 400 Bad Request\r\n",
        "\r\n",       "22\r\n",        "2200 no\r\n",
        "199 x\r\n",  "600 x\r\n",     "2x0 no\r\n",
        "220+x\r\n",  "354 early\r\n",
    };
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        struct mail m = letter("a@b", "c@d", NULL, "", "");
        struct smtp s;
        struct text out = {0};
        smtp_init(&s, &m, "", 0);
        if (smtp_heard(&s, replies[i], strlen(replies[i]), &out) != SMTP_REFUSED)
            fail_msg("taken: %s", replies[i]);
        assert_string_equal(text_str(&out), "QUIT\r\n");
        text_free(&out);
        mail_free(&m);
    }
    static const struct turn nobody[] = {
        {"220 x\r\n", "EHLO hub\r\n"},      {"250 x\r\n", "MAIL FROM:<a@b>\r\n"},
        {"250 x\r\n", "RCPT TO:<c@d>\r\n"}, {"450 later\r\n", "RCPT TO:<e@f>\r\n"},
        {"550 never\r\n", "QUIT\r\n"},
    };
    struct mail m = letter("a@b", "c@d e@f", NULL, "", "");
    struct smtp s;
    smtp_init(&s, &m, "", 0);
    assert_int_equal(PLAY(&s, nobody), SMTP_REFUSED);
    mail_free(&m);
}

/* Lines and replies without end are not taken. */
static void test_bounds(void **state)
{
    (void)state;
    struct mail m = letter("a@b", "c@d", NULL, "", "");
    struct smtp s;
    struct text out = {0};
    smtp_init(&s, &m, "", 0);
    enum smtp_outcome outcome = smtp_heard(&s, "220 ", 4, &out);
    unsigned n = 0;
    for (; outcome == SMTP_GOING && n < 100000; n++)
        outcome = smtp_heard(&s, "x", 1, &out);
    assert_int_equal(outcome, SMTP_REFUSED);
    assert_in_range(n, 512, 1000); /* RFC 5321 section 4.5.3.1.5: 512 must be taken */
    smtp_init(&s, &m, "", 0);
    outcome = SMTP_GOING;
    for (n = 0; outcome == SMTP_GOING && n < 100000; n++)
        outcome = smtp_heard(&s, "220-more\r\n", 10, &out);
    assert_int_equal(outcome, SMTP_REFUSED);
    assert_in_range(n, 50, 1000);
    text_free(&out);
    mail_free(&m);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        size_t n;
        const char *first, *last;
    } good[] = {
        {"a@b", 1, "a@b", "a@b"},         {" a@b ,c@d ", 2, "a@b", "c@d"},
        {"a@b c@d;e@f", 3, "a@b", "e@f"}, {"Network Operations <noc@example.net>, x@y", 2, "noc@example.net", "x@y"},
        {"<a@b>", 1, "a@b", "a@b"},       {"root", 1, "root", "root"},
    };
    static const char *const bad[] = {
        "",          " , ",     "a@b\r\nRCPT TO:<evil@x>", "a@b\nx", "<a b@c>", "<>", "<a@b", "<a@b> x", "a@b>",
        "\"q q\"@x", "a\x7f@b",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct mail m = {0};
        assert_true(mail_add_recipients(&m, good[i].list, false));
        assert_int_equal(m.nto, good[i].n);
        assert_string_equal(m.to[0], good[i].first);
        assert_string_equal(m.to[m.nto - 1], good[i].last);
        mail_free(&m);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct mail m = {0};
        if (mail_add_recipients(&m, bad[i], false))
            fail_msg("taken: %s", bad[i]);
        mail_free(&m);
    }
    struct mail m = {0};
    struct text many = {0};
    for (int i = 0; i <= SMTP_RECIPIENTS_MAX; i++)
        text_printf(&many, "a%d@b,", i);
    assert_false(mail_add_recipients(&m, text_str(&many), false));
    assert_int_equal(m.nto, SMTP_RECIPIENTS_MAX);
    mail_free(&m);
    text_free(&many);
}

#define WALL (INT64_C(1615382566) * 1000000) /* Wed Mar 10 13:22:46 2021 UTC */
#define MIME(charset, encoding)                                                                                        \
    "Message-ID: <7.x@hub>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=" charset                         \
    "\r\nContent-Transfer-Encoding: " encoding "\r\n\r\n"

static void composed(struct mail m, const char *expected)
{
    struct text t = {0};
    mail_compose(&m, "7.x", WALL, &t);
    assert_string_equal(text_str(&t), expected);
    text_free(&t);
    mail_free(&m);
}

static void test_text(void **state)
{
    (void)state;
    composed(letter("r@x", "a@b, c@d", "e@f g@h", "Plain", "one\n.two\r\n..\rfour"),
             "Date: Wed, 10 Mar 2021 13:22:46 +0000\r\nFrom: r@x\r\nTo: a@b,\r\n c@d\r\nCc: e@f,\r\n g@h\r\n"
             "Subject: Plain\r\n" MIME("us-ascii", "7bit") "one\r\n..two\r\n...\r\nfour\r\n.\r\n");
    composed(letter("r@x", "a@b", NULL, "\r\nBcc: evil@x\t!", ""),
             "Date: Wed, 10 Mar 2021 13:22:46 +0000\r\nFrom: r@x\r\nTo: a@b\r\nSubject: Bcc: evil@x !\r\n" MIME(
                 "us-ascii", "7bit") ".\r\n");
    composed(letter("r@x", "a@b", NULL, "h\xc3\xa9llo", "\xe2\x82\xac\n\n"),
             "Date: Wed, 10 Mar 2021 13:22:46 +0000\r\nFrom: r@x\r\nTo: a@b\r\nSubject: =?utf-8?B?aMOpbGxv?=\r\n" MIME(
                 "utf-8", "8bit") "\xe2\x82\xac\r\n\r\n.\r\n");
}

/* No line is longer than 1000 bytes with its end, wherever its dots stand, and no character of UTF-8 is cut apart. */
static void test_long(void **state)
{
    (void)state;
    struct text long_text = {0}, subject = {0}, t = {0};
    for (int i = 0; i < 5000; i++)
        text_add(&long_text, ".");
    for (int i = 0; i < 400; i++)
        text_add(&subject, "\xe2\x82\xac");
    struct mail m = letter("r@x", "a@b", NULL, text_str(&subject), text_str(&long_text));
    mail_compose(&m, "1", WALL, &t);
    size_t dots = 0, words = 0;
    for (const char *s = text_str(&t); *s;) {
        size_t n = strcspn(s, "\n") + 1;
        assert_in_range(n, 2, 1000);
        assert_int_equal(s[n - 2], '\r');
        if (s[0] == '.' && n > 3) {
            assert_int_equal(s[1], '.'); /* stuffed */
            dots += n - 3;
        }
        if (strncmp(s, "Subject: =?", 11) == 0 || strncmp(s, " =?", 3) == 0) {
            words++;
            assert_in_range(n, 10, 78);
            /* 45 bytes, 15 whole characters: E2 82 AC is "4oKs" */
            assert_non_null(strstr(s, "=?utf-8?B?4oKs"));
            assert_int_equal(strncmp(s + n - 8, "4oKs?=\r\n", 8), 0);
        }
        s += n;
    }
    assert_int_equal(dots, 5000);
    assert_in_range(words, 10, 12); /* 512 bytes in all */
    mail_free(&m);
    text_free(&long_text);
    text_free(&subject);
    text_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent),   cmocka_unit_test(test_old_server),      cmocka_unit_test(test_plain),
        cmocka_unit_test(test_login),  cmocka_unit_test(test_no_auth_offered), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_bounds), cmocka_unit_test(test_addresses),       cmocka_unit_test(test_text),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_eem_mail.c: action mail in virtual time: streams that a test answers, refuses, breaks or leaves silent; what the
 * log says of it, when, and what the run does then. */
#include "eem/eem_local.h"
#include "tests/exchange/eem_box.h"
#include "tests/sim/mailer.h"

static bool resolves(void *arg, const char *name, uint32_t *addr)
{
    (void)arg;
    *addr = 0xc0000219; /* 192.0.2.25 */
    return !strcmp(name, "mail.example.net");
}

static uint32_t address(void *arg, const char *ifname)
{
    (void)arg;
    return !strcmp(ifname, "Loopback0") ? 0x0a000001 : 0;
}

static void meet(struct box *b, struct mailer *w, enum mailer_temper temper, const char *const *replies)
{
    mailer_init(w, b->loop, temper, replies);
    b->eem->env.streams = &w->streams;
    b->eem->env.resolve = resolves;
    b->eem->env.if_addr = address;
}

static struct action_conf *mails(struct applet_conf *a, const char *label, const char *server)
{
    struct action_conf *act = action(a, label, ACTION_MAIL, server);
    str_copy(act->pattern, EEM_TEXT_MAX, "noc@example.net");
    str_copy(act->more, EEM_TEXT_MAX, "hub@example.net");
    str_copy(act->y, EEM_TEXT_MAX, "Alert $_event_id");
    str_copy(act->z, EEM_TEXT_MAX, "one\\ntwo");
    return act;
}

static void run(struct box *b, struct applet_conf *a, unsigned seconds)
{
    bool waits;
    char name[EEM_NAME_MAX];
    str_copy(name, sizeof name, a->name);
    go(b, a);
    assert_int_equal(eem_run(b->eem, name, NULL, 0, NULL, &waits), EEM_RUN_STARTED);
    vloop_run_for(b->loop, seconds * US_PER_S);
}

#define ERROR_LINES(when, server, reason)                                                                              \
    when " %HA_EM-3-FMPD_SMTP: Error occurred when sending mail to SMTP server: " server " : " reason "\n" when        \
         " %HA_EM-3-FMPD_ERROR: Error executing applet t statement 1\n"

static void test_sent(void **state)
{
    struct box *b = *state;
    struct mailer w;
    struct applet_conf a;
    meet(b, &w, MAILER_ANSWERS, mailer_kind);
    applet(&a, "t", EEM_NONE);
    mails(&a, "1", "mail.example.net")->number = 2525;
    action(&a, "2", ACTION_SYSLOG, "sent");
    run(b, &a, 1);
    assert_int_equal(w.addr, 0xc0000219);
    assert_int_equal(w.port, 2525);
    assert_int_equal(w.open, 0);
    assert_string_equal(text_str(&w.last),
                        "EHLO hub\r\nMAIL FROM:<hub@example.net>\r\nRCPT TO:<noc@example.net>\r\nDATA\r\n"
                        "Date: Wed, 10 Mar 2021 13:22:46 +0000\r\nFrom: hub@example.net\r\nTo: noc@example.net\r\n"
                        "Subject: Alert 1\r\nMessage-ID: <1.1615382566000000@hub>\r\nMIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
                        "one\r\ntwo\r\n.\r\nQUIT\r\n");
    mailer_end(&w);
    assert_non_null(strstr(text_str(&b->story), "%HA_EM-6-LOG: t: sent\n"));
    text_clear(&b->story);
}

/* The name is not known, or nobody listens: three attempts, five seconds apart. */
static void test_refused_connection(void **state)
{
    struct box *b = *state;
    struct mailer w;
    struct applet_conf a;
    meet(b, &w, MAILER_REFUSES, mailer_kind);
    eem_debug(b->eem)->action_mail = true;
    applet(&a, "t", EEM_NONE);
    mails(&a, "1", "u:secret@mail.example.net");
    run(b, &a, 20);
    assert_int_equal(w.opened, 3);
    assert_int_equal(w.open, 0);
    mailer_end(&w);
    expect(b, "0.000 %HA_EM-6-LOG: t : DEBUG(smtp_lib) : smtp_connect_attempt: 1\n"
              "0.010 %HA_EM-6-LOG: t : DEBUG(smtp_lib) : fh_smtp_connect failed at attempt 1\n"
              "5.010 %HA_EM-6-LOG: t : DEBUG(smtp_lib) : smtp_connect_attempt: 2\n"
              "5.020 %HA_EM-6-LOG: t : DEBUG(smtp_lib) : fh_smtp_connect failed at attempt 2\n"
              "10.020 %HA_EM-6-LOG: t : DEBUG(smtp_lib) : smtp_connect_attempt: 3\n"
              "10.030 %HA_EM-6-LOG: t : DEBUG(smtp_lib) : fh_smtp_connect failed at attempt 3\n" ERROR_LINES(
                  "10.030", "mail.example.net", "error in connecting to SMTP server"));
    eem_debug(b->eem)->action_mail = false;
    applet(&a, "t", EEM_NONE);
    mails(&a, "1", "nowhere");
    run(b, &a, 20);
    assert_int_equal(w.opened, 3);
    expect(b, ERROR_LINES("30.000", "nowhere", "error in connecting to SMTP server"));
}

static void test_second_attempt(void **state)
{
    struct box *b = *state;
    struct mailer w;
    struct applet_conf a;
    meet(b, &w, MAILER_ANSWERS, mailer_kind);
    w.refuse = 1;
    applet(&a, "t", EEM_NONE);
    mails(&a, "1", "mail.example.net");
    run(b, &a, 20);
    assert_int_equal(w.opened, 2);
    assert_non_null(strstr(text_str(&w.last), "one\r\ntwo\r\n.\r\nQUIT\r\n"));
    mailer_end(&w);
    expect(b, "");
}

static void test_silence(void **state)
{
    struct box *b = *state;
    struct mailer w;
    struct applet_conf a;
    meet(b, &w, MAILER_SILENT, mailer_kind); /* does not even connect */
    applet(&a, "t", EEM_NONE);
    mails(&a, "1", "mail.example.net");
    run(b, &a, 20);
    assert_int_equal(w.open, 0);
    expect(b, ERROR_LINES("15.000", "mail.example.net", "timeout error"));
    mailer_end(&w);

    static const char *const greeting_alone[] = {"220 hello\r\n250 x\r\n", "250-still", NULL};
    meet(b, &w, MAILER_ANSWERS, greeting_alone);
    applet(&a, "t", EEM_NONE)->maxrun = 60000;
    mails(&a, "1", "mail.example.net");
    run(b, &a, 60);
    assert_int_equal(w.open, 0);
    mailer_end(&w);
    expect(b, ERROR_LINES("50.030", "mail.example.net", "timeout error"));
}

static void test_bad_ends(void **state)
{
    static const char *const busy[] = {"421 busy\r\n", NULL};
    static const char *const half[] = {"220 hello\r\n", "250 x\r\n", "250 ok\r\n", NULL};
    static const char *const lost[] = {"220 hello\r\n", "250 x\r\n",     "250 ok\r\n", "250 ok\r\n",
                                       "354 go on\r\n", "554 virus\r\n", NULL};
    static const char *const no_bye[] = {"220 hello\r\n", "250 x\r\n",  "250 ok\r\n", "250 ok\r\n",
                                         "354 go on\r\n", "250 ok\r\n", NULL};
    static const struct {
        const char *const *replies;
        const char *reason; /* NULL: sent */
    } facts[] = {
        {busy, "error in reply from SMTP server"},
        {half, "error in reading from SMTP server"},
        {lost, "error in reply from SMTP server"},
        {no_bye, NULL},
    };
    struct box *b = *state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct mailer w;
        struct applet_conf a;
        char expected[200];
        meet(b, &w, MAILER_ANSWERS, facts[i].replies);
        applet(&a, "t", EEM_NONE);
        mails(&a, "1", "mail.example.net");
        run(b, &a, 5);
        assert_int_equal(w.open, 0);
        mailer_end(&w);
        snprintf(expected, sizeof expected, "mail to SMTP server: mail.example.net : %s\n",
                 facts[i].reason ? facts[i].reason : "");
        if (facts[i].reason ? !strstr(text_str(&b->story), expected) : b->story.len)
            fail_msg("fact %zu: %s", i, text_str(&b->story));
        text_clear(&b->story);
    }
}

static void test_killed(void **state)
{
    struct box *b = *state;
    struct mailer w;
    struct applet_conf a;
    meet(b, &w, MAILER_SILENT, mailer_kind);
    applet(&a, "t", EEM_NONE)->maxrun = 2000;
    mails(&a, "1", "mail.example.net");
    run(b, &a, 5);
    assert_int_equal(w.open, 0);
    mailer_end(&w);
    expect(b,
           "2.000 %HA_EM-4-FMS_POLICY_TIMEOUT: Policy 't' has hit its maximum execution time of 2.000 seconds, and so "
           "has been halted\n");
}

static void test_injection(void **state)
{
    static const char *const bad[] = {"a@b\nRCPT TO:<evil@x>", "a@b> SIZE=1", ""};
    struct box *b = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct mailer w;
        struct applet_conf a;
        meet(b, &w, MAILER_ANSWERS, mailer_kind);
        applet(&a, "t", EEM_NONE);
        struct action_conf *set = action(&a, "0", ACTION_SET, bad[i]);
        str_copy(set->var, sizeof set->var, "to");
        str_copy(mails(&a, "1", "mail.example.net")->pattern, EEM_TEXT_MAX, "$to");
        run(b, &a, 1);
        assert_int_equal(w.opened, 0);
        assert_non_null(strstr(text_str(&b->story), "mail to SMTP server: mail.example.net : invalid mail address\n"));
        text_clear(&b->story);
    }
}

static void test_source(void **state)
{
    struct box *b = *state;
    struct mailer w;
    struct applet_conf a;
    meet(b, &w, MAILER_ANSWERS, mailer_kind);
    applet(&a, "t", EEM_NONE);
    str_copy(mails(&a, "1", "mail.example.net")->sub1, EEM_NAME_MAX, "Loopback0");
    run(b, &a, 1);
    assert_non_null(strstr(text_str(&w.last), "EHLO [10.0.0.1]\r\n"));
    applet(&a, "t", EEM_NONE);
    str_copy(mails(&a, "1", "mail.example.net")->sub1, EEM_NAME_MAX, "Loopback1");
    run(b, &a, 1);
    expect(b, ERROR_LINES("1.000", "mail.example.net", "error in connecting to SMTP server"));
    applet(&a, "t", EEM_NONE);
    mails(&a, "1", "mail.example.net")->source = 0x0a020304;
    run(b, &a, 1);
    assert_non_null(strstr(text_str(&w.last), "EHLO [10.2.3.4]\r\n"));
    mailer_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_sent),   T(test_refused_connection), T(test_second_attempt), T(test_silence), T(test_bad_ends),
        T(test_killed), T(test_injection),          T(test_source)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

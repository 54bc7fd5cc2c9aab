/* test_names.c: names that name servers know. A router asks two machines on its wire, which the test plays: what it prints meanwhile, which names it asks for in which order, how
 * long it waits, what it believes. The messages of the servers are written by hand after RFC 1035, section 4.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/app/router.h"
#include "cli/shell/session.h"
#include "dataplane/dataplane.h"
#include "espial/inet.h"
#include "espial/loop.h"
#include "tests/sim/box.h"

enum how { SILENT, KNOWS, NO_SUCH, FAILS, WRONG_ID, WRONG_QUESTION, WRONG_PORT, ALIAS };

struct server {
    struct udp_sock *sock, *other;
    enum how how;
    unsigned asked;
    char names[400]; /* what was asked for, in its order, with a blank behind each */
    uint16_t ids[16], ports[16];
};
struct world {
    struct box *b;
    struct server servers[2];
};

static void reply(struct server *s, const struct udp_from *from, const uint8_t *q, size_t len)
{
    uint8_t a[512];
    size_t n = len;

    memcpy(a, q, len);
    a[2] = 0x81;
    a[3] = s->how == NO_SUCH ? 0x83 : s->how == FAILS ? 0x82 : 0x80;
    if (s->how == WRONG_ID)
        a[0] ^= 1;
    if (s->how == WRONG_QUESTION)
        a[13] ^= 1;
    if (s->how == ALIAS) { /* the name is www.other (pointer-ended by itself), which has the address; in the wrong order */
        static const uint8_t two[] = "\3www\5other\0\0\1\0\1\0\0\0\x3C\0\4\x0A\0\1\2\xC0\x0C\0\5\0\1\0\0\0\x3C\0\x0B\3www\5other";
        a[7] = 2;
        memcpy(a + n, two, sizeof two);
        n += sizeof two;
    } else if (s->how != NO_SUCH && s->how != FAILS) {
        static const uint8_t one[] = "\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4\x0A\0\1\2";
        a[7] = 1;
        memcpy(a + n, one, sizeof one - 1);
        n += sizeof one - 1;
    }
    udp_send(s->how == WRONG_PORT ? s->other : s->sock, 0, from->src, from->sport, a, n);
}

static void on_question(void *arg, const struct udp_from *from, const uint8_t *q, size_t len)
{
    struct server *s = arg;
    size_t at = 12, n = strlen(s->names);

    assert_true(len > 17 && len < 300);
    assert_memory_equal(q + 2, "\1\0\0\1\0\0\0\0\0\0", 10); /* recursion desired, one question */
    while (q[at]) {
        n += (size_t)snprintf(s->names + n, sizeof s->names - n, "%.*s%s", q[at], (const char *)q + at + 1, q[at + 1 + q[at]] ? "." : " ");
        at += 1u + q[at];
    }
    assert_memory_equal(q + at, "\0\0\1\0\1", 5); /* A, IN */
    assert_int_equal(at + 5, len);
    s->ids[s->asked % 16] = (uint16_t)(q[0] << 8 | q[1]);
    s->ports[s->asked++ % 16] = from->sport;
    if (s->how != SILENT)
        reply(s, from, q, len);
}

static int set_up(void **state)
{
    static struct world w;
    static const char *const names[] = {"s1", "s2"};

    w = (struct world){.b = box_new(8)};
    box_node(w.b, "r", "hostname r\nno logging console\nip domain name lab.test\nip name-server 10.0.1.2 10.0.2.2\n"
                       "interface Ethernet0/0\n ip address 10.0.1.1 255.255.255.0\n"
                       "interface Ethernet0/1\n ip address 10.0.2.1 255.255.255.0\n");
    box_node(w.b, "s1", "hostname s1\ninterface Ethernet0/0\n ip address 10.0.1.2 255.255.255.0\n");
    box_node(w.b, "s2", "hostname s2\ninterface Ethernet0/0\n ip address 10.0.2.2 255.255.255.0\n");
    box_link(w.b, "r", "Ethernet0/0", "s1", "Ethernet0/0");
    box_link(w.b, "r", "Ethernet0/1", "s2", "Ethernet0/0");
    box_boot(w.b);
    box_run(w.b, 3 * US_PER_S);
    for (int i = 0; i < 2; i++) {
        struct inet *in = dataplane_inet(router_dataplane(box_router(w.b, names[i])));
        w.servers[i].sock = udp_open(in, 53, on_question, &w.servers[i]);
        w.servers[i].other = udp_open(in, 5353, on_question, &w.servers[i]);
    }
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    for (int i = 0; i < 2; i++) {
        udp_close(w->servers[i].sock);
        udp_close(w->servers[i].other);
    }
    box_free(w->b);
    return 0;
}

static void answers(struct world *w, enum how first, enum how second)
{
    w->servers[0].how = first;
    w->servers[1].how = second;
    for (int i = 0; i < 2; i++) {
        w->servers[i].asked = 0;
        w->servers[i].names[0] = 0;
    }
    box_type(w->b, "r", "clear host *");
}

#define PINGS                                                                                                                                                      \
    "Type escape sequence to abort.\nSending 1, 100-byte ICMP Echos to 10.0.1.2, timeout is 2 seconds:\n!\nSuccess rate is 100 percent (1/1), round-trip min/avg/max = "

static void starts(const char *said, const char *with)
{
    if (strncmp(said, with, strlen(with)))
        fail_msg("%s\nis not the beginning of\n%s", with, said);
}

static void known(void **state)
{
    struct world *w = *state;

    answers(w, KNOWS, SILENT);
    starts(box_type(w->b, "r", "ping web repeat 1"), "Translating \"web\"...domain server (10.0.1.2) [OK]\n" PINGS);
    assert_string_equal(w->servers[0].names, "web.lab.test ");
    starts(box_type(w->b, "r", "ping web repeat 1"), PINGS); /* it is remembered */
    starts(box_type(w->b, "r", "traceroute WEB.lab.test ttl 1 1"), "Type escape sequence to abort.\nTracing the route to WEB.lab.test (10.0.1.2)\n");
    assert_int_equal(w->servers[0].asked, 1);
    const char *hosts = box_type(w->b, "r", "show hosts");
    assert_non_null(strstr(hosts, "Name/address lookup uses domain service\nName servers are 10.0.1.2, 10.0.2.2\n"));
    assert_non_null(strstr(hosts, "web.lab.test              None  (temp, OK)  0   IP    10.0.1.2\n"));
    box_run(w->b, 61 * US_PER_S); /* as long as the server said */
    assert_null(strstr(box_type(w->b, "r", "show hosts"), "web.lab.test"));
    starts(box_type(w->b, "r", "ping web repeat 1"), "Translating \"web\"");
    box_type(w->b, "r", "clear host web.lab.test");
    starts(box_type(w->b, "r", "ping web.lab.test repeat 1"), "Translating \"web.lab.test\"...domain server (10.0.1.2) [OK]\n");
    answers(w, ALIAS, SILENT);
    starts(box_type(w->b, "r", "ping web repeat 1"), "Translating \"web\"...domain server (10.0.1.2) [OK]\n" PINGS);
    box_type_all(w->b, "r", "configure terminal\nip domain list a.test\nip domain list b.test\n");
    answers(w, NO_SUCH, SILENT);
    starts(box_type(w->b, "r", "do ping web"), "Translating \"web\"...domain server (10.0.1.2)\n% Unrecognized host or address, or protocol not running.\n");
    assert_string_equal(w->servers[0].names, "web.a.test web.b.test web ");
    box_type_all(w->b, "r", "no ip domain list a.test\nno ip domain list b.test\nend");
}

#define UNKNOWN "% Unrecognized host or address, or protocol not running.\n"

static void silent(void **state)
{
    struct world *w = *state;
    uint64_t began;

    /* two questions of three seconds each to every server */
    answers(w, SILENT, SILENT);
    began = loop_now(box_loop(w->b));
    assert_string_equal(box_type(w->b, "r", "ping web"), "Translating \"web\"...domain server (10.0.1.2) (10.0.2.2)\n" UNKNOWN);
    assert_int_equal((loop_now(box_loop(w->b)) - began + US_PER_S / 2) / US_PER_S, 12);
    assert_string_equal(w->servers[0].names, "web.lab.test web.lab.test ");
    assert_string_equal(w->servers[1].names, "web.lab.test web.lab.test ");
    assert_true(w->servers[0].ids[0] != w->servers[0].ids[1] || w->servers[0].ports[0] != w->servers[0].ports[1]);
    box_type_all(w->b, "r", "configure terminal\nip domain timeout 1\nip domain retry 1\nend");
    began = loop_now(box_loop(w->b));
    box_type(w->b, "r", "ping web");
    assert_int_equal((loop_now(box_loop(w->b)) - began + US_PER_S / 2) / US_PER_S, 2);
    assert_non_null(strstr(box_type(w->b, "r", "show running-config"), "ip domain retry 1\nip domain timeout 1\n"));
    box_type_all(w->b, "r", "configure terminal\nno ip domain timeout\nno ip domain retry\nend");
    /* the second one knows, or says that it fails */
    answers(w, FAILS, KNOWS);
    starts(box_type(w->b, "r", "ping web repeat 1"), "Translating \"web\"...domain server (10.0.1.2) (10.0.2.2) [OK]\n" PINGS);
    answers(w, FAILS, FAILS);
    assert_string_equal(box_type(w->b, "r", "ping web"), "Translating \"web\"...domain server (10.0.1.2) (10.0.2.2)\n" UNKNOWN);
    /* no way to either */
    box_type_all(w->b, "r", "configure terminal\nno ip name-server 10.0.1.2\nno ip name-server 10.0.2.2\nip name-server 192.0.2.1\nend");
    assert_string_equal(box_type(w->b, "r", "ping web"), "Translating \"web\"...domain server (192.0.2.1)\n" UNKNOWN);
    /* nobody, and none wanted */
    box_type_all(w->b, "r", "configure terminal\nno ip name-server 192.0.2.1\nend");
    assert_string_equal(box_type(w->b, "r", "ping web"), UNKNOWN);
    box_type_all(w->b, "r", "configure terminal\nip name-server 10.0.1.2 10.0.2.2\nno ip domain lookup\nend");
    answers(w, KNOWS, KNOWS);
    assert_string_equal(box_type(w->b, "r", "ping web"), UNKNOWN);
    assert_int_equal(w->servers[0].asked, 0);
    box_type_all(w->b, "r", "configure terminal\nip domain lookup\nend");
}

static void hostile(void **state)
{
    static const enum how lies[] = {WRONG_ID, WRONG_QUESTION, WRONG_PORT};
    struct world *w = *state;

    for (size_t i = 0; i < 3; i++) { /* as if nothing had come */
        answers(w, lies[i], SILENT);
        assert_string_equal(box_type(w->b, "r", "ping web"), "Translating \"web\"...domain server (10.0.1.2) (10.0.2.2)\n" UNKNOWN);
        assert_int_equal(w->servers[0].asked, 2);
        assert_int_equal(w->servers[1].asked, 2);
    }
}

/* ---- a terminal, with its keys */

struct terminal {
    struct channel ch; /* first */
    char text[2000];
    size_t len;
};

static void term_write(struct channel *ch, const char *s, size_t len)
{
    struct terminal *t = (struct terminal *)ch;

    assert_true(t->len + len < sizeof t->text);
    memcpy(t->text + t->len, s, len);
    t->len += len;
    t->text[t->len] = 0;
}

static void term_nothing(struct channel *ch)
{
    (void)ch;
}

static const char *typed(struct world *w, struct terminal *t, struct shell *sh, const char *line, uint64_t us)
{
    t->len = 0;
    t->text[0] = 0;
    session_line(sh, line);
    box_run(w->b, us);
    return t->text;
}

static void typos(void **state)
{
    struct world *w = *state;
    struct terminal t = {.ch = {.write = term_write, .changed = term_nothing, .closed = term_nothing}};
    struct shell *sh = session_new(router_shells(box_router(w->b, "r")),
                                   &(struct session_params){.vty = true, .n = 3, .user = "", .location = "192.0.2.9", .is_logged_in = true, .privilege = 15, .channel = &t.ch});

    answers(w, NO_SUCH, SILENT);
    starts(typed(w, &t, sh, "shwo", US_PER_S),
           "Translating \"shwo\"...domain server (10.0.1.2)\n% Unknown command or computer name, or unable to find computer address\n");
    assert_int_equal(session_state(sh), SESSION_PROMPT);
    assert_string_equal(w->servers[0].names, "shwo.lab.test shwo ");
    assert_non_null(strstr(typed(w, &t, sh, "shwo version", US_PER_S), "% Invalid input detected at '^' marker."));
    assert_non_null(strstr(typed(w, &t, sh, "show verzion", US_PER_S), "% Invalid input detected at '^' marker."));
    assert_int_equal(w->servers[0].asked, 2);
    answers(w, KNOWS, SILENT);
    starts(typed(w, &t, sh, "web", US_PER_S), "Translating \"web\"...domain server (10.0.1.2) [OK]\n% telnet connections not permitted from this terminal\n");
    /* interrupted, in the first second of twelve */
    answers(w, SILENT, SILENT);
    starts(typed(w, &t, sh, "shwo", US_PER_S), "Translating \"shwo\"...domain server (10.0.1.2)");
    assert_int_equal(session_state(sh), SESSION_BUSY);
    session_interrupt(sh);
    box_run(w->b, US_PER_S);
    assert_int_equal(session_state(sh), SESSION_PROMPT);
    typed(w, &t, sh, "ping web", US_PER_S);
    session_interrupt(sh);
    box_run(w->b, 20 * US_PER_S);
    assert_int_equal(session_state(sh), SESSION_PROMPT);
    assert_null(strstr(t.text, "Unrecognized"));
    assert_int_equal(w->servers[1].asked, 0);
    /* the terminal goes away meanwhile */
    typed(w, &t, sh, "ping web", US_PER_S);
    session_free(sh);
    box_run(w->b, 20 * US_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known), cmocka_unit_test(silent), cmocka_unit_test(hostile), cmocka_unit_test(typos)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

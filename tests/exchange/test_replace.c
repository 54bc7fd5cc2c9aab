/* test_replace.c: configure replace on a whole router: to any of several configurations made by chance, of every row
 * there is, and back; what a refused line does; lists whose order means something; the texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/app/router.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/session.h"
#include "espial/loop.h"
#include "espial/text.h"
#include "tests/sim/box.h"
#include "tests/sim/chance.h"
#include "tests/sim/rowgen.h"

/* running-config from its line "version" on: without what tells of time. */
static char *running(struct box *b)
{
    const char *s = strstr(box_type(b, "r", "show running-config"), "\nversion ");

    assert_non_null(s);
    return mem_strdup(s);
}

static const struct grammar_row *any_row(struct grammar *g, enum cmd_mode mode, uint64_t *seed)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(g, mode, &rows);

    for (unsigned tries = 0; tries < 1000; tries++) {
        const struct grammar_row *r = rows[chance(seed, (unsigned)n)];
        /* Questions and keys are for people; the rest of a banner is raw text. */
        if (r->row->kind != CMD_DO_ROW && !str_starts(r->row->sentence, "banner"))
            return r;
    }
    return NULL; /* a mode in which nothing can be said */
}

/* Interfaces often name a map that there is; else one by chance, which has no entries or gets them later. */
static void map_that_is(struct box *b, struct text *line)
{
    const char *conf = box_type(b, "r", "do show running-config | include ^crypto map .* ipsec-isakmp");
    char name[64];

    if (!str_starts(conf, "crypto map ") || sscanf(conf, "crypto map %63s", name) != 1)
        return;
    text_clear(line);
    text_printf(line, "crypto map %s", name);
}

/* Some lines more, here and there one taken away. */
static void change(struct box *b, uint64_t *seed, unsigned lines)
{
    struct grammar *g = shells_grammar(router_shells(box_router(b, "r")));
    struct text t = {0};

    box_type(b, "r", "configure terminal");
    for (unsigned i = 0; i < lines; i++) {
        const struct grammar_row *row = any_row(g, CONFIG, seed);

        text_clear(&t);
        if (chance(seed, 4) == 0)
            text_add(&t, "no ");
        rowgen_line(row, seed, &t);
        box_type(b, "r", text_str(&t));
        for (unsigned k = 0; row->row->kind == CMD_MODE_ROW && k < 6; k++) {
            const struct grammar_row *inner = any_row(g, row->row->enters, seed);

            if (!inner)
                break;
            text_clear(&t);
            rowgen_line(inner, seed, &t);
            if (row->row->enters == CONFIG_IF && str_starts(text_str(&t), "crypto map ") && chance(seed, 2))
                map_that_is(b, &t);
            box_type(b, "r", text_str(&t));
        }
    }
    box_type(b, "r", "end");
    text_free(&t);
}

static struct box *router(const char *config)
{
    struct box *b = box_new(5);

    box_node(b, "r", config);
    box_boot(b);
    return b;
}

#define CONFIGS 8
static void go_there_and_back(uint64_t start)
{
    struct box *b = router("hostname r\nno logging console\n");
    char *want[CONFIGS], line[80];
    uint64_t seed = start;
    unsigned at = 0;

    for (unsigned i = 0; i < CONFIGS; i++) {
        change(b, &seed, 60);
        snprintf(line, sizeof line, "copy running-config disk0:c%u.cfg", i);
        assert_non_null(strstr(box_type(b, "r", line), "bytes copied"));
        want[i] = running(b);
    }
    for (unsigned round = 0; round < 60; round++) {
        at = chance(&seed, CONFIGS);
        snprintf(line, sizeof line, "configure replace disk0:c%u.cfg list force", at);
        char *said = mem_strdup(box_type(b, "r", line)), *got = running(b);
        if (!strstr(said, "Rollback Done") || strcmp(got, want[at])) {
            size_t same = 0;
            while (got[same] && got[same] == want[at][same])
                same++;
            same = same > 40 ? same - 40 : 0;
            fail_msg("seed %llu, round %u, to %u: ...%.300s\n---- wanted\n...%.200s\n---- got\n...%.200s",
                     (unsigned long long)start, round, at, strstr(said, "Pass 2") ? strstr(said, "Pass 2") : said, want[at] + same, got + same);
        }
        mem_free(said);
        mem_free(got);
    }
    for (unsigned i = 0; i < CONFIGS; i++)
        mem_free(want[i]);
    box_free(b);
}

static void there_and_back(void **state)
{
    (void)state;
    for (uint64_t seed = 20261122; seed < 20261122 + 4; seed++)
        go_there_and_back(seed);
}

/* ---- lists whose order means something ---- */

#define STAMPS "service timestamps debug datetime msec\nservice timestamps log datetime msec\n"
static const char base[] = "hostname r\nno logging console\nfile prompt quiet\n"
                           "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n"
                           "ip access-list extended L\n permit icmp any any\n permit udp any any\n deny tcp any any\n"
                           "access-list 101 permit icmp any any\naccess-list 101 permit udp any any\n"
                           "ip route 10.1.0.0 255.255.0.0 Null0\nip route 10.2.0.0 255.255.0.0 Null0\n";

static const char *replace(struct box *b, const char *config)
{
    box_put(b, "r", "disk0:to.cfg", config);
    return box_type(b, "r", "configure replace disk0:to.cfg list force");
}

static void order_of_lists(void **state)
{
    static const char head[] = STAMPS "hostname r\nno logging console\nfile prompt quiet\ninterface Loopback0\n"
                               " ip address 10.0.0.1 255.255.255.255\n";
    struct box *b = router(base);
    (void)state;

    /* one goes in between, two change places; the routes as well */
    struct text t = {0};
    text_printf(&t,
                "%sip access-list extended L\n permit icmp any any\n permit esp any any\n permit udp any any\n"
                " deny tcp any any\naccess-list 101 permit udp any any\naccess-list 101 permit icmp any any\n"
                "ip route 10.2.0.0 255.255.0.0 Null0\nip route 10.1.0.0 255.255.0.0 Null0\nline con 0\nline vty 0 4\n login\nend\n",
                head);
    assert_string_equal(replace(b, text_str(&t)), "!Pass 1\n\n!List of Commands:\n"
                                                  "no access-list 101 permit icmp any any\n"
                                                  "ip access-list extended L\n"
                                                  " no permit udp any any\n"
                                                  " no deny tcp any any\n"
                                                  " permit esp any any\n"
                                                  " permit udp any any\n"
                                                  " deny tcp any any\n"
                                                  "access-list 101 permit icmp any any\n"
                                                  "end\n\n"
                                                  "Total number of passes: 1\nRollback Done\n");
    assert_string_equal(box_type(b, "r", "show running-config | section ^ip route|access-list"),
                        "ip route 10.2.0.0 255.255.0.0 Null0\n"
                        "ip route 10.1.0.0 255.255.0.0 Null0\n"
                        "ip access-list extended L\n"
                        " permit icmp any any\n"
                        " permit esp any any\n"
                        " permit udp any any\n"
                        " deny tcp any any\n"
                        "access-list 101 permit udp any any\n"
                        "access-list 101 permit icmp any any\n");
    assert_string_equal(replace(b, text_str(&t)), "Total number of passes: 0\nRollback Done\n");
    text_free(&t);
    box_free(b);
}

/* ---- files by hand ---- */

static void short_words_are_no_difference(void **state)
{
    struct box *b = router(base);
    (void)state;

    assert_string_equal(replace(b, "!\nversion 15.6\n" STAMPS "hostn r\nno logg con\nfile pro qui\nip domain lookup\n"
                                   "int lo 0\n  ip addr 10.0.0.1 255.255.255.255\n  no shut\n!\n"
                                   "ip access-l ext L\n permit icmp any any\n permit 17 any any\n deny tcp any any\n"
                                   "access-l 101 permit icmp any any\naccess-l 101 permit udp any any\n"
                                   "ip route 10.1.0.0 255.255.0.0 null 0\nip route 10.2.0.0 255.255.0.0 null0\n"
                                   "line c 0\nline vty 0 4\n login\n"),
                        "Total number of passes: 0\nRollback Done\n");
    box_free(b);
    /* lines that print themselves */
    b = router(STAMPS "hostname r\nfile prompt quiet\nsnmp-server community c RO\nline vty 0 4\n login local\n"
                      "line vty 5 7\n no login\n");
    assert_string_equal(replace(b, STAMPS
                                "hostname r\nfile prompt quiet\nsnmp-s comm c\nline con 0\nline v 0 4\n logi loc\n"
                                "line v 5 7\n no logi\n"),
                        "Total number of passes: 0\nRollback Done\n");
    box_free(b);
}

static void what_is_no_configuration(void **state)
{
    struct box *b = router(base);
    struct text deep = {0};
    (void)state;

    assert_string_equal(replace(b, "! nothing\nend\nhostname x\n"),
                        "%The input file is not a valid config file. (line 2: no configuration)\n");
    assert_string_equal(replace(b, ""), "%The input file is not a valid config file. (no configuration)\n");
    assert_string_equal(replace(b, "hostname x\n\x01\x02\n"),
                        "%The input file is not a valid config file. (line 2: not text)\n");
    for (int i = 0; i < 10000; i++)
        text_printf(&deep, "%*sline\n", i, "");
    assert_string_equal(replace(b, text_str(&deep)),
                        "%The input file is not a valid config file. (line 9: indented too deep)\n");
    text_clear(&deep);
    text_printf(&deep, "hostname x\n%2000s\n", "x");
    assert_string_equal(replace(b, text_str(&deep)),
                        "%The input file is not a valid config file. (line 2: longer than 1024 bytes)\n");
    assert_string_equal(replace(b, "hostname x\nbanner motd #\nwelcome\n"),
                        "%The input file is not a valid config file. (line 3: the banner does not end)\n");
    assert_string_equal(box_type(b, "r", "configure replace disk0:absent force"),
                        "%Error opening disk0:/absent (No such file or directory)\n");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "\nhostname r\n"));
    text_free(&deep);
    box_free(b);
}

/* ---- refused lines ---- */

static void refused_to_the_last(void **state)
{
    struct box *b = router(base);
    (void)state;

    box_put(b, "r", "disk0:to.cfg", STAMPS "hostname s\nno logging console\nfile prompt quiet\ninterface Loopback0\n"
                           " ip address 10.0.0.1 255.255.255.255\n frame-relay on\nrouter rip\n network 10.0.0.0\n"
                           "line con 0\nline vty 0 4\n login\n");
    assert_string_equal(box_type(b, "r", "configure replace disk0:to.cfg force"),
                        "The rollback configlet from the last pass is listed below:\n"
                        "********\n"
                        "\n"
                        "!List of Rollback Commands:\n"
                        "interface Loopback0\n"
                        " frame-relay on\n"
                        "router rip\n"
                        " network 10.0.0.0\n"
                        "end\n"
                        "********\n"
                        "\n"
                        "\n"
                        "Rollback aborted after 5 passes\n"
                        "The following commands are failed to apply to the IOS image.\n"
                        "********\n"
                        "interface Loopback0\n"
                        " frame-relay on\n"
                        "router rip\n"
                        "router rip\n"
                        " network 10.0.0.0\n"
                        "********\n");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "\nhostname s\n"));
    box_free(b);
}

/* An interface's own networks may lie in one another, in whichever order they came. */
static void networks_of_one_interface(void **state)
{
    struct box *b = router("hostname r\nno logging console\ninterface Loopback0\n ip address 192.0.2.3 255.255.254.0\n"
                           "interface Loopback1\n ip address 10.0.0.1 255.0.0.0\n");
    (void)state;

    box_put(b, "r", "disk0:to.cfg", STAMPS "hostname r\nno logging console\n"
                           "interface Loopback0\n ip address 192.0.2.0 255.254.0.0\n"
                           " ip address 192.0.2.3 255.255.254.0 secondary\n"
                           "interface Loopback1\n ip address 10.0.0.1 255.0.0.0\nline con 0\nline vty 0 4\n login\n");
    assert_non_null(strstr(box_type(b, "r", "configure replace disk0:to.cfg force"), "Rollback Done"));
    assert_non_null(strstr(box_type(b, "r", "show running-config interface Loopback0"),
                           " ip address 192.0.2.0 255.254.0.0\n ip address 192.0.2.3 255.255.254.0 secondary\n"));
    /* First and second change places, and back. */
    box_put(b, "r", "disk0:swap.cfg", STAMPS "hostname r\nno logging console\n"
                           "interface Loopback0\n ip address 192.0.2.3 255.255.254.0\n"
                           " ip address 192.0.2.0 255.254.0.0 secondary\n"
                           "interface Loopback1\n ip address 10.0.0.1 255.0.0.0\nline con 0\nline vty 0 4\n login\n");
    assert_non_null(strstr(box_type(b, "r", "configure replace disk0:swap.cfg force"), "Rollback Done"));
    assert_non_null(strstr(box_type(b, "r", "show running-config interface Loopback0"),
                           " ip address 192.0.2.3 255.255.254.0\n ip address 192.0.2.0 255.254.0.0 secondary\n"));
    assert_non_null(strstr(box_type(b, "r", "configure replace disk0:to.cfg force"), "Rollback Done"));
    /* The same line again is no news, another mask is a change; other interfaces, and the address itself, are taken. */
    box_type_all(b, "r", "configure terminal\ninterface Loopback0");
    assert_string_equal(box_type(b, "r", "ip address 192.0.2.3 255.255.254.0 secondary"), "");
    assert_string_equal(box_type(b, "r", "ip address 192.0.2.3 255.255.255.0 secondary"), "");
    assert_string_equal(box_type(b, "r", "ip address 192.0.2.0 255.254.0.0 secondary"),
                        "% 192.0.0.0 overlaps with Loopback0\n");
    assert_string_equal(box_type(b, "r", "ip address 192.0.2.3 255.255.254.0"),
                        "% 192.0.2.3 is assigned as a secondary address on Loopback0\n");
    assert_string_equal(box_type(b, "r", "ip address 10.1.0.1 255.255.0.0 secondary"),
                        "% 10.1.0.0 overlaps with Loopback1\n");
    assert_string_equal(box_type(b, "r", "ip address 11.0.0.1 255.0.0.0 secondary"), "");
    assert_string_equal(box_type(b, "r", "ip address 11.0.0.1 254.0.0.0 secondary"),
                        "% 10.0.0.0 overlaps with Loopback1\n");
    box_type(b, "r", "end");
    box_free(b);
}

static void the_question(void **state)
{
    struct box *b = router(base);
    (void)state;

    box_put(b, "r", "disk0:to.cfg", "hostname s\n");
    /* A program that does not answer gets "no". */
    assert_string_equal(box_type(b, "r", "configure replace disk0:to.cfg"),
                        "This will apply all necessary additions and deletions\n"
                        "to replace the current running configuration with the\n"
                        "contents of the specified configuration file, which is\n"
                        "assumed to be a complete configuration, not a partial\n"
                        "configuration. Enter Y if you are sure you want to proceed. ? [no]: \n");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "\nhostname r\n"));
    size_t from = box_log_len(b, "r");
    box_type(b, "r", "configure replace disk0:to.cfg force");
    assert_int_equal(box_log_count(b, "r", from, "%SYS-5-CONFIG_R: Config Replace is Done"), 1);
    assert_int_equal(box_log_count(b, "r", from, "%SYS-5-CONFIG_I"), 0);
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "\nhostname s\n"));
    assert_null(strstr(box_type(b, "r", "show running-config"), "Loopback0"));
    box_free(b);
}

/* A file that asks for its own replacement, and one that is merged and does: each ends, and a trial that goes on is not lost. */
static void none_within_another(void **state)
{
    (void)state;
    struct box *b = router("hostname r\nno logging console\n");
    static const char again[] = "hostname s\ndo configure replace disk0:a.cfg force\ndo configure revert now\n";

    box_put(b, "r", "disk0:a.cfg", again);
    box_type(b, "r", "configure replace disk0:a.cfg force");
    assert_non_null(strstr(box_type(b, "r", "show running-config"), "\nhostname s\n"));
    const char *said = box_type(b, "r", "copy disk0:a.cfg running-config");
    assert_non_null(strstr(said, "%Error: a configuration that is being read cannot be replaced\n"));
    box_free(b);
}

/* Lines that come back by themselves belong to no other range. */
static void vtys_come_back(void **state)
{
    struct box *b = router("hostname r\n");

    (void)state;
    box_type(b, "r", "configure terminal");
    box_type(b, "r", "line vty 0");
    box_type(b, "r", "no line vty 0");
    box_type(b, "r", "end");
    assert_string_equal(box_type(b, "r", "show running-config | include line vty"), "line vty 0\nline vty 1 4\n");
    box_free(b);
}

/* What a router of this configuration prints is replaced whole, after some lines more. */
static void comes_back(const char *config, const char *prints, const char *changes)
{
    struct box *b = router(config);

    assert_non_null(strstr(box_type(b, "r", "copy running-config disk0:a.cfg"), "bytes copied"));
    char *want = running(b);
    assert_non_null(strstr(want, prints));
    box_type_all(b, "r", changes);
    char *changed = running(b);
    assert_string_not_equal(changed, want);
    assert_non_null(strstr(box_type(b, "r", "configure replace disk0:a.cfg force"), "Rollback Done"));
    char *got = running(b);
    assert_string_equal(got, want);
    mem_free(want);
    mem_free(changed);
    mem_free(got);
    box_free(b);
}

/* A tracked object is not changed in place: the old one goes first. */
static void tracked_anew(void **state)
{
    (void)state;
    comes_back("hostname r\ninterface Loopback0\ntrack 5 interface Loopback0 ip routing\n delay up 43\n",
               "track 5 interface Loopback0 ip routing\n delay up 43\n",
               "configure terminal\nno track 5\ntrack 5 interface Loopback0 line-protocol\nend");
}

/* What `aaa new-model` hides is wanted all the same. */
static void hidden_by_new_model(void **state)
{
    (void)state;
    comes_back("hostname r\nusername u secret 0 x\nline con 0\n login local\n", " login local\n",
               "configure terminal\naaa new-model\nend");
}

/* A numbered remark at the head of a list whose lines were numbered anew. */
static void remark_and_resequence(void **state)
{
    (void)state;
    comes_back("hostname r\nip access-list standard A\n 5 remark first\n 7 permit 10.0.0.1\n"
               "ip access-list resequence A 1 1\n",
               "\n 1 permit 10.0.0.1\n", "configure terminal\nno ip access-list standard A\nend");
}

/* ---- what holds what ---- */

#define NAMES "interface Loopback0\n ip address 10.0.0.1 255.255.255.0\n crypto map M\n"

/* An interface may name a map that has no entries, but keeps the last entry of one that has: from each of these to each other. */
static void maps_without_entries(void **state)
{
    static const char *const confs[] = {
        "hostname r\ninterface Loopback0\n ip address 10.0.0.1 255.255.255.0\n",
        "hostname r\n" NAMES,
        "hostname r\n" NAMES "crypto ipsec transform-set A esp-aes esp-sha-hmac\ncrypto map M 10 ipsec-isakmp\n set transform-set A\n",
        "hostname r\n" NAMES "crypto ipsec transform-set B esp-aes esp-sha-hmac\ncrypto map M 10 ipsec-isakmp\n set transform-set B\n"
        "crypto map M 20 ipsec-isakmp\n set transform-set B\ncrypto map M local-address Loopback0\n",
        "hostname r\n" NAMES "crypto dynamic-map D 1\ncrypto map M 10 ipsec-isakmp dynamic D\n",
        "hostname r\n" NAMES "interface Loopback1\n crypto map N\ncrypto map N 1 ipsec-isakmp\n",
        "hostname r\ncrypto map N 1 ipsec-isakmp\ninterface Loopback0\n crypto map N\ninterface Loopback1\n crypto map M\n",
        "hostname r\ncrypto ipsec transform-set A esp-aes esp-sha-hmac\ncrypto map M 10 ipsec-isakmp\n set transform-set A\n"
        "crypto map M local-address Loopback0\ninterface Loopback0\n",
    };
    enum { N = sizeof confs / sizeof confs[0] };
    char *want[N], line[80];

    (void)state;
    for (unsigned i = 0; i < N; i++) {
        struct box *b = router(confs[i]);
        want[i] = running(b);
        box_free(b);
    }
    for (unsigned i = 0; i < N; i++) {
        struct box *b = router(confs[i]);
        for (unsigned k = 0; k < N; k++) {
            snprintf(line, sizeof line, "disk0:%u.cfg", k);
            box_put(b, "r", line, want[k]);
            box_put(b, "r", "disk0:back.cfg", want[i]);
            snprintf(line, sizeof line, "configure replace disk0:%u.cfg list force", k);
            for (int back = 0; back < 2; back++) {
                char *said = mem_strdup(
                    box_type(b, "r", back ? "configure replace disk0:back.cfg list force revert trigger error" : line));
                char *got = running(b);
                if (!strstr(said, "Rollback Done") || strcmp(got, want[back ? i : k]))
                    fail_msg("from %u to %u%s:\n%s\n---- got\n%s---- wanted\n%s", i, k, back ? " and back" : "", said,
                             got, want[back ? i : k]);
                mem_free(said);
                mem_free(got);
            }
        }
        box_free(b);
    }
    for (unsigned i = 0; i < N; i++)
        mem_free(want[i]);
}

/* A name that is also a word of other lines: those stay as they are. */
static void named_like_a_word(void **state)
{
    static const char *const confs[] = {
        "hostname r\ninterface Loopback0\n ip address 10.0.0.1 255.255.255.0\ncrypto ipsec transform-set ip esp-aes esp-sha-hmac\n"
        "crypto ipsec transform-set B esp-aes esp-sha-hmac\ncrypto map M 10 ipsec-isakmp\n set transform-set ip B\n",
        "hostname r\ninterface Loopback0\n ip address 10.0.0.1 255.255.255.0\n"
        "crypto ipsec transform-set B esp-aes esp-sha-hmac\ncrypto map M 10 ipsec-isakmp\n set transform-set B\n",
    };

    (void)state;
    struct box *b = router(confs[1]);
    char *want = running(b);
    box_free(b);
    b = router(confs[0]);
    box_put(b, "r", "disk0:1.cfg", want);
    const char *said = box_type(b, "r", "configure replace disk0:1.cfg list force");
    if (strstr(said, "ip address"))
        fail_msg("%s", said);
    char *got = running(b);
    assert_string_equal(got, want);
    mem_free(got);
    mem_free(want);
    box_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(order_of_lists),
        cmocka_unit_test(short_words_are_no_difference),
        cmocka_unit_test(what_is_no_configuration),
        cmocka_unit_test(refused_to_the_last),
        cmocka_unit_test(networks_of_one_interface),
        cmocka_unit_test(the_question),
        cmocka_unit_test(none_within_another),
        cmocka_unit_test(hidden_by_new_model),
        cmocka_unit_test(remark_and_resequence),
        cmocka_unit_test(tracked_anew),
        cmocka_unit_test(vtys_come_back),
        cmocka_unit_test(maps_without_entries),
        cmocka_unit_test(named_like_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

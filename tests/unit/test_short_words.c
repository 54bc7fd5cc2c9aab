/* test_short_words.c: lines written by hand in full, over the command tables of the real router. Each keyword is cut to
 * each of its beginnings, one word at a time: where `?` lists one word that begins so, the line means the same; where it
 * lists several, the line means the same (a later word has settled it) or is ambiguous, and never anything else. Then
 * all words at once at their shortest, in small and in capital letters. A word in braces is a value and stays. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/app/tables.h"
#include "cli/grammar/grammar.h"
#include "espial/text.h"

#define WORDS_MAX 24
#define LINE_MAX  256

static const struct {
    enum cmd_mode mode;
    const char *lines; /* '\n' between */
} written[] = {
    {EXEC, "enable {15}\n"
           "disable\n"
           "configure terminal\n"
           "show version\n"
           "show clock detail\n"
           "show history\n"
           "show privilege\n"
           "show terminal\n"
           "show users all\n"
           "show line vty {0}\n"
           "show aliases\n"
           "show logging\n"
           "show logging count\n"
           "show running-config interface {Loopback0}\n"
           "show startup-config\n"
           "show archive config differences\n"
           "show archive config rollback timer\n"
           "show file systems\n"
           "show inventory\n"
           "show interfaces description\n"
           "show ip interface brief\n"
           "show ip route connected\n"
           "show ip ssh\n"
           "show ssh\n"
           "show ip arp\n"
           "show ip access-lists\n"
           "show processes cpu history\n"
           "show processes memory sorted\n"
           "show memory statistics\n"
           "show reload\n"
           "show hosts\n"
           "show debugging\n"
           "show ntp status\n"
           "show ntp associations\n"
           "show snmp\n"
           "show cdp neighbors\n"
           "show crypto isakmp sa detail\n"
           "show crypto isakmp policy\n"
           "show crypto ipsec sa detail\n"
           "show crypto ipsec transform-set\n"
           "show crypto map\n"
           "show crypto session detail\n"
           "show crypto sockets\n"
           "show crypto key mypubkey rsa\n"
           "show dmvpn detail\n"
           "show event manager policy registered\n"
           "show event manager history events\n"
           "show platform hardware qfp active statistics drop\n"
           "show platform hardware qfp active feature ipsec datapath drops\n"
           "clear logging\n"
           "clear counters\n"
           "clear crypto isakmp\n"
           "clear crypto sa\n"
           "clear line vty {0}\n"
           "copy running-config startup-config\n"
           "copy startup-config running-config\n"
           "configure replace {disk0:x} force\n"
           "configure confirm\n"
           "configure revert now\n"
           "delete /force /recursive {disk0:x}\n"
           "dir /all /recursive {disk0:}\n"
           "mkdir {disk0:x}\n"
           "rmdir {disk0:x}\n"
           "rename {a} {b}\n"
           "verify /md5 {disk0:x}\n"
           "more {disk0:x}\n"
           "erase startup-config\n"
           "write memory\n"
           "write erase\n"
           "write terminal\n"
           "reload in {5}\n"
           "reload cancel\n"
           "debug crypto isakmp\n"
           "debug crypto ipsec\n"
           "undebug all\n"
           "no debug all\n"
           "event manager run {X}\n"
           "ping {10.0.0.1} repeat {5} size {100} timeout {1} source {Loopback0} df-bit\n"
           "traceroute {10.0.0.1} source {Loopback0} timeout {1} ttl {1} {3} probe {1} numeric\n"
           "terminal length {0}\n"
           "terminal width {511}\n"
           "terminal history size {20}\n"
           "terminal no editing\n"
           "terminal monitor\n"
           "clock set {12:00:00} {31} {december} {2014}"},
    {CONFIG, "hostname {R2}\n"
             "no ip domain lookup\n"
             "ip domain name {acme.com}\n"
             "ip host {x} {10.0.0.1}\n"
             "ip route {10.0.0.0} {255.0.0.0} {10.1.1.1}\n"
             "no ip route {10.0.0.0} {255.0.0.0} {10.1.1.1}\n"
             "ip ssh version {2}\n"
             "ip ssh time-out {60}\n"
             "ip scp server enable\n"
             "ip access-list extended {X}\n"
             "ip access-list standard {X}\n"
             "interface {Loopback0}\n"
             "default interface {Loopback0}\n"
             "line vty {0} {4}\n"
             "line vty {5} {15}\n"
             "logging buffered {8192} debugging\n"
             "logging console informational\n"
             "no logging console\n"
             "logging host {10.0.0.1} transport udp port {515}\n"
             "logging source-interface {Loopback0}\n"
             "logging origin-id hostname\n"
             "logging facility local6\n"
             "logging trap warnings\n"
             "service timestamps log datetime msec localtime show-timezone year\n"
             "service timestamps debug uptime\n"
             "service sequence-numbers\n"
             "service password-encryption\n"
             "file prompt quiet\n"
             "clock timezone {EST} {-5}\n"
             "enable secret {x}\n"
             "username {u} privilege {15} secret {x}\n"
             "login block-for {60} attempts {3} within {20}\n"
             "login on-failure log\n"
             "aaa new-model\n"
             "aaa authorization exec default local\n"
             "aaa authentication login default local enable none\n"
             "banner motd {@x@}\n"
             "privilege exec level {5} {show}\n"
             "alias exec {x} {show}\n"
             "archive\n"
             "ntp server {10.0.0.1}\n"
             "snmp-server enable traps event-manager\n"
             "snmp-server host {10.0.0.1} version 2c {public} event-manager\n"
             "snmp-server manager\n"
             "event manager applet {X}\n"
             "event manager environment {x} {y}\n"
             "crypto isakmp policy {10}\n"
             "crypto isakmp key {k} address {10.0.0.1}\n"
             "crypto isakmp keepalive {10} {3} periodic\n"
             "crypto isakmp invalid-spi-recovery\n"
             "crypto ipsec security-association lifetime seconds {3600}\n"
             "crypto ipsec transform-set {T} esp-aes {256} esp-sha-hmac\n"
             "crypto key generate rsa modulus {2048}\n"
             "crypto map {M} {10} ipsec-isakmp"},
    {CONFIG_IF, "description {x}\nip address {10.0.0.1} {255.0.0.0}\nip address {10.0.0.1} {255.0.0.0} secondary\n"
                "no ip address\nshutdown\nno shutdown\nmtu {1400}\nbandwidth {2000}\nip mtu {1400}\n"
                "ip access-group {101} in\ncrypto map {M}"},
    {CONFIG_LINE, "exec-timeout {0} {0}\nlogging synchronous\nlogin local\npassword {x}\nprivilege level {15}\n"
                  "transport input ssh\ntransport preferred none\nlength {0}\nwidth {132}\nhistory size {20}"},
    {CONFIG_ISAKMP, "encryption aes {256}\nhash sha256\nauthentication pre-share\ngroup {14}\nlifetime {3600}"},
    {CONFIG_TRANSFORM, "mode tunnel\nmode transport"},
    {CONFIG_CRYPTO_MAP, "set peer {10.0.0.1}\nset transform-set {T}\nset pfs group14\nmatch address {101}"},
    {CONFIG_EXT_NACL, "permit tcp any host {10.0.0.1} eq {22}\ndeny icmp any any\nremark {x}"},
    {CONFIG_STD_NACL, "permit host {10.0.0.1}\ndeny any"},
    {CONFIG_APPLET, "event none\nevent syslog pattern {x}\naction {1} cli command {x}\naction {1} wait {5}\n"
                    "action {1} syslog priority informational msg {x}\n"
                    "action {1} snmp-trap intdata1 {1} strdata {x}"},
    {CONFIG_ARCHIVE, "path {disk0:x}\nmaximum {5}\nwrite-memory\nlog config"},
};

struct line {
    enum cmd_mode mode;
    size_t n;
    char word[WORDS_MAX][64];
    bool value[WORDS_MAX];
};

static void read_line(struct line *l, enum cmd_mode mode, const char *text, size_t len)
{
    *l = (struct line){.mode = mode};
    for (const char *end = text + len; text < end && l->n < WORDS_MAX; text += strspn(text, " ")) {
        size_t n = strcspn(text, " \n");
        bool value = *text == '{';

        l->value[l->n] = value;
        snprintf(l->word[l->n++], sizeof l->word[0], "%.*s", (int)(n - (value ? 2 : 0)), text + (value ? 1 : 0));
        text += n;
    }
}

/* The line with word `at` cut to its first `cut` letters, up to that word or whole. */
static const char *say(const struct line *l, size_t at, size_t cut, bool only_to, char out[LINE_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < l->n && !(only_to && i > at); i++)
        len += (size_t)snprintf(out + len, LINE_MAX - len, "%s%.*s", i ? " " : "",
                                i == at ? (int)cut : (int)sizeof l->word[0], l->word[i]);
    return out;
}

/* How many words `?` lists that begin so; *exact: one of them is that very word. */
static size_t listed(struct grammar *g, const struct line *l, size_t at, size_t cut, bool *exact)
{
    struct text t = {0};
    char head[LINE_MAX];
    size_t n = 0;

    *exact = false;
    grammar_help(g, l->mode, 15, say(l, at, cut, true, head), 0, NULL, &t);
    for (const char *s = text_str(&t); *s && *s != '%'; s += strspn(s, " \n")) {
        size_t len = strcspn(s, " \n");
        if (len) {
            n++;
            *exact |= len == cut && !strncmp(s, l->word[at], cut);
        }
        s += len;
    }
    text_free(&t);
    return n;
}

static void one_line(struct grammar *g, const struct line *l, struct match *m, size_t *tried)
{
    char full[LINE_MAX], typed[LINE_MAX], shortest[LINE_MAX];
    struct line small = *l;

    say(l, l->n, 0, false, full);
    if (grammar_match(g, l->mode, 15, full, m) != MATCH_OK || strcmp(m->expanded, full) != 0)
        fail_msg("\"%s\" is not taken in full: \"%s\"", full, m->expanded);
    for (size_t i = 0; i < l->n; i++) {
        for (size_t cut = strlen(l->word[i]) - 1; !l->value[i] && cut > 0; cut--) {
            bool exact;
            size_t n = listed(g, l, i, cut, &exact);
            enum match_result r = grammar_match(g, l->mode, 15, say(l, i, cut, false, typed), m);

            (*tried)++;
            if (!n)
                fail_msg("\"%s\": `?` lists nothing for word %zu", typed, i);
            if (exact)
                break; /* another word, and those before it are too short for this one */
            if (!strncmp(full, "show login", 10) && i == 1 && cut <= 3 && r == MATCH_OK)
                continue; /* `show login` stands back: "sh log" is the log, as on IOS */
            if (r == MATCH_OK ? strcmp(m->expanded, full) != 0 : n == 1 || r != MATCH_AMBIGUOUS)
                fail_msg("\"%s\": result %d, \"%s\" instead of \"%s\" (%zu words begin so)", typed, (int)r, m->expanded,
                         full, n);
            if (n == 1)
                small.word[i][cut] = '\0';
        }
    }
    for (int capitals = 0; capitals < 2; capitals++) {
        for (size_t i = 0; capitals && i < l->n; i++)
            for (char *s = small.word[i]; *s && !l->value[i]; s++)
                *s = (char)toupper((unsigned char)*s);
        say(&small, l->n, 0, false, shortest);
        if (grammar_match(g, l->mode, 15, shortest, m) != MATCH_OK || strcmp(m->expanded, full) != 0)
            fail_msg("\"%s\" is \"%s\" instead of \"%s\"", shortest, m->expanded, full);
    }
}

static struct grammar *the_router_s(void)
{
    size_t n = espial_tables_count();
    const struct cmd_table **tables = mem_array(n, sizeof *tables);
    void **selves = mem_array(n, sizeof *selves);
    struct text err = {0};
    struct grammar *g;

    for (size_t t = 0; t < n; t++) {
        tables[t] = espial_table(t);
        selves[t] = NULL;
    }
    g = grammar_new(tables, selves, n, &err);
    if (!g)
        fail_msg("%s", text_str(&err));
    text_free(&err);
    mem_free(selves);
    mem_free(tables);
    return g;
}

static void every_beginning(void **state)
{
    size_t lines = 0, tried = 0;
    struct match *m = NEW(struct match);
    struct grammar *g = the_router_s();

    (void)state;
    for (size_t k = 0; k < sizeof written / sizeof written[0]; k++) {
        for (const char *s = written[k].lines; *s;) {
            size_t len = strcspn(s, "\n");
            struct line l;

            read_line(&l, written[k].mode, s, len);
            one_line(g, &l, m, &tried);
            lines++;
            s += len + (s[len] == '\n');
        }
    }
    print_message("%zu lines, %zu beginnings\n", lines, tried);
    assert_true(tried > 8 * lines);
    grammar_free(g);
    mem_free(m);
}

/* What everybody types, although two words begin so. */
static void the_one_meant(void **state)
{
    static const char *const lines[][2] = {{"sh log", "show logging"}, {"sh logg", "show logging"},
                                           {"sh logi", "show login"},  {"sh log c", "show logging count"},
                                           {"sh log f", "show login failures"}};
    struct match *m = NEW(struct match);
    struct grammar *g = the_router_s();

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(grammar_match(g, EXEC, 15, lines[i][0], m), MATCH_OK);
        assert_string_equal(m->expanded, lines[i][1]);
    }
    grammar_free(g);
    mem_free(m);
}

static void ambiguous(void **state)
{
    static const struct {
        enum cmd_mode mode;
        const char *line;
    } lines[] = {{EXEC, "sh i"},      {EXEC, "c"},         {EXEC, "show c"},     {EXEC, "show lo"},      {EXEC, "show ip a"}, {EXEC, "re a b"},
                 {CONFIG, "i"},       {CONFIG, "l"},       {CONFIG, "l console 0"}, {CONFIG, "no s"},     {CONFIG, "ip s"},    {CONFIG_ISAKMP, "e"},
                 {CONFIG_LINE, "l"}, {CONFIG_APPLET, "e"}};
    struct match *m = NEW(struct match);
    struct grammar *g = the_router_s();

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        enum match_result r = grammar_match(g, lines[i].mode, 15, lines[i].line, m);
        if (r != MATCH_AMBIGUOUS)
            fail_msg("\"%s\": %d", lines[i].line, (int)r);
    }
    grammar_free(g);
    mem_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_beginning),
        cmocka_unit_test(ambiguous),
        cmocka_unit_test(the_one_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

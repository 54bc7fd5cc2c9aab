/* What `?` prints and what Tab writes, layouts written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/grammar_tables.h"

struct fixture {
    struct fake *fake;
    struct grammar *g;
};

static int setup(void **state)
{
    struct fixture *x = NEW(struct fixture);
    x->fake = fake_new();
    x->g = fake_grammar(x->fake);
    *state = x;
    return x->g ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    grammar_free(x->g);
    fake_free(x->fake);
    mem_free(x);
    return 0;
}

static void shows(struct fixture *x, enum cmd_mode mode, uint8_t privilege, const char *line, unsigned width,
                  const char *expected)
{
    struct text out = {0};

    grammar_help(x->g, mode, privilege, line, width, NULL, &out);
    assert_string_equal(text_str(&out), expected);
    text_free(&out);
}

static void argument_help(void **state)
{
    struct fixture *x = *state;

    shows(x, EXEC, 15, "show crypto isakmp ", 80,
          "  policy  Show ISAKMP protection suite policy\n"
          "  sa      Show ISAKMP Security Associations\n"
          "\n");
    shows(x, EXEC, 15, "sh cry isa sa ", 80,
          "  detail  Show ISAKMP SA detail\n"
          "  |       Output modifiers\n"
          "  <cr>\n"
          "\n");
    shows(x, EXEC, 15, "show crypto isakmp sa detail ", 80,
          "  |     Output modifiers\n"
          "  <cr>\n"
          "\n");
    shows(x, EXEC, 15, "configure terminal ", 80,
          "  <cr>\n"
          "\n");
    shows(x, EXEC, 15, "terminal length ", 80,
          "  <0-512>  Number of lines on screen (0 for no pausing)\n"
          "\n");
    shows(x, EXEC, 15, "copy ", 80,
          "  WORD            File\n"
          "  bootflash:      File\n"
          "  disk0:          File\n"
          "  flash:          File\n"
          "  nvram:          File\n"
          "  running-config  Copy from current system configuration\n"
          "  startup-config  Copy from startup configuration\n"
          "\n");
    shows(x, EXEC, 15, "ping ", 80,
          "  Hostname or A.B.C.D  Ping destination address or hostname\n"
          "  ip                   IP echo\n"
          "\n");
    shows(x, EXEC, 15, "ping 192.0.2.1 size 100 ", 80,
          "  df-bit  enable do not fragment bit in IP header\n"
          "  repeat  specify repeat count\n"
          "  source  specify source address or name\n"
          "  <cr>\n"
          "\n");
    shows(x, CONFIG, 15, "crypto isakmp keepalive 10 ", 80,
          "  <2-60>     Number of seconds between retries if keepalive fails\n"
          "  on-demand  Only send when needed\n"
          "  periodic   Send at regular intervals\n"
          "  <cr>\n"
          "\n");
    shows(x, CONFIG, 15, "interface ", 80,
          "  Ethernet            IEEE 802.3\n"
          "  FastEthernet        FastEthernet IEEE 802.3\n"
          "  GigabitEthernet     GigabitEthernet IEEE 802.3z\n"
          "  Loopback            Loopback interface\n"
          "  Null                Null interface\n"
          "  TenGigabitEthernet  Ten Gigabit Ethernet\n"
          "  Tunnel              Tunnel interface\n"
          "\n");
    shows(x, CONFIG, 15, "int lo ", 80,
          "  <0-2147483647>  Loopback interface number\n"
          "\n");
    shows(x, CONFIG, 15, "ip route 192.0.2.0 255.255.255.0 ", 80,
          "  A.B.C.D             Forwarding router's address\n"
          "  Ethernet            IEEE 802.3\n"
          "  FastEthernet        FastEthernet IEEE 802.3\n"
          "  GigabitEthernet     GigabitEthernet IEEE 802.3z\n"
          "  Loopback            Loopback interface\n"
          "  Null                Null interface\n"
          "  TenGigabitEthernet  Ten Gigabit Ethernet\n"
          "  Tunnel              Tunnel interface\n"
          "\n");
    shows(x, CONFIG_IF, 15, "description ", 80,
          "  LINE  Up to 39 characters describing this interface\n"
          "\n");
    shows(x, CONFIG_IF, 15, "description two words ", 80,
          "  LINE    <cr>\n"
          "\n");
    shows(x, CONFIG_IF, 15, "no ip address ", 80,
          "  A.B.C.D  IP address\n"
          "  <cr>\n"
          "\n");
    shows(x, CONFIG_APPLET, 15, "action 1 ", 80,
          "  cli        Execute a CLI command\n"
          "  snmp-trap  Send an SNMP trap\n"
          "  syslog     Log a syslog message\n"
          "  wait       Wait for a specified amount of time\n"
          "\n");
    shows(x, CONFIG_APPLET, 15, "event syslog pattern \"a b\" ", 80,
          "  maxrun  Maximum runtime\n"
          "  <cr>\n"
          "\n");
    shows(x, CONFIG_CRYPTO_MAP, 15, "set transform-set A ", 80,
          "  WORD  Proposal tag\n"
          "  <cr>\n"
          "\n");
    shows(x, CONFIG_ISAKMP, 15, "group ", 80,
          "  1   group 1\n"
          "  14  group 14\n"
          "  15  group 15\n"
          "  2   group 2\n"
          "  20  group 20\n"
          "  5   group 5\n"
          "\n");
}

static void headings(void **state)
{
    struct fixture *x = *state;

    shows(x, EXEC, 1, "", 80,
          "Exec commands:\n"
          "  exit      Exit from the EXEC\n"
          "  ping      Send echo messages\n"
          "  show      Show running system information\n"
          "  terminal  Set terminal line parameters\n"
          "\n");
    shows(x, CONFIG_IF, 15, " ", 80,
          "Interface configuration commands:\n"
          "  crypto       Encryption/Decryption commands\n"
          "  default      Set a command to its defaults\n"
          "  description  Interface specific description\n"
          "  ip           Interface Internet Protocol config commands\n"
          "  mtu          Set the interface Maximum Transmission Unit (MTU)\n"
          "  no           Negate a command or set its defaults\n"
          "  shutdown     Shutdown the selected interface\n"
          "\n");
    shows(x, CONFIG_IF, 15, "no ", 80,
          "  crypto       Encryption/Decryption commands\n"
          "  description  Interface specific description\n"
          "  ip           Interface Internet Protocol config commands\n"
          "  mtu          Set the interface Maximum Transmission Unit (MTU)\n"
          "  shutdown     Shutdown the selected interface\n"
          "\n");
    shows(x, EXEC, 15, "no ", 80,
          "  debug  Debugging functions\n"
          "\n");
    shows(x, EXEC, 1, "show ", 80,
          "  clock       Display the system clock\n"
          "  crypto      Encryption module\n"
          "  format      Show a format\n"
          "  interfaces  Interface status and configuration\n"
          "  ip          IP information\n"
          "\n");
    /* the hidden row's word is not listed */
    shows(x, CONFIG_ISAKMP, 15, "enc", 80, "encryption  \n");
}

static void wrapping(void **state)
{
    struct fixture *x = *state;

    shows(x, CONFIG, 15, "crypto isakmp ", 44,
          "  invalid-spi-recovery  Initiate IKE and\n"
          "                        send Invalid SPI\n"
          "                        Notify\n"
          "  keepalive             Set a keepalive\n"
          "                        interval for use\n"
          "                        with IOS peers\n"
          "  key                   Set pre-shared key\n"
          "                        for remote peer\n"
          "  policy                Set policy for an\n"
          "                        ISAKMP protection\n"
          "                        suite\n"
          "\n");
    shows(x, CONFIG, 15, "crypto isakmp ", 0,
          "  invalid-spi-recovery  Initiate IKE and send Invalid SPI Notify\n"
          "  keepalive             Set a keepalive interval for use with IOS peers\n"
          "  key                   Set pre-shared key for remote peer\n"
          "  policy                Set policy for an ISAKMP protection suite\n"
          "\n");
}

static void word_help(void **state)
{
    struct fixture *x = *state;

    shows(x, EXEC, 15, "co", 80, "configure  copy  \n");
    shows(x, EXEC, 15, "sh cry isa p", 80, "policy  \n");
    shows(x, CONFIG, 15, "interface Lo", 80, "Loopback  \n");
    shows(x, CONFIG, 15, "crypto isakmp policy 1", 80, "<1-10000>  \n");
    shows(x, CONFIG_IF, 15, "ip address 1.1.1.1", 80, "A.B.C.D  \n");
    shows(x, EXEC, 15, "show crypto i", 14, "ipsec  \nisakmp  \n");
    shows(x, CONFIG_IF, 15, "d", 80, "default  description  \n");
    shows(x, CONFIG, 15, "no h", 80, "hostname  \n");
}

static void nothing_fits(void **state)
{
    struct fixture *x = *state;

    shows(x, EXEC, 15, "foo", 80, "% Unrecognized command\n");
    shows(x, EXEC, 15, "foo ", 80, "% Unrecognized command\n");
    shows(x, EXEC, 15, "show clock detail x", 80, "% Unrecognized command\n");
    shows(x, EXEC, 15, "! ", 80, "% Unrecognized command\n");
    shows(x, EXEC, 1, "conf", 80, "% Unrecognized command\n");
    shows(x, EXEC, 15, "show c ", 80, "% Ambiguous command:  \"show c \"\n");
    shows(x, EXEC, 15, "show c x", 80, "% Ambiguous command:  \"show c x\"\n");
}

static void tab(void **state)
{
    struct fixture *x = *state;
    static const struct {
        enum cmd_mode mode;
        const char *line, *whole; /* NULL: stays */
    } t[] = {
        {EXEC, "sh cry isa po", "sh cry isa policy "},
        {EXEC, "con", "configure "},
        {EXEC, "CON", "configure "},
        {EXEC, "co", NULL},
        {EXEC, "show ", NULL},
        {EXEC, "", NULL},
        {EXEC, "foo", NULL},
        {EXEC, "show", "show "},
        {EXEC, "show crypto isakmp sa det", "show crypto isakmp sa detail "},
        {EXEC, "ping 192.0.2.1", NULL},
        {EXEC, "show interfaces lo", "show interfaces Loopback "},
        {CONFIG, "no host", "no hostname "},
        {CONFIG, "n", "no "},
        {CONFIG_ISAKMP, "group 1", "group 1 "},
        {CONFIG_APPLET, "event syslog pattern \"a b\" m", "event syslog pattern \"a b\" maxrun "},
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        struct text done = {0};
        bool completed = grammar_complete(x->g, t[i].mode, 15, t[i].line, &done);

        if (completed != (t[i].whole != NULL) || (completed && strcmp(text_str(&done), t[i].whole) != 0))
            fail_msg("Tab behind \"%s\" gives \"%s\"", t[i].line, text_str(&done));
        text_free(&done);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(argument_help, setup, teardown),
        cmocka_unit_test_setup_teardown(headings, setup, teardown),
        cmocka_unit_test_setup_teardown(wrapping, setup, teardown),
        cmocka_unit_test_setup_teardown(word_help, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_fits, setup, teardown),
        cmocka_unit_test_setup_teardown(tab, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

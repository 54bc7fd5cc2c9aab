/* fuzz_config.c: any text as startup-config of a whole router. It must hold: the router boots, whatever lines it refuses; and what it then shows as its
 * running-config is understood in full by a second router, which shows the same: a router that saves comes back as it was. */
#include "cli/grammar/grammar.h"
#include "tests/fuzz/one.h"
#include "tests/sim/rowgen.h"

const char *const fuzz_words[] = {
    "\n", " ", "no ", "default ", "do ", "exit\n", "end\n", "!", "\"", "\\", "\\\"", "interface Ethernet0/0\n", "interface Loopback1\n", " ip address 10.0.0.1 255.255.255.0\n", " shutdown\n",
    " crypto map M\n", "crypto map M 10 ipsec-isakmp\n", " set peer 10.0.0.2\n", " match address 101\n", " set transform-set T\n", "crypto ipsec transform-set T esp-aes esp-sha-hmac\n",
    "crypto isakmp policy 10\n", "crypto isakmp key k address 10.0.0.2\n", "access-list 101 permit ip any any\n", "ip access-list extended A\n", " 10 permit tcp host 10.0.0.1 any eq 80\n",
    " remark x\n", "ip route 0.0.0.0 0.0.0.0 10.0.0.2\n", "event manager applet A\n", " event syslog pattern \"x\"\n", " action 1 cli command \"show clock\"\n", " action 2 wait 1\n",
    "event manager environment v x\n", "snmp-server community c RO\n", "snmp-server host 10.0.0.2 public\n", "snmp-server enable traps\n", "line con 0\n", "line vty 0 4\n", " exec-timeout 0 0\n",
    "logging host 10.0.0.9\n", "logging buffered 10000\n", "hostname r\n", "enable secret x\n", "service timestamps log datetime msec\n", "username u secret 0 x\n", "4294967295", "2147483647", "-1", "\xff", "\t",
    "\r\n", "|", "?", "banner motd ^", NULL};

/* Lines that do what needs no file to say it: a file that reads or writes files, or waits, is no configuration. */
static bool acts(const char *s)
{
    for (; *s; s++)
        if ((s[0] == 'd' || s[0] == 'D') && (s[1] == 'o' || s[1] == 'O') && (s[2] == ' ' || s[2] == '\t'))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    struct one o;

    one_start(&o, (const char *)data, size);
    if (!acts(text))
        one_must_come_back(&o);
    one_stop(&o);
    mem_free(text);
    return 0;
}

/* A row of the router's own tables, in its mode. */
static void add_row(struct grammar *g, enum cmd_mode mode, uint64_t *chance, struct text *out)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(g, mode, &rows);
    struct text line = {0};

    if (!n)
        return;
    *chance = *chance * 6364136223846793005u + 1442695040888963407u;
    rowgen_line(rows[(*chance >> 33) % n], chance, &line);
    if (!str_starts(text_str(&line), "do ") && !str_starts(text_str(&line), "end") && !str_starts(text_str(&line), "exit"))
        text_printf(out, "%s%s\n", mode == CONFIG ? "" : " ", text_str(&line));
    text_free(&line);
}

/* Configurations of chance, made of the router's rows: mode lines with lines of their mode below them. */
static size_t generated(size_t i, uint8_t *out)
{
    static const char *const modes[CMD_MODES] = {
        [CONFIG_IF] = "interface Ethernet0/0\n", [CONFIG_LINE] = "line vty 0 4\n", [CONFIG_ISAKMP] = "crypto isakmp policy 10\n", [CONFIG_TRANSFORM] = "crypto ipsec transform-set T esp-aes esp-sha-hmac\n",
        [CONFIG_CRYPTO_MAP] = "crypto map M 10 ipsec-isakmp\n", [CONFIG_STD_NACL] = "ip access-list standard S\n", [CONFIG_EXT_NACL] = "ip access-list extended A\n", [CONFIG_APPLET] = "event manager applet A\n"};
    struct one o;
    struct text t = {0};
    uint64_t chance = 1000 + i;

    one_start(&o, "", 0);
    struct grammar *g = shells_grammar(router_shells(o.r));
    for (int k = 0; k < 12; k++) {
        enum cmd_mode mode = CONFIG + (enum cmd_mode)((i + (size_t)k) % (CMD_MODES - CONFIG));
        if (mode != CONFIG && !modes[mode])
            continue;
        if (mode != CONFIG)
            text_add(&t, modes[mode]);
        for (int n = 0; n < 4; n++)
            add_row(g, mode, &chance, &t);
    }
    size_t len = t.len < FUZZ_INPUT_MAX ? t.len : FUZZ_INPUT_MAX;
    memcpy(out, text_str(&t), len);
    text_free(&t);
    one_stop(&o);
    return len;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const char *const files[] = {"hub.cfg", "isp.cfg", "spoke.cfg"};
    char path[512];

    if (i >= 3)
        return i < 43 ? generated(i, out) : SIZE_MAX;
    snprintf(path, sizeof path, SAMPLES_DIR "/invalid-spi/%s", files[i]);
    FILE *f = fopen(path, "r");
    fuzz_must(f != NULL);
    size_t n = fread(out, 1, FUZZ_INPUT_MAX, f);
    fclose(f);
    return n;
}

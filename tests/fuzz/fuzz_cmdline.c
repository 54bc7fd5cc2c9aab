/* fuzz_cmdline.c: any keys typed at two terminals of one whole router: EXEC and configuration, `?`, Tab, pipes, the pager, editing keys, Ctrl-C, questions, reload.
 *
 * Bytes go to the first terminal; FS changes to the other, GS lets half a second pass, US hangs up and calls again, SO feeds the router's own applets a syslog line (they
 * type too). It must hold: Ctrl-C always leads back to a prompt; a terminal never sees an ESC that was not its own; a router configured so comes back as
 * it was. */
#include "cli/term/term.h"
#include "espial/msg.h"
#include "tests/fuzz/one.h"

enum { KEY_OTHER = 0x1C, KEY_TIME = 0x1D, KEY_HANG_UP = 0x1F, KEY_SYSLOG = 0x0E };
#define INPUTS_A_LIFE 40

const char *const fuzz_words[] = {
    "\n", "?", "\t", " ", "\x03", "\x1a", "\x1e", "\x1c", "\x1d", "\x1d\x1d\x1d\x1d", "\x1f", "\x0e", "\x1b[A", "\x1b[D", "\x1b[3~", "\x1b\x62", "\x01", "\x05", "\x0b", "\x15", "\x16", "\x19", "\x14", "\b", "q", "/x\n", "+a\n", "-a\n",
    "configure terminal\n", "end\n", "exit\n", "do ", "no ", "default ", "| include ", "| begin ", "| section ", "| count ", "| append disk0:f\n", "| redirect disk0:g\n", "| tee /append disk0:h\n", "show running-config\n",
    "show ", "show logging\n", "show crypto ipsec sa\n", "show event manager ", "interface Loopback1\n", "interface Ethernet0/0\n", "no interface Ethernet0/0\n", "crypto map M 10\n", "no crypto map M 10\n",
    "set peer 10.0.0.2\n", "crypto map M\n", "event manager applet A\n", "no event manager applet A\n", "event manager run B\n", "action 1 cli command \"show clock\"\n", "write memory\n", "reload\n", "y", "yes\n", "no\n",
    "copy running-config disk0:x\n", "copy disk0:x running-config\n", "more disk0:x\n", "delete disk0:x\n", "dir\n", "mkdir disk0:d\n", "ping 10.0.0.9 repeat 100 timeout 0\n", "ping 10.0.0.1\n", "traceroute 10.0.0.9\n",
    "terminal length 0\n", "terminal length 3\n", "terminal width 30\n", "terminal monitor\n", "debug all\n", "undebug all\n", "clear logging\n", "ip access-list extended A\n", "permit ip any any\n", "access-list 101 ",
    "line vty 0 4\n", "enable\n", "disable\n", "(", ")", "[", "*", "\\", "_", "\"", "^", "$", "file prompt quiet\n", NULL};

static const char config[] =
    "crypto isakmp policy 10\n authentication pre-share\n group 19\ncrypto isakmp key k address 0.0.0.0\n"
    "crypto ipsec transform-set T esp-aes esp-sha-hmac\ncrypto map M 10 ipsec-isakmp\n set peer 10.0.0.9\n set transform-set T\n match address 101\n"
    "interface Loopback0\n ip address 10.1.0.1 255.255.0.0\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n crypto map M\n"
    "interface Ethernet0/1\n ip address 10.0.1.1 255.255.255.0\nip route 0.0.0.0 0.0.0.0 10.0.0.9\naccess-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255\n"
    "event manager applet B\n event none\n action 1 cli command \"enable\"\n action 2 cli command \"configure terminal\"\n action 3 cli command \"interface Loopback1\"\n"
    " action 4 wait 2\n action 5 cli command \"description x\"\n action 6 cli command \"do show running-config\"\n"
    "event manager applet C\n event syslog pattern \"FUZZ\"\n action 1 cli command \"enable\"\n action 2 cli command \"show logging | append disk0:c\"\n"
    " action 3 cli command \"ping 10.0.0.9 repeat 3 timeout 1\"\n"
    "end\n";

struct seat {
    struct world *w;
    struct term *term;
    unsigned of; /* reloads when it was opened */
    bool left;
};
struct world {
    struct one one;
    struct seat seats[2];
    unsigned inputs;
};

static void on_write(void *arg, const char *bytes, size_t len)
{
    (void)arg;
    fuzz_must(!memchr(bytes, 0x1B, len));
}

static void on_closed(void *arg)
{
    ((struct seat *)arg)->left = true;
}

static void sit(struct world *w, int i)
{
    struct seat *s = &w->seats[i];
    struct term_params p = {.shells = router_shells(w->one.r),
                            .session = {.vty = i > 0, .n = i > 0 ? -1 : 0, .user = "", .location = "", .privilege = 15, .length = 24, .width = 80},
                            .newline_is_crlf = true,
                            .write = on_write,
                            .closed = on_closed,
                            .arg = s};

    term_free(s->term);
    *s = (struct seat){.w = w};
    s->term = term_new(&p);
    fuzz_must(s->term != NULL); /* both lines are ours: applets take the vtys behind */
    w->seats[i].of = w->one.reloads;
}

static void type(struct world *w, int i, const char *bytes, size_t len)
{
    if (w->seats[i].left)
        sit(w, i);
    if (len)
        term_input(w->seats[i].term, bytes, len);
    vloop_run_for(w->one.loop, 1000);
}

/* Back to a prompt, whatever was going on. */
static void leave_off(struct world *w, int i)
{
    for (int tries = 0; tries < 5; tries++) {
        type(w, i, "\x03", 1);
        vloop_run_for(w->one.loop, US_PER_S);
        if (w->seats[i].left || session_state(term_session(w->seats[i].term)) == SESSION_PROMPT)
            return;
    }
    fuzz_must(false);
}

static struct world *world_new(void)
{
    struct world *w = NEW(struct world);

    one_start(&w->one, config, sizeof config - 1);
    sit(w, 0);
    sit(w, 1);
    return w;
}

static void world_free(struct world *w)
{
    for (int i = 0; i < 2; i++) {
        leave_off(w, i);
        term_free(w->seats[i].term);
    }
    one_must_come_back(&w->one);
    one_stop(&w->one);
    mem_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world *w; /* lives across some inputs */
    const char *p = (const char *)data, *end = p + size;
    int seat = 0;

    if (!w)
        w = world_new();
    while (p < end) {
        size_t n = 0;
        while (p + n < end && p[n] != KEY_OTHER && p[n] != KEY_TIME && p[n] != KEY_HANG_UP && p[n] != KEY_SYSLOG)
            n++;
        type(w, seat, p, n);
        p += n;
        if (p == end)
            break;
        switch (*p++) {
        case KEY_OTHER: seat = !seat; break;
        case KEY_TIME: vloop_run_for(w->one.loop, US_PER_S / 2); break;
        case KEY_HANG_UP: sit(w, seat); break;
        default: msg_post_text(router_log(w->one.r), "FUZZ", 4, "FUZZ", "a line"); break;
        }
    }
    leave_off(w, 0);
    leave_off(w, 1);
    if (++w->inputs == INPUTS_A_LIFE) {
        world_free(w);
        w = NULL;
    }
    return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const char *const seeds[] = {
        "show running-config\n   q\x03",
        "show ?\x15show ip ?\x15sh ip int\t\tbr\n",
        "configure terminal\ninterface Loopback5\nip address 10.5.0.1 255.255.255.0\nexit\ncrypto map M 20 ipsec-isakmp\nset peer 10.0.0.8\nset ?\x15""end\nshow running-config | section crypto\n",
        "ping 10.0.0.9 repeat 1000 timeout 1\n\x1d\x1d\x1c""configure terminal\ninterface Ethernet0/0\nshutdown\nno shutdown\n\x1d\x1d\x1c\x1e",
        "ping 10.0.0.9 repeat 1000\n\x1d\x1f show clock\n",
        "event manager run B\n\x1c\x1d""configure terminal\nno event manager applet B\nno interface Loopback1\n\x1d\x1d\x1d\x1d\x1d\x1d",
        "\x0e\x1d\x1c""reload\nno\ny\x1d\x1d\x1d",
        "configure terminal\ninterface Ethernet0/0\n\x1c""configure terminal\nno interface Ethernet0/0\n\x1c""ip address 10.9.9.9 255.255.255.0\nend\n",
        "configure terminal\nip access-list extended A\n\x1c""configure terminal\nno ip access-list extended A\nip access-list extended B\n\x1c""permit tcp any any eq 80\nend\n",
        "configure terminal\nevent manager applet A\nevent syslog pattern \"x\"\naction 1 wait 1\n\x1c""configure terminal\nno event manager applet A\n\x1c""action 2 wait 2\nend\n",
        "show running-config | append disk0:x\nmore disk0:x\n/inter\nq\ncopy disk0:x running-config\n\n\ndelete disk0:x\n\n\n",
        "copy running-config startup-config\n\nreload\ny\x1d\x1d\x1d\x1dshow version\n",
        "debug all\nterminal monitor\nping 10.2.0.1 source Loopback0\n\x1d\x1d\x1d\x1d\x1d\x1d\x1d\x1dundebug all\n",
        "show logging | include (a|b)_c$ | redirect disk0:y\ndir\nmore disk0:y | count .\n",
        "traceroute 10.0.0.9\n\x1d\x1d\x03show history\n\x10\x10\n",
        "terminal length 3\nshow running-config\n\n /crypto\n+set\n-peer\nq",
        "enable\ndisable\nenable\nwrite memory\nshow startup-config | begin crypto\n   q",
    };

    return fuzz_seed_text(seeds, sizeof seeds / sizeof seeds[0], i, out);
}

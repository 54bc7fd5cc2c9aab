/* fuzz_dns.c: what name servers, and strangers, say to a router that asks for a name.
 *
 * The first byte says how many names and servers the lookup has and how patient it is. Steps follow: each lets time pass, forgets what is known, ends the lookup and begins
 * another, or delivers a datagram: as it stands, or behind the header and question of the router's own (an honest envelope around hostile records). It must hold: a lookup ends
 * once and in bounded time, what it found is an address that a host may have, under a name that was asked for; nothing is sent but questions, and those to its servers. */
#include <stdio.h>
#include <string.h>

#include "cli/names/resolver.h"
#include "espial/inet.h"
#include "espial/loop.h"
#include "espial/rand.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/vloop.h"

#define SERVER 0x0A000009u

struct world {
    struct inet inet; /* first */
    struct loop *loop;
    struct udp_sock sock;
    udp_rx_fn *rx;
    void *rx_arg;
    bool open;
    uint8_t sent[DNS_QUERY_MAX];
    size_t sent_len;
    uint32_t sent_to;
    struct resolver *resolver;
    struct lookup *lookup;
    unsigned sends, most;
};

static struct udp_sock *w_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    struct world *w = (struct world *)in;

    fuzz_must(!w->open && port >= 49152);
    w->open = true;
    w->sock = (struct udp_sock){.inet = in, .port = port};
    w->rx = rx;
    w->rx_arg = arg;
    return &w->sock;
}

static int w_send(struct udp_sock *s, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    struct world *w = (struct world *)s->inet;

    fuzz_must(!src && dst >= SERVER && dst < SERVER + RESOLVER_SERVERS && dport == DNS_PORT && len <= sizeof w->sent);
    memcpy(w->sent, data, len);
    w->sent_len = len;
    w->sent_to = dst;
    fuzz_must(++w->sends <= w->most);
    return 0;
}

static void w_close(struct udp_sock *s)
{
    ((struct world *)s->inet)->open = false;
}

static const struct inet_ops ops = {.udp_open = w_open, .udp_send = w_send, .udp_close = w_close};
static const char *const names[RESOLVER_NAMES] = {"a", "web.lab.test", "WEB.", "x-1.y", "b.c.d.e", "not ok", "h", "i.j"};

static void tried(void *arg, uint32_t server)
{
    (void)arg;
    fuzz_must(server >= SERVER && server < SERVER + RESOLVER_SERVERS);
}

static void done(void *arg, bool found)
{
    struct world *w = arg;
    bool known = false;
    uint32_t addr;

    fuzz_must(w->lookup != NULL); /* once */
    w->lookup = NULL;
    for (size_t i = 0; i < RESOLVER_NAMES; i++)
        known |= resolver_known(w->resolver, names[i], &addr);
    fuzz_must(known || !found);
}

static void begin(struct world *w, struct resolver *r, uint8_t how)
{
    struct resolver_ask ask = {.nnames = how % RESOLVER_NAMES + 1u, .nservers = how / 8 % RESOLVER_SERVERS + 1u, .timeout_s = how / 64 + 1u, .sends = how % 3 + 1u,
                               .tried = tried, .done = done, .arg = w};

    memcpy(ask.names, names, sizeof names);
    for (uint32_t i = 0; i < RESOLVER_SERVERS; i++)
        ask.servers[i] = SERVER + i;
    w->sends = 0;
    w->most = (unsigned)(ask.nnames * ask.nservers * ask.sends);
    w->lookup = resolver_ask(r, &ask);
}

static void deliver(struct world *w, struct fuzz_in *in, uint8_t how)
{
    struct udp_from from = {.src = how & 1 ? w->sent_to : SERVER + how / 64u, .sport = how & 2 ? 5353 : DNS_PORT};
    uint8_t message[DNS_ANSWER_MAX + 100];
    size_t len = 0, n;
    const uint8_t *more = fuzz_bytes(in, fuzz_u8(in) * (how & 8 ? 6u : 1u), &n);

    if (how & 4 && n >= 4) { /* flags, number of answers, then records behind our own question */
        memcpy(message, w->sent, w->sent_len);
        len = w->sent_len;
        message[2] = more[0] | 0x80;
        message[3] = more[1] & (how & 16 ? 0xFF : 0xF0);
        message[6] = 0;
        message[7] = more[2];
        more += 3;
        n -= 3;
    }
    if (n > sizeof message - len)
        n = sizeof message - len;
    memcpy(message + len, more, n);
    if (!w->open)
        return;
    uint8_t *exact = malloc(len + n ? len + n : 1); /* a byte read beyond it is seen */
    fuzz_must(exact != NULL);
    memcpy(exact, message, len + n);
    w->rx(w->rx_arg, &from, exact, len + n);
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct world w = {.inet = {&ops}, .loop = vloop_new(INT64_C(1445281058) * 1000000)};
    struct rnd *rnd = rnd_seeded_new(7);
    struct resolver *r = resolver_new(w.loop, rnd, &w.inet);
    const struct resolver_entry *e;

    w.resolver = r;
    begin(&w, r, fuzz_u8(&in));
    vloop_run_for(w.loop, US_PER_MS);
    while (in.left) {
        uint8_t how = fuzz_u8(&in);
        switch (how >> 5) {
        case 0: vloop_run_for(w.loop, (how & 31) * US_PER_S / 4); break;
        case 1:
            resolver_forget(r, how & 1 ? NULL : names[how % RESOLVER_NAMES]);
            break;
        case 2:
            resolver_cancel(w.lookup);
            fuzz_must(!w.open);
            begin(&w, r, fuzz_u8(&in));
            vloop_run_for(w.loop, US_PER_MS);
            break;
        default:
            deliver(&w, &in, how);
            vloop_run_for(w.loop, US_PER_MS);
        }
        size_t n = 0;
        for (size_t at = 0; resolver_next(r, &at, &e); n++) {
            bool asked = false;
            for (size_t i = 0; i < RESOLVER_NAMES; i++)
                asked |= !strcmp(e->name, names[i]);
            fuzz_must(asked && dns_name_ok(e->name) && e->addr >> 24 && e->addr >> 28 < 14 && e->until_us - e->since_us <= 7 * 86400 * US_PER_S);
        }
        fuzz_must(n <= RESOLVER_CACHE);
    }
    vloop_run_for(w.loop, (uint64_t)RESOLVER_NAMES * RESOLVER_SERVERS * 3 * 4 * US_PER_S + US_PER_S);
    fuzz_must(!w.lookup && !w.open);
    resolver_free(r);
    rnd_free(rnd);
    vloop_free(w.loop);
    return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    /* a known name; an alias; no such name, then silence; a failure and the next server */
    static const struct {
        const char *p;
        size_t n;
    } seeds[] = {
#define SEED(s) {s, sizeof(s) - 1}
        SEED("\0\xE5\x13\x01\x80\1\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4\x0A\0\1\2"),
        SEED("\1\xE5\x26\x01\x80\2\xC0\x0C\0\5\0\1\0\0\0\x3C\0\3\1h\0\1h\0\0\1\0\1\0\0\0\x3C\0\4\x0A\0\1\2\0\0\0"),
        SEED("\x12\xF5\5\x01\x83\0\0\0\x1F\xF5\5\x01\x83\0\0\0\x1F"),
        SEED("\x19\xF5\5\x01\x82\0\0\0\xE5\x13\x01\x80\1\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4\x0A\0\1\2\x21\x41\x09"),
#undef SEED
    };

    if (i >= sizeof seeds / sizeof seeds[0])
        return SIZE_MAX;
    memcpy(out, seeds[i].p, seeds[i].n);
    return seeds[i].n;
}

const char *const fuzz_words[] = {"\xC0\x0C", "\1h", "\3web", NULL};

/* fuzz_svc.c: what other machines say to the router's services: NTP answers and questions, a TFTP server's packets, and names of remote files.
 *
 * The first byte chooses. NTP: steps follow, each lets time pass, configures, or delivers a datagram, which may repeat what the router just asked with (an honest
 * server's envelope around hostile fields). TFTP: the same, into a get or a put. It must hold: every figure stays a number, the clock within what
 * timestamps can say, a transfer ends once, never takes more than it may, and nothing is sent to strangers but errors. A name that url_parse takes is told to
 * curl in lines of which none is the name's own. */
#include <math.h>
#include <string.h>

#include "cli/copy/curl_config.h"
#include "cli/copy/transfer.h"
#include "dataplane/svc/ntp_conf.h"
#include "dataplane/svc/ntp_local.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/vloop.h"

#define START  (INT64_C(1795341600) * 1000000)
#define SERVER 0x0A000009u
#define YEARS  (INT64_C(366) * 86400 * 1000000)

struct sock {
    struct udp_sock base; /* first */
    udp_rx_fn *rx;
    void *arg;
};
struct world {
    struct inet inet; /* first */
    struct loop *loop;
    struct clock *clock;
    struct sock sock;
    bool open;
    uint8_t sent[16384];
    size_t sent_len;
    uint16_t sent_port;
    uint64_t taken, given;
    unsigned ended;
};

static struct udp_sock *w_open(struct inet *in, uint16_t port, udp_rx_fn *rx, void *arg)
{
    struct world *w = (struct world *)in;
    fuzz_must(!w->open);
    w->open = true;
    w->sock = (struct sock){.base = {.inet = in, .port = port ? port : 50000}, .rx = rx, .arg = arg};
    return &w->sock.base;
}

static int w_send(struct udp_sock *s, uint32_t src, uint32_t dst, uint16_t dport, const void *data, size_t len)
{
    struct world *w = (struct world *)s->inet;
    (void)src, (void)dst;
    fuzz_must(len <= sizeof w->sent);
    memcpy(w->sent, data, len);
    w->sent_len = len;
    w->sent_port = dport;
    return 0;
}

static void w_close(struct udp_sock *s)
{
    ((struct world *)s->inet)->open = false;
}

static uint32_t w_source(struct inet *in, uint32_t dst)
{
    (void)in, (void)dst;
    return 0x0A000001u;
}

static uint32_t w_if_addr(struct inet *in, const char *name)
{
    (void)in, (void)name;
    return 0;
}

static const char *w_if_name(struct inet *in, uint32_t ifindex)
{
    (void)in, (void)ifindex;
    return NULL;
}

static const struct inet_ops w_ops = {
    .udp_open = w_open, .udp_send = w_send, .udp_close = w_close, .source_for = w_source, .if_addr = w_if_addr, .if_name = w_if_name};

static void deliver(struct world *w, uint32_t src, uint16_t sport, const uint8_t *data, size_t len)
{
    if (!w->open)
        return;
    uint8_t *exact = malloc(len ? len : 1); /* a byte read beyond it is seen */
    fuzz_must(exact != NULL);
    memcpy(exact, data, len);
    w->sock.rx(w->sock.arg, &(struct udp_from){.src = src, .dst = 0x0A000001u, .sport = sport, .dport = w->sock.base.port}, exact, len);
    free(exact);
}

/* ---- NTP ---- */

static void ntp_add(struct ntp *n, struct fuzz_in *in)
{
    struct ntp_server_conf *c = NEW(struct ntp_server_conf);
    uint8_t b = fuzz_u8(in);
    ntp_server_conf_init(c);
    c->addr = SERVER + (b & 3);
    c->iburst = b & 4;
    c->prefer = b & 8;
    c->version = (uint8_t)(1 + (b >> 4 & 3));
    CONF_EACH(const struct ntp_server_conf, s, &ntp_conf(n)->servers)
    if (s->addr == c->addr) {
        mem_free(c);
        return;
    }
    conf_list_add(&ntp_conf(n)->servers, c);
    ntp_conf_changed(n);
}

static void ntp_holds(const struct world *w, const struct ntp *n)
{
    struct ntp_status st;
    struct ntp_assoc_info a;
    ntp_status(n, &st);
    fuzz_must(isfinite(st.offset) && isfinite(st.root_delay) && isfinite(st.root_disp) && isfinite(st.peer_disp) && isfinite(st.drift));
    fuzz_must(st.stratum <= NTP_STRATUM_MAX && fabs(st.drift) <= 500e-6 + 1e-12);
    for (size_t cursor = 0; ntp_assoc_next(n, &cursor, &a);) {
        fuzz_must(isfinite(a.delay) && isfinite(a.offset) && isfinite(a.disp) && isfinite(a.jitter) && isfinite(a.distance));
        fuzz_must(a.hpoll >= a.minpoll && a.hpoll <= a.maxpoll && a.stratum <= NTP_STRATUM_MAX);
        (void)ntp_to_wall(n, a.reftime);
        (void)ntp_to_wall(n, a.xmt);
    }
    int64_t wall = clock_wall(w->clock);
    char text[64];
    fuzz_must(wall > -10000 * YEARS && wall < 10000 * YEARS);
    clock_text(w->clock, wall, true, text);
}

static bool has_sent(void *arg)
{
    return ((struct world *)arg)->sent_len > 0;
}

static void fuzz_ntp(struct world *w, struct fuzz_in *in)
{
    struct rnd *rnd = rnd_seeded_new(1);
    struct bus *bus = bus_new(w->loop);
    struct log *log = log_new(w->loop, bus);
    struct ntp *n = ntp_new(&(struct ntp_env){.loop = w->loop, .clock = w->clock, .rnd = rnd, .log = log, .inet = &w->inet});
    ntp_conf(n)->logging = true;
    ntp_add(n, in);
    while (in->left) {
        uint8_t op = fuzz_u8(in), bytes[80] = {0};
        size_t got;
        switch (op & 7) {
        case 0: {
            uint16_t seconds = fuzz_u16(in);
            if (!seconds) { /* until something is asked */
                w->sent_len = 0;
                vloop_run_until(w->loop, has_sent, w, 3600 * US_PER_S);
            }
            vloop_run_for(w->loop, seconds * US_PER_S);
            break;
        }
        case 1: ntp_add(n, in); break;
        case 2:
            ntp_conf(n)->master = op & 8;
            ntp_conf_changed(n);
            break;
        case 3: clock_set(w->clock, START + (int64_t)fuzz_u16(in) * US_PER_S * 3600, CLOCK_BY_USER); break;
        default: {
            const uint8_t *p = fuzz_bytes(in, op & 8 ? 48 : (size_t)fuzz_u8(in) % sizeof bytes, &got);
            size_t len = op & 8 ? 48 : got;
            memcpy(bytes, p, got);
            if (op & 16 && w->sent_len == 48) { /* to the question, from whom it went to */
                memcpy(bytes + 24, w->sent + 40, 8);
                bytes[0] = (uint8_t)((bytes[0] & 0xC0) | 4 << 3 | 4);
            }
            if (op & 32) { /* with times that are believable but for one byte */
                uint64_t now = ntp_stamp(clock_wall(w->clock)) + ((uint64_t)(int8_t)op << 26);
                for (int i = 0; i < 8; i++)
                    bytes[16 + i] = bytes[32 + i] = bytes[40 + i] = (uint8_t)(now >> (56 - 8 * i));
                memset(bytes + 4, 0, 8);
                bytes[1] = 1 + (bytes[1] & 3);
                bytes[0] &= 0x3F;
            }
            deliver(w, SERVER + (op >> 6 & 1), op & 64 && op & 128 ? 124 : 123, bytes, len);
        }
        }
        if (op & 128)
            vloop_run_for(w->loop, 20 * US_PER_S);
        ntp_holds(w, n);
    }
    ntp_free(n);
    log_free(log);
    bus_free(bus);
    rnd_free(rnd);
}

/* ---- TFTP ---- */

static bool on_take(void *arg, const void *data, size_t len)
{
    struct world *w = arg;
    (void)data;
    fuzz_must(!w->ended && len <= 8192);
    w->taken += len;
    fuzz_must(w->taken <= FILE_SIZE_MAX);
    return w->taken < 1000000;
}

static bool on_give(void *arg, void *buf, size_t max, size_t *n)
{
    struct world *w = arg;
    fuzz_must(!w->ended);
    *n = w->given + max < 3000 ? max : 3000 - w->given;
    memset(buf, 'x', *n);
    w->given += *n;
    return true;
}

static void on_started(void *arg, const char *ifname)
{
    (void)ifname;
    fuzz_must(!((struct world *)arg)->ended);
}

static void on_mark(void *arg, char c)
{
    fuzz_must(!((struct world *)arg)->ended && (c == '!' || c == '.'));
}

static void on_ended(void *arg, enum transfer_end e, uint64_t bytes)
{
    struct world *w = arg;
    fuzz_must(++w->ended == 1 && e < TRANSFER_ENDS);
    fuzz_must(e != TRANSFER_OK || bytes == w->taken + w->given);
}

static void fuzz_tftp(struct world *w, struct fuzz_in *in)
{
    struct copier *c = copier_new(w->loop, &w->inet, NULL);
    uint8_t b = fuzz_u8(in);
    struct transfer_params p = {.put = b & 1, .size = b & 1 ? 3000 : 0, .fd = -1, .block_size = b & 2 ? 1428 : 512, .take = on_take, .give = on_give, .started = on_started,
                                .mark = on_mark, .ended = on_ended, .arg = w};
    fuzz_must(url_parse("tftp://10.0.0.9/x", &p.url));
    struct transfer *t = transfer_start(c, &p);
    vloop_run_for(w->loop, 1);
    for (unsigned block = p.put ? 0 : 1; in->left; block++) {
        uint8_t op = fuzz_u8(in), bytes[9000];
        size_t got;
        if ((op & 7) == 0) {
            vloop_run_for(w->loop, fuzz_u8(in) * 100 * US_PER_MS);
        } else if ((op & 7) == 1 && (op & 0xF0) == 0xF0) {
            if (!w->ended)
                transfer_cancel(t);
            w->ended = 1;
        } else if (op & 8) { /* what an honest server says next */
            size_t len = p.put ? 4 : 4 + p.block_size - (op >> 5 == 7);
            memset(bytes, 0, sizeof bytes);
            bytes[1] = p.put ? 4 : 3;
            bytes[2] = (uint8_t)(block >> 8);
            bytes[3] = (uint8_t)block;
            deliver(w, SERVER, 1069, bytes, len);
        } else {
            const uint8_t *data = fuzz_bytes(in, (size_t)fuzz_u8(in) * (op & 16 ? 32 : 1), &got);
            memcpy(bytes, data, got);
            w->sent_len = 0;
            deliver(w, SERVER + (op >> 6), op & 32 ? 1070 : 1069, bytes, got);
            fuzz_must(op >> 6 == 0 || !w->sent_len); /* a stranger hears nothing */
            block--;
        }
    }
    vloop_run_for(w->loop, 60 * US_PER_S); /* six repetitions at most: whatever was said, it ends */
    fuzz_must(w->ended == 1);
    copier_free(c);
    fuzz_must(!w->open);
}

/* ---- names ---- */

static void fuzz_url(const uint8_t *data, size_t len)
{
    char *s = mem_strndup((const char *)data, len), shown[URL_TEXT_MAX];
    struct url u, again;
    if (url_parse(s, &u)) {
        struct text t = {0};
        unsigned lines = 0, own = 0;
        static const char *const words[] = {"url = \"", "user = \"", "proto = \"=", "silent", "show-error", "fail", "globoff", "noproxy = \"*\"", "connect-timeout = 15", "speed-limit = 1",
                                            "speed-time = 60", "max-time = 7200", "insecure", "upload-file = \"/dev/fd/3\"", "header = \"Expect:\"", "write-out = \"%{stderr}"};
        curl_config(&u, len & 1, &t);
        for (const char *p = text_str(&t); *p; p += strcspn(p, "\n") + 1, lines++)
            for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                own += !strncmp(p, words[i], strlen(words[i]));
        fuzz_must(lines == own);
        fuzz_must(strlen(url_text(&u, shown)) < sizeof shown);
        fuzz_must(!u.has_password || strlen(u.password) < 8 || !strncmp(u.password, "*****", 5) || strstr(u.host, u.password) || strstr(u.path, u.password) ||
                  !strstr(shown, u.password));
        if (!u.has_user && u.host[0]) {
            fuzz_must(url_parse(shown, &again));
            fuzz_must(!strcmp(again.host, u.host) && !strcmp(again.path, u.path) && again.port == u.port);
        }
        text_free(&t);
    }
    mem_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    uint8_t which = fuzz_u8(&in) % 4;
    if (which == 3) {
        fuzz_url(in.p, in.left);
        return 0;
    }
    struct world *w = NEW(struct world);
    w->inet.ops = &w_ops;
    w->loop = vloop_new(START);
    w->clock = clock_new(w->loop);
    if (which == 2)
        fuzz_tftp(w, &in);
    else
        fuzz_ntp(w, &in);
    clock_free(w->clock);
    vloop_free(w->loop);
    mem_free(w);
    return 0;
}

const char *const fuzz_words[] = {"tftp:",    "scp://",    "http://", "@",        ":",        "//",       "/~/",      "\"",       "\\",       "%0a",  "octet",  "blksize\0", "tsize",
                                  "\x24\x02", "RATE",      "DENY",    "\xff\xff", "\x7f\xff", "\x80",     "\x10",     "\x3c\x3c", "\x1c\x1c", NULL};

size_t fuzz_seed(size_t i, uint8_t *out)
{
#define SEED(s) {s, sizeof s - 1}
    static const struct {
        const char *data;
        size_t len;
    } seeds[] = {
        SEED("\2\0\x08\x08\x08\xe8"), /* a get of three blocks and a short one */
        SEED("\2\2\2\x0f\0\6blksize\0001024\0\x08\x08"), /* an OACK */
        SEED("\2\1\x08\x08\x08\x08\x08\x08\x08"), /* a put */
        SEED("\2\0\3\x08\0\5\0\1no\0"),
        SEED("\3scp://bob:pw@h:22//etc/x"),
        SEED("\3http://h/a?b=1"),
        SEED("\3tftp:"),
        SEED("\3ftp://u\"\\:p@[::1]/x y"),
    };
    if (i >= sizeof seeds / sizeof seeds[0] + 2)
        return SIZE_MAX;
    if (i >= sizeof seeds / sizeof seeds[0]) { /* honest answers to each question, with a kiss among them or not */
        size_t len = 2, kiss = i & 1;
        memset(out, 0, 16 * 52 + 2);
        for (size_t k = 0; k < 16; k++, len += 52) {
            out[len + 3] = k == 8 && kiss ? 0x1c : 0x3c;
            memcpy(out + len + 4, "\x24\0\6\xEC\0\0\0\0\0\0\0\0RATE", 16);
        }
        return len;
    }
    memcpy(out, seeds[i].data, seeds[i].len);
    return seeds[i].len;
}

/* The slirp link: what a router's frames reach behind it (this machine's loopback, and nothing else), and what becomes of
 * hostile ones. The frames are written by hand; the far ends are sockets of this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/link/slirp_local.h"
#include "espial/buf.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/rand.h"

#define GUEST 0x0A00020Fu /* 10.0.2.15 */
#define HOST  0x0A000202u

static const uint8_t guest_mac[6] = {0xaa, 0xbb, 0xcc, 0, 1, 0};

struct bench {
    struct loop *loop;
    struct link *link;
    struct timer limit;
    uint8_t host_mac[6];
    bool arp;
    unsigned frames, want;
    size_t len;
    uint8_t last[SLIRP_FRAME_MAX]; /* the last IPv4 frame for the router */
};

static size_t arp_frame(uint8_t *f, uint16_t op, uint32_t sender, uint32_t target)
{
    memset(f, 0, 60);
    memset(f, 0xFF, 6);
    memcpy(f + 6, guest_mac, 6);
    put16(f + 12, 0x0806);
    put16(f + 14, 1);
    put16(f + 16, 0x0800);
    f[18] = 6;
    f[19] = 4;
    put16(f + 20, op);
    memcpy(f + 22, guest_mac, 6);
    put32(f + 28, sender);
    put32(f + 38, target);
    return 60;
}

/* An Ethernet frame with an IPv4 packet of `proto` around l4. */
static size_t ip_frame(struct bench *b, uint8_t *f, uint8_t proto, uint32_t dst, const uint8_t *l4, size_t len)
{
    memcpy(f, b->host_mac, 6);
    memcpy(f + 6, guest_mac, 6);
    put16(f + 12, 0x0800);
    uint8_t *ip = f + 14;
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (uint16_t)(20 + len));
    put16(ip + 4, 7);
    ip[8] = 64;
    ip[9] = proto;
    put32(ip + 12, GUEST);
    put32(ip + 16, dst);
    put16(ip + 10, ip_cksum_fold(ip_cksum_add(0, ip, 20)));
    memcpy(ip + 20, l4, len);
    return 34 + len;
}

static uint16_t udp_sum(const uint8_t *ip)
{
    uint8_t pseudo[4] = {0, ip[9]};
    size_t len = get16(ip + 2) - 20u;

    put16(pseudo + 2, (uint16_t)len);
    return ip_cksum_fold(ip_cksum_add(ip_cksum_add(ip_cksum_add(0, ip + 12, 8), pseudo, 4), ip + 20, len));
}

static size_t udp_frame(struct bench *b, uint8_t *f, uint16_t sport, uint32_t dst, uint16_t dport, const char *text)
{
    uint8_t l4[1024];
    size_t len = 8 + strlen(text);

    put16(l4, sport);
    put16(l4 + 2, dport);
    put16(l4 + 4, (uint16_t)len);
    put16(l4 + 6, 0);
    memcpy(l4 + 8, text, len - 8);
    size_t n = ip_frame(b, f, PROTO_UDP, dst, l4, len);
    put16(f + 34 + 6, udp_sum(f + 14));
    return n;
}

static void on_frame(void *arg, const uint8_t *f, size_t len)
{
    struct bench *b = arg;
    uint8_t reply[60];

    assert_true(len >= 14);
    if (get16(f + 12) == 0x0806) {
        if (get16(f + 20) == 1 && get32(f + 38) == GUEST) { /* it asks for us */
            arp_frame(reply, 2, GUEST, HOST);
            memcpy(reply + 32, f + 6, 6);
            link_send(b->link, reply, sizeof reply);
        } else if (get16(f + 20) == 2 && get32(f + 28) == HOST) {
            memcpy(b->host_mac, f + 22, 6);
            b->arp = true;
        }
        return;
    }
    assert_int_equal(get16(f + 12), 0x0800);
    assert_int_equal(ip_cksum_fold(ip_cksum_add(0, f + 14, 20)), 0);
    b->frames++;
    b->len = len;
    assert_true(len <= sizeof b->last);
    memcpy(b->last, f, len);
}

static void on_batch(void *arg)
{
    struct bench *b = arg;

    if (b->arp && b->frames >= b->want)
        loop_real_stop(b->loop);
}

static void on_limit(void *arg)
{
    loop_real_stop(((struct bench *)arg)->loop);
}

/* Run until n IPv4 frames came in all, at most ms. */
static void run(struct bench *b, unsigned n, unsigned ms)
{
    b->want = n;
    timer_set(&b->limit, ms * US_PER_MS);
    loop_real_run(b->loop);
    timer_clear(&b->limit);
}

static struct bench *bench_open(const char *spec)
{
    struct bench *b = NEW(struct bench);
    char err[LINK_ERROR_MAX] = "";
    uint8_t f[60];

    b->loop = loop_real_new(1);
    timer_init(&b->limit, b->loop, on_limit, b);
    b->link = link_open(b->loop, spec, err);
    if (!b->link)
        fail_msg("%s", err);
    link_attach(b->link, on_frame, on_batch, NULL, b);
    arp_frame(f, 1, GUEST, HOST);
    assert_true(link_send(b->link, f, sizeof f));
    assert_false(b->arp); /* never from inside send */
    run(b, 0, 5000);
    assert_true(b->arp);
    return b;
}

static void bench_close(struct bench *b)
{
    link_free(b->link);
    timer_clear(&b->limit);
    loop_real_free(b->loop);
    mem_free(b);
}

static int server(uint16_t *port)
{
    struct sockaddr_in in = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(*port)};
    socklen_t len = sizeof in;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (bind(fd, (struct sockaddr *)&in, sizeof in) < 0) {
        close(fd);
        return -1;
    }
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

static void serve_once(int fd, const char *want, const char *answer, int answer_fd)
{
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    char buf[2000];
    struct pollfd p = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&p, 1, 5000), 1);
    ssize_t n = recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &len);
    assert_int_equal(n, strlen(want));
    assert_memory_equal(buf, want, (size_t)n);
    assert_int_equal(ntohl(from.sin_addr.s_addr), INADDR_LOOPBACK);
    if (answer)
        assert_true(sendto(answer_fd, answer, strlen(answer), 0, (struct sockaddr *)&from, len) > 0);
}

static void expect_udp(const struct bench *b, uint16_t sport, uint16_t dport, const char *text)
{
    const uint8_t *ip = b->last + 14;

    assert_int_equal(ip[9], PROTO_UDP);
    assert_int_equal(get32(ip + 12), HOST);
    assert_int_equal(get32(ip + 16), GUEST);
    assert_int_equal(get16(ip + 20), sport);
    assert_int_equal(get16(ip + 22), dport);
    if (get16(ip + 26))
        assert_int_equal(udp_sum(ip), 0);
    assert_int_equal(get16(ip + 2), 28 + strlen(text));
    assert_memory_equal(ip + 28, text, strlen(text));
}

static void udp_there_and_back(void **state)
{
    uint16_t port = 0;
    int fd = server(&port);
    struct bench *b = bench_open("slirp:");
    uint8_t f[SLIRP_FRAME_MAX];
    (void)state;

    assert_true(link_send(b->link, f, udp_frame(b, f, 5000, HOST, port, "question")));
    serve_once(fd, "question", "answer", fd);
    run(b, 1, 5000);
    assert_int_equal(b->frames, 1);
    expect_udp(b, port, 5000, "answer");
    bench_close(b);
    close(fd);
}

static void a_mapped_port(void **state)
{
    uint16_t port = 0;
    int fd = server(&port);
    char spec[80];
    uint8_t f[SLIRP_FRAME_MAX];
    (void)state;

    snprintf(spec, sizeof spec, "slirp:net=10.0.2.0/24,host=10.0.2.2,map=123:%u", port);
    struct bench *b = bench_open(spec);
    assert_true(link_send(b->link, f, udp_frame(b, f, 123, HOST, 123, "time?")));
    serve_once(fd, "time?", "noon", fd);
    run(b, 1, 5000);
    expect_udp(b, 123, 123, "noon");
    bench_close(b);
    close(fd);
}

/* RFC 1350: the server answers from a port of its own choice, and the client goes on to that. */
static void tftp_of_this_machine(void **state)
{
    uint16_t port = 69, own = 0;
    int fd = server(&port), transfer = server(&own);
    uint8_t f[SLIRP_FRAME_MAX];
    (void)state;

    if (fd < 0) { /* not root: as a map, which takes the same way from there on */
        print_message("port 69 cannot be had here: only the mapped way is tried\n");
        port = 0;
        fd = server(&port);
    }
    char spec[40];
    snprintf(spec, sizeof spec, port == 69 ? "slirp:" : "slirp:map=69:%u", port);
    struct bench *b = bench_open(spec);
    assert_true(link_send(b->link, f, udp_frame(b, f, 6000, HOST, 69, "RRQ")));
    serve_once(fd, "RRQ", "DATA", transfer);
    run(b, 1, 5000);
    expect_udp(b, own, 6000, "DATA");
    assert_true(link_send(b->link, f, udp_frame(b, f, 6000, HOST, own, "ACK")));
    serve_once(transfer, "ACK", "MORE", transfer);
    run(b, 2, 5000);
    expect_udp(b, own, 6000, "MORE");
    bench_close(b);
    close(fd);
    close(transfer);
}

static void ping(void **state)
{
    struct bench *b = bench_open("slirp:");
    uint8_t f[SLIRP_FRAME_MAX], echo[16] = {8, 0, 0, 0, 1, 2, 3, 4, 'h', 'e', 'l', 'l', 'o'};
    (void)state;

    put16(echo + 2, ip_cksum_fold(ip_cksum_add(0, echo, sizeof echo)));
    assert_true(link_send(b->link, f, ip_frame(b, f, PROTO_ICMP, HOST, echo, sizeof echo)));
    run(b, 1, 5000);
    assert_int_equal(b->frames, 1);
    assert_int_equal(b->last[34], 0); /* echo reply */
    assert_int_equal(get32(b->last + 26), HOST);
    assert_memory_equal(b->last + 34 + 4, echo + 4, 12);
    bench_close(b);
}

/* Nothing but host, however it is asked for: no packet leaves this machine, and no other port of it is touched. */
static void only_this_machine(void **state)
{
    static const uint32_t others[] = {0x08080808, 0x0A000203, 0x0A000204, 0x0A0002FF, 0xFFFFFFFF,
                                      0x7F000001, 0,          0xE0000001, GUEST};
    struct slirp_spec s;
    struct bench *b = bench_open("slirp:");
    char err[LINK_ERROR_MAX];
    uint8_t f[SLIRP_FRAME_MAX];
    uint32_t flow;
    (void)state;

    assert_true(slirp_spec_read("", &s, err));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        size_t n = udp_frame(b, f, 5000, others[i], 9, "x");
        assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_DROP);
        assert_true(link_send(b->link, f, n));
    }
    /* another protocol, IPv6, a tag, an ethertype of nobody's, pieces that lie about their length */
    size_t n = udp_frame(b, f, 5000, HOST, 9, "x");
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_IP);
    for (size_t cut = 0; cut < n; cut++)
        assert_int_equal(slirp_guard_out(&s, f, cut, &flow), SLIRP_DROP);
    put16(f + 20, 0x2000); /* a first piece, a last one */
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_DROP);
    put16(f + 20, 0x0001);
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_DROP);
    put16(f + 20, 0x4000);
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_IP);
    f[14] = 0x4F;
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_DROP);
    f[14] = 0x45;
    f[23] = 47;
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_DROP);
    f[23] = PROTO_TCP; /* shorter than a TCP header */
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_DROP);
    f[23] = PROTO_UDP;
    put16(f + 12, 0x86DD);
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_DROP);
    put16(f + 12, 0x8100);
    assert_int_equal(slirp_guard_out(&s, f, n, &flow), SLIRP_DROP);
    run(b, 1, 100);
    assert_int_equal(b->frames, 0);
    bench_close(b);
}

/* Frames of chance behind good headers, and a router that talks from every port: the link lives, and takes no more than
 * its share of the process's descriptors. */
static void hostile(void **state)
{
    struct bench *b = bench_open("slirp:");
    struct rnd *rnd = rnd_seeded_new(5);
    uint8_t f[SLIRP_FRAME_MAX + 10], noise[600];
    uint16_t port = 0;
    int fd = server(&port);
    (void)state;

    assert_false(link_send(b->link, f, SLIRP_FRAME_MAX + 1));
    for (unsigned i = 0; i < 20000; i++) {
        static const uint8_t protos[] = {PROTO_ICMP, PROTO_UDP, PROTO_TCP};
        uint8_t pick[4];
        rnd_fill(rnd, pick, sizeof pick);
        rnd_fill(rnd, noise, sizeof noise);
        if (i & 1)
            put16(noise + 2, 9); /* not a port that somebody may listen on */
        else if (protos[pick[0] % 3] != PROTO_ICMP)
            put16(noise + 2, 1);
        size_t n = ip_frame(b, f, protos[pick[0] % 3], HOST, noise, get16(pick + 1) % sizeof noise);
        if (pick[3] & 1) {
            put16(f + 20, get16(noise + 20));
            put16(f + 24, 0);
            put16(f + 24, ip_cksum_fold(ip_cksum_add(0, f + 14, 20)));
        }
        if (pick[3] == 2) {
            arp_frame(f, get16(noise), get32(noise + 2), get32(noise + 6));
            rnd_fill(rnd, f + 14, 8);
        }
        link_send(b->link, f, n);
        if (i % 100 == 0)
            run(b, b->frames + 1, 1);
    }
    for (unsigned i = 0; i < 2000; i++)
        link_send(b->link, f, udp_frame(b, f, (uint16_t)(1000 + i), HOST, port, "flood"));
    int probe = dup(fd);
    assert_true(probe >= 0 && probe < 400);
    close(probe);
    bench_close(b);
    rnd_free(rnd);
    close(fd);
}

static void words(void **state)
{
    static const char *const bad[] = {"x",
                                      "net=",
                                      "net=10.0.2.0",
                                      "net=10.0.2.1/24",
                                      "net=10.0.2.0/30",
                                      "net=127.0.0.0/8",
                                      "net=224.0.0.0/8",
                                      "host=10.0.3.2",
                                      "host=10.0.2.0",
                                      "host=10.0.2.255",
                                      "host=x",
                                      "map=1",
                                      "map=0:1",
                                      "map=1:70000",
                                      "map=1:2,map=1:3",
                                      "map=1:2,map=3:2",
                                      ",",
                                      "map=1:2,",
                                      "net=10.0.2.0/24 "};
    struct slirp_spec s;
    char err[LINK_ERROR_MAX], longest[400];
    (void)state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        *err = 0;
        if (slirp_spec_read(bad[i], &s, err))
            fail_msg("%s is taken", bad[i]);
        assert_true(strlen(err) > 10);
        assert_null(strchr(err, '\n'));
    }
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_false(slirp_spec_read(longest, &s, err));
    assert_true(slirp_spec_read("net=192.168.7.8/29,map=514:5514,map=69:6969", &s, err));
    assert_int_equal(s.host, 0xC0A8070A);
    assert_int_equal(s.mask, 0xFFFFFFF8);
    assert_int_equal(s.nmaps, 2);
    assert_true(s.spare[0] != s.host && s.spare[1] != s.host && s.spare[0] != s.spare[1]);
    assert_true(slirp_spec_read("host=10.0.2.253", &s, err));
    assert_int_equal(s.spare[0], 0x0A0002FE);
    assert_int_equal(s.spare[1], 0x0A0002FC);
    assert_true(slirp_spec_read("host=10.0.2.254", &s, err));
    assert_int_equal(s.spare[0], 0x0A0002FD);
    assert_int_equal(s.spare[1], 0x0A0002FC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),         cmocka_unit_test(udp_there_and_back),
        cmocka_unit_test(a_mapped_port), cmocka_unit_test(tftp_of_this_machine),
        cmocka_unit_test(ping),          cmocka_unit_test(only_this_machine),
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

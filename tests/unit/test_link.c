/* Cables of one machine: both kinds carry frames; a unix one heals whichever end starts, stops or starts again; a
 * capture is a readable pcapng file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "dataplane/limits.h"
#include "dataplane/link/capture.h"
#include "dataplane/link/link.h"
#include "espial/loop.h"

struct far_end {
    struct loop *loop;
    struct link *link;
    unsigned frames, batches;
    size_t len;
    uint8_t last[LINK_FRAME_MAX];
    unsigned stop_at;
};

static void on_frame(void *arg, const uint8_t *frame, size_t len)
{
    struct far_end *e = arg;

    e->frames++;
    e->len = len;
    memcpy(e->last, frame, len);
}

static void on_batch(void *arg)
{
    struct far_end *e = arg;

    e->batches++;
    if (e->frames >= e->stop_at)
        loop_real_stop(e->loop);
}

struct places {
    char dir[64], path[80], spec[96];
    struct loop *loop;
};

static int setup(void **state)
{
    struct places *t = NEW(struct places);

    snprintf(t->dir, sizeof t->dir, "/tmp/espial-link-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    snprintf(t->path, sizeof t->path, "%s/cable", t->dir);
    snprintf(t->spec, sizeof t->spec, "unix:%s", t->path);
    t->loop = loop_real_new(1);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct places *t = *state;
    static const char *const left[] = {"cable.0.lock", "cable.1.lock", "cable.0", "cable.1", "x.pcapng"};

    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s/%s", t->dir, left[i]);
        unlink(name);
    }
    assert_int_equal(rmdir(t->dir), 0); /* nothing else was left there */
    loop_real_free(t->loop);
    mem_free(t);
    return 0;
}

static void far_open(struct far_end *e, struct loop *loop, const char *spec)
{
    char err[LINK_ERROR_MAX] = "";

    *e = (struct far_end){.loop = loop};
    e->link = link_open(loop, spec, err);
    if (!e->link)
        fail_msg("%s", err);
    link_attach(e->link, on_frame, on_batch, NULL, e);
}

/* Run until e has n frames in all; a frame that never comes is the test program's time limit. */
static void run_until(struct far_end *e, unsigned n)
{
    e->stop_at = n;
    if (e->frames < n)
        loop_real_run(e->loop);
    assert_int_equal(e->frames, n);
}

static void unix_heals(void **state)
{
    struct places *t = *state;
    struct far_end a, b;

    far_open(&a, t->loop, t->spec);
    assert_false(link_send(a.link, (const uint8_t *)"early", 5)); /* nobody there yet */
    far_open(&b, t->loop, t->spec);
    assert_true(link_send(a.link, (const uint8_t *)"one", 3));
    run_until(&b, 1);
    assert_memory_equal(b.last, "one", 3);
    assert_true(link_send(b.link, (const uint8_t *)"answer", 6));
    run_until(&a, 1);
    assert_int_equal(a.len, 6);
    /* b goes and comes back: the next frame finds it, in both directions */
    link_free(b.link);
    assert_false(link_send(a.link, (const uint8_t *)"lost", 4));
    far_open(&b, t->loop, t->spec);
    assert_true(link_send(b.link, (const uint8_t *)"again", 5));
    run_until(&a, 2);
    assert_true(link_send(a.link, (const uint8_t *)"two", 3));
    run_until(&b, 1);
    /* a, the first side, too */
    link_free(a.link);
    far_open(&a, t->loop, t->spec);
    assert_true(link_send(b.link, (const uint8_t *)"three", 5));
    run_until(&a, 1);
    assert_true(link_send(a.link, (const uint8_t *)"four", 4));
    run_until(&b, 2);
    link_free(a.link);
    link_free(b.link);
}

static void unix_has_two_ends(void **state)
{
    struct places *t = *state;
    struct far_end a, b;
    char err[LINK_ERROR_MAX] = "";

    far_open(&a, t->loop, t->spec);
    far_open(&b, t->loop, t->spec);
    assert_null(link_open(t->loop, t->spec, err));
    assert_non_null(strstr(err, "both ends of this cable are in use"));
    link_free(a.link);
    link_free(b.link);
}

/* What a crash leaves: the socket file without a holder of its lock. */
static void unix_after_a_crash(void **state)
{
    struct places *t = *state;
    struct far_end a, b;
    char stale[96];

    snprintf(stale, sizeof stale, "%s.0", t->path);
    int fd = open(stale, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    far_open(&a, t->loop, t->spec);
    far_open(&b, t->loop, t->spec);
    assert_true(link_send(b.link, (const uint8_t *)"x", 1));
    run_until(&a, 1);
    struct stat st;
    assert_int_equal(stat(stale, &st), 0);
    assert_int_equal(st.st_mode & 077, 0); /* the owner's alone */
    link_free(a.link);
    link_free(b.link);
}

/* A burst longer than the kernel's queue: everything arrives, in order, up to what the bounds let in. */
static void unix_burst(void **state)
{
    struct places *t = *state;
    struct far_end a, b;
    uint8_t frame[1500] = {0};
    unsigned taken = 0;

    far_open(&a, t->loop, t->spec);
    far_open(&b, t->loop, t->spec);
    while (taken < 100000) {
        memcpy(frame, &taken, sizeof taken);
        if (!link_send(a.link, frame, sizeof frame))
            break;
        taken++;
    }
    assert_true(taken > LINK_QUEUE); /* some in the kernel, LINK_QUEUE here */
    assert_true(taken < 100000);     /* and then no more */
    run_until(&b, taken);
    unsigned last;
    memcpy(&last, b.last, sizeof last);
    assert_int_equal(last, taken - 1);
    assert_true(link_send(a.link, frame, sizeof frame));
    run_until(&b, taken + 1);
    link_free(a.link);
    link_free(b.link);
}

static uint16_t some_port(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    close(fd);
    return ntohs(in.sin_port);
}

static void udp_carries(void **state)
{
    struct places *t = *state;
    struct far_end a, b;
    uint16_t pa = some_port(), pb = some_port();
    char spec[64];
    uint8_t jumbo[LINK_FRAME_MAX];

    snprintf(spec, sizeof spec, "udp:%u:127.0.0.1:%u", pa, pb);
    far_open(&a, t->loop, spec);
    link_send(a.link, (const uint8_t *)"early", 5); /* lost: nobody there */
    snprintf(spec, sizeof spec, "udp:%u:127.0.0.1:%u", pb, pa);
    far_open(&b, t->loop, spec);
    assert_true(link_send(a.link, (const uint8_t *)"one", 3));
    run_until(&b, 1);
    assert_memory_equal(b.last, "one", 3);
    memset(jumbo, 0x77, sizeof jumbo);
    assert_true(link_send(b.link, jumbo, sizeof jumbo));
    run_until(&a, 1);
    assert_int_equal(a.len, sizeof jumbo);
    assert_false(link_send(b.link, jumbo, sizeof jumbo + 1));
    /* a stranger's datagram is not a frame */
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(pb), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(sendto(fd, "stranger", 8, 0, (struct sockaddr *)&in, sizeof in), 8);
    close(fd);
    assert_true(link_send(a.link, (const uint8_t *)"two", 3));
    run_until(&b, 2);
    assert_int_equal(b.len, 3);
    link_free(a.link);
    link_free(b.link);
}

static void bad_specs(void **state)
{
    struct places *t = *state;
    static const char *const bad[] = {"",
                                      "unix:",
                                      "unix:/nonexistent-folder/x",
                                      "udp:",
                                      "udp:1:2",
                                      "udp:0:127.0.0.1:5",
                                      "udp:70000:127.0.0.1:5",
                                      "udp:5000::6000",
                                      "udp:5000:127.0.0.1:x",
                                      "tape:x",
                                      "udp"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char err[LINK_ERROR_MAX] = "";
        assert_null(link_open(t->loop, bad[i], err));
        assert_true(strlen(err) > 10);
        assert_null(strchr(err, '\n'));
    }
    char longest[300] = "unix:/", err[LINK_ERROR_MAX] = "";
    memset(longest + 6, 'x', 250);
    assert_null(link_open(t->loop, longest, err));
    assert_non_null(strstr(err, "File name too long"));
}

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Read back by the numbers of the specification, not by our own reader. */
static void pcapng(void **state)
{
    struct places *t = *state;
    char name[96];
    uint8_t file[512];

    snprintf(name, sizeof name, "%s/x.pcapng", t->dir);
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    struct capture *c = capture_new(dup(fd), "Ethernet0/0");
    assert_non_null(c);
    capture_frame(c, false, INT64_C(0x0005D6A1B2C3D4E5), (const uint8_t *)"hello", 5);
    capture_frame(c, true, 1, (const uint8_t *)"12345678", 8);
    assert_int_equal(capture_frames(c), 2);
    capture_free(c);
    ssize_t n = pread(fd, file, sizeof file, 0);
    close(fd);
    assert_int_equal(n, 28 + 40 + 52 + 52);
    assert_int_equal(le32(file), 0x0A0D0D0A);
    assert_int_equal(le32(file + 4), 28);
    assert_int_equal(le32(file + 8), 0x1A2B3C4D);
    assert_int_equal(le32(file + 24), 28);
    const uint8_t *idb = file + 28;
    assert_int_equal(le32(idb), 1);
    assert_int_equal(le32(idb + 4), 40);
    assert_int_equal(le32(idb + 8), 1); /* Ethernet */
    assert_memory_equal(idb + 16,
                        "\x02\0\x0b\0"
                        "Ethernet0/0",
                        15);
    assert_int_equal(le32(idb + 36), 40);
    const uint8_t *epb = idb + 40;
    assert_int_equal(le32(epb), 6);
    assert_int_equal(le32(epb + 4), 52);
    assert_int_equal(le32(epb + 12), 0x0005D6A1);
    assert_int_equal(le32(epb + 16), 0xB2C3D4E5);
    assert_int_equal(le32(epb + 20), 5);
    assert_int_equal(le32(epb + 24), 5);
    assert_memory_equal(epb + 28, "hello\0\0\0", 8);
    assert_int_equal(le32(epb + 36), 2 | 4 << 16); /* flags */
    assert_int_equal(le32(epb + 40), 1);           /* inbound */
    assert_int_equal(le32(epb + 48), 52);
    assert_int_equal(le32(epb + 52 + 40), 2); /* outbound */
}

/* A full disk: the capture ends, nothing else does. */
static void capture_on_a_full_disk(void **state)
{
    struct capture *c;
    (void)state;

    int full = open("/dev/full", O_WRONLY);
    if (full < 0)
        skip();
    assert_null(capture_new(full, "Ethernet0/0"));
    int pipes[2];
    assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
    c = capture_new(pipes[1], "Ethernet0/0");
    assert_non_null(c);
    static uint8_t frame[9000];
    for (int i = 0; i < 100 && !capture_failed(c); i++)
        capture_frame(c, true, 0, frame, sizeof frame);
    assert_true(capture_failed(c));
    uint64_t n = capture_frames(c);
    capture_frame(c, true, 0, frame, sizeof frame);
    assert_int_equal(capture_frames(c), n);
    capture_free(c);
    close(pipes[0]);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(unix_heals), T(unix_has_two_ends),      T(unix_after_a_crash), T(unix_burst), T(udp_carries), T(bad_specs),
        T(pcapng),     T(capture_on_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* esp_box.h: two ends of one tunnel, LEFT and RIGHT, each an ipsec_box with SAs whose keys are counted up, and packets for them. */
#ifndef ESPIAL_TESTS_ESP_BOX_H
#define ESPIAL_TESTS_ESP_BOX_H

#include "tests/unit/ipsec_box.h"

#define LEFT  A(192, 0, 2, 1)
#define RIGHT A(192, 0, 2, 2)
#define SPI   0xB761863Eu
#define OTHER 0x1DB73BBBu

#define INNER                                                                                                          \
    "4528003f123400003f0155560a0100010a02000908005f6d0007000165737069616c2065737069616c2065737069616c2065737069616c20" \
    "65737069"                                                                                                         \
    "616c20"

/* cipher key (| salt) | authentication key, as sad.h wants them. */
static inline size_t keymat(const struct ipsec_transform *t, uint8_t *key)
{
    size_t all = sad_keymat_len(t), auth = hash_len(t->auth);
    box_key(key, all - auth, 0x10);
    box_key(key + all - auth, auth, 0x80);
    return all;
}

/* A router at one end: left sends from 10.1/16 to 10.2/16, or host to host in transport mode. */
static inline struct box *end_new(bool left, bool hosts)
{
    struct box *b = box_new(left ? LEFT : RIGHT, left ? RIGHT : LEFT);
    uint32_t l = hosts ? LEFT : A(10, 1, 0, 0), r = hosts ? RIGHT : A(10, 2, 0, 0), w = hosts ? 0 : 0xFFFF;
    box_acl(b, ACL_PROTO_IP, left ? l : r, w, left ? r : l, w, false);
    b->constant = true;
    b->fixed = 0x42;
    return b;
}

static inline struct sa_pair_params params_of(struct box *b, bool left, const struct ipsec_transform *t, const uint8_t *key,
                                       size_t key_len)
{
    struct ipsec_flow_info f;
    box_flow(b, &f);
    struct sa_pair_params p = {
        .policy = {.map = "CMAP",
                   .seq = 10,
                   .ifname = "Ethernet0/0",
                   .local = left ? LEFT : RIGHT,
                   .peer = left ? RIGHT : LEFT,
                   .local_sel = f.local_sel,
                   .remote_sel = f.remote_sel,
                   .ntransforms = 1,
                   .life_s = 3600,
                   .life_kb = 4608000,
                   .replay_window = 64},
        .spi_in = left ? OTHER : SPI,
        .spi_out = left ? SPI : OTHER,
        .local_port = 500,
        .peer_port = 500,
        .key_in = key,
        .key_out = key,
        .key_len = key_len,
    };
    p.policy.transforms[0] = *t;
    return p;
}

static inline uint32_t install(struct box *b, bool left, const struct ipsec_transform *t, bool udp)
{
    uint8_t key[128];
    struct sa_pair_params p = params_of(b, left, t, key, keymat(t, key));
    p.udp_encap = udp;
    if (udp)
        p.local_port = p.peer_port = 4500;
    uint32_t id = sad_install(b->ips, &p);
    assert_int_not_equal(id, 0);
    sad_enable_outbound(b->ips, id);
    return id;
}

/* A ping of `size` bytes from 10.1.0.1 to 10.2.0.9. */
static inline void put_sized(struct box *b, size_t size, bool df)
{
    uint8_t *p = mem_new(size);
    p[0] = 0x45;
    put16(p + 2, (uint16_t)size);
    put16(p + 4, 0x99);
    put16(p + 6, df ? 0x4000 : 0);
    p[8] = 60;
    p[9] = PROTO_ICMP;
    put32(p + 12, A(10, 1, 0, 1));
    put32(p + 16, A(10, 2, 0, 9));
    put16(p + 10, ip_cksum_fold(ip_cksum_add(0, p, 20)));
    p[20] = 8;
    b->ngot = 0;
    box_put(b, STAGE_CRYPTO_OUT, p, size, false);
    mem_free(p);
}

#endif

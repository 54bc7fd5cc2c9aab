/* sad_box.h: a hub with one flow to a spoke, pairs of SAs as quick mode would install them, and packets that use them or fit none. */
#ifndef ESPIAL_TESTS_SAD_BOX_H
#define ESPIAL_TESTS_SAD_BOX_H

#include "tests/unit/ipsec_box.h"

#include "dataplane/ipsec/ipsec_local.h"

#define HUB   A(192, 0, 2, 1)
#define SPOKE A(192, 0, 2, 2)
#define THIRD A(192, 0, 2, 3)

static const struct ipsec_transform aes = {
    .proto = PROTO_ESP, .cipher = CIPHER_AES_CBC, .key_bits = 128, .auth = HASH_SHA1};

static inline struct box *hub_new(void)
{
    struct box *b = box_new(HUB, SPOKE);
    box_acl(b, ACL_PROTO_IP, A(10, 1, 0, 0), 0xFFFF, A(10, 2, 0, 0), 0xFFFF, false);
    return b;
}

/* A pair as quick mode would install it; spi_in 0: reserved first. */
static inline struct sa_pair_params pair_of(struct box *b, uint32_t spi_in, uint32_t spi_out, bool initiator)
{
    static const uint8_t key[128] = {1, 2, 3};
    struct ipsec_flow_info f;
    box_flow(b, &f);
    struct sa_pair_params p = {
        .policy = {.map = "CMAP",
                   .seq = 10,
                   .ifname = "Ethernet0/0",
                   .local = HUB,
                   .peer = SPOKE,
                   .local_sel = f.local_sel,
                   .remote_sel = f.remote_sel,
                   .transforms = {aes},
                   .ntransforms = 1,
                   .life_s = 3600,
                   .life_kb = 4608000,
                   .replay_window = 64},
        .spi_in = spi_in ? spi_in : sad_reserve_spi(b->ips, HUB, PROTO_ESP),
        .spi_out = spi_out,
        .initiator = initiator,
        .local_port = 500,
        .peer_port = 500,
        .key_in = key,
        .key_out = key,
        .key_len = sad_keymat_len(&aes),
    };
    return p;
}

static inline uint32_t install(struct box *b, uint32_t spi_in, uint32_t spi_out, bool initiator, bool enable)
{
    struct sa_pair_params p = pair_of(b, spi_in, spi_out, initiator);
    uint32_t id = sad_install(b->ips, &p);
    assert_int_not_equal(id, 0);
    if (enable)
        sad_enable_outbound(b->ips, id);
    return id;
}

/* A packet of the flow, out; the SPI it left with (0: it did not leave). */
static inline uint32_t send(struct box *b)
{
    uint8_t p[84] = {0x45, 0, 0, 84};
    p[8] = 64;
    p[9] = PROTO_ICMP;
    put32(p + 12, A(10, 1, 0, 1));
    put32(p + 16, A(10, 2, 0, 1));
    b->ngot = 0;
    box_put(b, STAGE_CRYPTO_OUT, p, sizeof p, false);
    return b->ngot && b->got[0].stage == STAGE_IP4_ROUTE ? get32(b->got[0].data + 20) : 0;
}

/* ESP to the hub with this SPI and nothing right behind it. */
static inline void stray(struct box *b, uint32_t src, uint32_t spi, bool udp)
{
    uint8_t p[112] = {0x45};
    uint32_t at = udp ? 28 : 20;
    put16(p + 2, (uint16_t)(at + 84));
    p[9] = udp ? PROTO_UDP : PROTO_ESP;
    put32(p + 12, src);
    put32(p + 16, HUB);
    if (udp)
        put16(p + 24, 92);
    put32(p + at, spi);
    put32(p + at + 4, 77);
    box_put(b, STAGE_ESP_IN, p, at + 84, udp);
}

static inline bool pair_by_id(struct box *b, uint32_t id, struct ipsec_pair_info *out)
{
    for (size_t at = 0; ipsec_pair_next(b->ips, 0, &at, out);)
        if (out->id == id)
            return true;
    return false;
}

#endif

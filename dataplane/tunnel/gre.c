/* gre.c: the GRE header read and written (RFC 2784 section 2, RFC 2890 section 2).
 *
 *   |C|.|K|S|  reserved, 0  | version |        protocol type         |
 *   |      checksum (with C)          |         reserved1            |
 *   |                          key (with K)                          |
 *   |                    sequence number (with S)                    |
 *
 * A receiver drops what has any of the bits 1 and 4-5 set (RFC 2784 section 2.3; K and S were bits of RFC 1701 that RFC
 * 2890 brought back), or another version: 1 is PPTP's. Bits 6-12 are ignored. The checksum is that of IPv4, over
 * header and payload. Nothing here knows tunnels. */
#include "dataplane/tunnel/gre.h"

#include "espial/buf.h"
#include "espial/ip.h"

enum {
    FLAG_SUM = 0x8000,
    FLAG_ROUTING = 0x4000,
    FLAG_KEY = 0x2000,
    FLAG_SEQ = 0x1000,
    FLAGS_REFUSED = FLAG_ROUTING | 0x0C00,
    VERSION = 7
};

uint32_t gre_size(const struct gre *h)
{
    return 4u + (h->has_sum ? 4u : 0) + (h->has_key ? 4u : 0) + (h->has_seq ? 4u : 0);
}

enum gre_answer gre_read(const uint8_t *b, size_t len, struct gre *out)
{
    *out = (struct gre){0};
    if (len < 4)
        return GRE_SHORT;
    uint16_t flags = get16(b);
    if (flags & (FLAGS_REFUSED | VERSION))
        return GRE_VERSION;
    out->has_sum = flags & FLAG_SUM;
    out->has_key = flags & FLAG_KEY;
    out->has_seq = flags & FLAG_SEQ;
    out->proto = get16(b + 2);
    out->len = gre_size(out);
    if (len < out->len)
        return GRE_SHORT;
    const uint8_t *at = b + 4 + (out->has_sum ? 4 : 0);
    if (out->has_key) {
        out->key = get32(at);
        at += 4;
    }
    if (out->has_seq)
        out->seq = get32(at);
    return out->has_sum && ip_cksum_fold(ip_cksum_add(0, b, len)) ? GRE_SUM : GRE_OK;
}

void gre_write(uint8_t *b, const struct gre *h, size_t payload)
{
    uint8_t *at = b + 4;

    put16(b, (uint16_t)((h->has_sum ? FLAG_SUM : 0) | (h->has_key ? FLAG_KEY : 0) | (h->has_seq ? FLAG_SEQ : 0)));
    put16(b + 2, h->proto);
    if (h->has_sum) {
        put32(at, 0);
        at += 4;
    }
    if (h->has_key) {
        put32(at, h->key);
        at += 4;
    }
    if (h->has_seq)
        put32(at, h->seq);
    if (h->has_sum)
        put16(b + 4, ip_cksum_fold(ip_cksum_add(0, b, gre_size(h) + payload)));
}

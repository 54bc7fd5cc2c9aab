/* gre.h: the GRE header (RFC 2784, RFC 2890). */
#ifndef DATAPLANE_TUNNEL_GRE_H
#define DATAPLANE_TUNNEL_GRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRE_HEADER_MAX 16
#define GRE_PROTO_IP4  0x0800
#define GRE_PROTO_NONE 0 /* a keepalive that came back: nothing inside */

struct gre {
    bool has_sum, has_key, has_seq;
    uint32_t key, seq;
    uint16_t proto;
    uint32_t len; /* bytes of the header */
};
enum gre_answer {
    GRE_OK,
    GRE_SHORT, /* cut within the header */
    GRE_VERSION, /* version is not 0, or routing is present (RFC 1701), or a reserved bit that may not be ignored is set */
    GRE_SUM,     /* the checksum is wrong */
};
/* Read the header at b; len: all that follows the IPv4 header. The checksum, when present, is proved over all of it. */
enum gre_answer gre_read(const uint8_t *b, size_t len, struct gre *out);
/* Bytes that this header takes (h->len is not looked at). */
uint32_t gre_size(const struct gre *h);
/* Write the header at b, in front of `payload` bytes that follow it; the checksum covers both. */
void gre_write(uint8_t *b, const struct gre *h, size_t payload);
#endif

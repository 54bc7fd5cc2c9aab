/* The inside of single payloads: identification (RFC 2407 section 4.6.2), notification (RFC 2408 section 3.14), delete
 * (3.15), configuration (draft-ietf-ipsec-isakmp-mode-cfg section 3.2) and the vendor ids that mean something to us.
 *
 * The readers check lengths against the payload and against what the type demands, and return places in the message,
 * never copies; the writers are their mirror. What a notification or an identity means is decided by the exchange that
 * carries it. */
#include <stdio.h>

#include "dataplane/ike/codec.h"
#include "espial/ip.h"
#include "espial/text.h"

enum codec_result codec_id(const struct payload *p, struct id_body *out)
{
    struct rd r = rd_of(p->body, p->len);

    out->type = rd_u8(&r);
    out->proto = rd_u8(&r);
    out->port = rd_u16(&r);
    if (r.bad)
        return CODEC_BODY;
    out->data = r.p;
    out->len = (uint16_t)r.left;
    switch (out->type) {
    case ID_IPV4_ADDR: return out->len == 4 ? CODEC_OK : CODEC_BODY;
    case ID_IPV4_SUBNET:
    case ID_IPV4_RANGE: return out->len == 8 ? CODEC_OK : CODEC_BODY;
    default: return out->len ? CODEC_OK : CODEC_BODY;
    }
}

enum codec_result codec_notify(const struct payload *p, struct notify_body *out)
{
    struct rd r = rd_of(p->body, p->len);

    out->doi = rd_u32(&r);
    out->proto = rd_u8(&r);
    out->spi_len = rd_u8(&r);
    out->type = rd_u16(&r);
    out->spi = rd_bytes(&r, out->spi_len);
    if (r.bad || out->spi_len > 16)
        return CODEC_BODY;
    out->data = r.p;
    out->len = (uint16_t)r.left;
    return CODEC_OK;
}

enum codec_result codec_delete(const struct payload *p, struct delete_body *out)
{
    struct rd r = rd_of(p->body, p->len);

    out->doi = rd_u32(&r);
    out->proto = rd_u8(&r);
    out->spi_len = rd_u8(&r);
    out->n = rd_u16(&r);
    if (r.bad || !out->n || !out->spi_len || out->spi_len > 16 || r.left != (size_t)out->n * out->spi_len)
        return CODEC_BODY;
    out->spis = r.p;
    return CODEC_OK;
}

enum codec_result codec_config(const struct payload *p, struct config_body *out)
{
    struct rd r = rd_of(p->body, p->len);

    out->type = rd_u8(&r);
    (void)rd_u8(&r);
    out->id = rd_u16(&r);
    out->attrs = r;
    return r.bad || !attrs_valid(r) ? CODEC_BODY : CODEC_OK;
}

void id_text(const struct id_body *id, char *out, size_t cap)
{
    size_t at = 0;

    if (id->type == ID_IPV4_ADDR) {
        str_copy(out, cap, IP4(get32(id->data)));
        return;
    }
    if (id->type == ID_IPV4_SUBNET || id->type == ID_IPV4_RANGE) {
        snprintf(out, cap, "%s%c%s", IP4(get32(id->data)), id->type == ID_IPV4_SUBNET ? '/' : '-',
                 IP4(get32(id->data + 4)));
        return;
    }
    bool words = id->type == ID_FQDN || id->type == ID_USER_FQDN;
    for (uint16_t i = 0; i < id->len; i++) {
        uint8_t c = id->data[i];
        if (words) {
            if (at + 2 > cap)
                break;
            out[at++] = c > 0x20 && c < 0x7F ? (char)c : '.';
        } else {
            if (at + 3 > cap)
                break;
            at += (size_t)snprintf(out + at, 3, "%02X", c);
        }
    }
    out[at] = '\0';
}

#define VID_MAX 20
static const struct {
    uint8_t len, match; /* bytes sent; bytes that decide */
    uint8_t b[VID_MAX];
} vids[VENDORS] = {
    [VENDOR_NATT_RFC3947] =
        {16, 16, {0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f}},
    [VENDOR_NATT_07] =
        {16, 16, {0x43, 0x9b, 0x59, 0xf8, 0xba, 0x67, 0x6c, 0x4c, 0x77, 0x37, 0xae, 0x22, 0xea, 0xb8, 0xf5, 0x82}},
    [VENDOR_NATT_03] =
        {16, 16, {0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d, 0x56}},
    [VENDOR_NATT_02] =
        {16, 16, {0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b, 0x1f}},
    [VENDOR_NATT_02_BARE] =
        {16, 16, {0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6, 0xa4, 0x48}},
    [VENDOR_DPD] = {16,
                    14,
                    {0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00}},
    [VENDOR_UNITY] = {16,
                      14,
                      {0x12, 0xf5, 0xf2, 0x8c, 0x45, 0x71, 0x68, 0xa9, 0x70, 0x2d, 0x9f, 0xe2, 0x74, 0xcc, 0x01, 0x00}},
    [VENDOR_XAUTH] = {8, 8, {0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12}},
    [VENDOR_ESPIAL] = {6, 6, {'e', 's', 'p', 'i', 'a', 'l'}},
    [VENDOR_FRAGMENTATION] = {20,
                              16,
                              {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2,
                               0xd3, 0x80}},
};

enum vendor codec_vendor(const struct payload *p)
{
    for (int v = VENDOR_OTHER + 1; v < VENDORS; v++)
        if (p->len >= vids[v].match && (p->len == vids[v].len || v == VENDOR_FRAGMENTATION) &&
            memcmp(p->body, vids[v].b, vids[v].match) == 0)
            return (enum vendor)v;
    return VENDOR_OTHER;
}

const uint8_t *vendor_bytes(enum vendor v, size_t *len)
{
    *len = vids[v].len;
    return vids[v].b;
}

void msg_id_bytes(struct msg_wr *m, uint8_t type, uint8_t proto, uint16_t port, const void *data, size_t len)
{
    msg_open(m, PL_ID);
    wr_u8(&m->w, type);
    wr_u8(&m->w, proto);
    wr_u16(&m->w, port);
    wr_bytes(&m->w, data, len);
    msg_close(m);
}

void msg_id_addr(struct msg_wr *m, uint8_t proto, uint16_t port, uint32_t addr)
{
    uint8_t b[4];

    put32(b, addr);
    msg_id_bytes(m, ID_IPV4_ADDR, proto, port, b, sizeof b);
}

void msg_id_subnet(struct msg_wr *m, uint8_t proto, uint16_t port, uint32_t addr, uint32_t mask)
{
    uint8_t b[8];

    put32(b, addr);
    put32(b + 4, mask);
    msg_id_bytes(m, ID_IPV4_SUBNET, proto, port, b, sizeof b);
}

void msg_notify(struct msg_wr *m, uint8_t proto, uint16_t type, const void *spi, uint8_t spi_len, const void *data,
                size_t len)
{
    msg_open(m, PL_NOTIFY);
    wr_u32(&m->w, 1);
    wr_u8(&m->w, proto);
    wr_u8(&m->w, spi_len);
    wr_u16(&m->w, type);
    if (spi_len)
        wr_bytes(&m->w, spi, spi_len);
    if (len)
        wr_bytes(&m->w, data, len);
    msg_close(m);
}

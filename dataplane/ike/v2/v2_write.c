/* IKEv2 messages as bytes, outwards (RFC 7296 section 3): a header and a chain of payloads, or a chain alone that
 * v2_sk.c seals later.
 *
 * A payload is opened, written and closed; opening one writes its type where the payload before it, or the header, says
 * what follows. The buffer is bounded: an overflow is remembered and v2_end gives 0. The first payload of an inner
 * chain has nobody before it: its type is kept in m->first. */
#include "dataplane/ike/v2/v2_codec.h"

#define NOWHERE SIZE_MAX

void v2_begin(struct v2_wr *m, void *buf, size_t cap, const struct v2_hdr *h)
{
    *m = (struct v2_wr){.w = wr_of(buf, cap), .base = buf};
    wr_bytes(&m->w, h->ispi, 8);
    wr_bytes(&m->w, h->rspi, 8);
    m->next_at = m->w.len;
    wr_u8(&m->w, V2_NONE);
    wr_u8(&m->w, 0x20);
    wr_u8(&m->w, h->exchange);
    wr_u8(&m->w, h->flags);
    wr_u32(&m->w, h->mid);
    wr_u32(&m->w, 0);
}

void v2_begin_inner(struct v2_wr *m, void *buf, size_t cap)
{
    *m = (struct v2_wr){.w = wr_of(buf, cap), .next_at = NOWHERE, .first = V2_NONE};
}

void v2_open(struct v2_wr *m, uint8_t type)
{
    if (m->next_at == NOWHERE)
        m->first = type;
    else if (!m->w.bad)
        m->w.base[m->next_at] = type;
    m->open_at = m->next_at = m->w.len;
    wr_u8(&m->w, V2_NONE);
    wr_u8(&m->w, 0);
    wr_u16(&m->w, 0);
}

void v2_close(struct v2_wr *m)
{
    if (!m->w.bad)
        wr_put16(&m->w, m->open_at + 2, (uint16_t)(m->w.len - m->open_at));
}

void v2_put(struct v2_wr *m, uint8_t type, const void *body, size_t len)
{
    v2_open(m, type);
    if (len)
        wr_bytes(&m->w, body, len);
    v2_close(m);
}

size_t v2_end(struct v2_wr *m)
{
    if (m->w.bad)
        return 0;
    if (m->base) /* an inner chain has no header */
        wr_put32(&m->w, 24, (uint32_t)m->w.len);
    return m->w.len;
}

void v2_put_ke(struct v2_wr *m, uint16_t group, const void *p, size_t len)
{
    v2_open(m, V2_KE);
    wr_u16(&m->w, group);
    wr_u16(&m->w, 0);
    wr_bytes(&m->w, p, len);
    v2_close(m);
}

void v2_put_notify(struct v2_wr *m, uint8_t proto, uint16_t type, const void *spi, uint8_t spi_len, const void *data,
                   size_t len)
{
    v2_open(m, V2_NOTIFY);
    wr_u8(&m->w, proto);
    wr_u8(&m->w, spi_len);
    wr_u16(&m->w, type);
    if (spi_len)
        wr_bytes(&m->w, spi, spi_len);
    if (len)
        wr_bytes(&m->w, data, len);
    v2_close(m);
}

void v2_put_delete(struct v2_wr *m, uint8_t proto, uint8_t spi_len, const void *spis, unsigned n)
{
    v2_open(m, V2_DELETE);
    wr_u8(&m->w, proto);
    wr_u8(&m->w, spi_len);
    wr_u16(&m->w, (uint16_t)n);
    if (n && spi_len)
        wr_bytes(&m->w, spis, (size_t)n * spi_len);
    v2_close(m);
}

void v2_put_ts(struct v2_wr *m, uint8_t type, const struct v2_ts *v, unsigned n)
{
    v2_open(m, type);
    wr_u8(&m->w, (uint8_t)n);
    wr_zero(&m->w, 3);
    for (unsigned i = 0; i < n; i++) {
        wr_u8(&m->w, 7); /* TS_IPV4_ADDR_RANGE */
        wr_u8(&m->w, v[i].proto);
        wr_u16(&m->w, 16);
        wr_u16(&m->w, v[i].port_lo);
        wr_u16(&m->w, v[i].port_hi);
        wr_u32(&m->w, v[i].lo);
        wr_u32(&m->w, v[i].hi);
    }
    v2_close(m);
}

void v2_put_id(struct v2_wr *m, uint8_t type, uint8_t id_type, const void *id, size_t len)
{
    v2_open(m, type);
    wr_u8(&m->w, id_type);
    wr_zero(&m->w, 3);
    if (len)
        wr_bytes(&m->w, id, len);
    v2_close(m);
}

/* ISAKMP messages as bytes: the 28-byte header and the chain of payloads (RFC 2408 sections 3.1, 3.2), in both
 * directions.
 *
 * Reading is done in two steps. The first walks the whole message and checks every length against what is really there;
 * it looks at no meaning and stores only places. The second (codec_sa.c, codec_body.c) looks into one payload. A
 * message whose outside is wrong is never looked into. Writing goes through bounded buffers of buf.h, which remember an
 * overflow until msg_end.
 *
 * What it does not do: keys, states, policy. The header's length must be the datagram's exactly: ISAKMP over UDP has no
 * trailing bytes, and cipher padding lies inside. */
#include "dataplane/ike/codec.h"

const char *codec_result_text(enum codec_result r)
{
    static const char *const text[] = {"ok",
                                       "length",
                                       "version",
                                       "reserved not zero",
                                       "malformed payload",
                                       "malformed payload body",
                                       "too many payloads"};
    return text[r];
}

enum codec_result codec_header(const uint8_t *p, size_t len, struct isakmp_hdr *h)
{
    if (len < ISAKMP_HDR)
        return CODEC_LENGTH;
    if (p[17] != 0x10) /* nor one of a minor version above ours (RFC 2408 section 3.1) */
        return CODEC_VERSION;
    if (len > ISAKMP_MSG_MAX)
        return CODEC_LENGTH;
    memcpy(h->icookie, p, COOKIE_LEN);
    memcpy(h->rcookie, p + 8, COOKIE_LEN);
    h->next = p[16];
    h->version = p[17];
    h->exchange = p[18];
    h->flags = p[19];
    h->mid = get32(p + 20);
    h->length = get32(p + 24);
    if (h->length != len)
        return CODEC_LENGTH;
    return CODEC_OK;
}

/* Types that RFC 2408, 3947 and private use define; anything else is not ISAKMP. */
static bool known_type(uint8_t type)
{
    return (type >= PL_SA && type <= PL_ATTR) || type == PL_NAT_D || type == PL_NAT_OA || type >= PL_PRIVATE;
}

enum codec_result codec_payloads(uint8_t first, const uint8_t *p, size_t len, bool padded, struct payloads *out)
{
    struct rd r = rd_of(p, len);
    uint8_t type = first;

    out->n = 0;
    out->used = 0;
    while (type != PL_NONE) {
        if (!known_type(type))
            return CODEC_PAYLOAD;
        if (out->n == PAYLOADS_MAX)
            return CODEC_TOO_MANY;
        const uint8_t *raw = r.p;
        uint8_t next = rd_u8(&r), reserved = rd_u8(&r);
        uint16_t plen = rd_u16(&r);
        if (r.bad || plen < 4)
            return CODEC_PAYLOAD;
        if (reserved)
            return CODEC_RESERVED;
        const uint8_t *body = rd_bytes(&r, (size_t)plen - 4);
        if (!body)
            return CODEC_PAYLOAD;
        out->v[out->n++] = (struct payload){.type = type, .body = body, .len = (uint16_t)(plen - 4), .raw = raw};
        type = next;
    }
    out->used = len - r.left;
    if (r.left && !padded)
        return CODEC_LENGTH;
    return CODEC_OK;
}

unsigned payload_count(const struct payloads *ps, uint8_t type)
{
    unsigned n = 0;

    for (unsigned i = 0; i < ps->n; i++)
        n += ps->v[i].type == type;
    return n;
}

const struct payload *payload_nth(const struct payloads *ps, uint8_t type, unsigned nth)
{
    for (unsigned i = 0; i < ps->n; i++)
        if (ps->v[i].type == type && nth-- == 0)
            return &ps->v[i];
    return NULL;
}

const struct payload *payload_one(const struct payloads *ps, uint8_t type)
{
    return payload_count(ps, type) == 1 ? payload_nth(ps, type, 0) : NULL;
}

void msg_begin(struct msg_wr *m, void *buf, size_t cap, const struct isakmp_hdr *h)
{
    m->w = wr_of(buf, cap);
    m->open_at = 0;
    wr_bytes(&m->w, h->icookie, COOKIE_LEN);
    wr_bytes(&m->w, h->rcookie, COOKIE_LEN);
    m->next_at = m->w.len;
    wr_u8(&m->w, PL_NONE);
    wr_u8(&m->w, 0x10);
    wr_u8(&m->w, h->exchange);
    wr_u8(&m->w, h->flags);
    wr_u32(&m->w, h->mid);
    wr_u32(&m->w, 0);
}

void msg_open(struct msg_wr *m, uint8_t type)
{
    if (!m->w.bad)
        m->w.base[m->next_at] = type;
    m->open_at = m->next_at = m->w.len;
    wr_u8(&m->w, PL_NONE);
    wr_u8(&m->w, 0);
    wr_u16(&m->w, 0);
}

void msg_close(struct msg_wr *m)
{
    if (!m->w.bad)
        wr_put16(&m->w, m->open_at + 2, (uint16_t)(m->w.len - m->open_at));
}

void msg_payload(struct msg_wr *m, uint8_t type, const void *body, size_t len)
{
    msg_open(m, type);
    wr_bytes(&m->w, body, len);
    msg_close(m);
}

size_t msg_end(struct msg_wr *m, size_t block)
{
    size_t over = (m->w.len - ISAKMP_HDR) % block;

    if (over)
        wr_zero(&m->w, block - over);
    if (m->w.bad)
        return 0;
    wr_put32(&m->w, 24, (uint32_t)m->w.len);
    return m->w.len;
}

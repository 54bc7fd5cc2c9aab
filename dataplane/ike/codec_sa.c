/* The security association payload (RFC 2408 sections 3.3-3.6, RFC 2407 section 4.6.1): proposals, their transforms,
 * and the attributes of those, as bytes.
 *
 * Only the DOI IPSEC with the situation SIT_IDENTITY_ONLY is taken. codec_sa checks every nested length, the counts and
 * the chaining ("more" bytes 2, 3 and 0), and flattens the tree into a bounded array of transforms. A proposal without
 * any (a peer none of whose algorithms IKEv1 can say sends that) adds nothing. It does not know what an attribute
 * means: that is propose.c. A proposal number that occurs twice (AH and ESP together) is marked on its
 * transforms. */
#include "dataplane/ike/codec.h"

bool attrs_valid(struct rd r)
{
    while (r.left) {
        uint16_t type = rd_u16(&r), v = rd_u16(&r);
        if (!(type & 0x8000))
            rd_bytes(&r, v);
        if (r.bad)
            return false;
    }
    return true;
}

bool attr_next(struct rd *r, struct attr *out)
{
    if (!r->left)
        return false;
    uint16_t type = rd_u16(r), v = rd_u16(r);
    *out = (struct attr){.type = type & 0x7FFF, .basic = type & 0x8000};
    if (out->basic) {
        out->value = v;
        return !r->bad;
    }
    out->len = v;
    out->data = rd_bytes(r, v);
    if (!out->data)
        return false;
    uint64_t n = 0;
    for (uint16_t i = 0; i < v && n <= UINT32_MAX; i++)
        n = n << 8 | out->data[i];
    out->value = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
    return true;
}

static enum codec_result read_transforms(struct rd *r, const struct sa_transform *like, unsigned count,
                                         struct sa_body *out)
{
    for (unsigned i = 0; i < count; i++) {
        bool last = i + 1 == count;
        uint8_t next = rd_u8(r), reserved = rd_u8(r);
        uint16_t len = rd_u16(r);
        if (r->bad || len < 8 || next != (last ? PL_NONE : PL_TRANSFORM))
            return CODEC_BODY;
        if (reserved)
            return CODEC_RESERVED;
        struct rd body = rd_sub(r, (size_t)len - 4);
        if (r->bad)
            return CODEC_BODY;
        if (out->n == SA_TRANSFORMS_MAX)
            return CODEC_TOO_MANY;
        struct sa_transform *t = &out->v[out->n++];
        *t = *like;
        t->number = rd_u8(&body);
        t->id = rd_u8(&body);
        if (rd_u16(&body))
            return CODEC_RESERVED;
        if (!attrs_valid(body))
            return CODEC_BODY;
        t->attrs = body;
    }
    return r->left ? CODEC_BODY : CODEC_OK;
}

enum codec_result codec_sa(const struct payload *sa, struct sa_body *out)
{
    struct rd r = rd_of(sa->body, sa->len);
    bool more = true;

    out->n = 0;
    if (rd_u32(&r) != 1 || rd_u32(&r) != 1 || r.bad)
        return CODEC_BODY;
    while (more) {
        uint8_t next = rd_u8(&r), reserved = rd_u8(&r);
        uint16_t len = rd_u16(&r);
        if (r.bad || len < 8 || (next != PL_NONE && next != PL_PROPOSAL))
            return CODEC_BODY;
        if (reserved)
            return CODEC_RESERVED;
        struct rd body = rd_sub(&r, (size_t)len - 4);
        if (r.bad)
            return CODEC_BODY;
        struct sa_transform like = {0};
        like.proposal = rd_u8(&body);
        like.protocol = rd_u8(&body);
        like.spi_len = rd_u8(&body);
        unsigned count = rd_u8(&body);
        const uint8_t *spi = rd_bytes(&body, like.spi_len);
        if (body.bad || like.spi_len > sizeof like.spi)
            return CODEC_BODY;
        memcpy(like.spi, spi, like.spi_len);
        for (unsigned i = 0; i < out->n; i++)
            if (out->v[i].proposal == like.proposal)
                out->v[i].bundle = like.bundle = true;
        enum codec_result res = read_transforms(&body, &like, count, out);
        if (res != CODEC_OK)
            return res;
        more = next == PL_PROPOSAL;
    }
    return r.left ? CODEC_BODY : CODEC_OK;
}

void msg_sa_open(struct msg_wr *m)
{
    msg_open(m, PL_SA);
    wr_u32(&m->w, 1);
    wr_u32(&m->w, 1);
}

size_t msg_proposal_open(struct msg_wr *m, bool more, uint8_t number, uint8_t protocol, const void *spi,
                         uint8_t spi_len, uint8_t ntransforms)
{
    size_t at = m->w.len;

    wr_u8(&m->w, more ? PL_PROPOSAL : PL_NONE);
    wr_u8(&m->w, 0);
    wr_u16(&m->w, 0);
    wr_u8(&m->w, number);
    wr_u8(&m->w, protocol);
    wr_u8(&m->w, spi_len);
    wr_u8(&m->w, ntransforms);
    if (spi_len)
        wr_bytes(&m->w, spi, spi_len);
    return at;
}

void msg_proposal_close(struct msg_wr *m, size_t at)
{
    if (!m->w.bad)
        wr_put16(&m->w, at + 2, (uint16_t)(m->w.len - at));
}

size_t msg_transform_open(struct msg_wr *m, bool more, uint8_t number, uint8_t id)
{
    size_t at = m->w.len;

    wr_u8(&m->w, more ? PL_TRANSFORM : PL_NONE);
    wr_u8(&m->w, 0);
    wr_u16(&m->w, 0);
    wr_u8(&m->w, number);
    wr_u8(&m->w, id);
    wr_u16(&m->w, 0);
    return at;
}

void msg_transform_close(struct msg_wr *m, size_t at)
{
    msg_proposal_close(m, at);
}

void msg_attr(struct msg_wr *m, uint16_t type, uint32_t value)
{
    if (value <= UINT16_MAX) {
        wr_u16(&m->w, type | 0x8000);
        wr_u16(&m->w, (uint16_t)value);
    } else {
        wr_u16(&m->w, type);
        wr_u16(&m->w, 4);
        wr_u32(&m->w, value);
    }
}

/* The security association payload of IKEv2 (RFC 7296 section 3.3) as bytes, inwards: proposals, their transforms, and
 * the one attribute there is.
 *
 * Every nested length, every count and every "last" byte is held against what is really there; the tree becomes two
 * bounded arrays. A transform with an attribute other than a key length, or with two key lengths, is marked strange:
 * it must not be chosen, but spoils no other. Reserved fields are not looked at. What transforms mean and whether their
 * set makes sense is v2_propose.c's business. */
#include "dataplane/ike/v2/v2_codec.h"

enum { ATTR_KEY_LENGTH = 14, ATTR_TV = 0x8000, MORE_PROPOSALS = 2, MORE_TRANSFORMS = 3 };

static bool read_attributes(struct rd *r, struct v2_transform *t)
{
    while (r->left) {
        uint16_t type = rd_u16(r), v = rd_u16(r);
        if (type == (ATTR_KEY_LENGTH | ATTR_TV) && !t->key_bits && v)
            t->key_bits = v;
        else
            t->strange = true;
        if (!(type & ATTR_TV))
            rd_bytes(r, v);
        if (r->bad)
            return false;
    }
    return true;
}

static enum codec_result read_transforms(struct rd *r, unsigned count, struct v2_sa_body *out)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t more = rd_u8(r);
        rd_u8(r);
        uint16_t len = rd_u16(r);
        if (r->bad || len < 8 || more != (i + 1 < count ? MORE_TRANSFORMS : 0))
            return CODEC_BODY;
        struct rd body = rd_sub(r, (size_t)len - 4);
        if (r->bad)
            return CODEC_BODY;
        if (out->nt == V2_SA_TRANSFORMS_MAX)
            return CODEC_TOO_MANY;
        struct v2_transform *t = &out->t[out->nt++];
        *t = (struct v2_transform){.type = rd_u8(&body)};
        rd_u8(&body);
        t->id = rd_u16(&body);
        if (!read_attributes(&body, t))
            return CODEC_BODY;
    }
    return r->left ? CODEC_BODY : CODEC_OK;
}

enum codec_result v2_sa(const struct v2_payload *p, struct v2_sa_body *out)
{
    struct rd r = rd_of(p->body, p->len);
    bool more = true;

    out->n = out->nt = 0;
    while (more) {
        uint8_t last = rd_u8(&r);
        rd_u8(&r);
        uint16_t len = rd_u16(&r);
        if (r.bad || len < 8 || (last != 0 && last != MORE_PROPOSALS))
            return CODEC_BODY;
        struct rd body = rd_sub(&r, (size_t)len - 4);
        if (r.bad)
            return CODEC_BODY;
        if (out->n == V2_SA_PROPOSALS_MAX)
            return CODEC_TOO_MANY;
        struct v2_sa_proposal *v = &out->v[out->n++];
        *v = (struct v2_sa_proposal){.number = rd_u8(&body), .protocol = rd_u8(&body), .spi_len = rd_u8(&body)};
        unsigned count = rd_u8(&body);
        const uint8_t *spi = rd_bytes(&body, v->spi_len);
        if (body.bad || v->spi_len > sizeof v->spi)
            return CODEC_BODY;
        memcpy(v->spi, spi, v->spi_len);
        v->first = (uint16_t)out->nt;
        v->n = (uint16_t)count;
        enum codec_result res = read_transforms(&body, count, out);
        if (res != CODEC_OK)
            return res;
        more = last == MORE_PROPOSALS;
    }
    return r.left ? CODEC_BODY : CODEC_OK;
}

/* Traffic selectors (RFC 7296 sections 2.9 and 3.13): the payload as bytes, and what a range and one of our selectors
 * (a subnet, one protocol or any, one port or any) have in common.
 *
 * Ranges that no selector of ours can meet are skipped and counted: IPv6, types of later RFCs, ranges that end before
 * they begin (OPAQUE ports among them), and those beyond V2_TS_MAX. A payload with no selector at all is malformed.
 * Narrowing gives the greatest single selector inside both: of a range that is not a subnet the largest aligned block,
 * of a range of ports its first. */
#include "dataplane/ike/v2/v2_codec.h"
#include "dataplane/ipsec/sad.h"

enum { TS_IPV4_ADDR_RANGE = 7, TS_IPV4_LEN = 16 };

enum codec_result v2_tsb(const struct v2_payload *p, struct v2_ts_body *out)
{
    struct rd r = rd_of(p->body, p->len);
    unsigned count = rd_u8(&r);

    rd_bytes(&r, 3);
    out->n = out->skipped = 0;
    if (r.bad || !count)
        return CODEC_BODY;
    for (unsigned i = 0; i < count; i++) {
        uint8_t type = rd_u8(&r), proto = rd_u8(&r);
        uint16_t len = rd_u16(&r);
        if (r.bad || len < 4)
            return CODEC_BODY;
        struct rd body = rd_sub(&r, (size_t)len - 4);
        if (r.bad || (type == TS_IPV4_ADDR_RANGE && len != TS_IPV4_LEN))
            return CODEC_BODY;
        struct v2_ts t = {.proto = proto};
        if (type == TS_IPV4_ADDR_RANGE) {
            t.port_lo = rd_u16(&body);
            t.port_hi = rd_u16(&body);
            t.lo = rd_u32(&body);
            t.hi = rd_u32(&body);
        }
        if (type != TS_IPV4_ADDR_RANGE || t.port_lo > t.port_hi || t.lo > t.hi || out->n == V2_TS_MAX)
            out->skipped++;
        else
            out->v[out->n++] = t;
    }
    return r.left ? CODEC_BODY : CODEC_OK;
}

void v2_ts_of(const struct selector *s, struct v2_ts *out)
{
    *out = (struct v2_ts){
        .proto = s->proto,
        .port_lo = s->port,
        .port_hi = s->port ? s->port : UINT16_MAX,
        .lo = s->addr & s->mask,
        .hi = (s->addr & s->mask) | ~s->mask,
    };
}

/* The largest aligned power-of-two block inside lo..hi that has `at` in it; NULL: the lower one of two. */
static void greatest_block(uint32_t lo, uint32_t hi, const uint32_t *at, uint32_t *addr, uint32_t *mask)
{
    for (unsigned len = 0; len <= 32; len++) {
        uint64_t size = 1ull << (32 - len);
        uint64_t first = (at ? *at : (uint64_t)lo + size - 1) / size * size;
        if (first >= lo && first + size - 1 <= hi) {
            *addr = (uint32_t)first;
            *mask = ip4_mask(len);
            return;
        }
    }
}

static bool common_ports(const struct v2_ts *a, const struct v2_ts *b, uint16_t *port)
{
    uint16_t lo = a->port_lo > b->port_lo ? a->port_lo : b->port_lo;
    uint16_t hi = a->port_hi < b->port_hi ? a->port_hi : b->port_hi;

    if (lo == 0 && hi == UINT16_MAX) {
        *port = 0;
        return true;
    }
    *port = lo ? lo : 1; /* a selector cannot say port 0 alone */
    return *port <= hi;
}

bool v2_ts_narrow(const struct v2_ts *ts, const struct selector *within, struct selector *out, bool *exact)
{
    struct v2_ts w, got;

    v2_ts_of(within, &w);
    uint32_t lo = ts->lo > w.lo ? ts->lo : w.lo, hi = ts->hi < w.hi ? ts->hi : w.hi;
    if (lo > hi || (ts->proto && within->proto && ts->proto != within->proto))
        return false;
    *out = (struct selector){.proto = within->proto ? within->proto : ts->proto};
    if (!common_ports(ts, &w, &out->port))
        return false;
    if (ip4_mask_len(within->mask) < 0) { /* a mask with holes: all of it or nothing */
        if (lo != w.lo || hi != w.hi)
            return false;
        out->addr = within->addr & within->mask;
        out->mask = within->mask;
    } else {
        greatest_block(lo, hi, NULL, &out->addr, &out->mask);
    }
    v2_ts_of(out, &got);
    if (exact)
        *exact = got.proto == ts->proto && got.port_lo == ts->port_lo && got.port_hi == ts->port_hi &&
                 got.lo == ts->lo && got.hi == ts->hi && ip4_mask_len(out->mask) >= 0;
    return true;
}

bool v2_ts_around(const struct v2_ts *ts, uint8_t proto, uint32_t addr, uint16_t port, struct selector *out)
{
    bool all = ts->port_lo == 0 && ts->port_hi == UINT16_MAX;

    if (addr < ts->lo || addr > ts->hi || (ts->proto && ts->proto != proto) ||
        (!all && port && (port < ts->port_lo || port > ts->port_hi)))
        return false;
    *out = (struct selector){.proto = ts->proto};
    if (!all)
        out->port = port ? port : ts->port_lo ? ts->port_lo : 1;
    greatest_block(ts->lo, ts->hi, &addr, &out->addr, &out->mask);
    return true;
}

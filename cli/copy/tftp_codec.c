/* tftp_codec.c: TFTP on the wire.
 *
 *     RRQ/WRQ  | 1/2 | name 0 | "octet" 0 | option 0 | value 0 | ...       RFC 1350 section 5, RFC 2347
 *     DATA     | 3 | block | bytes |                    ACK   | 4 | block |
 *     ERROR    | 5 | code | text 0 |                    OACK  | 6 | option 0 | value 0 | ...
 *
 * Options: blksize (RFC 2348), tsize (RFC 2349). A server may answer only with what was asked for, and every value is a plain decimal number; what else comes is
 * no packet. The text of an ERROR is another machine's and is not read. */
#include "cli/copy/tftp_codec.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "espial/buf.h"
#include "espial/text.h"

/* The next NUL-ended text of at most cap-1 bytes. */
static bool text_of(struct rd *r, char *out, size_t cap)
{
    size_t n = 0;
    while (r->left) {
        uint8_t c = rd_u8(r);
        if (n == cap)
            return false;
        out[n++] = (char)c;
        if (!c)
            return true;
    }
    return false;
}

static bool options(struct rd *r, struct tftp_packet *out)
{
    while (r->left) {
        char name[16], value[24];
        uint64_t v;
        if (!text_of(r, name, sizeof name) || !text_of(r, value, sizeof value))
            return false;
        if (!strcasecmp(name, "blksize") && !out->has_block && str_uint(value, TFTP_BLOCK_MIN, TFTP_BLOCK_MAX, &v)) {
            out->has_block = true;
            out->block = (uint16_t)v;
        } else if (!strcasecmp(name, "tsize") && !out->has_size && str_uint(value, 0, UINT64_MAX - 1, &v)) {
            out->has_size = true;
            out->size = v;
        } else {
            return false;
        }
    }
    return true;
}

bool tftp_decode(const uint8_t *p, size_t len, struct tftp_packet *out)
{
    struct rd r = rd_of(p, len);
    *out = (struct tftp_packet){.op = rd_u16(&r)};
    switch (out->op) {
    case TFTP_DATA:
        out->number = rd_u16(&r);
        out->len = r.left;
        out->data = rd_bytes(&r, r.left);
        return !r.bad;
    case TFTP_ACK:
    case TFTP_ERROR: out->number = rd_u16(&r); return !r.bad;
    case TFTP_OACK: return !r.bad && options(&r, out);
    case TFTP_RRQ:
    case TFTP_WRQ: break;
    }
    return false;
}

static void put_text(struct wr *w, const char *s)
{
    wr_bytes(w, s, strlen(s) + 1);
}

size_t tftp_request(uint8_t *out, size_t cap, enum tftp_op op, const char *name, uint16_t block, uint64_t size)
{
    struct wr w = wr_of(out, cap);
    char value[24];
    wr_u16(&w, (uint16_t)op);
    put_text(&w, name);
    put_text(&w, "octet");
    if (block) {
        snprintf(value, sizeof value, "%u", block);
        put_text(&w, "blksize");
        put_text(&w, value);
    }
    if (size != UINT64_MAX) {
        snprintf(value, sizeof value, "%llu", (unsigned long long)size);
        put_text(&w, "tsize");
        put_text(&w, value);
    }
    return w.bad ? 0 : w.len;
}

size_t tftp_ack(uint8_t out[TFTP_HEADER], uint16_t number)
{
    put16(out, TFTP_ACK);
    put16(out + 2, number);
    return TFTP_HEADER;
}

size_t tftp_error(uint8_t *out, size_t cap, enum tftp_error code, const char *text)
{
    struct wr w = wr_of(out, cap);
    wr_u16(&w, TFTP_ERROR);
    wr_u16(&w, (uint16_t)code);
    put_text(&w, text);
    return w.bad ? 0 : w.len;
}

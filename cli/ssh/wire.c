/* wire.c: the fields of the frames between a router and the child of an SSH connection (see wire.h), and base64, in which SSH keys are written.
 *
 * They are buf.h's readers and writers with SSH's texts added: one that went bad stays so, and the callers look once, at the end. Nothing here allocates but
 * base64_encode's text. */
#include "cli/ssh/wire.h"

#include <string.h>

#include "espial/text.h"

void sshd_write_start(struct sshd_writer *w, enum sshd_frame f)
{
    w->wr = wr_of(w->b, sizeof w->b);
    wr_u8(&w->wr, (uint8_t)f);
}

void sshd_write_bytes(struct sshd_writer *w, const void *bytes, size_t len)
{
    wr_u32(&w->wr, (uint32_t)len);
    wr_bytes(&w->wr, bytes, len);
}

void sshd_write_text(struct sshd_writer *w, const char *s)
{
    sshd_write_bytes(w, s, strlen(s));
}

const uint8_t *sshd_read_bytes(struct rd *r, size_t *len)
{
    *len = rd_u32(r);
    const uint8_t *p = rd_bytes(r, *len);
    if (!p) {
        *len = 0;
        return (const uint8_t *)"";
    }
    return p;
}

void sshd_read_text(struct rd *r, char *out, size_t cap)
{
    size_t len;
    const uint8_t *p = sshd_read_bytes(r, &len);
    out[0] = '\0';
    if (len >= cap || memchr(p, '\0', len)) {
        r->bad = true;
        return;
    }
    memcpy(out, p, len);
    out[len] = '\0';
}

bool sshd_read_ended(const struct rd *r)
{
    return !r->bad && r->left == 0;
}

/* ---- base64 ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_decode(const char *s, size_t len, uint8_t *out, size_t cap)
{
    uint32_t bits = 0;
    unsigned have = 0, pads = 0;
    size_t n = 0, chars = 0;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n')
            continue;
        chars++;
        if (s[i] == '=') {
            pads++;
            continue;
        }
        const char *d = s[i] ? strchr(digits, s[i]) : NULL;
        if (!d || pads)
            return 0;
        bits = bits << 6 | (uint32_t)(d - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            if (n == cap)
                return 0;
            out[n++] = (uint8_t)(bits >> have);
        }
    }
    if (pads > 2 || (pads && chars % 4) || (!pads && chars % 4 == 1) || (bits & ((1u << have) - 1)))
        return 0;
    return n;
}

void base64_encode(const void *p, size_t len, size_t width, struct text *out)
{
    const uint8_t *b = p;
    size_t column = 0;
    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        uint32_t v = (uint32_t)b[i] << 16 | (n > 1 ? (uint32_t)b[i + 1] << 8 : 0) | (n > 2 ? b[i + 2] : 0);
        char four[4] = {digits[v >> 18], digits[v >> 12 & 63], n > 1 ? digits[v >> 6 & 63] : '=',
                        n > 2 ? digits[v & 63] : '='};
        for (int k = 0; k < 4; k++) {
            if (width && column == width) {
                text_addn(out, "\n", 1);
                column = 0;
            }
            text_addn(out, &four[k], 1);
            column++;
        }
    }
}

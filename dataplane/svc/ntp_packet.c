/* ntp_packet.c: the NTP header (RFC 5905 section 7.3) to and from bytes, and its timestamps (section 6).
 *
 * Timestamps are compared by differences modulo 2^64, so the era's end in 2036 is like any other moment. Root delay and dispersion are 16.16 bits of seconds.
 * Extension fields and a MAC may follow the 48 bytes; without keys there is nothing to be learnt from them. */
#include <math.h>

#include "dataplane/svc/ntp_local.h"
#include "espial/buf.h"

#define EPOCH INT64_C(2208988800) /* 1970 in seconds since 1900 */

uint64_t ntp_stamp(int64_t wall_us)
{
    int64_t s = wall_us / 1000000, us = wall_us % 1000000;
    if (us < 0) {
        us += 1000000;
        s--;
    }
    return (uint64_t)(s + EPOCH) << 32 | ((uint64_t)us << 32) / 1000000;
}

double ntp_diff(uint64_t a, uint64_t b)
{
    return (double)(int64_t)(a - b) / 4294967296.0;
}

int64_t ntp_to_wall(const struct ntp *n, uint64_t stamp)
{
    if (stamp == 0)
        return -EPOCH * 1000000;
    int64_t now = clock_wall(n->env.clock);
    return now + (int64_t)llround(ntp_diff(stamp, ntp_stamp(now)) * 1e6);
}

static void put64(uint8_t *p, uint64_t v)
{
    put32(p, (uint32_t)(v >> 32));
    put32(p + 4, (uint32_t)v);
}

static uint64_t get64(const uint8_t *p)
{
    return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static uint32_t short_of(double seconds)
{
    return seconds <= 0 ? 0 : seconds >= 65535 ? UINT32_MAX : (uint32_t)ceil(seconds * 65536.0);
}

void ntp_encode(const struct ntp_packet *p, uint8_t out[NTP_PACKET])
{
    out[0] = (uint8_t)(p->leap << 6 | p->version << 3 | p->mode);
    out[1] = p->stratum >= NTP_STRATUM_MAX ? 0 : p->stratum;
    out[2] = p->poll;
    out[3] = (uint8_t)p->precision;
    put32(out + 4, short_of(p->root_delay));
    put32(out + 8, short_of(p->root_disp));
    put32(out + 12, p->refid);
    put64(out + 16, p->reftime);
    put64(out + 24, p->org);
    put64(out + 32, p->rec);
    put64(out + 40, p->xmt);
}

bool ntp_decode(const uint8_t *d, size_t len, struct ntp_packet *p)
{
    if (len < NTP_PACKET)
        return false;
    *p = (struct ntp_packet){
        .leap = d[0] >> 6,
        .version = d[0] >> 3 & 7,
        .mode = d[0] & 7,
        .stratum = d[1],
        .poll = d[2],
        .precision = (int8_t)d[3],
        .root_delay = get32(d + 4) / 65536.0,
        .root_disp = get32(d + 8) / 65536.0,
        .refid = get32(d + 12),
        .reftime = get64(d + 16),
        .org = get64(d + 24),
        .rec = get64(d + 32),
        .xmt = get64(d + 40),
    };
    return p->version >= 1 && p->version <= 4;
}

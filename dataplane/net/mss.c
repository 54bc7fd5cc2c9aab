/* mss.c: ip tcp adjust-mss: the greatest segment that two hosts agree on kept small enough for the way between them.
 *
 * A TCP segment with SYN that comes in or leaves by an interface with the line, whole or the first piece, and whose MSS
 * option (RFC 9293 section 3.2) names more than the line does, is made to name that much; the checksum follows (RFC
 * 1624). Nothing else of TCP is looked at: a segment without the option, or one that is cut or malformed, passes as it
 * is. The router's own TCP is none of this floor's. */
#include "dataplane/net/net_local.h"

enum { TCP_HEADER = 20, TCP_SYN = 2, OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, MSS_LEN = 4 };

/* A 16-bit field at an even or odd place, as the checksum adds it. */
static uint16_t term(size_t at, uint16_t v)
{
    return at % 2 ? (uint16_t)((v & 0xFF) << 8 | v >> 8) : v;
}

static void lower(uint8_t *tcp, size_t at, uint16_t mss)
{
    ip_cksum_follow(tcp + 16, term(at, get16(tcp + at)), term(at, mss));
    put16(tcp + at, mss);
}

void tcp_adjust_mss(uint8_t *ip, uint32_t len, uint16_t mss)
{
    unsigned ihl = ipv4_ihl(ip);

    if (ip[9] != PROTO_TCP || (get16(ip + 6) & 0x1FFF) || len < ihl + TCP_HEADER)
        return;
    uint8_t *tcp = ip + ihl;
    size_t head = (tcp[12] >> 4) * 4u;
    if (!(tcp[13] & TCP_SYN) || head < TCP_HEADER || head > len - ihl)
        return;
    for (size_t at = TCP_HEADER; at < head && tcp[at] != OPT_END;) {
        if (tcp[at] == OPT_NOP) {
            at++;
            continue;
        }
        if (at + 1 >= head || tcp[at + 1] < 2 || tcp[at + 1] > head - at)
            return;
        if (tcp[at] == OPT_MSS && tcp[at + 1] == MSS_LEN && get16(tcp + at + 2) > mss)
            lower(tcp, at + 2, mss);
        at += tcp[at + 1];
    }
}

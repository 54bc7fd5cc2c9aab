/* ah.c: the integrity value of AH (RFC 4302): HMAC over the whole packet, with what routers may change taken as zero.
 *
 * Zero are: TOS, flags and fragment offset, TTL, header checksum, the value itself, and those IPv4 options that may
 * change on the way (appendix A1: all but End, NOP, security, commercial and extended security, router alert, sender
 * directed delivery). The packet is not touched: a copy of its header is summed. The value fills up to a multiple of 32
 * bits by itself (12, 16, 24 or 32 bytes). Of AH over ESP it is the same: the ESP is what is inside. AH through a NAT does not exist. An extended sequence
 * number's upper half is summed last (RFC 4302 section 3.3.3.2.2).
 */
#include "dataplane/ipsec/ipsec_local.h"

#include <string.h>

#include "espial/buf.h"

#define IP_HEAD     20
#define IP_HEAD_MAX 60

static bool option_keeps(uint8_t type)
{
    static const uint8_t immutable[] = {0, 1, 130, 133, 134, 148, 149};
    return memchr(immutable, type, sizeof immutable) != NULL;
}

/* The header as it is summed. False: its options cannot be read. */
static bool settle(uint8_t *h, const uint8_t *ip, uint32_t ihl)
{
    memcpy(h, ip, ihl);
    h[1] = 0;
    h[6] = h[7] = 0;
    h[8] = 0;
    h[10] = h[11] = 0;
    for (uint32_t at = IP_HEAD; at < ihl;) {
        uint8_t type = h[at];
        if (type == 0)
            break;
        if (type == 1) {
            at++;
            continue;
        }
        if (at + 1 >= ihl || h[at + 1] < 2 || h[at + 1] > ihl - at)
            return false;
        uint32_t len = h[at + 1];
        if (!option_keeps(type))
            memset(h + at, 0, len);
        at += len;
    }
    return true;
}

static bool sum(struct sa_pair *sa, struct mac *mac, const uint8_t *ip, uint32_t len, uint32_t ah_at, uint32_t high,
                uint8_t out[HASH_MAX])
{
    static const uint8_t zero[HASH_MAX];
    uint8_t h[IP_HEAD_MAX], last[4];
    uint32_t ihl = (ip[0] & 15u) * 4u, rest = ah_at + AH_FIXED + ah_icv(sa);
    if (ihl < IP_HEAD || ihl != ah_at || rest > len || !settle(h, ip, ihl))
        return false;
    put32(last, high);
    mac_sum(mac,
            (struct bytes[]){BYTES(h, ihl), BYTES(ip + ah_at, AH_FIXED), BYTES(zero, ah_icv(sa)),
                             BYTES(ip + rest, len - rest), BYTES(last, sizeof last)},
            sa->esn ? 5 : 4, out);
    return true;
}

bool ah_seal(struct sa_pair *sa, uint8_t *ip, uint32_t len, uint32_t ah_at, uint32_t high)
{
    uint8_t out[HASH_MAX];
    if (!sum(sa, sa->over ? sa->over->out : sa->out.mac, ip, len, ah_at, high, out))
        return false;
    memcpy(ip + ah_at + AH_FIXED, out, ah_icv(sa));
    return true;
}

bool ah_fits(struct sa_pair *sa, const uint8_t *ip, uint32_t len, uint32_t ah_at, uint32_t high)
{
    uint8_t out[HASH_MAX];
    return sum(sa, sa->over ? sa->over->in : sa->in.mac, ip, len, ah_at, high, out) &&
           mem_equal_ct(out, ip + ah_at + AH_FIXED, ah_icv(sa));
}

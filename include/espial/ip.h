/* ip.h: addresses, prefixes, interface names, checksums. IPv4 addresses are uint32_t in host order (0xC0000201 is 192.0.2.1). */
#ifndef ESPIAL_IP_H
#define ESPIAL_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP4_STRLEN  16
#define MAC_STRLEN  15 /* aabb.cc00.0100 */
#define IFNAME_MAX  32

enum ip_proto { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_GRE = 47, PROTO_ESP = 50, PROTO_AH = 51 };

/* Strict dotted quad. */
bool ip4_parse(const char *s, uint32_t *out);
/* Into a caller's buffer; returns it. */
char *ip4_format(uint32_t a, char out[IP4_STRLEN]);
/* For printf("%s", IP4(a)): a compound literal that lives to the end of the enclosing block. */
#define IP4(a) ip4_format((a), (char[IP4_STRLEN]){0})
static inline uint32_t ip4_mask(unsigned len)
{
    return len ? 0xFFFFFFFFu << (32 - len) : 0;
}
/* 0-32, or -1 when the mask is not contiguous. */
int ip4_mask_len(uint32_t mask);
char *mac_format(const uint8_t mac[6], char out[MAC_STRLEN]);
/* "aabb.cc00.0100", with or without leading zeros in a group. */
bool mac_parse(const char *s, uint8_t out[6]);
#define MAC(m) mac_format((m), (char[MAC_STRLEN]){0})

/* Internet checksum (RFC 1071) over bytes, continuing from `sum` (0 to begin; every piece but the last has an even length). ip_cksum_fold gives the checksum as
 * an ordinary number, to be stored with put16 (buf.h); over data that contains its right checksum it gives 0. */
uint32_t ip_cksum_add(uint32_t sum, const void *p, size_t len);
uint16_t ip_cksum_fold(uint32_t sum);
/* That of UDP or TCP over IPv4: over the pseudo-header (RFC 768, 9293) and all of it. */
uint16_t ip_cksum_l4(uint32_t src, uint32_t dst, uint8_t proto, const void *l4, size_t len);
/* The checksum at `sum`, after a 16-bit word that it covers was changed (RFC 1624, eqn. 3). */
void ip_cksum_follow(uint8_t *sum, uint16_t was, uint16_t is);

/* "gi0/0", "Gi 0/0", "ethernet0/0.100" -> "GigabitEthernet0/0" ...: type abbreviation (unique prefix) plus number. False when no known type or a bad
 * number. Types: Ethernet FastEthernet GigabitEthernet TenGigabitEthernet Loopback Tunnel Null. */
bool ifname_parse(const char *s, char out[IFNAME_MAX]);
/* "Ethernet0/0" -> "Et0/0", "Tunnel1" -> "Tu1", as show tables print. */
void ifname_short(const char *name, char out[IFNAME_MAX]);
/* The known types, in alphabetical order, NULL-ended: for `?`. */
extern const char *const ifname_types[];
#endif

/* dns_codec.h: questions for the address of a name, and what a server answers (RFC 1035, sections 3 and 4). */
#ifndef CLI_NAMES_DNS_CODEC_H
#define CLI_NAMES_DNS_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DNS_PORT = 53, DNS_NAME_MAX = 253, DNS_QUERY_MAX = 12 + DNS_NAME_MAX + 2 + 4, DNS_ANSWER_MAX = 1500 };

/* Can it be asked for? Labels of 1 to 63 letters, digits, '-' and '_', 253 bytes in all at most; a dot may end it. */
bool dns_name_ok(const char *name);
/* A recursive question for the A records of a name that is ok; its length. */
size_t dns_query(uint8_t out[DNS_QUERY_MAX], uint16_t id, const char *name);

enum dns_said {
    DNS_STRANGE, /* not an answer to this question: as if it had not come */
    DNS_ADDRESS,
    DNS_NO_NAME, /* there is no such name, or it has no address */
    DNS_FAILED   /* the server cannot say, or what it says is broken or cut off */
};
/* An answer to dns_query(id, name). Aliases are followed inside the message. addr (host order) is one that a host may have; ttl: s. */
enum dns_said dns_answer(const uint8_t *p, size_t len, uint16_t id, const char *name, uint32_t *addr, uint32_t *ttl);
#endif

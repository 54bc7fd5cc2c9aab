/* ipsec_show.h: views of IPsec that only shows and MIBs ask for, beside those of ipsec.h. Flat; cursors from 0, false at
 * the end, good for a walk within one turn. */
#ifndef DATAPLANE_IPSEC_IPSEC_SHOW_H
#define DATAPLANE_IPSEC_IPSEC_SHOW_H

#include "dataplane/ipsec/ipsec.h"

#define IPSEC_PAIRS_MAX 100000 /* pairs of SAs in all */

/* An inbound SPI that is reserved and has no SA yet. */
struct ipsec_spi_info {
    uint32_t spi, local, handle;
    uint8_t proto;
    uint64_t since; /* us after the router's start */
};
/* Which library does ESP's sums here: crypto_cipher_by, crypto_hash_by (crypto.h). */
const char *ipsec_cipher_by(struct ipsec *ips, enum cipher_alg a);
const char *ipsec_hash_by(struct ipsec *ips, enum hash_alg a);
bool ipsec_spi_next(struct ipsec *ips, size_t *cursor, struct ipsec_spi_info *out);
#endif

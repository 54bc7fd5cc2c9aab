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
bool ipsec_spi_next(struct ipsec *ips, size_t *cursor, struct ipsec_spi_info *out);
#endif

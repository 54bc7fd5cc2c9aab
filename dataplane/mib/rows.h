/* rows.h: the managed objects that the dataplane answers for. Each file of this folder is one MIB (or a few groups of one): rows and their getters, nothing
 * else. Their self is the router's struct dataplane. */
#ifndef DATAPLANE_MIB_ROWS_H
#define DATAPLANE_MIB_ROWS_H

#include <stdbool.h>

#include "espial/mem.h"
#include "espial/mib.h"

struct dataplane;
struct iface;

extern const struct mib_rows dp_mib_if;         /* IF-MIB */
extern const struct mib_rows dp_mib_flow_ike;   /* CISCO-IPSEC-FLOW-MONITOR-MIB: phase 1 */
extern const struct mib_rows dp_mib_flow_ipsec; /* ... phase 2 */
extern const struct mib_rows dp_mib_flow_enh;   /* CISCO-ENHANCED-IPSEC-FLOW-MIB */
extern const struct mib_rows dp_mib_rtt;        /* CISCO-RTTMON-MIB */

extern const struct mib_rows dp_mib_ether;      /* EtherLike-MIB */
extern const struct mib_rows dp_mib_old_if;     /* OLD-CISCO-INTERFACES-MIB */
extern const struct mib_rows dp_mib_ntp;        /* CISCO-NTP-MIB */
extern const struct mib_rows dp_mib_ip;         /* IP-MIB, UDP-MIB: as RFC 1213 had them */
extern const struct mib_rows dp_mib_ip_version; /* ... as RFC 4293 and RFC 4113 have them */
extern const struct mib_rows dp_mib_cryptomap;  /* CISCO-IPSEC-MIB */
extern const struct mib_rows dp_mib_forward;    /* IP-FORWARD-MIB */

#define CIPS_MIB(tail) "1.3.6.1.4.1.9.10.62.1." tail
#define CIPS_TRAP(n)   "1.3.6.1.4.1.9.10.62.2.0." n
/* All entries of one name: how many, and how many of them stand for dynamic maps, or are keyed by hand. */
struct crypto_set {
    uint32_t entries, dynamic, manual;
};
enum { CRYPTOMAP_MANUAL = 1, CRYPTOMAP_ISAKMP = 2, CRYPTOMAP_DYNAMIC = 4 }; /* CryptomapType */
struct conf_list;
struct cryptomap_conf;
uint8_t crypto_map_type(const struct cryptomap_conf *c);
void crypto_set_count(const struct conf_list *maps, const char *name, struct crypto_set *out);

/* The interface whose ifIndex an index begins with; NULL: none. */
struct iface *iface_of_row(void *self, const struct mib_index *at);
uint32_t iface_mib_type(const struct iface *ifc); /* ifType */
const char *iface_reason(const struct iface *ifc); /* locIfReason: why its line is as it is: "up", "Lost Carrier" */

/* All of the above, into the router's tree. False, with the name in err: see mib_add. */
bool dataplane_rows_add(struct dataplane *dp, struct mib *m, char err[128]) MUST_USE;
#endif

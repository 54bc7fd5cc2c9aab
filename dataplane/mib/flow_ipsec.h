/* flow_ipsec.h: what CISCO-IPSEC-FLOW-MONITOR-MIB (flow_ipsec.c) and CISCO-ENHANCED-IPSEC-FLOW-MIB (flow_enh.c) have in common: the same tunnels, read from the same
 * books, in columns of other numbers and codes. */
#ifndef DATAPLANE_MIB_FLOW_IPSEC_H
#define DATAPLANE_MIB_FLOW_IPSEC_H

#include "dataplane/ipsec/flowmib.h"
#include "dataplane/mib/flow.h"

/* mib_row.which: of totals; those of traffic are also of tunnels. */
enum flow_total {
    ACTIVE, PREVIOUS, IN_OCTETS, IN_WRAPS, IN_PACKETS, IN_DROPS, IN_REPLAYS, IN_AUTHS, IN_AUTH_FAILS, IN_DECRYPTS, IN_DECRYPT_FAILS, OUT_OCTETS, OUT_WRAPS, OUT_PACKETS, OUT_DROPS, OUT_AUTHS,
    OUT_AUTH_FAILS, OUT_ENCRYPTS, OUT_ENCRYPT_FAILS, PROTOCOL, NO_SA, CAPACITY, NOTHING /* 0: of what is never here */
};
/* ... of tunnels. */
enum flow_column {
    IKE_INDEX = 100, IKE_ALIVE, LOCAL, REMOTE, KEY_TYPE, MODE, LIFE_SIZE, LIFE_TIME, ACTIVE_TIME, SIZE_THRESHOLD, TIME_THRESHOLD, REFRESHES, EXPIRED, CURRENT, GROUP, CIPHER, AH_AUTH, ESP_AUTH, COMPRESSION,
    STATUS, WHY, INDEX, START, SAS, PAST_IKE
};
/* ... of ends, LOCAL_END or REMOTE_END added; of failures; of past ends. */
enum flow_end { NO_NAME, TYPE, ADDR1, ADDR2, PROTO, PORT, LOCAL_END = 0, REMOTE_END = 8 };
enum flow_failure_column { REASON, TIME, TUNNEL, SPI, SRC, DST };
enum { PAST_TUNNEL = 100, PAST_ACTIVE };

/* Index: the number of a tunnel; tunnel.1; the number of an entry of the history; of a failure. */
extern const struct mib_table flow_tunnels, flow_ends, flow_pasts, flow_failures;
bool flow_get_total(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out);
bool flow_get_tunnel(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out);
bool flow_get_end(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out);
bool flow_get_past(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out);
bool flow_get_past_end(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out);
bool flow_get_failure(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out);
bool flow_tunnel_of(void *self, const struct mib_index *at, struct flowmib_tunnel *t);
bool flow_past_of(void *self, const struct mib_index *at, struct flowmib_past *p);
/* The SAs of a tunnel are numbered from 1: the newest pair's inbound one, its outbound one, then those of the pair before it. False: there is none. */
bool flow_sa_of(void *self, uint32_t tunnel, uint32_t number, struct ipsec_pair_info *p);
/* The tunnel's status is to be destroyed by this value, stays as it is by that. */
enum mib_set flow_set_status(void *self, const struct mib_index *at, int64_t value, int64_t keep, int64_t destroy, bool commit);
#endif

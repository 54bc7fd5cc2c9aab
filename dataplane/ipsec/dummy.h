/* dummy.h: dummy packets of flows (RFC 4303 section 2.6). For dataplane/ipsec alone. */
#ifndef DATAPLANE_IPSEC_DUMMY_H
#define DATAPLANE_IPSEC_DUMMY_H

#include <stdint.h>

struct ipsec;
struct ipsec_conf;
struct ipsec_flow;
struct sa_conf;
struct sa_pair;

/* From one dummy packet to the next as asked for, us; 0: none are sent. */
uint32_t dummy_gap_us(const struct ipsec_conf *c, const struct sa_conf *sa);
/* The pair it sends with, or what was asked, may have changed: its timer is set, or cleared. */
void dummy_update(struct ipsec *ips, struct ipsec_flow *f);
/* The policy was compiled: the same for all flows that send. */
void dummy_sync(struct ipsec *ips);
/* One of so many bytes (before encapsulation) goes: the volume that the key has sealed counts, and that alone. */
void dummy_count(struct sa_pair *sa, uint32_t bytes);
#endif

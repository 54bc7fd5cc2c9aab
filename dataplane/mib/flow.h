/* flow.h: what the files of CISCO-IPSEC-FLOW-MONITOR-MIB have in common: its codes. */
#ifndef DATAPLANE_MIB_FLOW_H
#define DATAPLANE_MIB_FLOW_H

#include "espial/crypto.h"
#include "espial/mib.h"

#define FLOW_TRAP(n)   "1.3.6.1.4.1.9.9.171.2.0." n
#define FLOW_MIB(tail) "1.3.6.1.4.1.9.9.171.1." tail
enum { FLOW_NONE = 1 }; /* of all algorithms: also for what the MIB, of the year 2000, has no code for */
enum { PEER_ADDRESS = 1, PEER_NAME = 2 };             /* IkePeerType */
enum { TUNNEL_ACTIVE = 1, TUNNEL_DESTROY = 2 };       /* TunnelStatus */
enum { END_ADDRESS = 1, END_RANGE = 2, END_SUBNET = 3 }; /* EndPtType */
enum { FLOW_TRUE = 1, FLOW_FALSE = 2 };

unsigned flow_group_code(unsigned group);        /* DiffHellmanGrp */
unsigned flow_cipher_code(enum cipher_alg a);    /* EncryptAlgo */
unsigned flow_hash_code(enum hash_alg a);        /* IkeHashAlgo, AuthAlgo */
/* 1/100 s from one loop time (us) to another, as a TimeInterval. */
int32_t flow_interval(uint64_t from, uint64_t to);
/* How many entries the history of tunnels, or of failures, keeps. */
struct flowmib_conf;
enum mib_set flow_set_size(struct flowmib_conf *c, bool failures, int64_t n, bool commit);
#endif

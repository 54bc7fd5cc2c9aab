/* report.h: what IPsec says (syslog messages, debug lines) and what waits for the end of the turn to be told upwards. Only
 * dataplane/ipsec includes it. */
#ifndef DATAPLANE_IPSEC_REPORT_H
#define DATAPLANE_IPSEC_REPORT_H

#include "dataplane/ipsec/ipsec.h"
#include "dataplane/net/acl.h"
#include "dataplane/stage.h"

struct sa_pair;

#define STRAYS_MAX           64   /* unknown SPIs reported in one turn */
#define MISFITS_MAX          8    /* packets outside of selectors reported in one turn, one a pair */
#define MISFIT_START_MAX     68   /* the longest header and eight bytes, as in ICMP */
#define MOVES_MAX            32   /* peers with another port, in one turn; the next packet shows what was left out */

struct stray {
    uint32_t src, dst, spi;
    uint8_t proto;
    bool udp_encap;
    char ifname[IFNAME_MAX];
};
struct misfit { /* a packet that came by this pair: how it begins */
    uint32_t id;
    uint8_t len, start[MISFIT_START_MAX];
};

void debug_transform(const struct ipsec_transform *t, char out[IPSEC_TRANSFORM_TEXT]); /* "esp-aes 256 esp-sha-hmac " */
void report_init(struct ipsec *ips);
void report_fini(struct ipsec *ips);
void report_kick(struct ipsec *ips);
void report_misfit(const struct sa_pair *sa, const struct packet *p);
void report_stray(struct ipsec *ips, const struct packet *p, uint32_t src, uint32_t dst, uint8_t proto, uint32_t spi);
/* over: of the AH over its ESP. */
void report_mac(struct sa_pair *sa, bool over, uint32_t seq);
bool report_move(const struct sa_pair *sa, uint16_t port); /* false: no room in this turn */
void report_replay(struct sa_pair *sa, bool over, uint32_t seq);
void report_clear(struct ipsec *ips, const struct flow *f);
void debug_request(struct ipsec *ips, const struct ipsec_policy *want);
void debug_create(const struct sa_pair *sa);
void debug_delete(const struct sa_pair *sa);
void debug_outbound(const struct sa_pair *sa);
#endif

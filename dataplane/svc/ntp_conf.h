/* ntp_conf.h: what was asked of NTP. */
#ifndef DATAPLANE_SVC_NTP_CONF_H
#define DATAPLANE_SVC_NTP_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/ip.h"

enum { NTP_MIN_POLL = 6, NTP_MAX_POLL = 10, NTP_MASTER_STRATUM = 8, NTP_SERVERS_MAX = 16 };

struct ntp_server_conf {
    uint32_t addr;
    uint8_t version;          /* 2-4 */
    uint8_t minpoll, maxpoll; /* powers of two, in seconds */
    bool prefer, iburst;
    char source[IFNAME_MAX]; /* "": that of `ntp source` */
};
struct ntp_conf {
    struct conf_list servers; /* struct ntp_server_conf */
    char source[IFNAME_MAX];
    bool master, logging;
    uint8_t stratum; /* of `ntp master` */
};
void ntp_conf_init(struct ntp_conf *c);
void ntp_server_conf_init(struct ntp_server_conf *c);
#endif

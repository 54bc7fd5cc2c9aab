/* track_conf.h: what was asked of enhanced object tracking. Written by the grammar (dataplane/cmd), read by track*.c. */
#ifndef DATAPLANE_SVC_TRACK_CONF_H
#define DATAPLANE_SVC_TRACK_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/ip.h"

enum { TRACK_MAX = 1000 }; /* the greatest number of an object */

enum track_kind {
    TRACK_INTERFACE,
    TRACK_REACHABILITY, /* ip route ... reachability */
    TRACK_METRIC,       /* ip route ... metric threshold */
    TRACK_SLA,
    TRACK_BOOLEAN,
    TRACK_PERCENTAGE,
    TRACK_WEIGHT,
    TRACK_STUB,
    TRACK_KINDS
};
struct track_member_conf { /* object N [not] [weight W] */
    uint32_t object;
    bool negated;
    uint32_t weight; /* 10 */
};
struct track_conf { /* track N ... */
    uint32_t number;
    uint8_t kind; /* enum track_kind */
    char ifname[IFNAME_MAX];
    uint8_t routing; /* interface: 0 line-protocol, 1 ip routing */
    uint32_t prefix, mask;
    uint32_t operation;              /* ip sla */
    uint8_t reachability;            /* ip sla: 0 state, 1 reachability */
    uint8_t any;                     /* list boolean: 0 and, 1 or */
    struct conf_list members;        /* struct track_member_conf, by number */
    uint32_t delay_up, delay_down;   /* seconds */
    uint32_t metric_up, metric_down; /* 254, 255: of the scaled metric */
    uint32_t part_up, part_down;     /* list threshold: percent or weight; see track.h */
    uint8_t default_state;           /* of a stub object: 0 down, 1 up */
};
struct tracks_conf {
    struct conf_list objects; /* struct track_conf, by number */
};
void track_conf_init(struct track_conf *c);
void track_conf_fini(struct track_conf *c);
#endif

/* track.h: enhanced object tracking of one router: numbered objects that are up or down, for whoever acts on them. */
#ifndef DATAPLANE_SVC_TRACK_H
#define DATAPLANE_SVC_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/svc/track_conf.h"

struct bus;
struct debug_registry;
struct ipsla;
struct log;
struct loop;
struct net;
struct track;

struct track_env {
    struct loop *loop;
    struct log *log;
    struct bus *bus; /* FACT_TRACK; may be NULL */
    struct net *net;
    struct ipsla *ipsla;          /* whose results count; track is its watcher. May be NULL: no operation has one */
    struct debug_registry *debug; /* may be NULL */
    bool iosxe;                   /* messages as IOS-XE writes them */
};
/* Also says to the routing table which `ip route ... track N` hold. All of env must outlive it. */
struct track *track_new(const struct track_env *env);
void track_free(struct track *t); /* NULL-safe; before net goes */

struct tracks_conf *track_conf(struct track *t); /* the live one */
/* A line of this object changed, or it is about to be freed. */
void track_conf_changed(struct track *t, struct track_conf *c, bool removed);

/* ---- for whoever tracks or sets ---- */

bool track_exists(const struct track *t, uint32_t number);
/* False: there is none. */
bool track_state(const struct track *t, uint32_t number, bool *up);
/* False: there is none, or it is no stub object. */
bool track_set_stub(struct track *t, uint32_t number, bool up);

/* ---- for shows ---- */

enum track_why { /* what a state says besides */
                 TRACK_WHY_NONE,
                 TRACK_WHY_ADMIN_DOWN,
                 TRACK_WHY_HW_DOWN,
                 TRACK_WHY_NO_INTERFACE,
                 TRACK_WHY_NO_ADDRESS,
                 TRACK_WHY_NO_ROUTE,
                 TRACK_WHY_ROUTE, /* protocol: connected, static */
};
struct track_view { /* what an object looks like */
    bool up;
    enum track_why why;
    const char *protocol;    /* of the route; NULL none */
    uint32_t metric, scaled; /* of the route: as it is, and as thresholds count it */
    char ifname[IFNAME_MAX]; /* route: first hop's interface; "" unknown */
    uint32_t part, whole;    /* lists with thresholds: what is up, and all there is (percent of 100, or weights) */
};
struct track_info {
    const struct track_conf *conf;
    struct track_view said, seen; /* as told; as it is, told when the delay is over */
    bool delayed;                 /* they differ, and a delay runs: */
    uint64_t delay_left;          /* us */
    uint32_t changes;
    uint64_t changed_at;         /* loop time */
    char was_ifname[IFNAME_MAX]; /* route: first hop's interface before it became unknown; "" none */
};
/* The first object with this number or a greater one; false: no more. */
bool track_info(const struct track *t, uint32_t number, struct track_info *out);
/* "interface Ethernet0/0 line-protocol", shortened or in full; "ip route 10.0.0.0/8 reachability", "list boolean and". */
#define TRACK_TEXT_MAX 96
char *track_text(const struct track_conf *c, bool brief, char out[TRACK_TEXT_MAX]);
/* The bounds of a threshold list in force, for what is configured and `whole`. */
void track_bounds(const struct track_conf *c, uint32_t whole, uint32_t *up, uint32_t *down);
/* How long an object of this kind that changed twice stays as it is, us; and how long the first of those that do now
 * still does (0: none does). */
uint64_t track_interval(enum track_kind kind);
uint64_t track_held(const struct track *t, enum track_kind kind);
bool *track_debug(struct track *t);
#endif

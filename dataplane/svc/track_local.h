/* track_local.h: how tracked objects lie in memory. */
#ifndef DATAPLANE_SVC_TRACK_LOCAL_H
#define DATAPLANE_SVC_TRACK_LOCAL_H

#include "dataplane/net/net.h"
#include "dataplane/svc/track.h"
#include "espial/loop.h"

struct track_object {
    struct track *track;
    struct track_conf *conf;
    struct track_view said, seen;
    bool looked;        /* at all */
    uint64_t turned[2]; /* 1 + loop time of the last change of seen.up, and of the one before; 0 never */
    struct timer again; /* to look once more when it may change again */
    struct timer delay; /* until what is seen is told */
    uint32_t changes;
    uint64_t changed_at;
    char was_ifname[IFNAME_MAX];
    bool stub_set, stub_up; /* a stub object: set by somebody, to what; else it is as its default says */
};
struct track {
    struct track_env env;
    struct tracks_conf conf;
    struct track_object *objects[TRACK_MAX + 1];
    uint32_t dirty; /* bit n: objects of kind n may look different */
    struct deferred turn;
    struct net_watch watch;
    bool debug;
};

/* track_look.c: what the object looks like now. */
struct track_view track_look(const struct track_object *o);
#endif

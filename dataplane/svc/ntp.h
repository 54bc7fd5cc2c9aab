/* ntp.h: the network time protocol of one router (RFC 5905): a client of the servers configured, and a server to whoever asks. */
#ifndef DATAPLANE_SVC_NTP_H
#define DATAPLANE_SVC_NTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/mem.h"

struct clock;
struct inet;
struct log;
struct loop;
struct ntp;
struct ntp_conf;
struct rnd;

struct ntp_env {
    struct loop *loop;
    struct clock *clock;
    struct rnd *rnd;
    struct log *log;
    struct inet *inet;
};
/* All pointers of env must outlive it. */
struct ntp *ntp_new(const struct ntp_env *env);
void ntp_free(struct ntp *n); /* NULL-safe */
struct ntp_conf *ntp_conf(struct ntp *n); /* the live one (ntp_conf.h); call ntp_conf_changed after writing */
void ntp_conf_changed(struct ntp *n);
/* Is anything asked of NTP? */
bool ntp_running(const struct ntp *n);

/* Timestamps are 32.32 bits since 1900 (wrapping in 2036); spans are in milliseconds. */
enum ntp_loop { NTP_NSET, NTP_SPIK, NTP_CTRL };
struct ntp_status {
    bool synced;
    uint8_t stratum; /* 16: none */
    uint32_t refid;  /* address of the system peer, or four letters */
    uint64_t reftime;
    double offset, root_delay, root_disp, peer_disp, drift /* s/s, of the router's own oscillator */;
    uint64_t uptime; /* hundredths of a second */
    enum ntp_loop state;
    uint8_t poll;
    int8_t precision; /* of the calendar: a power of two, in seconds */
    int64_t updated; /* seconds ago; -1 never */
};
void ntp_status(const struct ntp *n, struct ntp_status *out);

enum ntp_fate { NTP_REJECT, NTP_FALSETICK, NTP_OUTLYER, NTP_CANDIDATE, NTP_SYSPEER };
#define NTP_STAGES 8
struct ntp_assoc_info {
    uint16_t id;
    uint32_t addr, refid;
    bool refid_text; /* refid is four letters */
    enum ntp_fate fate;
    bool sane, valid; /* answers that can be used; a distance that can be used */
    uint8_t stratum, reach, version, minpoll, maxpoll, hpoll, ppoll;
    int8_t precision;
    int64_t when; /* seconds since the last answer; -1 none yet */
    double delay, offset, disp, jitter, root_delay, root_disp, distance;
    uint64_t reftime, org, rec, xmt;
    uint64_t in, out, errors;
    double filt_delay[NTP_STAGES], filt_offset[NTP_STAGES], filt_disp[NTP_STAGES];
};
/* cursor from 0; false at the end. */
bool ntp_assoc_next(const struct ntp *n, size_t *cursor, struct ntp_assoc_info *out);
/* A timestamp as calendar time, us since 1970: the one nearest to now, but 0 is the first moment of 1900. */
int64_t ntp_to_wall(const struct ntp *n, uint64_t stamp);
const struct clock *ntp_clock(const struct ntp *n);
#endif

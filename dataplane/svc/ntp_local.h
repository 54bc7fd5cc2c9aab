/* ntp_local.h: running NTP, for dataplane/svc/ntp*.c only. Spans are in seconds here. */
#ifndef DATAPLANE_SVC_NTP_LOCAL_H
#define DATAPLANE_SVC_NTP_LOCAL_H

#include "dataplane/svc/ntp.h"
#include "dataplane/svc/ntp_conf.h"
#include "espial/clock.h"
#include "espial/inet.h"
#include "espial/loop.h"
#include "espial/msg.h"
#include "espial/rand.h"

enum { NTP_PORT = 123, NTP_PACKET = 48, NTP_STRATUM_MAX = 16, NTP_UNREACH = 12, NTP_IBURST = 8, NTP_IBURST_GAP_S = 2 };
#define NTP_PHI      15e-6 /* s/s: how fast an unattended clock errs at most */
#define NTP_MAXDISP  16.0
#define NTP_MINDISP  0.005
#define NTP_MAXDIST  1.5
#define NTP_PRECISION (-20) /* the calendar counts microseconds */
#define NTP_LOCAL_REFID 0x4C4F434Cu /* "LOCL" */
#define NTP_LOCAL_ADDR  0x7F7F0101u /* 127.127.1.1: the local clock of `ntp master` */

/* ---- ntp_packet.c */
enum { NTP_MODE_CLIENT = 3, NTP_MODE_SERVER = 4 };
struct ntp_packet {
    uint8_t leap, version, mode, stratum, poll;
    int8_t precision;
    double root_delay, root_disp;
    uint32_t refid;
    uint64_t reftime, org, rec, xmt;
};
void ntp_encode(const struct ntp_packet *p, uint8_t out[NTP_PACKET]);
/* False when it is too short or of a version that nobody speaks. What follows the header is not looked at. */
MUST_USE bool ntp_decode(const uint8_t *data, size_t len, struct ntp_packet *p);
uint64_t ntp_stamp(int64_t wall_us);
double ntp_diff(uint64_t a, uint64_t b); /* a - b in seconds, for moments within 68 years */

/* ---- ntp_filter.c: eight samples of one server */
struct ntp_sample {
    double offset, delay, disp;
    uint64_t at; /* loop time */
};
struct ntp_filter {
    struct ntp_sample stage[NTP_STAGES]; /* newest first */
    uint64_t aged, used;                 /* loop times */
    double offset, delay, disp, jitter;
    double seen; /* the offset when it was measured; `offset` follows the corrections made since */
};
void ntp_filter_clear(struct ntp_filter *f, uint64_t now);
/* A sample (or, with disp NTP_MAXDISP, its absence) comes in. True when there is a better estimate than before. poll_s: of the association. */
bool ntp_filter_add(struct ntp_filter *f, uint64_t now, double offset, double delay, double disp, double poll_s);

/* The clock is to be corrected by `offset`: so much less is wrong. */
void ntp_filter_corrected(struct ntp_filter *f, double offset);

struct ntp_assoc {
    struct ntp *ntp;
    struct ntp_assoc *next;
    struct ntp_server_conf conf;
    bool local; /* the local clock, not a server */
    uint16_t id;
    struct timer timer;
    uint8_t leap, stratum, hpoll, ppoll, reach, unreach, burst;
    int8_t precision;
    bool denied, heard_ever;
    uint64_t heard; /* loop time */
    double root_delay, root_disp;
    uint32_t refid;
    uint64_t reftime, org, rec, xmt; /* of the last answer: its transmit time, when it came, when the question went */
    uint64_t cookie;                 /* what the question's transmit field said; 0: no answer is awaited */
    int64_t asked_wall;
    struct ntp_filter filter;
    enum ntp_fate fate;
    uint64_t in, out, errors;
};

struct ntp {
    struct ntp_env env;
    struct ntp_conf conf;
    struct udp_sock *sock;
    struct ntp_assoc *assocs;
    uint16_t last_id;
    uint64_t began;
    struct clock_watch watch;
    bool stepping;
    /* the system: what the selection and the discipline made of the servers */
    struct ntp_assoc *peer; /* NULL: unsynchronized */
    uint8_t leap, stratum, poll;
    uint32_t refid;
    uint64_t reftime;
    double root_delay, root_disp, offset, jitter;
    uint64_t updated, sample_used; /* loop times; updated valid with `ever` */
    bool ever;
    enum ntp_loop state;
    uint64_t spike_since;
    double freq; /* correction, s/s */
    int poll_count;
};

/* ntp.c */
double ntp_root_distance(const struct ntp_assoc *a, uint64_t now);
bool ntp_fit(const struct ntp_assoc *a, uint64_t now);
/* The clock was stepped, by us or others: whatever was measured against it is void. */
void ntp_clear_all(struct ntp *n, uint32_t refid);

/* ntp_select.c: which servers agree, which of them leads; runs the discipline when there is something new. */
void ntp_select(struct ntp *n);

/* ntp_discipline.c */
enum ntp_verdict { NTP_IGNORED, NTP_SLEWED, NTP_STEPPED };
enum ntp_verdict ntp_discipline(struct ntp *n, double offset, uint64_t sample_at);
#endif

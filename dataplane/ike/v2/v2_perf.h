/* v2_perf.h: how long IKEv2 works and waits: the samples of `show crypto ikev2 performance`. Flat; times in us. */
#ifndef DATAPLANE_IKE_V2_V2_PERF_H
#define DATAPLANE_IKE_V2_V2_PERF_H

#include <stdbool.h>
#include <stdint.h>

struct v2;

struct v2_sample {
    uint64_t n, sum, min, max; /* min: meaningless while n is 0 */
};
static inline uint64_t v2_sample_mean(const struct v2_sample *s)
{
    return s->n ? s->sum / s->n : 0;
}

enum v2_perf_row {
    /* Work on a message that came, from its first byte looked at to the last thing done about it at once. R: a request,
     * I: a response. */
    V2P_R_INIT_PROC,
    V2P_I_INIT_PROC,
    V2P_R_AUTH_PROC,
    V2P_I_AUTH_PROC,
    V2P_I_IKE_CHILD_PROC,
    V2P_I_IPSEC_CHILD_PROC,
    V2P_R_IKE_CHILD_PROC,
    V2P_R_IPSEC_CHILD_PROC,
    /* Waiting for a sum on the worker, before IKE_AUTH can be asked, or a request be answered. */
    V2P_I_AUTH_INT,
    V2P_R_INIT_INT,
    V2P_I_IKE_CHILD_INT,
    V2P_R_IKE_CHILD_INT,
    V2P_I_IPSEC_CHILD_INT,
    V2P_R_IPSEC_CHILD_INT,
    /* Sending. */
    V2P_I_INIT_SEND,
    V2P_R_INIT_SEND,
    V2P_I_AUTH_SEND,
    V2P_R_AUTH_SEND,
    V2P_I_IKE_CHILD_SEND,
    V2P_R_IKE_CHILD_SEND,
    V2P_I_IPSEC_CHILD_SEND,
    V2P_R_IPSEC_CHILD_SEND,
    V2P_R_COOKIE_INT, /* making it */
    V2P_R_COOKIE_SEND,
    V2P_R_KE_SEND, /* INVALID_KE_PAYLOAD */
    /* From our message to the next of the peer. */
    V2P_R_INIT_WIRE, /* from the answer to IKE_SA_INIT to IKE_AUTH */
    V2P_I_AUTH_WIRE, /* from IKE_AUTH to its answer */
    /* The sums themselves. */
    V2P_DH_CREATE,
    V2P_DH_SHARED,
    V2P_DH_DELETE,
    V2P_CREATE_SA,
    V2P_DELETE_SA,
    V2P_PSK_AUTH,
    V2P_ENCRYPT, /* the integrity value with it */
    V2P_DECRYPT,
    V2P_CREATE_KEY, /* of a child, and its installation */
    V2P_DELETE_CHILD,
    /* What others are asked. */
    V2P_GET_POLICY,
    V2P_GET_PSK,
    V2P_GET_IPSEC_POLICY,
    /* Whole exchanges: IKE_SA_INIT and IKE_AUTH; CREATE_CHILD_SA by whoever begins. */
    V2P_MAIN,
    V2P_CHILD,
    V2P_ROWS
};

/* What happens, a second at a time. */
enum v2_rate {
    V2R_IN_IKE, /* an IKE SA established as responder */
    V2R_IN_IPSEC_CHILD,
    V2R_IN_IKE_CHILD, /* an IKE SA rekeyed */
    V2R_OUT_IKE,
    V2R_OUT_IPSEC_CHILD,
    V2R_OUT_IKE_CHILD,
    V2R_PACKETS, /* that came in */
    V2R_INIT,
    V2R_AUTH,
    V2R_CREATE,
    V2R_INFO,
    V2R_OTHER,
    V2R_ATTEMPTED, /* negotiations begun */
    V2_RATES
};
struct v2_rate_info {
    struct v2_sample per_second; /* of seconds in which there was one */
    struct v2_sample cpu;        /* of the same: percent of the processor */
};

struct v2_perf {
    struct v2_sample rows[V2P_ROWS];
    struct {
        struct v2_rate_info info;
        uint64_t second; /* the one being counted, from 1 */
        uint32_t n;
    } rates[V2_RATES];
    uint64_t queued;    /* messages taken in: none waits, all are worked on as they come */
    bool child_is_ike;  /* the CREATE_CHILD_SA being worked on is an IKE SA's */
};

/* Measure from `since` (v2_perf_since; 0: nothing is measured) to now. */
uint64_t v2_perf_since(const struct v2 *v2);
void v2_perf_note(struct v2 *v2, enum v2_perf_row row, uint64_t since);
/* One of these happened. */
void v2_perf_rate(struct v2 *v2, enum v2_rate rate);
/* A message of ours, sent, or of a peer, worked on, from `since` to now; msg: its header. */
void v2_perf_message(struct v2 *v2, const uint8_t *msg, bool ours, uint64_t since);

/* Have what a sum takes noted, and how long is waited for it under `wait`. */
struct dh_job;
void v2_perf_dh(struct v2 *v2, struct dh_job *j, enum v2_perf_row wait);

/* For shows. */
const struct v2_perf *v2_perf(const struct v2 *v2);
struct v2_rate_info v2_perf_rate_info(const struct v2 *v2, enum v2_rate rate);
#endif

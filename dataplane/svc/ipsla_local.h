/* ipsla_local.h: how operations and reactions lie in memory. */
#ifndef DATAPLANE_SVC_IPSLA_LOCAL_H
#define DATAPLANE_SVC_IPSLA_LOCAL_H

#include "dataplane/net/icmp.h"
#include "dataplane/svc/ipsla.h"
#include "espial/loop.h"

struct sla_op {
    struct ipsla *sla;
    struct sla_op *next; /* by number */
    struct sla_conf *conf;
    const struct sla_schedule_conf *schedule; /* NULL none */
    enum ipsla_state state;
    struct timer turn; /* of the schedule: to begin, or to end */
    struct timer step; /* of a run: the time-out, then the next run */
    bool waiting;
    uint16_t seq;     /* of the echo it waits for */
    uint64_t sent_at; /* loop time */
    int64_t sent;     /* calendar time */
    bool counted;
    enum ipsla_code code;
    uint32_t rtt;
    int64_t started;
    uint64_t started_at;
    uint64_t successes, failures;
};
struct sla_react {
    struct sla_react *next;
    uint32_t number;
    uint8_t element;
    uint32_t samples[SLA_SAMPLES];
    unsigned n, at; /* how many there are, where the next one goes */
    bool occurred;
};
struct ipsla {
    struct ipsla_env env;
    struct slas_conf conf;
    struct sla_op *ops;
    struct sla_react *reacts;
    struct icmp_listener listener;
    uint16_t id, seq;      /* of our echoes; of the last one */
    struct table *waiting; /* seq -> struct sla_op */
    void (*watch)(void *arg, uint32_t number);
    void *watch_arg;
    ipsla_trap_fn *trap;
    void *trap_arg;
    bool debug;
    int64_t changed; /* calendar time of the last change of an operation or schedule, us; 0 never */
};

/* ipsla_react.c: a run is over. */
void ipsla_react(struct ipsla *s, const struct sla_op *op);
void ipsla_react_forget(struct ipsla *s, uint32_t number); /* all of an operation: they begin anew */
void ipsla_react_free(struct ipsla *s);
#endif

/* ipsla.h: IP SLA operations of one router: probes that measure, by a schedule, and react to what they find. */
#ifndef DATAPLANE_SVC_IPSLA_H
#define DATAPLANE_SVC_IPSLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/svc/ipsla_conf.h"

struct bus;
struct clock;
struct debug_registry;
struct ipsla;
struct log;
struct loop;
struct net;

struct ipsla_env {
    struct loop *loop;
    struct clock *clock;
    struct log *log;
    struct bus *bus; /* FACT_IPSLA; may be NULL */
    struct net *net;
    struct debug_registry *debug; /* may be NULL */
};
/* All of env must outlive it. */
struct ipsla *ipsla_new(const struct ipsla_env *env);
void ipsla_free(struct ipsla *s); /* NULL-safe; before net goes */

struct slas_conf *ipsla_conf(struct ipsla *s); /* the live one */
/* An operation or its schedule changed, or is about to be freed: with an operation go its schedule and its reactions. */
void ipsla_op_changed(struct ipsla *s, struct sla_conf *c, bool removed);
void ipsla_schedule_changed(struct ipsla *s, struct sla_schedule_conf *c, bool removed);
void ipsla_react_changed(struct ipsla *s, const struct sla_react_conf *c); /* it begins anew */
/* Is it scheduled? Then its operation may not be changed. */
bool ipsla_scheduled(const struct ipsla *s, uint32_t number);

/* Be told when an operation has a result, or none any more. One may. */
void ipsla_watch(struct ipsla *s, void (*fn)(void *arg, uint32_t number), void *arg);

enum ipsla_code { IPSLA_UNKNOWN, IPSLA_OK, IPSLA_OVER, IPSLA_TIMEOUT, IPSLA_VERIFY };
const char *ipsla_code_text(enum ipsla_code code); /* "OK", "Over threshold" */
enum ipsla_state { IPSLA_INACTIVE, IPSLA_PENDING, IPSLA_ACTIVE };
struct ipsla_info {
    const struct sla_conf *conf;
    const struct sla_schedule_conf *schedule; /* NULL none */
    enum ipsla_state state;
    enum ipsla_code code; /* of the latest run that is over */
    uint32_t rtt;         /* ms; valid with OK and OVER */
    int64_t started;      /* of that run: calendar time, us; 0 never */
    uint64_t started_at;  /* the same in loop time */
    bool over;            /* the threshold was passed, at the latest run */
    uint64_t successes, failures;
    bool counted;        /* it has run at all */
    uint64_t life_left;  /* s; of an active one that does not run for ever */
    uint64_t start_left; /* s; of a pending one that starts by itself; 0 */
};
/* The first operation with this number or a greater one; false: no more. */
bool ipsla_info(const struct ipsla *s, uint32_t number, struct ipsla_info *out);

struct ipsla_react_info {
    const struct sla_react_conf *conf;
    bool occurred;
};
/* cursor from 0; false at the end. */
bool ipsla_react_next(const struct ipsla *s, size_t *cursor, struct ipsla_react_info *out);
/* Who sends the traps: told of each reaction with `action-type trapOnly` that occurs or clears; measured: what it went by. One
 * may. */
typedef void ipsla_trap_fn(void *arg, const struct sla_conf *op, const struct sla_react_conf *c, bool occurred,
                           uint64_t measured);
void ipsla_trap_watch(struct ipsla *s, ipsla_trap_fn *fn, void *arg);
/* rttMonReactConfigIndex of a reaction, as `show ip sla reaction-configuration` says it. */
static inline uint32_t ipsla_react_index(const struct sla_react_conf *c)
{
    return c->element + 1u;
}
extern const char *const ipsla_element_names[4];   /* "connectionLoss", as facts and the command name them */
extern const char *const ipsla_threshold_names[5]; /* "never" */
const struct clock *ipsla_clock(const struct ipsla *s);
int64_t ipsla_last_change(const struct ipsla *s); /* of an operation or schedule: calendar time, us; 0 never */
bool *ipsla_debug(struct ipsla *s);
#endif

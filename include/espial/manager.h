/* manager.h: questions to the SNMP agents of others, over the router's own UDP: for `snmp get ...` and `action info type snmp oid ... ipaddr`. Answered by
 * snmp/ask.c, handed over by the root. */
#ifndef ESPIAL_MANAGER_H
#define ESPIAL_MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espial/bus.h"

#define AGENT_VARS_MAX 16 /* of a question */

enum agent_op { AGENT_GET, AGENT_GET_NEXT, AGENT_GET_BULK, AGENT_SET };
struct agent_question {
    enum agent_op op;
    int version;     /* 1, 2 (2c), 3 */
    int level;       /* version 3: 0 noAuthNoPriv, 1 authNoPriv, 2 authPriv */
    const char *who; /* community, or in version 3 the user */
    uint32_t addr;
    uint16_t port; /* 0: 161 */
    unsigned retries, timeout_s;
    int32_t non_repeaters, max_repetitions; /* AGENT_GET_BULK, not in version 1 */
    const struct trap_var *vars;            /* names; AGENT_SET: with their values. Copied. */
    size_t nvars;
};

/* A variable of an answer. What a fact cannot hold of it is cut. */
struct agent_value {
    struct trap_var var; /* TRAP_NONE: there is none, for this reason: */
    enum agent_absence {
        AGENT_NO_OBJECT,
        AGENT_NO_INSTANCE,
        AGENT_END_OF_VIEW,
        AGENT_NULL /* or of a type nobody knows */
    } absence;
};
struct agent_answer {
    bool answered;             /* false: it did not, in time */
    int32_t id, status, index; /* request-id, error-status, error-index */
    const struct agent_value *values;
    size_t nvalues;
};
/* Called once, never from inside agent_ask; the answer is valid during the call. */
typedef void agent_done_fn(void *arg, const struct agent_answer *a);

struct agent_ask; /* a question under way */
enum agent_refusal {
    AGENT_BUSY = 1 /* too many are under way */,
    AGENT_NO_USER /* nor keys for that engine */,
    AGENT_NO_WAY,
    AGENT_TOO_BIG
};
struct manager {
    void *arg; /* NULL: nobody asks for us */
    /* NULL: not asked, for *why, and done is not called. */
    struct agent_ask *(*ask)(void *arg, const struct agent_question *q, agent_done_fn *done, void *done_arg,
                             enum agent_refusal *why);
    void (*forget)(void *arg, struct agent_ask *ask); /* before it was done: done is not called */
};
#endif

/* counters.h: named counters of one event manager. */
#ifndef EEM_COUNTERS_H
#define EEM_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "eem/eem_conf.h"

struct eem;

#define COUNTERS_MAX 1024
struct counter {
    char name[EEM_NAME_MAX];
    int32_t value;
};
enum counter_op { COUNTER_NOP, COUNTER_SET, COUNTER_INC, COUNTER_DEC }; /* as in the row of action counter */
/* Change a counter (made when it is new) and tell the events that wait for it; *value: what remains. False: there are
 * too many counters. */
bool counter_apply(struct eem *e, const char *name, enum counter_op op, int32_t by, int32_t *value);
#endif

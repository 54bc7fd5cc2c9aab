/* held.h: variables of a request that somebody else answers. */
#ifndef SNMP_HELD_H
#define SNMP_HELD_H

#include "espial/gate.h"
#include "snmp/agent.h"

struct outcome {
    enum object_outcome how; /* not OBJECT_DEFAULT */
    struct trap_var var;     /* OBJECT_ANSWER */
};
/* The next variable of a list, its value too when it is set: agent.c knows how they are written. False: not one a fact
 * can say. */
typedef bool held_next_fn(struct rd *list, bool set, struct trap_var *v);

/* Ask about every variable. True: the request waits and is served again; nothing is to be sent now. */
MUST_USE bool held_ask(struct snmp *s, const struct request *r, held_next_fn *next);
/* What was said of variable i of the request that is being answered; NULL: the MIB answers. */
const struct outcome *held_outcome(const struct snmp *s, unsigned i);
/* The answer is made: forget what was said of it at once. */
void held_served(struct snmp *s);
void held_clear(struct snmp *s);
#endif

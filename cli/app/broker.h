/* broker.h: the one maker of child processes (see include/espial/child.h). */
#ifndef CLI_APP_BROKER_H
#define CLI_APP_BROKER_H

#include "espial/child.h"

struct loop;

/* At most `most` children at a time, those killed and not reaped yet included. */
struct children *broker_new(struct loop *loop, unsigned most);
/* Kills and reaps what still runs; nobody is called. NULL-safe. */
void broker_free(struct children *c);
#endif

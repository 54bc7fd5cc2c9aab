/* traps_local.h: what the files that notify have in common: a notification under construction. */
#ifndef DATAPLANE_MIB_TRAPS_LOCAL_H
#define DATAPLANE_MIB_TRAPS_LOCAL_H

#include <stddef.h>
#include <stdint.h>

#include "espial/bus.h"

struct dataplane;

/* Of a kind of `enable traps`, with its name in dotted numbers. */
void trap_begin(struct fact_trap *t, const char *kind, const char *oid);
/* One more varbind: object, index; its value is the caller's to fill. What is too long for a name is cut off. */
struct trap_var *trap_add(struct fact_trap *t, const char *oid, const uint32_t *index, size_t n, enum trap_type type);
void trap_publish(struct dataplane *dp, const struct fact_trap *t);

/* traps_conf.c */
struct traps_conf *traps_conf_new(struct dataplane *dp);
void traps_conf_free(struct traps_conf *w);
void traps_conf_booted(struct traps_conf *w);
#endif

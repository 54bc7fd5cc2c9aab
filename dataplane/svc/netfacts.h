/* netfacts.h: what changes in the network half, told to everybody: FACT_LINK and FACT_ROUTE (espial/bus.h). */
#ifndef DATAPLANE_SVC_NETFACTS_H
#define DATAPLANE_SVC_NETFACTS_H

struct bus;
struct loop;
struct net;
struct netfacts;

/* All three must outlive it. What is there now is known; what changes from now on is told. */
struct netfacts *netfacts_new(struct loop *loop, struct bus *bus, struct net *net);
void netfacts_free(struct netfacts *n); /* NULL-safe; before net goes */
#endif

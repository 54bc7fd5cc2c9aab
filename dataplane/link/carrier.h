/* carrier.h: the state of a network interface of this machine, followed: see carrier.c. */
#ifndef DATAPLANE_LINK_CARRIER_H
#define DATAPLANE_LINK_CARRIER_H

#include <stdbool.h>

struct carrier;
struct loop;
/* Looks once, and calls changed whenever something may have changed after that: a TAP that was busy may be free now.
 * NULL: this machine does not tell (errno). */
struct carrier *carrier_new(struct loop *loop, const char *name, void (*changed)(void *arg), void *arg);
void carrier_free(struct carrier *c); /* NULL-safe */
/* The number by which the kernel knows the interface now; 0: there is none of that name. */
unsigned carrier_ifindex(const struct carrier *c);
/* It is set up, and has a carrier. */
bool carrier_up(const struct carrier *c);
#endif

/* debug.h: which debugs a router has, and which are on. The bits live in the engines that test them; an engine
 * registers them once, so that `show debug`, `undebug all` and `debug all` see every one without knowing whose it is.
 * One registry a router; the lines themselves go through msg_debug (msg.h). */
#ifndef ESPIAL_DEBUG_H
#define ESPIAL_DEBUG_H

#include <stdbool.h>
#include <stddef.h>

struct debug_registry;

/* Strings and the bit must live as long as the registration. text is printed as "Crypto ISAKMP debugging is on": give
 * "Crypto ISAKMP debugging". */
struct debug_item {
    const char *subsystem; /* heading of `show debug`, without the colon: "Cryptographic Subsystem" */
    const char *text;
    bool *on;
};

/* Empty; the caller owns it. */
struct debug_registry *debug_registry_new(void);
void debug_registry_free(struct debug_registry *r); /* NULL-safe */

/* Register n items (copied). all_changed (may be NULL) is called after `undebug all` or `debug all` wrote the bits, for
 * what an engine keeps beside them. */
void debug_register(struct debug_registry *r, const struct debug_item *items, size_t n,
                    void (*all_changed)(void *arg, bool on), void *arg);
/* Forget everything registered with this arg (before its owner is freed). */
void debug_unregister(struct debug_registry *r, const void *arg);

/* Write every bit, then call the hooks. */
void debug_set_all(struct debug_registry *r, bool on);
/* Every item in the order registered, those of one subsystem together (subsystems in the order first seen): cursor
 * starts at 0; NULL at the end. */
const struct debug_item *debug_next(const struct debug_registry *r, size_t *cursor);
#endif

/* evtrace.h: event traces of the crypto subsystem (`monitor event-trace crypto`): what happened, kept in rings, whether
 * or not a debug was on. One line an event, stamped when it happened. */
#ifndef DATAPLANE_IPSEC_EVTRACE_H
#define DATAPLANE_IPSEC_EVTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evtrace;
struct ipsec;
struct log;
struct loop;

enum evtrace_id {
    EV_PKI_EVENT,
    EV_PKI_INTERNAL,
    EV_PKI_ERROR,
    EV_IKEV2_EVENT,
    EV_IKEV2_INTERNAL,
    EV_IKEV2_ERROR,
    EV_IKEV2_EXCEPTION,
    EV_IPSEC_EVENT,
    EV_IPSEC_ERROR,
    EV_IPSEC_EXCEPTION,
    EVTRACES
};
extern const char *const evtrace_names[EVTRACES]; /* "ipsec_event" */
#define EVTRACE_SIZE 1000                         /* entries of one trace */

struct evtrace *evtrace_new(struct loop *loop, struct log *log); /* log: for its time stamps; may be NULL */
void evtrace_free(struct evtrace *t);
/* The traces of one dataplane; IKE writes into them too. */
struct evtrace *ipsec_evtrace(struct ipsec *ips);

/* Nothing happens when the trace is off. A text without a line end; cut at 400 characters. */
void evtrace_add(struct evtrace *t, enum evtrace_id id, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
uint64_t evtrace_born(const struct evtrace *t); /* loop time (us) of the router's start */
struct evtrace_entry {
    uint64_t at;      /* loop time, us */
    const char *line; /* "*Apr  4 00:10:51.826: text" */
    const char *text; /* its part behind the stamp; these are good until the next evtrace_add */
};
/* The next entry that happened at loop time `since` or later. Cursor from 0; false at the end. */
bool evtrace_next(const struct evtrace *t, enum evtrace_id id, uint64_t since, size_t *cursor,
                  struct evtrace_entry *out);
/* For `latest`: what is later than this was not shown yet; and: all that there is has been. */
uint64_t evtrace_seen(const struct evtrace *t, enum evtrace_id id);
void evtrace_see(struct evtrace *t, enum evtrace_id id);

enum evtrace_state { EVTRACE_ON, EVTRACE_OFF, EVTRACE_ON_BY_EXEC }; /* OFF: as it began or by command */
enum evtrace_state evtrace_state(const struct evtrace *t, enum evtrace_id id);
void evtrace_switch(struct evtrace *t, enum evtrace_id id, bool on);
void evtrace_clear(struct evtrace *t, enum evtrace_id id);
#endif

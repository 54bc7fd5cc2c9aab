/* notify.h: notifications on their way: what notify.c, outbox.c and notify_v3.c ask of each other. */
#ifndef SNMP_NOTIFY_H
#define SNMP_NOTIFY_H

#include "snmp/ber.h"
#include "snmp/snmp_local.h"

/* One notification for one host. */
struct notification {
    uint32_t request_id;
    uint32_t uptime; /* sysUpTime when it happened */
    struct fact_trap trap;
};
enum notify_result {
    NOTIFY_SENT,
    NOTIFY_NO_WAY /* no route now */,
    NOTIFY_CANNOT /* not in the host's version, too big */
};
/* One datagram; counts what went out. */
MUST_USE enum notify_result notify_transmit(struct snmp *s, const struct notification *n,
                                            const struct snmp_host_conf *h);

/* notify_v3.c: data holds t as a v2c message; the same PDU under the host's user, into sealed; *len is replaced. False: no such user, his keys are not enough, or his group may not. */
MUST_USE bool notify_v3_seal(struct snmp *s, const struct snmp_host_conf *h, uint32_t id, const struct fact_trap *t,
                             const uint8_t *data, size_t *len, uint8_t sealed[SNMP_MESSAGE_MAX]);
/* A PDU under the user that h names, whole, into out; its length, 0 as above. Its engine is the host's when it takes informs. */
MUST_USE size_t notify_v3_wrap(struct snmp *s, const struct snmp_host_conf *h, uint32_t id, uint8_t tag, struct rd pdu,
                               uint8_t out[SNMP_MESSAGE_MAX]);
/* What came back from a host, version 3: *request_id of a Response that is his. A report about our idea of his time is learned: *again. */
bool notify_v3_answer(struct snmp *s, const struct snmp_host_conf *h, const uint8_t *data, size_t len,
                      uint32_t *request_id, bool *again);
#endif

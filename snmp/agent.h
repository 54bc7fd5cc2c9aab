/* agent.h: one request for managed objects, out of its envelope, and the answer to it. */
#ifndef SNMP_AGENT_H
#define SNMP_AGENT_H

#include "snmp/ber.h"
#include "snmp/snmp_local.h"

enum snmp_error {
    SNMP_NO_ERROR,
    SNMP_TOO_BIG,
    SNMP_NO_SUCH_NAME,
    SNMP_BAD_VALUE,
    SNMP_READ_ONLY,
    SNMP_GEN_ERR,
    SNMP_NO_ACCESS,
    SNMP_WRONG_TYPE,
    SNMP_WRONG_LENGTH,
    SNMP_WRONG_ENCODING,
    SNMP_WRONG_VALUE,
    SNMP_NO_CREATION,
    SNMP_INCONSISTENT_VALUE,
    SNMP_RESOURCE_UNAVAILABLE,
    SNMP_COMMIT_FAILED,
    SNMP_UNDO_FAILED,
    SNMP_AUTHORIZATION_ERROR,
    SNMP_NOT_WRITABLE,
    SNMP_INCONSISTENT_NAME,
};

struct request {
    uint8_t version; /* 1, 2 (v2c), 3 */
    uint8_t pdu;     /* enum ber_tag: BER_GET, BER_GET_NEXT, BER_GET_BULK or BER_SET */
    int32_t id;
    int32_t a, b;    /* error-status and error-index, or non-repeaters and max-repetitions */
    struct rd list;  /* the varbinds, each well formed */
    unsigned nvars;
    struct grant grant;
};
struct answer {
    size_t room;     /* octets there may be in list: at most SNMP_IN_MAX */
    int32_t status, index;
    bool echo;       /* the varbinds are those of the request */
    bool waits;      /* nothing is to be sent now: somebody else is asked (held.c) */
    size_t len;
    uint8_t list[SNMP_IN_MAX];
};

/* The value of a varbind as a fact; an error when no object has such a value. */
MUST_USE enum snmp_error value_of(uint8_t tag, struct rd content, struct trap_var *v);
/* The content of a PDU, whose tag is in r->pdu. False: not well formed. */
MUST_USE bool request_parse(struct rd pdu, struct request *r);
/* Counts what is asked and answered. False: nothing is to be sent (RFC 3418 snmpSilentDrops, unless it waits). */
MUST_USE bool agent_answer(struct snmp *s, const struct request *r, struct answer *a);
/* The response as a PDU, before what w already holds. */
void answer_write(const struct request *r, const struct answer *a, struct bw *w);
#endif

/* codec.h: one SNMPv1 or SNMPv2c message as bytes and as a struct. */
#ifndef SNMP_CODEC_H
#define SNMP_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "espial/bus.h"
#include "espial/mem.h"
#include "snmp/coexist.h"
#include "snmp/snmp_conf.h"

#define SNMP_OUT_MAX 1500 /* bytes of a message we send: `snmp-server packetsize` of IOS */
#define SNMP_IN_MAX  8192 /* bytes of a message we read: the largest packetsize of IOS */

enum snmp_pdu_kind {
    SNMP_PDU_TRAP, /* Trap-PDU in version 1, SNMPv2-Trap-PDU in version 2 */
    SNMP_PDU_INFORM,
    SNMP_PDU_GET,
    SNMP_PDU_GET_NEXT,
    SNMP_PDU_GET_BULK,
    SNMP_PDU_SET,
    SNMP_PDU_RESPONSE,
};

struct snmp_message {
    uint8_t version; /* 1, or 2 for v2c */
    enum snmp_pdu_kind pdu;
    uint8_t community[SNMP_COMMUNITY_MAX];
    size_t community_len;
    uint32_t request_id;   /* v2c, and v1 requests */
    uint32_t error_status; /* responses */
    uint32_t uptime;       /* 1/100 s; traps and informs */
    struct v1_head v1;     /* v1 traps; a reader fills trap.trap_oid from it, a writer needs both */
    unsigned lost;         /* read: varbinds left out or cut because a fact cannot hold them */
    unsigned nvars;        /* read: varbinds in the message */
    struct fact_trap
        trap; /* traps and informs: trap_oid, version, nvars, vars; without sysUpTime.0 and snmpTrapOID.0 */
};

enum codec_result {
    CODEC_OK,
    CODEC_BAD_VERSION,   /* SNMPv3 or unknown; nothing after the version was read */
    CODEC_BAD_COMMUNITY, /* longer than any we could have */
    CODEC_BAD_ASN,       /* not one well-formed message of a kind we know */
    CODEC_TOO_BIG,
    CODEC_FAILED, /* the library refused to build it */
};

/* Readies the library for this process. Idempotent; opens no file and reads no configuration. */
void codec_init(void);
/* Exactly one message in len bytes. On anything but OK *m holds no promise. */
MUST_USE enum codec_result codec_read(const uint8_t *data, size_t len, struct snmp_message *m);
/* A trap of m->version into buf; *len is set on OK. */
MUST_USE enum codec_result codec_write_trap(const struct snmp_message *m, uint8_t *buf, size_t cap, size_t *len);
/* The Response that acknowledges an Inform received as data (RFC 3416, 4.2.7: the same request-id and varbinds). */
MUST_USE enum codec_result codec_acknowledge(const uint8_t *data, size_t data_len, uint8_t *buf, size_t cap,
                                             size_t *len);
#endif

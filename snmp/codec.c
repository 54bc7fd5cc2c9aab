/* codec.c: SNMPv1 and SNMPv2c messages to bytes and back, by net-snmp's library. The only file that sees it.
 *
 * The library is used as a codec alone (snmp_build, snmp_parse): no session, no transport, no descriptor, no timer. Notifications without a
 * conversation need nothing more, two routers in one process cannot disturb each other, and init_snmp is never called: no configuration file or MIB is read,
 * no persistent folder is made, the process's locale stays. What remains process-wide is the library's log: it is given one handler that discards, since
 * the result of each call already says what went wrong. The request-id is the caller's, so that equal runs send equal bytes.
 *
 * What the library is spared: the envelope is checked here first (exact length, version), because version 3 would enter a security model that was never set
 * up, and because trailing bytes would pass unseen. What a fact cannot hold (more than 16 varbinds, OIDs over 64 numbers, strings over 256 bytes) is
 * left out or cut, and counted. It knows nothing of communities or hosts; see receive.c, notify.c.
 * RFC 1157 section 4, RFC 3416 section 4.2, RFC 3417 section 8 (BER).
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "snmp/codec.h"
#include "snmp/ber.h"

#include <stdlib.h>
#include <string.h>

#include "espial/buf.h"

static const oid sys_uptime_0[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
static const oid snmp_trap_oid_0[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
#define LEN(a) (sizeof(a) / sizeof((a)[0]))

void codec_init(void)
{
    if (!get_logh_head())
        netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
    netsnmp_session session;
    snmp_sess_init(&session);
}

/* SEQUENCE { INTEGER version ...} that fills the datagram. */
static enum codec_result check_envelope(const uint8_t *data, size_t len)
{
    struct rd r = rd_of(data, len);
    if (rd_u8(&r) != (ASN_SEQUENCE | ASN_CONSTRUCTOR))
        return CODEC_BAD_ASN;
    if (ber_length(&r) != r.left || rd_u8(&r) != ASN_INTEGER)
        return CODEC_BAD_ASN;
    size_t n = ber_length(&r);
    if (r.bad || n == 0 || n > 4)
        return CODEC_BAD_ASN;
    uint32_t version = 0;
    while (n--)
        version = version << 8 | rd_u8(&r);
    if (r.bad)
        return CODEC_BAD_ASN;
    return version == SNMP_VERSION_1 || version == SNMP_VERSION_2c ? CODEC_OK : CODEC_BAD_VERSION;
}

/* The library's OIDs are of unsigned long. BER knows no OID of fewer than two numbers; the library makes one number of an empty encoding, here it is 0.0.
 * False when it does not fit a fact. */
static bool narrow_oid(const oid *in, size_t n, uint32_t out[TRAP_OID_MAX], size_t *out_len)
{
    if (n > TRAP_OID_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)in[i];
    for (; n < 2; n++)
        out[n] = 0;
    *out_len = n;
    return true;
}

static size_t widen_oid(const uint32_t *in, size_t n, oid out[TRAP_OID_MAX])
{
    if (n > TRAP_OID_MAX)
        n = TRAP_OID_MAX;
    for (size_t i = 0; i < n; i++)
        out[i] = in[i];
    return n;
}

static bool oid_is(const netsnmp_variable_list *v, const oid *name, size_t n)
{
    return v->name_length == n && memcmp(v->name, name, n * sizeof(*name)) == 0;
}

/* One varbind into a fact; counts what it had to cut. False: leave it out. */
static bool read_var(const netsnmp_variable_list *v, struct trap_var *out, unsigned *lost)
{
    size_t n;
    if (!narrow_oid(v->name, v->name_length, out->oid, &n))
        return ++*lost, false;
    out->oid_len = (uint8_t)n;
    switch (v->type) {
    case ASN_INTEGER:
        out->type = TRAP_INT;
        out->num = (int32_t)*v->val.integer;
        break;
    case ASN_GAUGE:
        out->type = TRAP_UNSIGNED;
        out->num = (uint32_t)*v->val.integer;
        break;
    case ASN_COUNTER:
        out->type = TRAP_COUNTER;
        out->num = (uint32_t)*v->val.integer;
        break;
    case ASN_TIMETICKS:
        out->type = TRAP_TICKS;
        out->num = (uint32_t)*v->val.integer;
        break;
    case ASN_COUNTER64:
        out->type = TRAP_COUNTER64;
        out->num = (int64_t)((uint64_t)v->val.counter64->high << 32 | (v->val.counter64->low & 0xffffffffu));
        break;
    case ASN_IPADDRESS:
        if (v->val_len != 4)
            return ++*lost, false;
        out->type = TRAP_IP;
        out->num = get32(v->val.string);
        break;
    case ASN_OCTET_STR:
    case ASN_OPAQUE:
        out->type = TRAP_STRING;
        out->len = (uint16_t)(v->val_len < sizeof(out->data) ? v->val_len : sizeof(out->data));
        if (out->len < v->val_len)
            ++*lost;
        if (out->len)
            memcpy(out->data, v->val.string, out->len);
        break;
    case ASN_OBJECT_ID:
        if (!narrow_oid(v->val.objid, v->val_len / sizeof(oid), out->oid_val, &n))
            return ++*lost, false;
        out->type = TRAP_OID;
        out->len = (uint16_t)n;
        break;
    default: /* NULL, noSuchObject, noSuchInstance, endOfMibView, and syntaxes no standard has */
        out->type = TRAP_NONE;
    }
    return true;
}

static void read_vars(const netsnmp_variable_list *v, struct snmp_message *m)
{
    struct fact_trap *t = &m->trap;
    for (; v; v = v->next_variable) {
        if (t->nvars == TRAP_VARBINDS_MAX)
            m->lost++;
        else if (read_var(v, &t->vars[t->nvars], &m->lost))
            t->nvars++;
        else
            memset(&t->vars[t->nvars], 0, sizeof(t->vars[0]));
    }
}

static enum codec_result read_v1_trap(const netsnmp_pdu *pdu, struct snmp_message *m)
{
    size_t n;
    if (pdu->trap_type < 0 || pdu->trap_type > V1_ENTERPRISE_SPECIFIC || pdu->specific_type < 0 ||
        pdu->specific_type > (long)UINT32_MAX ||
        !narrow_oid(pdu->enterprise, pdu->enterprise_length, m->v1.enterprise, &n))
        return CODEC_BAD_ASN;
    m->v1.enterprise_len = (uint8_t)n;
    m->v1.generic = (uint8_t)pdu->trap_type;
    m->v1.specific = (uint32_t)pdu->specific_type;
    m->v1.agent_addr = get32(pdu->agent_addr);
    m->uptime = (uint32_t)pdu->time;
    if (coexist_from_v1(&m->v1, &m->trap) != COEXIST_OK)
        return CODEC_BAD_ASN;
    read_vars(pdu->variables, m);
    return CODEC_OK;
}

/* RFC 3416, 4.2.6: the first two varbinds are sysUpTime.0 and snmpTrapOID.0. */
static enum codec_result read_v2_notification(const netsnmp_pdu *pdu, struct snmp_message *m)
{
    const netsnmp_variable_list *up = pdu->variables, *id = up ? up->next_variable : NULL;
    size_t n;
    if (!id || up->type != ASN_TIMETICKS || !oid_is(up, sys_uptime_0, LEN(sys_uptime_0)) || id->type != ASN_OBJECT_ID ||
        !oid_is(id, snmp_trap_oid_0, LEN(snmp_trap_oid_0)) ||
        !narrow_oid(id->val.objid, id->val_len / sizeof(oid), m->trap.trap_oid, &n))
        return CODEC_BAD_ASN;
    m->uptime = (uint32_t)*up->val.integer;
    m->trap.trap_oid_len = (uint8_t)n;
    read_vars(id->next_variable, m);
    return CODEC_OK;
}

static enum codec_result read_pdu(const netsnmp_pdu *pdu, struct snmp_message *m)
{
    bool v1 = pdu->version == SNMP_VERSION_1;
    m->version = v1 ? 1 : 2;
    m->trap.version = m->version;
    if (pdu->community_len > sizeof(m->community))
        return CODEC_BAD_COMMUNITY;
    m->community_len = pdu->community_len;
    if (pdu->community_len)
        memcpy(m->community, pdu->community, pdu->community_len);
    m->request_id = (uint32_t)pdu->reqid;
    for (const netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable)
        m->nvars++;
    switch (pdu->command) {
    case SNMP_MSG_TRAP:
        m->pdu = SNMP_PDU_TRAP;
        return v1 ? read_v1_trap(pdu, m) : CODEC_BAD_ASN;
    case SNMP_MSG_TRAP2:
        m->pdu = SNMP_PDU_TRAP;
        return v1 ? CODEC_BAD_ASN : read_v2_notification(pdu, m);
    case SNMP_MSG_INFORM:
        m->pdu = SNMP_PDU_INFORM;
        return v1 ? CODEC_BAD_ASN : read_v2_notification(pdu, m);
    case SNMP_MSG_GET:
        m->pdu = SNMP_PDU_GET;
        return CODEC_OK;
    case SNMP_MSG_GETNEXT:
        m->pdu = SNMP_PDU_GET_NEXT;
        return CODEC_OK;
    case SNMP_MSG_GETBULK:
        m->pdu = SNMP_PDU_GET_BULK;
        return v1 ? CODEC_BAD_ASN : CODEC_OK;
    case SNMP_MSG_SET:
        m->pdu = SNMP_PDU_SET;
        return CODEC_OK;
    case SNMP_MSG_RESPONSE:
        m->pdu = SNMP_PDU_RESPONSE;
        m->error_status = (uint32_t)pdu->errstat;
        return CODEC_OK;
    default:
        return CODEC_BAD_ASN;
    }
}

/* The library's form of a message; to be freed with snmp_free_pdu. NULL when it is not one. */
static netsnmp_pdu *parse(const uint8_t *data, size_t len)
{
    uint8_t copy[SNMP_IN_MAX]; /* the library's argument is not const */
    memcpy(copy, data, len);
    netsnmp_session session;
    snmp_sess_init(&session);
    netsnmp_pdu *pdu = calloc(1, sizeof(*pdu));
    if (pdu && snmp_parse(NULL, &session, pdu, copy, len) != SNMPERR_SUCCESS) {
        snmp_free_pdu(pdu);
        return NULL;
    }
    return pdu;
}

enum codec_result codec_read(const uint8_t *data, size_t len, struct snmp_message *m)
{
    memset(m, 0, sizeof(*m));
    if (len > SNMP_IN_MAX)
        return CODEC_TOO_BIG;
    enum codec_result r = check_envelope(data, len);
    if (r != CODEC_OK)
        return r;
    netsnmp_pdu *pdu = parse(data, len);
    if (!pdu)
        return CODEC_BAD_ASN;
    r = read_pdu(pdu, m);
    snmp_free_pdu(pdu);
    return r;
}

/* Frees the PDU. */
static enum codec_result build(netsnmp_pdu *pdu, uint8_t *buf, size_t cap, size_t *len)
{
    netsnmp_session session;
    snmp_sess_init(&session);
    size_t packet_len = SNMP_IN_MAX, used = 0;
    u_char *packet = malloc(packet_len); /* grown by the library when too small */
    enum codec_result r = CODEC_FAILED;
    /* Built backwards: the message is the last `used` octets. */
    if (packet && snmp_build(&packet, &packet_len, &used, &session, pdu) == 0) {
        r = used > cap ? CODEC_TOO_BIG : CODEC_OK;
        if (r == CODEC_OK) {
            memcpy(buf, packet + packet_len - used, used);
            *len = used;
        }
    }
    free(packet);
    snmp_free_pdu(pdu);
    return r;
}

static bool write_var(netsnmp_pdu *pdu, const struct trap_var *v)
{
    oid name[TRAP_OID_MAX], objid[TRAP_OID_MAX];
    size_t n = widen_oid(v->oid, v->oid_len, name);
    long integer = (int32_t)v->num;
    u_long natural = (uint32_t)v->num;
    uint8_t addr[4];
    struct counter64 wide = {.high = (u_long)((uint64_t)v->num >> 32), .low = (uint32_t)v->num};
    const void *value = &natural;
    size_t size = sizeof(natural);
    u_char type = ASN_NULL;
    switch (v->type) {
    case TRAP_INT:
        type = ASN_INTEGER;
        value = &integer;
        break;
    case TRAP_UNSIGNED: type = ASN_GAUGE; break;
    case TRAP_COUNTER: type = ASN_COUNTER; break;
    case TRAP_TICKS: type = ASN_TIMETICKS; break;
    case TRAP_COUNTER64:
        type = ASN_COUNTER64;
        value = &wide;
        size = sizeof(wide);
        break;
    case TRAP_IP:
        type = ASN_IPADDRESS;
        put32(addr, (uint32_t)v->num);
        value = addr;
        size = sizeof(addr);
        break;
    case TRAP_STRING:
        type = ASN_OCTET_STR;
        value = v->data;
        size = v->len < sizeof(v->data) ? v->len : sizeof(v->data);
        break;
    case TRAP_OID:
        type = ASN_OBJECT_ID;
        size = widen_oid(v->oid_val, v->len, objid) * sizeof(oid);
        value = objid;
        break;
    case TRAP_NONE:
        type = pdu->version == SNMP_VERSION_1 ? ASN_NULL : SNMP_NOSUCHINSTANCE;
        value = NULL;
        size = 0;
        break;
    }
    return snmp_pdu_add_variable(pdu, name, n, type, value, size) != NULL;
}

static bool write_v1_head(netsnmp_pdu *pdu, const struct snmp_message *m)
{
    oid enterprise[TRAP_OID_MAX];
    size_t n = widen_oid(m->v1.enterprise, m->v1.enterprise_len, enterprise);
    pdu->enterprise = malloc(n * sizeof(oid) + 1);
    if (!pdu->enterprise)
        return false;
    memcpy(pdu->enterprise, enterprise, n * sizeof(oid));
    pdu->enterprise_length = n;
    pdu->trap_type = m->v1.generic;
    pdu->specific_type = (long)m->v1.specific;
    put32(pdu->agent_addr, m->v1.agent_addr);
    pdu->time = m->uptime;
    return true;
}

static bool write_v2_head(netsnmp_pdu *pdu, const struct snmp_message *m)
{
    oid trap_oid[TRAP_OID_MAX];
    size_t n = widen_oid(m->trap.trap_oid, m->trap.trap_oid_len, trap_oid);
    u_long uptime = m->uptime;
    return snmp_pdu_add_variable(pdu, sys_uptime_0, LEN(sys_uptime_0), ASN_TIMETICKS, &uptime, sizeof(uptime)) &&
           snmp_pdu_add_variable(pdu, snmp_trap_oid_0, LEN(snmp_trap_oid_0), ASN_OBJECT_ID, trap_oid, n * sizeof(oid));
}

enum codec_result codec_write_trap(const struct snmp_message *m, uint8_t *buf, size_t cap, size_t *len)
{
    bool v1 = m->version == 1;
    netsnmp_pdu *pdu = snmp_pdu_create(v1                          ? SNMP_MSG_TRAP
                                       : m->pdu == SNMP_PDU_INFORM ? SNMP_MSG_INFORM
                                                                   : SNMP_MSG_TRAP2);
    if (!pdu)
        return CODEC_FAILED;
    pdu->version = v1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
    pdu->reqid = (int32_t)m->request_id;
    pdu->community_len = m->community_len < sizeof(m->community) ? m->community_len : sizeof(m->community);
    pdu->community = malloc(pdu->community_len + 1);
    bool ok = pdu->community && (v1 ? write_v1_head(pdu, m) : write_v2_head(pdu, m));
    if (pdu->community)
        memcpy(pdu->community, m->community, pdu->community_len);
    for (size_t i = 0; ok && i < m->trap.nvars && i < TRAP_VARBINDS_MAX; i++)
        ok = write_var(pdu, &m->trap.vars[i]);
    if (ok)
        return build(pdu, buf, cap, len);
    snmp_free_pdu(pdu);
    return CODEC_FAILED;
}

enum codec_result codec_acknowledge(const uint8_t *data, size_t data_len, uint8_t *buf, size_t cap, size_t *len)
{
    if (data_len > SNMP_IN_MAX || check_envelope(data, data_len) != CODEC_OK)
        return CODEC_BAD_ASN;
    netsnmp_pdu *pdu = parse(data, data_len);
    if (!pdu)
        return CODEC_BAD_ASN;
    if (pdu->command != SNMP_MSG_INFORM) {
        snmp_free_pdu(pdu);
        return CODEC_BAD_ASN;
    }
    pdu->command = SNMP_MSG_RESPONSE;
    pdu->errstat = 0;
    pdu->errindex = 0;
    return build(pdu, buf, cap, len);
}

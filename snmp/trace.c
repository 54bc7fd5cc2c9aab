/* trace.c: `debug snmp packets`, `headers`, `sessions` and `requests` (those we make ourselves: informs): a notification, request or response as lines of the log.
 *
 * One message of several lines: what happened to the packet, the PDU's head, then one line for each varbind, numerically, as the router loads no MIB.
 * Strings print their printable octets as they are and the rest as \xNN, so that a sender cannot write control characters to a terminal.
 */
#include "snmp/agent.h"
#include "snmp/usm.h"

#include <ctype.h>
#include <inttypes.h>

static void add_oid(struct text *t, const uint32_t *oid, size_t n)
{
    for (size_t i = 0; i < n && i < TRAP_OID_MAX; i++)
        text_printf(t, i ? ".%" PRIu32 : "%" PRIu32, oid[i]);
}

static void add_string(struct text *t, const uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text_printf(t, isprint(s[i]) && s[i] < 0x80 ? "%c" : "\\x%02x", s[i]);
}

static bool is_text(const uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((s[i] < 0x20 && s[i] != '\r' && s[i] != '\n' && s[i] != '\t') || s[i] > 0x7e)
            return false;
    return true;
}

/* Sixteen a line, in pairs, with wider gaps in the middle of the line and of its halves: as devices show them. */
static void add_octets(struct text *t, const uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *gap = i % 16 == 0 ? "\n" : i % 8 == 0 ? "    " : i % 4 == 0 ? "   " : i % 2 == 0 ? "  " : " ";
        text_printf(t, "%s%02X", gap, s[i]);
    }
}

/* The same, with its lines as lines: for who has asked for it. */
static void add_lines(struct text *t, const uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\n')
            text_add(t, "\n");
        else if (s[i] != '\r' || i + 1 == n || s[i + 1] != '\n')
            add_string(t, s + i, 1);
    }
}

static void add_value(struct text *t, const struct trap_var *v)
{
    switch (v->type) {
    case TRAP_INT:
    case TRAP_UNSIGNED:
    case TRAP_COUNTER:
    case TRAP_TICKS: text_printf(t, "%" PRId64, v->num); break;
    case TRAP_COUNTER64: text_printf(t, "%" PRIu64, (uint64_t)v->num); break;
    case TRAP_IP: text_add(t, IP4((uint32_t)v->num)); break;
    case TRAP_STRING: add_string(t, v->data, v->len < sizeof(v->data) ? v->len : sizeof(v->data)); break;
    case TRAP_OID: add_oid(t, v->oid_val, v->len); break;
    case TRAP_NONE: text_add(t, "NO_SUCH_INSTANCE_EXCEPTION"); break;
    }
}

static void add_pdu(struct text *t, const struct snmp_message *m)
{
    if (m->version == 1) {
        text_add(t, "SNMP: V1 Trap, ent ");
        add_oid(t, m->v1.enterprise, m->v1.enterprise_len);
        text_printf(t, ", addr %s, gentrap %u, spectrap %" PRIu32, IP4(m->v1.agent_addr), m->v1.generic,
                    m->v1.specific);
    } else {
        text_printf(t, "SNMP: %s, reqid %" PRIu32 ", errstat 0, erridx 0",
                    m->pdu == SNMP_PDU_INFORM ? "Inform request" : "V2 Trap", m->request_id);
        text_printf(t, "\n sysUpTime.0 = %" PRIu32 "\n snmpTrapOID.0 = ", m->uptime);
        add_oid(t, m->trap.trap_oid, m->trap.trap_oid_len);
    }
    for (size_t i = 0; i < m->trap.nvars && i < TRAP_VARBINDS_MAX; i++) {
        text_add(t, "\n ");
        add_oid(t, m->trap.vars[i].oid, m->trap.vars[i].oid_len);
        text_add(t, " = ");
        add_value(t, &m->trap.vars[i]);
    }
}

void trace_queued(struct snmp *s, const struct snmp_message *m, uint32_t dst)
{
    struct text t = {0};
    text_printf(&t, "SNMP: Queuing packet to %s\n", IP4(dst));
    add_pdu(&t, m);
    msg_debug(s->env.log, "%s", text_str(&t));
    text_free(&t);
}

void trace_received(struct snmp *s, const struct snmp_message *m, uint32_t src)
{
    struct text t = {0};
    text_printf(&t, "SNMP: Packet received via UDP from %s\n", IP4(src));
    add_pdu(&t, m);
    if (m->lost)
        text_printf(&t, "\nSNMP: %u varbinds left out or cut", m->lost);
    msg_debug(s->env.log, "%s", text_str(&t));
    text_free(&t);
}

void trace_refused(struct snmp *s, const char *why, uint32_t src)
{
    msg_debug(s->env.log, "SNMP: Packet received via UDP from %s: %s", IP4(src), why);
}

void trace_manager(struct snmp *s, const struct snmp_host_conf *h, unsigned retries, unsigned timeout_s)
{
    msg_debug(s->env.log, "SNMP Manager API: request\n  dest: %s.%u, %s: %s\n  retries: %u, timeout: %u", IP4(h->addr),
              h->udp_port, h->version == SNMP_HOST_V3 ? "user" : "community", h->community, retries, timeout_s);
}

void trace_session(struct snmp *s, const struct snmp_session *n, const char *what)
{
    static const char *const who[] = {"V1 community", "V2C community", "V3 user"};
    msg_debug(s->env.log, "SNMP Manager API: session %s\n  dest: %s.%u, %s: %s", what, IP4(n->addr), n->port,
              who[n->version], n->who);
}

static const char *pdu_name(uint8_t pdu)
{
    switch (pdu) {
    case BER_GET: return "Get request";
    case BER_GET_NEXT: return "Get-next request";
    case BER_GET_BULK: return "Get-bulk request";
    case BER_SET: return "Set request";
    default: return "Response";
    }
}

static void add_varbinds(struct text *t, struct rd list)
{
    while (list.left) {
        struct trap_var v = {.type = TRAP_NONE};
        bool whole;
        uint8_t tag;
        struct rd pair = ber_of(&list, BER_SEQUENCE), name = ber_of(&pair, BER_OID), c = ber_next(&pair, &tag);
        v.oid_len = (uint8_t)ber_oid_of(&name, v.oid, TRAP_OID_MAX, &whole);
        if (list.bad || pair.bad || name.bad)
            return;
        text_add(t, "\n ");
        add_oid(t, v.oid, v.oid_len);
        text_add(t, " = ");
        switch (tag) {
        case BER_OCTETS: add_string(t, c.p, c.left); break; /* also longer than a fact holds */
        case BER_NO_OBJECT: text_add(t, "NO_SUCH_OBJECT_EXCEPTION"); break;
        case BER_NO_INSTANCE: text_add(t, "NO_SUCH_INSTANCE_EXCEPTION"); break;
        case BER_END_OF_VIEW: text_add(t, "END_OF_MIB_VIEW_EXCEPTION"); break;
        default:
            if (value_of(tag, c, &v) == SNMP_NO_ERROR)
                add_value(t, &v);
            else
                text_add(t, "NULL TYPE/VALUE");
        }
    }
}

void trace_header(struct snmp *s, unsigned version, const uint8_t *community, size_t len)
{
    struct text t = {0};
    text_printf(&t, "Incoming SNMP packet\nv%s packet\ncommunity string: ", version == 1 ? "1" : "2c");
    add_string(&t, community, len);
    msg_debug(s->env.log, "%s", text_str(&t));
    text_free(&t);
}

static void add_request(struct text *t, const struct request *r)
{
    text_printf(t, "\nSNMP: %s, reqid %" PRId32, pdu_name(r->pdu), r->id);
    text_printf(t,
                r->pdu == BER_GET_BULK ? ", nonrptr %" PRId32 ", maxreps %" PRId32
                                       : ", errstat %" PRId32 ", erridx %" PRId32,
                r->a, r->b);
    add_varbinds(t, r->list);
}

void trace_request(struct snmp *s, const struct request *r, const struct udp_from *from)
{
    struct text t = {0};
    const char *ifname = from->ifindex ? inet_if_name(s->env.inet, from->ifindex) : NULL;
    text_printf(&t, "SNMP: Packet received via UDP from %s%s%s", IP4(from->src), ifname ? " on " : "",
                ifname ? ifname : "");
    add_request(&t, r);
    msg_debug(s->env.log, "%s", text_str(&t));
    text_free(&t);
}

void trace_response(struct snmp *s, const struct request *r, uint32_t src)
{
    trace_request(s, r, &(struct udp_from){.src = src});
}

void trace_ask(struct snmp *s, uint8_t tag, struct rd pdu, uint32_t dst)
{
    struct text t = {0};
    struct request r = {.pdu = tag};
    if (!request_parse(pdu, &r))
        return;
    text_printf(&t, "SNMP: Queuing packet to %s", IP4(dst));
    add_request(&t, &r);
    msg_debug(s->env.log, "%s", text_str(&t));
    text_free(&t);
}

void trace_answer(struct snmp *s, const struct request *r, const struct answer *a, uint32_t dst)
{
    struct text t = {0};
    text_printf(&t, "SNMP: Response, reqid %" PRId32 ", errstat %" PRId32 ", erridx %" PRId32, r->id, a->status,
                a->index);
    add_varbinds(&t, a->echo ? r->list : rd_of(a->list, a->len));
    text_printf(&t, "\nSNMP: Packet sent via UDP to %s", IP4(dst));
    msg_debug(s->env.log, "%s", text_str(&t));
    text_free(&t);
}

void trace_header_v3(struct snmp *s, const struct v3 *m)
{
    static const char *const levels[] = {"noauth", "auth", "priv"};
    struct text t = {0};
    text_printf(
        &t, "Incoming SNMP packet\nv3 packet security model: v3 security level: %s\nusername: ", levels[v3_level(m)]);
    add_string(&t, m->user_name.p, m->user_name.left);
    text_add(&t, "\nsnmpEngineID: ");
    for (size_t i = 0; i < m->engine.left; i++)
        text_printf(&t, "%02X", m->engine.p[i]);
    text_printf(&t, "\nsnmpEngineBoots: %" PRId32 " snmpEngineTime: %" PRId32, m->boots, m->time);
    msg_debug(s->env.log, "%s", text_str(&t));
    text_free(&t);
}

void snmp_say_value(struct snmp *s, const struct agent_value *v, struct text *out)
{
    static const char *const absent[] = {"NO_SUCH_OBJECT_EXCEPTION", "NO_SUCH_INSTANCE_EXCEPTION",
                                         "END_OF_MIB_VIEW_EXCEPTION", "NULL TYPE/VALUE"};
    text_add(out, " ");
    name_say(s->env.mib, v->var.oid, v->var.oid_len, out);
    text_add(out, " = ");
    if (v->var.type == TRAP_NONE)
        text_add(out, absent[v->absence]);
    else if (v->var.type == TRAP_STRING && is_text(v->var.data, v->var.len))
        add_lines(out, v->var.data, v->var.len);
    else if (v->var.type == TRAP_STRING)
        add_octets(out, v->var.data, v->var.len);
    else if (v->var.type == TRAP_COUNTER64)
        text_printf(out, "0x%" PRIX32 "%08" PRIX32, (uint32_t)((uint64_t)v->var.num >> 32), (uint32_t)v->var.num);
    else
        add_value(out, &v->var);
    text_add(out, "\n");
}

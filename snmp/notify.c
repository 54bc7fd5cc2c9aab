/* notify.c: a notification that someone wants sent, to the hosts that asked for its kind.
 *
 * Two gates, both by the kind (kinds.c): `snmp-server enable traps KIND` for the router, and the type list of each `snmp-server host` line (none listed: all).
 * A host of version 1 gets a Trap-PDU as RFC 3584 maps it, with the sending address as agent-addr; absent values are 0 or empty there (coexist.c).
 * A host of version 2c gets sysUpTime.0, snmpTrapOID.0 and the varbinds as they are; one of version 3 the same under the user that its line names (notify_v3.c).
 * Traps are sent once and not acknowledged; informs are sent until they are, and a trap that finds no way waits (outbox.c).
 * An applet may keep one from a host (event snmp-notification direction outgoing): it is asked before each (espial/gate.h).
 * What cannot be said (over the maximum packet size, no v1 form, no such user) is counted as dropped for that host and nothing is said about it, as a message
 * could itself be a notification (syslog) and never end.
 */
#include "snmp/notify.h"

#include <string.h>

#include "espial/gate.h"

/* The message for one host. False when its version cannot say it. */
static bool compose(struct snmp *s, const struct notification *n, const struct snmp_host_conf *h, uint32_t src,
                    struct snmp_message *m)
{
    memset(m, 0, offsetof(struct snmp_message, trap));
    m->trap = n->trap;
    m->pdu = h->informs ? SNMP_PDU_INFORM : SNMP_PDU_TRAP;
    m->uptime = n->uptime;
    m->request_id = n->request_id;
    if (h->version == SNMP_HOST_V3) {
        m->version = 2; /* until notify_v3.c puts it into its envelope */
        return true;
    }
    m->community_len = strlen(h->community);
    memcpy(m->community, h->community, m->community_len);
    if (h->version == SNMP_HOST_V2C) {
        m->version = 2;
        return true;
    }
    m->version = 1;
    m->v1.agent_addr = src;
    coexist_fill_absent(&m->trap);
    return coexist_to_v1(&n->trap, s->sys_object_id, SYS_OBJECT_ID_LEN, &m->v1) == COEXIST_OK;
}

enum notify_result notify_transmit(struct snmp *s, const struct notification *n, const struct snmp_host_conf *h)
{
    struct snmp_message m;
    uint8_t data[SNMP_OUT_MAX], sealed[SNMP_MESSAGE_MAX];
    const uint8_t *out = data;
    size_t len = 0;
    uint32_t src = transport_source(s, h->addr, h->informs);
    if (!src)
        return NOTIFY_NO_WAY;
    if (!compose(s, n, h, src, &m))
        return NOTIFY_CANNOT;
    enum codec_result r =
        codec_write_trap(&m, data, s->conf.packet_size < sizeof data ? s->conf.packet_size : sizeof data, &len);
    if (r == CODEC_OK && h->version == SNMP_HOST_V3) {
        if (!notify_v3_seal(s, h, n->request_id, &n->trap, data, &len, sealed))
            return NOTIFY_CANNOT;
        out = sealed;
        if (len > s->conf.packet_size)
            r = CODEC_TOO_BIG;
    }
    if (r == CODEC_TOO_BIG)
        s->stats.out_too_big++;
    if (r != CODEC_OK)
        return NOTIFY_CANNOT;
    if (s->debug_packets)
        trace_queued(s, &m, h->addr);
    if (!transport_send(s, src, h->addr, h->udp_port, out, len))
        return NOTIFY_NO_WAY;
    s->stats.out_pkts++;
    ++*(h->informs ? &s->stats.out_informs : &s->stats.out_traps);
    return NOTIFY_SENT;
}

void snmp_watched(struct snmp *s, const struct trap_gate *traps, const struct object_gate *objects)
{
    s->trap_gate = traps;
    s->object_gate = objects;
}

/* Whoever watches notifications may keep one from a host. */
static bool may_go(struct snmp *s, const struct fact_trap *t, const struct snmp_host_conf *h)
{
    const struct trap_gate *g = s->trap_gate;
    if (!g || !g->arg || !g->wants(g->arg))
        return true;
    struct fact_trap asked = *t;
    asked.src = transport_source(s, h->addr, h->informs);
    asked.dst = h->addr;
    asked.version = (uint8_t)(h->version - SNMP_HOST_V1 + 1);
    return g->pass(g->arg, &asked, s->notifications);
}

bool notify_enabled(const struct snmp *s, const char *kind)
{
    const struct kind *k = kind_find(kind);
    return k && s->running && kind_enabled(&s->conf, k);
}

void notify_send(struct snmp *s, const struct fact_trap *t)
{
    snmp_settle(s);
    if (!notify_enabled(s, t->kind))
        return;
    const struct kind *k = kind_find(t->kind);
    s->notifications++;
    for (size_t i = 0; i < s->conf.hosts.n; i++) {
        const struct snmp_host_conf *h = s->conf.hosts.v[i];
        if (kind_for_host(h, k) && (!t->dst || t->dst == h->addr) && may_go(s, t, h))
            outbox_post(s, h, t);
    }
}

void notify_wanted(void *arg, const void *fact)
{
    struct snmp *s = arg;
    const struct fact_trap *t = fact;
    if (s->conf.trap_link_ietf && str_starts(t->kind, "snmp link"))
        raise_link(s, t);
    else
        notify_send(s, t);
}

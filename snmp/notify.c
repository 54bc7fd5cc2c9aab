/* notify.c: a notification that someone wants sent, to the hosts that asked for its kind.
 *
 * Two gates, both by the kind's name: `snmp-server enable traps KIND` for the router, and the type list of each `snmp-server host` line (none listed: all).
 * A host of version 1 gets a Trap-PDU as RFC 3584 maps it, with the sending address as agent-addr; absent values are 0 or empty there (coexist.c).
 * A host of version 2c gets sysUpTime.0, snmpTrapOID.0 and the varbinds as they are. Traps are sent once and not acknowledged; informs are not sent.
 * An applet may keep one from a host (event snmp-notification direction outgoing): it is asked before each (espial/gate.h).
 * What cannot be sent (no route, over the maximum packet size, no v1 form) is counted as dropped for that host and nothing is said about it, as a message
 * could itself be a notification (syslog) and never end.
 */
#include "snmp/snmp_local.h"

#include <string.h>

#include "espial/gate.h"

/* The kinds of notification this router can raise: where each is enabled, and where a host asks for it. */
static const struct kind {
    const char *name;
    size_t enabled, only; /* offsets of bools in struct snmp_conf, struct snmp_host_conf */
} kinds[] = {
    {"snmp", offsetof(struct snmp_conf, traps_authentication), offsetof(struct snmp_host_conf, only_snmp)},
    {"config", offsetof(struct snmp_conf, traps_config), offsetof(struct snmp_host_conf, only_config)},
    {"event-manager", offsetof(struct snmp_conf, traps_event_manager), offsetof(struct snmp_host_conf, only_event_manager)},
    {"syslog", offsetof(struct snmp_conf, traps_syslog), offsetof(struct snmp_host_conf, only_syslog)},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool flag_at(const void *base, size_t off)
{
    return *(const bool *)((const char *)base + off);
}

static const struct kind *kind_find(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

static bool host_accepts(const struct snmp_host_conf *h, const struct kind *k)
{
    bool lists_any = false;
    for (size_t i = 0; i < KINDS; i++)
        lists_any |= flag_at(h, kinds[i].only);
    return !lists_any || flag_at(h, k->only);
}

/* The message for one host. False when its version cannot say it. */
static bool compose(struct snmp *s, const struct fact_trap *t, const struct snmp_host_conf *h, uint32_t src,
                    struct snmp_message *m)
{
    memset(m, 0, offsetof(struct snmp_message, trap));
    m->trap = *t;
    m->pdu = SNMP_PDU_TRAP;
    m->uptime = snmp_uptime(s);
    m->community_len = strlen(h->community);
    memcpy(m->community, h->community, m->community_len);
    if (h->version == SNMP_HOST_V2C) {
        m->version = 2;
        m->request_id = s->request_id = s->request_id % INT32_MAX + 1;
        return true;
    }
    m->version = 1;
    m->v1.agent_addr = src;
    coexist_fill_absent(&m->trap);
    return coexist_to_v1(t, s->sys_object_id, SYS_OBJECT_ID_LEN, &m->v1) == COEXIST_OK;
}

static bool send_to(struct snmp *s, const struct fact_trap *t, const struct snmp_host_conf *h)
{
    struct snmp_message m;
    uint8_t data[SNMP_OUT_MAX];
    size_t len = 0;
    uint32_t src = transport_source(s, h->addr);
    if (!src || !compose(s, t, h, src, &m))
        return false;
    enum codec_result r = codec_write_trap(&m, data, sizeof(data), &len);
    if (r == CODEC_TOO_BIG)
        s->stats.out_too_big++;
    if (r != CODEC_OK)
        return false;
    if (s->debug_packets)
        trace_queued(s, &m, h->addr);
    return transport_send(s, src, h->addr, h->udp_port, data, len);
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
    asked.src = transport_source(s, h->addr);
    asked.dst = h->addr;
    asked.version = h->version == SNMP_HOST_V2C ? 2 : 1;
    return g->pass(g->arg, &asked, s->notifications);
}

bool notify_enabled(const struct snmp *s, const char *kind)
{
    const struct kind *k = kind_find(kind);
    return k && s->running && flag_at(&s->conf, k->enabled);
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
        if (!host_accepts(h, k) || (t->dst && t->dst != h->addr))
            continue;
        if (!may_go(s, t, h)) {
            s->hosts[i].dropped++;
            continue;
        }
        if (send_to(s, t, h)) {
            s->hosts[i].sent++;
            s->stats.out_pkts++;
            s->stats.out_traps++;
        } else {
            s->hosts[i].dropped++;
        }
    }
}

void notify_wanted(void *arg, const void *fact)
{
    notify_send(arg, fact);
}

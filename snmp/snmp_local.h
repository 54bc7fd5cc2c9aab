/* snmp_local.h: the running agent. Only files of this folder include it. */
#ifndef SNMP_LOCAL_H
#define SNMP_LOCAL_H

#include "espial/bus.h"
#include "espial/debug.h"
#include "espial/inet.h"
#include "espial/ip.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"
#include "espial/text.h"
#include "snmp/codec.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

#define SYS_OBJECT_ID_LEN 9

struct snmp {
    struct snmp_env env;
    uint32_t sys_object_id[SYS_OBJECT_ID_LEN];
    struct snmp_conf conf;
    bool running;
    struct deferred settle; /* compare asked with running, once a turn */
    struct udp_sock *listener, *sender;
    struct snmp_host_stats *hosts; /* one for each conf.hosts, same order, after snmp_settle */
    size_t nhosts;
    struct snmp_stats stats;
    uint32_t request_id;    /* of the last v2c trap */
    uint32_t syslog_index;  /* clogHistIndex of the last notification */
    uint32_t config_index;  /* ccmHistoryEventIndex of the last notification */
    int32_t set_serial;
    bool debug_packets;
};

/* snmp.c: act now on a change of configuration that waits for the end of the turn. */
void snmp_settle(struct snmp *s);

/* access.c: what a community string lets its sender do; each includes those before it, except NONE. */
enum access { ACCESS_NONE, ACCESS_NOTIFY, ACCESS_READ, ACCESS_WRITE };
enum access access_of(const struct snmp *s, const uint8_t *community, size_t len);

/* transport.c: open and close the sockets that the configuration asks for. */
void transport_settle(struct snmp *s);
void transport_close(struct snmp *s);
/* The address a notification to dst leaves from: that of trap-source when it has one, else the route's; 0 when there is no route. */
uint32_t transport_source(struct snmp *s, uint32_t dst);
MUST_USE bool transport_send(struct snmp *s, uint32_t src, uint32_t dst, uint16_t port, const uint8_t *data, size_t len);

/* notify.c: to every host whose type list accepts t->kind, when that kind is enabled. */
void notify_send(struct snmp *s, const struct fact_trap *t);
bool notify_enabled(const struct snmp *s, const char *kind);
void notify_wanted(void *arg, const void *fact); /* FACT_TRAP_WANTED */

/* raise.c: notifications of our own. */
void raise_config_changed(void *arg, const void *fact); /* FACT_CONFIG_CHANGED */
void raise_syslog(void *arg, const void *fact);         /* FACT_SYSLOG */
void raise_authentication_failure(struct snmp *s, uint32_t from);

/* receive.c */
void receive_datagram(void *arg, const struct udp_from *from, const uint8_t *data, size_t len);

/* trace.c: `debug snmp packets`. Callers have tested the bit. */
void trace_queued(struct snmp *s, const struct snmp_message *m, uint32_t dst);
void trace_received(struct snmp *s, const struct snmp_message *m, uint32_t src);
void trace_refused(struct snmp *s, const char *why, uint32_t src);
#endif

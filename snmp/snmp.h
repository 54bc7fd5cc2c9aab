/* snmp.h: the SNMP side of one router: notifications sent to `snmp-server host`s, and those received by `snmp-server manager`. */
#ifndef SNMP_SNMP_H
#define SNMP_SNMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bus;
struct clock;
struct debug_registry;
struct inet;
struct log;
struct loop;
struct mib;
struct snmp;
struct snmp_conf;
struct snmp_view_conf;
struct udp_from;

/* Where the agent lives. Everything is borrowed and must outlive it. */
struct snmp_env {
    struct loop *loop;
    struct clock *clock;
    struct bus *bus;
    struct log *log;
    struct inet *inet;
    struct debug_registry *debug; /* NULL: nobody lists or clears our debug bit */
    uint64_t boot_us;    /* loop time at which the router began: the zero of sysUpTime */
    uint32_t product;    /* sysObjectID is 1.3.6.1.4.1.9.1.product (CISCO-PRODUCTS-MIB: 1045 is a 2911) */
    const char *chassis; /* serial number that `show snmp` prints; NULL: none */
    struct mib *mib;     /* the router's managed objects; rows of our own are added. NULL: there are none to answer from */
    const char *descr;   /* sysDescr; NULL: "" */
    const char *(*hostname)(void *arg); /* sysName; NULL: "" */
    bool (*permits)(void *arg, const char *acl, uint32_t source); /* does the access list let this address? NULL: all of them do */
    void *arg;
};

struct snmp *snmp_new(const struct snmp_env *env);
void snmp_free(struct snmp *s); /* NULL-safe */

/* The live configuration. After writing to it call snmp_conf_changed: the agent acts at the end of the loop turn. */
struct snmp_conf *snmp_conf(struct snmp *s);
void snmp_conf_changed(struct snmp *s);
/* `no snmp-server`: every setting back to its default, sockets closed. Counters stay. */
void snmp_stop(struct snmp *s);
/* Any snmp-server line starts the agent; only snmp_stop (or a reload) ends it. */
bool snmp_running(struct snmp *s);
const char *snmp_chassis(const struct snmp *s); /* "" when none */
const char *snmp_descr(const struct snmp *s);   /* sysDescr */
const char *snmp_name(const struct snmp *s);    /* sysName: the hostname */
/* sysObjectID, into out; how many numbers. */
size_t snmp_object_id(const struct snmp *s, uint32_t *out);
/* 1/100 s since the router began, modulo 2^32: sysUpTime. */
uint32_t snmp_uptime(const struct snmp *s);
/* snmpSetSerialNo */
int32_t *snmp_set_serial(struct snmp *s);

/* The lines of the views that are always there: v1default, *ilmi. NULL past the end. */
const struct snmp_view_conf *snmp_view_permanent(size_t i);
/* Is this the name of a subtree: numbers, `*`, or a known name and numbers? */
bool snmp_view_name_good(struct snmp *s, const char *subtree);

/* The counters of `show snmp` (RFC 3418 snmp group names where there is one). */
struct snmp_stats {
    uint64_t in_pkts;
    uint64_t in_bad_versions;     /* not 1 or 2c */
    uint64_t in_bad_communities;
    uint64_t in_bad_uses;         /* a request that its community does not allow */
    uint64_t in_asn_errors;       /* not one well-formed message, or longer than we read */
    uint64_t in_get_requests, in_get_nexts, in_set_requests, in_responses;
    uint64_t in_response_errors;  /* responses with an error-status */
    uint64_t in_request_vars;     /* of gets */
    uint64_t in_traps, in_informs;
    uint64_t in_shortened;        /* varbinds left out, or values cut, because a fact cannot hold them */
    uint64_t out_pkts, out_traps, out_responses;
    uint64_t out_too_big;         /* over the maximum packet size */
    uint64_t in_too_big, in_no_such_name, in_bad_value, in_read_only, in_gen_err; /* error-status of responses to us */
    uint64_t in_get_bulks;
    uint64_t in_set_vars;         /* values altered by sets that succeeded */
    uint64_t out_no_such_name, out_bad_value, out_gen_err;                        /* error-status of our responses */
    uint64_t out_get_requests, out_get_nexts, out_set_requests;                   /* requests of our own */
    uint64_t silent_drops, proxy_drops;                                           /* RFC 3418 */
};
const struct snmp_stats *snmp_stats(const struct snmp *s);

struct snmp_host_stats {
    uint32_t addr;
    uint16_t port;
    uint64_t sent, dropped; /* dropped: no route, too big, or not expressible in the host's version */
};
/* The i-th `snmp-server host`, in the order of the configuration; NULL past the end. */
const struct snmp_host_stats *snmp_host_stats(struct snmp *s, size_t i);

/* A request that came by another way than the router's own UDP (a port of this machine): the response goes to out, its length is returned; 0: none. */
#define SNMP_MESSAGE_MAX 8192
size_t snmp_request(struct snmp *s, const struct udp_from *from, const uint8_t *data, size_t len, uint8_t out[SNMP_MESSAGE_MAX]);

/* `debug snmp packets` */
void snmp_debug_packets(struct snmp *s, bool on);
bool snmp_debugging_packets(const struct snmp *s);
#endif

/* bus.h: facts. A fact is a flat copy (ids, addresses, text), never a pointer to an SA or an applet. Publishing queues it; the queue drains at the end of the
 * loop turn, so nobody is called back from inside its own work. Bounded: overflow is counted, and logged once by the log. */
#ifndef ESPIAL_BUS_H
#define ESPIAL_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bus;
struct loop;

enum fact_type {
    FACT_SYSLOG,         /* struct fact_syslog */
    FACT_CONFIG_CHANGED, /* struct fact_config */
    FACT_COMMAND,        /* struct fact_command: a line was accepted and has run */
    FACT_TRAP_WANTED,    /* struct fact_trap: someone asks snmp to send a notification */
    FACT_TRAP_HEARD,     /* struct fact_trap: snmp's manager side received one */
    FACT_INVALID_SPI,    /* struct fact_invalid_spi */
    FACT_TRACK,          /* struct fact_track: a tracked object changed its state */
    FACT_ROUTE,          /* struct fact_route: the routing table changed */
    FACT_LINK,           /* struct fact_link: an interface went up or down */
    FACT_IPSLA,          /* struct fact_ipsla: a reaction of an IP SLA operation occurred or cleared */
    FACT_TYPES
};

#define SYSLOG_TEXT_MAX 1024
struct fact_syslog {
    int64_t wall_us;
    uint64_t seq;
    uint8_t severity;       /* 0-7 */
    bool debug;             /* a debug line: no %FAC-SEV-MNEMONIC */
    uint32_t held;          /* bit n: not for destination n (enum log_dest of msg.h) */
    bool
        own; /* posted while the log was sending to a syslog host: not sent to hosts, so that sending cannot feed itself */
    char facility[24];      /* "CRYPTO", "HA_EM", "SYS"; empty for debug lines */
    char mnemonic[40];      /* "RECVD_PKT_INV_SPI"; empty for debug lines */
    char line[SYSLOG_TEXT_MAX];  /* complete: timestamp, %..., text; what a terminal shows and $_syslog_msg holds */
    uint16_t text_at;       /* offset in line of "%FAC-..." (or of a debug line's text), after the timestamp */
};
struct fact_config {
    uint32_t line; /* terminal line */
    char user[32];
    bool left;     /* configuration mode was left (%SYS-5-CONFIG_I) */
    bool saved;    /* the running configuration became startup-config */
    bool erased;   /* startup-config was erased */
                   /* none of them: one line changed something */
};
struct fact_command {
    uint32_t line;
    uint8_t privilege;
    char user[32];
    char mode[24];
    char text[256]; /* fully expanded */
};
#define TRAP_VARBINDS_MAX 16
#define TRAP_OID_MAX      64 /* sub-identifiers */
struct trap_var {
    uint32_t oid[TRAP_OID_MAX];
    uint8_t oid_len;
    enum trap_type {
        TRAP_INT,
        TRAP_UNSIGNED,
        TRAP_COUNTER,
        TRAP_TICKS,
        TRAP_IP,
        TRAP_STRING,
        TRAP_OID,
        TRAP_COUNTER64,
        TRAP_NONE /* noSuchInstance */
    } type;
    int64_t num;             /* INT UNSIGNED COUNTER TICKS IP COUNTER64 */
    uint16_t len;            /* STRING: bytes of data; OID: sub-identifiers in oid_val */
    union {
        uint8_t data[256];
        uint32_t oid_val[TRAP_OID_MAX];
    };
};
/* A notification, independent of its SNMP version. v1 form follows RFC 3584 from trap_oid. */
struct fact_trap {
    uint32_t src, dst;           /* HEARD: addresses of the packet. WANTED: dst is the one host it is for; 0: all */
    char kind[24];               /* WANTED: the type of `enable traps`: "event-manager", "syslog", "config" ... */
    uint32_t trap_oid[TRAP_OID_MAX];
    uint8_t trap_oid_len;
    uint8_t version;             /* HEARD: 1, 2 (v2c), 3 */
    uint8_t nvars;
    struct trap_var vars[TRAP_VARBINDS_MAX];
};
struct fact_invalid_spi {
    uint32_t src, dst, spi;
    uint8_t proto; /* 50 or 51 */
    char ifname[32];
};

struct fact_track {
    uint32_t number; /* track N */
    bool up;
};
enum route_change { ROUTE_ADDED, ROUTE_REMOVED, ROUTE_MODIFIED };
struct fact_route {
    uint8_t change; /* enum route_change */
    uint32_t network;
    uint8_t prefix_len;
    uint8_t distance;
    uint32_t metric;
    uint32_t gateway;       /* 0: connected */
    char protocol[16];      /* "connected" "static" "local" */
    char ifname[32];        /* out of which; "" for none */
};
struct fact_link {
    char ifname[32];
    bool admin_up, line_up; /* link (not shut down) and line protocol, after the change */
};
struct fact_ipsla {
    uint32_t operation;
    uint32_t dst;
    char reaction[24];  /* "timeout" "rtt" "connectionLoss" ..., as event ipsla names them */
    char threshold[16]; /* "immediate" "consecutive" "xofy" "average" "never" */
    bool occurred;      /* else cleared */
    int64_t rising, falling, count, count2, measured;
};

/* Facts are delivered at the end of the loop's turn, from deferred work. The caller owns the bus; what waits when it is freed is lost. */
struct bus *bus_new(struct loop *loop);
void bus_free(struct bus *b); /* NULL-safe */
/* `size` must be the size of the type's struct; copied. */
void bus_publish(struct bus *b, enum fact_type type, const void *fact, size_t size);
/* Subscribers are called in the order they subscribed. */
void bus_subscribe(struct bus *b, enum fact_type type, void (*fn)(void *arg, const void *fact), void *arg);
void bus_unsubscribe(struct bus *b, enum fact_type type, void (*fn)(void *arg, const void *fact), void *arg);
/* Facts that were lost because too many waited. */
uint64_t bus_overflows(const struct bus *b);
#endif

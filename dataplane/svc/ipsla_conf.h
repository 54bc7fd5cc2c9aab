/* ipsla_conf.h: what was asked of IP SLAs. Written by the grammar (dataplane/cmd), read by ipsla*.c. */
#ifndef DATAPLANE_SVC_IPSLA_CONF_H
#define DATAPLANE_SVC_IPSLA_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "espial/conf.h"
#include "espial/ip.h"

enum sla_kind { SLA_NONE, SLA_ICMP_ECHO };
struct sla_conf { /* ip sla N */
    uint32_t number;
    uint8_t kind;            /* enum sla_kind */
    uint32_t dst, src;       /* src 0: by route */
    char src_if[IFNAME_MAX]; /* "": src says it */
    uint32_t frequency;      /* seconds: 60 */
    uint32_t timeout;        /* ms: 5000 */
    uint32_t threshold;      /* ms: 5000 */
    uint32_t data_size;      /* bytes behind the ICMP header: 28 */
    uint8_t tos;
    bool verify;
    char tag[129], owner[256];
};
enum sla_start { SLA_START_NONE, SLA_START_PENDING, SLA_START_NOW, SLA_START_AFTER };
struct sla_schedule_conf { /* ip sla schedule N */
    uint32_t number;
    bool forever;
    uint32_t life;  /* seconds: 3600 */
    uint8_t start;  /* enum sla_start; NONE waits as PENDING does */
    uint32_t after; /* seconds */
};
enum sla_element { SLA_CONNECTION_LOSS, SLA_RTT, SLA_TIMEOUT, SLA_VERIFY_ERROR };
enum sla_threshold { SLA_NEVER, SLA_IMMEDIATE, SLA_CONSECUTIVE, SLA_X_OF_Y, SLA_AVERAGE };
enum sla_action { SLA_ACTION_NONE, SLA_ACTION_TRAP };
enum { SLA_SAMPLES = 16 }; /* the most that a threshold looks back */
struct sla_react_conf {    /* ip sla reaction-configuration N react ELEMENT */
    uint32_t number;
    uint8_t element;                    /* enum sla_element */
    uint8_t threshold;                  /* enum sla_threshold */
    uint8_t consecutive, average, x, y; /* 1-16: 5 */
    uint32_t upper, lower;              /* ms, of rtt: 5000, 3000 */
    uint8_t action;                     /* enum sla_action */
};
struct slas_conf {
    struct conf_list ops;       /* struct sla_conf, by number */
    struct conf_list schedules; /* struct sla_schedule_conf, by number */
    struct conf_list reactions; /* struct sla_react_conf, by number and element */
    bool alerts;                /* ip sla enable reaction-alerts */
    bool logging;               /* ip sla logging traps */
};
void sla_conf_init(struct sla_conf *c);
void sla_schedule_conf_init(struct sla_schedule_conf *c);
void sla_react_conf_init(struct sla_react_conf *c);
#endif

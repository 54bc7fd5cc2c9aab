/* resource_conf.h: what was asked of `resource policy` (the Embedded Resource Manager): thresholds of the processor's load
 * and of memory, and which policy is in use. */
#ifndef EEM_RESOURCE_CONF_H
#define EEM_RESOURCE_CONF_H

#include "eem/eem_conf.h"

enum resource_level { RESOURCE_CRITICAL, RESOURCE_MAJOR, RESOURCE_MINOR, RESOURCE_LEVELS }; /* as in the row */
enum resource_owner { RESOURCE_CPU = 1, RESOURCE_MEMORY };

struct threshold_conf {       /* critical rising N [interval S] [falling N [interval S]] [global] */
    uint8_t level;            /* enum resource_level */
    uint8_t rising;           /* percent */
    uint32_t rising_interval; /* seconds above before it counts */
    uint8_t falling;          /* percent; 0: as rising */
    uint32_t falling_interval;
    bool global; /* kept: the thresholds here always are those of the router as a whole */
};
struct resource_owner_conf { /* cpu total, memory processor */
    uint8_t kind;            /* enum resource_owner */
    struct conf_list thresholds;
};
struct resource_system_conf { /* system */
    struct conf_list owners;
};
struct resource_policy_conf { /* policy NAME global */
    char name[EEM_NAME_MAX];
    struct conf_list systems; /* none or one */
};
struct resource_conf { /* resource policy */
    struct conf_list policies;
    char user[EEM_NAME_MAX]; /* user global NAME: the policy in use; "" none */
};
void resource_owner_conf_init(void *owner_conf);
void resource_owner_conf_fini(void *owner_conf);
void resource_system_conf_init(void *system_conf);
void resource_system_conf_fini(void *system_conf);
void resource_policy_conf_init(void *policy_conf);
void resource_policy_conf_fini(void *policy_conf);
void resource_conf_init(void *resource_conf);
void resource_conf_fini(void *resource_conf);
#endif

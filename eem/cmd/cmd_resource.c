/* cmd_resource.c: `resource policy`: policies with thresholds of processor and memory, and which of them is in use; what
 * `event resource policy` waits for.
 *
 *     resource policy
 *      policy NAME global
 *       system
 *        cpu total
 *         critical rising 90 interval 10 falling 50 interval 10
 *      user global NAME
 *
 * IOS has more owners (buffers, single processes, IPC) and policies for groups of processes; there is nothing they could
 * watch here. */
#include "eem/cmd/cmd.h"
#include "eem/eem.h"
#include "eem/resource_conf.h"

static void changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj;
    (void)what;
    eem_resources_changed(self);
}

static bool threshold_check(void *self, const void *obj, struct out *out)
{
    const struct threshold_conf *t = obj;
    (void)self;
    if (t->falling <= t->rising)
        return true;
    out_text(out, "% Falling threshold must not be above the rising one\n");
    return false;
}

static void *global_conf(void *self)
{
    return eem_conf(self);
}

static const struct cmd_scope eem_scope = {
    .size = sizeof(struct eem_conf), .init = eem_conf_init, .fini = eem_conf_fini, .global = global_conf};
#define SCOPE(kind)                                                                                                    \
    {                                                                                                                  \
        .size = sizeof(struct kind), .init = kind##_init, .fini = kind##_fini, .changed = changed                      \
    }
static const struct cmd_scope resource_scope = SCOPE(resource_conf), policy_scope = SCOPE(resource_policy_conf),
                              system_scope = SCOPE(resource_system_conf), owner_scope = SCOPE(resource_owner_conf),
                              threshold_scope = {
                                  .size = sizeof(struct threshold_conf), .check = threshold_check, .changed = changed};

static const struct cmd_row rows[] = {
    MODE(CONFIG, CONFIG_ERM, &resource_scope, &eem_scope, struct eem_conf, resources, "resource policy",
         "Resource management configuration|Resource policies", {0}),
    MODE(CONFIG_ERM, CONFIG_ERM_POLICY, &policy_scope, NULL, struct resource_conf, policies,
         "policy <arg:name> global", "Resource policy|Name of the policy|For the router as a whole",
         KEY_TXT(struct resource_policy_conf, name)),
    SET(CONFIG_ERM, NULL, "user global <arg:user>", "Who uses a policy|The router as a whole|Name of the policy",
        TXT(struct resource_conf, user)),
    MODE(CONFIG_ERM_POLICY, CONFIG_ERM_NODE, &system_scope, NULL, struct resource_policy_conf, systems, "system",
         "Resources of the system", {0}),
    MODE(CONFIG_ERM_NODE, CONFIG_ERM_OWNER, &owner_scope, NULL, struct resource_system_conf, owners,
         "{cpu=kind:1 total|memory=kind:2 processor}", "Processor|All of its load|Memory|The Processor pool",
         KEY_NUM(struct resource_owner_conf, kind)),
    LINE(CONFIG_ERM_OWNER, &threshold_scope, NULL, struct resource_owner_conf, thresholds,
         "{critical|major|minor}=level rising <rising:1-100> [interval <rising_interval:0-86400>] [falling "
         "<falling:1-100> "
         "[interval <falling_interval:0-86400>]] [global=global]",
         "Critical|Major|Minor|Rising threshold|Percent|Time above it|Seconds|Falling threshold|Percent|Time below it|"
         "Seconds|For the router as a whole",
         KEY_NUM(struct threshold_conf, level), NUM(struct threshold_conf, rising),
         NUM(struct threshold_conf, rising_interval), NUM(struct threshold_conf, falling),
         NUM(struct threshold_conf, falling_interval), NUM(struct threshold_conf, global)),
};

const struct cmd_table eem_table_resource = CMD_TABLE("eem/cmd/cmd_resource", rows);

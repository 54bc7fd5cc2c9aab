/* kinds.c: the kinds of notification this router can raise: by which line each is enabled, and by which word a host asks for it. A fact names its kind by the words
 * behind `snmp-server enable traps`, or those that such a line would have.
 */
#include "snmp/snmp_local.h"

#include <string.h>

#define CONF(field) offsetof(struct snmp_conf, field)
#define HOST(field) offsetof(struct snmp_host_conf, field)
static const struct kind kinds[] = {
    {"snmp authentication", CONF(traps_authentication), HOST(only_snmp)},
    {"snmp linkdown", CONF(traps_linkdown), HOST(only_snmp)},
    {"snmp linkup", CONF(traps_linkup), HOST(only_snmp)},
    {"snmp coldstart", CONF(traps_coldstart), HOST(only_snmp)},
    {"snmp warmstart", CONF(traps_warmstart), HOST(only_snmp)},
    {"config", CONF(traps_config), HOST(only_config)},
    {"config-copy", CONF(traps_config_copy), HOST(only_config_copy)},
    {"entity", CONF(traps_entity), HOST(only_entity)},
    {"event-manager", CONF(traps_event_manager), HOST(only_event_manager)},
    {"syslog", CONF(traps_syslog), HOST(only_syslog)},
    {"isakmp policy add", CONF(traps_policy_add), HOST(only_isakmp)},
    {"isakmp policy delete", CONF(traps_policy_delete), HOST(only_isakmp)},
    {"ipsec cryptomap add", CONF(traps_cryptomap_add), HOST(only_ipsec)},
    {"ipsec cryptomap delete", CONF(traps_cryptomap_delete), HOST(only_ipsec)},
    {"ipsec cryptomap attach", CONF(traps_cryptomap_attach), HOST(only_ipsec)},
    {"ipsec cryptomap detach", CONF(traps_cryptomap_detach), HOST(only_ipsec)},
    {"isakmp tunnel start", CONF(traps_isakmp_start), HOST(only_isakmp)},
    {"isakmp tunnel stop", CONF(traps_isakmp_stop), HOST(only_isakmp)},
    {"ipsec tunnel start", CONF(traps_ipsec_start), HOST(only_ipsec)},
    {"ipsec tunnel stop", CONF(traps_ipsec_stop), HOST(only_ipsec)},
    {"isakmp system", CONF(traps_isakmp_system), HOST(only_isakmp), true},
    {"ipsec system", CONF(traps_ipsec_system), HOST(only_ipsec), true},
    {"isakmp protocol", CONF(traps_isakmp_protocol), HOST(only_isakmp), true},
    {"isakmp no-sa", CONF(traps_isakmp_no_sa), HOST(only_isakmp), true},
    {"ipsec setup", CONF(traps_ipsec_setup), HOST(only_ipsec), true},
    {"ipsec early-end", CONF(traps_ipsec_early_end), HOST(only_ipsec), true},
    {"ipsec protocol", CONF(traps_ipsec_protocol), HOST(only_ipsec), true},
    {"ipsec no-sa", CONF(traps_ipsec_no_sa), HOST(only_ipsec), true},
    {"ipsla", CONF(traps_ipsla), HOST(only_ipsla)},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool flag_at(const void *base, size_t off)
{
    return *(const bool *)((const char *)base + off);
}

const struct kind *kind_find(const char *name)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (!strcmp(kinds[i].name, name))
            return &kinds[i];
    }
    return NULL;
}

bool kind_enabled(const struct snmp_conf *c, const struct kind *k)
{
    return flag_at(c, k->enabled);
}

bool kind_for_host(const struct snmp_host_conf *h, const struct kind *k)
{
    bool lists_any = false;
    for (size_t i = 0; i < KINDS; i++)
        lists_any |= flag_at(h, kinds[i].only);
    return !lists_any || flag_at(h, k->only);
}

bool kinds_any(const struct snmp_conf *c)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (flag_at(c, kinds[i].enabled))
            return true;
    }
    return false;
}

void snmp_enable_traps(struct snmp *s, bool on)
{
    for (size_t i = 0; i < KINDS; i++)
        *(bool *)((char *)&s->conf + kinds[i].enabled) = on && kinds[i].no_line ? flag_at(&s->conf, kinds[i].enabled) : on;
    snmp_conf_changed(s);
}

bool snmp_traps_enabled(const struct snmp *s)
{
    return kinds_any(&s->conf);
}

/* access.c: who may speak to this router.
 *
 * A community string is known when an `snmp-server community` line names it, or when an `snmp-server host` line does: a router that sends its traps under a
 * string also hears its peer's traps under it, and many configurations have only the host lines. Such a string lets notifications in, nothing else; there
 * is no agent on port 161 that could be read with it. Read-only or read-write makes no difference to a notification.
 * Strings are compared octet by octet, with their length, so that an embedded zero cannot end one early (RFC 1157, 4.1: an OCTET STRING).
 */
#include "snmp/snmp_local.h"

#include <string.h>

static bool same(const char *name, const uint8_t *community, size_t len)
{
    return strlen(name) == len && memcmp(name, community, len) == 0;
}

bool access_knows(const struct snmp *s, const uint8_t *community, size_t len)
{
    CONF_EACH(const struct snmp_community_conf, c, &s->conf.communities)
        if (same(c->name, community, len))
            return true;
    CONF_EACH(const struct snmp_host_conf, h, &s->conf.hosts)
        if (same(h->community, community, len))
            return true;
    return false;
}

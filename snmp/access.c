/* access.c: who may speak to this router.
 *
 * A community string is known when an `snmp-server community` line names it, or when an `snmp-server host` line does: a router that sends its traps under a
 * string also hears its peer's traps under it, and many configurations have only the host lines. Such a string lets notifications in, nothing else:
 * a get under it, or a set under a read-only string, is an illegal operation (snmpInBadCommunityUses). Access lists of communities are not here.
 * Strings are compared octet by octet, with their length, so that an embedded zero cannot end one early (RFC 1157, 4.1: an OCTET STRING).
 */
#include "snmp/snmp_local.h"

#include <string.h>

static bool same(const char *name, const uint8_t *community, size_t len)
{
    return strlen(name) == len && memcmp(name, community, len) == 0;
}

enum access access_of(const struct snmp *s, const uint8_t *community, size_t len)
{
    CONF_EACH(const struct snmp_community_conf, c, &s->conf.communities)
        if (same(c->name, community, len))
            return c->access == SNMP_RW ? ACCESS_WRITE : ACCESS_READ;
    CONF_EACH(const struct snmp_host_conf, h, &s->conf.hosts)
        if (same(h->community, community, len))
            return ACCESS_NOTIFY;
    return ACCESS_NONE;
}

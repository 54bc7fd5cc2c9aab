/* usm.c: the users of SNMP-USER-BASED-SM-MIB (RFC 3414), as `show snmp user` lists them: whose engine, which protocols, never a key.
 *
 * Columns that are written to change a key read as empty strings and the origin of a clone as 0.0, as the MIB says. Users are made and removed by `snmp-server user` alone:
 * nothing can be set (a set of any column, as snmpusm makes them, is notWritable), so the spin lock stands still. AES with 192 and 256 bits has the names that Cisco gave it
 * (CISCO-SNMP-USM-OIDS-MIB). v1default leaves this MIB out, as on IOS. usmStats are framework.c's.
 */
#include "snmp/mib/listed.h"
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

static bool each_user(struct snmp *s, size_t *cursor, void *entry, struct mib_index *at)
{
    struct snmp_user_info *u = entry;
    if (!snmp_user_info(s, (*cursor)++, u))
        return false;
    at->n = 0;
    if (mib_index_octets(at, u->engine, u->engine_len, false))
        mib_index_octets(at, u->name, strlen(u->name), false);
    return true;
}
static bool user_behind(void *self, struct mib_index *at)
{
    struct snmp_user_info u;
    return listed_behind(self, each_user, &u, at);
}
static const struct mib_table users = {.next = user_behind};

struct protocol {
    uint32_t oid[12];
    uint8_t n;
};
/* usmNoAuthProtocol, HMACMD5, HMACSHA, HMAC192SHA256, HMAC256SHA384, HMAC384SHA512: RFC 3414, RFC 7860 */
static const struct protocol auths[] = {{{1, 3, 6, 1, 6, 3, 10, 1, 1, 1}, 10}, {{1, 3, 6, 1, 6, 3, 10, 1, 1, 2}, 10},
                                        {{1, 3, 6, 1, 6, 3, 10, 1, 1, 3}, 10}, {{1, 3, 6, 1, 6, 3, 10, 1, 1, 5}, 10},
                                        {{1, 3, 6, 1, 6, 3, 10, 1, 1, 6}, 10}, {{1, 3, 6, 1, 6, 3, 10, 1, 1, 7}, 10}};
/* usmNoPrivProtocol, usmDESPrivProtocol, usmAesCfb128Protocol (RFC 3826), cusmAESCfb192PrivProtocol, cusmAESCfb256PrivProtocol, cusm3DES168PrivProtocol */
static const struct protocol privs[] = {
    {{1, 3, 6, 1, 6, 3, 10, 1, 2, 1}, 10},    {{1, 3, 6, 1, 6, 3, 10, 1, 2, 2}, 10},
    {{1, 3, 6, 1, 6, 3, 10, 1, 2, 4}, 10},    {{1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 1}, 11},
    {{1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 2}, 11}, {{1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 3}, 11}};

static void put_protocol(struct trap_var *out, const struct protocol *p)
{
    memcpy(out->oid_val, p->oid, p->n * sizeof p->oid[0]);
    out->len = p->n;
}

enum { SECURITY_NAME, CLONE, AUTH, PRIV, NOTHING, STORAGE, STATUS };

static bool get_user(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp_user_info u;
    if (!listed_at(self, each_user, &u, at))
        return false;
    switch (row->which) {
    case SECURITY_NAME: mib_text(out, u.name); break;
    case CLONE: out->len = 2; out->oid_val[0] = out->oid_val[1] = 0; break;
    case AUTH: put_protocol(out, &auths[u.auth]); break;
    case PRIV: put_protocol(out, &privs[u.priv]); break;
    case NOTHING: break;
    case STORAGE: out->num = STORAGE_NONVOLATILE; break;
    case STATUS: out->num = 1; break; /* active */
    }
    return true;
}

#define USER(nm, n, t, w)                                                                                              \
    {                                                                                                                  \
        .name = nm, .oid = "1.3.6.1.6.3.15.1.2.2.1." #n, .type = t, .table = &users, .get = get_user, .which = w       \
    }
static const struct mib_row rows[] = {
    {.name = "usmUserSpinLock", .oid = "1.3.6.1.6.3.15.1.2.1", .type = TRAP_INT, .get = listed_lock},
    USER("usmUserSecurityName", 3, TRAP_STRING, SECURITY_NAME),
    USER("usmUserCloneFrom", 4, TRAP_OID, CLONE),
    USER("usmUserAuthProtocol", 5, TRAP_OID, AUTH),
    USER("usmUserAuthKeyChange", 6, TRAP_STRING, NOTHING),
    USER("usmUserOwnAuthKeyChange", 7, TRAP_STRING, NOTHING),
    USER("usmUserPrivProtocol", 8, TRAP_OID, PRIV),
    USER("usmUserPrivKeyChange", 9, TRAP_STRING, NOTHING),
    USER("usmUserOwnPrivKeyChange", 10, TRAP_STRING, NOTHING),
    USER("usmUserPublic", 11, TRAP_STRING, NOTHING),
    USER("usmUserStorageType", 12, TRAP_INT, STORAGE),
    USER("usmUserStatus", 13, TRAP_INT, STATUS),
};
const struct mib_rows mib_usm = MIB_ROWS("SNMP-USER-BASED-SM-MIB", rows);

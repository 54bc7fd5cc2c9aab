/* entity.c: ENTITY-MIB (RFC 6933): the physical things there are: the chassis, with the router's serial number, and in it a port for each interface that has a connector.
 *
 * Ports are asked of the tree itself (ifConnectorPresent of IF-MIB), so they come and go with their interfaces. A port's index is PORTS and its ifIndex; entAliasMappingTable
 * says which interface it is. What it would take from a card (serial numbers, revisions) it has not.
 */
#include <stdio.h>

#include "snmp/mib/rows.h"
#include "snmp/snmp.h"

enum { CHASSIS = 1, PORTS = 1000, CLASS_CHASSIS = 3, CLASS_PORT = 10, CONNECTOR_PRESENT = 1 };
static const uint32_t if_index[] = {1, 3, 6, 1, 2, 1, 2, 2, 1, 1}, if_connector[] = {1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 17}, if_name[] = {1, 3, 6, 1, 2, 1, 2, 2, 1, 2};
#define COLUMN(c, i, v) column((v), (c), sizeof(c) / sizeof((c)[0]), (i))

static void column(struct trap_var *v, const uint32_t *oid, size_t n, uint32_t index)
{
    memcpy(v->oid, oid, n * sizeof *oid);
    v->oid[n] = index;
    v->oid_len = (uint8_t)(n + 1);
}

/* The least ifIndex of a port that is `from` or more; 0: none. */
static uint32_t port_from(struct snmp *s, uint32_t from)
{
    struct trap_var v;
    enum { N = sizeof if_connector / sizeof if_connector[0] };
    for (COLUMN(if_connector, from ? from - 1 : 0, &v); mib_next(snmp_mib(s), &v) && v.oid_len == N + 1 && !memcmp(v.oid, if_connector, sizeof if_connector);)
        if (v.num == CONNECTOR_PRESENT)
            return v.oid[N];
    return 0;
}

static bool thing_behind(void *self, struct mib_index *at)
{
    uint32_t from, port;
    if (!mib_behind(at, &from))
        return false;
    if (from <= CHASSIS) {
        mib_index1(at, CHASSIS);
        return true;
    }
    port = port_from(self, from > PORTS ? from - PORTS : 1);
    if (port)
        mib_index1(at, PORTS + port);
    return port;
}
static const struct mib_table things = {.next = thing_behind};

/* Index: the port, and 0: of every logical entity. */
static bool alias_behind(void *self, struct mib_index *at)
{
    /* p.0 comes behind a mere p */
    uint32_t from = !at->n ? 0 : at->n == 1 ? at->v[0] : at->v[0] + 1;
    if (at->n && !from)
        return false;
    uint32_t port = port_from(self, from > PORTS ? from - PORTS : 1);
    if (port)
        *at = (struct mib_index){.v = {PORTS + port, 0}, .n = 2};
    return port;
}
static const struct mib_table aliases = {.next = alias_behind};

/* Index: the chassis, the port in it. */
static bool contains_behind(void *self, struct mib_index *at)
{
    uint32_t child = at->n > 1 && at->v[0] == CHASSIS ? at->v[1] : 0;
    if ((at->n && at->v[0] > CHASSIS) || child == UINT32_MAX)
        return false;
    uint32_t port = port_from(self, child >= PORTS ? child - PORTS + 1 : 1);
    if (port)
        *at = (struct mib_index){.v = {CHASSIS, PORTS + port}, .n = 2};
    return port;
}
static const struct mib_table contained = {.next = contains_behind};

enum { DESCR, VENDOR, CONTAINER, CLASS, POSITION, NAME, NOTHING, VERSION, SERIAL, MAKER, MODEL, FRU };

static bool name_of(struct snmp *s, uint32_t ifindex, struct trap_var *out)
{
    struct trap_var v;
    COLUMN(if_name, ifindex, &v);
    if (mib_get(snmp_mib(s), &v) != MIB_FOUND)
        return false;
    mib_octets(out, v.data, v.len);
    return true;
}

/* How many ports are before this one. */
static int64_t place_of(struct snmp *s, uint32_t ifindex)
{
    int64_t n = 0;
    for (uint32_t i = port_from(s, 1); i && i < ifindex; i = port_from(s, i + 1))
        n++;
    return n;
}

static bool get_port(struct snmp *s, const struct mib_row *row, uint32_t ifindex, struct trap_var *out)
{
    switch (row->which) {
    case DESCR:
    case NAME: return name_of(s, ifindex, out);
    case VENDOR: out->len = 2; out->oid_val[0] = out->oid_val[1] = 0; break;
    case CONTAINER: out->num = CHASSIS; break;
    case CLASS: out->num = CLASS_PORT; break;
    case POSITION: out->num = place_of(s, ifindex); break;
    case FRU: out->num = 2; break;
    default: break;
    }
    return true;
}

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp *s = self;
    if (at->n && at->v[0] > PORTS)
        return get_port(s, row, at->v[0] - PORTS, out);
    switch (row->which) {
    case DESCR: mib_text(out, "espial chassis"); break;
    case VENDOR: out->len = (uint16_t)snmp_object_id(s, out->oid_val); break;
    case CONTAINER: case NOTHING: break;
    case CLASS: out->num = CLASS_CHASSIS; break;
    case POSITION: out->num = -1; break;
    case NAME: mib_text(out, "Chassis"); break;
    case VERSION: mib_text(out, ESPIAL_VERSION); break;
    case SERIAL: mib_text(out, snmp_chassis(s)); break;
    case MAKER: mib_text(out, "espial"); break;
    case MODEL: mib_text(out, "ESPIAL"); break;
    case FRU: out->num = 2; break;
    }
    return true;
}

/* ifTable's change is ours: nothing else comes or goes. */
static bool get_changed(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    static const uint32_t table_changed[] = {1, 3, 6, 1, 2, 1, 31, 1, 5};
    struct snmp *s = self;
    struct trap_var v;
    (void)row, (void)at;
    COLUMN(table_changed, 0, &v);
    if (mib_get(snmp_mib(s), &v) == MIB_FOUND)
        out->num = v.num;
    return true;
}

static bool get_alias(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    enum { N = sizeof if_index / sizeof if_index[0] };
    (void)self, (void)row;
    memcpy(out->oid_val, if_index, sizeof if_index);
    out->oid_val[N] = at->v[0] - PORTS;
    out->len = N + 1;
    return true;
}

static bool get_child(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)self, (void)row;
    out->num = at->v[1];
    return true;
}

#define ENT(nm, n, t, w) {.name = nm, .oid = "1.3.6.1.2.1.47.1.1.1.1." #n, .type = t, .table = &things, .get = get, .which = w}
static const struct mib_row rows[] = {
    ENT("entPhysicalDescr", 2, TRAP_STRING, DESCR),
    ENT("entPhysicalVendorType", 3, TRAP_OID, VENDOR),
    ENT("entPhysicalContainedIn", 4, TRAP_INT, CONTAINER),
    ENT("entPhysicalClass", 5, TRAP_INT, CLASS),
    ENT("entPhysicalParentRelPos", 6, TRAP_INT, POSITION),
    ENT("entPhysicalName", 7, TRAP_STRING, NAME),
    ENT("entPhysicalHardwareRev", 8, TRAP_STRING, NOTHING),
    ENT("entPhysicalFirmwareRev", 9, TRAP_STRING, NOTHING),
    ENT("entPhysicalSoftwareRev", 10, TRAP_STRING, VERSION),
    ENT("entPhysicalSerialNum", 11, TRAP_STRING, SERIAL),
    ENT("entPhysicalMfgName", 12, TRAP_STRING, MAKER),
    ENT("entPhysicalModelName", 13, TRAP_STRING, MODEL),
    ENT("entPhysicalAlias", 14, TRAP_STRING, NOTHING),
    ENT("entPhysicalAssetID", 15, TRAP_STRING, NOTHING),
    ENT("entPhysicalIsFRU", 16, TRAP_INT, FRU),
    {.name = "entAliasMappingIdentifier", .oid = "1.3.6.1.2.1.47.1.3.2.1.2", .type = TRAP_OID, .table = &aliases, .get = get_alias},
    {.name = "entPhysicalChildIndex", .oid = "1.3.6.1.2.1.47.1.3.3.1.1", .type = TRAP_INT, .table = &contained, .get = get_child},
    {.name = "entLastChangeTime", .oid = "1.3.6.1.2.1.47.1.4.1", .type = TRAP_TICKS, .get = get_changed},
};
const struct mib_rows mib_entity = MIB_ROWS("ENTITY-MIB", rows);

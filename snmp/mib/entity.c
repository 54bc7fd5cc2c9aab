/* entity.c: ENTITY-MIB (RFC 6933): the one physical thing there is: the chassis, with the router's serial number. Cables are this machine's and are not in it.
 */
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"

static bool chassis_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    (void)self;
    if (!mib_behind(at, &from) || from > 1)
        return false;
    mib_index1(at, 1);
    return true;
}
static const struct mib_table chassis = {.next = chassis_behind};

enum { DESCR, VENDOR, ZERO, CLASS, POSITION, NAME, NOTHING, VERSION, SERIAL, MAKER, MODEL, FRU };

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct snmp *s = self;
    (void)at;
    switch (row->which) {
    case DESCR: mib_text(out, "espial chassis"); break;
    case VENDOR: out->len = (uint16_t)snmp_object_id(s, out->oid_val); break;
    case ZERO: case NOTHING: break;
    case CLASS: out->num = 3; break;
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

#define ENT(nm, n, t, w) {.name = nm, .oid = "1.3.6.1.2.1.47.1.1.1.1." #n, .type = t, .table = &chassis, .get = get, .which = w}
static const struct mib_row rows[] = {
    ENT("entPhysicalDescr", 2, TRAP_STRING, DESCR),
    ENT("entPhysicalVendorType", 3, TRAP_OID, VENDOR),
    ENT("entPhysicalContainedIn", 4, TRAP_INT, ZERO),
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
    {.name = "entLastChangeTime", .oid = "1.3.6.1.2.1.47.1.4.1", .type = TRAP_TICKS, .get = get, .which = ZERO},
};
const struct mib_rows mib_entity = MIB_ROWS("ENTITY-MIB", rows);

/* ts.c: OLD-CISCO-TS-MIB: the one object of it that managers write: tsMsgSend. Set to reload(2) it reloads the router, without a question and without saving, when
 * `snmp-server system-shutdown` allows it; nothing(1) does nothing. No messages are sent to terminals here: messagedone(3) and abort(4) are wrongValue.
 */
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"

enum { TS_NOTHING = 1, TS_RELOAD = 2 };

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)self, (void)row, (void)at;
    out->num = TS_NOTHING;
    return true;
}

static enum mib_set set(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value,
                        bool commit)
{
    (void)row, (void)at;
    if (value->num == TS_NOTHING)
        return MIB_SET_OK;
    if (value->num != TS_RELOAD)
        return MIB_SET_WRONG_VALUE;
    return snmp_reload(self, commit) ? MIB_SET_OK : MIB_SET_INCONSISTENT;
}

static const struct mib_row rows[] = {
    {.name = "tsMsgSend", .oid = "1.3.6.1.4.1.9.2.9.9", .type = TRAP_INT, .get = get, .set = set},
};
const struct mib_rows mib_ts = MIB_ROWS("OLD-CISCO-TS-MIB", rows);

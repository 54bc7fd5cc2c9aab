/* control.c: what of IKE and IPsec is notified, as a management station sees and sets it: cipSecTrapCntl of CISCO-IPSEC-FLOW-MONITOR-MIB and cipsTrapCntlGroup of
 * CISCO-IPSEC-MIB.
 *
 * Each is enabled(1) or disabled(2) and is the line of `snmp-server enable traps` of its kind, which running-config shows then. Failures have no line: they are
 * enabled here alone, are off after a reload, and `snmp-server enable traps` without a kind leaves them as they are. Kinds that nothing raises
 * (certificates, too many SAs) have no row.
 */
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

enum { ON = 1, OFF = 2 };

static bool *flag(void *self, const struct mib_row *row)
{
    return (bool *)((char *)snmp_conf(self) + row->which);
}

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)at;
    out->num = *flag(self, row) ? ON : OFF;
    return true;
}

static enum mib_set set(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value,
                        bool commit)
{
    (void)at;
    if (value->num != ON && value->num != OFF)
        return MIB_SET_WRONG_VALUE;
    if (commit) {
        *flag(self, row) = value->num == ON;
        snmp_conf_changed(self);
    }
    return MIB_SET_OK;
}

#define FLAG(nm, o, field)                                                                                             \
    {                                                                                                                  \
        .name = nm, .oid = o, .type = TRAP_INT, .get = get, .set = set, .which = offsetof(struct snmp_conf, field)     \
    }
#define FLOW(nm, n, field) FLAG(nm, "1.3.6.1.4.1.9.9.171.1.6." #n, field)
#define CIPS(nm, n, field) FLAG(nm, "1.3.6.1.4.1.9.10.62.1.4." #n, field)
static const struct mib_row rows[] = {
    FLOW("cipSecTrapCntlIkeTunnelStart", 1, traps_isakmp_start),
    FLOW("cipSecTrapCntlIkeTunnelStop", 2, traps_isakmp_stop),
    FLOW("cipSecTrapCntlIkeSysFailure", 3, traps_isakmp_system),
    FLOW("cipSecTrapCntlIkeProtocolFail", 5, traps_isakmp_protocol),
    FLOW("cipSecTrapCntlIkeNoSa", 6, traps_isakmp_no_sa),
    FLOW("cipSecTrapCntlIpSecTunnelStart", 7, traps_ipsec_start),
    FLOW("cipSecTrapCntlIpSecTunnelStop", 8, traps_ipsec_stop),
    FLOW("cipSecTrapCntlIpSecSysFailure", 9, traps_ipsec_system),
    FLOW("cipSecTrapCntlIpSecSetUpFailure", 10, traps_ipsec_setup),
    FLOW("cipSecTrapCntlIpSecEarlyTunTerm", 11, traps_ipsec_early_end),
    FLOW("cipSecTrapCntlIpSecProtocolFail", 12, traps_ipsec_protocol),
    FLOW("cipSecTrapCntlIpSecNoSa", 13, traps_ipsec_no_sa),
    CIPS("cipsCntlIsakmpPolicyAdded", 1, traps_policy_add),
    CIPS("cipsCntlIsakmpPolicyDeleted", 2, traps_policy_delete),
    CIPS("cipsCntlCryptomapAdded", 3, traps_cryptomap_add),
    CIPS("cipsCntlCryptomapDeleted", 4, traps_cryptomap_delete),
    CIPS("cipsCntlCryptomapSetAttached", 5, traps_cryptomap_attach),
    CIPS("cipsCntlCryptomapSetDetached", 6, traps_cryptomap_detach),
};
const struct mib_rows mib_control = MIB_ROWS("CISCO-IPSEC-FLOW-MONITOR-MIB, CISCO-IPSEC-MIB: control", rows);

/* rows.c: the list of the MIBs of this folder, in one look. */
#include "dataplane/mib/rows.h"

static const struct mib_rows *const all[] = {&dp_mib_if,         &dp_mib_ether,    &dp_mib_old_if,     &dp_mib_flow_ike,
                                             &dp_mib_flow_ipsec, &dp_mib_flow_enh, &dp_mib_cryptomap,  &dp_mib_rtt,
                                             &dp_mib_ntp,        &dp_mib_ip,       &dp_mib_ip_version, &dp_mib_forward};

bool dataplane_rows_add(struct dataplane *dp, struct mib *m, char err[128])
{
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!mib_add(m, all[i], dp, err))
            return false;
    }
    return true;
}

/* rows.c: the list of the MIBs of this folder, in one look. What the dataplane or EEM own is added to the same tree by them (cli/app/router.c). */
#include "snmp/mib/rows.h"

static const struct mib_rows *const all[] = {&mib_system,    &mib_ts,      &mib_snmp,    &mib_framework, &mib_process,
                                             &mib_entity,    &mib_control, &mib_history, &mib_usm,       &mib_vacm,
                                             &mib_community, &mib_target,  &mib_host,    &mib_flash,     &mib_copy};

bool snmp_rows_add(struct snmp *s, struct mib *m, char err[128])
{
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!mib_add(m, all[i], s, err))
            return false;
    }
    return true;
}

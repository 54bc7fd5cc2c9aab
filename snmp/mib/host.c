/* host.c: HOST-RESOURCES-MIB (RFC 2790): of this router as a host: its time and users, what it stores, its processor, its processes.
 *
 * Storage is the pools of memory (`show memory`) and the file systems (`show file systems`), in units of 1024 octets. Devices are the processor and the two places for files.
 * A process is a part of the router (account.h, `show processes cpu`), its load that of the last minute; while it answers, the agent is the one that runs. Without an account
 * of processor time there are no loads and no times. There are no printers, no partitions and no table of installed software; memory is not told apart by process.
 */
#include "espial/account.h"
#include "espial/clock.h"
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"

#define UNIT 1024

static int32_t kept(uint64_t n)
{
    return n > INT32_MAX ? INT32_MAX : (int32_t)n;
}

static void put_oid(struct trap_var *out, uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t types[] = {1, 3, 6, 1, 2, 1, 25, a, b, c};
    memcpy(out->oid_val, types, sizeof types);
    out->len = sizeof types / sizeof types[0];
}
static void put_nothing(struct trap_var *out)
{
    out->oid_val[0] = out->oid_val[1] = 0;
    out->len = 2;
}

enum { UPTIME, DATE, USERS, PROCESSES, PROCESSES_MAX, MEMORY, SYSTEM_PROCESS };

static bool get_system(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp_pool pool;
    (void)at;
    switch (row->which) {
    case UPTIME: out->num = snmp_uptime(self); break;
    case DATE:
        if (!snmp_clock(self))
            return false;
        clock_date(snmp_clock(self), clock_wall(snmp_clock(self)), out->data);
        out->len = CLOCK_DATE;
        break;
    case USERS: out->num = snmp_sessions(self); break;
    case PROCESSES: out->num = ACCOUNT_OWNERS - 1; break;
    case PROCESSES_MAX: break; /* no limit but their number */
    case MEMORY:
        if (!snmp_pool(self, 0, &pool))
            return false;
        out->num = kept((pool.used + pool.free) / UNIT);
        break;
    case SYSTEM_PROCESS: out->num = ACCOUNT_LOOP; break;
    }
    return true;
}

/* ---- storage ---- */

enum { POOLS = 2 };

struct storage {
    const char *name;
    uint32_t type; /* hrStorageTypes */
    uint64_t total, used;
};

static bool storage_of(struct snmp *s, uint32_t index, struct storage *out)
{
    enum { OTHER = 1, RAM = 2, FLASH = 9 };
    struct snmp_pool pool;
    struct snmp_flash f;
    if (index >= 1 && index <= POOLS && snmp_pool(s, index - 1, &pool)) {
        *out = (struct storage){.name = pool.name, .type = RAM, .total = pool.used + pool.free, .used = pool.used};
        return true;
    }
    if (index <= POOLS || !snmp_flash(s, index - POOLS, &f))
        return false;
    *out = (struct storage){.name = f.name, .type = index - POOLS == 1 ? FLASH : OTHER, .total = f.total, .used = f.total - f.free};
    return true;
}

static bool storage_behind(void *self, struct mib_index *at)
{
    struct storage any;
    uint32_t from;
    if (!mib_behind(at, &from))
        return false;
    for (; from <= POOLS + SNMP_FLASH_DEVICES; from++) {
        if (!storage_of(self, from, &any))
            continue;
        mib_index1(at, from);
        return true;
    }
    return false;
}
static const struct mib_table storages = {.next = storage_behind};

enum { INDEX, TYPE, DESCR, UNITS, SIZE, USED };

static bool get_storage(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct storage t;
    if (!storage_of(self, at->v[0], &t))
        return false;
    switch (row->which) {
    case INDEX: out->num = at->v[0]; break;
    case TYPE: put_oid(out, 2, 1, t.type); break;
    case DESCR: mib_text(out, t.name); break;
    case UNITS: out->num = UNIT; break;
    case SIZE: out->num = kept(t.total / UNIT); break;
    case USED: out->num = kept(t.used / UNIT); break;
    }
    return true;
}

/* ---- devices: 1 is the processor, those behind it are file systems ---- */

enum { PROCESSOR = 1 };

static bool device_behind(void *self, struct mib_index *at)
{
    struct snmp_flash f;
    uint32_t from;
    if (!mib_behind(at, &from))
        return false;
    from = from < PROCESSOR ? PROCESSOR : from;
    if (from != PROCESSOR && !snmp_flash(self, from - PROCESSOR, &f))
        return false;
    mib_index1(at, from);
    return true;
}
static const struct mib_table devices = {.next = device_behind};

enum { DEVICE_INDEX, DEVICE_TYPE, DEVICE_DESCR, DEVICE_ID, DEVICE_STATUS, DEVICE_ERRORS };

static bool get_device(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    enum { TYPE_PROCESSOR = 3, TYPE_DISK = 6, RUNNING = 2 };
    struct snmp_flash f = {.name = "espial processor"};
    if (at->v[0] != PROCESSOR && !snmp_flash(self, at->v[0] - PROCESSOR, &f))
        return false;
    switch (row->which) {
    case DEVICE_INDEX: out->num = at->v[0]; break;
    case DEVICE_TYPE: put_oid(out, 3, 1, at->v[0] == PROCESSOR ? TYPE_PROCESSOR : TYPE_DISK); break;
    case DEVICE_DESCR: mib_text(out, f.name); break;
    case DEVICE_ID: put_nothing(out); break;
    case DEVICE_STATUS: out->num = RUNNING; break;
    case DEVICE_ERRORS: break;
    }
    return true;
}

static bool processor_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    if (!mib_behind(at, &from) || from > PROCESSOR || !snmp_loop(self)->account)
        return false;
    mib_index1(at, PROCESSOR);
    return true;
}
static const struct mib_table processors = {.next = processor_behind};

static bool get_firmware(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    (void)self, (void)row, (void)at;
    put_nothing(out);
    return true;
}

static bool get_load(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct account_row total;
    (void)row, (void)at;
    account_read(snmp_loop(self)->account, NULL, &total);
    out->num = mib_percent(total.one_min);
    return true;
}

/* ---- processes ---- */

static bool process_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    (void)self;
    if (!mib_behind(at, &from) || from >= ACCOUNT_OWNERS)
        return false;
    mib_index1(at, from ? from : 1);
    return true;
}
static const struct mib_table processes = {.next = process_behind};

enum { PID, NAME, ID, PATH, RUN_TYPE, STATUS, TIME };

static bool get_process(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    enum { OPERATING_SYSTEM = 2, RUNS = 1, WAITS = 3 };
    struct account_row rows[ACCOUNT_OWNERS], total;
    switch (row->which) {
    case PID: out->num = at->v[0]; break;
    case NAME: mib_text(out, account_names[at->v[0]]); break;
    case ID: put_nothing(out); break;
    case PATH: break; /* none, and no parameters */
    case RUN_TYPE: out->num = OPERATING_SYSTEM; break;
    case STATUS: out->num = at->v[0] == ACCOUNT_SNMP ? RUNS : WAITS; break;
    case TIME:
        if (!snmp_loop(self)->account)
            return false;
        account_read(snmp_loop(self)->account, rows, &total);
        out->num = kept(rows[at->v[0]].runtime_ns / 10000000);
        break;
    }
    return true;
}

#define HOST "1.3.6.1.2.1.25."
#define STORAGE(nm, n, t, w)                                                                                           \
    {                                                                                                                  \
        .name = nm, .oid = HOST "2.3.1." #n, .type = t, .table = &storages, .get = get_storage, .which = w             \
    }
#define DEVICE(nm, n, t, w)                                                                                            \
    {                                                                                                                  \
        .name = nm, .oid = HOST "3.2.1." #n, .type = t, .table = &devices, .get = get_device, .which = w               \
    }
#define PROCESS(nm, n, t, w) {.name = nm, .oid = HOST n, .type = t, .table = &processes, .get = get_process, .which = w}
static const struct mib_row rows[] = {
    {.name = "hrSystemUptime", .oid = HOST "1.1", .type = TRAP_TICKS, .get = get_system, .which = UPTIME},
    {.name = "hrSystemDate", .oid = HOST "1.2", .type = TRAP_STRING, .get = get_system, .which = DATE},
    {.name = "hrSystemNumUsers", .oid = HOST "1.5", .type = TRAP_UNSIGNED, .get = get_system, .which = USERS},
    {.name = "hrSystemProcesses", .oid = HOST "1.6", .type = TRAP_UNSIGNED, .get = get_system, .which = PROCESSES},
    {.name = "hrSystemMaxProcesses", .oid = HOST "1.7", .type = TRAP_INT, .get = get_system, .which = PROCESSES_MAX},
    {.name = "hrMemorySize", .oid = HOST "2.2", .type = TRAP_INT, .get = get_system, .which = MEMORY},
    STORAGE("hrStorageIndex", 1, TRAP_INT, INDEX),
    STORAGE("hrStorageType", 2, TRAP_OID, TYPE),
    STORAGE("hrStorageDescr", 3, TRAP_STRING, DESCR),
    STORAGE("hrStorageAllocationUnits", 4, TRAP_INT, UNITS),
    STORAGE("hrStorageSize", 5, TRAP_INT, SIZE),
    STORAGE("hrStorageUsed", 6, TRAP_INT, USED),
    DEVICE("hrDeviceIndex", 1, TRAP_INT, DEVICE_INDEX),
    DEVICE("hrDeviceType", 2, TRAP_OID, DEVICE_TYPE),
    DEVICE("hrDeviceDescr", 3, TRAP_STRING, DEVICE_DESCR),
    DEVICE("hrDeviceID", 4, TRAP_OID, DEVICE_ID),
    DEVICE("hrDeviceStatus", 5, TRAP_INT, DEVICE_STATUS),
    DEVICE("hrDeviceErrors", 6, TRAP_COUNTER, DEVICE_ERRORS),
    {.name = "hrProcessorFrwID", .oid = HOST "3.3.1.1", .type = TRAP_OID, .table = &processors, .get = get_firmware},
    {.name = "hrProcessorLoad", .oid = HOST "3.3.1.2", .type = TRAP_INT, .table = &processors, .get = get_load},
    {.name = "hrSWOSIndex", .oid = HOST "4.1", .type = TRAP_INT, .get = get_system, .which = SYSTEM_PROCESS},
    PROCESS("hrSWRunIndex", "4.2.1.1", TRAP_INT, PID),
    PROCESS("hrSWRunName", "4.2.1.2", TRAP_STRING, NAME),
    PROCESS("hrSWRunID", "4.2.1.3", TRAP_OID, ID),
    PROCESS("hrSWRunPath", "4.2.1.4", TRAP_STRING, PATH),
    PROCESS("hrSWRunParameters", "4.2.1.5", TRAP_STRING, PATH),
    PROCESS("hrSWRunType", "4.2.1.6", TRAP_INT, RUN_TYPE),
    PROCESS("hrSWRunStatus", "4.2.1.7", TRAP_INT, STATUS),
    PROCESS("hrSWRunPerfCPU", "5.1.1.1", TRAP_INT, TIME),
};
const struct mib_rows mib_host = MIB_ROWS("HOST-RESOURCES-MIB", rows);

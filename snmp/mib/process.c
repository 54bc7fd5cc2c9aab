/* process.c: what the router itself uses: CISCO-PROCESS-MIB and OLD-CISCO-CPU-MIB (processor time, as `show processes cpu` has it), CISCO-MEMORY-POOL-MIB (as `show
 * memory`); CISCO-ENHANCED-MEMPOOL-MIB: the same pools, of the chassis, in 64 bits.
 *
 * There is one processor, number 1: the thread that does the router's work. Shares are of that thread's time, in percent, rounded; the deprecated columns 3 to 5
 * say the same as the Rev ones, but never 0, which is outside their range. A process of cpmProcessTable is an owner of time (account.h), under the number that shows give it. Pools are 1 Processor and 2
 * I/O; what exceeds 32 bits is said to be 4294967295.
 */
#include "espial/account.h"
#include "snmp/mib/rows.h"
#include "snmp/snmp.h"

/* ---- one entry: the processor ---- */

static bool one_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    (void)self;
    if (!mib_behind(at, &from) || from > 1)
        return false;
    mib_index1(at, 1);
    return true;
}
static const struct mib_table one = {.next = one_behind};

enum { ENTITY, FIVE_S, ONE_MIN, FIVE_MIN, MEM_USED, MEM_FREE, FROM_ONE = 8 };

static bool get_cpu(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct account *a = snmp_loop(self)->account;
    struct account_row total = {0};
    struct snmp_pool pool;
    uint64_t kb;
    (void)at;
    switch (row->which) {
    case ENTITY: out->num = 1; return true; /* the chassis */
    case MEM_USED:
    case MEM_FREE:
        if (!snmp_pool(self, 0, &pool))
            return false;
        kb = (row->which == MEM_USED ? pool.used : pool.free) / 1024;
        out->num = row->type == TRAP_COUNTER64 ? (int64_t)kb : mib_most32(kb);
        return true;
    default: break;
    }
    if (!a)
        return false;
    account_read(a, NULL, &total);
    uint32_t which = row->which & ~(uint32_t)FROM_ONE;
    out->num = mib_percent(which == FIVE_S ? total.five_s : which == ONE_MIN ? total.one_min : total.five_min);
    if (row->which & FROM_ONE && !out->num)
        out->num = 1;
    return true;
}

/* ---- processes ---- */

/* Index: processor.process */
static bool process_behind(void *self, struct mib_index *at)
{
    uint32_t pid = !at->n || at->v[0] < 1 ? 1 : at->n == 1 ? 1 : at->v[1] < ACCOUNT_OWNERS ? at->v[1] + 1 : ACCOUNT_OWNERS;
    if (!snmp_loop(self)->account || (at->n && at->v[0] > 1) || pid >= ACCOUNT_OWNERS)
        return false;
    *at = (struct mib_index){.v = {1, pid}, .n = 2};
    return true;
}
static const struct mib_table processes = {.next = process_behind};

enum { NAME, USECS, RUNTIME, INVOKED, P_FIVE_S, P_ONE_MIN, P_FIVE_MIN };

static bool get_process(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct account_row rows[ACCOUNT_OWNERS];
    struct account_row total;
    account_read(snmp_loop(self)->account, rows, &total);
    const struct account_row *r = &rows[at->v[1]];
    switch (row->which) {
    case NAME: mib_text(out, account_names[at->v[1]]); break;
    case USECS: out->num = r->invoked ? mib_most32(r->runtime_ns / 1000 / r->invoked) : 0; break;
    case RUNTIME: out->num = (uint32_t)(r->runtime_ns / 1000); break;
    case INVOKED: out->num = (uint32_t)r->invoked; break;
    case P_FIVE_S: out->num = mib_percent(r->five_s); break;
    case P_ONE_MIN: out->num = mib_percent(r->one_min); break;
    case P_FIVE_MIN: out->num = mib_percent(r->five_min); break;
    }
    return true;
}

/* ---- pools ---- */

static bool pool_behind(void *self, struct mib_index *at)
{
    struct snmp_pool pool;
    uint32_t from;
    if (!mib_behind(at, &from))
        return false;
    if (!from)
        from = 1;
    if (!snmp_pool(self, from - 1, &pool))
        return false;
    mib_index1(at, from);
    return true;
}
static const struct mib_table pools = {.next = pool_behind};

enum { POOL_NAME, ALTERNATE, VALID, USED, FREE, LARGEST };

static bool get_pool(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp_pool pool;
    if (!snmp_pool(self, at->v[0] - 1, &pool))
        return false;
    switch (row->which) {
    case POOL_NAME: mib_text(out, pool.name); break;
    case ALTERNATE: break; /* none */
    case VALID: out->num = 1; break;
    case USED: out->num = mib_most32(pool.used); break;
    case FREE: out->num = mib_most32(pool.free); break;
    case LARGEST: out->num = mib_most32(pool.largest); break;
    }
    return true;
}

/* ---- pools of an entity ---- */

/* Index: entity.pool */
static bool entity_pool_behind(void *self, struct mib_index *at)
{
    struct mib_index pool = {.v = {at->n > 1 ? at->v[1] : 0}, .n = at->n > 1};
    if (at->n && at->v[0] > 1)
        return false;
    if (!at->n || !at->v[0])
        pool.n = 0;
    if (!pool_behind(self, &pool))
        return false;
    *at = (struct mib_index){.v = {1, pool.v[0]}, .n = 2};
    return true;
}
static const struct mib_table entity_pools = {.next = entity_pool_behind};

enum { E_TYPE, E_NAME, E_ALTERNATE, E_VALID, E_USED, E_FREE, E_LARGEST, HIGH = 8 };

static bool get_entity_pool(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct snmp_pool pool;
    uint64_t n = 0;
    if (!snmp_pool(self, at->v[1] - 1, &pool))
        return false;
    switch (row->which & (HIGH - 1)) {
    case E_TYPE: out->num = at->v[1] == 1 ? 2 : 3; return true; /* processorMemory, ioMemory */
    case E_NAME: mib_text(out, pool.name); return true;
    case E_ALTERNATE: return true; /* none */
    case E_VALID: out->num = 1; return true;
    case E_USED: n = pool.used; break;
    case E_FREE: n = pool.free; break;
    case E_LARGEST: n = pool.largest; break;
    }
    out->num = row->type == TRAP_COUNTER64 ? (int64_t)n : (int64_t)(row->which & HIGH ? n >> 32 : n & UINT32_MAX);
    return true;
}

#define OLD(nm, n, w)      {.name = nm, .oid = "1.3.6.1.4.1.9.2.1." #n, .type = TRAP_INT, .get = get_cpu, .which = w}
#define CPU(nm, n, t, w)   {.name = nm, .oid = "1.3.6.1.4.1.9.9.109.1.1.1.1." #n, .type = t, .table = &one, .get = get_cpu, .which = w}
#define PROC(nm, id, t, w) {.name = nm, .oid = "1.3.6.1.4.1.9.9.109.1.2." id, .type = t, .table = &processes, .get = get_process, .which = w}
#define POOL(nm, n, t, w)  {.name = nm, .oid = "1.3.6.1.4.1.9.9.48.1.1.1." #n, .type = t, .table = &pools, .get = get_pool, .which = w}
#define EPOOL(nm, n, t, w) {.name = "cempMemPool" nm, .oid = "1.3.6.1.4.1.9.9.221.1.1.1.1." #n, .type = t, .table = &entity_pools, .get = get_entity_pool, .which = w}
static const struct mib_row rows[] = {
    OLD("busyPer", 56, FIVE_S),
    OLD("avgBusy1", 57, ONE_MIN),
    OLD("avgBusy5", 58, FIVE_MIN),
    CPU("cpmCPUTotalPhysicalIndex", 2, TRAP_INT, ENTITY),
    CPU("cpmCPUTotal5sec", 3, TRAP_UNSIGNED, FIVE_S | FROM_ONE),
    CPU("cpmCPUTotal1min", 4, TRAP_UNSIGNED, ONE_MIN | FROM_ONE),
    CPU("cpmCPUTotal5min", 5, TRAP_UNSIGNED, FIVE_MIN | FROM_ONE),
    CPU("cpmCPUTotal5secRev", 6, TRAP_UNSIGNED, FIVE_S),
    CPU("cpmCPUTotal1minRev", 7, TRAP_UNSIGNED, ONE_MIN),
    CPU("cpmCPUTotal5minRev", 8, TRAP_UNSIGNED, FIVE_MIN),
    CPU("cpmCPUMemoryUsed", 12, TRAP_UNSIGNED, MEM_USED),
    CPU("cpmCPUMemoryFree", 13, TRAP_UNSIGNED, MEM_FREE),
    CPU("cpmCPUMemoryHCUsed", 17, TRAP_COUNTER64, MEM_USED),
    CPU("cpmCPUMemoryHCFree", 19, TRAP_COUNTER64, MEM_FREE),
    PROC("cpmProcessName", "1.1.2", TRAP_STRING, NAME),
    PROC("cpmProcessuSecs", "1.1.4", TRAP_UNSIGNED, USECS),
    PROC("cpmProcExtInvokedRev", "3.1.3", TRAP_COUNTER, INVOKED),
    PROC("cpmProcExtRuntimeRev", "3.1.4", TRAP_COUNTER, RUNTIME),
    PROC("cpmProcExtUtil5SecRev", "3.1.5", TRAP_UNSIGNED, P_FIVE_S),
    PROC("cpmProcExtUtil1MinRev", "3.1.6", TRAP_UNSIGNED, P_ONE_MIN),
    PROC("cpmProcExtUtil5MinRev", "3.1.7", TRAP_UNSIGNED, P_FIVE_MIN),
    POOL("ciscoMemoryPoolName", 2, TRAP_STRING, POOL_NAME),
    POOL("ciscoMemoryPoolAlternate", 3, TRAP_INT, ALTERNATE),
    POOL("ciscoMemoryPoolValid", 4, TRAP_INT, VALID),
    POOL("ciscoMemoryPoolUsed", 5, TRAP_UNSIGNED, USED),
    POOL("ciscoMemoryPoolFree", 6, TRAP_UNSIGNED, FREE),
    POOL("ciscoMemoryPoolLargestFree", 7, TRAP_UNSIGNED, LARGEST),
    EPOOL("Type", 2, TRAP_INT, E_TYPE),
    EPOOL("Name", 3, TRAP_STRING, E_NAME),
    EPOOL("Alternate", 5, TRAP_INT, E_ALTERNATE),
    EPOOL("Valid", 6, TRAP_INT, E_VALID),
    EPOOL("Used", 7, TRAP_UNSIGNED, E_USED),
    EPOOL("Free", 8, TRAP_UNSIGNED, E_FREE),
    EPOOL("LargestFree", 9, TRAP_UNSIGNED, E_LARGEST),
    EPOOL("UsedOvrflw", 17, TRAP_UNSIGNED, E_USED + HIGH),
    EPOOL("HCUsed", 18, TRAP_COUNTER64, E_USED),
    EPOOL("FreeOvrflw", 19, TRAP_UNSIGNED, E_FREE + HIGH),
    EPOOL("HCFree", 20, TRAP_COUNTER64, E_FREE),
    EPOOL("LargestFreeOvrflw", 21, TRAP_UNSIGNED, E_LARGEST + HIGH),
    EPOOL("HCLargestFree", 22, TRAP_COUNTER64, E_LARGEST),
};
const struct mib_rows mib_process = MIB_ROWS("CISCO-PROCESS-MIB", rows);

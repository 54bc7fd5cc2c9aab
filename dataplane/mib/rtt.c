/* rtt.c: CISCO-RTTMON-MIB: IP SLA operations as monitoring systems and `event snmp` read them: what was asked of each
 * (rttMonCtrlAdminTable, rttMonEchoAdminTable), how it stands (rttMonCtrlOperTable), its latest run (rttMonLatestRttOperTable).
 *
 * The index is the operation's number. A flag such as rttMonCtrlOperTimeoutOccurred is true (1) from the run that found it to the
 * next that did not, false (2) otherwise, before the first run too. Nothing can be written; reactions, statistics and histories are
 * not there. */
#include "dataplane/dataplane.h"
#include "dataplane/mib/rows.h"
#include "dataplane/svc/ipsla.h"
#include "espial/loop.h"

enum { TRUE = 1, FALSE = 2 };
enum { TYPE_ECHO = 1, PROTOCOL_IP_ICMP_ECHO = 2 };
enum { STATE_PENDING = 4, STATE_INACTIVE = 5, STATE_ACTIVE = 6 };
enum { SENSE_OTHER = 0, SENSE_OK = 1, SENSE_OVER_THRESHOLD = 3, SENSE_TIMEOUT = 4, SENSE_VERIFY_ERROR = 9 };

static bool at_index(void *self, const struct mib_index *at, struct ipsla_info *o)
{
    return ipsla_info(dataplane_ipsla(self), at->v[0], o) && o->conf->number == at->v[0];
}

static bool operation_behind(void *self, struct mib_index *at)
{
    struct ipsla_info o;
    uint32_t from;
    if (!mib_behind(at, &from) || !ipsla_info(dataplane_ipsla(self), from, &o))
        return false;
    mib_index1(at, o.conf->number);
    return true;
}

static bool operation_has(void *self, const struct mib_index *at)
{
    struct ipsla_info o;
    return at->n == 1 && at_index(self, at, &o);
}
static const struct mib_table operations = {.next = operation_behind, .has = operation_has};

static int64_t flag(bool is)
{
    return is ? TRUE : FALSE;
}

/* ---- what was asked */

enum { OWNER, TAG, TYPE, THRESHOLD, FREQUENCY, TIMEOUT, VERIFY, PROTOCOL, TARGET, SIZE, SOURCE, TOS };

static bool get_asked(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ipsla_info o;
    if (!at_index(self, at, &o))
        return false;
    const struct sla_conf *c = o.conf;
    switch (row->which) {
    case OWNER: mib_text(out, c->owner); break;
    case TAG: mib_text(out, c->tag); break;
    case THRESHOLD: out->num = c->threshold; break;
    case FREQUENCY: out->num = c->frequency; break;
    case TIMEOUT: out->num = c->timeout; break;
    case VERIFY: out->num = flag(c->verify); break;
    default:
        if (c->kind != SLA_ICMP_ECHO)
            return false;
        switch (row->which) {
        case TYPE: out->num = TYPE_ECHO; break;
        case PROTOCOL: out->num = PROTOCOL_IP_ICMP_ECHO; break;
        case TARGET: mib_ip_octets(out, c->dst); break;
        case SIZE: out->num = c->data_size; break;
        case SOURCE: mib_ip_octets(out, c->src); break;
        case TOS: out->num = c->tos; break;
        }
    }
    return true;
}

/* ---- how it stands */

enum { TIMED_OUT, OVER, LIFE, STATE, BAD_DATA, COMPLETION, SENSE, STARTED, ADDRESS, ROW_STATUS };

static int64_t state(enum ipsla_state s)
{
    return s == IPSLA_ACTIVE ? STATE_ACTIVE : s == IPSLA_PENDING ? STATE_PENDING : STATE_INACTIVE;
}

static int64_t sense(enum ipsla_code code)
{
    switch (code) {
    case IPSLA_OK: return SENSE_OK;
    case IPSLA_OVER: return SENSE_OVER_THRESHOLD;
    case IPSLA_TIMEOUT: return SENSE_TIMEOUT;
    case IPSLA_VERIFY: return SENSE_VERIFY_ERROR;
    case IPSLA_UNKNOWN: break;
    }
    return SENSE_OTHER;
}

static bool get_found(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    struct ipsla_info o;
    if (!at_index(self, at, &o))
        return false;
    switch (row->which) {
    case ROW_STATUS: out->num = o.schedule ? 1 : 2; break; /* active; notInService until it is scheduled */
    case TIMED_OUT: out->num = flag(o.code == IPSLA_TIMEOUT); break;
    case OVER: out->num = flag(o.over); break;
    case BAD_DATA: out->num = flag(o.code == IPSLA_VERIFY); break;
    case LIFE:
        out->num = o.schedule && o.schedule->forever && o.state == IPSLA_ACTIVE ? INT32_MAX : (int64_t)o.life_left;
        break;
    case STATE: out->num = state(o.state); break;
    case COMPLETION: out->num = o.code == IPSLA_OK || o.code == IPSLA_OVER ? o.rtt : 0; break;
    case SENSE: out->num = sense(o.code); break;
    case STARTED: out->num = o.started ? dataplane_ticks(self, o.started_at) : 0; break;
    case ADDRESS:
        if (o.conf->kind != SLA_ICMP_ECHO)
            return false;
        mib_ip_octets(out, o.conf->dst);
        break;
    }
    return true;
}

#define ADMIN(n)  "1.3.6.1.4.1.9.9.42.1.2.1.1." #n
#define ECHO(n)   "1.3.6.1.4.1.9.9.42.1.2.2.1." #n
#define OPER(n)   "1.3.6.1.4.1.9.9.42.1.2.9.1." #n
#define LATEST(n) "1.3.6.1.4.1.9.9.42.1.2.10.1." #n
#define ASKED(nm, id, t, w) {.name = nm, .oid = id, .type = t, .table = &operations, .get = get_asked, .which = w}
#define FOUND(nm, id, t, w) {.name = nm, .oid = id, .type = t, .table = &operations, .get = get_found, .which = w}
static const struct mib_row rows[] = {
    ASKED("rttMonCtrlAdminOwner", ADMIN(2), TRAP_STRING, OWNER),
    ASKED("rttMonCtrlAdminTag", ADMIN(3), TRAP_STRING, TAG),
    ASKED("rttMonCtrlAdminRttType", ADMIN(4), TRAP_INT, TYPE),
    ASKED("rttMonCtrlAdminThreshold", ADMIN(5), TRAP_INT, THRESHOLD),
    ASKED("rttMonCtrlAdminFrequency", ADMIN(6), TRAP_INT, FREQUENCY),
    ASKED("rttMonCtrlAdminTimeout", ADMIN(7), TRAP_INT, TIMEOUT),
    ASKED("rttMonCtrlAdminVerifyData", ADMIN(8), TRAP_INT, VERIFY),
    FOUND("rttMonCtrlAdminStatus", ADMIN(9), TRAP_INT, ROW_STATUS),
    ASKED("rttMonEchoAdminProtocol", ECHO(1), TRAP_INT, PROTOCOL),
    ASKED("rttMonEchoAdminTargetAddress", ECHO(2), TRAP_STRING, TARGET),
    ASKED("rttMonEchoAdminPktDataRequestSize", ECHO(3), TRAP_INT, SIZE),
    ASKED("rttMonEchoAdminSourceAddress", ECHO(6), TRAP_STRING, SOURCE),
    ASKED("rttMonEchoAdminTOS", ECHO(9), TRAP_INT, TOS),
    FOUND("rttMonCtrlOperTimeoutOccurred", OPER(6), TRAP_INT, TIMED_OUT),
    FOUND("rttMonCtrlOperOverThresholdOccurred", OPER(7), TRAP_INT, OVER),
    FOUND("rttMonCtrlOperRttLife", OPER(9), TRAP_INT, LIFE),
    FOUND("rttMonCtrlOperState", OPER(10), TRAP_INT, STATE),
    FOUND("rttMonCtrlOperVerifyErrorOccurred", OPER(11), TRAP_INT, BAD_DATA),
    FOUND("rttMonLatestRttOperCompletionTime", LATEST(1), TRAP_UNSIGNED, COMPLETION),
    FOUND("rttMonLatestRttOperSense", LATEST(2), TRAP_INT, SENSE),
    FOUND("rttMonLatestRttOperTime", LATEST(5), TRAP_TICKS, STARTED),
    FOUND("rttMonLatestRttOperAddress", LATEST(6), TRAP_STRING, ADDRESS),
};
const struct mib_rows dp_mib_rtt = MIB_ROWS("CISCO-RTTMON-MIB", rows);

/* copy.c: CISCO-CONFIG-COPY-MIB: an entry is a copy of a configuration that a manager asks for (snmp/copy.c carries it out).
 *
 * Rows are made by setting their RowStatus, with their columns in the same message or before they are active; a copy that runs or has run is not changed any more, only
 * destroyed. A password is taken and never said. Addresses are of version ipv4.
 */
#include "snmp/copy.h"
#include "snmp/mib/rows.h"

enum { PROTOCOL = 2, SOURCE, DESTINATION, SERVER, FILE_NAME, USER, PASSWORD, NOTIFY, STATE, BEGAN, ENDED, CAUSE, STATUS, ADDRESS_TYPE, ADDRESS };
enum { TRUE = 1, FALSE = 2, IPV4 = 1 };

static bool copy_behind(void *self, struct mib_index *at)
{
    uint32_t from;
    const struct copy_asked *c = mib_behind(at, &from) ? snmp_copy_from(self, from) : NULL;
    if (c)
        mib_index1(at, c->index);
    return c;
}
static const struct mib_table copies = {.next = copy_behind};

static bool get(void *self, const struct mib_row *row, const struct mib_index *at, struct trap_var *out)
{
    const struct copy_asked *c = snmp_copy_from(self, at->v[0]);
    if (!c || c->index != at->v[0])
        return false;
    switch (row->which) {
    case PROTOCOL: out->num = c->protocol; break;
    case SOURCE: out->num = c->from; return c->from;
    case DESTINATION: out->num = c->to; return c->to;
    case SERVER: out->num = c->server; return c->server;
    case FILE_NAME: mib_text(out, c->file); break;
    case USER: mib_text(out, c->user); break;
    case PASSWORD: break;
    case NOTIFY: out->num = c->notify ? TRUE : FALSE; break;
    case STATE: out->num = c->state; break;
    case BEGAN: out->num = c->began; return c->state != COPY_WAITING;
    case ENDED: out->num = c->ended; return c->state > COPY_RUNS;
    case CAUSE: out->num = c->cause; return c->state == COPY_FAILED;
    case STATUS: out->num = c->status; break;
    case ADDRESS_TYPE: out->num = IPV4; return c->server;
    case ADDRESS: mib_ip_octets(out, c->server); return c->server;
    }
    return true;
}

/* Could this column have this value? */
static enum mib_set fits(uint32_t column, const struct trap_var *v)
{
    static const struct {
        uint8_t least, most;
    } range[] = {[PROTOCOL] = {1, 5}, [SOURCE] = {PLACE_NETWORK, PLACE_RUNNING}, [DESTINATION] = {PLACE_NETWORK, PLACE_RUNNING}, [NOTIFY] = {TRUE, FALSE}, [ADDRESS_TYPE] = {IPV4, IPV4}};
    switch (column) {
    case FILE_NAME:
    case USER:
    case PASSWORD: return v->len > (column == FILE_NAME ? COPY_FILE_MAX : 40) ? MIB_SET_WRONG_LENGTH : memchr(v->data, 0, v->len) ? MIB_SET_WRONG_VALUE : MIB_SET_OK;
    case ADDRESS: return v->len == 4 ? MIB_SET_OK : MIB_SET_WRONG_LENGTH;
    case SERVER: return MIB_SET_OK;
    default: return v->num >= range[column].least && v->num <= range[column].most ? MIB_SET_OK : MIB_SET_WRONG_VALUE;
    }
}

static void put_text(char *to, const struct trap_var *v)
{
    memcpy(to, v->data, v->len);
    to[v->len] = '\0';
}

static enum mib_set set(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    struct copy_asked *c = at->n == 1 && at->v[0] ? snmp_copy_at(self, at->v[0]) : NULL;
    enum mib_set r = fits(row->which, value);
    if (at->n != 1 || !at->v[0])
        return MIB_SET_NO_CREATION;
    if (r != MIB_SET_OK)
        return r;
    if (c && c->status == ROW_ACTIVE && c->state != COPY_WAITING)
        return MIB_SET_INCONSISTENT;
    if (!c && !snmp_copy_room(self))
        return MIB_SET_UNAVAILABLE;
    if (!commit)
        return MIB_SET_OK;
    c = snmp_copy_make(self, at->v[0]);
    if (!c)
        return MIB_SET_UNAVAILABLE;
    switch (row->which) {
    case PROTOCOL: c->protocol = (uint32_t)value->num; break;
    case SOURCE: c->from = (enum copy_place)value->num; break;
    case DESTINATION: c->to = (enum copy_place)value->num; break;
    case SERVER: c->server = (uint32_t)value->num; break;
    case ADDRESS: c->server = (uint32_t)value->data[0] << 24 | (uint32_t)value->data[1] << 16 | (uint32_t)value->data[2] << 8 | value->data[3]; break;
    case FILE_NAME: put_text(c->file, value); break;
    case USER: put_text(c->user, value); break;
    case NOTIFY: c->notify = value->num == TRUE; break;
    default: break; /* a password is of no use to TFTP; the type of the address is always the same */
    }
    return MIB_SET_OK;
}

/* Is there an entry that a manager has made, and does what he wants now fit it (RFC 2579, RowStatus)? */
static enum mib_set status_fits(const struct copy_asked *c, int64_t status)
{
    bool made = c && c->status, done = made && c->state != COPY_WAITING;
    switch (status) {
    case ROW_CREATE_AND_GO:
    case ROW_CREATE_AND_WAIT: return made ? MIB_SET_INCONSISTENT : MIB_SET_OK;
    case ROW_ACTIVE: return !made || (done && c->status != ROW_ACTIVE) ? MIB_SET_INCONSISTENT : MIB_SET_OK;
    case ROW_NOT_IN_SERVICE: return !made || c->status == ROW_ACTIVE ? MIB_SET_INCONSISTENT : MIB_SET_OK;
    case ROW_DESTROY: return MIB_SET_OK;
    default: return MIB_SET_WRONG_VALUE;
    }
}

static enum mib_set set_status(void *self, const struct mib_row *row, const struct mib_index *at, const struct trap_var *value, bool commit)
{
    (void)row;
    if (at->n != 1 || !at->v[0])
        return MIB_SET_NO_CREATION;
    struct copy_asked *c = snmp_copy_at(self, at->v[0]);
    enum mib_set r = status_fits(c, value->num);
    if (r != MIB_SET_OK)
        return r;
    if (!c && value->num != ROW_DESTROY && !snmp_copy_room(self))
        return MIB_SET_UNAVAILABLE;
    if (!commit || (!c && value->num == ROW_DESTROY))
        return MIB_SET_OK;
    c = snmp_copy_make(self, at->v[0]);
    if (!c)
        return MIB_SET_UNAVAILABLE;
    if (value->num != ROW_ACTIVE || c->state == COPY_WAITING)
        snmp_copy_set(c, (enum row_status)value->num);
    return MIB_SET_OK;
}

#define COPY(nm, n, t)   {.name = "ccCopy" nm, .oid = "1.3.6.1.4.1.9.9.96.1.1.1.1." #n, .type = t, .table = &copies, .get = get, .set = set, .which = n}
#define RESULT(nm, n, t) {.name = "ccCopy" nm, .oid = "1.3.6.1.4.1.9.9.96.1.1.1.1." #n, .type = t, .table = &copies, .get = get, .which = n}
static const struct mib_row rows[] = {
    COPY("Protocol", 2, TRAP_INT),
    COPY("SourceFileType", 3, TRAP_INT),
    COPY("DestFileType", 4, TRAP_INT),
    COPY("ServerAddress", 5, TRAP_IP),
    COPY("FileName", 6, TRAP_STRING),
    COPY("UserName", 7, TRAP_STRING),
    COPY("UserPassword", 8, TRAP_STRING),
    COPY("NotificationOnCompletion", 9, TRAP_INT),
    RESULT("State", 10, TRAP_INT),
    RESULT("TimeStarted", 11, TRAP_TICKS),
    RESULT("TimeCompleted", 12, TRAP_TICKS),
    RESULT("FailCause", 13, TRAP_INT),
    {.name = "ccCopyEntryRowStatus", .oid = "1.3.6.1.4.1.9.9.96.1.1.1.1.14", .type = TRAP_INT, .table = &copies, .get = get, .set = set_status, .which = STATUS},
    COPY("ServerAddressType", 15, TRAP_INT),
    COPY("ServerAddressRev1", 16, TRAP_STRING),
};
const struct mib_rows mib_copy = MIB_ROWS("CISCO-CONFIG-COPY-MIB", rows);

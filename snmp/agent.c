/* agent.c: what a request for managed objects is answered: GetRequest, GetNextRequest, GetBulkRequest, SetRequest (RFC 3416 section 4.2; RFC 1157 section 4.1 and
 * RFC 3584 section 4 for version 1).
 *
 * It knows neither communities nor users nor sockets: who asks has become two views, and the varbinds are the octets as they came. The answer's varbinds are written
 * one after the other until there is no room; then a GetBulk is answered with what there is, all others with tooBig. A set looks at every variable before it
 * changes any; when one that was found good fails nevertheless, those before it get their old values back.
 *
 * Version 1 has no exceptions and no Counter64: what is not there, or cannot be said, is noSuchName at that place, and a walk steps over Counter64. Names of more than
 * 64 numbers are names of nothing here, as no value has one; a next finds what comes behind them all the same.
 */
#include "snmp/agent.h"

#include <string.h>

#include "espial/mib.h"
#include "snmp/held.h"

#define VARBIND_MAX 1024 /* octets: a name and a value of the longest kind have about 600 */

/* One varbind of a request. */
struct asked {
    struct rd raw_name; /* with tag and length */
    struct trap_var name;
    bool whole;         /* name.oid is all of it */
    uint8_t tag;
    struct rd value;
};

static bool next_asked(struct rd *list, struct asked *q)
{
    struct rd pair = ber_of(list, BER_SEQUENCE);
    const uint8_t *from = pair.p;
    struct rd name = ber_of(&pair, BER_OID);
    if (list->bad || pair.bad)
        return false;
    q->raw_name = rd_of(from, (size_t)(pair.p - from));
    q->name.oid_len = (uint8_t)ber_oid_of(&name, q->name.oid, TRAP_OID_MAX, &q->whole);
    q->value = ber_next(&pair, &q->tag);
    return !name.bad && !pair.bad && !pair.left;
}

bool request_parse(struct rd pdu, struct request *r)
{
    r->id = ber_int(&pdu);
    r->a = ber_int(&pdu);
    r->b = ber_int(&pdu);
    r->list = ber_of(&pdu, BER_SEQUENCE);
    if (pdu.bad || pdu.left)
        return false;
    r->nvars = 0;
    for (struct rd list = r->list; list.left; r->nvars++) {
        struct asked q;
        if (!next_asked(&list, &q))
            return false;
    }
    return true;
}

/* ---- the answer's varbinds ---- */

/* False: no room. */
static bool add(struct answer *a, const struct bw *w)
{
    size_t n = bw_len(w);
    if (w->bad || n > a->room - a->len)
        return false;
    memcpy(a->list + a->len, w->base + w->at, n);
    a->len += n;
    return true;
}

static bool add_value(struct answer *a, const struct trap_var *v)
{
    uint8_t octets[VARBIND_MAX];
    struct bw w = bw_of(octets, sizeof octets);
    bw_value(&w, v, BER_NO_INSTANCE);
    bw_oid(&w, v->oid, v->oid_len);
    bw_wrap(&w, BER_SEQUENCE, 0);
    return add(a, &w);
}

static bool add_exception(struct answer *a, const struct rd *raw_name, uint8_t tag)
{
    uint8_t octets[VARBIND_MAX];
    struct bw w = bw_of(octets, sizeof octets);
    bw_octets(&w, tag, NULL, 0);
    bw_bytes(&w, raw_name->p, raw_name->left);
    bw_wrap(&w, BER_SEQUENCE, 0);
    return add(a, &w);
}

static void refuse(struct answer *a, int32_t status, unsigned index)
{
    a->status = status;
    a->index = (int32_t)index;
    a->echo = true;
}

/* ---- reading ---- */

static void get(struct snmp *s, const struct request *r, struct answer *a)
{
    struct asked q;
    unsigned i = 0;
    for (struct rd list = r->list; list.left;) {
        i++;
        if (!next_asked(&list, &q))
            return;
        polls_object(s, q.name.oid, q.name.oid_len);
        enum mib_found found = MIB_NO_OBJECT;
        if (q.whole && view_includes(r->grant.read, q.name.oid, q.name.oid_len))
            found = mib_get(s->env.mib, &q.name);
        else if (!q.whole && mib_row_of(s->env.mib, q.name.oid, q.name.oid_len))
            found = MIB_NO_INSTANCE;
        const struct outcome *o = held_outcome(s, i - 1);
        if (o) {
            found = o->how == OBJECT_ANSWER ? MIB_FOUND : MIB_NO_INSTANCE;
            q.name = o->how == OBJECT_ANSWER ? o->var : q.name;
        }
        if (found == MIB_FOUND && q.name.type == TRAP_NONE)
            found = MIB_NO_INSTANCE;
        if (r->version == 1 && (found != MIB_FOUND || q.name.type == TRAP_COUNTER64)) {
            refuse(a, SNMP_NO_SUCH_NAME, i);
            return;
        }
        bool fits = found == MIB_FOUND
                        ? add_value(a, &q.name)
                        : add_exception(a, &q.raw_name, found == MIB_NO_OBJECT ? BER_NO_OBJECT : BER_NO_INSTANCE);
        if (!fits) {
            refuse(a, SNMP_TOO_BIG, 0);
            return;
        }
    }
}

/* Behind every instance of this column. */
static void leave_column(const struct mib_row *row, struct trap_var *v)
{
    uint8_t n = 1;
    for (const char *p = row->oid; *p; p++)
        n += *p == '.';
    for (; n < TRAP_OID_MAX; n++)
        v->oid[n] = UINT32_MAX;
    v->oid_len = TRAP_OID_MAX;
}

/* The first instance behind v->oid that may be seen and said. */
static bool next_seen(struct snmp *s, const struct request *r, struct trap_var *v)
{
    while (mib_next(s->env.mib, v)) {
        if (view_includes(r->grant.read, v->oid, v->oid_len)) {
            if (v->type != TRAP_NONE && (r->version != 1 || v->type != TRAP_COUNTER64))
                return true;
            continue;
        }
        const struct mib_row *row = mib_row_of(s->env.mib, v->oid, v->oid_len);
        size_t n = 1;
        for (const char *p = row->oid; *p; p++)
            n += *p == '.';
        if (view_excludes_all(r->grant.read, v->oid, n))
            leave_column(row, v);
    }
    return false;
}

static void get_next(struct snmp *s, const struct request *r, struct answer *a)
{
    struct asked q;
    unsigned i = 0;
    for (struct rd list = r->list; list.left;) {
        i++;
        if (!next_asked(&list, &q))
            return;
        polls_object(s, q.name.oid, q.name.oid_len);
        const struct outcome *o = held_outcome(s, i - 1);
        bool answered = o && o->how == OBJECT_ANSWER;
        if (answered)
            q.name = o->var;
        bool found = answered || next_seen(s, r, &q.name);
        if (!found && r->version == 1) {
            refuse(a, SNMP_NO_SUCH_NAME, i);
            return;
        }
        if (!(found ? add_value(a, &q.name) : add_exception(a, &q.raw_name, BER_END_OF_VIEW))) {
            refuse(a, SNMP_TOO_BIG, 0);
            return;
        }
    }
}

/* Room for n variables, kept for the next request. */
static struct trap_var *scratch(struct snmp *s, unsigned n)
{
    if (n > s->nscratch) {
        s->scratch = mem_resize(s->scratch, n, sizeof *s->scratch);
        s->nscratch = n;
    }
    return s->scratch;
}

/* One repetition over all repeaters; one whose view has ended has the type TRAP_NONE, and the last name it had is said. *any: there was something besides ends. False:
 * no room. */
static bool repeat(struct snmp *s, const struct request *r, struct answer *a, struct trap_var *at, unsigned n,
                   bool *any)
{
    for (unsigned i = 0; i < n; i++) {
        struct trap_var *v = &at[i];
        if (v->type != TRAP_NONE) {
            uint32_t was[TRAP_OID_MAX];
            uint8_t was_len = v->oid_len;
            memcpy(was, v->oid, was_len * sizeof was[0]);
            if (next_seen(s, r, v)) {
                *any = true;
                if (!add_value(a, v))
                    return false;
                continue;
            }
            v->type = TRAP_NONE;
            v->oid_len = was_len;
            memcpy(v->oid, was, was_len * sizeof was[0]);
        }
        uint8_t octets[VARBIND_MAX];
        struct bw w = bw_of(octets, sizeof octets);
        bw_octets(&w, BER_END_OF_VIEW, NULL, 0);
        bw_oid(&w, v->oid, v->oid_len);
        bw_wrap(&w, BER_SEQUENCE, 0);
        if (!add(a, &w))
            return false;
    }
    return true;
}

static void get_bulk(struct snmp *s, const struct request *r, struct answer *a)
{
    struct asked q;
    unsigned singles = r->a < 0 ? 0 : (unsigned)r->a, i = 0, n = 0;
    if (singles > r->nvars)
        singles = r->nvars;
    struct rd list = r->list;
    for (; i < singles; i++) {
        if (!next_asked(&list, &q))
            return;
        polls_object(s, q.name.oid, q.name.oid_len);
        if (!(next_seen(s, r, &q.name) ? add_value(a, &q.name) : add_exception(a, &q.raw_name, BER_END_OF_VIEW)))
            return;
    }
    unsigned repeaters = r->nvars - singles;
    if (!repeaters || r->b <= 0)
        return;
    struct trap_var *at = scratch(s, repeaters);
    bool any = true;
    for (; n < repeaters && next_asked(&list, &q); n++) {
        polls_object(s, q.name.oid, q.name.oid_len);
        at[n].type = TRAP_INT;
        at[n].oid_len = q.name.oid_len;
        memcpy(at[n].oid, q.name.oid, sizeof at[n].oid);
    }
    for (int32_t round = 0; round < r->b && any; round++) {
        any = false;
        if (!repeat(s, r, a, at, n, &any))
            break;
    }
}

/* ---- writing ---- */

enum snmp_error value_of(uint8_t tag, struct rd c, struct trap_var *v)
{
    bool whole = true;
    v->num = 0;
    v->len = 0;
    switch (tag) {
    case BER_INTEGER:
        v->type = TRAP_INT;
        v->num = ber_int_of(&c);
        break;
    case BER_GAUGE:
        v->type = TRAP_UNSIGNED;
        v->num = ber_uint_of(&c);
        break;
    case BER_COUNTER:
        v->type = TRAP_COUNTER;
        v->num = ber_uint_of(&c);
        break;
    case BER_TICKS:
        v->type = TRAP_TICKS;
        v->num = ber_uint_of(&c);
        break;
    case BER_COUNTER64:
        v->type = TRAP_COUNTER64;
        v->num = (int64_t)ber_uint64_of(&c);
        break;
    case BER_IP:
        v->type = TRAP_IP;
        if (c.left != 4)
            return SNMP_WRONG_LENGTH;
        v->num = rd_u32(&c);
        break;
    case BER_OCTETS:
        v->type = TRAP_STRING;
        if (c.left > sizeof v->data)
            return SNMP_WRONG_LENGTH;
        v->len = (uint16_t)c.left;
        if (v->len)
            memcpy(v->data, c.p, v->len);
        break;
    case BER_OID:
        v->type = TRAP_OID;
        v->len = (uint16_t)ber_oid_of(&c, v->oid_val, TRAP_OID_MAX, &whole);
        if (!whole)
            return SNMP_WRONG_LENGTH;
        break;
    default: return SNMP_WRONG_TYPE;
    }
    return c.bad ? SNMP_WRONG_ENCODING : SNMP_NO_ERROR;
}

static enum snmp_error take_value(struct asked *q)
{
    return value_of(q->tag, q->value, &q->name);
}

static enum snmp_error error_of(enum mib_set r, bool writable)
{
    static const enum snmp_error errors[] = {
        [MIB_SET_OK] = SNMP_NO_ERROR,
        [MIB_SET_WRONG_TYPE] = SNMP_WRONG_TYPE,
        [MIB_SET_WRONG_LENGTH] = SNMP_WRONG_LENGTH,
        [MIB_SET_WRONG_VALUE] = SNMP_WRONG_VALUE,
        [MIB_SET_INCONSISTENT] = SNMP_INCONSISTENT_VALUE,
        [MIB_SET_UNAVAILABLE] = SNMP_RESOURCE_UNAVAILABLE,
        [MIB_SET_FAILED] = SNMP_GEN_ERR,
        [MIB_SET_NO_CREATION] = SNMP_NO_CREATION,
    };
    return writable ? errors[r] : SNMP_NOT_WRITABLE;
}

/* RFC 3416, 4.2.5: the first of the reasons that fits. */
static enum snmp_error check_one(struct snmp *s, const struct request *r, struct asked *q)
{
    bool writable = false;
    if (!view_includes(r->grant.write, q->name.oid, q->name.oid_len))
        return SNMP_NO_ACCESS;
    enum snmp_error e = take_value(q);
    if (!q->whole)
        return SNMP_NOT_WRITABLE;
    if (e != SNMP_NO_ERROR) { /* a value of no type; still, an object that cannot be written is that first */
        q->name.type = TRAP_NONE;
        (void)!mib_set(s->env.mib, &q->name, false, &writable);
        return writable ? e : SNMP_NOT_WRITABLE;
    }
    enum mib_set m = mib_set(s->env.mib, &q->name, false, &writable);
    return error_of(m, writable);
}

/* Those before `upto` get their old values back, the last first. */
static bool undo(struct snmp *s, const struct trap_var *old, unsigned upto)
{
    bool ok = true, writable;
    while (upto--)
        ok &= !old[upto].oid_len ||
              (old[upto].type != TRAP_NONE && mib_set(s->env.mib, &old[upto], true, &writable) == MIB_SET_OK);
    return ok;
}

static void commit(struct snmp *s, const struct request *r, struct answer *a)
{
    struct asked q;
    struct rd list = r->list;
    struct trap_var *old = scratch(s, r->nvars + 1);
    bool writable;
    for (unsigned i = 0; list.left && next_asked(&list, &q); i++) {
        old[i].oid_len = 0;
        if (held_outcome(s, i)) /* somebody else has done it */
            continue;
        memcpy(old[i].oid, q.name.oid, sizeof old[i].oid);
        old[i].oid_len = q.name.oid_len;
        if (mib_get(s->env.mib, &old[i]) != MIB_FOUND)
            old[i].type = TRAP_NONE;
        if (take_value(&q) != SNMP_NO_ERROR || mib_set(s->env.mib, &q.name, true, &writable) != MIB_SET_OK) {
            bool undone = undo(s, old, i);
            refuse(a, undone ? SNMP_COMMIT_FAILED : SNMP_UNDO_FAILED, undone ? i + 1 : 0);
            break;
        }
    }
}

static void set(struct snmp *s, const struct request *r, struct answer *a)
{
    struct asked q;
    unsigned i = 0;
    for (struct rd list = r->list; list.left;) {
        i++;
        if (!next_asked(&list, &q))
            return;
        polls_object(s, q.name.oid, q.name.oid_len);
        const struct outcome *o = held_outcome(s, i - 1);
        enum snmp_error e = !o ? check_one(s, r, &q) : o->how == OBJECT_ANSWER ? SNMP_NO_ERROR : SNMP_NO_CREATION;
        if (e != SNMP_NO_ERROR) {
            refuse(a, e, i);
            return;
        }
    }
    a->echo = true;
    commit(s, r, a);
    if (a->status == SNMP_NO_ERROR)
        s->stats.in_set_vars += r->nvars;
}

/* ---- the whole ---- */

/* RFC 3584, 4.3. */
static int32_t v1_status(int32_t status)
{
    switch (status) {
    case SNMP_WRONG_VALUE:
    case SNMP_WRONG_ENCODING:
    case SNMP_WRONG_TYPE:
    case SNMP_WRONG_LENGTH:
    case SNMP_INCONSISTENT_VALUE: return SNMP_BAD_VALUE;
    case SNMP_NO_ACCESS:
    case SNMP_NOT_WRITABLE:
    case SNMP_NO_CREATION:
    case SNMP_INCONSISTENT_NAME:
    case SNMP_AUTHORIZATION_ERROR: return SNMP_NO_SUCH_NAME;
    case SNMP_RESOURCE_UNAVAILABLE:
    case SNMP_COMMIT_FAILED:
    case SNMP_UNDO_FAILED: return SNMP_GEN_ERR;
    default: return status;
    }
}

static void count_status(struct snmp_stats *n, int32_t status)
{
    if (status == SNMP_TOO_BIG)
        n->out_too_big++;
    else if (status == SNMP_NO_SUCH_NAME)
        n->out_no_such_name++;
    else if (status == SNMP_BAD_VALUE)
        n->out_bad_value++;
    else if (status == SNMP_GEN_ERR)
        n->out_gen_err++;
}

static bool next_var(struct rd *list, bool is_set, struct trap_var *v)
{
    struct asked q = {.tag = 0};
    bool ok = next_asked(list, &q) && q.whole && (!is_set || take_value(&q) == SNMP_NO_ERROR);
    if (ok)
        *v = q.name;
    return ok;
}

bool agent_answer(struct snmp *s, const struct request *r, struct answer *a)
{
    a->status = a->index = 0;
    a->echo = false;
    a->len = 0;
    a->waits = held_ask(s, r, next_var);
    if (a->waits)
        return false;
    if (r->pdu == BER_SET) {
        s->stats.in_set_requests++;
        if (r->list.left > a->room)
            refuse(a, SNMP_TOO_BIG, 0);
        else
            set(s, r, a);
    } else if (!r->grant.read) {
        refuse(a, SNMP_AUTHORIZATION_ERROR, 0);
    } else {
        s->stats.in_request_vars += r->nvars;
        if (r->pdu == BER_GET) {
            s->stats.in_get_requests++;
            get(s, r, a);
        } else if (r->pdu == BER_GET_NEXT) {
            s->stats.in_get_nexts++;
            get_next(s, r, a);
        } else {
            s->stats.in_get_bulks++;
            get_bulk(s, r, a);
        }
    }
    held_served(s);
    if (r->version == 1)
        a->status = v1_status(a->status);
    if (a->echo && r->list.left > a->room && a->status != SNMP_TOO_BIG)
        refuse(a, SNMP_TOO_BIG, 0);
    if (a->status == SNMP_TOO_BIG && r->version != 1) { /* RFC 3416, 4.2.1: without varbinds */
        a->echo = false;
        a->len = 0;
    }
    count_status(&s->stats, a->status);
    return !a->echo || r->list.left <= a->room;
}

void answer_write(const struct request *r, const struct answer *a, struct bw *w)
{
    size_t from = bw_len(w);
    bw_bytes(w, a->echo ? r->list.p : a->list, a->echo ? r->list.left : a->len);
    bw_wrap(w, BER_SEQUENCE, from);
    bw_int(w, a->index);
    bw_int(w, a->status);
    bw_int(w, r->id);
    bw_wrap(w, BER_RESPONSE, from);
}

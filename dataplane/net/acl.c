/* acl.c: access lists: lines as typed become rules in order, packets are held against them.
 *
 * A list is all lines of one name: those of `access-list N` and those inside `ip access-list extended NAME`, by their
 * place. A line typed without a sequence number goes to the end, ten further than the last (IOS: 10, 20, 30 ...); the
 * places are given once and kept, so that inserting between two lines later does what it says. Changing a list makes
 * its rules anew; rules that stayed keep their counts. A remark stands with the line before it.
 *
 * A fragment other than the first has no ports: a permit rule that asks for ports, an ICMP type or TCP flags then matches on the addresses alone,
 * a deny rule does not match (IOS's rule, so that a permitted packet's fragments pass and a denied one's can't be put
 * together without their head).
 *
 * A standard list is one whose lines came from `access-list 1-99` or `ip access-list standard`: rules for any protocol to
 * anywhere. Names are shared by both kinds; the first to use one decides (the grammar refuses the other). Lines with
 * `log` are said by acl_log.c.
 *
 * What it does not do: time ranges, reflexive and IPv6 lists, object groups, TTL and IP options. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/net/acl_local.h"

struct acls {
    struct net *net;
    struct acl *lists; /* in show order */
};

enum { ICMP_ANY = 256 };

void flow_of(struct flow *f, const uint8_t *ip, uint32_t len)
{
    unsigned ihl = ipv4_ihl(ip);
    const uint8_t *l4 = ip + ihl;
    uint32_t left = len > ihl ? len - ihl : 0;

    *f = (struct flow){.src = get32(ip + 12), .dst = get32(ip + 16), .proto = ip[9], .tos = ip[1]};
    if (get16(ip + 6) & 0x1FFF) {
        f->no_ports = f->fragment = true;
    } else if (f->proto == PROTO_TCP || f->proto == PROTO_UDP) {
        f->no_ports = left < 4;
        if (f->no_ports)
            return;
        f->sport = get16(l4);
        f->dport = get16(l4 + 2);
        if (f->proto == PROTO_TCP && left >= 14)
            f->tcp_flags = l4[13];
    } else if (f->proto == PROTO_ICMP) {
        f->no_ports = left < 2;
        if (f->no_ports)
            return;
        f->icmp_type = l4[0];
        f->icmp_code = l4[1];
    }
}

struct flow flow_mirror(const struct flow *f)
{
    struct flow m = *f;

    m.src = f->dst;
    m.dst = f->src;
    m.sport = f->dport;
    m.dport = f->sport;
    return m;
}

static bool port_fits(uint8_t op, uint16_t a, uint16_t b, uint16_t port)
{
    switch (op) {
    case ACL_PORT_EQ: return port == a;
    case ACL_PORT_GT: return port > a;
    case ACL_PORT_LT: return port < a;
    case ACL_PORT_NEQ: return port != a;
    case ACL_PORT_RANGE: return port >= a && port <= b;
    default: return true;
    }
}

bool acl_rule_fits(const struct acl_rule *r, const struct flow *f)
{
    if (r->proto != ACL_PROTO_IP && r->proto != f->proto)
        return false;
    if ((f->src & ~r->src_wild) != r->src || (f->dst & ~r->dst_wild) != r->dst)
        return false;
    if ((r->has_dscp && f->tos >> 2 != r->dscp) || (r->has_precedence && f->tos >> 5 != r->precedence) ||
        (r->has_tos && (f->tos >> 1 & 15) != r->tos))
        return false;
    if (r->fragments)
        return f->fragment;
    bool wants_more = r->sop || r->dop || r->tcp_flags || r->icmp_type != ICMP_ANY;
    if (!wants_more)
        return true;
    if (f->no_ports)
        return r->permit && (f->fragment || (!r->tcp_flags && r->icmp_type == ICMP_ANY));
    if (r->proto == PROTO_ICMP)
        return f->icmp_type == r->icmp_type && (r->icmp_code == ICMP_ANY || f->icmp_code == r->icmp_code);
    if (r->tcp_flags && !(f->tcp_flags & r->tcp_flags))
        return false;
    return port_fits(r->sop, r->sport, r->sport2, f->sport) && port_fits(r->dop, r->dport, r->dport2, f->dport);
}

/* ---- lines to rules ---- */

static struct acl_rule rule_of(const struct ace_conf *c)
{
    struct acl_rule r = {.seq = c->place,
                         .permit = c->action == ACL_PERMIT,
                         .proto = c->proto,
                         .sop = c->sop,
                         .dop = c->dop,
                         .tcp_flags = c->tcp_flags};

    r.src_wild = c->src_kind == ACL_ADDR_ANY ? 0xFFFFFFFFu : c->src_kind == ACL_ADDR_HOST ? 0 : c->src_wild;
    r.dst_wild = c->dst_kind == ACL_ADDR_ANY ? 0xFFFFFFFFu : c->dst_kind == ACL_ADDR_HOST ? 0 : c->dst_wild;
    r.src = c->src & ~r.src_wild;
    r.dst = c->dst & ~r.dst_wild;
    r.sport = c->sport;
    r.sport2 = c->sport2;
    r.dport = c->dport;
    r.dport2 = c->dport2;
    r.icmp_type = c->icmp_type;
    r.icmp_code = c->icmp_code;
    r.has_dscp = c->has_dscp;
    r.dscp = c->has_dscp ? c->dscp : 0;
    r.has_precedence = c->has_precedence;
    r.precedence = c->has_precedence ? c->precedence : 0;
    r.has_tos = c->has_tos;
    r.tos = c->has_tos ? c->tos : 0;
    r.fragments = c->fragments;
    r.log = c->log;
    return r;
}

bool acl_rule_same(const struct acl_rule *a, const struct acl_rule *b)
{
    return a->permit == b->permit && a->proto == b->proto && a->src == b->src && a->src_wild == b->src_wild &&
           a->dst == b->dst && a->dst_wild == b->dst_wild && a->sop == b->sop && a->dop == b->dop &&
           a->sport == b->sport && a->sport2 == b->sport2 && a->dport == b->dport && a->dport2 == b->dport2 &&
           a->tcp_flags == b->tcp_flags && a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code &&
           a->has_dscp == b->has_dscp && a->dscp == b->dscp && a->has_precedence == b->has_precedence &&
           a->precedence == b->precedence && a->has_tos == b->has_tos && a->tos == b->tos &&
           a->fragments == b->fragments;
}

static bool rules_equal(const struct acl_rule *a, const struct acl_rule *b)
{
    return a->seq == b->seq && a->log == b->log && acl_rule_same(a, b);
}

/* One line more, at the end, of a list that is made: by far the most frequent change of a long one. False: something
 * else has changed. */
static bool rules_grow(struct net *net, struct acl *a)
{
    struct acl_kind k = acl_kind_of(net, a->standard);
    size_t from, to, n;

    acl_range_of(k.numbered, a->name, &from, &to);
    n = to - from;
    struct ace_conf *c = n ? k.numbered->v[to - 1] : NULL;
    for (size_t i = 0; i < k.named->n; i++) {
        struct acl_conf *list = k.named->v[i];
        if (strcmp(list->name, a->name) || !list->entries.n)
            continue;
        if (c)
            return false; /* lines of both kinds */
        n = list->entries.n;
        c = list->entries.v[n - 1];
    }
    if (!c || n != a->nlines + 1 || c->action == ACL_REMARK)
        return false;
    uint32_t place = c->place ? c->place : c->seq;
    if ((place && place <= a->last) || (c->seq && c->seq <= a->reread))
        return false;
    a->reread = c->seq ? c->seq : a->reread / 10 * 10 + 10;
    c->place = place ? place : a->last / 10 * 10 + 10;
    if (a->n == a->cap) {
        a->cap = 2 * a->cap + 1;
        a->rules = mem_resize(a->rules, a->cap, sizeof *a->rules);
    }
    a->rules[a->n++] = rule_of(c);
    a->last = c->place;
    a->nlines = n;
    return true;
}

static void rules_make(struct net *net, struct acl *a)
{
    struct acl_lines l = {0};
    struct acl_rule *old = a->rules;
    size_t nold = a->n, hint = 0;

    if (rules_grow(net, a))
        return;
    acl_lines_of(net, a->name, a->standard, &l);
    acl_give_places(&l);
    a->reread = acl_hold_order(&l);
    a->rules = mem_array(l.n + 1, sizeof *a->rules);
    a->cap = l.n + 1;
    a->nlines = l.n;
    a->n = a->last = 0;
    for (size_t i = 0; i < l.n; i++)
        if (l.v[i]->place > a->last)
            a->last = l.v[i]->place;
    for (size_t i = 0; i < l.n; i++) {
        if (l.v[i]->action == ACL_REMARK)
            continue;
        struct acl_rule r = rule_of(l.v[i]);
        size_t at = a->n++;
        while (at && a->rules[at - 1].seq > r.seq) {
            a->rules[at] = a->rules[at - 1];
            at--;
        }
        a->rules[at] = r;
    }
    for (size_t i = 0; i < a->n; i++) { /* both sorted by place */
        while (hint < nold && old[hint].seq < a->rules[i].seq)
            hint++;
        if (hint < nold && rules_equal(&old[hint], &a->rules[i]))
            a->rules[i].hits = old[hint].hits;
    }
    mem_free(old);
    mem_free(l.v);
}

static bool has_lines(struct net *net, const char *name, bool standard)
{
    struct acl_kind k = acl_kind_of(net, standard);
    size_t from, to;

    acl_range_of(k.numbered, name, &from, &to);
    for (size_t i = from; i < to; i++)
        if (acl_line_of(k.numbered->v[i], name))
            return true;
    for (size_t i = 0; i < k.named->n; i++)
        if (!strcmp(((struct acl_conf *)k.named->v[i])->name, name))
            return true;
    return false;
}

struct acl *acl_find(struct net *net, const char *name)
{
    for (struct acl *a = net->acls->lists; a; a = a->next)
        if (!strcmp(a->name, name))
            return a;
    return NULL;
}

const char *acl_name(const struct acl *a)
{
    return a->name;
}

bool acl_standard(const struct acl *a)
{
    return a->standard;
}

size_t acl_rules(const struct acl *a)
{
    return a->n;
}

struct acl_rule *acl_rule(struct acl *a, size_t i)
{
    return i < a->n ? &a->rules[i] : NULL;
}

struct acl *acl_next(struct net *net, const struct acl *a)
{
    return a ? a->next : net->acls->lists;
}

struct acl_rule *acl_match(struct acl *a, const struct flow *f)
{
    for (size_t i = 0; i < a->n; i++)
        if (acl_rule_fits(&a->rules[i], f))
            return &a->rules[i];
    return NULL;
}

bool acl_permits(struct acl *a, const struct flow *f)
{
    struct acl_rule *r = acl_match(a, f);

    if (r)
        r->hits++;
    return r ? r->permit : a->n == 0; /* an empty list permits, as on IOS */
}

bool acl_judges(struct net *net, struct acl *a, const struct flow *f, const struct iface *in, const uint8_t *mac)
{
    struct acl_rule *r = acl_match(a, f);

    if (!r)
        return a->n == 0;
    r->hits++;
    if (r->log)
        acl_log(net->acl_logs, a, r, f, in, mac);
    return r->permit;
}

bool acl_permits_source(struct net *net, const char *name, uint32_t source)
{
    struct acl *a = acl_find(net, name);
    const struct flow f = {.src = source, .proto = PROTO_TCP, .no_ports = true};

    return !a || acl_permits(a, &f);
}

void acl_clear_counters(struct net *net, const char *name)
{
    for (struct acl *a = net->acls->lists; a; a = a->next)
        if (!name || !strcmp(a->name, name))
            for (size_t i = 0; i < a->n; i++)
                a->rules[i].hits = 0;
}

/* ---- configuration ---- */

void ace_conf_init(struct ace_conf *c)
{
    c->icmp_type = c->icmp_code = ICMP_ANY;
}

void acl_conf_init(struct acl_conf *c)
{
    conf_list_init(&c->entries, sizeof(struct ace_conf), ace_conf_cmp, NULL);
}

void acl_conf_fini(struct acl_conf *c)
{
    conf_list_clear(&c->entries);
}

static uint32_t sort_place(const struct ace_conf *c)
{
    return c->place ? c->place : c->seq ? c->seq : UINT32_MAX;
}

int ace_conf_cmp(const void *a, const void *b)
{
    uint32_t x = sort_place(a), y = sort_place(b);

    return x < y ? -1 : x > y;
}

static void canonical_addr(uint8_t *kind, uint32_t *addr, uint32_t *wild)
{
    if (*kind == ACL_ADDR_WILD && *wild == 0xFFFFFFFFu)
        *kind = ACL_ADDR_ANY;
    else if (*kind == ACL_ADDR_WILD && *wild == 0)
        *kind = ACL_ADDR_HOST;
    if (*kind == ACL_ADDR_ANY)
        *addr = 0;
    if (*kind != ACL_ADDR_WILD)
        *wild = 0;
    else
        *addr &= ~*wild;
}

void ace_canonical(struct ace_conf *c)
{
    canonical_addr(&c->src_kind, &c->src, &c->src_wild);
    canonical_addr(&c->dst_kind, &c->dst, &c->dst_wild);
}

static void list_add(struct acls *acls, const char *name, bool standard)
{
    struct acl **at = &acls->lists;
    struct acl *a = NEW(struct acl);

    str_copy(a->name, sizeof a->name, name);
    a->standard = standard;
    while (*at && strverscmp((*at)->name, name) < 0)
        at = &(*at)->next;
    a->next = *at;
    *at = a;
}

static void list_remove(struct acls *acls, const char *name)
{
    for (struct acl **at = &acls->lists; *at; at = &(*at)->next)
        if (!strcmp((*at)->name, name)) {
            struct acl *a = *at;
            *at = a->next;
            mem_free(a->rules);
            mem_free(a);
            return;
        }
}

void acl_conf_changed(struct net *net, const char *name)
{
    struct acls *acls = net->acls;
    struct acl *a = acl_find(net, name);
    bool standard = has_lines(net, name, true), extended = has_lines(net, name, false);

    if (a && !(a->standard ? standard : extended)) {
        list_remove(acls, name);
        a = NULL;
    }
    if (!a && (standard || extended))
        list_add(acls, name, standard);
    a = acl_find(net, name);
    if (a)
        rules_make(net, a);
    acl_log_forget(net->acl_logs, name);
    iface_acls(net);
    net_tell_acl(net, name);
}

struct acls *acls_new(struct net *net)
{
    struct acls *acls = NEW(struct acls);

    acls->net = net;
    return acls;
}

void acls_free(struct acls *acls)
{
    while (acls->lists)
        list_remove(acls, acls->lists->name);
    mem_free(acls);
}

/* protect.c: protection of tunnel interfaces (`tunnel protection ipsec profile`): heads, compiled beside crypto maps.
 *
 * The tunnel floor says which interface is to be protected, between which addresses, and whether all of it (sVTI: any
 * to any, in tunnel mode), what the lines of an access list permit of all that (one flow a line), or the GRE between the
 * two. A head is then an interface with a map of one entry, which has that one line, or those of the list, and whose one
 * peer is the tunnel's destination; so policy questions of IKE, shows, clears, recovery and path MTU find it where they
 * find crypto maps. It is up with the SAs of any of its lines. The packets are brought by the tunnel floor: the outbound
 * interface of those in CRYPTO_OUT is the tunnel. What comes in through one of its SAs is marked with the tunnel
 * (packet.through), which is how the tunnel knows its own.
 *
 * Two heads cannot have the same identity between the same addresses: IKE could not tell them apart. The first one has
 * it, unless both are shared: then the others use its entry (map_if.owner), and its SAs carry the packets of all. A
 * head without its profile, or whose profile names no transform there is, has no entry: nothing passes. What the other
 * end narrows is below the line (flow.c), and part of the tunnel: with it alone the tunnel is up too. */
#include "dataplane/ipsec/ipsec_local.h"

#include <stdio.h>
#include <string.h>

#include "espial/text.h"

static bool same_ends(const struct ipsec_protect *a, const struct ipsec_protect *b)
{
    return a->local == b->local && a->peer == b->peer && a->vti == b->vti;
}

static bool same_way(const struct ipsec_protect *a, const struct ipsec_protect *b)
{
    return !strcmp(a->profile, b->profile) && !strcmp(a->ike_profile, b->ike_profile) && a->ikev2 == b->ikev2 &&
           a->shared == b->shared && !strcmp(a->acl, b->acl);
}

static bool shares(const struct ipsec_protect *a, const struct ipsec_protect *b)
{
    return a->shared && !a->vti && same_ends(a, b) && same_way(a, b);
}

static void head_out(struct ipsec *ips, struct protect_head *h)
{
    *h->prev = h->next;
    if (h->next)
        h->next->prev = h->prev;
    else
        ips->heads_end = h->prev;
}

/* As the last one: whoever has its ends already keeps them. */
static void head_in(struct ipsec *ips, struct protect_head *h)
{
    h->next = NULL;
    h->prev = ips->heads_end;
    *ips->heads_end = h;
    ips->heads_end = &h->next;
}

void ipsec_protect(struct ipsec *ips, struct iface *ifc, const struct ipsec_protect *want)
{
    struct protect_head *h = ifc->head;
    if (h && same_ends(&h->want, want) && same_way(&h->want, want)) {
        h->want = *want; /* where it leaves and what is believed of its path, at most */
        return;
    }
    if (!h) {
        h = ifc->head = NEW(struct protect_head);
        h->ifc = ifc;
        head_in(ips, h);
        ips->sockets.opened++;
    } else {
        ips->sockets.changed++;
        if (!same_ends(&h->want, want)) {
            head_out(ips, h);
            head_in(ips, h);
        }
    }
    h->want = *want;
    map_dirty(ips);
}

static void head_free(struct ipsec *ips, struct protect_head *h)
{
    head_out(ips, h);
    h->ifc->head = NULL;
    ips->sockets.closed++;
    ips->sockets.down += h->was_up;
    ips->sockets.unfilters += h->filtered;
    mem_free(h);
}

void ipsec_unprotect(struct ipsec *ips, struct iface *ifc)
{
    if (!ifc->head)
        return;
    map_unset(ips, ifc);
    head_free(ips, ifc->head);
}

void ipsec_protect_watch(struct ipsec *ips, void (*changed)(void *arg), void *arg)
{
    ips->protect_fn = changed;
    ips->protect_arg = arg;
}

/* ---- what is counted of heads ---- */

/* The flows of its lines; *at from 0. NULL: no more. */
static struct ipsec_flow *line_next(const struct map_entry *e, size_t *at)
{
    while (e && *at < e->nrules) {
        const struct spd_rule *r = &e->rules[(*at)++];
        if (r->flow && !r->shared)
            return r->flow;
    }
    return NULL;
}

static bool has_line(const struct map_entry *e)
{
    size_t at = 0;
    return line_next(e, &at);
}

/* What a line sends with: the other end may have narrowed it. NULL: nothing. */
static struct sa_pair *sends_with(const struct ipsec_flow *f)
{
    struct sa_pair *out = f->out;
    for (const struct ipsec_flow *n = f->below ? f->below->first : NULL; n && !out; n = n->next_below)
        out = n->out;
    return out;
}

static bool sends(const struct map_entry *e)
{
    bool up = false;
    size_t at = 0;
    for (const struct ipsec_flow *f; !up && (f = line_next(e, &at));)
        up = sends_with(f);
    return up;
}

/* The least path MTU that one of its lines knows. */
static uint32_t path_of(const struct ipsec *ips, const struct protect_head *h, const struct map_entry *e)
{
    uint32_t least = h->want.path_mtu;
    size_t at = 0;
    for (const struct ipsec_flow *f; (f = line_next(e, &at));) {
        uint32_t path = flow_path_mtu(f, h->want.path_mtu, ips->env.loop);
        least = path < least ? path : least;
    }
    return least;
}

const struct ipsec_sockets *ipsec_sockets(const struct ipsec *ips)
{
    return &ips->sockets;
}

static void note(uint64_t *n, bool *was, bool is)
{
    *n += is && !*was;
    *was = is;
}

/* SAs came or went, or a path was learnt. */
static void note_state(struct ipsec *ips, struct protect_head *h)
{
    struct ipsec_sockets *n = &ips->sockets;
    const struct map_if *mi = h->ifc->crypto; /* as it is now: lines that go are let go one by one */
    const struct map_entry *e = mi && mi->nentries ? mi->entries[0] : NULL;
    bool up = sends(e);
    uint32_t path = path_of(ips, h, e);

    n->down += h->was_up && !up;
    note(&n->up, &h->was_up, up);
    n->mtu_changed += h->path && h->path != path;
    h->path = path;
}

static void note_policy(struct ipsec *ips, struct protect_head *h, bool profile, const struct map_if *mi)
{
    struct ipsec_sockets *n = &ips->sockets;
    bool entry = mi->nentries, filter = entry && has_line(mi->entries[0]);
    bool none = !profile || (entry && !filter && h->want.acl[0]); /* nothing to be protected is named */

    n->unfilters += h->filtered && !filter;
    note(&n->filters, &h->filtered, filter);
    note(&n->ready, &h->ready, filter && mi->entries[0]->tmpl.ntransforms);
    note(&n->no_profile, &h->no_profile, none);
    note(&n->no_room, &h->no_room, entry && !filter && !none);
}

void protect_failed(struct ipsec *ips, const struct ipsec_flow *f)
{
    ips->sockets.errors += f->entry && f->entry->mi->head;
}

void protect_changed(struct ipsec *ips, const struct ipsec_flow *f)
{
    if (!f->entry || !f->entry->mi->head)
        return;
    note_state(ips, f->entry->mi->head);
    if (ips->protect_fn)
        ips->protect_fn(ips->protect_arg);
}

void ipsec_protect_clear(struct ipsec *ips, const struct packet *p)
{
    struct flow f;
    flow_of(&f, p->l3, p->len);
    report_clear(ips, &f);
}

const struct ipsec_profile_conf *ipsec_profile_find(struct ipsec *ips, const char *name)
{
    static const struct ipsec_profile_conf built_in = {.name = "default"};

    CONF_EACH(const struct ipsec_profile_conf, p, &ips->conf.profiles)
    if (!strcmp(p->name, name))
        return p;
    return strcmp(name, built_in.name) == 0 ? &built_in : NULL;
}

/* ---- compiling ---- */

/* The first one with these ends: it has the SAs. */
static struct protect_head *lead_of(struct ipsec *ips, const struct protect_head *h)
{
    struct protect_head *lead = ips->heads;
    while (!same_ends(&lead->want, &h->want))
        lead = lead->next;
    return lead;
}

static struct acl_rule rule_of(const struct ipsec_protect *w)
{
    struct acl_rule r = {.permit = true, .proto = ACL_PROTO_IP, .src_wild = UINT32_MAX, .dst_wild = UINT32_MAX};
    r.icmp_type = r.icmp_code = 256;
    if (!w->vti) {
        r.proto = PROTO_GRE;
        r.src = w->local;
        r.dst = w->peer;
        r.src_wild = r.dst_wild = 0;
    }
    return r;
}

/* Of a head without an access list. */
static void entry_whole(struct ipsec *ips, struct map_entry *e, struct map_entry *old)
{
    e->rules = mem_array(1, sizeof *e->rules);
    struct acl_rule r = rule_of(&e->mi->head->want);
    size_t at = 0;
    struct ipsec_flow *f = entry_flow(ips, old, &r, &at);
    if (f)
        entry_add_rule(e, &(struct spd_rule){.rule = r, .hits = &e->mi->head->hits, .flow = f});
}

static struct map_entry *entry_of(struct ipsec *ips, struct map_if *mi, const struct ipsec_profile_conf *profile,
                                  struct map_entry *old)
{
    struct map_entry *e = NEW(struct map_entry);
    e->mi = mi;
    e->seq = PROTECT_SEQ;
    str_copy(e->map, sizeof e->map, mi->map);
    e->peers = mem_array(1, sizeof *e->peers);
    e->peers[e->npeers++] = mi->head->want.peer;
    e->peer_dflt = e->npeers;
    struct sa_conf sa = profile->sa;
    if (mi->head->want.ike_profile[0]) { /* the tunnel's own, in place of the profile's */
        str_copy(sa.ikev2_profile, sizeof sa.ikev2_profile, mi->head->want.ikev2 ? mi->head->want.ike_profile : "");
        str_copy(sa.isakmp_profile, sizeof sa.isakmp_profile, mi->head->want.ikev2 ? "" : mi->head->want.ike_profile);
    }
    entry_template(ips, &sa, e);
    rri_of(&profile->sa, &e->rri);
    e->tmpl.protection = true;
    e->tmpl.answer_only = profile->responder_only;
    str_copy(e->acl, sizeof e->acl, mi->head->want.acl);
    if (e->acl[0])
        entry_rules(ips, e, old);
    else
        entry_whole(ips, e, old);
    size_t at = 0;
    for (struct ipsec_flow *f; (f = line_next(e, &at));) {
        f->tunnel = mi->ifc;
        f->vti = mi->head->want.vti;
        for (struct ipsec_flow *n = f->below ? f->below->first : NULL; n; n = n->next_below)
            n->tunnel = mi->ifc;
    }
    return e;
}

static struct map_if *head_compile(struct ipsec *ips, struct protect_head *h)
{
    if (h->mi)
        return h->mi;
    struct protect_head *lead = lead_of(ips, h);
    struct map_if *mi = h->mi = NEW(struct map_if), *was = h->ifc->crypto;
    mi->ifc = h->ifc;
    mi->head = h;
    snprintf(mi->map, sizeof mi->map, "%s-head-0", h->ifc->name);
    str_copy(mi->ifname, sizeof mi->ifname, h->ifc->name);
    mi->local = h->want.local;
    note(&ips->sockets.taken, &h->taken, lead != h && !shares(&lead->want, &h->want));
    if (lead != h && !h->taken) {
        mi->owner = head_compile(ips, lead);
        mi->entries = mi->owner->entries;
        mi->nentries = mi->owner->nentries;
        str_copy(mi->map, sizeof mi->map, mi->owner->map);
        return mi;
    }
    if (was && (!was->head || was->owner || was->local != mi->local))
        was = NULL;
    mi->entries = mem_array(1, sizeof *mi->entries);
    const struct ipsec_profile_conf *profile = ipsec_profile_find(ips, h->want.profile);
    if (profile && !h->taken)
        mi->entries[mi->nentries++] = entry_of(ips, mi, profile, entry_find(was, mi->map, PROTECT_SEQ, 0));
    note_policy(ips, h, profile, mi);
    return mi;
}

void protect_begin(struct ipsec *ips)
{
    for (struct protect_head *h = ips->heads; h; h = h->next)
        h->mi = NULL;
}

struct map_if *protect_compile(struct ipsec *ips, struct iface *ifc)
{
    if (!ifc->head)
        return NULL;
    if (ips->protect_fn)
        ips->protect_fn(ips->protect_arg);
    return head_compile(ips, ifc->head);
}

void protect_init(struct ipsec *ips)
{
    ips->heads_end = &ips->heads;
}

void protect_fini(struct ipsec *ips)
{
    while (ips->heads)
        head_free(ips, ips->heads);
}

/* ---- how it stands ---- */

static const struct map_entry *entry_of_head(struct ipsec *ips, const struct iface *ifc)
{
    map_sync(ips);
    const struct map_if *mi = ifc->crypto;
    const struct map_entry *e = mi && mi->head && mi->nentries ? mi->entries[0] : NULL;
    return e && has_line(e) && e->tmpl.ntransforms ? e : NULL;
}

/* The greatest packet that fits through this line's SAs, or those that would be asked for. */
static uint32_t line_mtu(const struct ipsec_flow *f, uint32_t path)
{
    struct ipsec_policy p;
    struct sa_pair *pair = sends_with(f);
    flow_policy(f, &p);
    return pair ? pair_plain_mtu(pair, path) : ipsec_plain_mtu(&p.transforms[0], false, path);
}

bool ipsec_protect_state(struct ipsec *ips, const struct iface *ifc, struct ipsec_protect_state *out)
{
    const struct map_entry *e = entry_of_head(ips, ifc);
    const struct protect_head *h = ifc->head;
    size_t at = 0;
    *out = (struct ipsec_protect_state){0};
    if (!h)
        return false;
    out->plain_mtu = h->want.path_mtu;
    out->taken = h->taken;
    if (!e)
        return true;
    out->ready = true;
    out->up = sends(e);
    out->cleared = e->cleared;
    out->through = e->mi->ifc->index;
    out->answer_only = e->tmpl.answer_only;
    for (const struct ipsec_flow *f; (f = line_next(e, &at));) { /* what fits through all of them */
        uint32_t path = flow_path_mtu(f, h->want.path_mtu, ips->env.loop), plain = line_mtu(f, path);
        out->plain_mtu = plain < out->plain_mtu ? plain : out->plain_mtu;
        if (path < h->want.path_mtu && f->path_until != UINT64_MAX &&
            (!out->path_until || f->path_until < out->path_until))
            out->path_until = f->path_until;
    }
    return true;
}

void ipsec_protect_start(struct ipsec *ips, const struct iface *ifc)
{
    const struct map_entry *e = entry_of_head(ips, ifc);
    size_t at = 0;
    for (struct ipsec_flow *f; (f = line_next(e, &at));) {
        if (sends_with(f))
            continue;
        f->first.there = false;
        ips->sockets.asked++;
        spd_acquire(ips, f, NULL);
    }
}

bool ipsec_head_next(struct ipsec *ips, size_t *cursor, struct ipsec_head_info *out)
{
    size_t i = 0;
    map_sync(ips);
    for (const struct map_if *mi = ips->ifs; mi; mi = mi->next) {
        if (!mi->head || i++ < *cursor)
            continue;
        ++*cursor;
        const struct map_entry *e = entry_of_head(ips, mi->ifc);
        *out = (struct ipsec_head_info){.want = mi->head->want, .ready = e, .up = sends(e)};
        str_copy(out->map, sizeof out->map, mi->map);
        str_copy(out->ifname, sizeof out->ifname, mi->ifname);
        return true;
    }
    return false;
}

bool ipsec_head_line(struct ipsec *ips, const struct ipsec_head_info *h, size_t *line, struct selector *local,
                     struct selector *remote)
{
    struct acl *acl = h->want.acl[0] ? acl_find(ips->env.net, h->want.acl) : NULL;
    const struct acl_rule whole = rule_of(&h->want), *r = NULL;
    if (!h->want.acl[0])
        r = *line ? NULL : &whole;
    else
        while (acl && (r = acl_rule(acl, *line)) && !r->permit)
            ++*line;
    ++*line;
    if (r)
        flow_selectors(r, local, remote);
    return r;
}

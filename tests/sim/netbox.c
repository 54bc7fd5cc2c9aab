/* netbox.c: see netbox.h. */
#include "tests/sim/netbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "espial/mem.h"
#include "espial/text.h"

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "netbox: %s\n", what);
    abort();
}

uint32_t addr_of(const char *s)
{
    uint32_t a = 0;

    must(ip4_parse(s, &a), s);
    return a;
}

static void split(const char *addr_len, uint32_t *addr, uint32_t *mask)
{
    char copy[32];
    char *slash;

    str_copy(copy, sizeof copy, addr_len);
    slash = strchr(copy, '/');
    must(slash, addr_len);
    *slash++ = 0;
    *addr = addr_of(copy);
    *mask = ip4_mask((unsigned)atoi(slash));
}

void netbox_init(struct netbox *b, struct loop *loop, uint8_t number)
{
    *b = (struct netbox){.loop = loop};
    b->rnd = rnd_seeded_new(number);
    b->bus = bus_new(loop);
    b->log = log_new(loop, b->bus);
    b->graph = graph_new(loop);
    const struct net_env env = {
        .loop = loop, .rnd = b->rnd, .log = b->log, .graph = b->graph, .mac_base = {0xaa, 0xbb, 0xcc, 0, number, 0}};
    b->net = net_new(&env);
}

void netbox_end(struct netbox *b)
{
    net_free(b->net);
    graph_free(b->graph);
    log_free(b->log);
    bus_free(b->bus);
    rnd_free(b->rnd);
}

struct if_conf *netbox_conf(struct netbox *b, const char *name)
{
    CONF_EACH(struct if_conf, c, &net_conf(b->net)->ifaces)
    if (!strcmp(c->name, name))
        return c;
    struct if_conf *fresh = NEW(struct if_conf);
    iface_conf_init(fresh);
    str_copy(fresh->name, sizeof fresh->name, name);
    conf_list_add(&net_conf(b->net)->ifaces, fresh);
    return fresh;
}

void netbox_addr(struct netbox *b, const char *name, const char *addr_len)
{
    struct if_conf *c = netbox_conf(b, name);

    split(addr_len, &c->addr, &c->mask);
    iface_conf_changed(b->net, c, false);
}

void netbox_plug(struct netbox *b, const char *name, struct wire *w, int end, const char *addr_len)
{
    must(iface_attach(b->net, name, wire_end(w, end)) == 0, name);
    if (addr_len)
        netbox_addr(b, name, addr_len);
}

void netbox_route(struct netbox *b, const char *prefix_len, const char *hop_or_if)
{
    struct route_conf *c = NEW(struct route_conf);

    split(prefix_len, &c->prefix, &c->mask);
    c->distance = 1;
    if (!ip4_parse(hop_or_if, &c->hop))
        str_copy(c->ifname, sizeof c->ifname, hop_or_if);
    conf_list_add(&net_conf(b->net)->routes, c);
    route_rebuild(b->net);
}

struct ace_conf *netbox_ace(struct netbox *b, uint32_t number)
{
    struct ace_conf *c = NEW(struct ace_conf);

    ace_conf_init(c);
    c->number = number;
    c->proto = ACL_PROTO_IP;
    conf_list_add(&net_conf(b->net)->acl_lines, c);
    return c;
}

unsigned netbox_used(const struct netbox *b)
{
    return graph_pool(b->graph, false).used + graph_pool(b->graph, true).used;
}

uint64_t netbox_drops(const struct netbox *b, enum drop_reason why)
{
    return drop_count(b->graph, why, DROP_SINCE_BOOT).packets;
}

unsigned netbox_logged(struct netbox *b, const char *s)
{
    size_t cursor = 0;
    unsigned n = 0;
    const char *line;

    while ((line = log_buffer_next(b->log, &cursor)))
        n += strstr(line, s) != NULL;
    return n;
}

static void on_icmp(void *arg, const struct icmp_event *ev)
{
    struct netping *p = arg;

    if (ev->id != p->id)
        return;
    if (ev->type == ICMP_ECHO_REPLY)
        p->replies++;
    else
        p->errors++;
    p->last = *ev;
    p->last.data = NULL;
}

void netping_init(struct netping *p, struct netbox *b)
{
    *p = (struct netping){.box = b, .id = icmp_new_id(b->net)};
    p->listener = (struct icmp_listener){.fn = on_icmp, .arg = p};
    icmp_listen(b->net, &p->listener);
}

void netping_end(struct netping *p)
{
    icmp_unlisten(p->box->net, &p->listener);
}

int netping_send(struct netping *p, const char *dst, uint16_t seq, uint32_t size, bool df, uint8_t ttl)
{
    return icmp_echo(p->box->net, 0, addr_of(dst), p->id, seq, size, df, ttl);
}

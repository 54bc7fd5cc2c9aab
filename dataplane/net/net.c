/* net.c: puts the parts of the network half together, and tells those who asked when interfaces and access lists
 * change.
 *
 * The parts: iface.c (interfaces and their state), arp.c, route.c, acl.c, ipv4.c with frag.c, icmp.c, udp.c. Each
 * registers its own stages with the graph. Watchers are called in the order of registration, from inside the change;
 * they may look things up, not change the configuration. */
#include "dataplane/net/net_local.h"

/* Sections of running-config: loopbacks first, then physical interfaces, by number. */
static int if_rank(const char *name)
{
    static const char *const order[] = {"Loopback",     "Tunnel",          "Ethernet",
                                        "FastEthernet", "GigabitEthernet", "TenGigabitEthernet"};
    int n = (int)(sizeof order / sizeof order[0]);

    for (int i = 0; i < n; i++) {
        size_t len = strlen(order[i]);
        if (!strncmp(name, order[i], len) && name[len] >= '0' && name[len] <= '9')
            return i;
    }
    return n;
}

static int if_order(const void *a, const void *b)
{
    const struct if_conf *x = a, *y = b;
    int r = if_rank(x->name) - if_rank(y->name);

    return r ? r : strverscmp(x->name, y->name);
}

static int acl_order(const void *a, const void *b)
{
    const struct acl_conf *x = a, *y = b;

    return strverscmp(x->name, y->name);
}

static int acl_line_order(const void *a, const void *b)
{
    const struct ace_conf *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

static int arp_order(const void *a, const void *b)
{
    const struct arp_conf *x = a, *y = b;

    return x->addr < y->addr ? -1 : x->addr > y->addr;
}

void net_conf_defaults(struct net_conf *c)
{
    c->unr_limited = c->df_limited = true;
    c->unr_ms = c->df_ms = ICMP_UNREACHABLE_MS;
}

struct net *net_new(const struct net_env *env)
{
    struct net *net = NEW(struct net);
    uint64_t seed;

    net->env = *env;
    rnd_fill(env->rnd, &seed, sizeof seed);
    net->ip_id = (uint16_t)rnd_u32(env->rnd);
    net->addrs = table_new(sizeof(uint32_t), seed);
    net_conf_defaults(&net->conf);
    conf_list_init(&net->conf.ifaces, sizeof(struct if_conf), if_order, (void (*)(void *))iface_conf_fini);
    conf_list_init(&net->conf.routes, sizeof(struct route_conf), NULL, NULL);
    conf_list_init(&net->conf.arps, sizeof(struct arp_conf), arp_order, NULL);
    conf_list_init(&net->conf.acl_lines, sizeof(struct ace_conf), acl_line_order, NULL);
    conf_list_init(&net->conf.acls, sizeof(struct acl_conf), acl_order, (void (*)(void *))acl_conf_fini);
    conf_list_init(&net->conf.std_lines, sizeof(struct ace_conf), acl_line_order, NULL);
    conf_list_init(&net->conf.std_acls, sizeof(struct acl_conf), acl_order, (void (*)(void *))acl_conf_fini);
    net->arp = arp_new(net);
    net->fib = fib_new(net);
    net->acls = acls_new(net);
    net->acl_logs = acl_logs_new(net);
    net->reass = reass_new(net);
    net->icmp = icmp_new(net);
    net->udp = udp_new(net);
    ipv4_start(net);
    return net;
}

void net_free(struct net *net)
{
    if (!net)
        return;
    net->ending = true;
    udp_free(net->udp);
    icmp_free(net->icmp);
    reass_free(net->reass);
    arp_free(net->arp);
    ifaces_end(net);
    acl_logs_free(net->acl_logs);
    acls_free(net->acls);
    fib_free(net->fib);
    conf_list_clear(&net->conf.ifaces);
    conf_list_clear(&net->conf.routes);
    conf_list_clear(&net->conf.arps);
    conf_list_clear(&net->conf.acl_lines);
    conf_list_clear(&net->conf.acls);
    conf_list_clear(&net->conf.std_lines);
    conf_list_clear(&net->conf.std_acls);
    table_free(net->addrs);
    order_free(net);
    mem_free(net);
}

struct loop *net_loop(const struct net *net)
{
    return net->env.loop;
}

struct net_conf *net_conf(struct net *net)
{
    return &net->conf;
}

void net_booted(struct net *net)
{
    net->booted = true;
}

struct inet *net_inet(struct net *net)
{
    return udp_inet(net->udp);
}

const struct net_stat *net_stat(const struct net *net)
{
    return &net->stat;
}

void net_watch(struct net *net, struct net_watch *w)
{
    struct net_watch **at = &net->watches;

    while (*at)
        at = &(*at)->next;
    w->next = NULL;
    *at = w;
    for (struct iface *ifc = net->ifaces; ifc && w->iface; ifc = ifc->next)
        w->iface(w->arg, ifc, IFACE_ADDED);
}

void net_unwatch(struct net *net, struct net_watch *w)
{
    for (struct net_watch **at = &net->watches; *at; at = &(*at)->next)
        if (*at == w) {
            *at = w->next;
            return;
        }
}

void net_tell(struct net *net, struct iface *ifc, enum iface_event what)
{
    for (struct net_watch *w = net->watches; w; w = w->next)
        if (w->iface)
            w->iface(w->arg, ifc, what);
}

void net_tell_routes(struct net *net)
{
    for (struct net_watch *w = net->watches; w; w = w->next)
        if (w->routes)
            w->routes(w->arg);
}

void net_tell_acl(struct net *net, const char *name)
{
    for (struct net_watch *w = net->watches; w; w = w->next)
        if (w->acl)
            w->acl(w->arg, name);
}

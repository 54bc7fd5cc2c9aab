/* cmd_hosts.c: names for addresses: ip host, ip domain list, ip name-server, show hosts.
 *
 * A name typed where an address is wanted (ping, traceroute) is looked for in the static table, as it stands and with
 * each domain of the list behind it, or with the default domain if there is no list; then among what name servers said
 * (cli/names). They are asked when a command at a prompt names what neither has (cli/shell/named.c): a name with a dot as it
 * stands, one without with the domains first. Without `ip name-server` nobody is asked, so that a typo never waits for a
 * server that is not there.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cmd/cmd_local.h"
#include "cli/names/resolver.h"
#include "espial/ip.h"

static int by_name(const void *a, const void *b)
{
    const struct host_conf *x = a, *y = b;
    return strcasecmp(x->name, y->name);
}

void hosts_conf_start(struct sys_conf *c)
{
    conf_list_init(&c->hosts, sizeof(struct host_conf), by_name, NULL);
    conf_list_init(&c->name_servers, sizeof(struct name_server_conf), NULL, NULL);
    conf_list_init(&c->domains, sizeof(struct domain_conf), NULL, NULL);
}

void hosts_conf_end(struct sys_conf *c)
{
    conf_list_clear(&c->hosts);
    conf_list_clear(&c->name_servers);
    conf_list_clear(&c->domains);
}

static bool find(const struct sys_conf *c, const char *name, uint32_t *out)
{
    CONF_EACH(struct host_conf, h, &c->hosts)
    if (!strcasecmp(h->name, name) && ip4_parse(h->addrs[0], out))
        return true;
    return false;
}

static bool find_in(const struct sys_conf *c, const char *name, const char *domain, uint32_t *out)
{
    char full[DOMAIN_MAX + 64];
    snprintf(full, sizeof full, "%.63s.%s", name, domain);
    return find(c, full, out);
}

static bool find_static(const struct sys_conf *c, const char *name, uint32_t *out)
{
    if (ip4_parse(name, out) || find(c, name, out))
        return true;
    CONF_EACH(struct domain_conf, d, &c->domains)
    if (find_in(c, name, d->name, out))
        return true;
    return !c->domains.n && c->domain_name[0] && find_in(c, name, c->domain_name, out);
}

/* ---- name servers ---- */

struct candidates {
    char names[RESOLVER_NAMES][DNS_NAME_MAX + 1];
    size_t n;
};

static void candidate(struct candidates *k, const char *name, const char *domain)
{
    if (k->n < RESOLVER_NAMES && strlen(name) + 1 + strlen(domain) <= DNS_NAME_MAX)
        snprintf(k->names[k->n++], sizeof k->names[0], "%s%s%s", name, *domain ? "." : "", domain);
}

/* The names that this one may mean, in the order in which they are asked for. */
static void candidates(const struct sys_conf *c, const char *name, struct candidates *k)
{
    k->n = 0;
    if (!strchr(name, '.')) {
        CONF_EACH(struct domain_conf, d, &c->domains)
        candidate(k, name, d->name);
        if (!c->domains.n && c->domain_name[0])
            candidate(k, name, c->domain_name);
    }
    candidate(k, name, "");
}

bool cli_resolve(const struct cli *cli, const char *name, uint32_t *out)
{
    struct candidates k;
    if (find_static(&cli->sys, name, out))
        return true;
    candidates(&cli->sys, name, &k);
    for (size_t i = 0; i < k.n; i++)
        if (resolver_known(cli->resolver, k.names[i], out))
            return true;
    return false;
}

static bool asks(const struct sys_conf *c)
{
    return c->domain_lookup && c->name_servers.n;
}

bool hosts_wanted(void *arg, const char *name)
{
    struct cli *cli = arg;
    uint32_t addr;
    return asks(&cli->sys) && dns_name_ok(name) && !cli_resolve(cli, name, &addr);
}

void *hosts_ask(void *arg, const char *name, void (*tried)(void *, uint32_t), void (*done)(void *, bool),
                void *done_arg)
{
    struct cli *cli = arg;
    const struct sys_conf *c = &cli->sys;
    struct candidates k;
    struct resolver_ask ask = {.timeout_s = c->domain_timeout ? c->domain_timeout : 1,
                               .sends = c->domain_retry ? c->domain_retry : 1,
                               .tried = tried,
                               .done = done,
                               .arg = done_arg};
    candidates(c, name, &k);
    for (; ask.nnames < k.n; ask.nnames++)
        ask.names[ask.nnames] = k.names[ask.nnames];
    CONF_EACH(struct name_server_conf, s, &c->name_servers)
    if (ask.nservers < RESOLVER_SERVERS)
        ask.servers[ask.nservers++] = s->addr;
    return resolver_ask(cli->resolver, &ask);
}

void hosts_cancel(void *asking)
{
    resolver_cancel(asking);
}

static enum cmd_result do_clear_host(struct cmd_ctx *c)
{
    const char *name = cmd_str(c, "name");
    resolver_forget(((struct cli *)c->self)->resolver, strcmp(name, "*") ? name : NULL);
    return CMD_OK;
}

/* ---- show hosts ---- */

static void domain_line(struct cmd_ctx *c, const struct sys_conf *s)
{
    if (s->domain_name[0])
        out_printf(c->out, "Default domain is %s\n", s->domain_name);
    else
        out_text(c->out, "Default domain is not set\n");
    const char *comma = "Domain list: ";
    CONF_EACH(struct domain_conf, d, &s->domains)
    {
        out_printf(c->out, "%s%s", comma, d->name);
        comma = ", ";
    }
    if (s->domains.n)
        out_text(c->out, "\n");
}

static void servers_line(struct cmd_ctx *c, const struct sys_conf *s)
{
    const char *comma = "";
    out_text(c->out, "Name servers are ");
    CONF_EACH(struct name_server_conf, n, &s->name_servers)
    {
        out_printf(c->out, "%s%s", comma, IP4(n->addr));
        comma = ", ";
    }
    out_printf(c->out, "%s\n", comma[0] ? "" : "not set");
}

static void learned_lines(struct cmd_ctx *c, const char *only)
{
    struct cli *cli = c->self;
    const struct resolver_entry *e;
    for (size_t at = 0; resolver_next(cli->resolver, &at, &e);)
        if (!only[0] || !strcasecmp(only, e->name))
            out_printf(c->out, "%-25s None  (temp, OK) %2llu   IP    %s\n", e->name,
                       (unsigned long long)((loop_now(cli->env.loop) - e->since_us) / (3600 * US_PER_S)), IP4(e->addr));
}

static enum cmd_result show_hosts(struct cmd_ctx *c)
{
    const struct sys_conf *s = &((struct cli *)c->self)->sys;
    const char *only = cmd_str(c, "name");
    domain_line(c, s);
    out_printf(c->out, "Name/address lookup uses %s\n", asks(s) ? "domain service" : "static mappings");
    servers_line(c, s);
    out_text(c->out, "\nCodes: UN - unknown, EX - expired, OK - OK, ?? - revalidate\n"
                     "       temp - temporary, perm - permanent\n"
                     "       NA - Not Applicable None - Not defined\n\n"
                     "Host                      Port  Flags      Age Type   Address(es)\n");
    CONF_EACH(struct host_conf, h, &s->hosts)
    {
        if (only[0] && strcasecmp(only, h->name))
            continue;
        out_printf(c->out, "%-25s None  (perm, OK)  0   IP    %s\n", h->name, h->addrs[0]);
        for (size_t i = 1; i < HOST_ADDRS && h->addrs[i][0]; i++)
            out_printf(c->out, "%54s%s\n", "", h->addrs[i]);
    }
    learned_lines(c, only);
    return CMD_OK;
}

static enum cmd_result show_hosts_summary(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const struct sys_conf *s = &cli->sys;
    const struct resolver_entry *e;
    size_t n = 0;
    for (size_t at = 0; resolver_next(cli->resolver, &at, &e);)
        n++;
    domain_line(c, s);
    servers_line(c, s);
    out_printf(c->out, "Local cache entries: %zu\nDynamic cache entries: %zu\n", s->hosts.n + n, n);
    return CMD_OK;
}

static bool host_check(void *self, const void *obj, struct out *out)
{
    const struct host_conf *h = obj;
    uint32_t addr;
    (void)self;
    for (size_t i = 0; i < HOST_ADDRS && h->addrs[i][0]; i++)
        if (!ip4_parse(h->addrs[i], &addr)) {
            out_printf(out, "%% Bad IP address %s\n", h->addrs[i]);
            return false;
        }
    return true;
}

/* Several at once, which are kept one by one. */
static enum cmd_result do_name_servers(struct cmd_ctx *c)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    struct conf_list *list = &((struct cli *)c->self)->sys.name_servers;
    for (size_t k = 0; k < sizeof names / sizeof names[0] && cmd_has(c, names[k]); k++) {
        uint32_t addr = cmd_ip(c, names[k]);
        size_t i = 0;
        while (i < list->n && ((struct name_server_conf *)list->v[i])->addr != addr)
            i++;
        if (i < list->n && c->no)
            conf_list_remove(list, i);
        if (i < list->n || c->no)
            continue;
        struct name_server_conf *n = NEW(struct name_server_conf);
        n->addr = addr;
        conf_list_add(list, n);
    }
    return CMD_OK;
}

static const struct cmd_scope host_scope = {.size = sizeof(struct host_conf), .check = host_check};
static const struct cmd_scope server_scope = {.size = sizeof(struct name_server_conf)};
static const struct cmd_scope domain_scope = {.size = sizeof(struct domain_conf)};

static const struct cmd_row rows[] = {
    HELP(CONFIG, "ip", "Global IP configuration subcommands"),
    LINE(CONFIG, &host_scope, &sys_scope, struct sys_conf, hosts, "ip host <word:name> <word:addrs>...",
         "Add an entry to the ip hostname table|Name of host|Host IP address", KEY_TXT(struct host_conf, name),
         TXTS(struct host_conf, addrs)),
    HELP(CONFIG, "ip name-server", "Specify address of name server to use"),
    LINE(CONFIG, &server_scope, &sys_scope, struct sys_conf, name_servers, "ip name-server <ip:addr>",
         "Domain server IP address", KEY_NUM(struct name_server_conf, addr)),
    {.kind = CMD_DO_ROW,
     .mode = CONFIG,
     .priv = 15,
     .flags = CMD_IN_CONFIG | CMD_KEEPS | CMD_NO,
     .sentence = "ip name-server <ip:a> <ip:b> [<ip:c> [<ip:d> [<ip:e> [<ip:f>]]]]",
     .fn = do_name_servers,
     .help = "Domain server IP address|Domain server IP address|Domain server IP address|Domain server IP address|"
             "Domain server IP address|Domain server IP address"},
    LINE(CONFIG, &domain_scope, &sys_scope, struct sys_conf, domains, "ip domain list <word:name>",
         "Domain name to complete unqualified host names|A domain name", KEY_TXT(struct domain_conf, name)),
    SET(CONFIG, &sys_scope, "ip domain retry <domain_retry:0-100>",
        "Configure domain lookup retries|Domain lookup retries", NUM(struct sys_conf, domain_retry)),
    SET(CONFIG, &sys_scope, "ip domain timeout <domain_timeout:0-3600>",
        "Configure domain lookup timeout|Domain lookup timeout in seconds", NUM(struct sys_conf, domain_timeout)),
    HELP(EXEC, "clear host", "Delete host table entries"),
    DO(EXEC, 15, "clear host <word:name>", do_clear_host, "Name of the host to delete, or * for all"),
    HELP(EXEC, "show hosts", "IP domain-name, lookup style, nameservers, and host table"),
    DO(EXEC, 1, "show hosts [<word:name>]", show_hosts, "Name of a host"),
    DO(EXEC, 1, "show hosts summary", show_hosts_summary, "Summary of the host table"),
};
const struct cmd_table cli_table_hosts = CMD_TABLE("cli/cmd/cmd_hosts", rows);

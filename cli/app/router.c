/* router.c: makes one router: log, bus, dataplane, command line, event manager and SNMP, and tells each what it needs of the others. The order is that of the
 * floors: what is lower is made earlier and freed later. Instances all the way: any number of routers live in one process (the simulation tests do).
 *
 * A reload is nothing but router_free and router_new by the owner: whatever must survive it is a file. */
#include "cli/app/router.h"

#include <stdio.h>
#include <string.h>

#include "cli/app/host_snmp.h"
#include "cli/app/memory.h"
#include "cli/app/tables.h"
#include "cli/cli.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/session.h"
#include "cli/ssh/sshd.h"
#include "cli/term/monitor.h"
#include "dataplane/dataplane.h"
#include "dataplane/fault/fault.h"
#include "dataplane/graph.h"
#include "dataplane/mib/rows.h"
#include "dataplane/mib/traps.h"
#include "dataplane/net/acl.h"
#include "dataplane/net/iface.h"
#include "dataplane/net/net.h"
#include "dataplane/svc/track.h"
#include "eem/eem.h"
#include "espial/account.h"
#include "espial/bus.h"
#include "espial/clock.h"
#include "espial/debug.h"
#include "espial/file.h"
#include "espial/inet.h"
#include "espial/gate.h"
#include "espial/manager.h"
#include "espial/loop.h"
#include "espial/mib.h"
#include "espial/msg.h"
#include "snmp/copy.h"
#include "snmp/snmp.h"

MSG(MSG_RESTART, "SYS", 5, "RESTART", 0, "System restarted --\n%s");

struct router {
    struct router_env env;
    struct bus *bus;
    struct clock *clock;
    struct log *log;
    struct debug_registry *debug;
    struct dataplane *dp;
    struct cli *cli;
    struct grammar *grammar;
    struct monitor *monitor;
    struct sshd *ssh;
    struct eem *eem;
    struct snmp *snmp;
    struct dp_traps *traps;
    struct mib *mib;
    struct host_snmp **snmp_ports;
    size_t nsnmp_ports;
    char descr[256]; /* sysDescr */
    struct gate gate;
    struct trap_gate trap_gate;
    struct object_gate object_gate;
    struct manager manager;
    char serial[16]; /* one for show version and show snmp, from the MAC address */
};

static void on_reload(void *arg)
{
    struct router *r = arg;
    if (r->env.reload)
        r->env.reload(r->env.reload_arg);
}

static const char *hostname(void *arg)
{
    return cli_hostname(((struct router *)arg)->cli);
}

static bool rename_router(void *arg, const char *hostname, bool commit)
{
    return cli_rename(((struct router *)arg)->cli, hostname, commit);
}

static const char *domain(void *arg)
{
    return cli_domain(((struct router *)arg)->cli);
}

static bool quiet_prompts(void *arg)
{
    return cli_quiet_prompts(((struct router *)arg)->cli);
}

static bool spell(void *arg, const char *mode, const char *line, struct text *full)
{
    return cli_spell(((struct router *)arg)->cli, mode, line, full);
}

/* "3 Ethernet interfaces" of show version. */
static void version_lines(void *arg, struct text *out)
{
    struct router *r = arg;
    static const char *const types[3] = {"Ethernet", "FastEthernet", "GigabitEthernet"}, *const kinds[3] = {
                                                                                             "Ethernet", "FastEthernet",
                                                                                             "Gigabit Ethernet"};
    unsigned count[3] = {0};
    for (struct iface *i = NULL; (i = iface_next(dataplane_net(r->dp), i));) {
        for (int k = 0; k < 3; k++)
            count[k] += str_starts(i->name, types[k]);
    }
    for (int k = 0; k < 3; k++) {
        if (count[k])
            text_printf(out, "%u %s interface%s\n", count[k], kinds[k], count[k] == 1 ? "" : "s");
    }
    for (unsigned i = 0; i < FAULTS; i++)
        if (fault_on(dataplane_faults(r->dp), i))
            text_printf(out, "Injected fault %s is on: %s\n", fault_row(i)->bug, fault_row(i)->text);
}

/* The i-th of the ports that have a cable. */
static const char *port(void *arg, size_t i)
{
    struct router *r = arg;
    for (struct iface *ifc = NULL; (ifc = iface_next(dataplane_net(r->dp), ifc));) {
        if (ifc->link && !i--)
            return ifc->name;
    }
    return NULL;
}

static bool resolve(void *arg, const char *name, uint32_t *out)
{
    return cli_resolve(((struct router *)arg)->cli, name, out);
}

static uint32_t if_addr(void *arg, const char *ifname)
{
    return inet_if_addr(dataplane_inet(((struct router *)arg)->dp), ifname);
}

static const char *ifname(void *arg, size_t i)
{
    struct iface *ifc = NULL;
    do
        ifc = iface_next(dataplane_net(((struct router *)arg)->dp), ifc);
    while (ifc && i--);
    return ifc ? ifc->name : NULL;
}

static bool own_addr(void *arg, uint32_t addr)
{
    return iface_by_addr(dataplane_net(((struct router *)arg)->dp), addr) != NULL;
}

static bool memory(void *arg, struct cli_memory *m)
{
    return process_memory(((struct router *)arg)->dp, m);
}

static bool pool(void *arg, unsigned i, struct snmp_pool *out)
{
    struct cli_memory m;
    if (i > 1 || !memory(arg, &m))
        return false;
    const struct cli_pool *p = i ? &m.io : &m.processor;
    *out = (struct snmp_pool){.name = i ? "I/O" : "Processor", .used = p->used, .free = p->total - p->used, .largest = p->largest};
    return true;
}

static unsigned sessions(void *arg)
{
    struct shell *sh;
    struct session_view v;
    unsigned n = 0;
    for (size_t cursor = 0; (sh = shells_next(cli_shells(((struct router *)arg)->cli), &cursor)) != NULL;) {
        session_view(sh, &v);
        n += v.n >= 0;
    }
    return n;
}

/* What `show processes cpu` and `show processes memory` say, in percent. */
static bool resource(void *arg, const char *what, int64_t *percent)
{
    struct router *r = arg;
    struct cli_memory m;
    struct account_row total;
    if (!strcmp(what, "cpu") && r->env.loop->account) {
        account_read(r->env.loop->account, NULL, &total);
        *percent = total.five_s >= 1 ? 100 : (int64_t)(total.five_s * 100);
        return true;
    }
    if (strcmp(what, "memory") != 0 || !memory(r, &m) || !m.processor.total)
        return false;
    *percent = (int64_t)(m.processor.used * 100 / m.processor.total);
    return true;
}

static int64_t file_wall(void *arg)
{
    return clock_wall(arg);
}

/* An access list asked about an address alone, as `access-class` and `login quiet-mode` do. */
static bool permits(void *arg, const char *name, uint32_t source)
{
    return acl_permits_source(dataplane_net(((struct router *)arg)->dp), name, source);
}

static bool track_get(void *arg, uint32_t number, bool *up)
{
    return track_state(dataplane_track(((struct router *)arg)->dp), number, up);
}

static bool track_set(void *arg, uint32_t number, bool up)
{
    return track_set_stub(dataplane_track(((struct router *)arg)->dp), number, up);
}

static bool counter(void *arg, const char *ifname, const char *parameter, int64_t *value)
{
    return iface_counter(dataplane_net(((struct router *)arg)->dp), ifname, parameter, value);
}

static bool make_grammar(struct router *r, struct text *err)
{
    void *const owners[OWNERS] = {[OWNER_CLI] = r->cli,
                                  [OWNER_DATAPLANE] = r->dp,
                                  [OWNER_EEM] = r->eem,
                                  [OWNER_SNMP] = r->snmp,
                                  [OWNER_SSH] = r->ssh};
    size_t n = espial_tables_count();
    const struct cmd_table **tables = mem_array(n, sizeof *tables);
    void **selves = mem_array(n, sizeof *selves);
    for (size_t i = 0; i < n; i++) {
        tables[i] = espial_table(i);
        selves[i] = owners[espial_table_owner(i)];
    }
    r->grammar = grammar_new(tables, selves, n, err);
    mem_free(tables);
    mem_free(selves);
    return r->grammar != NULL;
}

/* sysDescr: as on IOS the first lines of show version, joined by CR LF, as many as fit; monitoring systems know IOS by how it begins. */
static void describe(struct router *r)
{
    struct text lines = {0}, joined = {0};
    cli_software(r->cli, &lines);
    text_add_crlf(&joined, text_str(&lines), lines.len);
    size_t fits = 0;
    for (const char *s = text_str(&joined), *end;
         (end = strstr(s + fits, "\r\n")) && end - s < (ptrdiff_t)sizeof r->descr;)
        fits = (size_t)(end - s) + 2;
    snprintf(r->descr, sizeof r->descr, "%.*s", (int)(fits ? fits - 2 : 0), text_str(&joined));
    text_free(&lines);
    text_free(&joined);
}

/* ---- interface indices over a reload ---- */

#define IFINDEX_TABLE "nvram:ifIndex-table"

static void startup_saved(void *arg)
{
    struct router *r = arg;
    struct text t = {0};
    if (!r->env.files)
        return;
    ifindex_text(dataplane_net(r->dp), &t);
    enum file_result saved =
        t.len ? file_replace(r->env.files, IFINDEX_TABLE, t.s, t.len) : file_delete(r->env.files, IFINDEX_TABLE);
    if (saved != FILE_OK && t.len)
        msg_debug(r->log, "%s could not be written", IFINDEX_TABLE);
    text_free(&t);
}

static void load_indices(struct router *r)
{
    struct text t = {0};
    if (r->env.files && file_read(r->env.files, IFINDEX_TABLE, &t) == FILE_OK)
        ifindex_load(dataplane_net(r->dp), text_str(&t));
    text_free(&t);
}

/* ---- the parts, lowest first; each made on its own time (account.h) ---- */

static void make_log(struct router *r)
{
    const struct router_env *env = &r->env;
    enum account_owner was = account_enter(env->loop, ACCOUNT_LOGGER);
    r->clock = clock_new(env->loop);
    if (env->files)
        files_set_wall(env->files, file_wall, r->clock);
    r->log = log_new(env->loop, r->bus);
    log_set_clock(r->log, r->clock);
    log_set_hostname(r->log, hostname, r);
    log_set_streams(r->log, env->streams);
    account_leave(env->loop, was);
}

static void make_dataplane(struct router *r)
{
    const struct router_env *env = &r->env;
    struct dataplane_env dp = {
        .loop = env->loop,
        .clock = r->clock,
        .work = env->work,
        .rnd = env->rnd,
        .log = r->log,
        .bus = r->bus,
        .debug = r->debug,
        .export_key = env->export_key,
        .export_ikev2 = env->export_ikev2,
        .export_sa = env->export_sa,
        .export_arg = env->export_arg,
        .hostname = hostname,
        .domain = domain,
        .resolve = resolve,
        .hostname_arg = r,
        .iosxe = !strcmp(env->platform, "iosxe"),
    };
    memcpy(dp.mac_base, env->mac_base, sizeof dp.mac_base);
    r->dp = dataplane_new(&dp);
    load_indices(r);
    r->traps = dp_traps_new(r->dp);
    log_set_inet(r->log, dataplane_inet(r->dp));
}

static void make_cli(struct router *r)
{
    const struct router_env *env = &r->env;
    enum account_owner was = account_enter(env->loop, ACCOUNT_EXEC);
    struct cli_env cli = {
        .loop = env->loop,
        .clock = r->clock,
        .work = env->work,
        .rnd = env->rnd,
        .permits = permits,
        .startup_saved = startup_saved,
        .bus = r->bus,
        .log = r->log,
        .files = env->files,
        .children = env->children,
        .inet = dataplane_inet(r->dp),
        .debug = r->debug,
        .gate = &r->gate,
        .iosxe = !strcmp(env->platform, "iosxe"),
        .hostname = env->hostname,
        .version = ESPIAL_VERSION,
        .serial = r->serial,
        .returned = env->boot_reason,
        .arg = r,
        .reload = on_reload,
        .version_lines = version_lines,
        .port = port,
        .memory = memory,
    };
    r->cli = cli_new(&cli);
    account_leave(env->loop, was);
}

static void make_ssh(struct router *r)
{
    const struct router_env *env = &r->env;
    enum account_owner was = account_enter(env->loop, ACCOUNT_SSH);
    r->ssh = sshd_new(&(struct sshd_env){
        .loop = env->loop,
        .clock = r->clock,
        .log = r->log,
        .files = env->files,
        .work = env->work,
        .children = env->children,
        .shells = cli_shells(r->cli),
        .aaa = cli_aaa(r->cli),
        .keep_keys = env->keep_keys,
        .hostname = hostname,
        .domain = domain,
        .arg = r,
    });
    account_leave(env->loop, was);
}

static void make_eem(struct router *r)
{
    const struct router_env *env = &r->env;
    enum account_owner was = account_enter(env->loop, ACCOUNT_EEM);
    struct eem_env eem = {
        .quiet_prompts = quiet_prompts,
        .spell = spell,
        .loop = env->loop,
        .clock = r->clock,
        .bus = r->bus,
        .log = r->log,
        .shells = cli_shells(r->cli),
        .debug = r->debug,
        .hostname = hostname,
        .gate = &r->gate,
        .trap_gate = &r->trap_gate,
        .object_gate = &r->object_gate,
        .manager = &r->manager,
        .mib = r->mib,
        .resource = resource,
        .files = env->files,
        .streams = env->streams,
        .resolve = resolve,
        .track_get = track_get,
        .track_set = track_set,
        .counter = counter,
        .if_addr = if_addr,
        .ifname = ifname,
        .own_addr = own_addr,
        .reload = on_reload,
        .arg = r,
    };
    r->eem = eem_new(&eem);
    account_leave(env->loop, was);
}

static void make_snmp(struct router *r)
{
    const struct router_env *env = &r->env;
    enum account_owner was = account_enter(env->loop, ACCOUNT_SNMP);
    describe(r);
    struct snmp_env snmp = {
        .loop = env->loop,
        .clock = r->clock,
        .bus = r->bus,
        .log = r->log,
        .inet = dataplane_inet(r->dp),
        .debug = r->debug,
        .boot_us = loop_now(env->loop),
        .product = 3004,
        .chassis = r->serial,
        .mib = r->mib,
        .files = env->files,
        .keep = env->keep_keys,
        .rnd = env->rnd,
        .descr = r->descr,
        .hostname = hostname,
        .rename = rename_router,
        .permits = permits,
        .pool = pool,
        .sessions = sessions,
        .reload = on_reload,
        .shells = cli_shells(r->cli),
        .arg = r,
    };
    memcpy(snmp.mac, env->mac_base, sizeof snmp.mac);
    r->snmp = snmp_new(&snmp);
    snmp_manager(r->snmp, &r->manager);
    snmp_watched(r->snmp, &r->trap_gate, &r->object_gate);
    account_leave(env->loop, was);
}

struct router *router_new(const struct router_env *env, struct text *err)
{
    struct router *r = NEW(struct router);
    char why[128];
    r->env = *env;
    snprintf(r->serial, sizeof r->serial, "ESP%02X%02X%02X%02X", env->mac_base[2], env->mac_base[3], env->mac_base[4],
             env->mac_base[5]);
    r->bus = bus_new(env->loop);
    make_log(r);
    r->debug = debug_registry_new();
    r->mib = mib_new();
    make_dataplane(r);
    make_cli(r);
    make_ssh(r);
    make_eem(r);
    make_snmp(r);
    bool has_rows = dataplane_rows_add(r->dp, r->mib, why) && eem_rows_add(r->eem, r->mib, why);
    if (!has_rows)
        text_printf(err, "managed objects: %s\n", why);
    if (!has_rows || !make_grammar(r, err)) {
        router_free(r);
        return NULL;
    }
    cli_set_grammar(r->cli, r->grammar);
    enum account_owner was = account_enter(env->loop, ACCOUNT_EXEC);
    r->monitor = monitor_new(r->bus, r->log, cli_shells(r->cli));
    account_leave(env->loop, was);
    return r;
}

void router_free(struct router *r)
{
    if (!r)
        return;
    monitor_free(r->monitor);
    if (r->eem)
        eem_stop(r->eem); /* its runs close their shells; sessions that end below still leave applet mode */
    if (r->snmp)
        snmp_copy_clear(r->snmp); /* its copies too */
    for (size_t i = 0; i < r->nsnmp_ports; i++)
        host_snmp_free(r->snmp_ports[i]);
    mem_free(r->snmp_ports);
    sshd_free(r->ssh); /* its sessions are the cli's */
    cli_free(r->cli);
    eem_free(r->eem);
    snmp_free(r->snmp);
    grammar_free(r->grammar);
    log_set_inet(r->log, NULL);
    dp_traps_free(r->traps);
    dataplane_free(r->dp);
    mib_free(r->mib);
    debug_registry_free(r->debug);
    log_free(r->log);
    if (r->env.files)
        files_set_wall(r->env.files, NULL, NULL);
    clock_free(r->clock);
    bus_free(r->bus);
    mem_free(r);
}

void router_boot(struct router *r)
{
    struct text said = {0};
    size_t refused = 0;
    enum file_result e = cli_boot(r->cli, &said, &refused);
    if (e != FILE_OK && e != FILE_NOT_FOUND)
        text_printf(&said, "%%Error opening nvram:startup-config (%s)\n", file_result_text(e));
    if (said.len && r->env.said)
        r->env.said(r->env.said_arg, said.s, said.len);
    text_free(&said);
    net_booted(dataplane_net(r->dp));
    dp_traps_booted(r->traps);
    sshd_booted(r->ssh);
    eem_booted(r->eem);
    for (size_t i = 0; i < r->env.nssh_listeners; i++)
        sshd_listen(r->ssh, r->env.ssh_listeners[i]);
    enum account_owner was = account_enter(r->env.loop, ACCOUNT_SNMP);
    r->snmp_ports = mem_array(r->env.nsnmp_sockets + 1, sizeof *r->snmp_ports);
    for (; r->nsnmp_ports < r->env.nsnmp_sockets; r->nsnmp_ports++)
        r->snmp_ports[r->nsnmp_ports] = host_snmp_new(r->env.loop, r->snmp, r->env.snmp_sockets[r->nsnmp_ports]);
    account_leave(r->env.loop, was);
    msg_post(r->log, &MSG_RESTART, "espial Software, Version " ESPIAL_VERSION);
}

struct shells *router_shells(struct router *r)
{
    return cli_shells(r->cli);
}

struct dataplane *router_dataplane(struct router *r)
{
    return r->dp;
}

struct mib *router_mib(struct router *r)
{
    return r->mib;
}

struct bus *router_bus(struct router *r)
{
    return r->bus;
}

struct log *router_log(struct router *r)
{
    return r->log;
}

struct sshd *router_ssh(struct router *r)
{
    return r->ssh;
}

const char *router_hostname(struct router *r)
{
    return cli_hostname(r->cli);
}

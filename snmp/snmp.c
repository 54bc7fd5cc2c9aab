/* snmp.c: the SNMP side of one router: its life, its configuration, its hosts.
 *
 *      any snmp-server line            no snmp-server
 *   OFF -------------------> RUNNING -----------------> OFF
 *
 * What was asked (struct snmp_conf) is written by the grammar at any time; what runs follows at the end of the loop turn, once for all lines of that turn
 * (snmp_settle): a pasted or booted configuration opens each socket once, and an element that a line removed is gone by then. The agent that ran
 * keeps running when its last line is removed, as on IOS; after a reload it does not.
 *
 * The rest of the folder: notify.c sends, raise.c makes the notifications of facts that no one else reports, receive.c and receive_v3.c are the manager's ear, coexist.c and
 * codec.c know the two forms of a notification and their bytes. serve.c is the agent's ear on port 161, agent.c answers; view.c and access.c say who may see what.
 */
#include "snmp/snmp_local.h"
#include "snmp/held.h"

#include <string.h>

#include "espial/mib.h"
#include "snmp/agent.h"
#include "snmp/copy.h"
#include "snmp/mib/rows.h"
#include "snmp/usm.h"

#define US_PER_TICK 10000

static const uint32_t cisco_products[] = {1, 3, 6, 1, 4, 1, 9, 1};
_Static_assert(sizeof(cisco_products) / sizeof(uint32_t) == SYS_OBJECT_ID_LEN - 1,
               "sysObjectID: products, then the product");

void snmp_conf_init(void *conf)
{
    struct snmp_conf *c = conf;
    conf_list_init(&c->communities, sizeof(struct snmp_community_conf), NULL, NULL);
    conf_list_init(&c->hosts, sizeof(struct snmp_host_conf), NULL, NULL);
    conf_list_init(&c->views, sizeof(struct snmp_view_conf), NULL, NULL);
    conf_list_init(&c->groups, sizeof(struct snmp_group_conf), NULL, NULL);
    conf_list_init(&c->remotes, sizeof(struct snmp_remote_conf), NULL, NULL);
    conf_list_init(&c->contexts, sizeof(struct snmp_context_conf), NULL, NULL);
    conf_list_init(&c->members, sizeof(struct snmp_member_conf), NULL, NULL);
    c->packet_size = 1500;
    c->queue_length = 10;
    c->trap_timeout = 30;
    c->history_level = LOG_WARN;
    c->history_size = 1;
    c->inform_retries = 3;
    c->inform_timeout = 15;
    c->inform_pending = 25;
    c->session_timeout = 600;
}

void snmp_host_conf_init(void *host)
{
    struct snmp_host_conf *h = host;
    h->udp_port = SNMP_TRAP_PORT;
}

void snmp_remote_conf_init(void *remote)
{
    ((struct snmp_remote_conf *)remote)->udp_port = SNMP_TRAP_PORT;
}

static bool conf_says_anything(const struct snmp_conf *c)
{
    return c->communities.n || c->views.n || c->groups.n || c->remotes.n || c->contexts.n || c->members.n ||
           c->chassis_id[0] || c->tftp_acl[0] || c->engine_id[0] || c->hosts.n || c->trap_source[0] ||
           c->inform_source[0] || c->trap_link_ietf || c->drop_unknown_user || c->system_shutdown || c->location[0] ||
           c->contact[0] || kinds_any(c) || c->manager;
}

static void clear_lists(struct snmp_conf *c)
{
    struct conf_list *const lists[] = {&c->communities, &c->hosts,    &c->views,  &c->groups,
                                       &c->remotes,     &c->contexts, &c->members};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        conf_list_clear(lists[i]);
}

bool host_same(const struct snmp_host_conf *a, const struct snmp_host_conf *b)
{
    return a->addr == b->addr && a->udp_port == b->udp_port && !a->informs == !b->informs && a->version == b->version &&
           a->level == b->level && !strcmp(a->community, b->community);
}

/* A row for each host line; that of a host that stays goes on. */
static void settle_hosts(struct snmp *s)
{
    struct target *next = s->conf.hosts.n ? mem_array(s->conf.hosts.n, sizeof(*next)) : NULL;
    for (size_t i = 0; i < s->conf.hosts.n; i++) {
        const struct snmp_host_conf *h = s->conf.hosts.v[i];
        next[i] = (struct target){.n = {.addr = h->addr, .port = h->udp_port}, .line = *h};
        for (size_t old = 0; old < s->nhosts; old++)
            if (host_same(&s->hosts[old].line, h))
                next[i] = s->hosts[old];
    }
    mem_free(s->hosts);
    s->hosts = next;
    s->nhosts = s->conf.hosts.n;
}

static void settle(void *arg)
{
    struct snmp *s = arg;
    if (conf_says_anything(&s->conf))
        snmp_begin(s);
    usm_settle(s);
    if (s->running)
        usm_begin(s);
    settle_hosts(s);
    view_settle(s);
    transport_settle(s);
    outbox_settle(s);
}

void snmp_begin(struct snmp *s)
{
    if (!s->running)
        loop_defer(s->env.loop, &s->begin);
    s->running = true;
}

/* The turn in which the agent began is over. A user's line acts at once, before the hosts of the same configuration are there. */
static void begun(void *arg)
{
    struct snmp *s = arg;
    snmp_settle(s);
    raise_entities_known(s);
    if (s->started)
        s->restarted = true; /* told when configuration mode is left: by then there are hosts to tell */
    else
        raise_start(s, false);
    s->started = true;
}

void snmp_settle(struct snmp *s)
{
    if (!s->settle.queued)
        return;
    loop_undefer(s->env.loop, &s->settle);
    settle(s);
}

uint32_t snmp_uptime(const struct snmp *s)
{
    return (uint32_t)((loop_now(s->env.loop) - s->env.boot_us) / US_PER_TICK);
}

struct snmp *snmp_new(const struct snmp_env *env)
{
    codec_init();
    struct snmp *s = NEW(struct snmp);
    s->env = *env;
    memcpy(s->sys_object_id, cisco_products, sizeof(cisco_products));
    s->sys_object_id[SYS_OBJECT_ID_LEN - 1] = env->product;
    snmp_conf_init(&s->conf);
    s->answer = NEW(struct answer);
    s->v3 = NEW(struct v3);
    usm_load(s);
    s->logged = mem_array(SNMP_HISTORY_MAX, sizeof *s->logged);
    s->settle = (struct deferred){.fn = settle, .arg = s};
    s->begin = (struct deferred){.fn = begun, .arg = s};
    timer_init(&s->entity.timer, env->loop, raise_entity, s);
    bus_subscribe(env->bus, FACT_TRAP_WANTED, notify_wanted, s);
    bus_subscribe(env->bus, FACT_CONFIG_CHANGED, raise_config_changed, s);
    bus_subscribe(env->bus, FACT_SYSLOG, raise_syslog, s);
    char err[128];
    if (env->mib && !snmp_rows_add(s, env->mib, err))
        msg_debug(env->log, "SNMP: %s", err);
    if (env->debug) {
        struct debug_item items[] = {
            {.subsystem = "SNMP", .text = "SNMP packet debugging", .on = &s->debug_packets},
            {.subsystem = "SNMP", .text = "SNMP packet headers debugging", .on = &s->debug_headers},
            {.subsystem = "SNMP", .text = "SNMP requests debugging", .on = &s->debug_requests},
            {.subsystem = "SNMP", .text = "SNMP sessions debugging", .on = &s->debug_sessions}};
        debug_register(env->debug, items, sizeof items / sizeof items[0], NULL, s);
    }
    return s;
}

void snmp_free(struct snmp *s)
{
    if (!s)
        return;
    if (s->env.mib)
        mib_remove(s->env.mib, s);
    if (s->env.debug)
        debug_unregister(s->env.debug, s);
    bus_unsubscribe(s->env.bus, FACT_TRAP_WANTED, notify_wanted, s);
    bus_unsubscribe(s->env.bus, FACT_CONFIG_CHANGED, raise_config_changed, s);
    bus_unsubscribe(s->env.bus, FACT_SYSLOG, raise_syslog, s);
    loop_undefer(s->env.loop, &s->settle);
    loop_undefer(s->env.loop, &s->begin);
    timer_clear(&s->entity.timer);
    held_clear(s);
    outbox_clear(s);
    flash_clear(s);
    snmp_copy_clear(s);
    ask_clear(s);
    session_clear(s);
    polls_free(s);
    mem_free(s->logged);
    transport_close(s);
    clear_lists(&s->conf);
    view_clear(s);
    mem_free(s->scratch);
    mem_free(s->answer);
    mem_free(s->v3);
    usm_free(s);
    mem_free(s->hosts);
    mem_free(s);
}

struct snmp_conf *snmp_conf(struct snmp *s)
{
    return &s->conf;
}

void snmp_conf_changed(struct snmp *s)
{
    loop_defer(s->env.loop, &s->settle);
}

void snmp_stop(struct snmp *s)
{
    uint32_t level = s->conf.history_level, size = s->conf.history_size; /* lines of their own */
    clear_lists(&s->conf);
    s->conf = (struct snmp_conf){0};
    snmp_conf_init(&s->conf);
    s->conf.history_level = level;
    s->conf.history_size = size;
    loop_undefer(s->env.loop, &s->settle);
    if (s->begin.queued) {
        loop_undefer(s->env.loop, &s->begin);
        s->started = true;
    }
    s->running = s->restarted = false;
    settle(s);
}

bool snmp_running(struct snmp *s)
{
    snmp_settle(s);
    return s->running;
}

const char *snmp_chassis(const struct snmp *s)
{
    return s->conf.chassis_id[0] ? s->conf.chassis_id : s->env.chassis ? s->env.chassis : "";
}

const char *snmp_descr(const struct snmp *s)
{
    return s->env.descr ? s->env.descr : "";
}

const char *snmp_name(const struct snmp *s)
{
    return s->env.hostname ? s->env.hostname(s->env.arg) : "";
}

bool snmp_rename(struct snmp *s, const char *hostname, bool commit)
{
    return s->env.rename && s->env.rename(s->env.arg, hostname, commit);
}

bool snmp_reload(struct snmp *s, bool commit)
{
    if (!s->conf.system_shutdown || !s->env.reload)
        return false;
    if (commit)
        s->env.reload(s->env.arg);
    return true;
}

size_t snmp_object_id(const struct snmp *s, uint32_t *out)
{
    memcpy(out, s->sys_object_id, sizeof(s->sys_object_id));
    return SYS_OBJECT_ID_LEN;
}

struct loop *snmp_loop(const struct snmp *s)
{
    return s->env.loop;
}

bool snmp_pool(const struct snmp *s, unsigned i, struct snmp_pool *out)
{
    return s->env.pool && s->env.pool(s->env.arg, i, out);
}

unsigned snmp_sessions(const struct snmp *s)
{
    return s->env.sessions ? s->env.sessions(s->env.arg) : 0;
}

struct clock *snmp_clock(const struct snmp *s)
{
    return s->env.clock;
}

int32_t *snmp_set_serial(struct snmp *s)
{
    return &s->set_serial;
}

const struct snmp_stats *snmp_stats(const struct snmp *s)
{
    return &s->stats;
}

const struct snmp_host_stats *snmp_host_stats(struct snmp *s, size_t i)
{
    snmp_settle(s);
    if (i >= s->nhosts)
        return NULL;
    s->hosts[i].n.queued = outbox_waiting(s, &s->hosts[i].line);
    return &s->hosts[i].n;
}

void snmp_dropped(struct snmp *s, uint32_t n)
{
    s->stats.in_queue_drops += n;
}

struct mib *snmp_mib(struct snmp *s)
{
    return s->env.mib;
}

void snmp_debug_headers(struct snmp *s, bool on)
{
    s->debug_headers = on;
}

void snmp_debug_packets(struct snmp *s, bool on)
{
    s->debug_packets = on;
}

void snmp_debug_requests(struct snmp *s, bool on)
{
    s->debug_requests = on;
}

void snmp_debug_sessions(struct snmp *s, bool on)
{
    s->debug_sessions = on;
}

bool snmp_debugging_packets(const struct snmp *s)
{
    return s->debug_packets;
}

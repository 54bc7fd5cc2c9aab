/* cmd_snmp.c: `snmp-server ...`, `show snmp ...`, `debug snmp ...`.
 *
 * Rows of the configuration stand in the order running-config prints them. `snmp-server enable traps` alone is an action: it sets every kind this router can
 * raise, and running-config shows one line for each, as IOS does. `no snmp-server` removes them all and stops the agent. A host line is found by all it
 * says but its list of kinds: with another community, version or port it stands beside the first. `no snmp-server host ADDR` takes all of an address away.
 * What IOS also accepts and this router cannot do has no words here and is refused by the parser: kinds of traps that nothing raises.
 */
#include "snmp/cmd/cmd.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "snmp/snmp.h"
#include "snmp/snmp_conf.h"

#define NOT_ENABLED "%SNMP agent not enabled\n"
#define DEBUGS      "SNMP packet headers|SNMP packets|SNMP requests|SNMP manager sessions"

static void *global_conf(void *self)
{
    return snmp_conf(self);
}

static void conf_changed(void *self, void *obj, enum cmd_change what)
{
    (void)obj, (void)what;
    snmp_conf_changed(self);
}

static bool check_host(void *self, const void *obj, struct out *out)
{
    (void)self;
    const struct snmp_host_conf *h = obj;
    if (!strcasecmp(h->community, "informs") ||
        !strcasecmp(h->community, "traps")) { /* these words, and nothing behind them */
        out_text(out, "% Incomplete command.\n");
        return false;
    }
    if (h->informs && h->version == SNMP_HOST_V1) {
        out_text(out, "% SNMPv1 has no informs: use version 2c or 3\n");
        return false;
    }
    return true;
}

static const struct cmd_scope snmp_scope = {
    .size = sizeof(struct snmp_conf),
    .init = snmp_conf_init,
    .global = global_conf,
    .changed = conf_changed,
};
static const struct cmd_scope host_scope = {
    .size = sizeof(struct snmp_host_conf),
    .init = snmp_host_conf_init,
    .changed = conf_changed,
    .check = check_host,
};

static enum cmd_result enable_all_traps(struct cmd_ctx *c)
{
    snmp_enable_traps(c->self, !c->no);
    return CMD_OK;
}

/* Those of RFC 1157 share a line: each word adds (or takes away) one, none means all. */
static const struct standard {
    const char *word;
    size_t at;
} standard[] = {
    {"authentication", offsetof(struct snmp_conf, traps_authentication)},
    {"linkdown", offsetof(struct snmp_conf, traps_linkdown)},
    {"linkup", offsetof(struct snmp_conf, traps_linkup)},
    {"coldstart", offsetof(struct snmp_conf, traps_coldstart)},
    {"warmstart", offsetof(struct snmp_conf, traps_warmstart)},
};
#define STANDARD (sizeof standard / sizeof standard[0])

static bool *standard_flag(struct snmp_conf *conf, size_t i)
{
    return (bool *)((char *)conf + standard[i].at);
}

static enum cmd_result enable_standard(struct cmd_ctx *c)
{
    struct snmp_conf *conf = snmp_conf(c->self);
    bool named = false;
    for (size_t i = 0; i < STANDARD; i++)
        named |= cmd_has(c, standard[i].word);
    for (size_t i = 0; i < STANDARD; i++)
        if (!named || cmd_has(c, standard[i].word))
            *standard_flag(conf, i) = !c->no;
    snmp_conf_changed(c->self);
    return CMD_OK;
}

static void print_standard(void *self, const void *obj, struct text *out)
{
    struct snmp_conf *conf = snmp_conf(self);
    bool any = false;
    (void)obj;
    for (size_t i = 0; i < STANDARD; i++) {
        if (!*standard_flag(conf, i))
            continue;
        text_printf(out, "%s %s", any ? "" : "snmp-server enable traps snmp", standard[i].word);
        any = true;
    }
    if (any)
        text_add(out, "\n");
}

/* The newer words for trap-source. */
static enum cmd_result set_trap_source(struct cmd_ctx *c)
{
    str_copy(snmp_conf(c->self)->trap_source, IFNAME_MAX, c->no ? "" : cmd_str(c, "source"));
    snmp_conf_changed(c->self);
    return CMD_OK;
}

/* All lines of an address, or those of one sort. */
static enum cmd_result remove_hosts(struct cmd_ctx *c)
{
    struct conf_list *hosts = &snmp_conf(c->self)->hosts;
    for (size_t i = hosts->n; i--;) {
        const struct snmp_host_conf *h = hosts->v[i];
        if (h->addr == cmd_ip(c, "addr") && !(h->informs ? cmd_has(c, "trapsonly") : cmd_has(c, "informsonly")))
            conf_list_remove(hosts, i);
    }
    snmp_conf_changed(c->self);
    return CMD_OK;
}

static enum cmd_result stop_agent(struct cmd_ctx *c)
{
    snmp_stop(c->self);
    return CMD_OK;
}

/* The lines of IOS in its order. Requests are answered in the turn in which they come: none ever waits in the input
 * queue; its drops are what a port of this machine lost before it was read. Get-bulk requests
 * count with the get-nexts, as on IOS. */
static void show_counters(struct out *o, const struct snmp_stats *n, unsigned packet_size)
{
    out_printf(o, "%" PRIu64 " SNMP packets input\n", n->in_pkts);
    out_printf(o, "    %" PRIu64 " Bad SNMP version errors\n", n->in_bad_versions);
    out_printf(o, "    %" PRIu64 " Unknown community name\n", n->in_bad_communities);
    out_printf(o, "    %" PRIu64 " Illegal operation for community name supplied\n", n->in_bad_uses);
    out_printf(o, "    %" PRIu64 " Encoding errors\n", n->in_asn_errors);
    out_printf(o, "    %" PRIu64 " Number of requested variables\n", n->in_request_vars);
    out_printf(o, "    %" PRIu64 " Number of altered variables\n", n->in_set_vars);
    out_printf(o, "    %" PRIu64 " Get-request PDUs\n", n->in_get_requests);
    out_printf(o, "    %" PRIu64 " Get-next PDUs\n", n->in_get_nexts + n->in_get_bulks);
    out_printf(o, "    %" PRIu64 " Set-request PDUs\n", n->in_set_requests);
    out_printf(o, "    %" PRIu64 " Input queue packet drops (Maximum queue size 1000)\n", n->in_queue_drops);
    out_printf(o, "%" PRIu64 " SNMP packets output\n", n->out_pkts);
    out_printf(o, "    %" PRIu64 " Too big errors (Maximum packet size %u)\n", n->out_too_big, packet_size);
    out_printf(o, "    %" PRIu64 " No such name errors\n", n->out_no_such_name);
    out_printf(o, "    %" PRIu64 " Bad values errors\n", n->out_bad_value);
    out_printf(o, "    %" PRIu64 " General errors\n", n->out_gen_err);
    out_printf(o, "    %" PRIu64 " Response PDUs\n", n->out_responses);
    out_printf(o, "    %" PRIu64 " Trap PDUs\n", n->out_traps);
    out_text(o, "Packets currently in SNMP process input queue: 0\n");
}

static void show_hosts_logged(struct snmp *s, struct out *o)
{
    out_printf(o, "SNMP logging: %s\n", snmp_host_stats(s, 0) ? "enabled" : "disabled");
    const struct snmp_host_stats *h;
    for (size_t i = 0; (h = snmp_host_stats(s, i)); i++)
        out_printf(o, "    Logging to %s.%u, %u/%u, %" PRIu64 " sent, %" PRIu64 " dropped.\n", IP4(h->addr), h->port,
                   h->queued, snmp_conf(s)->queue_length, h->sent, h->dropped);
}

static void show_manager_role(struct out *o, const struct snmp_stats *n)
{
    out_printf(o, "\nSNMP Manager-role output packets\n    %" PRIu64 " Get-request PDUs\n", n->out_get_requests);
    out_printf(o, "    %" PRIu64 " Get-next PDUs\n", n->out_get_nexts);
    out_printf(o, "    %" PRIu64 " Get-bulk PDUs\n", n->out_get_bulks);
    out_printf(o, "    %" PRIu64 " Set-request PDUs\n", n->out_set_requests);
    out_printf(o, "    %" PRIu64 " Inform-request PDUs\n", n->out_informs);
    out_printf(o, "    %" PRIu64 " Timeouts\n", n->inform_timeouts + n->ask_timeouts);
    out_printf(o, "    %" PRIu64 " Drops\n", n->ask_drops);
    out_text(o, "SNMP Manager-role input packets\n");
    out_printf(o, "    %" PRIu64 " Inform request PDUs\n", n->in_informs);
    out_printf(o, "    %" PRIu64 " Trap PDUs\n", n->in_traps);
    out_printf(o, "    %" PRIu64 " Response PDUs\n", n->in_responses);
    out_printf(o, "    %" PRIu64 " Responses with errors\n", n->in_response_errors);
}

/* False, and the text, when the agent is off. */
static bool agent_on(struct cmd_ctx *c)
{
    if (snmp_running(c->self))
        return true;
    out_text(c->out, NOT_ENABLED);
    return false;
}

static enum cmd_result show_snmp(struct cmd_ctx *c)
{
    struct snmp *s = c->self;
    if (!agent_on(c))
        return CMD_OK;
    const struct snmp_conf *conf = snmp_conf(s);
    if (snmp_chassis(s)[0])
        out_printf(c->out, "Chassis: %s\n", snmp_chassis(s));
    if (conf->contact[0])
        out_printf(c->out, "Contact: %s\n", conf->contact);
    if (conf->location[0])
        out_printf(c->out, "Location: %s\n", conf->location);
    show_counters(c->out, snmp_stats(s), conf->packet_size);
    out_printf(c->out, "SNMP global trap: %s\n\n", snmp_traps_enabled(s) ? "enabled" : "disabled");
    show_hosts_logged(s, c->out);
    if (conf->manager)
        show_manager_role(c->out, snmp_stats(s));
    return CMD_OK;
}

static enum cmd_result show_host(struct cmd_ctx *c)
{
    if (!agent_on(c))
        return CMD_OK;
    CONF_EACH(const struct snmp_host_conf, h, &snmp_conf(c->self)->hosts) {
        static const char *const models[] = {"v1", "v2c", "v3 noauth", "v3 auth", "v3 priv"};
        out_printf(c->out, "Notification host: %s\tudp-port: %u\ttype: %s\n", IP4(h->addr), h->udp_port,
                   h->informs ? "inform" : "trap");
        out_printf(c->out, "user: %s\tsecurity model: %s\n\n", h->community,
                   models[h->version + (h->version == SNMP_HOST_V3 ? h->level : 0)]);
    }
    return CMD_OK;
}

static enum cmd_result show_text(struct cmd_ctx *c, const char *text)
{
    if (agent_on(c))
        out_printf(c->out, "%s\n", text);
    return CMD_OK;
}

static enum cmd_result show_location(struct cmd_ctx *c)
{
    return show_text(c, snmp_conf(c->self)->location);
}

static enum cmd_result show_contact(struct cmd_ctx *c)
{
    return show_text(c, snmp_conf(c->self)->contact);
}

static enum cmd_result show_chassis(struct cmd_ctx *c)
{
    return show_text(c, snmp_chassis(c->self));
}

static enum cmd_result set_debug(struct cmd_ctx *c, bool on)
{
    static const struct {
        const char *word, *text;
        void (*set)(struct snmp *s, bool on);
    } bits[] = {{"headers", "packet headers", snmp_debug_headers},
                {"packets", "packet", snmp_debug_packets},
                {"requests", "requests", snmp_debug_requests},
                {"sessions", "sessions", snmp_debug_sessions}};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        if (!cmd_has(c, bits[i].word))
            continue;
        bits[i].set(c->self, on);
        out_printf(c->out, "SNMP %s debugging is %s\n", bits[i].text, on ? "on" : "off");
    }
    return CMD_OK;
}

static enum cmd_result debug_on(struct cmd_ctx *c)
{
    return set_debug(c, !c->no);
}

static enum cmd_result debug_off(struct cmd_ctx *c)
{
    return set_debug(c, false);
}

static const struct cmd_row rows[] = {
    HELP(CONFIG, "snmp-server", "Modify SNMP engine parameters"),
    HELP(CONFIG, "snmp-server enable", "Enable SNMP Traps"),
    HELP(CONFIG, "snmp-server enable traps", "Enable SNMP Traps"),
    SET(CONFIG, &snmp_scope, "snmp-server trap-source <ifname:trap_source>",
        "Assign an interface for the source address of all traps|Interface name", TXT(struct snmp_conf, trap_source)),
    HELP(CONFIG, "snmp-server source-interface", "Assign a source interface"),
    {.kind = CMD_DO_ROW,
     .mode = CONFIG,
     .priv = 15,
     .flags = CMD_NO | CMD_IN_CONFIG,
     .sentence = "snmp-server source-interface traps <ifname:source>",
     .help = "Assign an interface for the source address of all traps|Interface name",
     .fn = set_trap_source},
    NO_ONLY(CONFIG, 15, "snmp-server source-interface traps", set_trap_source, ""),
    SET(CONFIG, &snmp_scope, "snmp-server source-interface informs <ifname:inform_source>",
        "Assign an interface for the source address of all informs|Interface name",
        TXT(struct snmp_conf, inform_source)),
    SET(CONFIG, &snmp_scope, "snmp-server location <line:location>",
        "Text for mib object sysLocation|The physical location of this node", TXT(struct snmp_conf, location)),
    SET(CONFIG, &snmp_scope, "snmp-server contact <line:contact>",
        "Text for mib object sysContact|identification of the contact person for this managed node",
        TXT(struct snmp_conf, contact)),
    {.kind = CMD_DO_ROW,
     .mode = CONFIG,
     .priv = 15,
     .flags = CMD_NO | CMD_IN_CONFIG | CMD_KEEPS,
     .sentence = "snmp-server enable traps snmp "
                 "&{[authentication=authentication]|[linkdown=linkdown]|[linkup=linkup]|[coldstart=coldstart]|["
                 "warmstart=warmstart]}",
     .help = "Enable SNMP traps|Enable authentication trap|Enable linkDown trap|Enable linkUp trap|Enable coldStart "
             "trap|Enable warmStart trap",
     .fn = enable_standard,
     .print = print_standard},
    SET(CONFIG, &snmp_scope, "snmp-server enable traps config=traps_config", "Enable SNMP config traps",
        NUM(struct snmp_conf, traps_config)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps config-copy=traps_config_copy", "Enable SNMP config-copy traps",
        NUM(struct snmp_conf, traps_config_copy)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps entity=traps_entity", "Enable SNMP entity traps",
        NUM(struct snmp_conf, traps_entity)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps event-manager=traps_event_manager",
        "Enable SNMP Embedded Event Manager traps", NUM(struct snmp_conf, traps_event_manager)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps syslog=traps_syslog", "Enable SNMP syslog traps",
        NUM(struct snmp_conf, traps_syslog)),
    HELP(CONFIG, "snmp-server enable traps isakmp", "Enable ISAKMP traps"),
    HELP(CONFIG, "snmp-server enable traps isakmp policy", "Enable ISAKMP policy traps"),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps isakmp policy add=traps_policy_add",
        "Enable ISAKMP policy add trap", NUM(struct snmp_conf, traps_policy_add)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps isakmp policy delete=traps_policy_delete",
        "Enable ISAKMP policy delete trap", NUM(struct snmp_conf, traps_policy_delete)),
    HELP(CONFIG, "snmp-server enable traps isakmp tunnel", "Enable ISAKMP tunnel traps"),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps isakmp tunnel start=traps_isakmp_start",
        "Enable ISAKMP tunnel start trap", NUM(struct snmp_conf, traps_isakmp_start)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps isakmp tunnel stop=traps_isakmp_stop",
        "Enable ISAKMP tunnel stop trap", NUM(struct snmp_conf, traps_isakmp_stop)),
    HELP(CONFIG, "snmp-server enable traps ipsec", "Enable IPsec traps"),
    HELP(CONFIG, "snmp-server enable traps ipsec cryptomap", "Enable IPsec cryptomap traps"),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps ipsec cryptomap add=traps_cryptomap_add",
        "Enable IPsec cryptomap add trap", NUM(struct snmp_conf, traps_cryptomap_add)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps ipsec cryptomap delete=traps_cryptomap_delete",
        "Enable IPsec cryptomap delete trap", NUM(struct snmp_conf, traps_cryptomap_delete)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps ipsec cryptomap attach=traps_cryptomap_attach",
        "Enable IPsec cryptomap attach trap", NUM(struct snmp_conf, traps_cryptomap_attach)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps ipsec cryptomap detach=traps_cryptomap_detach",
        "Enable IPsec cryptomap detach trap", NUM(struct snmp_conf, traps_cryptomap_detach)),
    HELP(CONFIG, "snmp-server enable traps ipsec tunnel", "Enable IPsec tunnel traps"),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps ipsec tunnel start=traps_ipsec_start",
        "Enable IPsec tunnel start trap", NUM(struct snmp_conf, traps_ipsec_start)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps ipsec tunnel stop=traps_ipsec_stop",
        "Enable IPsec tunnel stop trap", NUM(struct snmp_conf, traps_ipsec_stop)),
    SET(CONFIG, &snmp_scope, "snmp-server enable traps ipsla=traps_ipsla", "Enable SNMP IP SLA traps",
        NUM(struct snmp_conf, traps_ipsla)),
    {.kind = CMD_DO_ROW,
     .mode = CONFIG,
     .priv = 15,
     .flags = CMD_NO | CMD_IN_CONFIG,
     .sentence = "snmp-server enable traps",
     .help = "",
     .fn = enable_all_traps},
    LINE(CONFIG, &host_scope, &snmp_scope, struct snmp_conf, hosts,
         "snmp-server host <ip:addr> [traps|informs]=informs [version {1|2c|3 {noauth|auth|priv}=level}=version] "
         "<word:community> "
         "&{[udp-port "
         "<udp_port:1-65535>]|[config=only_config]|[config-copy=only_config_copy]|[entity=only_entity]|[event-manager="
         "only_event_manager]|[ipsec=only_ipsec]|[ipsla=only_ipsla]|[isakmp=only_isakmp]|[snmp=only_snmp]|[syslog=only_"
         "syslog]}",
         "Specify hosts to receive SNMP notifications|IP address of SNMP notification host|Send Traps to this "
         "host|Send Informs to this host|SNMP version to use for "
         "notification messages|Use SNMPv1|Use SNMPv2c|Use SNMPv3|Use the SNMPv3 noAuthNoPriv Security Level|Use the "
         "SNMPv3 authNoPriv Security Level|"
         "Use the SNMPv3 authPriv Security Level|SNMPv1/v2c community string or SNMPv3 user name|The notification "
         "host's UDP port number|"
         "udp port number of the receiver (default 162)|Allow SNMP config traps|Allow SNMP config-copy traps|Allow "
         "SNMP entity traps|Allow SNMP Embedded Event Manager traps|Allow IPsec traps|Allow IP SLA traps|Allow ISAKMP "
         "traps|Allow SNMP-type "
         "notifications|Allow SNMP syslog traps",
         KEY_NUM(struct snmp_host_conf, addr), KEY_NUM(struct snmp_host_conf, informs),
         KEY_NUM(struct snmp_host_conf, version), KEY_NUM(struct snmp_host_conf, level),
         KEY_TXT(struct snmp_host_conf, community), KEY_NUM(struct snmp_host_conf, udp_port),
         NUM(struct snmp_host_conf, only_config), NUM(struct snmp_host_conf, only_config_copy),
         NUM(struct snmp_host_conf, only_entity), NUM(struct snmp_host_conf, only_event_manager),
         NUM(struct snmp_host_conf, only_ipsec), NUM(struct snmp_host_conf, only_ipsla),
         NUM(struct snmp_host_conf, only_isakmp), NUM(struct snmp_host_conf, only_snmp),
         NUM(struct snmp_host_conf, only_syslog)),
    NO_ONLY(CONFIG, 15, "snmp-server host <ip:addr> [traps=trapsonly|informs=informsonly]", remove_hosts, ""),
    SET(CONFIG, &snmp_scope, "snmp-server trap link ietf=trap_link_ietf",
        "SNMP trap options|SNMP link trap options|Use IETF standard for SNMP traps",
        NUM(struct snmp_conf, trap_link_ietf)),
    SET(CONFIG, &snmp_scope, "snmp-server drop unknown-user=drop_unknown_user",
        "Silently drop SNMP packets|Those of users whom nobody knows", NUM(struct snmp_conf, drop_unknown_user)),
    SET(CONFIG, &snmp_scope, "snmp-server system-shutdown=system_shutdown", "Enable use of the SNMP reload command",
        NUM(struct snmp_conf, system_shutdown)),
    SET(CONFIG, &snmp_scope, "snmp-server trap-timeout <trap_timeout:1-1000>",
        "Set timeout for TRAP message retransmissions|Timeout in seconds", NUM(struct snmp_conf, trap_timeout)),
    SET(CONFIG, &snmp_scope,
        "snmp-server informs &{[retries <inform_retries:0-100>]|[timeout <inform_timeout:0-42949671>]|[pending "
        "<inform_pending:1-4294967295>]}",
        "Configure SNMP Informs options|Set retry count for informs|Retry count|Set timeout for informs|Timeout in "
        "seconds|Set pending-queue length for informs|Unacked informs to hold",
        NUM(struct snmp_conf, inform_retries), NUM(struct snmp_conf, inform_timeout),
        NUM(struct snmp_conf, inform_pending)),
    HELP(CONFIG, "snmp-server manager", "Modify SNMP manager parameters"),
    SET(CONFIG, &snmp_scope, "snmp-server manager=manager", "", NUM(struct snmp_conf, manager)),
    SET(CONFIG, &snmp_scope, "snmp-server manager session-timeout <session_timeout:10-1000000>",
        "Modify manager session timeout value|Timeout in seconds (default 600)",
        NUM(struct snmp_conf, session_timeout)),
    {.kind = CMD_DO_ROW,
     .mode = CONFIG,
     .priv = 15,
     .flags = CMD_NO | CMD_NO_ONLY | CMD_IN_CONFIG,
     .sentence = "snmp-server",
     .help = "",
     .fn = stop_agent},

    HELP(CONFIG, "logging history", "Configure syslog history table"),
    SET(CONFIG, &snmp_scope, "logging history size <history_size:1-500>",
        "Set history table size|Number of entries in history table", NUM(struct snmp_conf, history_size)),
    SET(CONFIG, &snmp_scope,
        "logging history "
        "{emergencies=history_level:0|alerts=history_level:1|critical=history_level:2|errors=history_level:3|warnings="
        "history_level:4|"
        "notifications=history_level:5|informational=history_level:6|debugging=history_level:7|<history_level:0-7>}",
        "System is unusable                (severity=0)|Immediate action needed           (severity=1)|Critical "
        "conditions               (severity=2)|"
        "Error conditions                  (severity=3)|Warning conditions                (severity=4)|Normal but "
        "significant conditions (severity=5)|"
        "Informational messages            (severity=6)|Debugging messages                (severity=7)|Logging "
        "severity level",
        NUM(struct snmp_conf, history_level)),

    HELP(EXEC, "show snmp", "snmp statistics"),
    DO(EXEC, 1, "show snmp", show_snmp, ""),
    DO(EXEC, 1, "show snmp chassis", show_chassis, "show SNMP chassis string"),
    DO(EXEC, 1, "show snmp contact", show_contact, "show SNMP contact string"),
    DO(EXEC, 15, "show snmp host", show_host, "show SNMP hosts"),
    DO(EXEC, 1, "show snmp location", show_location, "show SNMP location string"),
    HELP(EXEC, "debug snmp", "SNMP information"),
    DO_NO(EXEC, 15, "debug snmp {headers=headers|packets=packets|requests=requests|sessions=sessions}", debug_on,
          DEBUGS),
    HELP(EXEC, "undebug snmp", "SNMP information"),
    DO(EXEC, 15, "undebug snmp {headers=headers|packets=packets|requests=requests|sessions=sessions}", debug_off,
       DEBUGS),
};
const struct cmd_table snmp_table = CMD_TABLE("snmp/cmd/cmd_snmp", rows);

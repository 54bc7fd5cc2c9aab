/* cmd_logging.c: what is logged where: logging ..., service timestamps, show logging, clear logging.
 *
 * A destination has a switch and a level, because `no logging console` and `logging console errors` are two wishes; the
 * log itself knows one number (LOG_OFF or a level), which logging_conf_apply makes of them. Timestamps begin as IOS has
 * them (datetime msec) and, as there, are always printed: their default in the grammar's sense, what `no` gives, is
 * none.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/cmd_local.h"

static void *logging_global(void *self)
{
    return &((struct cli *)self)->logging;
}

static void logging_init(void *obj)
{
    struct logging_conf *c = obj;
    struct log_conf d;
    log_conf_init(&d);
    c->on = c->console_on = c->monitor_on = c->buffered_on = c->trap_on = true;
    c->console = c->monitor = c->buffered = LOG_DEBUG;
    c->trap = LOG_INFO;
    c->buffer_size = d.buffer_size;
    c->facility = (uint8_t)d.facility;
    conf_list_init(&c->hosts, sizeof(struct syslog_host_conf), NULL, NULL);
}

void logging_conf_start(struct logging_conf *c)
{
    struct log_conf d;
    logging_init(c);
    log_conf_init(&d);
    c->stamp_log = d.stamp_log;
    c->stamp_debug = d.stamp_debug;
}

void logging_conf_end(struct logging_conf *c)
{
    conf_list_clear(&c->hosts);
}

static int level_of(bool on, uint8_t level)
{
    return on ? level : LOG_OFF;
}

void logging_conf_apply(struct cli *cli)
{
    const struct logging_conf *c = &cli->logging;
    struct log_conf *l = log_conf(cli->env.log);
    l->on = c->on;
    l->sequence = c->sequence;
    l->console = level_of(c->console_on, c->console);
    l->monitor = level_of(c->monitor_on, c->monitor);
    l->buffered = level_of(c->buffered_on, c->buffered);
    l->trap = level_of(c->trap_on, c->trap);
    l->buffer_size = c->buffer_size;
    l->stamp_log = c->stamp_log;
    l->stamp_debug = c->stamp_debug;
    l->facility = c->facility;
    str_copy(l->source_if, sizeof l->source_if, c->source_if);
    l->nhosts = 0;
    CONF_EACH(struct syslog_host_conf, h, &c->hosts)
    if (l->nhosts < LOG_HOSTS_MAX)
        l->hosts[l->nhosts++] = (struct log_host){.addr = h->addr, .port = h->port};
    log_conf_changed(cli->env.log);
}

/* msec and the like belong to datetime alone. */
static void stamp_settle(struct stamp_conf *s)
{
    if (s->kind != 2)
        *s = (struct stamp_conf){.kind = s->kind};
}

static void logging_changed(void *self, void *obj, enum cmd_change what)
{
    struct logging_conf *c = obj;
    (void)what;
    stamp_settle(&c->stamp_log);
    stamp_settle(&c->stamp_debug);
    logging_conf_apply(self);
}

const struct cmd_scope logging_scope = {
    .size = sizeof(struct logging_conf), .init = logging_init, .global = logging_global, .changed = logging_changed};

static void host_init(void *obj)
{
    ((struct syslog_host_conf *)obj)->port = 514;
}

static bool host_check(void *self, const void *obj, struct out *out)
{
    struct cli *cli = self;
    const struct syslog_host_conf *h = obj;
    bool known = false;
    CONF_EACH(struct syslog_host_conf, other, &cli->logging.hosts)
    known = known || other->addr == h->addr;
    if (known || cli->logging.hosts.n < LOG_HOSTS_MAX)
        return true;
    out_printf(out, "%% Maximum number of logging hosts (%d) reached\n", LOG_HOSTS_MAX);
    return false;
}

static const struct cmd_scope host_scope = {
    .size = sizeof(struct syslog_host_conf), .init = host_init, .check = host_check};

/* ---- show logging ---- */

static void destination(struct cmd_ctx *c, const char *name, int level, uint64_t count, const char *indent)
{
    if (level == LOG_OFF)
        out_printf(c->out, "    %s disabled\n", name);
    else
        out_printf(c->out, "    %s level %s, %llu messages logged, xml disabled,\n%sfiltering disabled\n", name,
                   log_level_names[level], (unsigned long long)count, indent);
}

static void trap_logging(struct cmd_ctx *c, const struct log_conf *l, const struct log_stats *s)
{
    if (l->trap == LOG_OFF) {
        out_text(c->out, "    Trap logging: disabled\n");
        return;
    }
    out_printf(c->out, "    Trap logging: level %s, %llu message lines logged\n", log_level_names[l->trap],
               (unsigned long long)s->trap);
    for (unsigned i = 0; i < l->nhosts; i++)
        out_printf(c->out,
                   "        Logging to %s  (udp port %u, audit disabled,\n"
                   "              link up),\n"
                   "              %llu message lines logged,\n"
                   "              0 message lines rate-limited,\n"
                   "              0 message lines dropped-by-MD,\n"
                   "              xml disabled, sequence number %s\n"
                   "              filtering disabled\n",
                   IP4(l->hosts[i].addr), l->hosts[i].port, (unsigned long long)s->host_sent[i],
                   l->sequence ? "enabled" : "disabled");
    out_text(c->out, "        Logging Source-Interface:       VRF Name:\n");
    if (l->source_if[0])
        out_printf(c->out, "        %s\n", l->source_if);
}

static enum cmd_result show_logging(struct cmd_ctx *c)
{
    struct cli *cli = c->self;
    const struct log_conf *l = log_conf(cli->env.log);
    const struct log_stats *s = log_stats(cli->env.log);
    out_printf(c->out,
               "Syslog logging: %s (%llu messages dropped, %llu messages rate-limited, 0 flushes, 0 overruns, xml "
               "disabled, filtering disabled)\n\n",
               l->on ? "enabled" : "disabled", (unsigned long long)s->dropped, (unsigned long long)s->rate_limited);
    out_text(c->out, "No Active Message Discriminator.\n\n\n\nNo Inactive Message Discriminator.\n\n\n");
    destination(c, "Console logging:", l->console, s->console, "                     ");
    destination(c, "Monitor logging:", l->monitor, s->monitor, "                     ");
    destination(c, "Buffer logging: ", l->buffered, s->buffered, "                    ");
    out_text(c->out, "    Count and timestamp logging messages: disabled\n    Persistent logging: disabled\n\nNo "
                     "active filter modules.\n\n");
    trap_logging(c, l, s);
    if (l->buffered != LOG_OFF) {
        out_printf(c->out, "\nLog Buffer (%u bytes):\n\n", l->buffer_size);
        const char *line;
        for (size_t cursor = 0; (line = log_buffer_next(cli->env.log, &cursor)) != NULL;)
            out_printf(c->out, "%s\n", line);
    }
    return CMD_OK;
}

static void clear_answer(void *arg, const char *key)
{
    struct cmd_ctx *c = arg;
    struct cli *cli = c->self;
    bool yes = !key[0] || key[0] == 'y' || key[0] == 'Y';
    if (yes)
        log_buffer_clear(cli->env.log);
    cmd_done(c->host, c->shell, yes ? CMD_OK : CMD_FAIL);
}

static enum cmd_result do_clear_logging(struct cmd_ctx *c)
{
    c->host->ask(c->shell, "Clear logging buffer [confirm]", true, clear_answer, c);
    return CMD_WAIT;
}

#define L(f) NUM(struct logging_conf, f)
#define LEVELS(f)                                                                                                      \
    "{emergencies=" f ":0|alerts=" f ":1|critical=" f ":2|errors=" f ":3|warnings=" f ":4|notifications=" f            \
    ":5|informational=" f ":6|debugging=" f ":7|<" f ":0-7>}"
#define LEVELS_HELP                                                                                                    \
    "System is unusable                (severity=0)|Immediate action needed           (severity=1)|Critical "          \
    "conditions               (severity=2)|"                                                                           \
    "Error conditions                  (severity=3)|Warning conditions                (severity=4)|Normal but "        \
    "significant conditions (severity=5)|"                                                                             \
    "Informational messages            (severity=6)|Debugging messages                (severity=7)|Logging severity "  \
    "level"
#define STAMP(which)                                                                                                   \
    SET_F(                                                                                                             \
        CONFIG, &logging_scope, CMD_SHOW_NO,                                                                           \
        "service timestamps " #which " {datetime=stamp_" #which ".kind:2 &{[msec=stamp_" #which                        \
        ".msec]|[localtime=stamp_" #which ".localtime]|[show-timezone=stamp_" #which                                   \
        ".show_timezone]|[year=stamp_" #which ".year]}|uptime=stamp_" #which ".kind:1}",                               \
        "Timestamp " #which                                                                                            \
        " messages|Timestamp with date and time|Include milliseconds in timestamp|Use local time zone for timestamps|" \
        "Add time zone information to timestamp|Include year in timestamp|Timestamp with system uptime",               \
        L(stamp_##which.kind), L(stamp_##which.msec), L(stamp_##which.localtime), L(stamp_##which.show_timezone),      \
        L(stamp_##which.year))

static const struct cmd_row rows[] = {
    HELP(CONFIG, "service timestamps", "Timestamp debug/log messages"),
    STAMP(debug),
    STAMP(log),
    /* The short forms: uptime; without a kind of message, that of debugs. */
    SET_F(CONFIG, &logging_scope, CMD_HIDDEN, "service timestamps=stamp_debug.kind:1", "", L(stamp_debug.kind)),
    SET_F(CONFIG, &logging_scope, CMD_HIDDEN, "service timestamps debug=stamp_debug.kind:1", "", L(stamp_debug.kind)),
    SET_F(CONFIG, &logging_scope, CMD_HIDDEN, "service timestamps log=stamp_log.kind:1", "", L(stamp_log.kind)),
    SET(CONFIG, &logging_scope, "service sequence-numbers=sequence", "Stamp logger messages with a sequence number",
        L(sequence)),
    HELP(CONFIG, "logging", "Modify message logging facilities"),
    SET(CONFIG, &logging_scope, "logging on=on", "Enable logging to all enabled destinations", L(on)),
    SET(CONFIG, &logging_scope, "logging buffered=buffered_on [<buffer_size:4096-2147483647>] [" LEVELS("buffered") "]",
        "Set buffered logging parameters|Logging buffer size|" LEVELS_HELP, L(buffered_on), L(buffer_size),
        L(buffered)),
    SET(CONFIG, &logging_scope, "logging console=console_on [" LEVELS("console") "]",
        "Set console logging parameters|" LEVELS_HELP, L(console_on), L(console)),
    SET(CONFIG, &logging_scope, "logging monitor=monitor_on [" LEVELS("monitor") "]",
        "Set terminal line (monitor) logging parameters|" LEVELS_HELP, L(monitor_on), L(monitor)),
    SET(CONFIG, &logging_scope, "logging trap=trap_on [" LEVELS("trap") "]",
        "Set syslog server logging level|" LEVELS_HELP, L(trap_on), L(trap)),
    SET(CONFIG, &logging_scope,
        "logging facility "
        "{auth=facility:4|cron=facility:9|daemon=facility:3|kern=facility:0|local0=facility:16|local1=facility:17|"
        "local2=facility:18|local3=facility:19|"
        "local4=facility:20|local5=facility:21|local6=facility:22|local7=facility:23|lpr=facility:6|mail=facility:2|"
        "news=facility:7|syslog=facility:5|user=facility:1|uucp=facility:8}",
        "Facility parameter for syslog messages|Authorization system|Cron/at facility|System daemons|Kernel|Local "
        "use|Local use|Local use|Local use|Local use|Local use|"
        "Local use|Local use|Line printer system|Mail system|USENET news|Syslog itself|User process|Unix-to-Unix copy "
        "system",
        L(facility)),
    SET(CONFIG, &logging_scope, "logging source-interface <ifname:source_if>",
        "Specify interface for source address in logging transactions|Interface", TXT(struct logging_conf, source_if)),
    LINE(CONFIG, &host_scope, &logging_scope, struct logging_conf, hosts,
         "logging host <ip:addr> [transport udp port <port:1-65535>]",
         "Set syslog server IP address and parameters|IP address of the syslog server|Specify the transport "
         "protocol|Use UDP|Specify the UDP port number|Port number",
         KEY_NUM(struct syslog_host_conf, addr), NUM(struct syslog_host_conf, port)),
    {.kind = CMD_LINE_ROW,
     .mode = CONFIG,
     .sentence = "logging <ip:addr>",
     .help = "IP address of the logging host",
     .flags = CMD_HIDDEN,
     .scope = &host_scope,
     .parent = &logging_scope,
     .list_off = offsetof(struct logging_conf, hosts),
     .binds = {KEY_NUM(struct syslog_host_conf, addr)}},
    DO(EXEC, 1, "show logging", show_logging, "Show the contents of logging buffers"),
    HELP(EXEC, "clear", "Reset functions"),
    DO(EXEC, 15, "clear logging", do_clear_logging, "Clear logging buffer"),
};
const struct cmd_table cli_table_logging = CMD_TABLE("cli/cmd/cmd_logging", rows);

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

enum { PORT_UDP = 514, PORT_TCP = 601, RATE_EXCEPT_NONE = 255 };

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
    c->counter = true;
    c->rate_except = RATE_EXCEPT_NONE;
    conf_list_init(&c->hosts, sizeof(struct syslog_host_conf), NULL, NULL);
    conf_list_init(&c->mds, sizeof(struct discriminator_conf), NULL, NULL);
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
    conf_list_clear(&c->mds);
}

/* "1,2,5-7" as bits; 0 when it is no list of severities. */
static uint8_t severities_of(const char *text)
{
    uint8_t bits = 0;
    for (const char *p = text;; p++) {
        if (*p < '0' || *p > '7')
            return 0;
        int lo = *p++ - '0', hi = lo;
        if (*p == '-') {
            if (p[1] < '0' + lo || p[1] > '7')
                return 0;
            hi = p[1] - '0';
            p += 2;
        }
        for (int i = lo; i <= hi; i++)
            bits |= (uint8_t)(1u << i);
        if (!*p)
            return bits;
        if (*p != ',')
            return 0;
    }
}

static void md_apply(const struct discriminator_conf *d, struct log_md *md)
{
    *md = (struct log_md){.severity_action = d->severity_action,
                          .facility_action = d->facility_action,
                          .mnemonics_action = d->mnemonics_action,
                          .body_action = d->body_action,
                          .severities = severities_of(d->severity),
                          .rate = d->rate};
    str_copy(md->name, sizeof md->name, d->name);
    str_copy(md->facility, sizeof md->facility, d->facility);
    str_copy(md->mnemonics, sizeof md->mnemonics, d->mnemonics);
    str_copy(md->body, sizeof md->body, d->body);
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
    {
        struct log_host *to = &l->hosts[l->nhosts++];
        *to = (struct log_host){.addr = h->addr, .port = h->port, .tcp = h->tcp};
        if (!to->port)
            to->port = h->tcp ? PORT_TCP : PORT_UDP;
        str_copy(to->md, sizeof to->md, h->md);
    }
    l->nmds = 0;
    memset(l->mds, 0, sizeof l->mds);
    CONF_EACH(struct discriminator_conf, d, &c->mds)
    if (l->nmds < LOG_MDS_MAX)
        md_apply(d, &l->mds[l->nmds++]);
    str_copy(l->console_md, sizeof l->console_md, c->console_md);
    str_copy(l->monitor_md, sizeof l->monitor_md, c->monitor_md);
    str_copy(l->buffered_md, sizeof l->buffered_md, c->buffered_md);
    l->origin = c->origin;
    size_t n = strlen(c->origin_text);
    bool quoted = n > 1 && c->origin_text[0] == '"' && c->origin_text[n - 1] == '"';
    snprintf(l->origin_text, sizeof l->origin_text, "%.*s", (int)(quoted ? n - 2 : n), c->origin_text + quoted);
    l->counter = c->counter;
    l->count = c->count;
    l->rate = c->rate;
    l->rate_console = c->rate_console;
    l->rate_all = c->rate_all;
    l->rate_except = c->rate_except == RATE_EXCEPT_NONE ? LOG_OFF : c->rate_except;
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

static bool md_known(const struct cli *cli, const char *name, struct out *out)
{
    bool known = !*name;
    CONF_EACH(const struct discriminator_conf, d, &cli->logging.mds)
    known |= !strcmp(d->name, name);
    if (!known)
        out_printf(out, "Specified MD by the name %s is not found.\n", name);
    return known;
}

static bool logging_check(void *self, const void *obj, struct out *out)
{
    const struct logging_conf *c = obj, *was = &((struct cli *)self)->logging;
    const char *const names[][2] = {
        {c->console_md, was->console_md}, {c->monitor_md, was->monitor_md}, {c->buffered_md, was->buffered_md}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], names[i][1]) && !md_known(self, names[i][0], out))
            return false;
    return true;
}

const struct cmd_scope logging_scope = {.size = sizeof(struct logging_conf),
                                        .init = logging_init,
                                        .global = logging_global,
                                        .changed = logging_changed,
                                        .check = logging_check};

/* ---- discriminators ---- */

static bool md_pattern(uint8_t action, const char *pattern, struct out *out)
{
    if (action == LOG_MD_NONE || log_md_pattern_ok(pattern))
        return true;
    out_printf(out, "%% Invalid regular expression: %s\n", pattern);
    return false;
}

static bool md_check(void *self, const void *obj, struct out *out)
{
    const struct discriminator_conf *d = obj;
    const struct conf_list *mds = &((struct cli *)self)->logging.mds;
    bool known = false;
    if (d->severity_action != LOG_MD_NONE && !severities_of(d->severity)) {
        out_text(out, "% Invalid severity list\n");
        return false;
    }
    if (!md_pattern(d->facility_action, d->facility, out) || !md_pattern(d->mnemonics_action, d->mnemonics, out) ||
        !md_pattern(d->body_action, d->body, out))
        return false;
    CONF_EACH(const struct discriminator_conf, other, mds)
    known |= !strcmp(other->name, d->name);
    if (!known && mds->n >= LOG_MDS_MAX) {
        out_printf(out, "%% Maximum number of discriminators (%d) reached\n", LOG_MDS_MAX);
        return false;
    }
    if (!known)
        out_printf(out, "Specified MD by the name %s is not found.\nAdding new MD instance with specified MD attribute "
                   "values.\n", d->name);
    return true;
}

static void forget_md(char field[LOG_MD_NAME], const char *name)
{
    if (!strcmp(field, name))
        field[0] = '\0';
}

/* Nobody can use what is gone. */
static void md_changed(void *self, void *obj, enum cmd_change what)
{
    struct logging_conf *c = &((struct cli *)self)->logging;
    const char *name = ((const struct discriminator_conf *)obj)->name;
    if (what != CMD_REMOVED)
        return;
    forget_md(c->console_md, name);
    forget_md(c->monitor_md, name);
    forget_md(c->buffered_md, name);
    CONF_EACH(struct syslog_host_conf, h, &c->hosts)
    forget_md(h->md, name);
}

static const struct cmd_scope md_scope = {
    .size = sizeof(struct discriminator_conf), .check = md_check, .changed = md_changed};

/* ---- hosts ---- */

/* Port 514 of UDP, which is not said either, is as if it had not been said. */
static void host_settle(void *obj)
{
    struct syslog_host_conf *h = obj;
    if (!h->tcp && h->port == PORT_UDP)
        h->port = 0;
}

static bool host_check(void *self, const void *obj, struct out *out)
{
    struct cli *cli = self;
    const struct syslog_host_conf *h = obj;
    bool known = false;
    if (!md_known(cli, h->md, out))
        return false;
    CONF_EACH(struct syslog_host_conf, other, &cli->logging.hosts)
    known = known || other->addr == h->addr;
    if (known || cli->logging.hosts.n < LOG_HOSTS_MAX)
        return true;
    out_printf(out, "%% Maximum number of logging hosts (%d) reached\n", LOG_HOSTS_MAX);
    return false;
}

static const struct cmd_scope host_scope = {
    .size = sizeof(struct syslog_host_conf), .settle = host_settle, .check = host_check};

/* ---- show logging ---- */

static void md_line(struct cmd_ctx *c, const char **name, const char *what, uint8_t action, const char *pattern)
{
    if (action == LOG_MD_NONE)
        return;
    out_printf(c->out, "%-10s%-15s%-9s%s\n", *name, what, action == LOG_MD_DROPS ? "drops" : "includes", pattern);
    *name = "";
}

static bool md_used(const struct logging_conf *f, const char *name)
{
    bool used = !strcmp(f->console_md, name) || !strcmp(f->monitor_md, name) || !strcmp(f->buffered_md, name);
    CONF_EACH(const struct syslog_host_conf, h, &f->hosts)
    used |= !strcmp(h->md, name);
    return used;
}

static void discriminators(struct cmd_ctx *c, bool active)
{
    const struct logging_conf *f = &((struct cli *)c->self)->logging;
    const char *title = active ? "Active" : "Inactive";
    bool any = false;
    CONF_EACH(const struct discriminator_conf, d, &f->mds)
    {
        const char *name = d->name;
        if (md_used(f, name) != active)
            continue;
        if (!any)
            out_printf(c->out, "%s Message Discriminator:\n", title);
        any = true;
        md_line(c, &name, "severity group", d->severity_action, d->severity);
        md_line(c, &name, "facility", d->facility_action, d->facility);
        md_line(c, &name, "mnemonics", d->mnemonics_action, d->mnemonics);
        md_line(c, &name, "msg-body", d->body_action, d->body);
        if (d->rate)
            out_printf(c->out, "%-10srate-limit not to exceed %u messages per second\n", name, d->rate);
        else if (*name)
            out_printf(c->out, "%s\n", name);
    }
    if (!any)
        out_printf(c->out, "No %s Message Discriminator.\n%s", title, active ? "\n" : "");
    out_text(c->out, "\n\n");
}

static void destination(struct cmd_ctx *c, const char *name, int level, uint64_t count, enum log_dest d,
                        const char *md, const char *indent)
{
    const struct log_stats *s = log_stats(((struct cli *)c->self)->env.log);
    if (level == LOG_OFF) {
        out_printf(c->out, "    %s disabled\n", name);
        return;
    }
    out_printf(c->out, "    %s level %s, %llu messages logged, xml disabled,\n%sfiltering disabled", name,
               log_level_names[level], (unsigned long long)count, indent);
    if (*md)
        out_printf(c->out, ", discriminator(%s),\n%s%llu messages rate-limited, %llu messages dropped-by-MD", md,
                   indent, (unsigned long long)s->md_limited[d], (unsigned long long)s->md_dropped[d]);
    out_text(c->out, "\n");
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
                   "        Logging to %s  (%s port %u, audit disabled,\n"
                   "              link %s),\n"
                   "              %llu message lines logged,\n"
                   "              %llu message lines rate-limited,\n"
                   "              %llu message lines dropped-by-MD,\n"
                   "              xml disabled, sequence number disabled\n"
                   "              filtering disabled\n",
                   IP4(l->hosts[i].addr), l->hosts[i].tcp ? "tcp" : "udp", l->hosts[i].port,
                   s->host_down[i] ? "down" : "up", (unsigned long long)s->host_sent[i],
                   (unsigned long long)s->md_limited[LOG_TO_HOST + i],
                   (unsigned long long)s->md_dropped[LOG_TO_HOST + i]);
    out_text(c->out, "        Logging Source-Interface:       VRF Name:\n");
    if (l->source_if[0])
        out_printf(c->out, "        %s\n", l->source_if);
}

/* The newest `most` messages of the buffer, oldest first. */
static void buffer_lines(struct cmd_ctx *c, uint64_t most)
{
    const struct log *log = ((struct cli *)c->self)->env.log;
    uint64_t n = 0, at = 0;
    const char *line;
    for (size_t cursor = 0; most != UINT64_MAX && log_buffer_next(log, &cursor);)
        n++;
    for (size_t cursor = 0; (line = log_buffer_next(log, &cursor)) != NULL; at++)
        if (most == UINT64_MAX || at + most >= n)
            out_printf(c->out, "%s\n", line);
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
    discriminators(c, true);
    discriminators(c, false);
    destination(c, "Console logging:", l->console, s->console, LOG_TO_CONSOLE, l->console_md, "                     ");
    destination(c, "Monitor logging:", l->monitor, s->monitor, LOG_TO_MONITOR, l->monitor_md, "                     ");
    destination(c, "Buffer logging: ", l->buffered, s->buffered, LOG_TO_BUFFER, l->buffered_md,
                "                    ");
    out_printf(c->out, "    Exception Logging: Disabled\n"
                       "    Count and timestamp logging messages: %s\n    Persistent logging: disabled\n\nNo active "
                       "filter modules.\n\n",
               l->count ? "enabled" : "disabled");
    trap_logging(c, l, s);
    if (l->buffered != LOG_OFF) {
        out_printf(c->out, "\nLog Buffer (%u bytes):\n\n", l->buffer_size);
        buffer_lines(c, UINT64_MAX);
    }
    return CMD_OK;
}

static enum cmd_result show_logging_last(struct cmd_ctx *c)
{
    if (log_conf(((struct cli *)c->self)->env.log)->buffered != LOG_OFF)
        buffer_lines(c, (uint64_t)cmd_int(c, "last"));
    return CMD_OK;
}

static void count_total(struct cmd_ctx *c, const char *facility, uint64_t total)
{
    out_printf(c->out, "-------------  -------------------------------  ----------------------------------\n");
    out_printf(c->out, "%-13s%43llu\n", facility, (unsigned long long)total);
}

static enum cmd_result show_logging_count(struct cmd_ctx *c)
{
    const struct log *log = ((struct cli *)c->self)->env.log;
    size_t n;
    const struct log_count *v = log_counts(log, &n);
    uint64_t total = 0;
    out_printf(c->out, "%-15s%-32s%4s%6s%15s\n%s\n", "Facility", "Message Name", "Sev", "Occur", "Last Time",
               "==================================================================================");
    for (size_t i = 0; i < n; i++) {
        out_printf(c->out, "%-15s%-32s%4u%5llu %s\n", v[i].facility, v[i].mnemonic, v[i].severity,
                   (unsigned long long)v[i].n, v[i].last);
        total += v[i].n;
        if (i + 1 < n && !strcmp(v[i].facility, v[i + 1].facility))
            continue;
        char name[40];
        snprintf(name, sizeof name, "%s TOTAL", v[i].facility);
        count_total(c, name, total);
        if (i + 1 < n)
            out_text(c->out, "\n");
        total = 0;
    }
    return CMD_OK;
}

static void clear_answer(void *arg, const char *key)
{
    struct cmd_ctx *c = arg;
    struct cli *cli = c->self;
    bool yes = confirmed(key);
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
#define MD_HELP "Establish MD-Buffer association|MD name string"
#define D(f)    NUM(struct discriminator_conf, f)
#define DT(f)   TXT(struct discriminator_conf, f)
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
    LINE(
        CONFIG, &md_scope, &logging_scope, struct logging_conf, mds,
        "logging discriminator <word:name> &{[severity {drops=severity_action:1|includes=severity_action:2} "
        "<word:severity>]|[facility {drops=facility_action:1|includes=facility_action:2} <word:facility>]|[mnemonics "
        "{drops=mnemonics_action:1|includes=mnemonics_action:2} <word:mnemonics>]|[msg-body "
        "{drops=body_action:1|includes=body_action:2} <string:body>]|[rate-limit <rate:1-10000>]}",
        "Create or modify a message discriminator|MD name string (at most 8 characters)|Severity or severity group for "
        "message filtering|Drop matches|Include matches|List of severities, separated by commas|Facility pattern for "
        "message filtering|Drop matches|Include matches|Regular expression|Mnemonics pattern for message "
        "filtering|Drop matches|Include matches|Regular expression|Message body pattern for message filtering|Drop "
        "matches|Include matches|Regular expression|Not-to-exceed rate limit for messages|Messages per second",
        KEY_TXT(struct discriminator_conf, name), D(severity_action), DT(severity), D(facility_action), DT(facility),
        D(mnemonics_action), DT(mnemonics), D(body_action), DT(body), D(rate)),
    SET(CONFIG, &logging_scope, "logging count=count", "Count every log message and timestamp last occurrence",
        L(count)),
    SET(CONFIG, &logging_scope, "logging userinfo=userinfo", "Enable logging of user info on privileged mode enabling",
        L(userinfo)),
    SET(CONFIG, &logging_scope, "logging message-counter syslog=counter",
        "Configure log message to include certain counter value|To include a syslog counter in messages to hosts",
        L(counter)),
    SET(CONFIG, &logging_scope,
        "logging rate-limit {<rate:1-10000>|all=rate_all <rate:1-10000>|console=rate_console "
        "{<rate:1-10000>|all=rate_all "
        "<rate:1-10000>}} [except {emergencies=rate_except:0|alerts=rate_except:1|critical=rate_except:2|"
        "errors=rate_except:3|warnings=rate_except:4|notifications=rate_except:5|informational=rate_except:6|"
        "debugging=rate_except:7|<rate_except:0-7>}]",
        "Set messages per second limit|Messages per second|(a) All messages, including debug messages|Messages per "
        "second|(c) Rate limit only console messages|Messages per second|(a) All messages, including debug "
        "messages|Messages per second|Messages of this severity or higher|" LEVELS_HELP,
        L(rate), L(rate_all), L(rate_console), L(rate_except)),
    SET(CONFIG, &logging_scope,
        "logging buffered=buffered_on [discriminator <word:buffered_md>] [<buffer_size:4096-2147483647>] [" LEVELS(
            "buffered") "]",
        "Set buffered logging parameters|" MD_HELP "|Logging buffer size|" LEVELS_HELP, L(buffered_on), L(buffer_size),
        L(buffered), TXT(struct logging_conf, buffered_md)),
    SET(CONFIG, &logging_scope, "logging console=console_on [discriminator <word:console_md>] [" LEVELS("console") "]",
        "Set console logging parameters|" MD_HELP "|" LEVELS_HELP, L(console_on), L(console),
        TXT(struct logging_conf, console_md)),
    SET(CONFIG, &logging_scope, "logging monitor=monitor_on [discriminator <word:monitor_md>] [" LEVELS("monitor") "]",
        "Set terminal line (monitor) logging parameters|" MD_HELP "|" LEVELS_HELP, L(monitor_on), L(monitor),
        TXT(struct logging_conf, monitor_md)),
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
    SET(CONFIG, &logging_scope, "logging origin-id {hostname=origin:1|ip=origin:2|string=origin:3 <line:origin_text>}",
        "Add origin ID to syslog messages|Use origin hostname as ID|Use origin IP address as ID|Define a unique text "
        "string as ID|String",
        L(origin), TXT(struct logging_conf, origin_text)),
    SET(CONFIG, &logging_scope, "logging source-interface <ifname:source_if>",
        "Specify interface for source address in logging transactions|Interface", TXT(struct logging_conf, source_if)),
    LINE(CONFIG, &host_scope, &logging_scope, struct logging_conf, hosts,
         "logging host <ip:addr> &{[transport {udp=tcp:0|tcp=tcp:1} [port <port:1-65535>]]|[discriminator <word:md>]}",
         "Set syslog server IP address and parameters|IP address of the syslog server|Specify the transport protocol "
         "(default=UDP)|Use UDP|Use TCP|Specify the port number (UDP default=514, TCP default=601)|Port "
         "number|Establish MD-host association|MD name string",
         KEY_NUM(struct syslog_host_conf, addr), NUM(struct syslog_host_conf, port), NUM(struct syslog_host_conf, tcp),
         TXT(struct syslog_host_conf, md)),
    {.kind = CMD_LINE_ROW,
     .mode = CONFIG,
     .sentence = "logging <ip:addr>",
     .help = "IP address of the logging host",
     .flags = CMD_HIDDEN,
     .scope = &host_scope,
     .parent = &logging_scope,
     .list_off = offsetof(struct logging_conf, hosts),
     .binds = CMD_BINDS(KEY_NUM(struct syslog_host_conf, addr))},
    HELP(EXEC, "show logging", "Show the contents of logging buffers"),
    DO(EXEC, 1, "show logging", show_logging, ""),
    DO(EXEC, 1, "show logging count", show_logging_count, "Show counts of each logging message"),
    DO(EXEC, 1, "show logging last <last:1-4294967295>", show_logging_last,
       "Show last few messages|Number of messages"),
    HELP(EXEC, "clear", "Reset functions"),
    DO(EXEC, 15, "clear logging", do_clear_logging, "Clear logging buffer"),
};
const struct cmd_table cli_table_logging = CMD_TABLE("cli/cmd/cmd_logging", rows);

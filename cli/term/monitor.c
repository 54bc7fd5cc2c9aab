/* monitor.c: carries each log line to the terminals that want it. A line reaches the console when its severity is at or below `logging console`, a vty when it
 * asked (`terminal monitor`) and the severity is at or below `logging monitor`; in either case unless a discriminator or a rate limit holds it. How the line stands against what is being typed is the session's affair. */
#include "cli/term/monitor.h"

#include "cli/shell/session.h"
#include "espial/bus.h"
#include "espial/mem.h"
#include "espial/msg.h"

struct monitor {
    struct bus *bus;
    struct log *log;
    struct shells *shells;
};

static void on_syslog(void *arg, const void *fact)
{
    struct monitor *m = arg;
    const struct fact_syslog *f = fact;
    const struct log_conf *conf = log_conf(m->log);
    struct log_stats *stats = log_stats(m->log);
    size_t cursor = 0;
    bool monitored = false;
    for (struct shell *sh; (sh = shells_next(m->shells, &cursor));) {
        struct session_view v;
        session_view(sh, &v);
        if (!v.terminal || !session_wants_log(sh) || f->severity > (v.vty ? conf->monitor : conf->console) ||
            (f->held >> (v.vty ? LOG_TO_MONITOR : LOG_TO_CONSOLE) & 1))
            continue;
        session_log_line(sh, f->line, f->severity);
        monitored |= v.vty;
    }
    if (f->severity <= conf->console && !(f->held >> LOG_TO_CONSOLE & 1))
        stats->console++;
    if (monitored)
        stats->monitor++;
}

struct monitor *monitor_new(struct bus *bus, struct log *log, struct shells *shells)
{
    struct monitor *m = NEW(struct monitor);
    *m = (struct monitor){.bus = bus, .log = log, .shells = shells};
    bus_subscribe(bus, FACT_SYSLOG, on_syslog, m);
    return m;
}

void monitor_free(struct monitor *m)
{
    if (!m)
        return;
    bus_unsubscribe(m->bus, FACT_SYSLOG, on_syslog, m);
    mem_free(m);
}

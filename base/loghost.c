/* loghost.c: syslog hosts: messages up to `logging trap LEVEL` as UDP datagrams, through the router's own interfaces.
 *
 * It hears FACT_SYSLOG like everyone else, at the end of the turn: an engine that posts a message from inside its packet work is never re-entered by the
 * datagram about it. What sending itself causes to be said (no route, no ARP answer) is marked `own` and not sent to hosts again.
 *
 * Wire: "<PRI>N: LINE", PRI = facility * 8 + severity, N = messages sent to hosts so far, LINE as in the buffer (RFC 3164 in spirit; no host field, as IOS). One datagram a
 * message and host. Source: the address of `logging source-interface` when it has one, else the one the route gives. One socket with an ephemeral port, open
 * while there are hosts. Adding or removing a host says %SYS-6-LOGGINGHOST_STARTSTOP. Nothing is queued for a host that cannot be reached: UDP. */
#include "base/log_local.h"

#include <stdio.h>
#include <string.h>

#include "espial/inet.h"
#include "espial/ip.h"

MSG(MSG_HOST, "SYS", 6, "LOGGINGHOST_STARTSTOP", 0, "Logging to host %s port %u %s - CLI initiated");

enum { PRI_ROOM = 32 };

static void host_heard(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    (void)arg; /* syslog hosts do not answer */
    (void)from;
    (void)data;
    (void)len;
}

static bool host_open(struct loghost *h)
{
    if (!h->sock && h->inet && h->nhosts)
        h->sock = udp_open(h->inet, 0, host_heard, NULL);
    return h->sock != NULL;
}

static void host_close(struct loghost *h)
{
    udp_close(h->sock);
    h->sock = NULL;
}

static void on_syslog(void *arg, const void *fact)
{
    struct log *log = arg;
    struct loghost *h = &log->host;
    const struct fact_syslog *f = fact;
    if (f->own || f->severity > log->conf.trap || !host_open(h))
        return;

    char datagram[PRI_ROOM + SYSLOG_TEXT_MAX];
    int len = snprintf(datagram, sizeof datagram, "<%d>%llu: %s", log->conf.facility * 8 + f->severity,
                       (unsigned long long)++h->sent, f->line);
    uint32_t src = log->conf.source_if[0] ? inet_if_addr(h->inet, log->conf.source_if) : 0;
    h->sending = true;
    for (unsigned i = 0; i < h->nhosts; i++)
        if (udp_send(h->sock, src, h->hosts[i].addr, h->hosts[i].port, datagram, (size_t)len) == 0)
            log->stats.host_sent[i]++;
    h->sending = false;
}

void loghost_init(struct log *log)
{
    bus_subscribe(log->bus, FACT_SYSLOG, on_syslog, log);
}

void loghost_fini(struct log *log)
{
    bus_unsubscribe(log->bus, FACT_SYSLOG, on_syslog, log);
    host_close(&log->host);
}

void log_set_inet(struct log *log, struct inet *inet)
{
    if (inet == log->host.inet)
        return;
    host_close(&log->host);
    log->host.inet = inet;
}

static int host_index(const struct log_host *hosts, unsigned n, const struct log_host *h)
{
    for (unsigned i = 0; i < n; i++)
        if (hosts[i].addr == h->addr && hosts[i].port == h->port)
            return (int)i;
    return -1;
}

static void host_say(struct log *log, const struct log_host *h, const char *what)
{
    msg_post(log, &MSG_HOST, IP4(h->addr), h->port, what);
}

void loghost_conf_changed(struct log *log)
{
    const struct loghost old = log->host;
    struct loghost *h = &log->host;
    uint64_t sent[LOG_HOSTS_MAX] = {0};
    unsigned n = log->conf.nhosts < LOG_HOSTS_MAX ? log->conf.nhosts : LOG_HOSTS_MAX;

    memcpy(h->hosts, log->conf.hosts, n * sizeof h->hosts[0]);
    h->nhosts = n;
    for (unsigned i = 0; i < n; i++) {
        int was = host_index(old.hosts, old.nhosts, &h->hosts[i]);
        if (was >= 0)
            sent[i] = log->stats.host_sent[was];
    }
    memcpy(log->stats.host_sent, sent, sizeof sent);
    if (n == 0)
        host_close(h);
    for (unsigned i = 0; i < old.nhosts; i++)
        if (host_index(h->hosts, n, &old.hosts[i]) < 0)
            host_say(log, &old.hosts[i], "stopped");
    for (unsigned i = 0; i < n; i++)
        if (host_index(old.hosts, old.nhosts, &h->hosts[i]) < 0)
            host_say(log, &h->hosts[i], "started");
}

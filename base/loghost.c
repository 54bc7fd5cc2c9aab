/* loghost.c: syslog hosts: messages up to `logging trap LEVEL`, over UDP through the router's own interfaces, or over TCP through stream.h.
 *
 * It hears FACT_SYSLOG like everyone else, at the end of the turn: an engine that posts a message from inside its packet work is never re-entered by the
 * datagram about it. What sending itself causes to be said (no route, no ARP answer) is marked `own` and not sent to hosts again.
 *
 * Wire: "<PRI>N: [ORIGIN: ]LINE", PRI = facility * 8 + severity, N = messages sent to hosts so far (not with `no logging message-counter syslog`), ORIGIN as
 * `logging origin-id` says, LINE as in the buffer. One datagram a message and host, cut at 1024 bytes, which every receiver takes (RFC 3164 section 4.1). Over TCP a
 * message ends with a newline (RFC 6587 section 3.4.2), and newlines inside become blanks. Source over UDP: the address of `logging source-interface` when it has
 * one, else the one the route gives. One UDP socket with an ephemeral port, open while there are hosts.
 *
 *   up --no route, or the stream is not there--> down: messages wait, QUEUE_MAX for each host, the oldest go when there are more (counted as dropped)
 *   down --tried with each message and each second (TCP: each five)--> up: what waited goes first
 *
 * So the messages of a boot arrive when the interfaces are up. Adding or removing a host says %SYS-6-LOGGINGHOST_STARTSTOP. */
#include "base/log_local.h"

#include <stdio.h>
#include <string.h>

#include "espial/inet.h"
#include "espial/ip.h"
#include "espial/mem.h"
#include "espial/stream.h"

MSG(MSG_HOST, "SYS", 6, "LOGGINGHOST_STARTSTOP", 0, "Logging to host %s port %u %s - CLI initiated");

enum { WIRE_MAX = 1024, RETRY_UDP_S = 1, RETRY_TCP_S = 5 };

static void host_heard(void *arg, const struct udp_from *from, const uint8_t *data, size_t len)
{
    (void)arg; /* syslog hosts do not answer */
    (void)from;
    (void)data;
    (void)len;
}

static bool host_open(struct loghost *h)
{
    if (!h->sock && h->inet && h->n)
        h->sock = udp_open(h->inet, 0, host_heard, NULL);
    return h->sock != NULL;
}

static void host_close(struct loghost *h)
{
    udp_close(h->sock);
    h->sock = NULL;
}

static uint32_t source(const struct log *log)
{
    return log->conf.source_if[0] && log->host.inet ? inet_if_addr(log->host.inet, log->conf.source_if) : 0;
}

/* ---- one host ---- */

static void stream_ready(void *arg);
static void stream_down(void *arg);
static const struct stream_events events = {.ready = stream_ready, .down = stream_down};

/* Has a message (of which to->written bytes went before) gone? */
static bool send_line(struct loghost_to *to, const char *line, size_t len)
{
    struct loghost *h = &to->log->host;
    bool was = h->sending, gone;
    h->sending = true;
    if (to->conf.tcp) {
        if (to->stream)
            to->written += stream_write(to->stream, line + to->written, len - to->written);
        gone = to->written == len;
    } else {
        gone = host_open(h) && udp_send(h->sock, source(to->log), to->conf.addr, to->conf.port, line, len) == 0;
    }
    h->sending = was;
    if (gone) {
        to->written = 0;
        to->sent++;
    }
    return gone;
}

static void forget_oldest(struct loghost_to *to)
{
    mem_free(to->queue[to->first]);
    to->first = (to->first + 1) % LOG_QUEUE_MAX;
    to->n--;
    to->written = 0;
}

static void flush(struct loghost_to *to)
{
    while (to->n && send_line(to, to->queue[to->first], strlen(to->queue[to->first])))
        forget_oldest(to);
    to->down = to->conf.tcp ? !to->stream || (to->down && to->n) : to->n > 0;
    if (to->n && !timer_pending(&to->retry) && (!to->conf.tcp || !to->stream))
        timer_set(&to->retry, (to->conf.tcp ? RETRY_TCP_S : RETRY_UDP_S) * US_PER_S);
}

static void connect_to(struct loghost_to *to)
{
    struct loghost *h = &to->log->host;
    if (to->conf.tcp && !to->stream && h->streams) {
        to->down = true;
        to->stream = stream_open(h->streams, to->conf.addr, to->conf.port, &events, to);
    }
}

static void stream_ready(void *arg)
{
    struct loghost_to *to = arg;
    to->down = false;
    flush(to);
}

static void stream_down(void *arg)
{
    struct loghost_to *to = arg;
    stream_close(to->stream);
    to->stream = NULL;
    to->written = 0; /* whole messages: the one that was cut goes again */
    to->down = true;
    timer_set(&to->retry, RETRY_TCP_S * US_PER_S);
}

static void on_retry(void *arg)
{
    struct loghost_to *to = arg;
    connect_to(to);
    flush(to);
}

/* At once when nothing waits before it: a copy is made only of what has to wait. */
static void host_put(struct loghost_to *to, const char *line, size_t len)
{
    if (to->n && !to->conf.tcp)
        flush(to);
    if (!to->n && send_line(to, line, len)) {
        to->down = false;
        return;
    }
    if (to->n == LOG_QUEUE_MAX) {
        to->log->stats.dropped++;
        if (to->written) /* of the oldest a part has gone: the new one is lost */
            return;
        forget_oldest(to);
    }
    to->queue[(to->first + to->n++) % LOG_QUEUE_MAX] = mem_strdup(line);
    if (!to->conf.tcp || !to->stream)
        to->down = true;
    if (to->down && !timer_pending(&to->retry) && (!to->conf.tcp || !to->stream))
        timer_set(&to->retry, (to->conf.tcp ? RETRY_TCP_S : RETRY_UDP_S) * US_PER_S);
}

static struct loghost_to *to_new(struct log *log, const struct log_host *conf)
{
    struct loghost_to *to = NEW(struct loghost_to);
    to->log = log;
    to->conf = *conf;
    timer_init(&to->retry, log->loop, on_retry, to);
    connect_to(to);
    if (conf->tcp && !to->stream)
        to->down = true;
    return to;
}

static void to_free(struct loghost_to *to)
{
    timer_clear(&to->retry);
    stream_close(to->stream);
    while (to->n)
        forget_oldest(to);
    mem_free(to);
}

/* ---- messages ---- */

static const char *origin(const struct log *log, const struct log_host *to, char out[80])
{
    const struct log_conf *c = &log->conf;
    uint32_t ip = 0;
    out[0] = '\0';
    switch (c->origin) {
    case LOG_ORIGIN_HOSTNAME:
        if (log->hostname)
            snprintf(out, 80, "%s: ", log->hostname(log->hostname_arg));
        break;
    case LOG_ORIGIN_IP:
        ip = source(log);
        if (!ip && log->host.inet)
            ip = inet_source_for(log->host.inet, to->addr);
        snprintf(out, 80, "%s: ", IP4(ip));
        break;
    case LOG_ORIGIN_STRING: snprintf(out, 80, "%s: ", c->origin_text); break;
    case LOG_ORIGIN_NONE: break;
    }
    return out;
}

static void on_syslog(void *arg, const void *fact)
{
    struct log *log = arg;
    struct loghost *h = &log->host;
    const struct fact_syslog *f = fact;
    char counter[24] = "", from[80], wire[WIRE_MAX + 1];
    if (f->own || f->severity > log->conf.trap || !h->n)
        return;
    ++h->sent;
    if (log->conf.counter)
        snprintf(counter, sizeof counter, "%llu: ", (unsigned long long)h->sent);
    for (unsigned i = 0; i < h->n; i++) {
        struct loghost_to *to = h->to[i];
        if (f->held >> (LOG_TO_HOST + i) & 1)
            continue;
        int len = snprintf(wire, sizeof wire - 1, "<%d>%s%s%s", log->conf.facility * 8 + f->severity, counter,
                           origin(log, &to->conf, from), f->line);
        if (len > (int)sizeof wire - 2)
            len = sizeof wire - 2;
        while (len && wire[len - 1] == '\n') /* the empty line behind a debug line is for people */
            wire[--len] = '\0';
        if (to->conf.tcp) {
            for (char *p = wire; *p; p++)
                *p = *p == '\n' ? ' ' : *p;
            memcpy(wire + len++, "\n", 2);
        }
        host_put(to, wire, (size_t)len);
    }
}

void loghost_init(struct log *log)
{
    bus_subscribe(log->bus, FACT_SYSLOG, on_syslog, log);
}

void loghost_fini(struct log *log)
{
    struct loghost *h = &log->host;
    bus_unsubscribe(log->bus, FACT_SYSLOG, on_syslog, log);
    while (h->n)
        to_free(h->to[--h->n]);
    host_close(h);
}

void log_set_inet(struct log *log, struct inet *inet)
{
    if (inet == log->host.inet)
        return;
    host_close(&log->host);
    log->host.inet = inet;
}

void log_set_streams(struct log *log, struct streams *streams)
{
    struct loghost *h = &log->host;
    h->streams = streams;
    for (unsigned i = 0; i < h->n; i++)
        connect_to(h->to[i]);
}

void log_set_hostname(struct log *log, const char *(*hostname)(void *arg), void *arg)
{
    log->hostname = hostname;
    log->hostname_arg = arg;
}

/* ---- configuration ---- */

static bool same_place(const struct log_host *x, const struct log_host *y)
{
    return x->addr == y->addr && x->port == y->port && x->tcp == y->tcp;
}

static void host_say(struct log *log, const struct log_host *h, const char *what)
{
    msg_post(log, &MSG_HOST, IP4(h->addr), h->port, what);
}

void loghost_conf_changed(struct log *log)
{
    struct loghost *h = &log->host;
    struct loghost_to *old[LOG_HOSTS_MAX];
    unsigned nold = h->n, fresh = 0;
    bool is_new[LOG_HOSTS_MAX] = {false};
    memcpy(old, h->to, sizeof old);

    h->n = log->conf.nhosts < LOG_HOSTS_MAX ? log->conf.nhosts : LOG_HOSTS_MAX;
    for (unsigned i = 0; i < h->n; i++) {
        const struct log_host *want = &log->conf.hosts[i];
        h->to[i] = NULL;
        for (unsigned k = 0; k < nold && !h->to[i]; k++)
            if (old[k] && same_place(&old[k]->conf, want)) {
                h->to[i] = old[k];
                h->to[i]->conf = *want;
                old[k] = NULL;
            }
        is_new[i] = !h->to[i];
        fresh += is_new[i];
        if (is_new[i])
            h->to[i] = to_new(log, want);
    }
    if (h->n == 0)
        host_close(h);
    for (unsigned k = 0; k < nold; k++)
        if (old[k]) {
            host_say(log, &old[k]->conf, "stopped");
            to_free(old[k]);
        }
    for (unsigned i = 0; i < h->n && fresh; i++)
        if (is_new[i])
            host_say(log, &h->to[i]->conf, "started");
}

void loghost_stats(struct log *log)
{
    struct loghost *h = &log->host;
    for (unsigned i = 0; i < LOG_HOSTS_MAX; i++) {
        const struct loghost_to *to = i < h->n ? h->to[i] : NULL;
        log->stats.host_sent[i] = to ? to->sent : 0;
        log->stats.host_down[i] = to && to->down;
        log->stats.md_dropped[LOG_TO_HOST + i] = to ? to->md_dropped : 0;
        log->stats.md_limited[LOG_TO_HOST + i] = to ? to->md_limited : 0;
    }
}

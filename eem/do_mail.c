/* do_mail.c: action mail: an e-mail to an SMTP server, over a stream of the router (stream.h).
 *
 *     CONNECTING --refused, or the name is not known--> PAUSE (RETRY_S) --> CONNECTING, ATTEMPTS times
 *         |                                   CONNECT_S after the first attempt: timeout error
 *         `--connected--> TALKING (smtp.c) --QUIT answered, or nothing more heard--> the action is done
 *                             |  REPLY_S without a reply: timeout error
 *                             `--a reply that refuses, or the connection breaks--> the action failed
 *
 * The run waits meanwhile, and all of it counts against maxrun; when the run is over the connection is closed where it
 * stands. What failed is FMPD_SMTP with the server's name (never its user and password) and the reason; $_error is one
 * of FH_ESMTPCONNECT, FH_ESMTPREAD, FH_ESMTPCHKREPLY, FH_ETIMEOUT, FH_EPARMSINVALID (an address that is none). A mail that
 * some of its recipients get is sent, and FMPD_SMTP says that it was not accepted for all. The server is
 * `[user[:password]@]host`; a name is looked for as any other of the router's. `source-address` and `source-interface`
 * are what we call ourselves to the server, [A.B.C.D]; without them it is the router's name. `debug event manager action
 * mail` shows the attempts and both sides of the dialogue, what authenticates left out. */
#include <stdio.h>
#include <string.h>

#include "eem/eem_local.h"
#include "eem/smtp.h"
#include "espial/ip.h"
#include "espial/mem.h"
#include "espial/stream.h"

enum { ATTEMPTS = 3, RETRY_S = 5, CONNECT_S = 15, REPLY_S = 30, QUIT_S = 5, SMTP_PORT = 25 };

MSG(SMTP_ERROR, "HA_EM", 3, "FMPD_SMTP", 0, "Error occurred when sending mail to SMTP server: %s : %s");

static const char connecting[] = "error in connecting to SMTP server", reading[] = "error in reading from SMTP server",
                  replying[] = "error in reply from SMTP server", late[] = "timeout error",
                  addresses[] = "invalid mail address";

struct mailing {
    struct run *run;
    struct mail mail;
    struct text text; /* mail_compose's */
    struct smtp smtp;
    char *host;
    uint16_t port;
    struct stream *stream;
    struct text out; /* on its way to the server; written up to: */
    size_t at;
    struct timer timer; /* of the attempt's pause, or of the reply awaited */
    struct timer whole; /* of connecting */
    unsigned attempt;
};

static void debug(const struct run *r, const char *what, const char *s, size_t len)
{
    if (!r->eem->debug.action_mail)
        return;
    char *line = mem_printf("%s : DEBUG(smtp_lib) : %s%.*s", r->applet->conf.name, what, (int)len, s);
    msg_post_text(r->eem->env.log, "HA_EM", LOG_INFO, "LOG", line);
    mem_free(line);
}

static void debug_attempt(const struct mailing *m, const char *format_is)
{
    char number[12];
    snprintf(number, sizeof number, "%u", m->attempt);
    debug(m->run, format_is, number, strlen(number));
}

static void mailing_free(struct mailing *m)
{
    timer_clear(&m->timer);
    timer_clear(&m->whole);
    stream_close(m->stream);
    mail_free(&m->mail);
    text_free(&m->text);
    text_free(&m->out);
    mem_free(m->host);
    mem_free(m);
}

static void stop(struct run *r)
{
    mailing_free(r->pending);
    r->pending = NULL;
}

static void complain(const struct mailing *m, const char *reason)
{
    msg_post(m->run->eem->env.log, &SMTP_ERROR, m->host, reason);
}

static void done(struct mailing *m, const char *error, const char *reason)
{
    struct run *r = m->run;
    if (error)
        complain(m, reason);
    else if (smtp_refused(&m->smtp))
        complain(m, replying);
    stop(r);
    r->pending_stop = NULL;
    r->error = error;
    run_resume(r, !error);
}

/* ---- talking */

static void debug_sent(struct mailing *m, size_t from)
{
    enum smtp_state s = m->smtp.state;
    const char *line = text_str(&m->out) + from;
    if (m->out.len == from)
        return;
    if (s == SMTP_AUTH_PLAIN || s == SMTP_AUTH_LOGIN || s == SMTP_AUTH_USER || s == SMTP_AUTH_PASSWORD)
        debug(m->run, "C: ", "AUTH ...", 8);
    else if (s == SMTP_TEXT)
        debug(m->run, "C: ", "(the mail)", 10);
    else
        debug(m->run, "C: ", line, strcspn(line, "\r\n"));
}

static void push(struct mailing *m)
{
    m->at += stream_write(m->stream, text_str(&m->out) + m->at, m->out.len - m->at);
    if (m->at == m->out.len) {
        text_clear(&m->out);
        m->at = 0;
    }
}

static void on_ready(void *arg)
{
    struct mailing *m = arg;
    if (timer_pending(&m->whole)) { /* connected */
        timer_clear(&m->whole);
        timer_set(&m->timer, REPLY_S * US_PER_S);
    }
    push(m);
}

static void on_data(void *arg, const void *bytes, size_t len)
{
    struct mailing *m = arg;
    size_t before = m->out.len;
    const char *s = bytes;
    for (size_t i = 0; i < len;) {
        const char *end = memchr(s + i, '\n', len - i);
        size_t n = end ? (size_t)(end - s) - i : len - i;
        debug(m->run, "S: ", s + i, n && s[i + n - 1] == '\r' ? n - 1 : n);
        i += n + (end != NULL);
    }
    enum smtp_outcome outcome = smtp_heard(&m->smtp, bytes, len, &m->out);
    debug_sent(m, before);
    push(m);
    if (outcome == SMTP_OVER)
        done(m, NULL, NULL);
    else if (outcome == SMTP_REFUSED && m->smtp.sent)
        done(m, NULL, NULL);
    else if (outcome == SMTP_REFUSED)
        done(m, "FH_ESMTPCHKREPLY", replying);
    else
        timer_set(&m->timer, (m->smtp.sent ? QUIT_S : REPLY_S) * US_PER_S);
}

/* ---- connecting */

static void attempt_failed(struct mailing *m)
{
    debug_attempt(m, "fh_smtp_connect failed at attempt ");
    stream_close(m->stream);
    m->stream = NULL;
    if (m->attempt == ATTEMPTS)
        done(m, "FH_ESMTPCONNECT", connecting);
    else
        timer_set(&m->timer, RETRY_S * US_PER_S);
}

static void on_down(void *arg)
{
    struct mailing *m = arg;
    if (timer_pending(&m->whole))
        attempt_failed(m);
    else if (m->smtp.sent)
        done(m, NULL, NULL);
    else
        done(m, "FH_ESMTPREAD", reading);
}

static void attempt(struct mailing *m)
{
    static const struct stream_events events = {.ready = on_ready, .down = on_down, .data = on_data};
    const struct eem_env *env = &m->run->eem->env;
    uint32_t addr;
    m->attempt++;
    debug_attempt(m, "smtp_connect_attempt: ");
    if (env->streams && env->resolve && env->resolve(env->arg, m->host, &addr))
        m->stream = stream_open(env->streams, addr, m->port, &events, m);
    if (!m->stream)
        attempt_failed(m);
}

static void on_timer(void *arg)
{
    struct mailing *m = arg;
    if (timer_pending(&m->whole))
        attempt(m);
    else if (m->smtp.sent)
        done(m, NULL, NULL); /* it has the mail, and does not care for QUIT */
    else
        done(m, "FH_ETIMEOUT", late);
}

static void connecting_took_too_long(void *arg)
{
    struct mailing *m = arg;
    debug(m->run, "fh_smtp_connect callback timer is awake", "", 0);
    done(m, "FH_ETIMEOUT", late);
}

/* ---- the action */

/* "[user[:password]@]host", the host behind the last @. */
static void take_server(struct mailing *m, const char *server)
{
    const char *at = strrchr(server, '@'), *colon = at ? memchr(server, ':', (size_t)(at - server)) : NULL;
    m->host = mem_strdup(at ? at + 1 : server);
    if (colon) {
        m->mail.user = mem_strndup(server, (size_t)(colon - server));
        m->mail.password = mem_strndup(colon + 1, (size_t)(at - colon - 1));
    }
}

static bool take_source(struct mailing *m, const struct action_conf *a)
{
    const struct eem_env *env = &m->run->eem->env;
    uint32_t addr = a->source;
    if (a->sub1[0] && (!env->if_addr || !(addr = env->if_addr(env->arg, a->sub1))))
        return false;
    m->mail.helo =
        addr ? mem_printf("[%s]", IP4(addr)) : mem_strdup(env->hostname ? env->hostname(env->arg) : "router");
    return true;
}

static char *expanded(struct run *r, const char *in)
{
    struct text t = {0};
    char *value = run_expand_text(r, in, &t) ? mem_strndup(text_str(&t), t.len) : NULL;
    text_free(&t);
    return value;
}

/* Every $name of the action is known; what is wrong with the values is another matter: NULL with *bad false. */
static bool take_values(struct mailing *m, const struct action_conf *a, bool *bad)
{
    struct run *r = m->run;
    char *server = run_value(r, a->text), *to = server ? run_value(r, a->pattern) : NULL;
    char *from = to ? run_value(r, a->more) : NULL, *cc = from ? run_value(r, a->x) : NULL;
    m->mail.subject = cc ? run_value(r, a->y) : NULL;
    m->mail.body = m->mail.subject ? expanded(r, a->z) : NULL;
    bool ok = m->mail.body != NULL;
    if (ok) {
        take_server(m, server);
        *bad = !mail_set_sender(&m->mail, from) || !mail_add_recipients(&m->mail, to, false) ||
               (cc[0] && !mail_add_recipients(&m->mail, cc, true));
    }
    mem_free(server);
    mem_free(to);
    mem_free(from);
    mem_free(cc);
    return ok;
}

/* Somebody looks on, and takes it instead of the server. */
static bool handed_over(const struct mailing *m)
{
    struct text to = {0};
    for (size_t i = 0; i < m->mail.nto; i++)
        text_printf(&to, "%s%s", i ? ", " : "", m->mail.to[i]);
    const struct eem_mail_seen seen = {.server = m->host,
                                       .from = m->mail.from,
                                       .to = text_str(&to),
                                       .subject = m->mail.subject,
                                       .body = m->mail.body};
    bool taken = observe_mail(m->run, &seen);
    text_free(&to);
    return taken;
}

static enum step perform(struct run *r, const struct action_conf *a)
{
    bool bad = false;
    struct mailing *m = NEW(struct mailing);
    m->run = r;
    m->port = a->number ? (uint16_t)a->number : SMTP_PORT;
    timer_init(&m->timer, r->eem->env.loop, on_timer, m);
    timer_init(&m->whole, r->eem->env.loop, connecting_took_too_long, m);
    bool ok = take_values(m, a, &bad);
    if (ok && !bad && handed_over(m)) {
        mailing_free(m);
        return STEP_NEXT;
    }
    if (ok && bad) {
        r->error = "FH_EPARMSINVALID";
        complain(m, addresses);
    } else if (ok && !take_source(m, a)) {
        r->error = "FH_ESMTPCONNECT";
        complain(m, connecting);
        ok = false;
    }
    if (!ok || bad) {
        mailing_free(m);
        return STEP_FAILED;
    }
    char id[40];
    int64_t wall = clock_wall(r->eem->env.clock);
    snprintf(id, sizeof id, "%u.%lld", r->job, (long long)wall);
    mail_compose(&m->mail, id, wall, &m->text);
    smtp_init(&m->smtp, &m->mail, text_str(&m->text), m->text.len);
    r->state = RUN_OTHER;
    r->pending = m;
    r->pending_stop = stop;
    timer_set(&m->whole, CONNECT_S * US_PER_S);
    timer_set(&m->timer, 0);
    return STEP_PENDING;
}

const struct action_kind action_mail = {perform};

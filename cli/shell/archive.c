/* archive.c: the configuration archive, and the log of configuration commands.
 *
 * A copy is the text that would be saved as startup-config, in a file whose name is the path with $h for the host name
 * and $t for the time (without $t the time follows the path), and a number that grows by one. So many copies are kept;
 * the file of the oldest goes when one more is written. The list is that of this start of the router: what an earlier
 * one wrote stays as files and is not listed. The path may be of another machine (tftp:, scp: ...): a copy for it is on
 * its way until it has come there and is listed; what an archive there no longer lists stays there.
 *
 * Copies are written when asked (`archive config`), with each `write memory`, each so many minutes: each as configured.
 * The command log keeps the last so many commands in memory, with secrets blotted out if so configured, and tells each
 * one to syslog if that is. */
#include "cli/shell/archive.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/shell/store.h"
#include "espial/clock.h"
#include "espial/crypto.h"
#include "espial/loop.h"
#include "espial/mem.h"
#include "espial/msg.h"

MSG(MSG_LOGGEDCMD, "PARSER", 5, "CFGLOG_LOGGEDCMD", 0, "User:%s  logged command:%s");

struct archive_sending { /* a copy on its way to another machine */
    struct archive *archive;
    struct archive_sending *next;
    void *handle;
    char name[256]; /* as it is listed */
    void (*done)(void *arg, const char *why); /* NULL: nobody waits */
    void *arg;
};

struct archive {
    struct archive_env env;
    struct archive_sending *sendings;
    const struct archive_conf *conf; /* NULL: not configured */
    char names[ARCHIVE_MAX][256];    /* oldest first */
    unsigned n, number;              /* kept; of the next file */
    struct timer period;
    struct archive_entry **log; /* oldest first */
    size_t nlog;
    unsigned index;
    unsigned last_session;
    uint64_t entries_made, entries_gone, sessions_made;
};

static const struct archive_log_conf *log_conf_of(const struct archive *a)
{
    return a->conf && a->conf->logs.n ? a->conf->logs.v[0] : NULL;
}

bool archive_is_on(const struct archive *a)
{
    return a->conf && a->conf->path[0];
}

static void period_fire(void *arg)
{
    struct archive *a = arg;
    char name[256];
    timer_set(&a->period, a->conf->period_min * 60 * US_PER_S);
    if (archive_save(a, name) != FILE_OK)
        return; /* the next one may succeed */
}

struct archive *archive_new(const struct archive_env *env)
{
    struct archive *a = NEW(struct archive);
    a->env = *env;
    timer_init(&a->period, env->loop, period_fire, a);
    return a;
}

static void drop_oldest_entry(struct archive *a)
{
    mem_free(a->log[0]);
    memmove(a->log, a->log + 1, --a->nlog * sizeof *a->log);
    a->entries_gone++;
}

void archive_log_clear(struct archive *a)
{
    while (a->nlog)
        drop_oldest_entry(a);
}

void archive_free(struct archive *a)
{
    if (!a)
        return;
    timer_clear(&a->period);
    while (a->sendings)
        archive_send_cancel(a, a->sendings);
    archive_log_clear(a);
    mem_free(a->log);
    mem_free(a);
}

void archive_conf_changed(struct archive *a, const struct archive_conf *c)
{
    a->conf = c;
    const struct archive_log_conf *l = log_conf_of(a);
    while (a->nlog > (l ? l->size : 0u))
        drop_oldest_entry(a);
    uint64_t period = archive_is_on(a) ? c->period_min * 60 * US_PER_S : 0;
    if (!period)
        timer_clear(&a->period);
    else if (!timer_pending(&a->period) || timer_left(&a->period) > period)
        timer_set(&a->period, period);
}

/* ---- files ---- */

/* "Nov-22-10-00-00.000-UTC"; a day below ten has a dash for its missing digit. */
static void stamp(const struct archive *a, struct text *out)
{
    int64_t now = clock_wall(a->env.clock);
    const struct clock_zone *z = clock_zone_at(a->env.clock, now);
    struct wall_time w = wall_split(now + (int64_t)z->offset_min * 60 * 1000000);
    char day[8];
    snprintf(day, sizeof day, "%2d", w.day);
    if (day[0] == ' ')
        day[0] = '-';
    text_printf(out, "%s-%s-%02d-%02d-%02d.%03d-%s", month_names[w.mon], day, w.hour, w.min, w.sec, w.msec, z->name);
}

/* The path with what stands for $h and $t. spoken: for `show archive`, where a time that is not given yet is only
 * named. */
static void file_name(const struct archive *a, bool spoken, struct text *out)
{
    bool timed = false;
    for (const char *p = a->conf->path; *p; p++) {
        if (p[0] == '$' && (p[1] == 'h' || p[1] == 'H')) {
            text_add(out, a->env.hostname(a->env.arg));
            p++;
        } else if (p[0] == '$' && (p[1] == 't' || p[1] == 'T')) {
            stamp(a, out);
            timed = true;
            p++;
        } else {
            text_addn(out, p, 1);
        }
    }
    if (!timed) {
        text_add(out, "-");
        if (spoken)
            text_add(out, "<timestamp>");
        else
            stamp(a, out);
    }
    text_printf(out, "-%u", a->number);
}

bool archive_is_remote(const struct archive *a)
{
    return archive_is_on(a) && a->env.is_remote && a->env.is_remote(a->env.arg, a->conf->path);
}

/* Without its password; of a name that is too long to be one, as it was configured. */
static void spoken_name(const struct archive *a, const char *url, char out[256])
{
    a->env.spoken(url, out);
    if (!out[0])
        a->env.spoken(a->conf->path, out);
}

/* A copy of this name is there: it is the newest of the list. */
static void list_copy(struct archive *a, const char *name)
{
    while (a->conf && a->n && a->n >= a->conf->maximum) {
        if (file_delete(a->env.files, a->names[0]) == FILE_IO)
            break; /* it stays, and is listed on */
        memmove(a->names, a->names + 1, --a->n * sizeof a->names[0]);
    }
    if (a->n == ARCHIVE_MAX)
        memmove(a->names, a->names + 1, --a->n * sizeof a->names[0]);
    str_copy(a->names[a->n++], sizeof a->names[0], name);
}

static void forget_sending(struct archive_sending *s)
{
    for (struct archive_sending **p = &s->archive->sendings; *p; p = &(*p)->next)
        if (*p == s) {
            *p = s->next;
            break;
        }
    mem_free(s);
}

static void sent(void *arg, const char *why)
{
    struct archive_sending *s = arg;
    void (*done)(void *, const char *) = s->done;
    void *done_arg = s->arg;
    if (!why)
        list_copy(s->archive, s->name);
    forget_sending(s);
    if (done)
        done(done_arg, why);
}

struct archive_sending *archive_send(struct archive *a, char name[256], void (*done)(void *arg, const char *why),
                                     void *arg)
{
    struct text url = {0}, t = {0};
    file_name(a, false, &url);
    spoken_name(a, text_str(&url), name);
    if (!a->env.is_remote(a->env.arg, text_str(&url))) { /* $h made it too long */
        mem_wipe(url.s, url.len);
        text_free(&url);
        return NULL;
    }
    struct archive_sending *s = NEW(struct archive_sending);
    *s = (struct archive_sending){.archive = a, .next = a->sendings, .done = done, .arg = arg};
    str_copy(s->name, sizeof s->name, name);
    a->sendings = s;
    a->number++;
    store_running(a->env.shells, false, &t);
    s->handle = a->env.send(a->env.arg, text_str(&url), &t, sent, s);
    mem_wipe(url.s, url.len);
    text_free(&url);
    return s;
}

void archive_send_cancel(struct archive *a, struct archive_sending *s)
{
    if (!s)
        return;
    a->env.send_cancel(s->handle);
    forget_sending(s);
}

enum file_result archive_save(struct archive *a, char name[256])
{
    struct text t = {0};
    name[0] = 0;
    if (!archive_is_on(a))
        return FILE_NOT_FOUND;
    if (archive_is_remote(a)) {
        if (a->sendings && a->sendings->next)
            return FILE_IO; /* a server that does not answer does not pile them up */
        return archive_send(a, name, NULL, NULL) ? FILE_OK : FILE_BAD_NAME;
    }
    file_name(a, false, &t);
    bool fits = str_copy(name, 256, text_str(&t));
    text_clear(&t);
    store_running(a->env.shells, false, &t);
    enum file_result r = fits ? file_replace(a->env.files, name, text_str(&t), t.len) : FILE_BAD_NAME;
    text_free(&t);
    if (r == FILE_OK) {
        list_copy(a, name);
        a->number++;
    }
    return r;
}

void archive_startup_saved(struct archive *a)
{
    char name[256];
    if (a->conf && a->conf->write_memory && archive_save(a, name) != FILE_OK)
        return; /* `write memory` has done what it was asked for */
}

void archive_show(const struct archive *a, struct text *out)
{
    if (!archive_is_on(a)) {
        text_add(out, " Archive feature not enabled\n");
        return;
    }
    text_printf(out, "The maximum archive configurations allowed is %u.\n", a->conf->maximum);
    if (a->n)
        text_printf(out, "There are currently %u archive configurations saved.\n", a->n);
    struct text next = {0};
    char spoken[256];
    file_name(a, true, &next);
    if (archive_is_remote(a))
        spoken_name(a, text_str(&next), spoken);
    text_printf(out, "The next archive file will be named %s\n Archive #  Name\n",
                archive_is_remote(a) ? spoken : text_str(&next));
    text_free(&next);
    for (unsigned i = 0; i < a->conf->maximum; i++)
        text_printf(out, "   %-9u%s%s\n", i + 1, i < a->n ? a->names[i] : "",
                    i + 1 == a->n ? " <- Most Recent" : "");
}

/* ---- the log of commands ---- */

/* Words after which a secret stands. */
static bool is_secret_word(const char *w, size_t n)
{
    static const char *const words[] = {"password",  "secret",         "key",        "key-string",
                                        "community", "pre-shared-key", "session-key"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == n && !strncasecmp(words[i], w, n))
            return true;
    return false;
}

/* "username u secret 9 $9$..." -> "username u secret 9 *****": everything behind such a word and its type is hidden. */
static void blot(char *command, size_t cap)
{
    for (char *w = command; *w;) {
        w += strspn(w, " ");
        size_t n = strcspn(w, " ");
        bool secret = is_secret_word(w, n);
        w += n;
        if (!secret || !*w)
            continue;
        char *rest = w + 1;
        if (rest[0] >= '0' && rest[0] <= '9' && rest[1] == ' ')
            rest += 2;
        snprintf(rest, cap - (size_t)(rest - command), "*****");
        return;
    }
}

void archive_command(struct archive *a, unsigned session, const char *user, const char *line, bool sub,
                     const char *command)
{
    const struct archive_log_conf *c = log_conf_of(a);
    if (!c || !c->enable)
        return;
    while (a->nlog && a->nlog >= c->size)
        drop_oldest_entry(a);
    struct archive_entry *e = NEW(struct archive_entry);
    e->index = ++a->index;
    e->session = session;
    str_copy(e->user, sizeof e->user, user[0] ? user : line);
    str_copy(e->line, sizeof e->line, line);
    snprintf(e->command, sizeof e->command, "%s%s", sub ? " " : "", command);
    if (c->hidekeys)
        blot(e->command, sizeof e->command);
    a->log = mem_resize(a->log, a->nlog + 1, sizeof *a->log);
    a->log[a->nlog++] = e;
    a->entries_made++;
    if (session != a->last_session)
        a->sessions_made++;
    a->last_session = session;
    if (c->notify)
        msg_post(a->env.log, &MSG_LOGGEDCMD, e->user, e->command + sub);
}

const struct archive_entry *archive_entry(const struct archive *a, size_t i)
{
    return i < a->nlog ? a->log[i] : NULL;
}

void archive_log_stats(const struct archive *a, struct archive_log_stats *out)
{
    *out = (struct archive_log_stats){.entries = a->nlog, .bytes = a->nlog * sizeof(struct archive_entry)};
    unsigned last = 0;
    for (size_t i = 0; i < a->nlog; i++) {
        out->sessions += !i || a->log[i]->session != last;
        last = a->log[i]->session;
    }
    out->session_bytes = out->sessions * sizeof(unsigned);
    out->session_allocated = a->sessions_made * sizeof(unsigned);
    out->session_freed = out->session_allocated - out->session_bytes;
    out->allocated = a->entries_made * sizeof(struct archive_entry);
    out->freed = a->entries_gone * sizeof(struct archive_entry);
}

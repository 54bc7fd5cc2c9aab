/* store.c: startup-config and running-config as text.
 *
 * Booting is typing: the file's lines go one by one into a session without a terminal that begins in global
 * configuration, the same door that people and applets use. A line that is refused is told as IOS tells it at boot (the
 * line, the caret under the bare line, the error) under its number, and the next line is typed; one bad line never
 * stops a router. What is indented below a refused line belongs to a section that is not there: it is not typed, since it
 * would change whatever section came before, and told in one line. A file that is no configuration at all is given up after many of them. What a line asks gets the
 * answer of a bare Enter. Merging a file into the running configuration (`copy FILE running-config`) is the same with a user's
 * name on it. Saving writes the text that `show running-config` shows, by an atomic replace.
 */
#include "cli/shell/store.h"

#include "cli/shell/shell_local.h"

#include <string.h>
#include <strings.h>

static void event(const struct maker *m, struct text *out, const char *what, int64_t wall_us, const char *by)
{
    char when[64];
    text_printf(out, "! %s at %s", what, clock_text(m->env.clock, wall_us, false, when));
    if (by[0])
        text_printf(out, " by %s", by);
    text_add(out, "\n");
}

void store_running(struct shells *s, bool all, struct text *out)
{
    struct maker *m = (struct maker *)s;
    const struct config_history *h = &m->history;
    text_add(out, "!\n");
    if (h->changed_wall_us)
        event(m, out, "Last configuration change", h->changed_wall_us, h->changed_by);
    else
        text_add(out, "! No configuration change since last restart\n");
    if (h->saved_wall_us)
        event(m, out, "NVRAM config last updated", h->saved_wall_us, h->saved_by);
    text_printf(out, "!\nversion %s\n", m->env.config_version);
    config_running(m->grammar, all, out);
    text_add(out, "\nend\n");
}

enum file_result store_save(struct shells *s, const char *path, const char *by, uint32_t line)
{
    struct maker *m = (struct maker *)s;
    struct config_history old = m->history, *h = &m->history;
    bool startup = !strcmp(path, STARTUP_CONFIG);
    if (startup) {
        h->saved_wall_us = clock_wall(m->env.clock);
        str_copy(h->saved_by, sizeof h->saved_by, by);
    }
    struct text t = {0};
    store_running(s, false, &t);
    enum file_result r = file_replace(m->env.files, path, t.s, t.len);
    text_free(&t);
    if (r != FILE_OK)
        *h = old;
    else if (startup)
        h->unsaved = false;
    if (r != FILE_OK || !startup)
        return r;
    struct fact_config f = {.line = line, .saved = true};
    str_copy(f.user, sizeof f.user, by);
    bus_publish(m->env.bus, FACT_CONFIG_CHANGED, &f, sizeof f);
    if (m->env.startup_saved)
        m->env.startup_saved(m->env.arg);
    return r;
}

#define REFUSED_MAX 20000 /* refused lines, after which the rest of a file is not read */

/* One line of a configuration text. */
struct source {
    const char *at, *end;
    unsigned number;                 /* of the line in `line`, from 1 */
    char line[SESSION_LINE_MAX + 2]; /* without its end; cut when it is longer */
    const char *fault;               /* why it cannot be typed at all; NULL: it can */
};

static bool next_line(struct source *s)
{
    if (s->at >= s->end)
        return false;
    const char *nl = memchr(s->at, '\n', (size_t)(s->end - s->at));
    size_t n = (size_t)((nl ? nl : s->end) - s->at), keep = n;
    if (keep && s->at[keep - 1] == '\r')
        keep--;
    s->fault = keep > SESSION_LINE_MAX                ? "% The line is longer than 1024 bytes.\n\n"
               : keep && memchr(s->at, 0, keep) != NULL ? "% The line holds a NUL and is not text.\n\n"
                                                        : NULL;
    if (keep > SESSION_LINE_MAX)
        keep = SESSION_LINE_MAX;
    memcpy(s->line, s->at, keep);
    s->line[keep] = 0;
    s->at += n + (nl != NULL);
    s->number++;
    return true;
}

bool store_is_typing(struct shells *s)
{
    for (const struct shell *sh = ((struct maker *)s)->first; sh; sh = sh->next)
        if (sh->config_file && sh->depth)
            return true;
    return false;
}

/* Answers everything that a line asks as Enter would; a banner goes on with the lines that follow. */
static void answer_all(struct shell *sh)
{
    session_answer_defaults(sh);
    if (sh->waiting && !(sh->ask.on && sh->ask.raw))
        session_interrupt(sh);
}

/* The lines indented below one that was refused: how deep that was, its number, and how many of them there were. */
struct passing {
    bool on;
    size_t indent;
    unsigned head, n;
};

static bool passes(const struct passing *p, const struct source *src)
{
    size_t indent = strspn(src->line, " \t");
    return p->on && src->line[indent] && indent > p->indent;
}

static void tell_passed(struct passing *p, const char *name, struct text *messages)
{
    if (p->on && p->n == 1)
        text_printf(messages, "%s, line %u: not read, as it belongs to line %u\n\n", name, p->head + 1, p->head);
    else if (p->on && p->n)
        text_printf(messages, "%s, lines %u to %u: not read, as they belong to line %u\n\n", name, p->head + 1,
                    p->head + p->n, p->head);
    p->on = false;
}

size_t store_type(struct shells *s, const char *text, size_t len, const char *name, const char *origin, bool boot,
                  struct text *messages)
{
    struct source src = {.at = text, .end = text + len};
    struct passing passing = {0};
    size_t refused = 0;
    if (store_is_typing(s)) {
        text_printf(messages, "%%Error: %s: a configuration that is being read cannot read another\n", name);
        return 1;
    }
    struct shell *sh =
        shell_open(s, &(struct shell_params){.user = "", .origin = origin, .privilege = 15, .config_file = true});
    str_copy(sh->file_name, sizeof sh->file_name, name);
    sh->merging = !boot;
    while (next_line(&src)) {
        if (passes(&passing, &src)) {
            passing.n++;
            sh->line_number++;
            continue;
        }
        tell_passed(&passing, name, messages);
        if (src.fault) {
            text_printf(messages, "%s, line %u:\n", name, src.number);
            quote_line(messages, src.line, 60);
            text_add(messages, src.fault);
            sh->line_number++;
            refused++;
        } else {
            text_clear(&sh->capture);
            session_line(sh, src.line);
            answer_all(sh);
            if (sh->waiting)
                continue;
            refused += sh->refused;
            if (sh->refused)
                passing = (struct passing){true, strspn(src.line, " \t"), src.number, 0};
            text_addn(messages, text_str(&sh->capture), sh->capture.len);
            if (sh->mode == EXEC || sh->state != SESSION_PROMPT)
                break;
        }
        if (refused >= REFUSED_MAX) {
            text_printf(messages, "%%Error: %s, line %u: too many lines were refused; the rest is not read\n", name,
                        src.number);
            break;
        }
    }
    tell_passed(&passing, name, messages);
    text_clear(&sh->capture);
    shell_close(sh);
    return refused;
}

enum file_result store_boot(struct shells *s, struct text *messages, size_t *refused)
{
    struct text t = {0};
    *refused = 0;
    enum file_result r = file_read(((struct maker *)s)->env.files, STARTUP_CONFIG, &t);
    if (r == FILE_OK)
        *refused = store_type(s, text_str(&t), t.len, "startup-config", "memory by console", true, messages);
    text_free(&t);
    return r;
}

/* store.c: startup-config and running-config as text.
 *
 * Booting is typing: the file's lines go one by one into a session without a terminal that begins in global
 * configuration, the same door that people and applets use. A line that is refused is told as IOS tells it at boot (the
 * line, the caret under the bare line, the error) under its number, and the next line is typed; one bad line never
 * stops a router. Merging a file into the running configuration (`copy FILE running-config`) is the same with a user's
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

enum file_result store_save(struct shells *s, const char *path, const char *by)
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
    return r;
}

/* One line out of text into buf, without its end; returns where the next begins, NULL at the end. A line too long for
 * the grammar is cut there, so that it is refused. */
static const char *next_line(const char *p, char buf[SESSION_LINE_MAX + 2])
{
    if (!*p)
        return NULL;
    size_t n = strcspn(p, "\n"), keep = n;
    if (keep && p[keep - 1] == '\r')
        keep--;
    if (keep > SESSION_LINE_MAX + 1)
        keep = SESSION_LINE_MAX + 1;
    memcpy(buf, p, keep);
    buf[keep] = 0;
    return p + n + (p[n] == '\n');
}

/* Is a file being typed just now? It may hold `do copy FILE running-config`. */
static bool being_typed(const struct maker *m)
{
    for (const struct shell *sh = m->first; sh; sh = sh->next)
        if (sh->config_file && sh->depth)
            return true;
    return false;
}

size_t store_type(struct shells *s, const char *text, const char *name, const char *origin, bool boot,
                  struct text *messages)
{
    char line[SESSION_LINE_MAX + 2];
    size_t refused = 0;
    if (being_typed((const struct maker *)s)) {
        text_printf(messages, "%%Error: %s: a configuration that is being read cannot read another\n", name);
        return 1;
    }
    struct shell *sh =
        shell_open(s, &(struct shell_params){.user = "", .origin = origin, .privilege = 15, .config_file = true});
    str_copy(sh->file_name, sizeof sh->file_name, name);
    sh->merging = !boot;
    for (const char *p = text; (p = next_line(p, line)) != NULL;) {
        text_clear(&sh->capture);
        session_line(sh, line);
        if (sh->waiting && sh->ask.on && sh->ask.raw)
            continue; /* a banner: what follows is its text */
        if (sh->waiting)
            session_interrupt(sh);
        refused += sh->refused;
        text_addn(messages, text_str(&sh->capture), sh->capture.len);
        if (sh->mode == EXEC || sh->state != SESSION_PROMPT)
            break;
    }
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
        *refused = store_type(s, text_str(&t), "startup-config", "memory by console", true, messages);
    text_free(&t);
    return r;
}

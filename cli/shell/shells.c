/* shells.c: the maker of sessions, one a router: con 0, vty 0-15 and sessions without a line; shell.h for those who
 * type by program.
 *
 * A program's session never pages, has no idle timer and enters with the privilege it asks for. With `vty` it takes the
 * first free vty line, as IOS does for each applet that runs CLI actions; when all sixteen are taken, opening fails.
 * The words of %SYS-5-CONFIG_I come from the one who opens; "vtyN" in them is made to say the line really taken. For
 * terminals they are made here, as IOS words them.
 */
#include "cli/shell/lock.h"
#include "cli/shell/shell_local.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static struct shell *line_user(const struct maker *m, bool vty, int n)
{
    for (struct shell *sh = m->first; sh; sh = sh->next)
        if (sh->n == n && sh->vty == vty)
            return sh;
    return NULL;
}

static int free_vty(const struct maker *m)
{
    for (int n = 0; n < VTY_LINES; n++)
        if (!line_user(m, true, n))
            return n;
    return -1;
}

bool shells_vty_admits(struct shells *s, unsigned n, enum session_protocol protocol, uint32_t source)
{
    const struct maker *m = (const struct maker *)s;
    return n < VTY_LINES && (!m->env.vty_admits || m->env.vty_admits(m->env.arg, n, protocol, source));
}

int shells_vty_for(struct shells *s, enum session_protocol protocol, uint32_t source)
{
    for (unsigned n = 0; n < VTY_LINES; n++)
        if (!line_user((const struct maker *)s, true, (int)n) && shells_vty_admits(s, n, protocol, source))
            return (int)n;
    return -1;
}

static void take_settings(struct shell *sh)
{
    struct maker *m = sh->maker;
    sh->set = (struct line_settings){.length = 24,
                                     .width = 80,
                                     .history = 10,
                                     .exec_timeout_s = 600,
                                     .is_editing = true,
                                     .escape = 30,
                                     .privilege = 1};
    if (m->env.line_settings && sh->n >= 0)
        m->env.line_settings(m->env.arg, sh->vty, (unsigned)sh->n, &sh->set);
    sh->line_set = sh->set;
}

void shells_lines_changed(struct shells *s)
{
    struct maker *m = (struct maker *)s;
    for (struct shell *sh = m->first; sh; sh = sh->next) {
        struct line_settings new = sh->line_set;
        if (!sh->channel || !m->env.line_settings)
            continue;
        m->env.line_settings(m->env.arg, sh->vty, (unsigned)sh->n, &new);
        if (new.length != sh->line_set.length)
            session_set_length(sh, new.length);
        if (new.width != sh->line_set.width)
            session_set_width(sh, new.width);
        if (new.history != sh->line_set.history)
            session_set_history(sh, sh->history_on, new.history);
        if (new.is_editing != sh->line_set.is_editing)
            sh->set.is_editing = new.is_editing;
        if (new.is_stamped != sh->line_set.is_stamped)
            sh->set.is_stamped = new.is_stamped;
        if (new.escape != sh->line_set.escape)
            sh->set.escape = new.escape;
        sh->set.logging_sync = new.logging_sync;
        sh->set.sync_from = new.sync_from;
        sh->set.exec_timeout_s = new.exec_timeout_s;
        sh->set.absolute_timeout_s = new.absolute_timeout_s;
        sh->line_set = new;
        session_touch(sh);
        session_limit(sh);
    }
}

/* "vty0" in an origin given beforehand: the line that was really taken. */
static void fix_origin(struct shell *sh, const char *origin)
{
    const char *p = sh->n >= 0 && sh->vty ? strstr(origin, "vty") : NULL;
    if (p && isdigit((unsigned char)p[3])) {
        const char *rest = p + 3 + strspn(p + 3, "0123456789");
        snprintf(sh->origin, sizeof sh->origin, "%.*svty%d%s", (int)(p - origin), origin, sh->n, rest);
    } else {
        str_copy(sh->origin, sizeof sh->origin, origin);
    }
}

static struct shell *shell_new(struct maker *m, bool vty, int n, uint8_t privilege)
{
    struct shell *sh = NEW(struct shell);
    sh->vty = vty;
    sh->n = n;
    sh->privilege = privilege;
    if (n >= 0)
        m->uses[vty ? 1 + n : 0]++;
    session_init(sh, m);
    take_settings(sh);
    return sh;
}

void session_set_origin(struct shell *sh)
{
    if (sh->vty && sh->location[0])
        snprintf(sh->origin, sizeof sh->origin, "console by %s on vty%d (%s)", sh->user, sh->n, sh->location);
    else if (sh->vty)
        snprintf(sh->origin, sizeof sh->origin, "console by %s on vty%d", sh->user, sh->n);
    else if (sh->user[0])
        snprintf(sh->origin, sizeof sh->origin, "console by %s on console", sh->user);
    else
        str_copy(sh->origin, sizeof sh->origin, "console by console");
}

struct shell *session_new(struct shells *s, const struct session_params *p)
{
    struct maker *m = (struct maker *)s;
    int n = p->n;
    if (p->vty && n < 0)
        n = free_vty(m);
    if (n < 0 || n >= (p->vty ? VTY_LINES : 1) || line_user(m, p->vty, n))
        return NULL;
    struct shell *sh = shell_new(m, p->vty, n, p->privilege);
    if (sh->privilege < sh->set.privilege && !p->is_logged_in)
        sh->privilege = sh->set.privilege;
    sh->channel = p->channel;
    str_copy(sh->user, sizeof sh->user, p->user ? p->user : "");
    str_copy(sh->location, sizeof sh->location, p->location ? p->location : "");
    session_set_origin(sh);
    session_resize(sh, p->length, p->width);
    session_touch(sh);
    session_limit(sh);
    login_prepare(sh, p->is_logged_in);
    return sh;
}

void session_free(struct shell *sh)
{
    if (sh)
        session_doom(sh);
}

void session_resize(struct shell *sh, unsigned length, unsigned width)
{
    if (length)
        sh->set.length = length;
    if (width)
        sh->set.width = width;
}

/* ---- shell.h ---- */

static struct shell *op_open(struct shells *s, const struct shell_params *p)
{
    struct maker *m = (struct maker *)s;
    int n = p->vty ? free_vty(m) : -1;
    if (p->vty && n < 0)
        return NULL;
    struct shell *sh = shell_new(m, p->vty, n, p->privilege);
    sh->set.length = 0;
    sh->set.width = 80;
    sh->set.exec_timeout_s = 0;
    session_touch(sh);
    str_copy(sh->user, sizeof sh->user, p->user ? p->user : "");
    fix_origin(sh, p->origin ? p->origin : "console by console");
    sh->echo = p->echo;
    sh->bypass = p->bypass_authorization;
    str_copy(sh->applet, sizeof sh->applet, p->applet ? p->applet : "");
    sh->by_person = p->by_person;
    sh->answers = p->answers;
    sh->patient = p->patient;
    sh->config_file = p->config_file;
    if (p->config_file) {
        sh->mode = CONFIG;
        str_copy(sh->file_name, sizeof sh->file_name, "startup-config");
    }
    return sh;
}

static void op_type(struct shell *sh, const char *line, const char *until, shell_done_fn *done, void *arg)
{
    sh->done = done;
    sh->done_arg = arg;
    sh->done_owner = account_owner(sh->maker->env.loop);
    regex_free(sh->until);
    sh->until = until ? regex_new(until, REGEX_IOS, NULL, NULL) : NULL;
    sh->matched = sh->deliver_due = false;
    text_clear(&sh->capture);
    if (sh->state == SESSION_CLOSED) {
        sh->deliver_due = true;
        loop_defer(sh->maker->env.loop, &sh->step);
        return;
    }
    session_line(sh, line);
}

static void op_close(struct shell *sh)
{
    session_doom(sh);
}

static const char *op_prompt(struct shell *sh)
{
    return session_prompt(sh);
}

static const struct shells_ops ops = {.open = op_open, .type = op_type, .close = op_close, .prompt = op_prompt};

/* ---- the maker ---- */

struct shells *shells_new(const struct shells_env *env)
{
    struct maker *m = NEW(struct maker);
    m->shells.ops = &ops;
    m->env = *env;
    lock_init(m);
    return &m->shells;
}

void shells_free(struct shells *s)
{
    struct maker *m = (struct maker *)s;
    if (!m)
        return;
    while (m->first) {
        struct shell *sh = m->first;
        struct channel *ch = sh->channel;
        sh->channel = NULL;
        session_teardown(sh);
        if (ch)
            ch->closed(ch);
    }
    shells_lock_clear(s);
    mem_free(m);
}

void shells_set_grammar(struct shells *s, struct grammar *g)
{
    ((struct maker *)s)->grammar = g;
}

struct grammar *shells_grammar(struct shells *s)
{
    return ((struct maker *)s)->grammar;
}

const struct shell *shells_typing(struct shells *s)
{
    return ((struct maker *)s)->typing;
}

struct aaa *shells_aaa(struct shells *s)
{
    return ((struct maker *)s)->env.aaa;
}

struct config_history *shells_config_history(struct shells *s)
{
    return &((struct maker *)s)->history;
}

/* con 0, then the vtys by number, then sessions without a line. */
static int rank(const struct shell *sh)
{
    return sh->n < 0 ? 1000 : sh->vty ? 1 + sh->n : 0;
}

struct shell *shells_next(struct shells *s, size_t *cursor)
{
    const struct maker *m = (const struct maker *)s;
    size_t wanted = (*cursor)++, at = 0;
    for (int r = 0; r <= 1000; r = r == VTY_LINES ? 1000 : r + 1)
        for (struct shell *sh = m->first; sh; sh = sh->next)
            if (rank(sh) == r && at++ == wanted)
                return sh;
    return NULL;
}

unsigned shells_line_uses(const struct shells *s, bool vty, unsigned n)
{
    const struct maker *m = (const struct maker *)s;
    return n < (vty ? VTY_LINES : 1) ? m->uses[vty ? 1 + n : 0] : 0;
}

/* ---- what commands ask and set ---- */

void session_view(const struct shell *sh, struct session_view *v)
{
    *v = (struct session_view){
        .terminal = sh->channel != NULL,
        .by_person = sh->channel != NULL || sh->by_person,
        .vty = sh->vty,
        .monitor = sh->monitor,
        .is_history_on = sh->history_on,
        .n = sh->n,
        .tty = sh->vty && sh->n >= 0 ? 1 + (uint32_t)sh->n : 0,
        .user = sh->user,
        .location = sh->location,
        .origin = sh->origin,
        .privilege = sh->privilege,
        .mode = sh->mode,
        .length = sh->set.length,
        .width = sh->set.width,
        .history = sh->set.history,
        .exec_timeout_s = sh->set.exec_timeout_s,
        .logging_sync = sh->set.logging_sync,
        .is_editing = sh->set.is_editing,
        .escape = sh->set.escape,
        .started_us = sh->started_us,
        .active_us = sh->active_us,
    };
}

void session_set_length(struct shell *sh, unsigned lines)
{
    sh->set.length = lines;
}
void session_set_width(struct shell *sh, unsigned columns)
{
    sh->set.width = columns;
    sh->output.out.width = columns;
}
void session_set_history(struct shell *sh, bool on, unsigned lines)
{
    sh->history_on = on;
    sh->set.history = lines < HISTORY_MAX ? lines : HISTORY_MAX;
    for (size_t i = 0; i < 2; i++)
        while (sh->history[i].n > sh->set.history)
            mem_free(lines_take(&sh->history[i]));
}
void session_set_monitor(struct shell *sh, bool on)
{
    sh->monitor = on;
}
void session_set_editing(struct shell *sh, bool on)
{
    sh->set.is_editing = on;
}
void session_set_stamped(struct shell *sh, bool on)
{
    sh->set.is_stamped = on;
}
void session_set_escape(struct shell *sh, uint8_t character)
{
    sh->set.escape = character;
}
bool session_wants_log(const struct shell *sh)
{
    return sh->channel && (!sh->vty || sh->monitor);
}

const char *session_history(const struct shell *sh, size_t i)
{
    const struct lines *l = &sh->history[sh->mode != EXEC];
    return i < l->n ? l->v[l->n - 1 - i] : NULL;
}

const char *session_cwd(const struct shell *sh)
{
    return sh->cwd;
}

void session_set_cwd(struct shell *sh, const char *canonical)
{
    str_copy(sh->cwd, sizeof sh->cwd, canonical);
}

/* exec.c: one line, from text to what it does.
 *
 * A comment or a blank line does nothing. In a configuration mode `do` makes the rest an EXEC command. An EXEC command
 * that shows something may be followed by
 * `| modifiers` (filter.c). A line that a sub-mode refuses is tried in the mode that it was entered from, and so on up
 * to global configuration; where it fits, the sub-mode is left first, as on IOS. When all refuse it, the error is that
 * of the walk that got furthest.
 *
 * The caret stands under the first character that cannot be accepted, counted from the beginning of the line on the
 * screen: behind the prompt, where there is one (a terminal, or a program that asked for echo), else from the bare
 * line.
 */
#include "cli/shell/shell_local.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FILE_PRIVILEGE 15 /* `file privilege` of IOS, at its default: below, nobody writes files */

static size_t blanks(const char *s)
{
    return strspn(s, " \t");
}

static void refuse(struct shell *sh, const char *text)
{
    sh->refused = true;
    out_text(&sh->output.out, text);
}

static void caret(struct shell *sh, size_t at)
{
    size_t column = at;
    if (sh->channel || sh->echo)
        column += strlen(session_prompt(sh));
    out_printf(&sh->output.out, "%*s^\n", (int)column, "");
    refuse(sh, "% Invalid input detected at '^' marker.\n\n");
}

/* at: where the caret belongs in the typed line. */
static void tell(struct shell *sh, enum match_result r, const char *line, size_t at)
{
    switch (r) {
    case MATCH_INCOMPLETE: refuse(sh, "% Incomplete command.\n\n"); break;
    case MATCH_AMBIGUOUS:
        out_printf(&sh->output.out, "%% Ambiguous command:  \"%s\"\n", line);
        sh->refused = true;
        break;
    case MATCH_INVALID: caret(sh, at); break;
    case MATCH_OK:
    case MATCH_EMPTY:
    case MATCH_COMMENT: break;
    }
}

size_t exec_offset(const struct shell *sh, const char *line)
{
    if (sh->mode == EXEC)
        return 0;
    size_t at = blanks(line);
    if (strncasecmp(line + at, "do", 2) || (line[at + 2] != ' ' && line[at + 2] != '\t'))
        return SIZE_MAX;
    at += 2;
    return at + blanks(line + at);
}

bool exec_may_filter(const char *expanded)
{
    static const char *const first[] = {"show", "more", "dir", "write"};
    size_t n = strcspn(expanded, " ");
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
        if (n == strlen(first[i]) && !strncmp(expanded, first[i], n))
            return true;
    return false;
}

/* `aaa authorization commands`: for terminals and vtys; not for files, the lab and applets that bypass it. */
static bool authorized(struct shell *sh, bool is_config)
{
    if (sh->bypass || (!sh->channel && !sh->vty) || !sh->maker->env.aaa)
        return true;
    struct aaa_door door = login_door(sh);
    if (aaa_may_run(sh->maker->env.aaa, &door, sh->user, sh->match.level, is_config))
        return true;
    refuse(sh, "Command authorization failed.\n\n");
    return false;
}

static enum exec_result run_handler(struct shell *sh, enum cmd_mode mode)
{
    struct match *m = &sh->match;
    sh->ran = true;
    sh->ran_mode = mode;
    sh->ctx = (struct cmd_ctx){
        .self = m->self,
        .obj = mode == EXEC ? NULL : sh->obj,
        .out = &sh->output.out,
        .shell = sh,
        .host = &session_host,
        .no = m->no,
        .dflt = m->dflt,
        .privilege = sh->privilege,
        .vals = m->vals,
        .nvals = m->nvals,
        .line = m->expanded,
    };
    sh->output.unpaged = mode == EXEC && !exec_may_filter(m->expanded);
    switch (m->row->fn(&sh->ctx)) {
    case CMD_OK: break;
    case CMD_FAIL: sh->refused = true; break;
    case CMD_WAIT: return EXEC_WAIT;
    }
    return EXEC_DONE;
}

/* `exec prompt timestamp`: before what a show prints, whatever filters it. */
static void stamp(struct shell *sh, bool filtered)
{
    const struct shells_env *env = &sh->maker->env;
    if (!sh->set.is_stamped || !env->stamp || !str_starts(sh->match.expanded, "show "))
        return;
    env->stamp(env->arg, &sh->output.paged);
    if (!filtered)
        out_text(&sh->output.paged, "\n");
}

/* The modifiers of a line whose command is known. False: refused; *at: where a caret belongs, or SIZE_MAX when all is
 * said. */
static bool set_filter(struct shell *sh, const char *spec, size_t *at)
{
    struct filter_error e;
    *at = SIZE_MAX;
    const struct shells_env *its = &sh->maker->env;
    struct filter_env env = {.files = its->files,
                             .cwd = sh->cwd,
                             .remote = its->is_remote,
                             .remote_arg = its->arg,
                             .may_not_write = sh->privilege < FILE_PRIVILEGE};
    switch (filter_new(spec, &env, &sh->output.paged, &sh->output.filter, &e)) {
    case FILTER_OK: return true;
    case FILTER_UNKNOWN: *at = e.at; break;
    case FILTER_INCOMPLETE: refuse(sh, "% Incomplete command.\n\n"); break;
    case FILTER_REGEX: refuse(sh, "% Failed to compile regular expression.\n"); break;
    case FILTER_URL:
        out_printf(&sh->output.out, "%%Error opening %s (%s)\n", e.url, file_result_text(e.why));
        sh->refused = true;
        break;
    }
    return false;
}

size_t exec_modifiers(struct grammar *g, uint8_t privilege, const char *line, struct match *m, enum match_result *r)
{
    for (size_t bar = filter_split(line, 0); bar != SIZE_MAX; bar = filter_split(line, bar + 1)) {
        char *left = mem_strndup(line, bar);
        *r = grammar_match(g, EXEC, privilege, left, m);
        mem_free(left);
        if (*r == MATCH_OK && exec_may_filter(m->expanded))
            return bar;
        if (blanks(line + bar - 1))
            return SIZE_MAX;
    }
    *r = MATCH_OK;
    return SIZE_MAX;
}

/* The command in full, with its modifiers, as whoever watches commands sees it. */
static enum gate_verdict watched(struct shell *sh, enum cmd_mode mode, const char *modifiers, const char *typed)
{
    struct text t = {0};
    text_add(&t, sh->match.expanded);
    if (*modifiers)
        text_printf(&t, " %s", modifiers);
    enum gate_verdict verdict = gate_line(sh, mode, text_str(&t), typed, false);
    text_free(&t);
    return verdict;
}

/* A line that no command is; false: tell so. */
static bool refusal_taken(struct shell *sh, enum match_result r, const char *typed, enum exec_result *result)
{
    if (r == MATCH_OK || r == MATCH_EMPTY)
        return false;
    enum gate_verdict verdict = gate_line(sh, sh->mode, typed + blanks(typed), typed, true);
    *result = verdict == GATE_HOLD ? EXEC_WAIT : EXEC_DONE;
    return verdict != GATE_GO;
}

/* base: where the command begins in the typed line (behind `do`). */
static enum exec_result exec_command(struct shell *sh, const char *typed, size_t base)
{
    struct grammar *g = sh->maker->grammar;
    struct alias_line al;
    alias_expand(sh, EXEC, typed + base, true, &al);
    const char *line = al.text;
    enum exec_result result = EXEC_DONE;
    enum match_result r;
    enum gate_verdict verdict;
    size_t bar = exec_modifiers(g, sh->privilege, line, &sh->match, &r), at;
    bool filtered = bar != SIZE_MAX;
    if (!filtered && (r == MATCH_OK || r == MATCH_EMPTY))
        r = grammar_match(g, EXEC, sh->privilege, line, &sh->match);
    if (r == MATCH_OK && !authorized(sh, false)) {
        filtered = false;
    } else if (r == MATCH_OK && (verdict = watched(sh, EXEC, filtered ? line + bar : "", typed)) != GATE_GO) {
        result = verdict == GATE_HOLD ? EXEC_WAIT : EXEC_DONE;
    } else if (refusal_taken(sh, r, typed, &result)) {
        ; /* an applet has it */
    } else if (r == MATCH_OK ? named_waits(sh, typed) : r == MATCH_INVALID && named_typo(sh, typed)) {
        result = EXEC_WAIT;
    } else if (r != MATCH_OK) {
        if (r == MATCH_EMPTY && base)
            r = MATCH_INCOMPLETE; /* `do` alone */
        tell(sh, r, typed, base + alias_offset(&al, sh->match.caret));
    } else if (!filtered) {
        stamp(sh, false);
        result = run_handler(sh, EXEC);
    } else if (set_filter(sh, line + bar + 1, &at)) {
        stamp(sh, true);
        result = run_handler(sh, EXEC);
    } else if (at != SIZE_MAX) {
        caret(sh, base + alias_offset(&al, bar + 1 + at));
    }
    alias_end(&al);
    return result;
}

void session_changed(struct shell *sh)
{
    struct maker *m = sh->maker;
    if (sh->config_file && !sh->merging)
        return;
    m->history.unsaved = true;
    m->history.changed_wall_us = clock_wall(m->env.clock);
    str_copy(m->history.changed_by, sizeof m->history.changed_by, sh->user);
    struct session_view v;
    session_view(sh, &v);
    struct fact_config f = {.line = v.tty};
    str_copy(f.user, sizeof f.user, sh->user);
    bus_publish(m->env.bus, FACT_CONFIG_CHANGED, &f, sizeof f);
    if (!m->env.config_line)
        return;
    if (!sh->config_session) /* a file that is merged */
        sh->config_session = ++m->config_sessions;
    m->env.config_line(m->env.arg, &v, sh->config_session, sh->ran_mode != CONFIG, sh->match.expanded);
}

/* The matched line, for the object of the mode, or each of several: refused when all refuse it. */
static enum config_result run_each(struct shell *sh, struct config_next *next)
{
    struct grammar *g = sh->maker->grammar;
    struct out *out = &sh->output.out;
    sh->maker->typing = sh;
    enum config_result did = config_run(g, &sh->match, sh->obj, out, next);
    for (size_t i = 0; i < sh->nmore; i++)
        if (config_alive(g, sh->mode, sh->more[i])) {
            enum config_result other = config_run(g, &sh->match, sh->more[i], out, next);
            did = did == CONFIG_REFUSED ? other : did;
        }
    sh->maker->typing = NULL;
    return did;
}

static enum exec_result run_config(struct shell *sh, const char *typed)
{
    struct config_next next = {0};
    if (!authorized(sh, true))
        return EXEC_DONE;
    enum gate_verdict verdict = watched(sh, sh->mode, "", typed);
    if (verdict != GATE_GO)
        return verdict == GATE_HOLD ? EXEC_WAIT : EXEC_DONE;
    bool leaves = sh->match.row->kind == CMD_DO_ROW && sh->match.row->priv == 0; /* exit, end, help */
    if (!leaves && lock_keeps_out(sh, &sh->output.out)) {
        sh->refused = true;
        return EXEC_DONE;
    }
    sh->keeps = sh->match.row->flags & CMD_KEEPS;
    if (sh->match.row->kind == CMD_DO_ROW)
        return run_handler(sh, sh->mode);
    sh->keeps = false;
    sh->ran = true;
    sh->ran_mode = sh->mode;
    switch (run_each(sh, &next)) {
    case CONFIG_TAKEN: session_changed(sh); break;
    case CONFIG_ENTER:
        session_changed(sh);
        session_enter(sh, next.mode, next.obj);
        break;
    case CONFIG_REFUSED:
        sh->refused = true;
        sh->ran = false;
        break;
    }
    return EXEC_DONE;
}

/* Which refusal got further: everything was read and words are missing, or where reading ended. */
static size_t reach(enum match_result r, const struct match *m)
{
    return r == MATCH_INVALID || (r == MATCH_AMBIGUOUS && m->caret) ? m->caret : SIZE_MAX;
}

/* An abbreviation with several meanings in a sub-mode does not get an outer one by that: only a first word in full falls through. */
static bool falls_through(enum match_result inner, const char *line, const char *expanded)
{
    size_t at = blanks(line), n = strcspn(line + at, " \t");
    return inner != MATCH_AMBIGUOUS || (n == strcspn(expanded, " ") && !strncasecmp(line + at, expanded, n));
}

static enum exec_result exec_config(struct shell *sh, const char *typed)
{
    struct grammar *g = sh->maker->grammar;
    struct alias_line al;
    if (config_is_mark(typed))
        return EXEC_DONE;
    alias_expand(sh, sh->mode, typed, true, &al);
    const char *line = al.text;
    enum match_result r = grammar_match(g, sh->mode, sh->privilege, line, &sh->match), inner = r;
    size_t at = sh->match.caret;
    size_t reached = reach(r, &sh->match);
    enum cmd_mode mode = sh->mode;
    void *obj = sh->obj;
    while (r != MATCH_OK && mode != CONFIG) {
        enum cmd_mode outer;
        obj = config_outer(g, mode, obj, &outer);
        mode = outer;
        struct match *m = NEW(struct match);
        enum match_result r2 = grammar_match(g, mode, sh->privilege, line, m);
        if (r2 == MATCH_OK && falls_through(inner, line, m->expanded)) {
            session_enter(sh, mode, obj);
            r = grammar_match(g, mode, sh->privilege, line, &sh->match);
        } else if (r2 != MATCH_OK && reach(r2, m) > reached) {
            r = r2;
            at = m->caret;
            reached = reach(r2, m);
        }
        mem_free(m);
    }
    enum exec_result result = EXEC_DONE;
    if (!refusal_taken(sh, r, typed, &result) && r != MATCH_OK)
        tell(sh, r, typed, alias_offset(&al, at));
    alias_end(&al);
    return r == MATCH_OK ? run_config(sh, typed) : result;
}

/* The first character that nobody can have typed: programs hand lines over too, with what came over the wire in them. A line end among it would begin a line of its
 * own in a saved configuration. */
static size_t untypable(const char *line)
{
    size_t at = 0;
    while ((unsigned char)line[at] >= ' ' ? line[at] != 0x7F : line[at] == '\t')
        at++;
    return at;
}

enum exec_result exec_line(struct shell *sh, const char *line)
{
    size_t first = blanks(line), odd = untypable(line);
    if (!line[first] || line[first] == '!')
        return EXEC_DONE;
    if (line[odd]) {
        caret(sh, odd);
        return EXEC_DONE;
    }
    if (!config_alive(sh->maker->grammar, sh->mode, sh->obj))
        session_enter(sh, CONFIG, NULL);
    size_t at = exec_offset(sh, line);
    return at == SIZE_MAX ? exec_config(sh, line) : exec_command(sh, line, at);
}

/* help.c: `?` and Tab for a session. The grammar answers for commands; this file knows what the grammar does not: that `do` is followed by an EXEC command, and
 * that a command which shows something may go on with `| include ...`.
 */
#include "cli/shell/shell_local.h"

#include <string.h>

/* The modifiers behind a complete show command: the offset behind its `|`, or SIZE_MAX. */
static size_t modifiers(struct shell *sh, const char *line)
{
    size_t bar = filter_split(line);
    if (bar == SIZE_MAX)
        return SIZE_MAX;
    struct match *m = NEW(struct match);
    char *left = mem_strndup(line, bar);
    bool ok = grammar_match(sh->maker->grammar, EXEC, sh->privilege, left, m) == MATCH_OK && exec_may_filter(m->expanded);
    mem_free(left);
    mem_free(m);
    return ok ? bar + 1 : SIZE_MAX;
}

/* "  |     Output modifiers" before "  <cr>" in the rows of a complete show command. */
static void add_bar_row(struct shell *sh, const char *line, struct text *help)
{
    size_t len = strlen(line);
    const char *cr = help->s ? strstr(help->s, "  <cr>\n") : NULL;
    if (!cr || !len || (line[len - 1] != ' ' && line[len - 1] != '\t'))
        return;
    struct match *m = NEW(struct match);
    bool ok = grammar_match(sh->maker->grammar, EXEC, sh->privilege, line, m) == MATCH_OK && exec_may_filter(m->expanded);
    mem_free(m);
    if (!ok)
        return;
    /* The rows share one width of tokens: that of the first row with a description, at least that of "<cr>". */
    size_t width = 4;
    for (const char *p = help->s; p && p < cr; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        if (strncmp(p, "  ", 2) || p[2] == ' ' || p[2] == '\n')
            continue;
        const char *end = strstr(p + 2, "  "), *eol = strchr(p, '\n');
        if (!end || (eol && end > eol))
            continue;
        width = (size_t)(end - (p + 2)) + strspn(end, " ") - 2;
        break;
    }
    struct text t = {0};
    text_addn(&t, help->s, (size_t)(cr - help->s));
    text_printf(&t, "  %-*s  Output modifiers\n%s", (int)width, "|", cr);
    text_free(help);
    *help = t;
}

void session_help(struct shell *sh, const char *partial, struct text *out)
{
    struct grammar *g = sh->maker->grammar;
    size_t at = exec_offset(sh, partial);
    if (at == SIZE_MAX) {
        grammar_help(g, sh->mode, sh->privilege, partial, sh->set.width, out);
        return;
    }
    const char *line = partial + at;
    size_t bar = modifiers(sh, line);
    struct text t = {0};
    if (bar == SIZE_MAX) {
        grammar_help(g, EXEC, sh->privilege, line, sh->set.width, &t);
        add_bar_row(sh, line, &t);
    } else {
        bool word;
        if (!filter_help(line + bar, &t, &word))
            text_add(&t, "% Unrecognized command\n");
        else if (!word)
            text_add(&t, "\n");
    }
    text_addn(out, text_str(&t), t.len);
    text_free(&t);
}

void session_complete(struct shell *sh, const char *partial, struct text *out)
{
    size_t at = exec_offset(sh, partial);
    const char *line = at == SIZE_MAX ? partial : partial + at;
    size_t bar = at == SIZE_MAX ? SIZE_MAX : modifiers(sh, line);
    if (bar != SIZE_MAX) {
        if (filter_complete(line + bar, out))
            text_add(out, " ");
        return;
    }
    struct text t = {0};
    if (grammar_complete(sh->maker->grammar, at == SIZE_MAX ? sh->mode : EXEC, sh->privilege, line, &t) && t.len > strlen(line))
        text_add(out, t.s + strlen(line));
    text_free(&t);
}

/* help.c: `?` and Tab for a session. The grammar answers for commands; this file knows what the grammar does not: that
 * `do` is followed by an EXEC command, and that a command which shows something may go on with `| include ...`.
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
    bool ok =
        grammar_match(sh->maker->grammar, EXEC, sh->privilege, left, m) == MATCH_OK && exec_may_filter(m->expanded);
    mem_free(left);
    mem_free(m);
    return ok ? bar + 1 : SIZE_MAX;
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
    bool word;
    if (bar == SIZE_MAX)
        grammar_help(g, EXEC, sh->privilege, line, sh->set.width, out);
    else if (!filter_help(line + bar, out, &word))
        text_add(out, "% Unrecognized command\n");
    else if (!word)
        text_add(out, "\n");
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
    if (grammar_complete(sh->maker->grammar, at == SIZE_MAX ? sh->mode : EXEC, sh->privilege, line, &t) &&
        t.len > strlen(line))
        text_add(out, t.s + strlen(line));
    text_free(&t);
}

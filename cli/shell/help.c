/* help.c: `?` and Tab for a session. The grammar answers for commands; this file knows what the grammar does not: that
 * `do` is followed by an EXEC command, and that a command which shows something may go on with `| include ...`.
 */
#include "cli/shell/shell_local.h"

#include <string.h>

/* The modifiers behind a complete show command: the offset behind its `|`, or SIZE_MAX. */
static size_t modifiers(struct shell *sh, const char *line)
{
    struct match *m = NEW(struct match);
    enum match_result r;
    size_t bar = exec_modifiers(sh->maker->grammar, sh->privilege, line, m, &r);
    mem_free(m);
    return bar != SIZE_MAX ? bar + 1 : SIZE_MAX;
}

/* Help for a line of one mode, with the short names it may begin with. */
static void help_of(struct shell *sh, enum cmd_mode mode, const char *line, struct text *out)
{
    struct alias_words words = {0};
    size_t n = strcspn(line, " \t");
    if (n && !line[n])
        alias_words(sh, mode, line, n, &words);
    grammar_help(sh->maker->grammar, mode, sh->privilege, line, sh->set.width, words.v, out);
    alias_words_free(&words);
}

void session_help(struct shell *sh, const char *partial, struct text *out)
{
    struct alias_line al;
    size_t at = exec_offset(sh, partial);
    enum cmd_mode mode = at == SIZE_MAX ? sh->mode : EXEC;
    alias_expand(sh, mode, at == SIZE_MAX ? partial : partial + at, false, &al);
    size_t bar = at == SIZE_MAX ? SIZE_MAX : modifiers(sh, al.text);
    bool word;
    if (bar == SIZE_MAX)
        help_of(sh, mode, al.text, out);
    else if (!filter_help(al.text + bar, out, &word))
        text_add(out, "% Unrecognized command\n");
    else if (!word)
        text_add(out, "\n");
    alias_end(&al);
}

void session_help_page(struct shell *sh, const char *partial)
{
    struct text t = {0};
    if (gate_key(sh, GATE_QUESTION, exec_offset(sh, partial) == SIZE_MAX ? sh->mode : EXEC, partial))
        session_help(sh, partial, &t);
    output_begin(&sh->output);
    out_write(&sh->output.out, text_str(&t), t.len);
    if (!output_end(&sh->output))
        sh->state = SESSION_BUSY; /* until all of it is shown */
    text_free(&t);
}

void session_complete(struct shell *sh, const char *partial, struct text *out)
{
    struct alias_line al;
    struct text t = {0};
    size_t at = exec_offset(sh, partial);
    enum cmd_mode mode = at == SIZE_MAX ? sh->mode : EXEC;
    if (!gate_key(sh, GATE_TAB, mode, partial))
        return;
    alias_expand(sh, mode, at == SIZE_MAX ? partial : partial + at, false, &al);
    size_t bar = at == SIZE_MAX ? SIZE_MAX : modifiers(sh, al.text), len = strlen(al.text);
    if (bar != SIZE_MAX) {
        if (filter_complete(al.text + bar, out))
            text_add(out, " ");
    } else if (grammar_complete(sh->maker->grammar, mode, sh->privilege, al.text, &t) && t.len > len) {
        text_add(out, t.s + len);
    }
    text_free(&t);
    alias_end(&al);
}

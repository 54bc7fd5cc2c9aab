/* spell.c: commands in full. An operator types "sh run", and the pattern of event cli looks at "show running-config". All rows
 * of a router are compiled here once more, without a router behind them: they say what a line means, and nobody runs it.
 * The prompt says the mode by its name; two modes of one name are tried one after the other, then configuration itself,
 * as a session does. Commands that this router does not have stay as they were typed, and so do its short names
 * (alias.c): a saved log may be of another router. */
#include "cli/offline/spell.h"

#include <stdio.h>
#include <string.h>

#include "cli/app/tables.h"
#include "cli/grammar/grammar.h"
#include "cli/shell/filter.h"
#include "cli/shell/shell_local.h"

struct spell {
    struct grammar *grammar;
    struct match match;
};

struct spell *spell_new(void)
{
    struct text err = {0};
    size_t n = espial_tables_count();
    const struct cmd_table **tables = mem_array(n, sizeof *tables);
    void **selves = mem_array(n, sizeof *selves);
    for (size_t i = 0; i < n; i++)
        tables[i] = espial_table(i);
    struct spell *s = NEW(struct spell);
    s->grammar = grammar_new(tables, selves, n, &err);
    if (!s->grammar) {
        fprintf(stderr, "espial: %s", text_str(&err));
        mem_free(s);
        s = NULL;
    }
    text_free(&err);
    mem_free(tables);
    mem_free(selves);
    return s;
}

void spell_free(struct spell *s)
{
    if (!s)
        return;
    grammar_free(s->grammar);
    mem_free(s);
}

static bool exec(struct spell *s, const char *line, bool privileged, struct text *out)
{
    enum match_result r;
    uint8_t level = privileged ? 15 : 1;
    size_t bar = exec_modifiers(s->grammar, level, line, &s->match, &r);
    if (bar == SIZE_MAX)
        r = grammar_match(s->grammar, EXEC, level, line, &s->match);
    if (r != MATCH_OK)
        return false;
    text_add(out, s->match.expanded);
    if (bar != SIZE_MAX)
        text_printf(out, " %s", line + bar);
    return true;
}

static bool in_mode(struct spell *s, const char *line, enum cmd_mode mode, struct text *out)
{
    if (grammar_match(s->grammar, mode, 15, line, &s->match) != MATCH_OK)
        return false;
    text_add(out, s->match.expanded);
    return true;
}

static bool configuration(struct spell *s, const char *line, char mode[SPELL_MODE_MAX], struct text *out)
{
    char name[24];
    for (enum cmd_mode m = CONFIG; m < CMD_MODES; m++) {
        session_mode_name(m, name);
        if (!strcmp(name, mode) && in_mode(s, line, m, out))
            return true;
    }
    if (!in_mode(s, line, CONFIG, out))
        return false;
    session_mode_name(CONFIG, name);
    str_copy(mode, SPELL_MODE_MAX, name);
    return true;
}

bool spell(struct spell *s, const char *line, bool privileged, char mode[SPELL_MODE_MAX], struct text *out)
{
    bool is_exec = !strcmp(mode, "exec"), done = !is_exec && !strncasecmp(line, "do ", 3);
    if (is_exec || done) {
        const char *command = done ? line + 3 + strspn(line + 3, " ") : line;
        if (exec(s, command, privileged, out)) {
            str_copy(mode, SPELL_MODE_MAX, "exec");
            return true;
        }
    } else if (configuration(s, line, mode, out)) {
        return true;
    }
    text_add(out, line);
    return false;
}

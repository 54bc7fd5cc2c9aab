/* spell.c: commands in full. Somebody types "sh run", and the pattern of event cli looks at "show running-config": here such a
 * line is spelled out, and nobody runs it. The mode is given by its name, as prompts have it; two modes of one name are
 * tried one after the other, then configuration itself, as a session does. Commands that this router does not have stay as
 * they were typed, and so do its short names (alias.c). */
#include "cli/shell/spell.h"

#include <string.h>

#include "cli/grammar/grammar.h"
#include "cli/shell/filter.h"
#include "cli/shell/shell_local.h"
#include "espial/mem.h"

static bool exec(struct grammar *g, struct match *m, const char *line, bool privileged, struct text *out)
{
    enum match_result r;
    uint8_t level = privileged ? 15 : 1;
    size_t bar = exec_modifiers(g, level, line, m, &r);
    if (bar == SIZE_MAX)
        r = grammar_match(g, EXEC, level, line, m);
    if (r != MATCH_OK)
        return false;
    text_add(out, m->expanded);
    if (bar != SIZE_MAX)
        text_printf(out, " %s", line + bar);
    return true;
}

static bool in_mode(struct grammar *g, struct match *m, const char *line, enum cmd_mode mode, struct text *out)
{
    if (grammar_match(g, mode, 15, line, m) != MATCH_OK)
        return false;
    text_add(out, m->expanded);
    return true;
}

static bool configuration(struct grammar *g, struct match *m, const char *line, char mode[SPELL_MODE_MAX],
                          struct text *out)
{
    char name[24];
    for (enum cmd_mode cm = CONFIG; cm < CMD_MODES; cm++) {
        session_mode_name(cm, name);
        if (!strcmp(name, mode) && in_mode(g, m, line, cm, out))
            return true;
    }
    if (!in_mode(g, m, line, CONFIG, out))
        return false;
    session_mode_name(CONFIG, name);
    str_copy(mode, SPELL_MODE_MAX, name);
    return true;
}

bool session_spell(struct grammar *g, const char *line, bool privileged, char mode[SPELL_MODE_MAX], struct text *out)
{
    struct match *m = NEW(struct match);
    bool is_exec = !strcmp(mode, "exec"), done = !is_exec && !strncasecmp(line, "do ", 3), known = false;
    if (is_exec || done) {
        known = exec(g, m, done ? line + 3 + strspn(line + 3, " ") : line, privileged, out);
        if (known)
            str_copy(mode, SPELL_MODE_MAX, "exec");
    } else {
        known = configuration(g, m, line, mode, out);
    }
    if (!known)
        text_add(out, line);
    mem_free(m);
    return known;
}

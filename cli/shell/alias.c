/* alias.c: short names written out before a line is looked at.
 *
 * The built-in ones are IOS's own; each is there as far as its command is, for this session's privilege. A configured
 * alias of the same name goes before. `undebug X` is `no debug X` in the same manner, so that `?`, Tab and the caret
 * work in it, while `undebug all` is a command by itself.
 *
 * A name must be typed whole (no abbreviations of abbreviations), in any case, as the first word, at the very beginning
 * of the line. Replacing happens once: an alias may not stand for another.
 */
#include "cli/shell/alias.h"

#include <string.h>
#include <strings.h>

#include "cli/shell/shell_local.h"

static const struct alias builtin[] = {
    {"h", "help"}, {"lo", "logout"}, {"p", "ping"},     {"r", "resume"},
    {"s", "show"}, {"u", "undebug"}, {"un", "undebug"}, {"w", "where"},
};
#define NBUILTIN (sizeof builtin / sizeof builtin[0])

static bool configured(const struct maker *m, enum cmd_mode mode, size_t i, struct alias *out)
{
    return m->env.alias && m->env.alias(m->env.arg, mode, i, out);
}

static bool hidden(const struct maker *m, enum cmd_mode mode, const char *name)
{
    struct alias a;
    for (size_t i = 0; configured(m, mode, i, &a); i++)
        if (!strcasecmp(a.name, name))
            return true;
    return false;
}

/* Is there a command that begins with this word? */
static bool word_known(const struct maker *m, enum cmd_mode mode, uint8_t privilege, const char *word)
{
    struct match *match = NEW(struct match);
    enum match_result r = grammar_match(m->grammar, mode, privilege, word, match);
    mem_free(match);
    return r == MATCH_OK || r == MATCH_INCOMPLETE || r == MATCH_AMBIGUOUS;
}

static bool nth(const struct maker *m, enum cmd_mode mode, uint8_t privilege, size_t i, struct alias *out)
{
    for (size_t b = 0; mode == EXEC && b < NBUILTIN; b++) {
        if (hidden(m, mode, builtin[b].name) || !word_known(m, mode, privilege, builtin[b].command))
            continue;
        *out = builtin[b];
        if (i-- == 0)
            return true;
    }
    return configured(m, mode, i, out);
}

bool alias_nth(struct shells *s, enum cmd_mode mode, size_t i, struct alias *out)
{
    return nth((const struct maker *)s, mode, 15, i, out);
}

static bool find(const struct shell *sh, enum cmd_mode mode, const char *word, size_t len, struct alias *out)
{
    const struct maker *m = sh->maker;
    for (size_t i = 0; configured(m, mode, i, out); i++)
        if (strlen(out->name) == len && !strncasecmp(out->name, word, len))
            return true;
    for (size_t b = 0; mode == EXEC && b < NBUILTIN; b++)
        if (strlen(builtin[b].name) == len && !strncasecmp(builtin[b].name, word, len) &&
            word_known(m, mode, sh->privilege, builtin[b].command)) {
            *out = builtin[b];
            return true;
        }
    return false;
}

static void replace(struct alias_line *l, const char *rest, size_t typed, const char *with)
{
    struct text t = {0};
    text_add(&t, with);
    text_add(&t, rest);
    text_free(&l->buf);
    l->buf = t;
    l->text = text_str(&l->buf);
    l->typed = typed;
    l->given = strlen(with);
}

void alias_expand(const struct shell *sh, enum cmd_mode mode, const char *line, bool whole, struct alias_line *l)
{
    struct alias a;
    size_t n = strcspn(line, " \t|");
    *l = (struct alias_line){.text = line};
    if (!n || (!line[n] && !whole))
        return;
    if (find(sh, mode, line, n, &a))
        replace(l, line + n, n, a.command);
    size_t first = strcspn(l->text, " \t");
    if (mode == EXEC && first >= 3 && first <= strlen("undebug") && !strncasecmp(l->text, "undebug", first) &&
        l->text[first] && word_known(sh->maker, EXEC, sh->privilege, "no debug")) {
        size_t after = first + strspn(l->text + first, " \t");
        if ((whole && !l->text[after]) || !strcasecmp(l->text + after, "all"))
            return;
        replace(l, line + n, n, "no debug");
    }
}

void alias_end(struct alias_line *l)
{
    text_free(&l->buf);
}

size_t alias_offset(const struct alias_line *l, size_t at)
{
    if (!l->given)
        return at;
    return at < l->given ? 0 : at - l->given + l->typed;
}

void alias_words(const struct shell *sh, enum cmd_mode mode, const char *word, size_t len, struct alias_words *out)
{
    struct alias a;
    *out = (struct alias_words){0};
    for (size_t i = 0; len && nth(sh->maker, mode, sh->privilege, i, &a); i++) {
        struct text t = {0};
        if (strlen(a.name) < len || strncasecmp(a.name, word, len))
            continue;
        bool spaced = strpbrk(a.command, " \t") != NULL;
        text_printf(&t, spaced ? "*%s=\"%s\"" : "*%s=%s", a.name, a.command);
        out->v = mem_resize(out->v, out->n + 2, sizeof *out->v);
        out->v[out->n++] = mem_strdup(text_str(&t));
        out->v[out->n] = NULL;
        text_free(&t);
    }
}

void alias_words_free(struct alias_words *w)
{
    for (size_t i = 0; i < w->n; i++)
        mem_free((char *)(uintptr_t)w->v[i]);
    mem_free(w->v);
    *w = (struct alias_words){0};
}

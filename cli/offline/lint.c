/* lint.c: `espial eem lint CONFIG`: the checks of eem/lint.c with the lines that they are about, and those of the text
 * itself: quotes, lines that later ones replace, and what the rest of the configuration says or does not say. */
#include "cli/offline/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/grammar/grammar.h"
#include "cli/offline/config.h"
#include "cli/offline/words.h"
#include "cli/shell/spell.h"
#include "eem/lint.h"

struct finding {
    unsigned line;
    size_t order;
    bool error;
    char *text, *check;
};
struct linting {
    const struct config *c;
    const struct eem_conf *conf;
    struct grammar *grammar; /* made when the first command is to be spelled out */
    struct finding *v;
    size_t n;
};

static void found(struct linting *l, unsigned line, bool error, const char *check, const char *text)
{
    l->v = mem_resize(l->v, l->n + 1, sizeof *l->v);
    l->v[l->n] = (struct finding){
        .line = line, .order = l->n, .error = error, .text = mem_strdup(text), .check = mem_strdup(check)};
    l->n++;
}

static void from_engine(void *arg, const struct eem_finding *f)
{
    struct linting *l = arg;
    const struct config_line *line = NULL;
    if (f->place == EEM_AT_ACTION)
        line = config_find(l->c, f->applet->name, f->name, NULL);
    else if (f->place == EEM_AT_EVENT)
        line = config_find(l->c, f->applet->name, NULL, f->name);
    if (!line)
        line = config_find(l->c, f->applet->name, NULL, NULL);
    char *text = f->place == EEM_AT_ACTION ? mem_printf("%s: action %s: %s", f->applet->name, f->name, f->text)
                                           : mem_printf("%s: %s", f->applet->name, f->text);
    found(l, line ? line->number : 1, false, f->check, text);
    mem_free(text);
}

static size_t typed(void *arg, const struct applet_conf *a, const char *label)
{
    const struct linting *l = arg;
    const struct config_line *line = config_find(l->c, a->name, label, NULL);
    return line ? line->number : 0;
}

/* ---- checks of the text, a row each */

static void refused(struct linting *l)
{
    for (size_t i = 0; i < l->c->n; i++) {
        const struct config_line *line = &l->c->lines[i];
        if (line->kind != CONFIG_LINE_REFUSED)
            continue;
        char *text = mem_printf("the router refuses this line: %s", line->said ? line->said : "");
        found(l, line->number, true, "refused", text);
        mem_free(text);
    }
}

static void quotes(struct linting *l)
{
    for (size_t i = 0; i < l->c->n; i++) {
        const struct config_line *line = &l->c->lines[i];
        if (line->kind != CONFIG_LINE_EEM && line->kind != CONFIG_LINE_REFUSED)
            continue;
        if (line->unquoted)
            found(l, line->number, false, "quotes",
                  "a quote is not ended: everything up to the end of the line is in it");
        if (strstr(line->text, "\xE2\x80\x9C") || strstr(line->text, "\xE2\x80\x9D"))
            found(l, line->number, false, "quotes", "typographic quotes are letters to a router, not quotes");
    }
}

static const struct config_line *successor(const struct config *c, size_t i)
{
    const struct config_line *old = &c->lines[i];
    for (size_t k = i + 1; k < c->n; k++) {
        const struct config_line *line = &c->lines[k];
        if (line->kind == CONFIG_LINE_EEM && !strcmp(line->applet, old->applet) &&
            (old->event ? line->event && !strcmp(line->tag, old->tag) : !strcmp(line->label, old->label)))
            return line;
    }
    return NULL;
}

static void replaced(struct linting *l)
{
    for (size_t i = 0; i < l->c->n; i++) {
        const struct config_line *line = &l->c->lines[i];
        const struct config_line *by = line->replaced ? successor(l->c, i) : NULL;
        if (!by || !strcmp(by->text, line->text))
            continue;
        char *text =
            line->event
                ? mem_printf("line %u replaces this event: an applet has one without a tag", by->number)
                : mem_printf("line %u has the same label %s, and replaces this action", by->number, line->label);
        found(l, line->number, false, "replaced", text);
        mem_free(text);
    }
}

/* Is there an unindented line that begins so? */
static bool has_line(const struct config *c, const char *begin)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->lines[i].kind == CONFIG_LINE_OTHER && str_starts(c->lines[i].text, begin))
            return true;
    return false;
}

static bool has_whole_line(const struct config *c, const char *text)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->lines[i].kind == CONFIG_LINE_OTHER && !strcmp(c->lines[i].text, text))
            return true;
    return false;
}

static bool whole(const struct config *c)
{
    return has_line(c, "version ") || has_line(c, "interface ") || has_line(c, "line con");
}

static void at_action(struct linting *l, const struct applet_conf *a, const struct action_conf *act, const char *check,
                      const char *text)
{
    from_engine(l, &(struct eem_finding){
                       .applet = a, .place = EEM_AT_ACTION, .name = act->label, .check = check, .text = text});
}

/* What applets need and the rest of a whole configuration has to say. */
static void surroundings(struct linting *l)
{
    char begin[32];
    if (!whole(l->c))
        return;
    CONF_EACH(const struct applet_conf, a, &l->conf->applets)
    {
        CONF_EACH(const struct event_conf, ev, &a->events)
        {
            const struct eem_finding f = {.applet = a, .place = EEM_AT_EVENT, .name = ev->tag, .check = "surroundings"};
            struct eem_finding g = f;
            snprintf(begin, sizeof begin, "track %u ", ev->number);
            if (ev->type == EEM_TRACK && !has_line(l->c, begin))
                g.text = "there is no tracked object of this number in the configuration";
            if (ev->type == EEM_SNMP_NOTIFICATION && !ev->direction && !has_line(l->c, "snmp-server manager"))
                g.text = "notifications are received only with `snmp-server manager`";
            if (g.text)
                from_engine(l, &g);
        }
        CONF_EACH(const struct action_conf, act, &a->actions)
        {
            snprintf(begin, sizeof begin, "track %u ", act->number);
            if (act->verb == ACTION_TRACK && !has_line(l->c, begin))
                at_action(l, a, act, "surroundings", "there is no tracked object of this number in the configuration");
            if (act->verb == ACTION_SNMP_TRAP && !has_line(l->c, "snmp-server enable traps event-manager") &&
                !has_whole_line(l->c, "snmp-server enable traps"))
                at_action(l, a, act, "surroundings",
                          "no trap goes out without `snmp-server enable traps event-manager`");
        }
    }
}

static void policies(struct linting *l)
{
    CONF_EACH(const struct applet_conf, a, &l->conf->applets)
    CONF_EACH(const struct action_conf, act, &a->actions)
    {
        bool there = act->verb != ACTION_POLICY || strchr(act->text, '$');
        CONF_EACH(const struct applet_conf, other, &l->conf->applets)
        there |= !strcmp(other->name, act->text);
        if (!there)
            at_action(l, a, act, "policies", "there is no applet of this name");
    }
}

static bool spelled(void *arg, const char *mode, const char *line, struct text *full)
{
    struct linting *l = arg;
    char name[SPELL_MODE_MAX];
    str_copy(name, sizeof name, mode);
    l->grammar = l->grammar ? l->grammar : words_grammar();
    return l->grammar && session_spell(l->grammar, line, true, name, full);
}

static void (*const text_checks[])(struct linting *l) = {refused, quotes, replaced, surroundings, policies};

static bool is_sentence(const char *text)
{
    size_t n = strlen(text);
    return n && text[n - 1] == '.';
}

static int by_line(const void *x, const void *y)
{
    const struct finding *a = x, *b = y;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

size_t lint_config(const struct config *c, struct desk *d, FILE *out)
{
    struct linting l = {.c = c, .conf = eem_conf(d->eem)};
    const struct eem_lint_env env = {.conf = l.conf,
                                     .quiet_prompts = has_line(c, "file prompt quiet"),
                                     .typed = typed,
                                     .spell = spelled,
                                     .say = from_engine,
                                     .arg = &l};
    CONF_EACH(const struct applet_conf, a, &l.conf->applets)
    (void)eem_lint(a, &env);
    for (size_t i = 0; i < sizeof text_checks / sizeof text_checks[0]; i++)
        text_checks[i](&l);
    if (l.n)
        qsort(l.v, l.n, sizeof *l.v, by_line);
    for (size_t i = 0; i < l.n; i++) {
        if (out)
            fprintf(out, "%s:%u: %s: %s%s [%s]\n", c->path, l.v[i].line, l.v[i].error ? "error" : "warning",
                    l.v[i].text, is_sentence(l.v[i].text) ? "" : ".", l.v[i].check);
        mem_free(l.v[i].text);
        mem_free(l.v[i].check);
    }
    grammar_free(l.grammar);
    mem_free(l.v);
    return l.n;
}

/* compile.c: command tables to a grammar, with everything checked that can be checked before anybody types.
 *
 * Each row becomes a tree (sentence.c); its names are tied to the row's binds, each field's C type is held against its
 * token, the places where a `no` line may end are marked, help is dealt out (helps.c), and each row is typed to see
 * that no other row means the same (sample.c, match.c). Any fault refuses the start: the text names table, sentence and
 * reason, all faults at once.
 *
 * Under `no`: of a SET row everything from the first bound value or group on may be left out (a bound literal must be
 * typed); of a LINE or MODE row everything behind the last key; a last key that is optional may itself be left out and
 * has its default then. A LINE or MODE row without keys is found by all that it binds. */
#include <string.h>

#include "cli/grammar/grammar_local.h"

static const struct cmd_bind *find_bind(const struct cmd_row *row, const char *name)
{
    cmd_each_bind(b, row)
        if (!strcmp(b->name, name))
            return b;
    return NULL;
}

static bool number_fits(const struct cmd_bind *b, int64_t lo, int64_t hi)
{
    unsigned bits = 8u * b->size;

    if (b->is_text || (b->size != 1 && b->size != 2 && b->size != 4 && b->size != 8))
        return false;
    if (b->is_signed)
        return bits == 64 || (lo >= -((int64_t)1 << (bits - 1)) && hi < ((int64_t)1 << (bits - 1)));
    return lo >= 0 && (bits == 64 || hi < ((int64_t)1 << bits));
}

static bool value_fits(const struct elem *e, const struct cmd_bind *b)
{
    if (e->repeat != (b->count > 1))
        return false;
    switch (e->type) {
    case VALUE_RANGE:
    case VALUE_HEX_RANGE: return number_fits(b, e->lo, e->hi);
    case VALUE_IP:
    case VALUE_MASK:
    case VALUE_WILDCARD: return b->size == 4 && !b->is_text && !b->is_signed;
    case VALUE_SECONDS: return (b->size == 4 || b->size == 8) && !b->is_text && !b->is_signed;
    case VALUE_HHMM: return number_fits(b, 0, 1439);
    case VALUE_HHMMSS: return number_fits(b, 0, 86399);
    case VALUE_MONTH: return number_fits(b, 1, 12);
    case VALUE_WEEKDAY: return number_fits(b, 0, 6);
    case VALUE_IFNAME: return b->is_text && b->size >= IFNAME_MAX;
    default: return b->is_text && b->size >= 2;
    }
}

static bool fits(const struct elem *e, const struct cmd_bind *b)
{
    int64_t last = -1;

    switch (e->kind) {
    case ELEM_LITERAL:
        return b->count == 1 && number_fits(b, e->constant < 0 ? e->constant : 0, e->constant > 0 ? e->constant : 0);
    case ELEM_VALUE: return value_fits(e, b);
    default:
        for (const struct elem *k = e->kids; k; k = k->next)
            last++;
        return b->count == 1 && number_fits(b, 0, last);
    }
}

struct tie {
    struct grammar_row *rule;
    uint32_t used; /* binds met */
    struct text *err;
};

static void tie(struct tie *t, struct elem *e)
{
    const struct cmd_row *row = t->rule->row;

    e->rule = t->rule;
    if (e->kind == ELEM_VALUE && e->type == VALUE_SECONDS)
        e->hi = 4294967295999;
    if (e->repeat)
        e->repeat_max = 16;
    if (e->name && row->kind != CMD_DO_ROW) {
        e->bind = find_bind(row, e->name);
        if (!e->bind) {
            complain(t->err, t->rule->table, row, "nothing is bound to \"%s\"", e->name);
        } else {
            t->used |= 1u << (e->bind - row->binds);
            if (!fits(e, e->bind))
                complain(t->err, t->rule->table, row, "the field \"%s\" does not fit %s", e->name,
                         e->kind <= ELEM_VALUE ? e->text : "its choice");
            if (e->kind == ELEM_VALUE && e->bind->is_text)
                e->room = e->bind->size - 1;
            if (e->kind == ELEM_VALUE && e->type == VALUE_SECONDS && e->bind->size == 4)
                e->hi = UINT32_MAX;
            if (e->repeat)
                e->repeat_max = e->bind->count;
            e->key = row->kind != CMD_SET_ROW && (e->bind->key || !t->rule->sentence->keyed);
        }
    }
    for (struct elem *k = e->kids; k; k = k->next)
        tie(t, k);
}

/* A key that is a choice: its words carry it. */
static void spread_keys(struct elem *e)
{
    for (struct elem *k = e->kids; k; k = k->next) {
        if (e->key && k->kind <= ELEM_CHOICE)
            k->key = true;
        spread_keys(k);
    }
}

static bool any(const struct elem *e, bool (*is)(const struct elem *))
{
    if (is(e))
        return true;
    for (const struct elem *k = e->kids; k; k = k->next)
        if (any(k, is))
            return true;
    return false;
}

static bool has_bind(const struct elem *e)
{
    return e->bind != NULL;
}

static bool has_key(const struct elem *e)
{
    return e->key;
}

static void stop_all(struct elem *e)
{
    e->stop = true;
    for (struct elem *k = e->kids; k; k = k->next)
        stop_all(k);
}

/* In a group that holds the last key: behind the last key of each alternative. */
static void stop_behind_keys(struct elem *e)
{
    struct elem *last = NULL;

    if (e->kind <= ELEM_VALUE) {
        e->stop = true;
        return;
    }
    if (e->kind == ELEM_SEQ) {
        for (struct elem *k = e->kids; k; k = k->next)
            if (any(k, has_key))
                last = k;
        if (!last) {
            stop_all(e);
            return;
        }
        stop_behind_keys(last);
        for (struct elem *k = last->next; k; k = k->next)
            stop_all(k);
        return;
    }
    unsigned keyed = 0;
    for (struct elem *k = e->kids; k; k = k->next)
        keyed += any(k, has_key);
    if (e->kind == ELEM_ANYORDER && keyed > 1)
        return;
    for (struct elem *k = e->kids; k; k = k->next)
        stop_behind_keys(k);
}

static void mark_stops(struct grammar_row *rule)
{
    struct elem *root = rule->sentence->root, *before = NULL, *last = NULL, *last_before = NULL;

    if (rule->row->kind == CMD_LINE_ROW || rule->row->kind == CMD_MODE_ROW) {
        if (any(root, has_key))
            stop_behind_keys(root);
        for (struct elem *k = root->kids; k; before = k, k = k->next) {
            if (!any(k, has_key))
                continue;
            last = k;
            last_before = before;
        }
        rule->sentence->key_optional = last && last->optional;
        if (last && last->optional && last_before && last_before->kind <= ELEM_VALUE)
            last_before->stop = true;
        return;
    }
    if (rule->row->kind != CMD_SET_ROW)
        return;
    for (struct elem *k = root->kids; k; before = k, k = k->next) {
        if (k->kind == ELEM_LITERAL || !any(k, has_bind))
            continue;
        if (before && before->kind == ELEM_LITERAL)
            before->stop = true;
        for (; k; k = k->next)
            stop_all(k);
        return;
    }
}

/* Do the bound fields lie inside the objects they are said to be in? */
static void check_scopes(struct grammar *g, struct grammar_row *rule, struct text *err)
{
    const struct cmd_row *row = rule->row;
    const struct grammar_row *enters = g->modes[row->mode].enters;
    const struct cmd_scope *scope = row->scope, *owner = row->parent;

    if (row->kind == CMD_DO_ROW) {
        if (!row->fn)
            complain(err, rule->table, row, "no function");
        return;
    }
    if (row->mode == EXEC) {
        complain(err, rule->table, row, "a setting in EXEC");
        return;
    }
    if (!scope && row->kind == CMD_SET_ROW && enters)
        scope = enters->row->scope;
    else if (row->kind == CMD_SET_ROW && scope && !scope->global)
        complain(err, rule->table, row, "its scope has no global object");
    if (!scope) {
        complain(err, rule->table, row,
                 row->kind == CMD_SET_ROW && row->mode != CONFIG ? "no MODE row enters this mode" : "no scope");
        return;
    }
    cmd_each_bind(b, row)
        if (b->off + (size_t)b->size * b->count > scope->size)
            complain(err, rule->table, row, "\"%s\" is not a field of its scope", b->name);
    if (row->kind == CMD_SET_ROW)
        return;
    if (owner && !owner->global)
        complain(err, rule->table, row, "its parent has no global object");
    if (!owner && row->mode == CONFIG)
        complain(err, rule->table, row, "no parent");
    if (!owner && row->mode != CONFIG && !enters)
        complain(err, rule->table, row, "no MODE row enters this mode");
    if (!owner)
        owner = enters ? enters->row->scope : NULL;
    if (owner && row->list_off + sizeof(struct conf_list) > owner->size)
        complain(err, rule->table, row, "the list is not a field of its parent");
}

static void check_row(struct grammar *g, struct grammar_row *rule, struct text *err)
{
    const struct cmd_row *row = rule->row;
    struct tie t = {.rule = rule, .err = err};
    struct sentence *s = rule->sentence;
    size_t n = 0;

    cmd_each_bind(b, row) {
        s->keyed |= b->key;
        n++;
    }
    if (n > CMD_BINDS_MAX) {
        complain(err, rule->table, row, "more than %d binds", CMD_BINDS_MAX);
        return;
    }
    tie(&t, s->root);
    spread_keys(s->root);
    cmd_each_bind(b, row)
        if (!(t.used & (1u << (b - row->binds))))
            complain(err, rule->table, row, "the bind \"%s\" is not in the sentence", b->name);
    mark_stops(rule);
    check_scopes(g, rule, err);
}

static void add_row(struct grammar *g, const struct sentence_store *store, const struct cmd_table *table, void *self,
                    const struct cmd_row *row, struct text *err)
{
    struct grammar_mode *mode = &g->modes[row->mode];
    struct grammar_row *rule = pool_alloc(g->pool, sizeof(*rule));
    char why[128];

    *rule = (struct grammar_row){.row = row, .self = self, .table = table->name};
    rule->sentence = sentence_parse(store, row->sentence, false, why);
    if (!rule->sentence) {
        complain(err, table->name, row, "%s", why);
        return;
    }
    if (row->kind == CMD_MODE_ROW) {
        bool mode_there = row->enters > CONFIG && row->enters < CMD_MODES;
        const struct grammar_row *other = mode_there ? g->modes[row->enters].enters : NULL;

        if (!mode_there)
            complain(err, table->name, row, "enters no mode");
        else if (!other)
            g->modes[row->enters].enters = rule;
        else if (other->row->scope != row->scope || other->self != self)
            complain(err, table->name, row, "the mode is entered with another scope by \"%s\"", other->row->sentence);
    }
    if (row->mode != EXEC || (row->flags & CMD_NO)) {
        mode->no_from = mode->no && mode->no_from < row->priv ? mode->no_from : row->priv;
        mode->no = true;
    }
    mode->rows[mode->nrows++] = rule;
}

static void add_help(const struct sentence_store *store, const struct cmd_table *table, const struct cmd_row *row,
                     struct help_path *paths, size_t *n, struct text *err)
{
    char why[128];
    struct sentence *path = sentence_parse(store, row->sentence, true, why);

    for (size_t i = 0; path && i < path->nwords; i++)
        if (path->words[i]->parent != path->root) {
            path = NULL;
            str_copy(why, sizeof(why), "a HELP path has no groups");
        }
    if (!path)
        complain(err, table->name, row, "%s", why);
    else if (!row->help || !*row->help || strchr(row->help, '|'))
        complain(err, table->name, row, row->help && *row->help ? "more than one text" : "no text");
    else
        paths[(*n)++] = (struct help_path){.row = row, .table = table->name, .path = path};
}

void grammar_check(struct grammar *g, struct text *err)
{
    struct text line = {0}, before = {0};

    for (int m = 0; m < CMD_MODES; m++) {
        for (size_t i = 0; i < g->modes[m].nrows; i++) {
            const struct grammar_row *rule = g->modes[m].rows[i], *rival = NULL;

            text_clear(&before);
            for (int how = SAMPLE_SHORT; how <= SAMPLE_LAST && !rival; how++) {
                sentence_sample(rule->sentence, (enum sample)how, &line);
                if (strcmp(text_str(&line), text_str(&before)))
                    rival = grammar_rival(g, (enum cmd_mode)m, text_str(&line), rule);
                text_clear(&before);
                text_add(&before, text_str(&line));
            }
            if (rival)
                complain(err, rule->table, rule->row, "\"%s\" is also \"%s\" of %s", text_str(&line),
                         rival->row->sentence, rival->table);
        }
    }
    text_free(&line);
    text_free(&before);
}

struct grammar *grammar_new(const struct cmd_table *const *tables, void *const *selves, size_t n, struct text *err)
{
    struct grammar *g = NEW(struct grammar);
    size_t count = 0, npaths = 0, at_start = err->len;

    g->pool = pool_new();
    struct pool *scratch = pool_new();
    struct words *words = words_new(g->pool);
    const struct sentence_store lasting = {g->pool, words, scratch}, passing = {scratch, words, scratch};
    for (size_t t = 0; t < n; t++)
        count += tables[t]->nrows;
    struct help_path *paths = mem_array(count + 1, sizeof(*paths));
    for (int m = 0; m < CMD_MODES; m++) {
        size_t rows = 0;

        for (size_t t = 0; t < n; t++)
            for (size_t i = 0; i < tables[t]->nrows; i++)
                rows += tables[t]->rows[i].kind != CMD_HELP && tables[t]->rows[i].mode == (enum cmd_mode)m;
        g->modes[m].rows = pool_alloc(g->pool, (rows + 1) * sizeof(g->modes[m].rows[0]));
    }
    for (size_t t = 0; t < n; t++) {
        for (size_t i = 0; i < tables[t]->nrows; i++) {
            const struct cmd_row *row = &tables[t]->rows[i];

            if (!row->sentence || row->kind < CMD_HELP || row->kind > CMD_LINE_ROW || row->mode >= CMD_MODES)
                complain(err, tables[t]->name, row, "not a row");
            else if (row->kind == CMD_HELP)
                add_help(&passing, tables[t], row, paths, &npaths, err);
            else
                add_row(g, &lasting, tables[t], selves[t], row, err);
        }
    }
    for (int m = 0; m < CMD_MODES; m++)
        for (size_t i = 0; i < g->modes[m].nrows; i++)
            check_row(g, (struct grammar_row *)(uintptr_t)g->modes[m].rows[i], err);
    helps_give(g, paths, npaths, err);
    for (int m = 0; m < CMD_MODES; m++)
        for (size_t i = 0; i < g->modes[m].nrows; i++)
            g->modes[m].rows[i]->sentence->words = NULL;
    mem_free(paths);
    words_free(words);
    pool_free(scratch);
    if (err->len == at_start)
        return g;
    grammar_free(g);
    return NULL;
}

void grammar_free(struct grammar *g)
{
    if (!g)
        return;
    pool_free(g->pool);
    mem_free(g->steps);
    mem_free(g->live);
    mem_free(g->fresh);
    mem_free(g->tail);
    mem_free(g);
}

size_t grammar_rows(const struct grammar *g, enum cmd_mode mode, const struct grammar_row *const **rows)
{
    *rows = g->modes[mode].rows;
    return g->modes[mode].nrows;
}

const struct grammar_row *grammar_mode_row(const struct grammar *g, enum cmd_mode mode)
{
    return g->modes[mode].enters;
}

/* help.c: `?` and Tab: the walk, stopped at the cursor.
 *
 * `?` behind a blank lists what may follow, values first, then keywords, then `|` and <cr>; behind a word, the keywords
 * that begin like it. Both look at the best reading of the words before only; where those are undecided the line is
 * ambiguous, and where they are wrong it is unrecognized. Interface types are listed like keywords, their numbers as a
 * range; so are the file systems that a name may begin with. Hidden rows are not listed, but what may follow their words
 * is. Tab completes keywords, interface types and file systems, never other values.
 *
 * Layout: token padded to the widest, two blanks around, descriptions wrapped before the terminal's edge to their own
 * column. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/grammar/grammar_local.h"
#include "espial/file.h"

struct entry {
    const char *token, *help;
    bool value;
    bool goes_on; /* a file system, with the file's name right behind it */
};
struct list {
    struct walk *w;
    struct pool *pool;
    struct entry *v;
    size_t n, cap;
    const char *partial; /* keywords that begin with this only */
    size_t partial_len;
    bool values; /* values too */
    bool hidden; /* rows that are not listed too: somebody typed their word in full */
    bool cr, line_begun;
};

static void add(struct list *l, const char *token, const char *help, bool value)
{
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(l->v[i].token, token) || l->v[i].value != value)
            continue;
        if (!value || !strcmp(l->v[i].help, help))
            return;
    }
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 64;
        l->v = mem_resize(l->v, l->cap, sizeof(*l->v));
    }
    l->v[l->n++] = (struct entry){.token = token, .help = help, .value = value};
}

static bool begins(const struct list *l, const char *word)
{
    return !strncasecmp(word, l->partial, l->partial_len);
}

/* One of the texts of a row, alone. */
static const char *help_of(struct list *l, const struct elem *e)
{
    size_t n = strcspn(e->help, "|");
    return e->help[n] ? memcpy(pool_alloc(l->pool, n + 1), e->help, n) : e->help;
}

static void add_filesystem(struct list *l, const char *name, const char *help)
{
    size_t before = l->n;
    add(l, name, help, false);
    if (l->n > before)
        l->v[before].goes_on = true;
}

static bool is_hidden(uint16_t flags)
{
    return (flags & CMD_UNLISTED) || ((flags & CMD_HIDDEN) && !(flags & CMD_LISTED));
}

static void add_next(void *arg, const struct elem *e, uint32_t used)
{
    struct list *l = arg;
    char buf[48];
    size_t end, bad;

    (void)used;
    uint16_t flags = e->rule->row->flags;
    if (!l->hidden && is_hidden(flags))
        return;
    if (e->kind == ELEM_LITERAL) {
        if (begins(l, e->text))
            add(l, e->text, help_of(l, e), false);
        return;
    }
    if (e->type == VALUE_IFNAME) {
        for (size_t i = 0; ifname_types[i]; i++)
            if (begins(l, ifname_types[i]))
                add(l, ifname_types[i], token_iftype_help(ifname_types[i]), false);
        return;
    }
    const char *name;
    bool listed;
    for (size_t i = 0; e->type == VALUE_URL && (name = file_system_nth(i, &listed)); i++)
        if (listed && begins(l, name))
            add_filesystem(l, name, help_of(l, e));
    if (!l->values || (l->partial_len && token_accept(e, l->partial, l->partial_len, 0, &end, &bad) != TOKEN_YES))
        return;
    add(l, pool_strdup(l->pool, token_placeholder(e, buf)), help_of(l, e), true);
}

static void add_at(struct list *l, int32_t at)
{
    struct walk *w = l->w;
    const struct step *s = at < 0 ? NULL : &w->g->steps[at];

    if (s && s->more) {
        const char *type = token_iftype(w->line + s->start, token_word_end(w->line, w->len, s->start) - s->start);

        if (type && !l->partial_len) {
            struct text help = {0};
            text_printf(&help, "%s interface number", type);
            add(l, token_iftype_number(type), pool_strdup(l->pool, text_str(&help)), true);
            text_free(&help);
        }
        return;
    }
    if (s && s->elem && s->elem->kind == ELEM_VALUE && token_is_rest(s->elem->type))
        l->line_begun = true;
    l->cr |= walk_next(w, at, add_next, l);
    if (!s) {
        static const char *const texts[] = {"Negate a command or set its defaults", "Set a command to its defaults"};

        for (size_t i = 0; walk_prefix(w, i); i++)
            if (begins(l, walk_prefix(w, i)))
                add(l, walk_prefix(w, i), w->mode == EXEC ? "Disable debugging functions" : texts[i], false);
    }
}

static int by_token(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->value != y->value)
        return x->value ? -1 : 1;
    return strcmp(x->token, y->token);
}

/* One description, wrapped at blanks. */
static void add_wrapped(struct text *out, const char *help, size_t column, unsigned width)
{
    size_t room = width > column + 11 ? width - 1 - column : SIZE_MAX;

    for (;;) {
        size_t n = strlen(help);

        if (n > room) {
            for (n = room; n > 0 && help[n] != ' '; n--)
                ;
            if (!n)
                n = strcspn(help, " ");
        }
        text_addn(out, help, n);
        text_add(out, "\n");
        help += n + strspn(help + n, " ");
        if (!*help)
            return;
        text_printf(out, "%*s", (int)column, "");
    }
}

static void print_rows(const struct list *l, bool pipe, unsigned width, struct text *out)
{
    size_t widest = l->cr ? 4 : 0;

    for (size_t i = 0; i < l->n; i++)
        if (strlen(l->v[i].token) > widest)
            widest = strlen(l->v[i].token);
    for (size_t i = 0; i < l->n; i++) {
        text_printf(out, "  %-*s  ", (int)widest, l->v[i].token);
        add_wrapped(out, l->v[i].help, widest + 4, width);
    }
    if (l->cr && pipe)
        text_printf(out, "  %-*s  Output modifiers\n", (int)widest, "|");
    if (l->line_begun)
        text_add(out, "  LINE    <cr>\n");
    else if (l->cr)
        text_add(out, "  <cr>\n");
    text_add(out, "\n");
}

static void print_words(const struct list *l, unsigned width, struct text *out)
{
    size_t column = 0;

    for (size_t i = 0; i < l->n; i++) {
        size_t n = strlen(l->v[i].token) + 2;

        if (column && width && column + n > width) {
            text_add(out, "\n");
            column = 0;
        }
        text_printf(out, "%s  ", l->v[i].token);
        column += n;
    }
    text_add(out, "\n");
}

/* Walk up to the cursor; false when the words before lead nowhere or to several places. */
static bool stop_at_cursor(struct list *l, enum cmd_mode mode, uint8_t privilege, const char *line, struct walk *w,
                           int32_t **paths, size_t *n, bool *ambiguous)
{
    struct grammar *g = w->g;

    w->mode = mode;
    w->privilege = privilege;
    w->line = line;
    w->len = strlen(line);
    w->help = true;
    l->w = w;
    l->partial = "";
    *ambiguous = false;
    size_t first = token_skip(line, w->len, 0);
    if (w->len > GRAMMAR_LINE_MAX || line[first] == '!')
        return false;
    walk_run(w);
    if (w->dead)
        return false;
    *paths = w->ntail ? g->tail : g->live;
    *n = w->ntail ? w->ntail : w->nlive;
    if (w->ntail) {
        size_t last = w->len;
        while (last > 0 && line[last - 1] != ' ' && line[last - 1] != '\t')
            last--;
        l->partial = line + last;
        l->partial_len = w->len - last;
    }
    *ambiguous = !walk_best(w, *paths, n);
    return !*ambiguous;
}

static bool takes_pipe(const struct walk *w, int32_t at)
{
    static const char *const words[] = {"show", "more", "dir"};
    const struct step *s;

    if (w->mode != EXEC || at < 0)
        return false;
    for (s = &w->g->steps[at]; s->prev >= 0; s = &w->g->steps[s->prev])
        ;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (s->word && !strcmp(s->word, words[i]))
            return true;
    return false;
}

void grammar_help(struct grammar *g, enum cmd_mode mode, uint8_t privilege, const char *line, unsigned width,
                  const char *const *aliases, struct text *out)
{
    struct walk w = {.g = g};
    struct list l = {.pool = pool_new()};
    int32_t *paths;
    size_t n;
    bool ambiguous;

    if (!stop_at_cursor(&l, mode, privilege, line, &w, &paths, &n, &ambiguous)) {
        if (ambiguous)
            text_printf(out, "%% Ambiguous command:  \"%s\"\n", line);
        else
            text_add(out, "% Unrecognized command\n");
        pool_free(l.pool);
        return;
    }
    l.values = !l.partial_len;
    l.hidden = true;
    for (size_t i = 0; i < n; i++)
        l.hidden &= paths[i] >= 0 && g->steps[paths[i]].elem && is_hidden(g->steps[paths[i]].elem->rule->row->flags);
    for (size_t i = 0; i < n; i++)
        add_at(&l, paths[i]);
    if (l.partial_len && !l.n) { /* no keyword: the values that such a word may be */
        l.values = true;
        for (size_t i = 0; i < n; i++)
            add_at(&l, paths[i]);
    }
    for (size_t i = 0; aliases && aliases[i] && l.partial_len && paths[0] < 0; i++)
        add(&l, aliases[i], "", true);
    if (l.n)
        qsort(l.v, l.n, sizeof(*l.v), by_token);
    if (!l.n && (l.partial_len || !l.cr)) {
        text_add(out, "% Unrecognized command\n");
    } else if (l.partial_len) {
        print_words(&l, width, out);
    } else {
        if (paths[0] < 0)
            text_printf(out, "%s\n", cmd_modes[mode].heading);
        print_rows(&l, takes_pipe(&w, paths[0]), width, out);
    }
    mem_free(l.v);
    pool_free(l.pool);
}

bool grammar_complete(struct grammar *g, enum cmd_mode mode, uint8_t privilege, const char *line,
                      struct text *completed)
{
    struct walk w = {.g = g};
    struct list l = {.pool = pool_new()};
    int32_t *paths;
    size_t n;
    bool ambiguous, done = false;

    if (stop_at_cursor(&l, mode, privilege, line, &w, &paths, &n, &ambiguous) && l.partial_len) {
        const char *word = NULL;
        bool goes_on = false;

        for (size_t i = 0; i < n; i++)
            add_at(&l, paths[i]);
        for (size_t i = 0; i < l.n; i++)
            if (l.n == 1 || strlen(l.v[i].token) == l.partial_len) {
                word = l.v[i].token;
                goes_on = l.v[i].goes_on;
            }
        if (word) {
            text_addn(completed, line, w.len - l.partial_len);
            text_printf(completed, goes_on ? "%s" : "%s ", word);
            done = true;
        }
    }
    mem_free(l.v);
    pool_free(l.pool);
    return done;
}

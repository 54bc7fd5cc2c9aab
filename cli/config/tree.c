/* tree.c: a configuration text, taken apart by lines and indentation.
 *
 * A line belongs to the nearest line above it that is indented less. That is how every saved configuration is written,
 * and all that is asked of one that is written by hand. The same section twice is one section; the same line twice in
 * one section is one line. A banner is one line whatever its text holds: from its delimiter to the next.
 *
 * What comes from a file is not trusted: NUL and control characters, indentation that no mode has, more lines than any
 * router could keep are refused by the number of the line. Every line is found by its text and its section in constant
 * time (one table for the tree), so that comparing costs what reading costs. */
#include <ctype.h>
#include <string.h>

#include "cli/config/config_local.h"
#include "cli/config/tree.h"

static size_t hash(const struct config_line *parent, const char *text)
{
    size_t h = (size_t)(uintptr_t)parent >> 4;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * (size_t)0x100000001B3u;
    return h ^ h >> 29;
}

static void table_grow(struct config_tree *t)
{
    size_t size = t->mask ? 2 * (t->mask + 1) : 256;
    struct config_line **old = t->table;

    t->table = mem_array(size, sizeof(struct config_line *));
    for (size_t i = 0; old && i <= t->mask; i++)
        for (struct config_line *l = old[i], *next; l; l = next) {
            struct config_line **at = &t->table[hash(l->parent, l->text) & (size - 1)];
            next = l->chain;
            l->chain = *at;
            *at = l;
        }
    t->mask = size - 1;
    mem_free(old);
}

struct config_line *config_tree_find(const struct config_tree *t, const struct config_line *parent, const char *text)
{
    struct config_line *l = t->table[hash(parent ? parent : &t->root, text) & t->mask];

    while (l && (l->parent != (parent ? parent : &t->root) || strcmp(l->text, text)))
        l = l->chain;
    return l;
}

struct config_tree *config_tree_empty(void)
{
    struct config_tree *t = NEW(struct config_tree);

    t->pool = pool_new();
    table_grow(t);
    return t;
}

struct config_line *config_tree_add(struct config_tree *t, struct config_line *parent, const char *text,
                                    unsigned number)
{
    struct config_line *l = config_tree_find(t, parent, text);

    if (l)
        return l;
    if (t->nlines >= t->mask)
        table_grow(t);
    l = pool_alloc(t->pool, sizeof(*l));
    text = pool_strdup(t->pool, text);
    *l = (struct config_line){.text = text,
                              .shown = text,
                              .parent = parent,
                              .index = parent->nkids,
                              .depth = parent == &t->root ? 0 : parent->depth + 1,
                              .number = number};
    if (parent->nkids == parent->cap) {
        parent->cap = parent->cap ? 2 * parent->cap : 4;
        parent->kids = mem_resize(parent->kids, parent->cap, sizeof(struct config_line *));
    }
    parent->kids[parent->nkids++] = l;
    struct config_line **at = &t->table[hash(parent, l->text) & t->mask];
    l->chain = *at;
    *at = l;
    t->nlines++;
    return l;
}

void config_tree_free(struct config_tree *t)
{
    if (!t)
        return;
    for (size_t i = 0; i <= t->mask; i++)
        for (struct config_line *l = t->table[i]; l; l = l->chain)
            mem_free(l->kids);
    mem_free(t->root.kids);
    mem_free(t->table);
    pool_free(t->pool);
    mem_free(t);
}

/* ---- reading ---- */

struct reading {
    const char *at, *end;
    unsigned number;  /* of the line in `line` */
    struct text line; /* without its end and trailing blanks */
};

static bool next(struct reading *r)
{
    if (r->at >= r->end)
        return false;
    const char *nl = memchr(r->at, '\n', (size_t)(r->end - r->at));
    size_t n = (size_t)((nl ? nl : r->end) - r->at);

    text_clear(&r->line);
    text_addn(&r->line, r->at, n);
    r->at += n + (nl != NULL);
    while (r->line.len && strchr(" \t\r", r->line.s[r->line.len - 1]) && r->line.s[r->line.len - 1])
        r->line.s[--r->line.len] = '\0';
    r->number++;
    return true;
}

static bool is_text(const struct text *line)
{
    for (size_t i = 0; i < line->len; i++)
        if ((unsigned char)line->s[i] < ' ' && line->s[i] != '\t')
            return false;
    return true;
}

static bool no_setting(const char *s)
{
    return !*s || *s == '!' || config_is_mark(s) || !strcmp(s, "exit") || str_starts(s, "Building configuration") ||
           str_starts(s, "Current configuration") || (str_starts(s, "Using ") && strstr(s, " bytes"));
}

/* "banner motd #text#": everything up to the second delimiter, which becomes ^C, as it is printed. False: the text ends
 * before the banner does. */
static bool banner(struct reading *r, struct text *out)
{
    char *kind = r->line.s + strcspn(r->line.s, " "), *mark;
    size_t len;

    kind += strspn(kind, " ");
    mark = kind + strcspn(kind, " ");
    mark += strspn(mark, " ");
    len = str_starts(mark, "^C") ? 2 : *mark ? 1 : 0;
    if (!str_starts(r->line.s, "banner ") || !len) {
        text_addn(out, r->line.s, r->line.len);
        return true;
    }
    char delim[3] = {mark[0], len == 2 ? mark[1] : '\0', '\0'};
    text_printf(out, "%.*s^C", (int)(mark - r->line.s), r->line.s);
    const char *rest = mark + len;
    for (;;) {
        const char *close = strstr(rest, delim);
        text_addn(out, rest, close ? (size_t)(close - rest) : strlen(rest));
        if (close)
            break;
        text_add(out, "\n");
        if (!next(r))
            return false;
        rest = text_str(&r->line);
    }
    text_add(out, "^C");
    return true;
}

static bool refuse(struct config_tree *t, struct reading *r, struct text *err, const char *why)
{
    (void)t;
    if (r->number)
        text_printf(err, "line %u: ", r->number);
    text_add(err, why);
    return false;
}

static bool read_all(struct config_tree *t, struct reading *r, struct text *err)
{
    struct config_line *open[CONFIG_DEPTH_MAX + 1] = {&t->root};
    size_t indent[CONFIG_DEPTH_MAX + 1] = {0}, depth = 0; /* open[depth] was indented by indent[depth] */
    struct text said = {0};
    bool ok = true;

    while (ok && next(r)) {
        const char *s = text_str(&r->line) + strspn(text_str(&r->line), " \t");
        size_t in = (size_t)(s - text_str(&r->line));

        if (!is_text(&r->line)) {
            ok = refuse(t, r, err, "not text");
        } else if (r->line.len > GRAMMAR_LINE_MAX + CONFIG_DEPTH_MAX) {
            ok = refuse(t, r, err, "longer than 1024 bytes");
        } else if (r->number > CONFIG_LINES_MAX) {
            ok = refuse(t, r, err, "too many lines");
        } else if (!in && !strcmp(s, "end")) {
            break;
        } else if (!no_setting(s)) {
            while (depth && in <= indent[depth])
                depth--;
            if (depth == CONFIG_DEPTH_MAX) {
                ok = refuse(t, r, err, "indented too deep");
                break;
            }
            text_clear(&said);
            unsigned number = r->number;
            if (in)
                text_add(&said, s);
            else if (!banner(r, &said))
                ok = refuse(t, r, err, "the banner does not end");
            open[depth + 1] = config_tree_add(t, open[depth], text_str(&said), number);
            indent[++depth] = in;
        }
    }
    text_free(&said);
    if (ok && !t->nlines)
        ok = refuse(t, r, err, "no configuration");
    return ok;
}

struct config_tree *config_tree_new(const char *text, size_t len, struct text *err)
{
    struct config_tree *t = config_tree_empty();
    struct reading r = {.at = text, .end = text + len};
    bool ok = read_all(t, &r, err);

    text_free(&r.line);
    if (ok)
        return t;
    config_tree_free(t);
    return NULL;
}

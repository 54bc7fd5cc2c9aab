/* sentence.c: the sentence language of espial/cmd.h, read into a tree.
 *
 * A sentence is a sequence of literals, values and groups; a group holds alternatives, which are sequences again. The
 * tree keeps what was written, in the order written: the walk (match.c), help (help.c) and printing (print.c) all run
 * over this one tree, which needs no further compilation because every element knows its parent and what follows it. In
 * `&{x|[y]}` the brackets of an item become a mark on the item.
 *
 * What it does not do: resolve names to fields, give help texts to words, compare sentences. That is compile.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/grammar/grammar_local.h"

#define GROUP_DEPTH_MAX 16 /* groups within groups */

struct reader {
    const struct sentence_store *store;
    const char *at;
    bool help_path;
    struct sentence *s;
    struct elem *words[SENTENCE_WORDS];
    unsigned depth;
    bool in_anyorder;
    char *err; /* [128] */
};

static const struct {
    const char *name;
    enum value_type type;
} types[] = {
    {"ip", VALUE_IP},           {"mask", VALUE_MASK},       {"wildcard", VALUE_WILDCARD}, {"word", VALUE_WORD},
    {"line", VALUE_LINE},       {"loose", VALUE_LOOSE},     {"string", VALUE_STRING},     {"arg", VALUE_ARG},
    {"ifname", VALUE_IFNAME},   {"host", VALUE_HOST},       {"oid", VALUE_OID},           {"hex", VALUE_HEX},
    {"seconds", VALUE_SECONDS}, {"url", VALUE_URL},         {"hhmm", VALUE_HHMM},         {"hhmmss", VALUE_HHMMSS},
    {"month", VALUE_MONTH},     {"weekday", VALUE_WEEKDAY},
};

static bool fail(struct reader *r, const char *why, const char *where)
{
    snprintf(r->err, 128, "%s at \"%.40s\"", why, where);
    return false;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
}

static struct elem *elem_add(struct reader *r, struct elem *parent, enum elem_kind kind)
{
    struct elem *e = pool_alloc(r->store->tree, kind <= ELEM_VALUE ? sizeof(*e) : ELEM_GROUP_SIZE);

    e->kind = kind;
    e->parent = parent;
    if (parent) {
        struct elem **p = &parent->kids;

        while (*p) {
            e->index++;
            p = &(*p)->next;
        }
        *p = e;
    }
    return e;
}

static bool add_word(struct reader *r, struct elem *e)
{
    if (r->s->nwords == sizeof(r->words) / sizeof(r->words[0]))
        return fail(r, "too many words", r->at);
    r->words[r->s->nwords++] = e;
    return true;
}

/* "=name" behind a literal or group. */
static bool read_name(struct reader *r, struct elem *e)
{
    const char *p = r->at;

    if (*p != '=')
        return true;
    p++;
    size_t n = 0;
    while (is_name(p[n]))
        n++;
    if (!n)
        return fail(r, "no name after '='", r->at);
    e->name = words_keep(r->store->words, p, n);
    r->at = p + n;
    if (*r->at == ':' && e->kind == ELEM_LITERAL) {
        char *end;

        e->constant = strtoll(r->at + 1, &end, 10);
        if (end == r->at + 1)
            return fail(r, "no number after ':'", r->at);
        r->at = end;
    }
    return true;
}

/* "1-65535"; in hexadecimal "0x0-0xFFFF". */
static bool read_range(const char *s, size_t n, struct elem *e)
{
    char *end;
    int base = n > 2 && !strncmp(s, "0x", 2) ? 16 : 10;

    if (!n || !(*s == '-' || (*s >= '0' && *s <= '9')))
        return false;
    e->lo = strtoll(s, &end, base);
    if (end == s || *end != '-')
        return false;
    const char *second = end + 1;
    e->hi = strtoll(second, &end, base);
    e->type = base == 16 ? VALUE_HEX_RANGE : VALUE_RANGE;
    return end != second && end == s + n && e->lo <= e->hi;
}

static bool read_type(const char *s, size_t n, struct elem *e)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strlen(types[i].name) == n && !memcmp(types[i].name, s, n)) {
            e->type = types[i].type;
            return true;
        }
    }
    return false;
}

static bool read_value(struct reader *r, struct elem *seq)
{
    const char *s = r->at + 1, *end = strchr(s, '>');
    if (!end)
        return fail(r, "'<' without '>'", r->at);
    struct elem *e = elem_add(r, seq, ELEM_VALUE);
    size_t n = (size_t)(end - s);
    const char *colon = memchr(s, ':', n);
    size_t left = colon ? (size_t)(colon - s) : n, right = colon ? n - left - 1 : 0;

    e->text = words_keep(r->store->words, r->at, n + 2);
    e->len = (uint16_t)(n + 2);
    if (read_type(s, left, e)) {
        e->name = right ? words_keep(r->store->words, colon + 1, right) : words_keep(r->store->words, s, left);
    } else if (read_range(s, left, e)) {
        e->name = right ? words_keep(r->store->words, colon + 1, right) : words_keep(r->store->words, s, left);
    } else if (right && read_range(colon + 1, right, e)) {
        e->name = words_keep(r->store->words, s, left);
    } else if (r->help_path) {
        e->type = VALUE_WORD;
        e->name = words_keep(r->store->words, s, n);
    } else {
        return fail(r, "unknown type", r->at);
    }
    r->at = end + 1;
    if (!strncmp(r->at, "...", 3)) {
        e->repeat = true;
        r->at += 3;
    }
    if (*r->at == '=')
        return fail(r, "a value has its name inside '<>'", r->at);
    return add_word(r, e);
}

static bool read_literal(struct reader *r, struct elem *seq)
{
    size_t n = strcspn(r->at, " {}[]<>|=");
    if (!n)
        return fail(r, "unexpected character", r->at);
    struct elem *e = elem_add(r, seq, ELEM_LITERAL);

    e->text = words_keep(r->store->words, r->at, n);
    e->len = (uint16_t)n;
    e->constant = 1;
    r->at += n;
    return read_name(r, e) && add_word(r, e);
}

static bool read_sequence(struct reader *r, struct elem *seq);

static bool read_group(struct reader *r, struct elem *seq, enum elem_kind kind, char close)
{
    const char *open = r->at;
    struct elem *e = elem_add(r, seq, kind);
    bool outer = r->in_anyorder;

    if (++r->depth > GROUP_DEPTH_MAX)
        return fail(r, "groups too deep", open);
    if (kind == ELEM_ANYORDER) {
        if (r->in_anyorder)
            return fail(r, "&{} inside &{}", open);
        r->in_anyorder = true;
        r->at++;
    }
    e->optional = close == ']';
    do {
        struct elem *alternative = elem_add(r, e, ELEM_SEQ);

        r->at++; /* the bracket, or '|' */
        if (!read_sequence(r, alternative))
            return false;
        if (!alternative->kids)
            return fail(r, "empty alternative", open);
        struct elem *only = alternative->kids;
        if (kind == ELEM_ANYORDER && only->kind == ELEM_CHOICE && only->optional && !only->next) {
            alternative->optional = true;
            only->optional = false;
        }
    } while (*r->at == '|');
    if (*r->at != close)
        return fail(r, "group not closed", open);
    r->at++;
    r->depth--;
    r->in_anyorder = outer;
    if (kind == ELEM_ANYORDER) {
        unsigned n = 0;
        for (const struct elem *k = e->kids; k; k = k->next)
            n++;
        if (n > 32)
            return fail(r, "more than 32 items in &{}", open);
        return true;
    }
    return read_name(r, e);
}

static bool read_sequence(struct reader *r, struct elem *seq)
{
    for (;;) {
        bool ok;

        while (*r->at == ' ')
            r->at++;
        switch (*r->at) {
        case '\0':
        case '|':
        case '}':
        case ']': return true;
        case '{': ok = read_group(r, seq, ELEM_CHOICE, '}'); break;
        case '[': ok = read_group(r, seq, ELEM_CHOICE, ']'); break;
        case '<': ok = read_value(r, seq); break;
        case '&':
            if (r->at[1] == '{') {
                ok = read_group(r, seq, ELEM_ANYORDER, '}');
                break;
            }
            /* fall through */
        default: ok = read_literal(r, seq); break;
        }
        if (!ok)
            return false;
    }
}

/* LINE takes all that follows, a repeated value all words that follow: nothing may stand behind them. */
static bool ends_there(const struct elem *e)
{
    for (; e; e = e->parent) {
        if (e->next && e->parent->kind == ELEM_SEQ)
            return false;
        if (e->parent && e->parent->kind == ELEM_ANYORDER)
            return false;
    }
    return true;
}

static bool can_be_empty(const struct elem *seq)
{
    for (const struct elem *e = seq->kids; e; e = e->next) {
        bool empty = e->optional;

        if (!empty && e->kind == ELEM_CHOICE) {
            for (const struct elem *k = e->kids; k; k = k->next)
                empty |= can_be_empty(k);
        } else if (!empty && e->kind == ELEM_ANYORDER) {
            empty = true;
            for (const struct elem *k = e->kids; k; k = k->next)
                empty &= k->optional;
        }
        if (!empty)
            return false;
    }
    return true;
}

struct sentence *sentence_parse(const struct sentence_store *store, const char *text, bool help_path,
                                char err[static 128])
{
    struct reader r = {.store = store, .at = text, .help_path = help_path, .err = err};

    err[0] = '\0';
    r.s = pool_alloc(store->tree, sizeof(*r.s));
    r.s->root = elem_add(&r, NULL, ELEM_SEQ);
    if (!read_sequence(&r, r.s->root))
        return NULL;
    if (*r.at) {
        fail(&r, "bracket without beginning", r.at);
        return NULL;
    }
    if (!r.s->nwords || can_be_empty(r.s->root)) {
        fail(&r, "a sentence needs a word", text);
        return NULL;
    }
    for (size_t i = 0; i < r.s->nwords; i++) {
        const struct elem *e = r.words[i];

        if (e->kind == ELEM_VALUE && token_is_rest(e->type) && (e->repeat || !ends_there(e))) {
            fail(&r, "<line> must be last", e->text);
            return NULL;
        }
        if (e->repeat && e->next) {
            fail(&r, "a repeated value must be last in its group", e->text);
            return NULL;
        }
        for (const struct elem *p = e->parent; p; p = p->parent) {
            if (p->parent && p->parent->kind == ELEM_ANYORDER && can_be_empty(p)) {
                fail(&r, "an item of &{} may be left out only with brackets around it", e->text);
                return NULL;
            }
        }
    }
    r.s->words = pool_alloc(store->lists, r.s->nwords * sizeof(r.s->words[0]));
    memcpy(r.s->words, r.words, r.s->nwords * sizeof(r.s->words[0]));
    return r.s;
}

/* patterns.c: many regular expressions against one line, in one pass over the line.
 *
 * Every message of the router is offered to every syslog applet, so a walk "for each pattern, search the line" would
 * make a busy log cost patterns times characters. Instead each pattern gives up front the longest literal that any
 * match must contain ("CRYPTO-4-RECVD_PKT_INV_SPI" of the incident's applet). All literals together make one
 * Aho-Corasick automaton; the line runs through it once, and only patterns whose literal was seen are tried with PCRE2
 * (through regex.h). A pattern that is nothing but its literal needs no regex at all; one without any literal (".*") is
 * tried always. The automaton has one column for each byte that occurs in some literal, and is rebuilt when first
 * needed after a change: registering a hundred applets at boot builds it once.
 *
 * The dialect is that of event patterns: as the output filters', but '_' stands for itself. The extraction is
 * conservative: whatever it does not understand (groups, alternatives, classes, inline options) contributes nothing. */
#include "eem/patterns.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "espial/mem.h"
#include "espial/regex.h"
#include "espial/text.h"

#define LITERAL_MAX 33 /* with NUL: enough to tell messages apart, and a bound on the automaton */

struct entry {
    struct regex *re;
    void *owner;
    char literal[LITERAL_MAX];
    bool pure;     /* the pattern is its literal: no expression (re may be NULL) */
    bool anchored; /* contains '^' */
    uint64_t seen; /* generation of the line in which the literal was found */
    size_t same;   /* next entry (index + 1) whose literal ends in the same node; 0: none */
};
#define SAYS UINT32_C(0x80000000)

struct patterns {
    struct entry *v;
    size_t n;
    bool stale;
    uint64_t generation;
    size_t *always, nalways;         /* entries without a literal, in order */
    size_t *candidates, ncandidates; /* of the line: entries whose literal was seen; room for all */
    /* the automaton: node 0 is the root */
    uint8_t column[256]; /* of a byte; 0: in no literal */
    size_t columns;      /* counting from 1 */
    size_t nodes, cap;
    uint32_t *next;        /* [node * (columns + 1) + column]; SAYS: the node or a suffix of it ends a literal */
    uint32_t *fail, *dict; /* dict: nearest suffix node that ends a literal; 0: none */
    size_t *ends;          /* first entry (index + 1) whose literal ends here */
    void *gave_up;         /* whose expression last was */
};

/* ---- what a pattern must contain */

static bool is_special(char c)
{
    return c && strchr(".[()|^$*+?", c);
}

/* Past a bracket expression; NULL when it does not end. s points behind '['. */
static const char *skip_class(const char *s)
{
    if (*s == '^')
        s++;
    if (*s == ']')
        s++;
    while (*s && *s != ']') {
        if (s[0] == '\\' && s[1]) {
            s += 2;
        } else if (s[0] == '[' && s[1] == ':') {
            s = strstr(s + 2, ":]");
            if (!s)
                return NULL;
            s += 2;
        } else {
            s++;
        }
    }
    return *s ? s + 1 : NULL;
}

/* Past a group; NULL when it does not end. s points behind '('. */
static const char *skip_group(const char *s)
{
    unsigned depth = 1;
    while (s && *s) {
        char c = *s++;
        if (c == '\\' && *s)
            s++;
        else if (c == '[')
            s = skip_class(s);
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return s;
    }
    return NULL;
}

struct literal {
    char cur[LITERAL_MAX], best[LITERAL_MAX];
    size_t len, best_len;
};

static void flush(struct literal *l)
{
    if (l->len > l->best_len) {
        memcpy(l->best, l->cur, l->len);
        l->best_len = l->len;
    }
    l->len = 0;
}

/* False: nothing can be said. */
static bool collect(const char *s, struct literal *l)
{
    if (strstr(s, "(?") || strstr(s, "(*"))
        return false;
    while (s && *s) {
        char c = *s++;
        if (c == '|')
            return false;
        if (c == '[' || c == '(') {
            flush(l);
            s = c == '[' ? skip_class(s) : skip_group(s);
        } else if (is_special(c)) {
            flush(l);
        } else {
            if (c == '\\') {
                c = *s;
                if (!c)
                    return false;
                s++;
                if (isalnum((unsigned char)c)) {
                    flush(l);
                    continue;
                }
            }
            size_t repeats = strspn(s, "*+?");
            if (strcspn(s, "*?") < repeats) {
                flush(l);
            } else {
                if (l->len < LITERAL_MAX - 1)
                    l->cur[l->len++] = c;
                if (*s == '+')
                    flush(l);
            }
        }
    }
    flush(l);
    return s != NULL;
}

void pattern_literal(const char *pattern, char *out, size_t cap)
{
    struct literal l = {.len = 0};
    if (!collect(pattern, &l))
        l.best_len = 0;
    if (l.best_len >= cap)
        l.best_len = cap - 1;
    memcpy(out, l.best, l.best_len);
    out[l.best_len] = '\0';
}

char *pattern_translate(const char *pattern)
{
    struct text t = {0};
    text_add(&t, "");
    for (const char *s = pattern; *s;) {
        const char *begin = s;
        if (*s == '\\' && s[1]) {
            s += 2;
        } else if (*s == '[') {
            s = skip_class(s + 1);
            if (!s)
                s = begin + strlen(begin);
        } else {
            if (*s == '_')
                text_add(&t, "\\");
            s++;
        }
        text_addn(&t, begin, (size_t)(s - begin));
    }
    char *copy = mem_strdup(text_str(&t));
    text_free(&t);
    return copy;
}

struct regex *pattern_compile(const char *pattern, enum regex_dialect dialect, char why[128])
{
    char *translated = pattern_translate(pattern);
    struct regex *re = regex_new(translated, dialect, why, NULL);
    mem_free(translated);
    return re;
}

/* ---- the automaton */

static void automaton_free(struct patterns *p)
{
    mem_free(p->next);
    mem_free(p->fail);
    mem_free(p->dict);
    mem_free(p->ends);
    mem_free(p->always);
    mem_free(p->candidates);
    p->always = p->candidates = NULL;
    p->nalways = p->ncandidates = 0;
    p->next = p->fail = p->dict = NULL;
    p->ends = NULL;
    p->nodes = p->cap = 0;
}

static uint32_t *arc(struct patterns *p, size_t node, size_t column)
{
    return &p->next[node * (p->columns + 1) + column];
}

static void plant(struct patterns *p, size_t index)
{
    struct entry *e = &p->v[index];
    size_t node = 0;
    for (const char *s = e->literal; *s; s++) {
        uint32_t *to = arc(p, node, p->column[(unsigned char)*s]);
        if (!*to)
            *to = (uint32_t)p->nodes++;
        node = *to;
    }
    e->same = p->ends[node];
    p->ends[node] = index + 1;
}

static void build(struct patterns *p)
{
    automaton_free(p);
    p->stale = false;
    memset(p->column, 0, sizeof p->column);
    p->columns = 0;
    p->cap = 1;
    for (size_t i = 0; i < p->n; i++) {
        for (const char *s = p->v[i].literal; *s; s++, p->cap++)
            if (!p->column[(unsigned char)*s])
                p->column[(unsigned char)*s] = (uint8_t)++p->columns;
    }
    p->next = mem_array(p->cap * (p->columns + 1), sizeof *p->next);
    p->fail = mem_array(p->cap, sizeof *p->fail);
    p->dict = mem_array(p->cap, sizeof *p->dict);
    p->ends = mem_array(p->cap, sizeof *p->ends);
    p->always = mem_array(p->n, sizeof *p->always);
    p->candidates = mem_array(p->n, sizeof *p->candidates);
    p->nodes = 1;
    for (size_t i = 0; i < p->n; i++) {
        if (p->v[i].literal[0])
            plant(p, i);
        else
            p->always[p->nalways++] = i;
    }

    /* Breadth first: the failure arcs of shorter prefixes are complete before those of longer ones, and missing arcs
     * become theirs. */
    uint32_t *queue = mem_array(p->nodes, sizeof *queue);
    size_t head = 0, tail = 0;
    for (size_t c = 1; c <= p->columns; c++)
        if (*arc(p, 0, c))
            queue[tail++] = *arc(p, 0, c);
    while (head < tail) {
        uint32_t node = queue[head++], fail = p->fail[node];
        p->dict[node] = p->ends[fail] ? fail : p->dict[fail];
        for (size_t c = 1; c <= p->columns; c++) {
            uint32_t *to = arc(p, node, c), other = *arc(p, fail, c);
            if (*to) {
                p->fail[*to] = other;
                queue[tail++] = *to;
            } else {
                *to = other;
            }
        }
    }
    mem_free(queue);
    for (size_t i = 0; i < p->nodes * (p->columns + 1); i++)
        if (p->ends[p->next[i]] || p->dict[p->next[i]])
            p->next[i] |= SAYS;
}

/* Every literal that ends in this node. */
static void seen(struct patterns *p, uint32_t node)
{
    for (uint32_t at = p->ends[node] ? node : p->dict[node]; at; at = p->dict[at])
        for (size_t e = p->ends[at]; e; e = p->v[e - 1].same) {
            if (p->v[e - 1].seen == p->generation)
                continue;
            p->v[e - 1].seen = p->generation;
            p->candidates[p->ncandidates++] = e - 1;
        }
}

static void mark(struct patterns *p, const char *line, size_t len)
{
    const uint32_t *next = p->next;
    size_t width = p->columns + 1;
    uint32_t node = 0;
    p->ncandidates = 0;
    for (size_t i = 0; i < len; i++) {
        uint8_t column = p->column[(unsigned char)line[i]];
        if (!column) {
            node = 0;
            continue;
        }
        node = next[node * width + column];
        if (node & SAYS) {
            node &= ~SAYS;
            seen(p, node);
        }
    }
}

static int by_index(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* ---- the set */

struct patterns *patterns_new(void)
{
    struct patterns *p = NEW(struct patterns);
    p->stale = true;
    return p;
}

void patterns_free(struct patterns *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++)
        regex_free(p->v[i].re);
    mem_free(p->v);
    automaton_free(p);
    mem_free(p);
}

bool patterns_add(struct patterns *p, const char *pattern, void *owner, char err[128])
{
    struct regex *re = pattern_compile(pattern, REGEX_IOS, err);
    if (!re)
        return false;
    p->v = mem_resize(p->v, p->n + 1, sizeof *p->v);
    struct entry *e = &p->v[p->n++];
    *e = (struct entry){.re = re, .owner = owner, .anchored = strchr(pattern, '^') != NULL};
    pattern_literal(pattern, e->literal, sizeof e->literal);
    e->pure = e->literal[0] && !strcmp(e->literal, pattern);
    p->stale = true;
    return true;
}

void patterns_add_literal(struct patterns *p, const char *literal, void *owner)
{
    p->v = mem_resize(p->v, p->n + 1, sizeof *p->v);
    struct entry *e = &p->v[p->n++];
    *e = (struct entry){.owner = owner, .pure = true};
    str_copy(e->literal, sizeof e->literal, literal);
    p->stale = true;
}

void patterns_remove(struct patterns *p, const void *owner)
{
    if (p->gave_up == owner)
        p->gave_up = NULL;
    for (size_t i = 0; i < p->n; i++) {
        if (p->v[i].owner != owner)
            continue;
        regex_free(p->v[i].re);
        memmove(p->v + i, p->v + i + 1, (p->n - i - 1) * sizeof *p->v);
        p->n--;
        p->stale = true;
        return;
    }
}

static bool found(struct patterns *p, const struct entry *e, const char *line, size_t len, size_t text_at)
{
    if (e->pure)
        return true;
    unsigned before = regex_gave_up(e->re);
    bool is = regex_match(e->re, line, len) ||
              (e->anchored && text_at && regex_match(e->re, line + text_at, len - text_at));
    if (!is && regex_gave_up(e->re) != before)
        p->gave_up = e->owner;
    return is;
}

void *patterns_gave_up(struct patterns *p)
{
    void *owner = p->gave_up;
    p->gave_up = NULL;
    return owner;
}

void patterns_match(struct patterns *p, const char *line, size_t len, size_t text_at,
                    void (*hit)(void *arg, void *owner), void *arg)
{
    if (!p->n)
        return;
    if (p->stale)
        build(p);
    p->generation++;
    mark(p, line, len);
    if (text_at > len)
        text_at = 0;
    if (p->ncandidates > 1)
        qsort(p->candidates, p->ncandidates, sizeof *p->candidates, by_index);
    /* both lists are in order of adding: take from the one whose next is earlier */
    for (size_t c = 0, a = 0; c < p->ncandidates || a < p->nalways;) {
        bool literal = a == p->nalways || (c < p->ncandidates && p->candidates[c] < p->always[a]);
        const struct entry *e = &p->v[literal ? p->candidates[c++] : p->always[a++]];
        if (found(p, e, line, len, text_at))
            hit(arg, e->owner);
    }
}

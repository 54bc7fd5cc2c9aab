/* patterns.c: many regular expressions against one line, in one pass over the line.
 *
 * Every message of the router is offered to every syslog applet, so a walk "for each pattern, search the line" would
 * make a busy log cost patterns times characters. Instead each pattern gives up front the words one of which any match
 * must contain (literals.c). All of them together make one Aho-Corasick automaton; the line runs through it once, and only
 * patterns of which a word was seen are tried with PCRE2 (through regex.h). A pattern that is nothing but its word needs no
 * regex at all; one without any (".*") is tried always. Which are to be tried is a bit each, so that they come in order
 * of adding without being sorted. The automaton has one column for each byte that occurs in some word, and is rebuilt after
 * a change when a line needs it or the owner has time (milliseconds for a thousand applets): registering a hundred applets
 * at boot builds it once.
 *
 * The dialect is that of event patterns: as the output filters', but '_' stands for itself. */
#include "eem/patterns.h"

#include <stdint.h>
#include <string.h>

#include "eem/literals.h"
#include "espial/mem.h"
#include "espial/regex.h"
#include "espial/text.h"

struct entry {
    struct regex *re;
    void *owner;
    bool pure;     /* to contain a literal is all that is asked (re may be NULL) */
    bool spaced;   /* an expression, and contains a delimiter: with another in its place it does not match */
    bool anchored; /* contains '^' */
    uint8_t nliterals; /* 0: it is tried always */
    char (*literals)[LITERAL_MAX];
};
/* That a node ends a literal of an entry: a list a node. */
struct ending {
    uint32_t entry;
    uint32_t next; /* index + 1; 0: the last */
};
/* What '_' matches, beside the ends of the line. */
static const char delimiters[] = "_,{}() ";
#define SAYS      UINT32_C(0x80000000)
#define WORD_BITS 64u

struct patterns {
    struct entry *v;
    size_t n;
    bool stale;
    uint64_t generation;
    uint64_t *always, *tried; /* a bit an entry: those without a literal; those to be tried on the line */
    size_t words;             /* of each */
    bool any_always;
    /* the automaton: node 0 is the root */
    uint8_t column[256]; /* of a byte; 0: in no literal */
    size_t columns;      /* counting from 1 */
    bool delimited;      /* a literal has '_': all delimiters are its column */
    size_t nodes, cap;
    uint32_t *next;        /* [node * (columns + 1) + column]; SAYS: the node or a suffix of it ends a literal */
    uint32_t *fail, *dict; /* dict: nearest suffix node that ends a literal; 0: none */
    uint64_t *visited;     /* generation of the line that came here */
    uint32_t *ends;        /* first ending (index + 1) of a node */
    struct ending *endings;
    size_t nendings;
    void *gave_up; /* whose expression last was */
};

char *pattern_translate(const char *pattern)
{
    struct text t = {0};
    text_add(&t, "");
    for (const char *s = pattern; *s;) {
        const char *begin = s;
        if (*s == '\\' && s[1]) {
            s += 2;
        } else if (*s == '[') {
            s = pattern_skip_class(s + 1);
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
    if (dialect == REGEX_EVENT)
        return regex_new(pattern, dialect, why, NULL);
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
    mem_free(p->visited);
    mem_free(p->ends);
    mem_free(p->endings);
    mem_free(p->always);
    mem_free(p->tried);
    p->always = p->tried = p->visited = NULL;
    p->next = p->fail = p->dict = p->ends = NULL;
    p->endings = NULL;
    p->nodes = p->cap = p->nendings = p->words = 0;
}

static uint32_t *arc(struct patterns *p, size_t node, size_t column)
{
    return &p->next[node * (p->columns + 1) + column];
}

static void plant(struct patterns *p, size_t index, const char *literal)
{
    size_t node = 0;
    for (const char *s = literal; *s; s++) {
        uint32_t *to = arc(p, node, p->column[(unsigned char)*s]);
        if (!*to)
            *to = (uint32_t)p->nodes++;
        node = *to;
    }
    p->endings[p->nendings++] = (struct ending){.entry = (uint32_t)index, .next = p->ends[node]};
    p->ends[node] = (uint32_t)p->nendings;
}

static void make_room(struct patterns *p)
{
    size_t endings = 0;
    memset(p->column, 0, sizeof p->column);
    p->columns = 0;
    p->delimited = false;
    p->cap = 1;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->v[i].nliterals; k++, endings++)
            for (const char *s = p->v[i].literals[k]; *s; s++, p->cap++)
                if (!p->column[(unsigned char)*s]) {
                    p->column[(unsigned char)*s] = (uint8_t)++p->columns;
                    p->delimited |= *s == '_';
                }
    for (const char *s = delimiters; p->delimited && *s; s++)
        p->column[(unsigned char)*s] = p->column['_'];
    p->words = (p->n + WORD_BITS - 1) / WORD_BITS;
    p->next = mem_array(p->cap * (p->columns + 1), sizeof *p->next);
    p->fail = mem_array(p->cap, sizeof *p->fail);
    p->dict = mem_array(p->cap, sizeof *p->dict);
    p->visited = mem_array(p->cap, sizeof *p->visited);
    p->ends = mem_array(p->cap, sizeof *p->ends);
    p->endings = mem_array(endings + 1, sizeof *p->endings);
    p->always = mem_array(p->words + 1, sizeof *p->always);
    p->tried = mem_array(p->words + 1, sizeof *p->tried);
    p->nodes = 1;
}

static void build(struct patterns *p)
{
    automaton_free(p);
    p->stale = p->any_always = false;
    make_room(p);
    for (size_t i = 0; i < p->n; i++) {
        for (size_t k = 0; k < p->v[i].nliterals; k++)
            plant(p, i, p->v[i].literals[k]);
        if (!p->v[i].nliterals) {
            p->always[i / WORD_BITS] |= UINT64_C(1) << i % WORD_BITS;
            p->any_always = true;
        }
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
    for (uint32_t at = p->ends[node] ? node : p->dict[node]; at; at = p->dict[at]) {
        if (p->visited[at] == p->generation)
            return; /* with all its suffixes */
        p->visited[at] = p->generation;
        for (uint32_t e = p->ends[at]; e; e = p->endings[e - 1].next) {
            uint32_t i = p->endings[e - 1].entry;
            p->tried[i / WORD_BITS] |= UINT64_C(1) << i % WORD_BITS;
        }
    }
}

/* False: no pattern need be tried. */
static bool mark(struct patterns *p, const char *line, size_t len)
{
    const uint32_t *next = p->next;
    size_t width = p->columns + 1;
    uint32_t node = 0;
    bool any = false;
    for (size_t i = 0; i < len; i++) {
        uint8_t column = p->column[(unsigned char)line[i]];
        if (!column) {
            node = 0;
            continue;
        }
        node = next[node * width + column];
        if (node & SAYS) {
            node &= ~SAYS;
            if (!any)
                memcpy(p->tried, p->always, p->words * sizeof *p->tried);
            any = true;
            seen(p, node);
        }
    }
    if (!any && p->any_always)
        memcpy(p->tried, p->always, p->words * sizeof *p->tried);
    return any || p->any_always;
}

/* ---- the set */

static void entry_free(struct entry *e)
{
    regex_free(e->re);
    mem_free(e->literals);
}

static struct entry *entry_add(struct patterns *p, void *owner, const struct literals *l)
{
    p->v = mem_resize(p->v, p->n + 1, sizeof *p->v);
    struct entry *e = &p->v[p->n++];
    *e = (struct entry){.owner = owner, .nliterals = (uint8_t)l->n};
    if (l->n) {
        e->literals = mem_array(l->n, sizeof *e->literals);
        memcpy(e->literals, l->v, l->n * sizeof *e->literals);
    }
    p->stale = true;
    return e;
}

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
        entry_free(&p->v[i]);
    mem_free(p->v);
    automaton_free(p);
    mem_free(p);
}

bool patterns_add(struct patterns *p, const char *pattern, void *owner, char err[128])
{
    struct regex *re = pattern_compile(pattern, REGEX_EVENT, err);
    if (!re)
        return false;
    struct literals l;
    literals_of(pattern, &l);
    struct entry *e = entry_add(p, owner, &l);
    e->re = re;
    e->anchored = strchr(pattern, '^') != NULL;
    e->pure = l.n == 1 && !strcmp(l.v[0], pattern) && !strchr(pattern, '_');
    e->spaced = strpbrk(pattern, delimiters) != NULL;
    return true;
}

void patterns_add_literals(struct patterns *p, const struct literals *l, void *owner)
{
    entry_add(p, owner, l)->pure = true;
}

void patterns_remove(struct patterns *p, const void *owner)
{
    if (p->gave_up == owner)
        p->gave_up = NULL;
    for (size_t i = 0; i < p->n; i++) {
        if (p->v[i].owner != owner)
            continue;
        entry_free(&p->v[i]);
        memmove(p->v + i, p->v + i + 1, (p->n - i - 1) * sizeof *p->v);
        p->n--;
        p->stale = true;
        return;
    }
}

static bool found(struct patterns *p, const struct entry *e, const char *line, size_t len, size_t text_at)
{
    if (e->pure && !(p->delimited && e->spaced))
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

void patterns_prepare(struct patterns *p)
{
    if (p->n && p->stale)
        build(p);
}

void patterns_match(struct patterns *p, const char *line, size_t len, size_t text_at,
                    void (*hit)(void *arg, void *owner), void *arg)
{
    if (!p->n)
        return;
    patterns_prepare(p);
    p->generation++;
    if (text_at > len)
        text_at = 0;
    if (!mark(p, line, len))
        return;
    for (size_t w = 0; w < p->words; w++)
        for (uint64_t bits = p->tried[w]; bits; bits &= bits - 1) {
            const struct entry *e = &p->v[w * WORD_BITS + (size_t)__builtin_ctzll(bits)];
            if (found(p, e, line, len, text_at))
                hit(arg, e->owner);
        }
}

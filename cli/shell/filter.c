/* filter.c: output modifiers (`show ... | include Ethernet`).
 *
 * A chain of stages between a handler's lines and the pager or capture. Text is gathered to blocks of whole lines; a
 * stage passes lines on in runs as long as they stand next to each other, keeps them or writes something else at the
 * end, and nothing is copied or allocated for a line. The line `begin`, `include`, `exclude`,
 * `section` and `count` take the rest of the command line as one regular expression, so a later `|` is alternation. One
 * exception, needed by applets and scripts: when the expression ends in ` | append URL`, ` | redirect URL` or ` | tee
 * [/append] URL`, that is a stage of its own. The output that goes to a file is held until the command ends and then
 * written in one piece, so a replaced file is the old or the new one, and an appended one grows by whole commands.
 *
 * `section`: a matching line opens a section, which lasts while lines are indented deeper; when the match itself is
 * indented, the headers above it that have not been printed come first. `?` and Tab: filter_help.c.
 */
#include "cli/shell/filter_local.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "espial/regex.h"

#define STAGES_MAX   8
#define HEADERS_MAX  8
#define LINE_MAX_LEN (64u * 1024)
#define HELD_MAX     (32u * 1024 * 1024)
#define BLOCK_LEN    (16u * 1024) /* so much is gathered before it is looked at */

struct header {
    size_t indent;
    bool printed;
    char *line;
};
struct stage {
    enum stage_kind kind;
    struct regex *re;
    bool open;     /* begin: found; section: inside */
    size_t indent; /* section: of the line that opened it */
    uint64_t count;
    struct header headers[HEADERS_MAX];
    size_t nheaders;
    char url[256];
    bool remote; /* url is another machine's: what is held is sent there by the session */
    struct text held;
    bool too_much;
};
struct filter {
    struct out *sink;
    struct files *files;
    const struct filter_env *env; /* while it is parsed */
    struct stage stages[STAGES_MAX];
    size_t n;
    struct text waiting; /* what is not a block yet; may end in a part of a line */
    bool at_once;        /* gather nothing: somebody counts the lines that come out */
};

const struct filter_word filter_words[] = {
    {"append", "Append redirected output to URL (URLs supporting append operation only)", true, ST_APPEND},
    {"begin", "Begin with the line that matches", false, ST_BEGIN},
    {"count", "Count number of lines which match regexp", false, ST_COUNT},
    {"exclude", "Exclude lines that match", false, ST_EXCLUDE},
    {"include", "Include lines that match", false, ST_INCLUDE},
    {"redirect", "Redirect output to URL", true, ST_REDIRECT},
    {"section", "Filter a section of output", false, ST_SECTION},
    {"tee", "Copy output to URL", true, ST_TEE},
    {NULL, NULL, false, 0},
};

const struct filter_word *filter_word_of(const char *s, size_t n, size_t *fit)
{
    const struct filter_word *found = NULL;
    size_t best = 0;
    for (size_t i = 0; filter_words[i].text; i++) {
        const char *text = filter_words[i].text;
        size_t k = 0;
        while (k < n && text[k] && tolower((unsigned char)s[k]) == text[k])
            k++;
        if (k > best)
            best = k;
        if (k == n && n > 0)
            found = &filter_words[i]; /* first letters are all different */
    }
    if (fit)
        *fit = best;
    return found;
}

static size_t blanks(const char *s)
{
    return strspn(s, " \t");
}
static size_t wordlen(const char *s)
{
    return strcspn(s, " \t");
}

size_t filter_split(const char *line, size_t from)
{
    bool quoted = false;
    for (size_t i = 0; line[i]; i++) {
        if (line[i] == '\\' && quoted && line[i + 1])
            i++;
        else if (line[i] == '"')
            quoted = !quoted;
        else if (line[i] == '|' && !quoted && i > 0 && i >= from)
            return i;
    }
    /* An unbalanced quote does not hide a modifier. */
    if (quoted)
        for (size_t i = from > 1 ? from : 1; line[i]; i++)
            if (line[i] == '|' && blanks(line + i - 1))
                return i;
    return SIZE_MAX;
}

size_t filter_expression_end(const char *s, size_t *next)
{
    for (size_t i = strlen(s); i > 0; i--) {
        if (s[i - 1] != '|' || i < 2 || (s[i - 2] != ' ' && s[i - 2] != '\t'))
            continue;
        const char *p = s + i + blanks(s + i);
        size_t n = wordlen(p);
        const struct filter_word *w = n >= 2 ? filter_word_of(p, n, NULL) : NULL;
        if (!w || !w->takes_url)
            continue;
        p += n;
        p += blanks(p);
        if (w->kind == ST_TEE && *p == '/') {
            p += wordlen(p);
            p += blanks(p);
        }
        n = wordlen(p);
        if (!n || p[n + blanks(p + n)])
            continue;
        *next = i;
        size_t end = i - 1;
        while (end > 0 && (s[end - 1] == ' ' || s[end - 1] == '\t'))
            end--;
        return end;
    }
    *next = 0;
    return strlen(s);
}

bool filter_section_word(const char *s, size_t n, bool *out)
{
    *out = !strncasecmp(s, "exclude", n);
    return n >= 3 && n <= 7 && (*out || !strncasecmp(s, "include", n));
}

static enum filter_result expression(struct stage *st, const char *s, size_t len)
{
    char *pattern = mem_strndup(s, len);
    st->re = regex_new(pattern, REGEX_IOS, NULL, NULL);
    mem_free(pattern);
    return st->re ? FILTER_OK : FILTER_REGEX;
}

static enum filter_result open_url(struct filter *f, struct stage *st, const char *s, size_t n, struct filter_error *e)
{
    char *typed = mem_strndup(s, n);
    char whole[256];
    bool appends = st->kind == ST_APPEND || st->kind == ST_TEE_APPEND;
    if (f->env->may_not_write) {
        str_copy(e->url, sizeof e->url, typed);
        e->why = FILE_READ_ONLY;
        mem_free(typed);
        return FILTER_URL;
    }
    enum file_result r = file_resolve(f->env->cwd ? f->env->cwd : "disk0:/", typed, whole);
    if (r == FILE_OK && f->env->remote && f->env->remote(f->env->remote_arg, whole)) {
        st->remote = true;
        str_copy(st->url, sizeof st->url, whole);
        str_copy(e->url, sizeof e->url, whole);
        e->why = appends ? FILE_BAD_NAME : FILE_OK; /* nothing there can be appended to */
        mem_free(typed);
        return appends ? FILTER_URL : FILTER_OK;
    }
    if (r == FILE_OK)
        r = file_canonical(f->files, whole, st->url);
    str_copy(e->url, sizeof e->url, r == FILE_OK ? st->url : typed);
    mem_free(typed);
    struct file_info info;
    if (r == FILE_OK && file_stat(f->files, st->url, &info) == FILE_OK && info.dir)
        r = FILE_IS_DIR;
    if (r == FILE_OK && appends)
        r = file_append(f->files, st->url, "", 0);
    e->why = r;
    return r == FILE_OK ? FILTER_OK : FILTER_URL;
}

/* Parse from spec[at]; *next is the offset behind the `|` of a further stage, or 0. */
static enum filter_result stage_parse(struct filter *f, const char *spec, size_t at, size_t *next,
                                      struct filter_error *e)
{
    struct stage *st = &f->stages[f->n];
    *next = 0;
    at += blanks(spec + at);
    size_t n = wordlen(spec + at), fit;
    if (!n)
        return FILTER_INCOMPLETE;
    const struct filter_word *w = filter_word_of(spec + at, n, &fit);
    if (!w) {
        e->at = at + fit;
        return FILTER_UNKNOWN;
    }
    st->kind = w->kind;
    f->n++;
    at += n;
    if (!w->takes_url) {
        at += blanks(spec + at); /* blanks at the end belong to the expression, those before it do not */
        if (w->kind == ST_SECTION) {
            n = wordlen(spec + at);
            bool ex;
            if (filter_section_word(spec + at, n, &ex) && (n == 7 || spec[at + n + blanks(spec + at + n)])) {
                st->kind = ex ? ST_SECTION_OUT : ST_SECTION;
                at += n + blanks(spec + at + n);
            }
        }
        size_t rest;
        size_t len = filter_expression_end(spec + at, &rest);
        if (rest)
            *next = at + rest;
        if (!len)
            return FILTER_INCOMPLETE;
        return expression(st, spec + at, len);
    }
    at += blanks(spec + at);
    n = wordlen(spec + at);
    if (w->kind == ST_TEE && n && n <= 7 && !strncasecmp(spec + at, "/append", n)) {
        st->kind = ST_TEE_APPEND;
        at += n;
        at += blanks(spec + at);
        n = wordlen(spec + at);
    }
    if (!n)
        return FILTER_INCOMPLETE;
    const char *url = spec + at;
    size_t url_len = n;
    at += n;
    at += blanks(spec + at);
    if (spec[at] == '|')
        *next = at + 1;
    else if (spec[at]) {
        e->at = at;
        return FILTER_UNKNOWN;
    }
    return open_url(f, st, url, url_len, e);
}

enum filter_result filter_new(const char *spec, const struct filter_env *env, struct out *sink, struct filter **out,
                              struct filter_error *error)
{
    struct filter *f = NEW(struct filter);
    f->sink = sink;
    f->files = env->files;
    f->env = env;
    size_t at = 0, next;
    *out = NULL;
    *error = (struct filter_error){0};
    do {
        if (f->n == STAGES_MAX) {
            error->at = at;
            filter_free(f);
            return FILTER_UNKNOWN;
        }
        enum filter_result r = stage_parse(f, spec, at, &next, error);
        if (r != FILTER_OK) {
            filter_free(f);
            return r;
        }
        at = next;
    } while (next);
    f->env = NULL;
    *out = f;
    return FILTER_OK;
}

struct filter *filter_of_pager(char key, const char *pattern, struct out *sink)
{
    struct filter *f = NEW(struct filter);
    f->sink = sink;
    f->n = 1;
    f->at_once = true;
    f->stages[0].kind = key == '/' ? ST_BEGIN : key == '+' ? ST_INCLUDE : ST_EXCLUDE;
    if (expression(&f->stages[0], pattern, strlen(pattern)) != FILTER_OK) {
        filter_free(f);
        return NULL;
    }
    return f;
}

static void lines_in(struct filter *f, size_t i, const char *s, size_t len);

static void section_headers(struct filter *f, size_t i)
{
    struct stage *st = &f->stages[i];
    for (size_t k = 0; k < st->nheaders; k++)
        if (!st->headers[k].printed) {
            st->headers[k].printed = true;
            lines_in(f, i + 1, st->headers[k].line, strlen(st->headers[k].line));
        }
}

/* len: with the line end. */
static void section_line(struct filter *f, size_t i, const char *s, size_t len, bool match)
{
    struct stage *st = &f->stages[i];
    size_t indent = 0;
    while (s[indent] == ' ')
        indent++;
    if (st->open && indent <= st->indent)
        st->open = false;
    if (!st->open && match) {
        st->open = true;
        st->indent = indent;
    }
    while (st->nheaders && st->headers[st->nheaders - 1].indent >= indent)
        mem_free(st->headers[--st->nheaders].line);
    bool pass = st->kind == ST_SECTION ? st->open : !st->open;
    if (pass) {
        if (st->kind == ST_SECTION)
            section_headers(f, i);
        lines_in(f, i + 1, s, len);
    }
    if (st->nheaders < HEADERS_MAX && len > indent + 1)
        st->headers[st->nheaders++] = (struct header){.indent = indent, .printed = pass, .line = mem_strndup(s, len)};
}

static void sections(struct filter *f, size_t i, const char *s, size_t len)
{
    size_t start = 0, end = 0;
    bool more = true;
    for (size_t at = 0; at < len;) {
        size_t n = (size_t)((const char *)memchr(s + at, '\n', len - at) - (s + at)) + 1;
        if (more && end <= at)
            more = regex_next_line(f->stages[i].re, s, len, at, &start, &end);
        section_line(f, i, s + at, n, more && start == at);
        at += n;
    }
}

static void hold(struct stage *st, const char *s, size_t len)
{
    if (st->held.len + len > HELD_MAX) {
        st->too_much = true;
        return;
    }
    text_addn(&st->held, s, len);
}

/* Runs of lines that match (or do not) go on in one piece. */
static void choose_lines(struct filter *f, size_t i, const char *s, size_t len, bool matching)
{
    struct regex *re = f->stages[i].re;
    size_t begun = 0, at = 0, start, end; /* the run from begun to at */
    while (regex_next_line(re, s, len, at, &start, &end)) {
        if (matching && start > at) {
            lines_in(f, i + 1, s + begun, at - begun);
            begun = start;
        } else if (!matching) {
            lines_in(f, i + 1, s + begun, start - begun);
            begun = end;
        }
        at = end;
    }
    lines_in(f, i + 1, s + begun, (matching ? at : len) - begun);
}

/* Whole lines, each with its end. */
static void lines_in(struct filter *f, size_t i, const char *s, size_t len)
{
    size_t at = 0, start, end;
    if (!len)
        return;
    if (i == f->n) {
        out_write(f->sink, s, len);
        return;
    }
    struct stage *st = &f->stages[i];
    switch (st->kind) {
    case ST_BEGIN:
        if (!st->open && regex_next_line(st->re, s, len, 0, &at, &end))
            st->open = true;
        if (st->open)
            lines_in(f, i + 1, s + at, len - at);
        break;
    case ST_INCLUDE:
    case ST_EXCLUDE: choose_lines(f, i, s, len, st->kind == ST_INCLUDE); break;
    case ST_COUNT:
        while (regex_next_line(st->re, s, len, at, &start, &at))
            st->count++;
        break;
    case ST_SECTION:
    case ST_SECTION_OUT: sections(f, i, s, len); break;
    case ST_TEE:
    case ST_TEE_APPEND:
        hold(st, s, len);
        lines_in(f, i + 1, s, len);
        break;
    case ST_REDIRECT:
    case ST_APPEND: hold(st, s, len); break;
    }
}

/* The waiting text up to its last line end, or all of it as a line of its own. */
static void pass_waiting(struct filter *f, bool all)
{
    const char *end = f->waiting.len ? memrchr(f->waiting.s, '\n', f->waiting.len) : NULL;
    if (all && f->waiting.len && (!end || end != f->waiting.s + f->waiting.len - 1)) {
        text_add(&f->waiting, "\n");
        end = f->waiting.s + f->waiting.len - 1;
    }
    if (!end)
        return;
    size_t n = (size_t)(end + 1 - f->waiting.s);
    lines_in(f, 0, f->waiting.s, n);
    memmove(f->waiting.s, f->waiting.s + n, f->waiting.len - n);
    f->waiting.len -= n;
    f->waiting.s[f->waiting.len] = '\0';
}

void filter_write(struct filter *f, const char *s, size_t len)
{
    const char *end = !f->waiting.len && (len >= BLOCK_LEN || f->at_once) ? memrchr(s, '\n', len) : NULL;
    if (end) {
        lines_in(f, 0, s, (size_t)(end + 1 - s));
        len -= (size_t)(end + 1 - s);
        s = end + 1;
    }
    text_addn(&f->waiting, s, len);
    if (f->waiting.len >= BLOCK_LEN || f->at_once)
        pass_waiting(f, f->waiting.len > LINE_MAX_LEN && !memchr(f->waiting.s, '\n', f->waiting.len));
}

static void stage_end(struct filter *f, size_t i)
{
    struct stage *st = &f->stages[i];
    enum file_result r = FILE_OK;
    char line[64];
    switch (st->kind) {
    case ST_COUNT: {
        int n = snprintf(line, sizeof line, "Number of lines which match regexp = %llu\n",
                         (unsigned long long)st->count);
        lines_in(f, i + 1, line, (size_t)n);
        break;
    }
    case ST_REDIRECT:
    case ST_TEE:
        r = st->too_much ? FILE_TOO_BIG
            : st->remote ? FILE_OK
                         : file_replace(f->files, st->url, text_str(&st->held), st->held.len);
        break;
    case ST_APPEND:
    case ST_TEE_APPEND:
        r = st->too_much ? FILE_TOO_BIG : file_append(f->files, st->url, text_str(&st->held), st->held.len);
        break;
    default: break;
    }
    if (r != FILE_OK)
        out_printf(f->sink, "%%Error opening %s (%s)\n", st->url, file_result_text(r));
}

void filter_end(struct filter *f)
{
    pass_waiting(f, true);
    for (size_t i = 0; i < f->n; i++)
        stage_end(f, i);
}

bool filter_remote(struct filter *f, char url[256], struct text *text)
{
    for (size_t i = 0; i < f->n; i++) {
        struct stage *st = &f->stages[i];
        if (!st->remote || st->too_much)
            continue;
        st->remote = false;
        str_copy(url, 256, st->url);
        *text = st->held;
        st->held = (struct text){0};
        return true;
    }
    return false;
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < STAGES_MAX; i++) {
        regex_free(f->stages[i].re);
        text_free(&f->stages[i].held);
        for (size_t k = 0; k < f->stages[i].nheaders; k++)
            mem_free(f->stages[i].headers[k].line);
    }
    text_free(&f->waiting);
    mem_free(f);
}

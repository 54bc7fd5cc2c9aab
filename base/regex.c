/* regex.c: regular expressions in the IOS dialect, for output filters and EEM patterns alike. The only file that sees PCRE2.
 *
 * A pattern is translated to a PCRE2 one and compiled with JIT. The dialect is POSIX-extended-like: . * + ? ^ $ [ ] ( ) | mean what they mean there, unanchored and
 * case-sensitive; `_` matches a comma, brace, parenthesis, blank, either end, or itself (so that a mnemonic can be searched for as it is written); a backslash
 * takes the meaning from the character behind it, inside brackets too (a letter is itself: there is no \d, \w, \n), except that \1 to \9 repeat a group. Braces are
 * ordinary: no {m,n}. In brackets classes such as [:digit:] are known. A repetition that repeats nothing is an error; several in a row act as one. Nothing else of PCRE2 can be reached.
 *
 * REGEX_EVENT, for the patterns of EEM's events, is that with \s \d \w and their negations, which people use there.
 * REGEX_TCL is what EEM's action regexp takes beside that, as its patterns are Tcl's: \s \d \w and their negations, \n \r \t and the like in brackets and out,
 * \m \M \y (word ends), {m,n}, lazy repetitions, (?: (?= (?! and a leading (?i). `_` keeps its IOS meaning.
 *
 * A text is one subject, newlines included: `.` matches a newline, ^ and $ only the ends. Matching is bounded by a match limit (a pattern made to explode then
 * does not match; one that does so again and again is given less); a pattern by PATTERN_MAX. One regex is used by one thread at a time.
 *
 * regex_next_line looks for the next matching line of a whole text at once: PCRE2 then skips what cannot begin a match many bytes at a time, where a call for
 * each line would cost more than the match. It uses a second translation, made when first asked for, in which ^ and $ are the ends of lines and nothing
 * matches a newline; where that one gives up, the lines are tried one by one. */
#include "espial/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <limits.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "espial/mem.h"
#include "espial/text.h"

enum { PATTERN_MAX = 4096, MATCH_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_LIMIT_KB = 1024, JIT_STACK_MAX = 256 * 1024 };
enum { EXPLOSIONS_MAX = 50, MATCH_LIMIT_LOW = 2000 }; /* after so many texts given up: no more than this each */

struct regex {
    char *pattern;
    pcre2_code *code, *lines; /* lines: the translation for whole texts; NULL: not made yet, or not to be had */
    bool jit, lines_tried, lines_jit;
    unsigned explosions;
    pcre2_match_data *match;
    pcre2_match_context *bounds;
    pcre2_jit_stack *stack;
};

/* A translation under way. from[i]: where in the pattern the i-th byte of the result comes from, for error offsets. */
struct translation {
    const char *in;
    size_t at, len;
    struct text out;
    uint16_t *from;
    size_t from_cap;
    const char *error;
    bool lines; /* for a text of several lines: nothing matches a newline */
    bool tcl;
    bool classes; /* \s \d \w and their negations */
};

static void put(struct translation *t, const char *s, size_t n, size_t from)
{
    size_t need = t->out.len + n + 1;
    if (need > t->from_cap) {
        t->from_cap = need * 2;
        t->from = mem_resize(t->from, t->from_cap, sizeof *t->from);
    }
    for (size_t i = 0; i <= n; i++)
        t->from[t->out.len + i] = (uint16_t)from;
    text_addn(&t->out, s, n);
}

static void put_str(struct translation *t, const char *s, size_t from)
{
    put(t, s, strlen(s), from);
}

/* A character that means itself, in brackets or out. */
static void put_literal(struct translation *t, char c, size_t from)
{
    const char escaped[2] = {'\\', c};
    if (isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || (unsigned char)c < ' ')
        put(t, &c, 1, from);
    else
        put(t, escaped, 2, from);
}

static bool fail(struct translation *t, const char *why, size_t at)
{
    t->error = why;
    t->at = at;
    return false;
}

static bool is_class(const char *name, size_t n)
{
    static const char *const names[] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph",
                                        "lower", "print", "punct", "space", "upper", "xdigit"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == n && memcmp(name, names[i], n) == 0)
            return true;
    return false;
}

/* "[:name:]" at t->at inside brackets: copied whole. */
static bool translate_class(struct translation *t)
{
    const char *name = t->in + t->at + 2, *end = strstr(name, ":]");
    if (!end || !is_class(name, (size_t)(end - name)))
        return fail(t, "unknown class in brackets", t->at);
    size_t n = (size_t)(end - name) + 4;
    if (t->lines && !memcmp(name, "space", 5))
        put_str(t, "\\t\\x0b\\f\\r ", t->at);
    else if (t->lines && !memcmp(name, "cntrl", 5))
        put_str(t, "\\x00-\\x09\\x0b-\\x1f\\x7f", t->at);
    else
        put(t, t->in + t->at, n, t->at);
    t->at += n;
    return true;
}

/* A letter behind a backslash that means more than itself in Tcl's patterns: what PCRE2 calls it; NULL: nothing. */
static const char *tcl_escape(char c, bool in_brackets)
{
    static const struct {
        char c;
        bool in_brackets;
        const char *means;
    } all[] = {
        {'s', true, "\\s"},  {'S', false, "\\S"}, {'d', true, "\\d"},  {'D', false, "\\D"},
        {'w', true, "\\w"},  {'W', false, "\\W"}, {'n', true, "\\n"},  {'r', true, "\\r"},
        {'t', true, "\\t"},  {'f', true, "\\f"},  {'v', true, "\\x0b"}, {'y', false, "\\b"},
        {'Y', false, "\\B"}, {'m', false, "\\b(?=\\w)"}, {'M', false, "\\b(?<=\\w)"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].c == c && (!in_brackets || all[i].in_brackets))
            return all[i].means;
    return NULL;
}

static const char *escape_means(const struct translation *t, char c, bool in_brackets)
{
    return t->tcl || (t->classes && strchr("sdwSDW", c)) ? tcl_escape(c, in_brackets) : NULL;
}

/* "[...]": t->at is at the opening bracket. */
static bool translate_brackets(struct translation *t)
{
    size_t open = t->at++;
    put_str(t, "[", open);
    if (t->in[t->at] == '^')
        put_str(t, t->lines ? "^\\n" : "^", t->at++);
    bool after_class = false;
    for (bool first = true; t->at < t->len; first = false) {
        char c = t->in[t->at];
        bool class = false;
        if (c == ']' && !first) {
            put_str(t, "]", t->at++);
            return true;
        }
        if (c == '\\' && t->at + 1 < t->len) { /* [^\]d]: what follows means itself */
            t->at++;
            const char *means = escape_means(t, t->in[t->at], true);
            if (means)
                put_str(t, means, t->at);
            else
                put_literal(t, t->in[t->at], t->at);
            class = means && strchr("sdw", t->in[t->at]);
            t->at++;
        } else if (c == '[' && t->in[t->at + 1] == ':') {
            if (!translate_class(t))
                return false;
            class = true;
        } else if (c == '[' && (t->in[t->at + 1] == '.' || t->in[t->at + 1] == '=')) {
            return fail(t, "collating elements are not supported", t->at);
        } else if (c == '-' && !after_class) { /* a class begins no range */
            put_str(t, "-", t->at++);
        } else {
            put_literal(t, c, t->at++);
        }
        after_class = class;
    }
    return fail(t, "missing ] after [", open);
}

/* "\x": t->at is at the backslash. */
static bool translate_escape(struct translation *t)
{
    size_t from = t->at++;
    if (t->at >= t->len)
        return fail(t, "backslash at the end", from);
    char c = t->in[t->at++];
    if (c >= '1' && c <= '9') {
        const char group[] = {'\\', 'g', '{', c, '}'};
        put(t, group, sizeof group, from);
    } else if (escape_means(t, c, false)) {
        put_str(t, escape_means(t, c, false), from);
    } else {
        put_literal(t, c, from);
    }
    return true;
}

/* "{m}", "{m,}" or "{m,n}" at t->at: how long it is; 0: it is something else. */
static size_t bounds_length(const struct translation *t)
{
    const char *s = t->in + t->at + 1;
    size_t m = strspn(s, "0123456789"), n = s[m] == ',' ? 1 + strspn(s + m + 1, "0123456789") : 0;
    return m && m <= 3 && n <= 4 && s[m + n] == '}' ? m + n + 2 : 0;
}

/* "(?:", "(?=", "(?!" anywhere, "(?i)" in front: how long it is; 0: a group. */
static size_t special_group(const struct translation *t)
{
    const char *s = t->in + t->at;
    if (!t->tcl || s[1] != '?')
        return 0;
    return s[2] && strchr(":=!", s[2]) ? 3 : !t->at && !strncmp(s, "(?i)", 4) ? 4 : 0;
}

/* One or more of * + ?: t->at is at the first. x** is x*, x++ is x+, x?? is x?; any mixture is x*. */
static void translate_repeat(struct translation *t)
{
    size_t from = t->at;
    char c = t->in[t->at++];
    if (t->tcl && t->in[t->at] == '?') {
        put(t, &c, 1, from);
        put_str(t, "?", t->at++);
        return;
    }
    for (; t->at < t->len && strchr("*+?", t->in[t->at]); t->at++)
        if (t->in[t->at] != c)
            c = '*';
    put(t, &c, 1, from);
}

static bool translate(struct translation *t)
{
    bool repeatable = false; /* is there something to repeat? */
    while (t->at < t->len) {
        char c = t->in[t->at];
        bool atom = true;
        switch (c) {
        case '[':
            if (!translate_brackets(t))
                return false;
            break;
        case '\\':
            if (!translate_escape(t))
                return false;
            break;
        case '*': case '+': case '?':
            if (!repeatable)
                return fail(t, "nothing to repeat", t->at);
            translate_repeat(t);
            atom = false;
            break;
        case '_':
            put_str(t, "(?:[,{}() _]|^|$)", t->at++);
            break;
        case '{':
            if (t->tcl && repeatable && bounds_length(t)) {
                size_t n = bounds_length(t);
                put(t, t->in + t->at, n, t->at);
                t->at += n;
                atom = false;
            } else {
                put_literal(t, c, t->at++);
            }
            break;
        case '(': case '|': case '^':
            if (c == '(' && special_group(t)) {
                size_t n = special_group(t);
                put(t, t->in + t->at, n, t->at);
                t->at += n;
                atom = false;
                break;
            }
            put(t, &c, 1, t->at++);
            atom = false;
            break;
        case ')': case '.': case '$':
            put(t, &c, 1, t->at++);
            break;
        default:
            put_literal(t, c, t->at++);
        }
        repeatable = atom;
    }
    return true;
}

static bool regex_refuse(char err[128], size_t *err_at, const char *why, size_t at)
{
    if (err)
        str_copy(err, 128, why);
    if (err_at)
        *err_at = at;
    return false;
}

/* NULL and a reason when it does not compile. */
static pcre2_code *regex_compile(const char *pattern, bool lines, enum regex_dialect dialect, char err[128],
                                 size_t *err_at)
{
    struct translation t = {.in = pattern,
                            .len = strlen(pattern),
                            .lines = lines,
                            .tcl = dialect == REGEX_TCL,
                            .classes = dialect == REGEX_EVENT};
    pcre2_code *compiled = NULL;
    if (t.len > PATTERN_MAX) {
        regex_refuse(err, err_at, "pattern too long", PATTERN_MAX);
        return NULL;
    }
    put(&t, "", 0, 0);
    if (!translate(&t)) {
        regex_refuse(err, err_at, t.error, t.at);
    } else {
        const uint32_t options =
            (lines ? PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX : PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY) | PCRE2_NEVER_UTF |
            PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
        int code;
        PCRE2_SIZE at;
        pcre2_compile_context *context = pcre2_compile_context_create(NULL);
        if (context)
            pcre2_set_newline(context, PCRE2_NEWLINE_LF);
        compiled = pcre2_compile((PCRE2_SPTR)text_str(&t.out), t.out.len, options, &code, &at, context);
        pcre2_compile_context_free(context);
        if (!compiled) {
            PCRE2_UCHAR why[128];
            if (pcre2_get_error_message(code, why, sizeof why) < 0)
                why[0] = '\0';
            regex_refuse(err, err_at, (const char *)why, t.from[at <= t.out.len ? at : t.out.len]);
        }
    }
    mem_free(t.from);
    text_free(&t.out);
    return compiled;
}

struct regex *regex_new(const char *pattern, enum regex_dialect dialect, char err[128], size_t *err_at)
{
    struct regex *re = NEW(struct regex);
    re->code = regex_compile(pattern, false, dialect, err, err_at);
    if (!re->code) {
        regex_free(re);
        return NULL;
    }
    re->pattern = mem_strdup(pattern);
    re->match = pcre2_match_data_create_from_pattern(re->code, NULL);
    re->bounds = pcre2_match_context_create(NULL);
    if (!re->match || !re->bounds) {
        regex_refuse(err, err_at, "out of memory", 0);
        regex_free(re);
        return NULL;
    }
    pcre2_set_match_limit(re->bounds, MATCH_LIMIT);
    pcre2_set_depth_limit(re->bounds, DEPTH_LIMIT);
    pcre2_set_heap_limit(re->bounds, HEAP_LIMIT_KB);
    re->jit = pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) == 0; /* where it fails, the interpreter serves */
    return re;
}

void regex_free(struct regex *re)
{
    if (!re)
        return;
    mem_free(re->pattern);
    pcre2_code_free(re->code);
    pcre2_code_free(re->lines);
    pcre2_match_data_free(re->match);
    pcre2_match_context_free(re->bounds);
    pcre2_jit_stack_free(re->stack);
    mem_free(re);
}

static int run_once(struct regex *re, const pcre2_code *code, bool jit, const char *text, size_t len, size_t from)
{
    return jit ? pcre2_jit_match(code, (PCRE2_SPTR)text, len, from, 0, re->match, re->bounds)
               : pcre2_match(code, (PCRE2_SPTR)text, len, from, 0, re->match, re->bounds);
}

/* What PCRE2 says: the number of groups set plus one, or a negative reason. */
static int run(struct regex *re, const pcre2_code *code, bool jit, const char *text, size_t len, size_t from)
{
    int rc = run_once(re, code, jit, text, len, from);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT &&
        !re->stack) { /* a deep pattern on a long text: it gets a stack of its own, once */
        re->stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK_MAX, NULL);
        if (re->stack) {
            pcre2_jit_stack_assign(re->bounds, NULL, re->stack);
            rc = run_once(re, code, jit, text, len, from);
        }
    }
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH && re->explosions < UINT_MAX && ++re->explosions == EXPLOSIONS_MAX)
        pcre2_set_match_limit(re->bounds, MATCH_LIMIT_LOW);
    return rc;
}

/* The number of groups set plus one, or 0: no match, or not within the bounds. */
static size_t regex_run(struct regex *re, const char *text, size_t len)
{
    int rc = run(re, re->code, re->jit, text, len, 0);
    return rc > 0 ? (size_t)rc : 0;
}

unsigned regex_gave_up(const struct regex *re)
{
    return re->explosions;
}

bool regex_match(struct regex *re, const char *text, size_t len)
{
    return regex_run(re, text, len) != 0;
}

size_t regex_groups(struct regex *re, const char *text, size_t len, size_t n, size_t start[], size_t end[])
{
    size_t set = regex_run(re, text, len);
    if (set == 0)
        return 0;
    size_t all = pcre2_get_ovector_count(re->match);
    const PCRE2_SIZE *pairs = pcre2_get_ovector_pointer(re->match);
    if (n > all)
        n = all;
    for (size_t i = 0; i < n; i++) {
        bool unset = i >= set || pairs[2 * i] == PCRE2_UNSET;
        start[i] = unset ? SIZE_MAX : pairs[2 * i];
        end[i] = unset ? SIZE_MAX : pairs[2 * i + 1];
    }
    return n;
}

static bool next_line_by_line(struct regex *re, const char *text, size_t len, size_t from, size_t *start, size_t *end)
{
    while (from < len) {
        size_t n = (size_t)((const char *)memchr(text + from, '\n', len - from) - (text + from));
        if (regex_match(re, text + from, n)) {
            *start = from;
            *end = from + n + 1;
            return true;
        }
        from += n + 1;
    }
    return false;
}

bool regex_next_line(struct regex *re, const char *text, size_t len, size_t from, size_t *start, size_t *end)
{
    if (from >= len)
        return false;
    if (!re->lines && !re->lines_tried) {
        re->lines_tried = true;
        re->lines = regex_compile(re->pattern, true, REGEX_IOS, NULL, NULL);
        re->lines_jit = re->lines && pcre2_jit_compile(re->lines, PCRE2_JIT_COMPLETE) == 0;
    }
    if (!re->lines)
        return next_line_by_line(re, text, len, from, start, end);
    int rc = run(re, re->lines, re->lines_jit, text, len - 1, from); /* without the last newline: $ is before it */
    if (rc == PCRE2_ERROR_NOMATCH)
        return false;
    if (rc <= 0) {
        pcre2_code_free(re->lines); /* it gives up on whole texts */
        re->lines = NULL;
        return next_line_by_line(re, text, len, from, start, end);
    }
    size_t at = pcre2_get_ovector_pointer(re->match)[0];
    const char *before = at > from ? memrchr(text + from, '\n', at - from) : NULL;
    *start = before ? (size_t)(before + 1 - text) : from;
    *end = (size_t)((const char *)memchr(text + at, '\n', len - at) + 1 - text);
    return true;
}

/* ---- where a match stops. The pattern is run with a look at every item: that which came furthest is remembered. */

struct tracing {
    const uint16_t *from;  /* offset in the translation -> in the pattern */
    const uint16_t
        *stage; /* offset in the pattern -> how far one is when one is there: alternatives are side by side */
    struct regex_stop *best;
    size_t best_stage;
};

static int on_item(pcre2_callout_block *b, void *arg)
{
    struct tracing *t = arg;
    size_t at = t->from[b->pattern_position], stage = t->stage[at];
    size_t consumed = b->current_position - b->start_match, best = t->best->text_at - t->best->text_from;
    if (stage < t->best_stage || (stage == t->best_stage && consumed < best) ||
        (stage == t->best_stage && consumed == best && at <= t->best->pattern_at))
        return 0;
    t->best_stage = stage;
    *t->best = (struct regex_stop){.pattern_at = at, .text_from = b->start_match, .text_at = b->current_position};
    return 0;
}

/* Past "[...]"; s points at its opening bracket. */
static size_t brackets_end(const char *s, size_t at)
{
    size_t i = at + 1;
    i += s[i] == '^';
    for (bool first = true; s[i] && (s[i] != ']' || first); first = false) {
        const char *class = s[i] == '[' && s[i + 1] == ':' ? strstr(s + i, ":]") : NULL;
        i = class ? (size_t)(class + 2 - s) : i + 1 + (s[i] == '\\' && s[i + 1]);
    }
    return s[i] ? i + 1 : i;
}

/* stage[i]: i, or where the outermost group begins that holds alternatives and i. */
static void set_stages(const char *s, size_t len, uint16_t *stage)
{
    enum { DEPTH_MAX = 64 };
    size_t open[DEPTH_MAX], depth = 0;
    bool choice[DEPTH_MAX] = {false}, all = false;
    for (size_t i = 0; i <= len; i++)
        stage[i] = (uint16_t)i;
    for (size_t i = 0; i < len;) {
        if (s[i] == '[') {
            i = brackets_end(s, i);
            continue;
        }
        if (s[i] == '(' && depth < DEPTH_MAX) {
            open[depth] = i;
            choice[depth++] = false;
        } else if (s[i] == ')' && depth) {
            if (choice[--depth])
                for (size_t k = open[depth]; k <= i; k++)
                    stage[k] = (uint16_t)open[depth];
        } else if (s[i] == '|') {
            *(depth ? &choice[depth - 1] : &all) = true;
        }
        i += 1 + (s[i] == '\\' && s[i + 1]);
    }
    for (size_t i = 0; all && i < len; i++)
        stage[i] = 0;
}

bool regex_stop_at(const char *pattern, enum regex_dialect dialect, const char *text, size_t len,
                   struct regex_stop *out)
{
    struct translation t = {
        .in = pattern, .len = strlen(pattern), .tcl = dialect == REGEX_TCL, .classes = dialect == REGEX_EVENT};
    int code;
    PCRE2_SIZE at;
    *out = (struct regex_stop){0};
    put(&t, "", 0, 0);
    pcre2_code *compiled = NULL;
    if (t.len <= PATTERN_MAX && translate(&t))
        compiled = pcre2_compile((PCRE2_SPTR)text_str(&t.out), t.out.len,
                                 PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
                                     PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT | PCRE2_NO_START_OPTIMIZE |
                                     PCRE2_NO_AUTO_POSSESS | PCRE2_NO_DOTSTAR_ANCHOR,
                                 &code, &at, NULL);
    pcre2_match_data *match = compiled ? pcre2_match_data_create_from_pattern(compiled, NULL) : NULL;
    pcre2_match_context *bounds = match ? pcre2_match_context_create(NULL) : NULL;
    bool found = false;
    if (bounds) {
        uint16_t *stage = mem_array(t.len + 1, sizeof *stage);
        set_stages(pattern, t.len, stage);
        struct tracing tracing = {.from = t.from, .stage = stage, .best = out};
        pcre2_set_callout(bounds, on_item, &tracing);
        pcre2_set_match_limit(bounds, MATCH_LIMIT);
        pcre2_set_depth_limit(bounds, DEPTH_LIMIT);
        pcre2_set_heap_limit(bounds, HEAP_LIMIT_KB);
        int rc = pcre2_match(compiled, (PCRE2_SPTR)text, len, 0, 0, match, bounds);
        found = rc > 0;
        out->gave_up = rc < 0 && rc != PCRE2_ERROR_NOMATCH;
        mem_free(stage);
    }
    pcre2_match_context_free(bounds);
    pcre2_match_data_free(match);
    pcre2_code_free(compiled);
    mem_free(t.from);
    text_free(&t.out);
    return found;
}

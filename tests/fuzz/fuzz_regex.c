/* fuzz_regex.c: any expressions against any lines: the translation to PCRE2, output filters, and the one-pass search of many event patterns.
 *
 * Up to the first empty line of an input each line is an expression, what follows are subjects. It must hold: a refused expression is refused with a reason and a place
 * inside it; a match lies within its subject; the search of all patterns at once finds exactly those that, one by one, match; `include` and `exclude` of one
 * expression share out every line between them. */
#include <stdio.h>
#include <string.h>

#include "cli/shell/filter.h"
#include "eem/patterns.h"
#include "espial/file.h"
#include "espial/regex.h"
#include "tests/fuzz/fuzz.h"

#define EXPRESSIONS 6
#define SUBJECTS    8
#define LINE_LEN    240

const char *const fuzz_words[] = {"(", ")", "[", "]", "[^", "[:digit:]", "[[:alpha:]]", "\\", "\\1", "\\]", "\\_", "_", ".*", "+", "?", "*", "|", "^", "$", "{", "}", "{2}", "a-z", "(a|b)", "\n", "\n\n", "%SYS-5-", "srcaddr=", " ", "?:", "(?i)", ".",
                                  "\xff", NULL};

struct set {
    char *expression[EXPRESSIONS];
    struct regex *re[EXPRESSIONS]; /* as an event pattern; NULL: refused */
    bool hit[EXPRESSIONS];
    size_t n;
};

static void on_hit(void *arg, void *owner)
{
    struct set *s = arg;
    size_t i = (size_t)((char **)owner - s->expression);

    fuzz_must(i < s->n && !s->hit[i]);
    s->hit[i] = true;
}

static struct regex *compile(const char *pattern, enum regex_dialect dialect)
{
    char err[128];
    size_t at = SIZE_MAX;
    memset(err, 1, sizeof err);
    struct regex *re = regex_new(pattern, dialect, err, &at);

    if (!re)
        fuzz_must(memchr(err, 0, sizeof err) && err[0] && at <= strlen(pattern));
    return re;
}

static void check_groups(struct regex *re, const char *line, size_t len)
{
    size_t start[12], end[12], n = regex_groups(re, line, len, 12, start, end);

    fuzz_must((n > 0) == regex_match(re, line, len));
    for (size_t i = 0; i < n; i++)
        fuzz_must(start[i] == SIZE_MAX ? end[i] == SIZE_MAX && i > 0 : start[i] <= end[i] && end[i] <= len);
}

struct sink {
    struct out out; /* first */
    unsigned lines;
};

static void count_lines(struct out *o, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((struct sink *)o)->lines += s[i] == '\n';
}

static unsigned kept(const char *modifier, const char *expression, const char *line, size_t len, bool *ok)
{
    char *spec = mem_printf("%s %s", modifier, expression);
    struct sink sink = {.out = {.write = count_lines}};
    struct files *files = files_memory_new();
    struct filter *f;
    struct filter_error e;

    *ok = filter_new(spec, &(struct filter_env){.files = files}, &sink.out, &f, &e) == FILTER_OK;
    if (*ok) {
        filter_write(f, line, len);
        filter_write(f, "\n", 1);
        filter_end(f);
        filter_free(f);
    }
    files_free(files);
    mem_free(spec);
    return sink.lines;
}

static void one_subject(struct set *s, struct patterns *all, const char *line, size_t len)
{
    memset(s->hit, 0, sizeof s->hit);
    patterns_match(all, line, len, 0, on_hit, s);
    for (size_t i = 0; i < s->n; i++) {
        if (!s->re[i])
            continue;
        check_groups(s->re[i], line, len);
        if (s->hit[i] != regex_match(s->re[i], line, len)) {
            fprintf(stderr, "\"%s\" %s \"%.*s\", but alone it is otherwise\n", s->expression[i], s->hit[i] ? "is found in" : "is not found in", (int)len, line);
            abort();
        }
        bool in, ex;
        unsigned sum = kept("include", s->expression[i], line, len, &in) + kept("exclude", s->expression[i], line, len, &ex);
        fuzz_must(in == ex && (!in || strchr(s->expression[i], '|') || sum == 1));
    }
}

/* The next line of the input; false at the end. */
static bool next_line(const char **p, const char *end, char out[LINE_LEN], size_t *len)
{
    if (*p >= end)
        return false;
    const char *nl = memchr(*p, '\n', (size_t)(end - *p));
    size_t n = (size_t)((nl ? nl : end) - *p);
    *len = n < LINE_LEN - 1 ? n : LINE_LEN - 1;
    memcpy(out, *p, *len);
    out[*len] = '\0';
    *p = nl ? nl + 1 : end;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *end = p + size;
    char line[LINE_LEN], err[128];
    size_t len, subjects = 0;
    struct set s = {.n = 0};
    struct patterns *all = patterns_new();

    while (s.n < EXPRESSIONS && next_line(&p, end, line, &len) && len) {
        char *translated = pattern_translate(line);
        s.expression[s.n] = mem_strdup(line);
        regex_free(compile(line, REGEX_IOS)); /* as an output filter */
        regex_free(compile(translated, REGEX_TCL)); /* as an action's */
        s.re[s.n] = compile(line, REGEX_EVENT);
        mem_free(translated);
        fuzz_must(patterns_add(all, line, &s.expression[s.n], err) == (s.re[s.n] != NULL));
        s.n++;
    }
    while (subjects++ < SUBJECTS && next_line(&p, end, line, &len)) {
        char *exact = mem_new(len ? len : 1); /* not one byte more */
        memcpy(exact, line, len);
        one_subject(&s, all, exact, len);
        mem_free(exact);
    }
    patterns_free(all);
    for (size_t i = 0; i < s.n; i++) {
        regex_free(s.re[i]);
        mem_free(s.expression[i]);
    }
    return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out)
{
    static const char *const seeds[] = {
        "CRYPTO-4-RECVD_PKT_INV_SPI.*srcaddr=11.1.1.3\n%SYS-5-CONFIG_I\n_up_\n\n*Mar 12 18:22:10.706: %CRYPTO-4-RECVD_PKT_INV_SPI: decaps: spi has srcaddr=11.1.1.3, x\nup\nit is up, now\n",
        "[a-c]+x\n[^]]z\n[]a]b\n[[:digit:]]+\n(a|bc)*d\\1\n\nabcx\nzz\n]b\n123\nabcdbc\n",
        "[a\\]_]foo\n\\.\\*\n^a$\na?b+c*\n((((a))))\n.*\n\n]foo\nafoo\n.*\n\na\nabc\n",
        "_a_b_\na b\n\\s\\d_x\n[\\w_]y\n(_up|down_),\n\na,b\na b\n a_b\n 1 x\n7y\n(up,\ndown ,\n",
        "x{2}\nx**y\n(a+)+$\n[z-a]\n[a\n\nx{2}\nxxy\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n",
    };

    return fuzz_seed_text(seeds, sizeof seeds / sizeof seeds[0], i, out);
}

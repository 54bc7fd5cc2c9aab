/* verdict.c: the end of a replay: a table of applets, and which expectations were met; as text, TAP or JUnit. With the last two it
 * is all that is told: an expectation is a test, and so is every line that was refused. */
#include "cli/offline/verdict.h"

#include <inttypes.h>
#include <string.h>

/* Text of any bytes, each line of it behind `lead`. */
static void put_lines(FILE *out, const char *lead, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\r\n");
        fprintf(out, "%s%.*s\n", lead, (int)n, text);
        text += n + strspn(text + n, "\r\n");
    }
}

static void end_text(const struct verdict *v)
{
    fprintf(v->out, "\n%-7s %-8s %-6s %-8s %-8s %-10s %-7s %-7s %s\n", "Fired", "Success", "Abort", "Timeout", "Held",
            "Longest", "First", "Last", "Applet");
    for (size_t i = 0; i < v->ntallies; i++) {
        const struct tally *t = &v->tallies[i];
        char longest[32];
        snprintf(longest, sizeof longest, "%" PRIu64 ".%03" PRIu64, t->longest_us / 1000000,
                 t->longest_us / 1000 % 1000);
        fprintf(v->out,
                "%-7" PRIu64 " %-8" PRIu64 " %-6" PRIu64 " %-8" PRIu64 " %-8" PRIu64 " %-10s %-7" PRIu64 " %-7" PRIu64
                " %s\n",
                t->fired, t->success, t->abort, t->timeout, t->limited, longest, t->first_line, t->last_line,
                t->applet);
    }
    for (size_t i = 0; i < v->expect->n; i++) {
        const struct expectation *x = &v->expect->v[i];
        struct text why = {0};
        bool met = expect_met(x, &why);
        fprintf(v->out, "%s%s:%u: %s: %s: %s\n", i ? "" : "\n", v->config->path, x->line, met ? "met" : "FAILED",
                x->applet, x->text);
        if (!met)
            put_lines(v->out, "    ", text_str(&why));
        text_free(&why);
    }
}

/* A description: what would be a directive ("# TODO") is text. */
static void put_tap(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            fputc('\\', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
}

static void end_tap(const struct verdict *v)
{
    size_t n = 0, tests = v->expect->n + v->config->refused;
    fprintf(v->out, "TAP version 13\n1..%zu%s\n", tests, tests ? "" : " # SKIP nothing is expected");
    for (size_t i = 0; i < v->expect->n; i++) {
        const struct expectation *x = &v->expect->v[i];
        struct text why = {0};
        bool met = expect_met(x, &why);
        fprintf(v->out, "%s %zu - %s: ", met ? "ok" : "not ok", ++n, x->applet);
        put_tap(v->out, x->text);
        if (!met)
            fprintf(v->out, "\n# %s:%u:\n", v->config->path, x->line);
        else
            fputc('\n', v->out);
        put_lines(v->out, "#     ", text_str(&why));
        text_free(&why);
    }
    for (size_t i = 0; i < v->config->n; i++) {
        const struct config_line *l = &v->config->lines[i];
        if (l->kind != CONFIG_LINE_REFUSED)
            continue;
        fprintf(v->out, "not ok %zu - the router refuses: ", ++n);
        put_tap(v->out, l->text);
        fprintf(v->out, "\n# %s:%u:\n", v->config->path, l->number);
        put_lines(v->out, "#     ", l->said ? l->said : "refused");
    }
}

/* How many bytes of one well-formed character of UTF-8 that XML may hold begin here; 0: none. */
static size_t utf8_character(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : s[0] < 0xF5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool beyond = (s[0] == 0xF4 && s[1] > 0x8F) || (s[0] == 0xED && s[1] > 0x9F); /* surrogates too */
    bool none = s[0] == 0xEF && s[1] == 0xBF && s[2] >= 0xBE;
    return n > 1 && (overlong || beyond || none) ? 0 : n;
}

static void put_xml(FILE *out, const char *text)
{
    for (size_t n; *text; text += n ? n : 1) {
        n = utf8_character(text);
        switch (*text) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\n': fputs("&#10;", out); break;
        default:
            if (!n)
                fputs("&#xFFFD;", out);
            else if ((unsigned char)*text < ' ')
                fputc(' ', out);
            else
                fwrite(text, 1, n, out);
        }
    }
}

static void test_case(const struct verdict *v, const char *class, const char *name, const char *why)
{
    fputs("    <testcase classname=\"", v->out);
    put_xml(v->out, class);
    fputs("\" name=\"", v->out);
    put_xml(v->out, name);
    if (why) {
        fputs("\">\n      <failure message=\"", v->out);
        put_xml(v->out, why);
        fputs("\"/>\n    </testcase>\n", v->out);
    } else {
        fputs("\"/>\n", v->out);
    }
}

static void end_junit(const struct verdict *v, size_t failed)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"", v->out);
    put_xml(v->out, v->config->path);
    fprintf(v->out, "\" tests=\"%zu\" failures=\"%zu\">\n", v->expect->n + v->config->refused,
            failed + v->config->refused);
    for (size_t i = 0; i < v->expect->n; i++) {
        const struct expectation *x = &v->expect->v[i];
        struct text why = {0};
        bool met = expect_met(x, &why);
        test_case(v, x->applet, x->text, met ? NULL : text_str(&why));
        text_free(&why);
    }
    for (size_t i = 0; i < v->config->n; i++)
        if (v->config->lines[i].kind == CONFIG_LINE_REFUSED)
            test_case(v, v->config->lines[i].applet, v->config->lines[i].text,
                      v->config->lines[i].said ? v->config->lines[i].said : "refused");
    fputs("  </testsuite>\n</testsuites>\n", v->out);
}

bool verdict_tell(const struct verdict *v)
{
    size_t failed = 0;
    for (size_t i = 0; i < v->expect->n; i++) {
        struct text why = {0};
        failed += !expect_met(&v->expect->v[i], &why);
        text_free(&why);
    }
    switch (v->format) {
    case STORY_TEXT:
        end_text(v);
        if (!v->quiet)
            fprintf(v->out, "\n%s: %" PRIu64 " line%s replayed, %zu of %zu expectations met\n", v->log, v->lines,
                    v->lines == 1 ? "" : "s", v->expect->n - failed, v->expect->n);
        break;
    case STORY_TAP: end_tap(v); break;
    case STORY_JUNIT: end_junit(v, failed); break;
    }
    (void)fflush(v->out);
    return !failed && !v->config->refused;
}

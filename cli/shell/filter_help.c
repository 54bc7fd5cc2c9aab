/* filter_help.c: `?` and Tab behind the `|` of a command.
 *
 * The cursor stands in the last stage of the chain: in its word, in what belongs to it (the `/append` of `tee`, the `include` of `section`, the name of a file), or
 * behind all of it. What may stand there is listed in the layout of every other help: values first, then keywords, then <cr>. An expression takes the rest of the
 * line, so behind its first character there is nothing but LINE. Tab completes keywords and the names of file systems.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/shell/filter_local.h"
#include "espial/file.h"

struct choice {
    const char *token, *help;
};

/* What may stand at the cursor. */
struct place {
    struct choice v[16];
    size_t n;
    const char *value; /* a value's placeholder, and its help; NULL: only keywords */
    const char *value_help;
    const char *partial; /* what is typed of the word */
    size_t partial_len;
    bool end;      /* the line may end here: <cr> */
    bool in_value; /* inside a value that takes the rest of the line */
};

static size_t blanks(const char *s)
{
    return strspn(s, " \t");
}

static size_t wordlen(const char *s)
{
    return strcspn(s, " \t");
}

static void offer(struct place *p, const char *token, const char *help)
{
    if (!strncasecmp(token, p->partial, p->partial_len))
        p->v[p->n++] = (struct choice){token, help};
}

static void offer_files(struct place *p)
{
    const char *name;
    bool listed;
    for (size_t i = 0; (name = file_system_nth(i, &listed)); i++)
        if (listed)
            offer(p, name, "Uniform Resource Locator");
    p->value = "WORD";
    p->value_help = "Name of a file";
}

/* The stage the cursor is in: its offset in spec. */
static size_t last_stage(const char *spec)
{
    size_t next, at = blanks(spec);
    size_t n = wordlen(spec + at);
    const struct filter_word *w = filter_word_of(spec + at, n, NULL);
    if (!w || !spec[at + n])
        return 0;
    if (!w->takes_url) {
        (void)filter_expression_end(spec + at + n + 1, &next);
        return next ? at + n + 1 + next : 0;
    }
    const char *bar = strrchr(spec, '|');
    return bar ? (size_t)(bar + 1 - spec) : 0;
}

static bool behind_file(const char *s, bool may_append, struct place *p)
{
    size_t n = wordlen(s);
    if (may_append && n && n <= 7 && s[n] && !strncasecmp(s, "/append", n)) {
        s += n + blanks(s + n);
        n = wordlen(s);
        may_append = false;
    }
    if (!n || !s[n]) {
        p->partial = s;
        p->partial_len = n;
        if (may_append)
            offer(p, "/append", "Append to the file");
        offer_files(p);
        return true;
    }
    p->partial = s + n + blanks(s + n);
    p->end = true;
    return !*p->partial;
}

static bool behind_expression(const char *s, bool section, struct place *p)
{
    size_t n = wordlen(s);
    bool out;
    if (section && n && s[n] && filter_section_word(s, n, &out)) {
        s += n + blanks(s + n);
        n = wordlen(s);
        section = false;
    }
    p->value = "LINE";
    p->value_help = "Regular Expression";
    p->in_value = n && s[n];
    size_t len = strlen(s), last = len;
    while (last && !blanks(s + last - 1))
        last--;
    p->partial = s + last;
    p->partial_len = len - last;
    if (section && !p->in_value) {
        offer(p, "exclude", "Exclude section(s) of output");
        offer(p, "include", "Include section(s) of output");
    }
    return true;
}

/* Where the cursor is; false: nothing can stand there. */
static bool find(const char *spec, struct place *p)
{
    spec += last_stage(spec);
    size_t at = blanks(spec), n = wordlen(spec + at);
    *p = (struct place){.partial = ""};
    if (!n || !spec[at + n]) {
        p->partial = spec + at;
        p->partial_len = n;
        for (const struct filter_word *w = filter_words; w->text; w++)
            offer(p, w->text, w->help);
        return p->n > 0;
    }
    const struct filter_word *w = filter_word_of(spec + at, n, NULL);
    if (!w)
        return false;
    at += n;
    at += blanks(spec + at);
    return w->takes_url ? behind_file(spec + at, w->kind == ST_TEE, p)
                        : behind_expression(spec + at, w->kind == ST_SECTION, p);
}

static void help_row(struct text *out, size_t width, const char *token, const char *help)
{
    const size_t columns = 80;
    size_t left = 2 + width + 2;
    text_printf(out, "  %-*s  ", (int)width, token);
    size_t room = columns - left, len = strlen(help);
    while (len > room) {
        size_t cut = room;
        while (cut > 0 && help[cut] != ' ')
            cut--;
        text_printf(out, "%.*s\n%*s", (int)cut, help, (int)left, "");
        help += cut + 1;
        len = strlen(help);
    }
    text_printf(out, "%s\n", help);
}

bool filter_help(const char *spec, struct text *out, bool *word)
{
    struct place p;
    size_t widest = 0;
    *word = false;
    if (!find(spec, &p))
        return false;
    *word = p.partial_len > 0;
    if (*word) {
        for (size_t i = 0; i < p.n; i++)
            text_printf(out, "%s  ", p.v[i].token);
        text_add(out, p.n ? "\n" : p.value ? p.value : "");
        text_add(out, p.n ? "" : "  \n");
        return true;
    }
    if (p.in_value || p.end) {
        text_add(out, p.in_value ? "  LINE    <cr>\n" : "  <cr>\n");
        return true;
    }
    for (size_t i = 0; i < p.n; i++)
        widest = strlen(p.v[i].token) > widest ? strlen(p.v[i].token) : widest;
    if (p.value) {
        widest = strlen(p.value) > widest ? strlen(p.value) : widest;
        help_row(out, widest, p.value, p.value_help);
    }
    for (size_t i = 0; i < p.n; i++)
        help_row(out, widest, p.v[i].token, p.v[i].help);
    return true;
}

bool filter_complete(const char *spec, struct text *out)
{
    struct place p;
    if (!find(spec, &p) || !p.partial_len || p.n != 1)
        return false;
    text_add(out, p.v[0].token + p.partial_len);
    return true;
}

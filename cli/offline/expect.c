/* expect.c: the small language of expectations, beside the applets they are about:
 *
 *     ! expect: fires                          at least once; `fires 3 times`, `fires once`, `fires twice`
 *     ! expect: does not fire
 *     ! expect: fires at line 12               of the log; `does not fire at line 12`
 *     ! expect: runs "show ip route"           types this command; `does not run "..."`
 *     ! expect: logs "text"                    a line of its own holds this; `does not log "..."`
 *     ! expect: sends a trap ["text"]          `sends no trap`
 *     ! expect: mails ["text"]                 `does not mail`
 *     ! expect: sets NAME to "value"           when a run ends
 *     ! expect: ends with success|abort|timeout       every run does, and there is one
 *     ! expect: exits with 2                   some run's exit status
 *     ! expect: takes at most 3.5 seconds      every run
 *
 * A comment is about the applet whose lines stand above it, before the first applet about that one; `! expect NAME: ...`
 * is about NAME wherever it stands. Words are free in their case, `fire` is `fires`. Events are held against all
 * expectations as they happen, so nothing of a long log is kept. */
#include "cli/offline/expect.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const end_names[] = {"success", "abort", "timeout"};

struct words {
    const char *s;
};

static void skip(struct words *w)
{
    while (*w->s == ' ')
        w->s++;
}

/* The next word is this one (a verb also without its s). */
static bool eat(struct words *w, const char *word)
{
    size_t n = 0;
    skip(w);
    while (isalpha((unsigned char)w->s[n]))
        n++;
    size_t full = strlen(word);
    bool verb = full > 3 && word[full - 1] == 's' && n == full - 1;
    if ((n != full && !verb) || strncasecmp(w->s, word, n))
        return false;
    w->s += n;
    return true;
}

static bool eat_number(struct words *w, uint64_t *v)
{
    size_t n = 0;
    char digits[24];
    skip(w);
    while (isdigit((unsigned char)w->s[n]))
        n++;
    if (!n || n >= sizeof digits)
        return false;
    memcpy(digits, w->s, n);
    digits[n] = '\0';
    w->s += n;
    return str_uint(digits, 0, UINT64_MAX / 2000000, v);
}

/* "3.5" seconds, into microseconds. */
static bool eat_seconds(struct words *w, uint64_t *us)
{
    uint64_t whole, scale = 100000;
    if (!eat_number(w, &whole))
        return false;
    *us = whole * 1000000;
    if (*w->s == '.')
        for (w->s++; isdigit((unsigned char)*w->s); w->s++, scale /= 10)
            *us += (uint64_t)(*w->s - '0') * scale;
    return true;
}

/* "text" with \" inside, or the rest of the line. */
static char *eat_text(struct words *w)
{
    struct text t = {0};
    skip(w);
    text_add(&t, "");
    if (*w->s == '"') {
        for (w->s++; *w->s && *w->s != '"'; w->s++) {
            if (*w->s == '\\' && w->s[1] == '"')
                w->s++;
            text_addn(&t, w->s, 1);
        }
        if (*w->s)
            w->s++;
    } else {
        text_add(&t, w->s);
        w->s += strlen(w->s);
    }
    char *copy = mem_strdup(text_str(&t));
    text_free(&t);
    return copy;
}

static const char *read_fires(struct expectation *x, struct words *w)
{
    x->kind = EXPECT_FIRES;
    x->least = 1;
    x->most = UINT64_MAX;
    if (eat(w, "at")) {
        x->kind = EXPECT_AT_LINE;
        return eat(w, "line") && eat_number(w, &x->number) ? NULL : "`at line NUMBER` is wanted";
    }
    if (eat(w, "once"))
        x->least = x->most = 1;
    else if (eat(w, "twice"))
        x->least = x->most = 2;
    else if (eat_number(w, &x->least)) {
        x->most = x->least;
        if (!eat(w, "times"))
            return "`times` is wanted behind the number";
    }
    return NULL;
}

static const char *read_text(struct expectation *x, struct words *w, enum expect_kind kind)
{
    x->kind = kind;
    x->wanted = eat_text(w);
    return x->wanted[0] || kind == EXPECT_TRAPS || kind == EXPECT_MAILS ? NULL : "a text in quotes is wanted";
}

static const char *read_sets(struct expectation *x, struct words *w)
{
    size_t n = 0;
    x->kind = EXPECT_SETS;
    skip(w);
    if (*w->s == '$')
        w->s++;
    while (isalnum((unsigned char)w->s[n]) || w->s[n] == '_')
        n++;
    snprintf(x->name, sizeof x->name, "%.*s", (int)n, w->s);
    w->s += n;
    if (!n || !eat(w, "to"))
        return "`sets NAME to \"value\"` is wanted";
    x->wanted = eat_text(w);
    return NULL;
}

static const char *read_ends(struct expectation *x, struct words *w)
{
    x->kind = EXPECT_ENDS;
    eat(w, "with");
    for (x->number = 0; x->number < 3; x->number++)
        if (eat(w, end_names[x->number]))
            return NULL;
    return "success, abort or timeout is wanted";
}

static const char *read_one(struct expectation *x, struct words *w)
{
    if (eat(w, "does") || eat(w, "do")) {
        if (!eat(w, "not"))
            return "`not` is wanted behind `does`";
        x->not = true;
    } else if (eat(w, "never")) {
        x->not = true;
    }
    if (eat(w, "fires"))
        return read_fires(x, w);
    if (eat(w, "runs") || eat(w, "types")) {
        eat(w, "command");
        return read_text(x, w, EXPECT_RUNS);
    }
    if (eat(w, "logs"))
        return read_text(x, w, EXPECT_LOGS);
    if (eat(w, "sends")) {
        x->not |= eat(w, "no");
        eat(w, "a");
        return eat(w, "trap") || eat(w, "traps") ? read_text(x, w, EXPECT_TRAPS) : "`sends a trap` is wanted";
    }
    if (eat(w, "traps"))
        return read_text(x, w, EXPECT_TRAPS);
    if (eat(w, "mails"))
        return read_text(x, w, EXPECT_MAILS);
    if (eat(w, "sets"))
        return read_sets(x, w);
    if (eat(w, "ends"))
        return read_ends(x, w);
    if (eat(w, "exits")) {
        x->kind = EXPECT_STATUS;
        eat(w, "with");
        return eat_number(w, &x->number) ? NULL : "a number is wanted";
    }
    if (eat(w, "takes")) {
        x->kind = EXPECT_TAKES;
        if (!eat(w, "at") || !eat(w, "most") || !eat_seconds(w, &x->number))
            return "`takes at most N seconds` is wanted";
        eat(w, "seconds");
        eat(w, "second");
        return NULL;
    }
    return "fires, runs, logs, sends, mails, sets, ends, exits or takes is wanted";
}

/* "! expect[ NAME]: words": where the words begin; NULL: it is none. */
static const char *is_expectation(const char *s, char name[EEM_NAME_MAX])
{
    name[0] = '\0';
    if (*s++ != '!')
        return NULL;
    s += strspn(s, "! ");
    if (strncasecmp(s, "expect", 6))
        return NULL;
    s += 6;
    s += strspn(s, " ");
    size_t n = strcspn(s, " :");
    if (n && s[n + strspn(s + n, " ")] == ':')
        snprintf(name, EEM_NAME_MAX, "%.*s", (int)(n < EEM_NAME_MAX ? n : EEM_NAME_MAX - 1), s);
    s += n + strspn(s + n, " ");
    return *s == ':' ? s + 1 : NULL;
}

static bool has_applet(const struct config *c, const char *name)
{
    return config_find(c, name, NULL, NULL) != NULL;
}

void expect_read(struct expectations *e, const struct config *c)
{
    const char *applet = "";
    *e = (struct expectations){0};
    for (size_t i = 0; i < c->n && !applet[0]; i++)
        applet = c->lines[i].applet;
    for (size_t i = 0; i < c->n; i++) {
        const struct config_line *l = &c->lines[i];
        char name[EEM_NAME_MAX];
        if (l->applet[0])
            applet = l->applet;
        const char *words = l->kind == CONFIG_LINE_COMMENT ? is_expectation(l->text, name) : NULL;
        if (!words)
            continue;
        e->v = mem_resize(e->v, e->n + 1, sizeof *e->v);
        struct expectation *x = &e->v[e->n++];
        *x = (struct expectation){.line = l->number, .text = mem_strdup(words + strspn(words, " "))};
        str_copy(x->applet, sizeof x->applet, name[0] ? name : applet);
        struct words w = {words};
        const char *fault = !has_applet(c, x->applet) ? "there is no such applet" : read_one(x, &w);
        skip(&w);
        if (!fault && *w.s)
            fault = "words are left over";
        x->fault = fault ? mem_strdup(fault) : NULL;
    }
}

void expect_free(struct expectations *e)
{
    for (size_t i = 0; i < e->n; i++) {
        mem_free(e->v[i].text);
        mem_free(e->v[i].fault);
        mem_free(e->v[i].wanted);
        mem_free(e->v[i].otherwise);
    }
    mem_free(e->v);
    *e = (struct expectations){0};
}

static void instead(struct expectation *x, const char *what)
{
    mem_free(x->otherwise);
    x->otherwise = mem_strndup(what, strnlen(what, 200));
}

#define EXPECT_EACH(x, e, who)                                                                                         \
    for (struct expectation *x = (e)->v, *past = x ? x + (e)->n : x; x < past; x++)                                    \
        if (!x->fault && !strcmp(x->applet, who))

void expect_fired(struct expectations *e, const char *applet, uint64_t line)
{
    EXPECT_EACH(x, e, applet)
    if (x->kind == EXPECT_FIRES || (x->kind == EXPECT_AT_LINE && x->number == line))
        x->times++;
}

void expect_text(struct expectations *e, const char *applet, enum expect_kind kind, const char *text)
{
    EXPECT_EACH(x, e, applet)
    {
        if (x->kind != kind)
            continue;
        bool is = kind == EXPECT_RUNS ? !strcmp(text, x->wanted) : strstr(text, x->wanted) != NULL;
        if (is)
            x->times++;
        else
            instead(x, text);
    }
}

void expect_set(struct expectations *e, const char *applet, const char *name, const char *value)
{
    EXPECT_EACH(x, e, applet)
    {
        if (x->kind != EXPECT_SETS || strcmp(name, x->name))
            continue;
        struct text seen = {0};
        text_add_lf(&seen, value, strlen(value)); /* who writes an expectation sees no CR */
        if (seen.len && seen.s[seen.len - 1] == '\r')
            seen.s[--seen.len] = '\0';
        if (!strcmp(text_str(&seen), x->wanted))
            x->times++;
        else
            instead(x, text_str(&seen));
        text_free(&seen);
    }
}

void expect_ended(struct expectations *e, const char *applet, enum eem_end how, uint64_t took_us, int32_t status)
{
    char text[48];
    EXPECT_EACH(x, e, applet)
    {
        bool is;
        if (x->kind == EXPECT_ENDS) {
            is = x->number == (uint64_t)how;
            str_copy(text, sizeof text, end_names[how]);
        } else if (x->kind == EXPECT_STATUS) {
            is = (uint64_t)status == x->number;
            snprintf(text, sizeof text, "%d", (int)status);
        } else if (x->kind == EXPECT_TAKES) {
            is = took_us <= x->number;
            snprintf(text, sizeof text, "%llu.%03llu seconds", (unsigned long long)(took_us / 1000000),
                     (unsigned long long)(took_us / 1000 % 1000));
        } else {
            continue;
        }
        if (is)
            x->times++;
        else
            instead(x, text);
    }
}

bool expect_met(const struct expectation *x, struct text *why)
{
    bool met, all = x->kind == EXPECT_ENDS || x->kind == EXPECT_TAKES;
    if (x->fault) {
        text_printf(why, "cannot be read: %s", x->fault);
        return false;
    }
    if (x->kind == EXPECT_FIRES)
        met = x->times >= x->least && x->times <= x->most;
    else if (all && !x->not )
        met = !x->otherwise && (x->times || x->kind == EXPECT_TAKES);
    else
        met = x->times > 0;
    if (met != x->not )
        return true;
    if (x->kind == EXPECT_FIRES)
        text_printf(why, "it fired %llu time%s", (unsigned long long)x->times, x->times == 1 ? "" : "s");
    else if (x->not )
        text_printf(why, "it did, %llu time%s", (unsigned long long)x->times, x->times == 1 ? "" : "s");
    else if (x->otherwise)
        text_printf(why, "instead: %s", x->otherwise);
    else
        text_add(why, x->kind == EXPECT_AT_LINE ? "it did not fire there" : "nothing of the kind happened");
    return false;
}

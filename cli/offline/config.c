/* config.c: reading a configuration for its applets: a whole running-config, applets alone, or what somebody copied out of a
 * terminal, prompts and all. Lines go one by one through the rows of the grammar, as if typed. One that is not the event
 * manager's ends an applet's mode as it does on a router, and is remembered: some say what applets lean on (track,
 * hostname, clock). One that would be the event manager's and cannot be taken is refused with the router's words, and the
 * mode stays. For each line that was taken it is kept what it is (which applet's, which action's), so that a finding can
 * name its place. */
#include "cli/offline/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *offline_not_text(const char *s, size_t n)
{
    static const struct {
        const char *magic;
        size_t n;
        const char *what;
    } kinds[] = {{"\037\213", 2, "it is compressed; unpack it: zcat FILE | espial eem ... -"},
                 {"\375" "7zXZ", 5, "it is compressed; unpack it: xzcat FILE | espial eem ... -"},
                 {"BZh", 3, "it is compressed; unpack it: bzcat FILE | espial eem ... -"},
                 {"\050\265\057\375", 4, "it is compressed; unpack it: zstdcat FILE | espial eem ... -"},
                 {"PK\003\004", 4, "it is an archive"},
                 {"\377\376", 2, "it is UTF-16: iconv -f UTF-16 -t UTF-8 FILE | espial eem ... -"},
                 {"\376\377", 2, "it is UTF-16: iconv -f UTF-16 -t UTF-8 FILE | espial eem ... -"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (n >= kinds[i].n && !memcmp(s, kinds[i].magic, kinds[i].n))
            return kinds[i].what;
    return NULL;
}

char *offline_read(const char *path, size_t *len)
{
    FILE *f = !strcmp(path, "-") ? stdin : fopen(path, "re");
    struct text t = {0};
    char buf[16384];
    size_t n = 1;
    int failed = f ? 0 : errno;
    while (f && n && t.len <= CONFIG_BYTES_MAX) {
        n = fread(buf, 1, sizeof buf, f);
        text_addn(&t, buf, n);
    }
    if (f && ferror(f))
        failed = errno ? errno : EIO;
    if (f && f != stdin)
        fclose(f);
    if (!failed && t.len > CONFIG_BYTES_MAX)
        failed = EFBIG;
    const char *what = failed ? strerror(failed) : offline_not_text(text_str(&t), t.len);
    if (what) {
        fprintf(stderr, "espial: %s: %s\n", path, what);
        text_free(&t);
        return NULL;
    }
    size_t bom = t.len >= 3 && !memcmp(text_str(&t), "\xEF\xBB\xBF", 3) ? 3 : 0;
    char *copy = mem_strndup(text_str(&t) + bom, t.len - bom);
    *len = t.len - bom;
    text_free(&t);
    return copy;
}

/* "R1(config-applet)#" pasted with its line: how long. */
static size_t prompt_length(const char *s)
{
    size_t n = 0;
    if (!isalpha((unsigned char)s[0]))
        return 0;
    while (isalnum((unsigned char)s[n]) || (s[n] && strchr("_.-", s[n])))
        n++;
    if (s[n] == '(') {
        size_t close = strcspn(s + n, ")");
        if (s[n + close] != ')')
            return 0;
        n += close + 1;
    }
    return s[n] == '#' ? n + 1 : 0;
}

static char *clean(const char *s, size_t len)
{
    char *copy = mem_strndup(s, len);
    size_t n = strlen(copy);
    while (n && isspace((unsigned char)copy[n - 1]))
        copy[--n] = '\0';
    size_t from = strspn(copy, " \t");
    from += prompt_length(copy + from);
    from += strspn(copy + from, " \t");
    memmove(copy, copy + from, n - from + 1);
    for (char *p = copy; *p; p++)
        if (*p == '\t')
            *p = ' ';
    return copy;
}

/* The nth word, abbreviated or not; "" past the last. */
static void nth_word(const char *s, unsigned n, char *out, size_t cap)
{
    for (; n; n--) {
        s += strcspn(s, " ");
        s += strspn(s, " ");
    }
    size_t len = strcspn(s, " ");
    snprintf(out, cap, "%.*s", (int)(len < cap ? len : cap - 1), s);
}

static bool is_word(const char *s, const char *word, size_t least)
{
    return strlen(s) >= least && str_iprefix(s, word);
}

/* Is there a quote that nothing ends? One behind an odd number of backslashes is text. */
static bool open_quote(const char *s)
{
    bool open = false;
    for (; *s; s++) {
        if (*s == '\\' && s[1])
            s++;
        else if (*s == '"')
            open = !open;
    }
    return open;
}

static void know(struct config *c, struct config_line *l, const struct typist *t)
{
    char first[16], second[40];
    const struct applet_conf *a = t->mode == CONFIG_APPLET ? t->obj : NULL;
    nth_word(l->text, 0, first, sizeof first);
    nth_word(l->text, 1, second, sizeof second);
    bool in_trigger = t->mode == CONFIG_APPLET_TRIGGER;
    if (!a && !in_trigger)
        return;
    if (in_trigger) {
        for (size_t i = c->n; i--;)
            if (c->lines[i].applet[0]) {
                str_copy(l->applet, sizeof l->applet, c->lines[i].applet);
                break;
            }
        return;
    }
    str_copy(l->applet, sizeof l->applet, a->name);
    if (is_word(first, "event", 2) && is_word(second, "manager", 1)) {
        l->head = true;
    } else if (is_word(first, "action", 1) || is_word(first, "set", 2)) {
        str_copy(l->label, sizeof l->label, second);
        l->unquoted = open_quote(l->text) && strncasecmp(l->text, "action", 6) == 0;
    } else if (is_word(first, "event", 1)) {
        l->event = true;
        l->unquoted = open_quote(l->text);
        if (is_word(second, "tag", 2))
            nth_word(l->text, 2, l->tag, sizeof l->tag);
    }
    for (size_t i = 0; i < c->n; i++) {
        struct config_line *old = &c->lines[i];
        if (!strcmp(old->applet, l->applet) && old->kind == CONFIG_LINE_EEM &&
            ((l->label[0] && !strcmp(old->label, l->label)) || (l->event && old->event && !strcmp(old->tag, l->tag))))
            old->replaced = true;
    }
}

/* Lines that lead in or out of configuration and say nothing. */
static bool is_frame(const char *s)
{
    char first[16], second[16];
    nth_word(s, 0, first, sizeof first);
    nth_word(s, 1, second, sizeof second);
    return is_word(first, "configure", 4) && (!second[0] || is_word(second, "terminal", 1));
}

static void one_line(struct config *c, struct typist *t, struct config_line *l, bool indented)
{
    struct text said = {0};
    char first[16];
    nth_word(l->text, 0, first, sizeof first);
    l->kind = CONFIG_LINE_OTHER;
    if (!strcmp(first, "exit")) {
        typist_exit(t, &said);
    } else if (!strcmp(first, "end")) {
        typist_leave(t, &said);
    } else if (!is_frame(l->text)) {
        switch (typist_line(t, l->text, &said)) {
        case TYPED_EMPTY: l->kind = CONFIG_LINE_COMMENT; break;
        case TYPED_TAKEN:
            l->kind = CONFIG_LINE_EEM;
            know(c, l, t);
            break;
        case TYPED_REFUSED: l->kind = CONFIG_LINE_REFUSED; break;
        case TYPED_UNKNOWN:
            if (t->mode != CONFIG && indented) { /* it stands within the applet: a typing error */
                l->kind = CONFIG_LINE_REFUSED;
                text_printf(&said, "%% Invalid input detected at '^' marker: \"%.40s\"", l->text);
                break;
            }
            typist_leave(t, &said);
            desk_other_line(t->desk, l->text);
            break;
        }
    }
    if (l->kind == CONFIG_LINE_REFUSED) {
        c->refused++;
        if (t->mode == CONFIG_APPLET && t->obj)
            str_copy(l->applet, sizeof l->applet, ((const struct applet_conf *)t->obj)->name);
    }
    while (said.len && said.s[said.len - 1] == '\n')
        said.s[--said.len] = '\0';
    l->said = said.len ? mem_strdup(text_str(&said)) : NULL;
    text_free(&said);
}

void offline_config_read(struct config *c, struct desk *d, const char *path, const char *text, size_t len)
{
    struct typist t;
    struct text said = {0};
    size_t cap = 0;
    unsigned number = 0;
    *c = (struct config){.path = mem_strdup(path)};
    typist_begin(&t, d);
    for (const char *s = text, *end = text + len; s < end;) {
        const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end;
        struct config_line l = {.number = ++number, .text = clean(s, (size_t)(stop - s))};
        one_line(c, &t, &l, *s == ' ' || *s == '\t');
        if (c->n == cap) {
            cap = cap ? cap * 2 : 64;
            c->lines = mem_resize(c->lines, cap, sizeof *c->lines);
        }
        c->lines[c->n++] = l;
        s = stop + (nl != NULL);
    }
    typist_leave(&t, &said);
    text_free(&said);
}

bool config_load(struct config *c, struct desk *d, const char *path)
{
    size_t len;
    char *text = offline_read(path, &len);
    if (!text)
        return false;
    offline_config_read(c, d, path, text, len);
    mem_free(text);
    return true;
}

void config_free(struct config *c)
{
    for (size_t i = 0; i < c->n; i++) {
        mem_free(c->lines[i].text);
        mem_free(c->lines[i].said);
    }
    mem_free(c->lines);
    mem_free(c->path);
    *c = (struct config){0};
}

const struct config_line *config_find(const struct config *c, const char *applet, const char *label, const char *tag)
{
    for (size_t i = c->n; i--;) { /* the last one of a label is the one in force */
        const struct config_line *l = &c->lines[i];
        if (l->kind != CONFIG_LINE_EEM || strcmp(l->applet, applet))
            continue;
        if (label ? !strcmp(l->label, label) : tag ? l->event && !strcmp(l->tag, tag) : l->head)
            return l;
    }
    return NULL;
}

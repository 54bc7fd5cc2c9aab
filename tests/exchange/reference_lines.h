/* reference_lines.h: how a line of configuration is tried. It is typed as users abbreviate it and expected back in show running-config as a user writes
 * it in full: defaults left out, in the right mode, nothing else moved. The full line, typed, gives itself; `no` of it (and the short `no` users type)
 * leaves the configuration as it was before, byte for byte. Expected texts are written by hand after what routers print. */
#ifndef TESTS_EXCHANGE_REFERENCE_LINES_H
#define TESTS_EXCHANGE_REFERENCE_LINES_H

#include "tests/exchange/config_box.h"

struct line {
    const char *typed;
    const char *full; /* with its indentation, without newline; NULL: it is the default, nothing is printed */
    const char *undo; /* a short form of `no`; NULL: only `no` and the full line */
    const char *says; /* what is printed at the prompt; NULL: nothing */
};

/* The same without the lines that only separate sections. */
static inline void lines_of(const char *config, char out[CONFIG_MAX])
{
    size_t len = 0;
    while (*config) {
        size_t n = strcspn(config, "\n") + 1;
        if (n != 1 && !(n == 2 && *config == '!')) {
            memcpy(out + len, config, n);
            len += n;
        }
        config += n;
    }
    out[len] = '\0';
}

static inline void silent(struct box *b, const char *line)
{
    const char *said = box_type(b, NODE, line);
    if (said[0])
        fail_msg("%s: %s", line, said);
}

/* `after` is `before` with this text put in at one place. */
static inline bool grown_by(const char *before, const char *after, const char *text)
{
    size_t n = strlen(before), m = strlen(text);
    if (strlen(after) != n + m)
        return false;
    for (const char *at = after; (at = strstr(at, text)); at++) {
        size_t p = (size_t)(at - after);
        if (!memcmp(before, after, p) && !strcmp(before + p, at + m))
            return true;
    }
    return false;
}

static inline void same_as(struct box *b, const char *config, const char *after_line)
{
    char now[CONFIG_MAX];
    config_of(b, now);
    if (strcmp(now, config) != 0)
        fail_msg("after \"%s\":\n%s\ninstead of:\n%s", after_line, now, config);
}

static inline void type_and_expect(struct box *b, const char *typed, const struct line *l, const char *before)
{
    char now[CONFIG_MAX], bare_now[CONFIG_MAX], bare_before[CONFIG_MAX], text[1024];
    const char *said = box_type(b, NODE, typed);

    if (strcmp(said, l->says ? l->says : "") != 0)
        fail_msg("%s: said \"%s\"", typed, said);
    if (!l->full) {
        same_as(b, before, typed);
        return;
    }
    config_of(b, now);
    lines_of(now, bare_now);
    lines_of(before, bare_before);
    snprintf(text, sizeof text, "%s\n", l->full);
    if (!grown_by(bare_before, bare_now, text))
        fail_msg("\"%s\" should add \"%s\" and nothing else:\n%s", typed, l->full, now);
}

/* `enter`: lines that lead into the mode, typed again whenever a line may have left it; NULL: global. */
static inline void each_line(struct box *b, const char *enter, const struct line *v, size_t n)
{
    char before[CONFIG_MAX], no[1024];

    for (size_t i = 0; i < n; i++) {
        const struct line *l = &v[i];
        go(b, enter);
        config_of(b, before);
        type_and_expect(b, l->typed, l, before);
        if (!l->full)
            continue;
        const char *full = l->full + strspn(l->full, " ");
        if (!strncmp(full, "no ", 3))
            snprintf(no, sizeof no, "%s", full + 3);
        else
            snprintf(no, sizeof no, "no %s", full);
        /* several lines from one, or what there is under `no` alone: only the short form takes them back */
        int turns = strchr(full, '\n') || (l->undo && !strncmp(l->undo, "default ", 8)) ? 1 : 2;
        for (int turn = 0; turn < turns; turn++) {
            const char *undo = turn == 0 && l->undo ? l->undo : no;
            go(b, enter);
            silent(b, undo);
            same_as(b, before, undo);
            if (turn + 1 < turns)
                type_and_expect(b, full, l, before);
        }
    }
}
#define EACH(b, enter, v) each_line(b, enter, v, sizeof(v) / sizeof((v)[0]))
#endif

/* alias.h: short names for the beginnings of lines: those every router has (`s` for `show`) and those that were
 * configured (`alias exec NAME LINE`). They are replaced as text, before `| include` is split off and before the grammar
 * looks: a name may stand for many words. */
#ifndef CLI_SHELL_ALIAS_H
#define CLI_SHELL_ALIAS_H

#include <stdbool.h>
#include <stddef.h>

#include "espial/cmd.h"
#include "espial/text.h"

struct shell;
struct shells;

/* One short name: texts borrowed, valid until the configuration changes. */
struct alias {
    const char *name;    /* one word */
    const char *command; /* what it stands for: one word or a line */
};
/* struct shells_env's question: the i-th configured alias of a mode (`alias exec`: EXEC, `alias configure`: CONFIG, ...);
 * false past the last. */
typedef bool alias_nth_fn(void *arg, enum cmd_mode mode, size_t i, struct alias *out);

/* The i-th alias of a mode, built-in ones first; a built-in one is left out when its name is configured otherwise or
 * this router has no such command. False past the last. */
bool alias_nth(struct shells *s, enum cmd_mode mode, size_t i, struct alias *out);

/* A line with its short name written out. */
struct alias_line {
    const char *text;    /* the line to match: buf's, or the one given when nothing was replaced */
    size_t typed, given; /* bytes of the name as typed, of what stands for it; both 0: nothing was replaced */
    struct text buf;
};
/* line: of `mode`, without `do`. A line that begins with a blank has no aliases (IOS's way to get past them). A name
 * that touches the end of the line counts only when it is whole (a line to run; for help it is not: more letters may
 * follow). End with alias_end. */
void alias_expand(const struct shell *sh, enum cmd_mode mode, const char *line, bool whole, struct alias_line *out);
void alias_end(struct alias_line *l);
/* An offset into l->text as one into the line as typed: within the replaced words, the name's beginning. */
size_t alias_offset(const struct alias_line *l, size_t at);

/* For `?` within the first word: "*p=ping" for every alias that begins like word (len bytes), ended by NULL; *buf holds
 * the texts and the list. The caller frees both with alias_words_free. */
struct alias_words {
    const char **v;
    size_t n;
};
void alias_words(const struct shell *sh, enum cmd_mode mode, const char *word, size_t len, struct alias_words *out);
void alias_words_free(struct alias_words *w);
#endif

/* filter_local.h: the words of modifiers, as filter.c reads them and filter_help.c lists them. */
#ifndef CLI_SHELL_FILTER_LOCAL_H
#define CLI_SHELL_FILTER_LOCAL_H

#include "cli/shell/filter.h"

enum stage_kind {
    ST_BEGIN,
    ST_INCLUDE,
    ST_EXCLUDE,
    ST_COUNT,
    ST_SECTION,
    ST_SECTION_OUT,
    ST_REDIRECT,
    ST_APPEND,
    ST_TEE,
    ST_TEE_APPEND
};

struct filter_word {
    const char *text, *help;
    bool takes_url;
    enum stage_kind kind;
};
extern const struct filter_word filter_words[]; /* ended by a text of NULL */

/* The word that begins with the n characters at s, or NULL; *fit (NULL: not asked): how many of them fitted the best candidate. */
const struct filter_word *filter_word_of(const char *s, size_t n, size_t *fit);
/* Do the n characters at s mean the `include` or `exclude` (*out) of `section`? */
bool filter_section_word(const char *s, size_t n, bool *out);
/* Length of the expression at s when ` | append|redirect|tee ... URL` ends it; the offset of what follows that `|` in *next, 0: nothing does. */
size_t filter_expression_end(const char *s, size_t *next);
#endif

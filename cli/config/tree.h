/* tree.h: a configuration text as a tree of lines, by indentation; two of them compared; the lines that make one of the
 * other. */
#ifndef ESPIAL_CLI_CONFIG_TREE_H
#define ESPIAL_CLI_CONFIG_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/grammar/grammar.h"
#include "espial/text.h"

#define CONFIG_DEPTH_MAX 8       /* levels of indentation */
#define CONFIG_LINES_MAX 1000000 /* lines of one text */

struct config_line {
    const char *text;  /* without indentation; of a banner all its lines */
    const char *shown; /* the same, as it was written (text may be in small letters) */
    struct config_line *parent;
    struct config_line **kids; /* in the order of the text, each text once */
    size_t nkids, cap;
    size_t index;       /* among its siblings */
    unsigned depth;     /* 0: a line of global configuration */
    unsigned number;    /* of the line in the text, from 1 */
    struct config_line *chain; /* in the table of all lines */
};
struct config_tree {
    struct config_line root; /* depth and number mean nothing */
    struct pool *pool;
    struct config_line **table;
    size_t mask, nlines;
};

/* Reads a text up to its line "end" or its end (len bytes). Comments, blank lines, what stands before a configuration in
 * `show running-config`, and lines that set nothing (config_is_mark) are left out. NULL and a reason that names the line
 * in err: something that is not text, deeper indentation than any mode has, too many lines, no line at all. */
struct config_tree *config_tree_new(const char *text, size_t len, struct text *err);
void config_tree_free(struct config_tree *t); /* NULL-safe */
/* The line below parent (NULL: at the top) with this text; NULL when there is none. */
struct config_line *config_tree_find(const struct config_tree *t, const struct config_line *parent, const char *text);

/* The two compared, as `show archive config differences` words it: what b has more, with '+', then what a has more, with
 * '-', each below the section it stands in. Nothing is added to out when there is no difference. */
void config_diff(const struct config_tree *a, const struct config_tree *b, bool ignore_case, struct text *out);
/* The lines of b that a has not, below the section they stand in. */
void config_increment(const struct config_tree *a, const struct config_tree *b, bool ignore_case, struct text *out);

/* How the router itself would print the lines of a tree: keywords in full, numbers and names in their one form, nothing
 * where a line says what is so by default. Lines that no row takes stay as they are. The result is a tree of its own. */
struct config_tree *config_tree_canonical(struct grammar *g, const struct config_tree *t);

/* One command of a plan. */
struct config_step {
    const char *text;
    unsigned depth;
    bool refused; /* by who typed it */
};
struct config_plan {
    struct pool *pool;
    struct config_step *v;
    size_t n, cap;
};
/* What must be typed so that a router whose configuration is `from` (its own text) comes to `to` (canonical). */
void config_plan_make(struct grammar *g, const struct config_tree *from, const struct config_tree *to,
                      struct config_plan *out);
/* What a plan was refused to take away, as it is in use: the lines, in sections of `from`, that use it, taken back. Empty when
 * nothing of that kind was refused (config_step.refused). */
void config_plan_release(struct grammar *g, const struct config_tree *from, const struct config_plan *refused,
                         struct config_plan *out);
void config_plan_free(struct config_plan *p);
bool config_plan_same(const struct config_plan *a, const struct config_plan *b);
/* Put what the router keeps in the order in which it was typed into the order of `to`, as if it had been typed so. */
void config_arrange(struct grammar *g, const struct config_tree *to);
#endif

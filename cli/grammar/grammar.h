/* grammar.h: all command tables of one router, compiled. One graph a mode and one walk over it serve matching, `?` and
 * Tab; a row run backwards gives the line of running-config. Nothing here changes the configuration (cli/config does),
 * prints to a terminal or knows a session (cli/shell does).
 *
 * What the caller does before: splits off `| filter`, strips `do`, retries in CONFIG a line that a sub-mode refused. */
#ifndef ESPIAL_CLI_GRAMMAR_H
#define ESPIAL_CLI_GRAMMAR_H

#include "espial/cmd.h"
#include "espial/mem.h"

#define GRAMMAR_LINE_MAX 1024 /* bytes of a line; a longer one is invalid from there on */
#define MATCH_VALS_MAX   64   /* values of one line, those of a repeated one counted each */
#define MATCH_ALSO_MAX   8

struct grammar;
/* One row of a table, compiled. */
struct sentence;
struct grammar_row {
    const struct cmd_row *row;
    void *self;                /* of its table */
    const char *table;         /* its name */
    struct sentence *sentence; /* grammar_local.h */
};

/* Compiles n tables; selves[i] is what handlers of tables[i] get as c->self. Tables must outlive the grammar. NULL and
 * a text "table: sentence: reason" (one line a fault) in err on: a sentence that cannot be read, missing or surplus
 * help, a name without bind or a bind without name, a field that does not fit its token,
 * a mode entered with two kinds of object. */
struct grammar *grammar_new(const struct cmd_table *const *tables, void *const *selves, size_t n, struct text *err);
void grammar_free(struct grammar *g); /* NULL-safe */
/* Two rows that mean the same line, as faults to err. Tables are constant and this matches lines of every row: it is asked by the test of all rows, not at each
 * start. */
void grammar_check(struct grammar *g, struct text *err);

enum match_result {
    MATCH_OK,
    MATCH_EMPTY,      /* blanks only */
    MATCH_COMMENT,    /* '!' first */
    MATCH_INCOMPLETE, /* "% Incomplete command." */
    MATCH_AMBIGUOUS,  /* "% Ambiguous command:  \"%s\"", with the line as typed */
    MATCH_INVALID,    /* '^' under m->caret, "% Invalid input detected at '^' marker." */
};

/* A matched line; needs neither the line nor the grammar's scratch memory any more. vals point into store: not to be
 * copied. About 9 KB: keep it in the session. */
struct match {
    const struct cmd_row *row;
    void *self;
    const struct grammar_row *rule;
    bool no, dflt; /* after `no`, `default` */
    uint8_t level; /* the privilege this command stands at */
    bool whole;    /* the sentence came to its end; `no` lines may end before */
    size_t caret;  /* INVALID: offset in the line as given */
    size_t nvals;
    struct cmd_val vals[MATCH_VALS_MAX];
    size_t nalso; /* further SET rows that the same `no` line means */
    const struct grammar_row *also[MATCH_ALSO_MAX];
    char expanded[2 * GRAMMAR_LINE_MAX]; /* "show crypto isakmp sa", "no ip address": words in full, values as typed */
    char store[4 * GRAMMAR_LINE_MAX];    /* the values' texts */
};
/* Match one whole line. Reads only; cheap (microseconds), so that a shell may try several modes. Rows above the
 * privilege do not exist. */
enum match_result MUST_USE grammar_match(struct grammar *g, enum cmd_mode mode, uint8_t privilege, const char *line,
                                         struct match *m);

/* What `?` prints, typed at the end of `line`: rows (with the mode's heading for an empty line) and an empty line after
 * them, or one line of words that begin like the last one, or "% Unrecognized command", or "% Ambiguous command: ...".
 * Ends in '\n'. Redrawing prompt and line is the caller's. width: of the terminal, 0 unlimited. aliases: further words
 * ("*p=ping") for a list of first words, ended by NULL; NULL: none. */
void grammar_help(struct grammar *g, enum cmd_mode mode, uint8_t privilege, const char *line, unsigned width,
                  const char *const *aliases, struct text *out);
/* Tab at the end of `line`: true and the whole new line (last word in full and a blank) when one keyword fits; false:
 * leave the line as it is. */
bool grammar_complete(struct grammar *g, enum cmd_mode mode, uint8_t privilege, const char *line,
                      struct text *completed);

/* Levels of commands that were moved (`privilege exec level 7 show running-config`): level.c says what they mean. The array is borrowed until the next call.
 * expand: words of a mode, abbreviated, in full ("sh run"); false: no command begins so. */
struct grammar_level {
    enum cmd_mode mode;
    bool all;
    uint8_t level;
    char words[120]; /* keywords in full, one blank between */
};
void grammar_set_levels(struct grammar *g, const struct grammar_level *v, size_t n);
bool grammar_expand(struct grammar *g, enum cmd_mode mode, const char *words, struct text *out);

/* The rows of a mode, in the order of the tables (HELP rows left out). */
size_t grammar_rows(const struct grammar *g, enum cmd_mode mode, const struct grammar_row *const **rows);
/* The MODE row that enters `mode` (its scope is that of the mode's objects); NULL when no row does. */
const struct grammar_row *grammar_mode_row(const struct grammar *g, enum cmd_mode mode);

/* A row backwards: the line (without indentation or '\n') that gives obj its values. dflt: an object with all defaults
 * (optional parts equal to it are left out). False when the row cannot say it: a constant or choice that differs, an
 * empty word, a number out of range. */
bool grammar_print(const struct grammar_row *r, const void *obj, const void *dflt, struct text *out);
/* "no " and the words of the sentence before its first value: what `no` needs for a SET row. */
void grammar_print_no(const struct grammar_row *r, struct text *out);
/* Is every bound field of the row equal in a and b? */
bool grammar_same(const struct grammar_row *r, const void *a, const void *b);
/* Of a row with a literal that binds a constant outside all groups ("ip domain lookup=lookup"): that field and
 * constant. False when it has none. */
bool grammar_switch(const struct grammar_row *r, const struct cmd_bind **bind, int64_t *constant);
/* One field: is it equal in x and y (texts up to their end)? */
bool grammar_field_same(const struct cmd_bind *b, const void *x, const void *y);
/* A numeric field of an object. */
int64_t grammar_field(const struct cmd_bind *b, const void *obj);
#endif

/* filter.h: what stands after the `|` of a show command: include exclude begin section count redirect append tee. */
#ifndef CLI_SHELL_FILTER_H
#define CLI_SHELL_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "espial/file.h"
#include "espial/mem.h"
#include "espial/out.h"
#include "espial/text.h"

struct filter;

enum filter_result {
    FILTER_OK,
    FILTER_UNKNOWN,    /* no such modifier: *at is the first character that cannot be accepted */
    FILTER_INCOMPLETE, /* words are missing */
    FILTER_REGEX,      /* the expression does not compile */
    FILTER_URL,        /* the file cannot be written: `url` and `why` are set */
};
struct filter_error {
    size_t at; /* offset in spec */
    char url[256];
    enum file_result why;
};

/* Where redirect, append and tee write. */
struct filter_env {
    struct files *files;
    const char *cwd; /* where names without a file system are; NULL: disk0:/. Read by filter_new alone */
    /* Is it a name of another machine's file (tftp:) that a text can be sent to? NULL: there is none. Read by filter_new alone */
    bool (*remote)(void *arg, const char *url);
    void *remote_arg;
    bool may_not_write; /* who types stands too low to write files: FILTER_URL. Read by filter_new alone */
};

/* Offset of the next `|`, at or behind `from`, that can begin the modifiers of an EXEC line: outside quotes, with or
 * without a blank before it. SIZE_MAX: none. */
size_t filter_split(const char *line, size_t from);

/* spec: everything after that `|`, verbatim (blanks in an expression count). Lines go to `sink` (borrowed) after the
 * whole chain. A file that is appended to is opened (made, when absent) here, so that a wrong name is told before the
 * command runs. */
MUST_USE enum filter_result filter_new(const char *spec, const struct filter_env *env, struct out *sink,
                                       struct filter **out, struct filter_error *error);
/* One expression of the pager's own keys: '/' begin, '+' include, '-' exclude. NULL when it does not compile. */
struct filter *filter_of_pager(char key, const char *pattern, struct out *sink);
void filter_write(struct filter *f, const char *s, size_t len);
/* The command is over: a last unended line, the count, the files; what went wrong with those is told to the sink as IOS
 * tells it. */
void filter_end(struct filter *f);
/* After filter_end: a text that is to be sent to another machine, handed over; false: none is left. */
bool filter_remote(struct filter *f, char url[256], struct text *text);
void filter_free(struct filter *f); /* NULL-safe; unwritten files are not written */

/* `?` after the `|`: rows for what may follow spec (text up to the cursor). False when nothing can. Word help (no blank
 * before the cursor) when `word` comes back true. */
bool filter_help(const char *spec, struct text *out, bool *word);
/* Tab: the last word of spec completed; its full form is appended to out without the part already typed. False when
 * there is no single completion. */
bool filter_complete(const char *spec, struct text *out);
#endif

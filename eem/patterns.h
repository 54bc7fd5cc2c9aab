/* patterns.h: many regular expressions against one line. */
#ifndef EEM_PATTERNS_H
#define EEM_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>

#include "espial/mem.h"
#include "espial/regex.h"

struct patterns;
struct literals;

struct patterns *patterns_new(void);
void patterns_free(struct patterns *p); /* NULL-safe */
/* Owners are unique. False when the pattern does not compile (err as regex_new's). */
bool patterns_add(struct patterns *p, const char *pattern, void *owner, char err[128]);
/* Whatever contains one of these; none: every line. */
void patterns_add_literals(struct patterns *p, const struct literals *l, void *owner);
void patterns_remove(struct patterns *p, const void *owner);
/* Do now what the next line would wait for after a change. */
void patterns_prepare(struct patterns *p);
/* Call hit for the owner of every pattern found in the line, in order of adding. text_at: where a second line start for
 * '^' lies (after the timestamp); 0 for none. hit must not add or remove. */
void patterns_match(struct patterns *p, const char *line, size_t len, size_t text_at,
                    void (*hit)(void *arg, void *owner), void *arg);

/* The pattern of an action in the dialect of regex.h's REGEX_IOS or REGEX_TCL, where a bare '_' is a delimiter class: in actions
 * it stands for itself. Freed with mem_free. */
char *pattern_translate(const char *pattern);
/* An event's pattern (REGEX_EVENT) or an action's; as regex_new. */
struct regex *pattern_compile(const char *pattern, enum regex_dialect dialect, char why[128]) MUST_USE;
/* Whose pattern was given up at the bounds of its work since this was asked last (one of them); NULL: none. */
void *patterns_gave_up(struct patterns *p);
#endif

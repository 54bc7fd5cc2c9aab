/* literals.h: what a text must contain for a pattern to match it. */
#ifndef EEM_LITERALS_H
#define EEM_LITERALS_H

#include <stdbool.h>
#include <stddef.h>

#define LITERAL_MAX  33 /* with NUL: enough to tell messages apart, and a bound on the automaton */
#define LITERALS_MAX 16

/* Every match contains one of these; n 0: nothing is known. */
struct literals {
    size_t n;
    char v[LITERALS_MAX][LITERAL_MAX];
};
void literals_of(const char *pattern, struct literals *out);
/* How much they tell: the length of the shortest; 0: nothing is known. */
size_t literals_worth(const struct literals *l);
/* Past a bracket expression, NULL when it does not end; s points behind '['. */
const char *pattern_skip_class(const char *s);
#endif

/* glob.h: patterns of file names, as Tcl's `string match` has them: * ? [a-z] and a backslash. */
#ifndef EEM_GLOB_H
#define EEM_GLOB_H

#include <stdbool.h>

/* Does the whole string fit? Work is bounded by the product of the lengths. */
bool glob_match(const char *glob, const char *s);
#endif

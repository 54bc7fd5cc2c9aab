/* lint.h: findings with their lines. */
#ifndef CLI_OFFLINE_LINT_H
#define CLI_OFFLINE_LINT_H

#include <stdio.h>

#include "cli/offline/config.h"

/* All findings, in the order of lines, to out (NULL: nowhere); how many. */
size_t lint_config(const struct config *c, struct desk *d, FILE *out);
#endif

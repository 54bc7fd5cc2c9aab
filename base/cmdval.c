/* cmdval.c: the values of a typed command, by name. The matcher hands a handler its values as an array in the order typed; a sentence has a dozen at most, so
 * they are looked for one by one. A repeated value (`<word:name>...`) stands several times under one name. */
#include "espial/cmd.h"

#include <string.h>

static const struct cmd_val *cmd_find(const struct cmd_ctx *c, const char *name, size_t nth)
{
    for (size_t i = 0; i < c->nvals; i++)
        if (strcmp(c->vals[i].name, name) == 0 && nth-- == 0)
            return &c->vals[i];
    return NULL;
}

bool cmd_has(const struct cmd_ctx *c, const char *name)
{
    return cmd_find(c, name, 0) != NULL;
}

int64_t cmd_int(const struct cmd_ctx *c, const char *name)
{
    const struct cmd_val *v = cmd_find(c, name, 0);
    return v ? v->num : 0;
}

const char *cmd_str(const struct cmd_ctx *c, const char *name)
{
    const char *s = cmd_nth(c, name, 0);
    return s ? s : "";
}

const char *cmd_nth(const struct cmd_ctx *c, const char *name, size_t i)
{
    const struct cmd_val *v = cmd_find(c, name, i);
    if (!v)
        return NULL;
    return v->text ? v->text : "";
}

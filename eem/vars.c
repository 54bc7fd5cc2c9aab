/* vars.c: the variables of one run, and the replacement of $names in the texts of its actions.
 *
 * A run has a few dozen variables (those of its event, then what its actions set), so an ordered array is all it takes.
 * Names and values are copies; a value is cut at VAR_VALUE_MAX and a run has at most VARS_MAX names, so that neither a
 * long show command nor a loop can grow without bound. What a run does not know is looked up in `event manager
 * environment`. Replacement is one pass: a value that itself contains '$' is not looked at again. */
#include "eem/vars.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "espial/mem.h"
#include "espial/text.h"

static struct var *find(const struct vars *vs, const char *name)
{
    for (size_t i = 0; i < vs->n; i++)
        if (!strcmp(vs->v[i].name, name))
            return &vs->v[i];
    return NULL;
}

bool vars_setn(struct vars *vs, const char *name, const char *value, size_t len)
{
    if (len > VAR_VALUE_MAX)
        len = VAR_VALUE_MAX;
    struct var *var = find(vs, name);
    if (var) {
        mem_free(var->value);
    } else {
        if (vs->n == VARS_MAX)
            return false;
        vs->v = mem_resize(vs->v, vs->n + 1, sizeof *vs->v);
        var = &vs->v[vs->n++];
        var->name = mem_strdup(name);
    }
    var->value = mem_strndup(value, len);
    return true;
}

bool vars_set(struct vars *vs, const char *name, const char *value)
{
    return vars_setn(vs, name, value, strlen(value));
}

bool vars_setf(struct vars *vs, const char *name, const char *fmt, ...)
{
    char value[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(value, sizeof value, fmt, ap);
    va_end(ap);
    return vars_set(vs, name, value);
}

void vars_add(struct vars *vs, const struct vars *more)
{
    for (size_t i = 0; i < more->n; i++)
        vars_set(vs, more->v[i].name, more->v[i].value);
}

const char *vars_get(const struct vars *vs, const char *name)
{
    const struct var *var = find(vs, name);
    return var ? var->value : NULL;
}

void vars_free(struct vars *vs)
{
    for (size_t i = 0; i < vs->n; i++) {
        mem_free(vs->v[i].name);
        mem_free(vs->v[i].value);
    }
    mem_free(vs->v);
    *vs = (struct vars){0};
}

static const char *environment_get(const struct conf_list *environment, const char *name)
{
    CONF_EACH(const struct environment_conf, env, environment)
    if (!strcmp(env->name, name))
        return env->value;
    return NULL;
}

static size_t name_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_')
        n++;
    return n;
}

bool vars_expand(const struct vars *vs, const struct conf_list *environment, const char *in, struct text *out,
                 char missing[64])
{
    text_add(out, "");
    for (;;) {
        const char *dollar = strchr(in, '$');
        if (!dollar) {
            text_add(out, in);
            return true;
        }
        text_addn(out, in, (size_t)(dollar - in));
        size_t n = name_length(dollar + 1);
        if (!n) {
            text_add(out, "$");
        } else {
            char name[VAR_NAME_MAX];
            const char *value = NULL;
            if (n < sizeof name) {
                memcpy(name, dollar + 1, n);
                name[n] = '\0';
                value = vars_get(vs, name);
                if (!value)
                    value = environment_get(environment, name);
            }
            if (!value) {
                snprintf(missing, 64, "%.*s", (int)(n < 63 ? n : 63), dollar + 1);
                return false;
            }
            text_add(out, value);
        }
        in = dollar + 1 + n;
    }
}

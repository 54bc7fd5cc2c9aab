/* vars.h: the variables of one run: small, ordered, bounded. */
#ifndef EEM_VARS_H
#define EEM_VARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eem/eem_conf.h"

struct text;

#define VARS_MAX      256
#define VAR_VALUE_MAX 65536 /* bytes kept of a value; a longer one is cut */
#define VAR_NAME_MAX  640   /* $_ with all sub-identifiers of the longest OID */

struct var {
    char *name, *value;
};
struct vars {
    struct var *v; /* owned */
    size_t n;
};
/* Set or replace. Past VARS_MAX new names are refused with false. */
bool vars_set(struct vars *vs, const char *name, const char *value);
bool vars_setn(struct vars *vs, const char *name, const char *value, size_t len);
bool vars_setf(struct vars *vs, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* All of `more` set over what is there; past VARS_MAX new names are left out. */
void vars_add(struct vars *vs, const struct vars *more);
const char *vars_get(const struct vars *vs, const char *name); /* NULL when unset */
void vars_free(struct vars *vs);

/* Append `in` to out with each $name replaced by its value, from vs first, then from the configured environment. A name
 * is the longest run of letters, digits and
 * '_'; a '$' before anything else stands for itself. False at the first unset name, which is copied to missing
 * (truncated). */
bool vars_expand(const struct vars *vs, const struct conf_list *environment, const char *in, struct text *out,
                 char missing[64]);
#endif

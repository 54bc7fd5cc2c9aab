/* config_local.h: finding the objects behind rows. Only cli/config includes this. */
#ifndef ESPIAL_CLI_CONFIG_LOCAL_H
#define ESPIAL_CLI_CONFIG_LOCAL_H

#include "cli/config/config.h"

/* The list of a LINE or MODE row; mode_obj: object of the mode the row stands in. NULL when its owner does not exist.
 */
struct conf_list *config_list(const struct grammar_row *r, void *mode_obj);
/* What a SET row writes to, and what a LINE or MODE row makes. */
const struct cmd_scope *config_scope(struct grammar *g, const struct grammar_row *r);
/* The object of a SET row. */
void *config_target(const struct grammar_row *r, void *mode_obj);
void *config_object_new(const struct cmd_scope *scope);
void config_object_free(const struct cmd_scope *scope, void *obj); /* NULL-safe */
/* What was typed, into the bound fields of an object. */
void config_put(const struct match *m, void *obj);
/* Do two LINE or MODE rows make elements of one list? */
bool config_one_list(const struct cmd_row *a, const struct cmd_row *b);
#endif

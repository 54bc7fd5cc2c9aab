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
/* The element that a LINE or MODE line makes, settled. */
void *config_element_new(const struct match *m);
/* What a row's settings are where nothing was typed: of the global object, or of an object of the row's mode that has
 * the key of `like` (the console begins with other settings than a vty; NULL: any). */
void *config_default_new(struct grammar *g, const struct grammar_row *r, const void *like);
/* What was typed, into the bound fields of an object. */
void config_put(const struct match *m, void *obj);
/* Do two LINE or MODE rows make elements of one list? */
bool config_one_list(const struct cmd_row *a, const struct cmd_row *b);

/* tree.c, for those who build trees line by line. add: the line that is there already, if it is. */
struct config_tree;
struct config_line;
struct config_tree *config_tree_empty(void);
struct config_line *config_tree_add(struct config_tree *t, struct config_line *parent, const char *text,
                                    unsigned number);
/* running.c: a SET row's line for obj, an element's line (what running-config shows; "" and NULL: nothing). */
void config_say_set(struct grammar *g, const struct grammar_row *rule, const void *obj, bool all, struct text *said);
const struct grammar_row *config_say_element(struct grammar *g, const struct grammar_row *rule, const void *obj,
                                             const void *dflt, struct text *said);
/* Is rows[i] the first printed row of a list? */
bool config_first_of_list(const struct grammar_row *const *rows, size_t i);
/* bind.c: the owner of a list that changed by other means than a line. */
void config_list_changed(struct grammar *g, const struct grammar_row *rule, void *mode_obj);
#endif

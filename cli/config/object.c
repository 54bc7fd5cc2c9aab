/* object.c: the objects behind configuration rows: where they are kept, how a fresh one looks.
 *
 * A SET row writes to the global object of its scope, or to the object of the mode. LINE and MODE rows keep a list in
 * such an object (list_off). A fresh object is zero and then what its scope's init makes of it: that is also what
 * "default" means everywhere in this folder. */
#include "cli/config/config_local.h"

struct conf_list *config_list(const struct grammar_row *r, void *mode_obj)
{
    char *owner = r->row->parent ? r->row->parent->global(r->self) : mode_obj;

    return owner ? (struct conf_list *)(void *)(owner + r->row->list_off) : NULL;
}

const struct cmd_scope *config_scope(struct grammar *g, const struct grammar_row *r)
{
    return r->row->scope ? r->row->scope : grammar_mode_row(g, r->row->mode)->row->scope;
}

void *config_target(const struct grammar_row *r, void *mode_obj)
{
    return r->row->scope ? r->row->scope->global(r->self) : mode_obj;
}

void *config_object_new(const struct cmd_scope *scope)
{
    void *obj = mem_new(scope->size);

    if (scope->init)
        scope->init(obj);
    return obj;
}

void config_object_free(const struct cmd_scope *scope, void *obj)
{
    if (obj && scope->fini)
        scope->fini(obj);
    mem_free(obj);
}

bool config_one_list(const struct cmd_row *a, const struct cmd_row *b)
{
    return a->mode == b->mode && a->parent == b->parent && a->list_off == b->list_off;
}

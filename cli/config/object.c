/* object.c: the objects behind configuration rows: where they are kept, how a fresh one looks.
 *
 * A SET row writes to the global object of its scope, or to the object of the mode. LINE and MODE rows keep a list in
 * such an object (list_off). A fresh object is zero and then what its scope's init makes of it; where it has a key, and
 * the scope settles what was typed, it is settled, too: that is also what "default" means everywhere in this folder. */
#include <string.h>

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

void *config_element_new(const struct match *m)
{
    const struct cmd_scope *scope = m->row->scope;
    void *obj = config_object_new(scope);

    config_put(m, obj);
    if (scope->settle)
        scope->settle(obj);
    return obj;
}

void *config_default_new(struct grammar *g, const struct grammar_row *r, const void *like)
{
    const struct cmd_scope *scope = config_scope(g, r);
    void *obj = config_object_new(scope);

    if (r->row->scope || !like)
        return obj;
    cmd_each_bind(b, grammar_mode_row(g, r->row->mode)->row)
        if (b->key)
            memcpy((char *)obj + b->off, (const char *)like + b->off, (size_t)b->size * b->count);
    if (scope->settle)
        scope->settle(obj);
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

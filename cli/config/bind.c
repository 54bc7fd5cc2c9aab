/* bind.c: one matched configuration line, done.
 *
 * SET: the row's fields take their defaults and then what was typed. `no`: they take their defaults, except that a
 * switch which is on by default goes off; `default`: defaults. LINE: an element of a list, found by its key fields;
 * typed again it is replaced in place (the object stays where it is, so whoever holds it keeps it); `no` removes it.
 * MODE: as LINE, but typed again it is entered, and changed only by what the line says beyond the key; `default`
 * empties it.
 *
 * A new or changed LINE or MODE object, and the object of a SET row as it would become, is shown to scope->check
 * before anything is touched; one that `no` would remove, to scope->leaves. scope->changed follows each real change,
 * then the owner of the list hears CMD_CHANGED. A line that changes nothing calls nobody. An engine may give a new
 * element its place in a sorted list from changed(CMD_ADDED) (the number of an access list entry): the list is put in
 * order again after it.
 *
 * A `no` line whole but without its optional key ("no permit ip any any") means the element with the default key, or
 * else the first with the same content. */
#include <string.h>

#include "cli/config/config_local.h"
#include "espial/crypto.h"

#define LIST_MAX 20000 /* elements of one list */

struct run {
    struct grammar *g;
    const struct match *m;
    const struct grammar_row *rule;
    const struct cmd_scope *scope;
    void *mode_obj;
    struct out *out;
};

static void put_number(const struct cmd_bind *b, void *obj, int64_t num)
{
    memcpy((char *)obj + b->off, &num, b->size); /* little-endian, as print.c reads */
}

static void copy_field(const struct cmd_bind *b, void *to, const void *from)
{
    memcpy((char *)to + b->off, (const char *)from + b->off, (size_t)b->size * b->count);
}

static void copy_fields(const struct cmd_row *row, void *to, const void *from)
{
    cmd_each_bind(b, row)
        copy_field(b, to, from);
}

void config_put(const struct match *m, void *obj)
{
    uint8_t at[CMD_BINDS_MAX] = {0};

    for (size_t i = 0; i < m->nvals; i++) {
        const struct cmd_val *v = &m->vals[i];

        cmd_each_bind(b, m->row) {
            uint8_t *k = &at[b - m->row->binds];

            if (strcmp(b->name, v->name) || *k >= b->count)
                continue;
            struct cmd_bind one = *b;
            one.off = (uint16_t)(b->off + *k * b->size);
            if (b->is_text)
                str_copy((char *)obj + one.off, b->size, v->text);
            else
                put_number(&one, obj, v->num);
            ++*k;
        }
    }
}

static bool typed(const struct match *m, const char *name)
{
    for (size_t i = 0; i < m->nvals; i++)
        if (!strcmp(m->vals[i].name, name))
            return true;
    return false;
}

static bool keyed(const struct cmd_row *row)
{
    cmd_each_bind(b, row)
        if (b->key)
            return true;
    return false;
}

static bool same_fields(const struct cmd_row *row, const void *x, const void *y, bool keys, bool others)
{
    bool has_keys = keyed(row);

    cmd_each_bind(b, row) {
        bool key = b->key || !has_keys;

        if ((key ? keys : others) && !grammar_field_same(b, x, y))
            return false;
    }
    return true;
}

/* ---- finding an element ---- */

#define SHORT 16 /* elements of a list that is looked through without an index */

static uint64_t mix(uint64_t h, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001B3);
    return h;
}

/* By the fields that same_fields(..., keys) compares; who: the row. */
static uint64_t key_hash(const void *who, const void *item)
{
    const struct cmd_row *row = who;
    bool has_keys = keyed(row);
    uint64_t h = UINT64_C(0xCBF29CE484222325);

    cmd_each_bind(b, row) {
        for (unsigned i = 0; (b->key || !has_keys) && i < b->count; i++) {
            const unsigned char *p = (const unsigned char *)item + b->off + (size_t)i * b->size;
            h = mix(h, p, b->is_text ? strnlen((const char *)p, b->size) : b->size);
        }
    }
    return h ^ h >> 32;
}

static bool key_same(const void *who, const void *item, const void *like)
{
    return same_fields(who, item, like, true, false);
}

static size_t place_of(const struct conf_list *list, const void *item)
{
    size_t i = 0;

    while (i < list->n && list->v[i] != item)
        i++;
    return i;
}

/* Index in the list, or list->n. */
static size_t find(const struct run *r, struct conf_list *list, const void *like)
{
    const struct cmd_row *row = r->rule->row;
    bool key_typed = !keyed(row);

    if (list->n > SHORT) {
        const void *item = conf_list_find(list, row, key_hash, key_same, like);
        if (item)
            return place_of(list, item);
    }
    for (size_t i = 0; list->n <= SHORT && i < list->n; i++)
        if (same_fields(row, list->v[i], like, true, false))
            return i;
    cmd_each_bind(b, row)
        key_typed |= b->key && typed(r->m, b->name);
    if (key_typed || !(r->m->no || r->m->dflt) || !r->m->whole)
        return list->n;
    for (size_t i = 0; i < list->n; i++)
        if (same_fields(row, list->v[i], like, false, true))
            return i;
    return list->n;
}

/* A shallow copy of an object, which owns nothing, but may hold keys. */
static void copy_free(const struct run *r, void *copy)
{
    mem_wipe(copy, r->scope->size);
    mem_free(copy);
}

static void tell(const struct run *r, void *obj, enum cmd_change what)
{
    if (r->scope->changed)
        r->scope->changed(r->rule->self, obj, what);
}

/* The object that owns the list has changed. */
static void tell_owner(const struct run *r)
{
    const struct cmd_row *row = r->rule->row;
    const struct grammar_row *mode = row->parent ? NULL : grammar_mode_row(r->g, row->mode);

    if (row->parent && row->parent->changed)
        row->parent->changed(r->rule->self, row->parent->global(r->rule->self), CMD_CHANGED);
    else if (mode && mode->row->scope->changed)
        mode->row->scope->changed(mode->self, r->mode_obj, CMD_CHANGED);
}

void config_list_changed(struct grammar *g, const struct grammar_row *rule, void *mode_obj)
{
    struct run r = {.g = g, .rule = rule, .mode_obj = mode_obj};

    tell_owner(&r);
}

static bool check(const struct run *r, const void *obj)
{
    return !r->scope->check || r->scope->check(r->rule->self, obj, r->out);
}

/* May an element stand, new or with other words, in the list it is typed for? */
static bool joins(const struct run *r, const void *obj)
{
    const struct cmd_scope *parent = r->rule->row->parent;

    return !r->scope->joins ||
           r->scope->joins(r->rule->self, parent ? parent->global(r->rule->self) : r->mode_obj, obj, r->out);
}

/* A setting of a sub-mode is judged by the mode's scope, whose owner made the mode's row. */
static bool check_setting(const struct run *r, const void *after)
{
    const struct grammar_row *mode = r->rule->row->scope ? NULL : grammar_mode_row(r->g, r->rule->row->mode);

    return !r->scope->check || r->scope->check(mode ? mode->self : r->rule->self, after, r->out);
}

/* `no` with values: are they those that are there? */
static bool unset(const struct run *r, const void *obj, void *typed)
{
    const struct grammar_row *mode = r->rule->row->scope ? NULL : grammar_mode_row(r->g, r->rule->row->mode);

    if (!r->m->no || !r->m->whole || !r->scope->unset)
        return true;
    config_put(r->m, typed);
    return r->scope->unset(mode ? mode->self : r->rule->self, obj, typed, r->out);
}

static enum config_result remove_at(const struct run *r, struct conf_list *list, size_t i)
{
    void *item = list->v[i];

    if (r->scope->leaves && !r->scope->leaves(r->rule->self, item, r->out))
        return CONFIG_REFUSED;
    tell(r, item, CMD_REMOVED);
    for (i = 0; i < list->n && list->v[i] != item; i++)
        ;
    if (i < list->n) {
        if (!list->fini && r->scope->fini)
            r->scope->fini(item);
        conf_list_remove(list, i);
    }
    tell_owner(r);
    return CONFIG_TAKEN;
}

static enum config_result not_there(const struct run *r, const void *typed_obj)
{
    if (r->scope->absent)
        r->scope->absent(r->rule->self, typed_obj);
    return CONFIG_TAKEN;
}

static bool add_new(const struct run *r, struct conf_list *list, void *item)
{
    if (list->n >= LIST_MAX) {
        out_text(r->out, "% Too many entries\n");
        return false;
    }
    conf_list_add(list, item);
    tell(r, item, CMD_ADDED);
    conf_list_changed(list, item);
    tell_owner(r);
    return true;
}

/* The object keeps its place, its content is exchanged; `fresh` is used up. */
static void replace(const struct run *r, struct conf_list *list, void *old, void *fresh)
{
    if (r->scope->fini)
        r->scope->fini(old);
    memcpy(old, fresh, r->scope->size);
    mem_free(fresh);
    conf_list_changed(list, old);
    tell(r, old, CMD_CHANGED);
    tell_owner(r);
}

/* All that rows of this list can say is equal. */
static bool same_element(const struct run *r, const void *x, const void *y)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(r->g, r->rule->row->mode, &rows);

    for (size_t i = 0; i < n; i++)
        if ((rows[i]->row->kind == CMD_LINE_ROW || rows[i]->row->kind == CMD_MODE_ROW) &&
            config_one_list(rows[i]->row, r->rule->row) && !grammar_same(rows[i], x, y))
            return false;
    return true;
}

static enum config_result run_set(struct run *r)
{
    void *obj = config_target(r->rule, r->mode_obj), *dflt = config_default_new(r->g, r->rule, obj),
         *after = mem_new(r->scope->size);
    const struct match *m = r->m;
    const struct cmd_bind *bind;
    int64_t constant;
    bool same = true;

    memcpy(after, obj, r->scope->size);
    if (!unset(r, obj, after)) {
        copy_free(r, after);
        config_object_free(r->scope, dflt);
        return CONFIG_REFUSED;
    }
    memcpy(after, obj, r->scope->size);
    for (size_t i = 0; i < 1 + m->nalso; i++) {
        const struct grammar_row *rule = i ? m->also[i - 1] : r->rule;

        copy_fields(rule->row, after, dflt);
        if (m->no && grammar_switch(rule, &bind, &constant) && grammar_field(bind, dflt) == constant)
            put_number(bind, after, 0);
        if (!m->no && !m->dflt)
            config_put(m, after);
        same &= grammar_same(rule, obj, after);
    }
    if (!same && !check_setting(r, after)) {
        copy_free(r, after);
        config_object_free(r->scope, dflt);
        return CONFIG_REFUSED;
    }
    for (size_t i = 0; i < 1 + m->nalso; i++)
        copy_fields((i ? m->also[i - 1] : r->rule)->row, obj, after);
    copy_free(r, after);
    config_object_free(r->scope, dflt);
    if (!same && r->rule->row->scope)
        tell(r, obj, CMD_CHANGED);
    else if (!same && r->scope->changed)
        r->scope->changed(grammar_mode_row(r->g, r->rule->row->mode)->self, obj, CMD_CHANGED);
    return CONFIG_TAKEN;
}

static enum config_result run_line(struct run *r, struct conf_list *list)
{
    void *fresh = config_element_new(r->m);
    size_t i = find(r, list, fresh);
    if (r->m->no || r->m->dflt) {
        enum config_result result = i < list->n ? remove_at(r, list, i) : not_there(r, fresh);
        config_object_free(r->scope, fresh);
        return result;
    }
    if (i < list->n && same_element(r, list->v[i], fresh)) {
        config_object_free(r->scope, fresh);
        return CONFIG_TAKEN;
    }
    bool is_new = i == list->n;
    if (!check(r, fresh) || !joins(r, fresh) || (is_new && !add_new(r, list, fresh))) {
        config_object_free(r->scope, fresh);
        return CONFIG_REFUSED;
    }
    if (!is_new)
        replace(r, list, list->v[i], fresh);
    return CONFIG_TAKEN;
}

/* A MODE line typed again: what it says beyond the key. */
static bool revise(const struct run *r, struct conf_list *list, void *old, const void *typed_obj)
{
    const struct cmd_row *row = r->rule->row;
    void *after;
    bool says = false, ok;

    cmd_each_bind(b, row)
        says |= keyed(row) && !b->key && typed(r->m, b->name);
    if (!says || same_fields(row, old, typed_obj, false, true))
        return true;
    after = mem_new(r->scope->size);
    memcpy(after, old, r->scope->size);
    copy_fields(row, after, typed_obj);
    ok = check(r, after);
    copy_free(r, after);
    if (ok) {
        copy_fields(row, old, typed_obj);
        conf_list_changed(list, old);
        tell(r, old, CMD_CHANGED);
        tell_owner(r);
    }
    return ok;
}

/* "Interface Loopback0 set to default configuration" */
static void tell_default(const struct run *r, const void *obj)
{
    struct text t = {0};

    if (str_starts(r->rule->row->sentence, "interface ") && grammar_print(r->rule, obj, obj, &t))
        out_printf(r->out, "I%s set to default configuration\n", text_str(&t) + 1);
    text_free(&t);
}

static enum config_result run_mode(struct run *r, struct conf_list *list, struct config_next *next)
{
    const struct cmd_row *row = r->rule->row;
    void *fresh = config_element_new(r->m);
    enum config_result result = CONFIG_TAKEN;

    size_t i = find(r, list, fresh);
    if (r->m->no || r->m->dflt) {
        if (i < list->n && r->m->no) {
            result = remove_at(r, list, i);
        } else if (r->m->no) {
            result = not_there(r, fresh);
        } else if (i < list->n) {
            copy_fields(row, fresh, list->v[i]);
            replace(r, list, list->v[i], fresh);
            fresh = NULL;
            tell_default(r, list->v[i]);
        }
        config_object_free(r->scope, fresh);
        return result;
    }
    *next = (struct config_next){.mode = row->enters};
    if (i < list->n) {
        next->obj = list->v[i];
        result = revise(r, list, next->obj, fresh) ? CONFIG_ENTER : CONFIG_REFUSED;
        config_object_free(r->scope, fresh);
    } else if (check(r, fresh) && add_new(r, list, fresh)) {
        next->obj = fresh;
        result = CONFIG_ENTER;
    } else {
        config_object_free(r->scope, fresh);
        result = CONFIG_REFUSED;
    }
    return result;
}

enum config_result config_run(struct grammar *g, const struct match *m, void *obj, struct out *out,
                              struct config_next *next)
{
    struct run r = {.g = g, .m = m, .rule = m->rule, .scope = config_scope(g, m->rule), .mode_obj = obj, .out = out};

    if (m->row->kind == CMD_SET_ROW)
        return run_set(&r);
    struct conf_list *list = config_list(m->rule, obj);
    return m->row->kind == CMD_LINE_ROW ? run_line(&r, list) : run_mode(&r, list, next);
}

static bool in_list(const struct grammar_row *rule, void *owner, const void *obj)
{
    const struct conf_list *list = config_list(rule, owner);

    for (size_t i = 0; list && i < list->n; i++)
        if (list->v[i] == obj)
            return true;
    return false;
}

#define NESTED_MAX 6

/* May objects of this mode stand in those of mode `at`, or in what stands in those? */
static bool leads_to(struct grammar *g, enum cmd_mode at, enum cmd_mode mode, unsigned depth)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(g, at, &rows);

    for (size_t i = 0; i < n; i++)
        if (rows[i]->row->kind == CMD_MODE_ROW &&
            (rows[i]->row->enters == mode ||
             (depth < NESTED_MAX && leads_to(g, rows[i]->row->enters, mode, depth + 1))))
            return true;
    return false;
}

/* The mode and the object of it whose list holds obj, sought in `owner`, an object of mode `at`, and in what is in it. */
static bool seek(struct grammar *g, enum cmd_mode at, void *owner, unsigned depth, enum cmd_mode mode, const void *obj,
                 enum cmd_mode *outer, void **holder)
{
    const struct grammar_row *const *rows;
    size_t n = grammar_rows(g, at, &rows);

    for (size_t i = 0; i < n; i++) {
        if (rows[i]->row->kind != CMD_MODE_ROW)
            continue;
        if (rows[i]->row->enters == mode && in_list(rows[i], owner, obj)) {
            *outer = at;
            *holder = owner;
            return true;
        }
        if (depth == NESTED_MAX || !leads_to(g, rows[i]->row->enters, mode, depth + 1))
            continue;
        const struct conf_list *list = config_list(rows[i], owner);
        for (size_t k = 0; list && k < list->n; k++)
            if (seek(g, rows[i]->row->enters, list->v[k], depth + 1, mode, obj, outer, holder))
                return true;
    }
    return false;
}

void *config_outer(struct grammar *g, enum cmd_mode mode, const void *obj, enum cmd_mode *outer)
{
    void *holder = NULL;

    if (mode <= CONFIG || !seek(g, CONFIG, NULL, 0, mode, obj, outer, &holder))
        *outer = CONFIG;
    return holder;
}

void config_leave(struct grammar *g, enum cmd_mode from, void *from_obj, enum cmd_mode to, const void *to_obj,
                  struct out *out)
{
    enum cmd_mode to_outer;
    const void *to_holder = config_outer(g, to, to_obj, &to_outer);

    while (from > CONFIG && !(from == to && from_obj == to_obj) && !(from == to_outer && from_obj == to_holder) &&
           config_alive(g, from, from_obj)) {
        const struct grammar_row *rule = grammar_mode_row(g, from);
        enum cmd_mode outer;
        void *holder = config_outer(g, from, from_obj, &outer);

        if (from_obj && rule && rule->row->scope->left)
            rule->row->scope->left(rule->self, from_obj, out);
        from = outer;
        from_obj = holder;
    }
}

bool config_alive(struct grammar *g, enum cmd_mode mode, const void *obj)
{
    enum cmd_mode outer;
    void *holder;

    return mode <= CONFIG || seek(g, CONFIG, NULL, 0, mode, obj, &outer, &holder);
}

/* print.c: a row backwards: from the fields of an object to the line that a user would type in full.
 *
 * Literals print themselves; one that binds a constant can be said only when the field has it. Values print their
 * field. An optional part is said when one of its fields differs from its default. Of alternatives that bind no number,
 * the one is taken that can be said and leaves no other alternative's field untold; so a row with several ways to write
 * a thing prints the way that was meant. What cannot be said makes the row unfit (another row of the list may fit). */
#include <string.h>

#include "cli/grammar/grammar_local.h"

struct printer {
    const void *obj, *dflt;
    struct text *out;
    size_t begin; /* of this line in out */
};

static int64_t field_num(const struct cmd_bind *b, const void *obj)
{
    const unsigned char *p = (const unsigned char *)obj + b->off;
    uint64_t v = 0;

    memcpy(&v, p, b->size); /* little-endian hosts only, checked below */
    if (b->is_signed && b->size < 8 && (v >> (8u * b->size - 1)))
        v |= ~(uint64_t)0 << (8u * b->size);
    return (int64_t)v;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fields are read low byte first");

bool grammar_field_same(const struct cmd_bind *b, const void *x, const void *y)
{
    const unsigned char *p = (const unsigned char *)x + b->off, *q = (const unsigned char *)y + b->off;

    if (!b->is_text)
        return !memcmp(p, q, (size_t)b->size * b->count);
    for (unsigned i = 0; i < b->count; i++)
        if (strncmp((const char *)p + i * b->size, (const char *)q + i * b->size, b->size))
            return false;
    return true;
}

static bool differs(const struct elem *e, const struct printer *p)
{
    if (e->bind && !grammar_field_same(e->bind, p->obj, p->dflt))
        return true;
    for (const struct elem *k = e->kids; k; k = k->next)
        if (differs(k, p))
            return true;
    return false;
}

static bool binds(const struct elem *e, const struct cmd_bind *b)
{
    if (e->bind == b)
        return true;
    for (const struct elem *k = e->kids; k; k = k->next)
        if (binds(k, b))
            return true;
    return false;
}

/* Is some field below e set that `but` does not tell? */
static bool untold(const struct elem *e, const struct elem *but, const struct printer *p)
{
    if (e == but)
        return false;
    if (e->bind && !grammar_field_same(e->bind, p->obj, p->dflt) && !binds(but, e->bind))
        return true;
    for (const struct elem *k = e->kids; k; k = k->next)
        if (untold(k, but, p))
            return true;
    return false;
}

static void gap(struct printer *p)
{
    if (p->out->len > p->begin)
        text_add(p->out, " ");
}

static void cut(struct printer *p, size_t len)
{
    p->out->len = len;
    if (p->out->s)
        p->out->s[len] = '\0';
}

static bool print_value(const struct elem *e, struct printer *p)
{
    const char *field = (const char *)p->obj + e->bind->off;
    unsigned said = 0;

    for (unsigned i = 0; i < e->bind->count; i++, field += e->bind->size) {
        struct cmd_bind one = *e->bind;
        int64_t num = 0;

        one.off = (uint16_t)(e->bind->off + i * e->bind->size);
        if (!one.is_text)
            num = field_num(&one, p->obj);
        if (e->repeat && (one.is_text ? !*field : !num))
            break;
        gap(p);
        if (!token_format(e, num, field, p->out))
            return false;
        said++;
    }
    return said > 0;
}

static bool print(const struct elem *e, struct printer *p);

static bool print_choice(const struct elem *e, struct printer *p)
{
    size_t at = p->out->len;
    const struct elem *fallback = NULL;

    for (const struct elem *k = e->kids; k; k = k->next) {
        if (e->bind && field_num(e->bind, p->obj) != k->index)
            continue;
        if (print(k, p)) {
            if (e->bind || !untold(e, k, p))
                return true;
            if (!fallback)
                fallback = k;
        }
        cut(p, at);
    }
    return fallback && print(fallback, p);
}

static bool print(const struct elem *e, struct printer *p)
{
    if (e->optional && !differs(e, p))
        return true;
    switch (e->kind) {
    case ELEM_LITERAL:
        if (e->bind && field_num(e->bind, p->obj) != e->constant)
            return false;
        gap(p);
        text_add(p->out, e->text);
        return true;
    case ELEM_VALUE: return e->bind && print_value(e, p);
    case ELEM_CHOICE: return print_choice(e, p);
    default:
        for (const struct elem *k = e->kids; k; k = k->next)
            if (!print(k, p))
                return false;
        return true;
    }
}

bool grammar_print(const struct grammar_row *r, const void *obj, const void *dflt, struct text *out)
{
    struct printer p = {.obj = obj, .dflt = dflt, .out = out, .begin = out->len};

    if (print(r->sentence->root, &p))
        return true;
    cut(&p, p.begin);
    return false;
}

void grammar_print_no(const struct grammar_row *r, struct text *out)
{
    text_add(out, "no");
    for (const struct elem *e = r->sentence->root->kids; e && e->kind == ELEM_LITERAL; e = e->next)
        text_printf(out, " %s", e->text);
}

bool grammar_same(const struct grammar_row *r, const void *a, const void *b)
{
    cmd_each_bind(f, r->row)
        if (!grammar_field_same(f, a, b))
            return false;
    return true;
}

bool grammar_switch(const struct grammar_row *r, const struct cmd_bind **bind, int64_t *constant)
{
    for (const struct elem *e = r->sentence->root->kids; e; e = e->next) {
        if (e->kind == ELEM_LITERAL && e->bind && e->constant) {
            *bind = e->bind;
            *constant = e->constant;
            return true;
        }
    }
    return false;
}

int64_t grammar_field(const struct cmd_bind *b, const void *obj)
{
    return field_num(b, obj);
}

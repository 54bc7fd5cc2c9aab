/* Lists of configuration objects: an index finds what a walk over all items would find, whatever is added and removed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "espial/conf.h"
#include "espial/mem.h"
#include "tests/sim/chance.h"

struct item {
    unsigned key, other;
};

/* Two ways to ask; both hash badly on purpose, so that items meet in their slots. */
static const char by_key, by_other;

static unsigned asked(const void *who, const struct item *i)
{
    return who == &by_key ? i->key : i->other;
}
static uint64_t bad_hash(const void *who, const void *item)
{
    return asked(who, item) / 8;
}
static bool same(const void *who, const void *item, const void *like)
{
    return asked(who, item) == asked(who, like);
}
static int by_number(const void *a, const void *b)
{
    unsigned x = ((const struct item *)a)->key, y = ((const struct item *)b)->key;
    return x < y ? -1 : x > y;
}

static struct item *walk(const struct conf_list *l, const void *who, const struct item *like)
{
    CONF_EACH(struct item, i, l)
    if (same(who, i, like))
        return i;
    return NULL;
}

static void as_a_walk(struct conf_list *l, uint64_t seed)
{
    for (unsigned round = 0; round < 20000; round++) {
        struct item like = {.key = chance(&seed, 500), .other = chance(&seed, 500)};
        struct item *known = walk(l, &by_key, &like);
        assert_ptr_equal(conf_list_find(l, &by_key, bad_hash, same, &like), known);
        /* of several that fit either is right, but never none */
        struct item *o = conf_list_find(l, &by_other, bad_hash, same, &like);
        assert_int_equal(o != NULL, walk(l, &by_other, &like) != NULL);
        assert_true(!o || o->other == like.other);
        if (!known) {
            struct item *fresh = NEW(struct item);
            *fresh = like;
            conf_list_add(l, fresh);
        } else if (chance(&seed, 3)) {
            for (size_t i = 0; i < l->n; i++)
                if (l->v[i] == known) {
                    conf_list_remove(l, i);
                    break;
                }
        }
        if (round % 7001 == 7000)
            conf_list_clear(l);
    }
    conf_list_clear(l);
}

static void in_order_of_typing(void **state)
{
    struct conf_list l;
    (void)state;
    conf_list_init(&l, sizeof(struct item), NULL, NULL);
    as_a_walk(&l, 1);
}

static void sorted(void **state)
{
    struct conf_list l;
    (void)state;
    conf_list_init(&l, sizeof(struct item), by_number, NULL);
    as_a_walk(&l, 2);
}

/* What was hashed has changed when the item goes: nothing of it stays behind. */
static void changed_before_it_goes(void **state)
{
    struct conf_list l;
    (void)state;
    conf_list_init(&l, sizeof(struct item), NULL, NULL);
    for (unsigned i = 0; i < 100; i++) {
        struct item *fresh = NEW(struct item);
        fresh->key = i;
        conf_list_add(&l, fresh);
    }
    struct item like = {.key = 40};
    struct item *it = conf_list_find(&l, &by_key, bad_hash, same, &like);
    assert_ptr_equal(it, l.v[40]);
    it->key = 1000;
    conf_list_remove(&l, 40);
    assert_null(conf_list_find(&l, &by_key, bad_hash, same, &like));
    like.key = 1000;
    assert_null(conf_list_find(&l, &by_key, bad_hash, same, &like));
    like.key = 41;
    assert_ptr_equal(conf_list_find(&l, &by_key, bad_hash, same, &like), l.v[40]);
    conf_list_clear(&l);
}

static int by_key_order(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* An item that gets another key goes to its new place, is found by the new key alone, and leaves nothing behind when it goes. */
static void another_key(void **state)
{
    struct conf_list l;
    (void)state;
    conf_list_init(&l, sizeof(struct item), by_key_order, NULL);
    for (unsigned i = 0; i < 100; i++) {
        struct item *fresh = NEW(struct item);
        fresh->key = 10 * i;
        conf_list_add(&l, fresh);
    }
    struct item like = {.key = 400};
    struct item *it = conf_list_find(&l, &by_key, bad_hash, same, &like);
    assert_ptr_equal(it, l.v[40]);
    it->key = 705;
    conf_list_changed(&l, it);
    assert_ptr_equal(it, l.v[70]);
    assert_null(conf_list_find(&l, &by_key, bad_hash, same, &like));
    like.key = 705;
    assert_ptr_equal(conf_list_find(&l, &by_key, bad_hash, same, &like), it);
    conf_list_remove(&l, 70);
    assert_null(conf_list_find(&l, &by_key, bad_hash, same, &like));
    like.key = 400;
    assert_null(conf_list_find(&l, &by_key, bad_hash, same, &like));
    conf_list_clear(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_of_typing),
        cmocka_unit_test(sorted),
        cmocka_unit_test(changed_before_it_goes),
        cmocka_unit_test(another_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

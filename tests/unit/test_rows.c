/* Every row of every command table: generated lines match, print, and match again; sections of running-config are
 * known; rows that print by hand stay rare. The same over the made-up tables, and over a table with a fault of each
 * kind that the generator is there to find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/rowgen.h"
#include "tests/unit/grammar_tables.h"

#include "cli/app/tables.h"

#define HAND_PRINTED_MAX 12

static void real_tables(void **state)
{
    size_t n = espial_tables_count();
    const struct cmd_table **tables = mem_array(n, sizeof *tables);
    struct rowgen_counts counts;
    struct text faults = {0};

    (void)state;
    for (size_t t = 0; t < n; t++)
        tables[t] = espial_table(t);
    rowgen_check(tables, n, 24, 1, &counts, &faults);
    for (size_t t = 0; t < n; t++) {
        for (size_t i = 0; i < tables[t]->nrows; i++) {
            const struct cmd_row *row = &tables[t]->rows[i];
            bool listed = true;

            if (row->mode == CONFIG && row->kind >= CMD_MODE_ROW && !(row->flags & CMD_HIDDEN))
                config_section(row, &listed);
            if (!listed)
                text_printf(&faults, "%s: \"%s\": order.def has no section for it\n", tables[t]->name, row->sentence);
        }
    }
    if (faults.len)
        fail_msg("%s", text_str(&faults));
    assert_in_range(counts.hand_printed, 0, HAND_PRINTED_MAX);
    text_free(&faults);
    mem_free(tables);
}

/* A mode without an `exit` of its own would let the one of (config) end the whole configuration. */
static void every_mode_is_left_by_exit(void **state)
{
    static const char *const leave[] = {"exit", "end", "do <line:command>"};

    (void)state;
    for (enum cmd_mode mode = CONFIG; mode < CMD_MODES; mode++) {
        for (size_t w = 0; w < sizeof leave / sizeof *leave; w++) {
            size_t found = 0;

            for (size_t t = 0; t < espial_tables_count(); t++) {
                const struct cmd_table *table = espial_table(t);

                for (size_t i = 0; i < table->nrows; i++)
                    found += table->rows[i].mode == mode && !strcmp(table->rows[i].sentence, leave[w]);
            }
            if (found != 1)
                fail_msg("mode \"%s\" has %zu rows \"%s\"", cmd_modes[mode].prompt, found, leave[w]);
        }
    }
}

static void made_up_tables(void **state)
{
    struct rowgen_counts counts;
    struct text faults = {0};

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        rowgen_check(fake_tables, 3, 40, seed, &counts, &faults);
        if (faults.len)
            fail_msg("%s", text_str(&faults));
    }
    assert_int_equal(counts.hand_printed, 1);
    assert_int_equal(counts.lines, counts.rows * 40);
    assert_in_range(counts.printed, counts.lines / 3, counts.lines);
    text_free(&faults);
}

struct odd_conf {
    uint8_t a, b;
    char w[4], v[4];
};
static struct odd_conf odd;
static void *odd_global(void *self)
{
    (void)self;
    return NULL;
}
static const struct cmd_scope odd_scope = {.size = sizeof(odd), .global = odd_global};

static void finds(const struct cmd_row *rows, size_t n, const char *why)
{
    const struct cmd_table table = {.name = "odd", .rows = rows, .nrows = n}, *tables[] = {&table};
    struct rowgen_counts counts;
    struct text faults = {0};

    rowgen_check(tables, 1, 16, 1, &counts, &faults);
    if (!strstr(text_str(&faults), why))
        fail_msg("expected \"%s\", got \"%s\"", why, text_str(&faults));
    text_free(&faults);
}

static const struct cmd_row lost[] = {
    SET(CONFIG, &odd_scope, "odd {x|y} <a:1-5>", "o|x|y|a", NUM(struct odd_conf, a)),
};
static const struct cmd_row unsaid[] = {
    SET(CONFIG, &odd_scope, "odd x=a:1 [y=a:2]", "o|x|y", NUM(struct odd_conf, a)),
    SET(CONFIG, &odd_scope, "odder x=a:1 y=a:2", "o|x|y", NUM(struct odd_conf, a)),
};
static const struct cmd_row swallowed[] = {
    SET(CONFIG, &odd_scope, "odd <word:w>", "o|w", TXT(struct odd_conf, w)),
    SET(CONFIG, &odd_scope, "odd <host:v>", "|v", TXT(struct odd_conf, v)),
};

static void finds_faults(void **state)
{
    (void)state;
    finds(lost, 1, "alternatives are not told apart");
    finds(unsaid, 2, "\"odder x y\": cannot be printed");
    finds(swallowed, 2, "matched another row");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_tables),
        cmocka_unit_test(every_mode_is_left_by_exit),
        cmocka_unit_test(made_up_tables),
        cmocka_unit_test(finds_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
